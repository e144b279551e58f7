"""`count` and `sample` as a user meets them."""

import csv
import json
import subprocess
import sys

import pytest
from command_line import run

ROWS = [
    [
        number,
        f"2021-{1 + number % 3:02}-05",
        "crime" if number % 5 == 0 else "other",
        f"Text {number}",
    ]
    for number in range(300)
]


def write(path, head, rows):
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([head, *rows])


@pytest.fixture
def folder(tmp_path):
    write(tmp_path / "coded.csv", ["id", "date", "topic", "text"], ROWS)
    gold = [[row[0], "crime" if row[0] % 10 == 0 else "other", 0.2] for row in ROWS[:60]]
    write(tmp_path / "gold.csv", ["id", "gold", "inclusion_probability"], gold)
    return tmp_path


def test_count_prints_which_share_to_report_and_why(folder):
    found = run("count", "coded.csv", "--label", "topic", "--gold", "gold.csv", cwd=folder)

    lines = found.stdout.decode().splitlines()
    assert found.returncode == 0, found.stderr
    assert "10.00%" in next(line for line in lines if "crime" in line and "report" in line)
    assert any("60 rows were drawn at random" in line for line in lines)


def test_count_makes_the_spelling_of_both_tables_alike(folder):
    text = (folder / "gold.csv").read_text("utf-8")
    changed = text.replace("crime", "Crime").replace("other", "rest")
    (folder / "gold.csv").write_text(changed, "utf-8")
    arguments = ("count", "coded.csv", "--label", "topic", "--gold", "gold.csv", "--only", "crime")

    refused = run(*arguments, cwd=folder)
    found = run(*arguments, "--fold-case", "--rename", "rest=other", cwd=folder)

    assert refused.returncode == 1
    assert "Crime, rest here, crime, other there" in refused.stderr.decode()
    assert "10.00%" in found.stdout.decode().splitlines()[1]


def test_count_writes_tidy_rows(folder):
    arguments = ("count", "coded.csv", "--label", "topic", "--by", "month", "--only", "crime")

    assert not run(*arguments, "-o", "out.csv", cwd=folder).returncode
    assert not run(*arguments, "-o", "out.json", cwd=folder).returncode

    rows = list(csv.DictReader((folder / "out.csv").read_text("utf-8").splitlines()))
    assert [(row["month"], row["rows"], row["count"]) for row in rows] == [
        ("2021-01", "100", "20.000000"),
        ("2021-02", "100", "20.000000"),
        ("2021-03", "100", "20.000000"),
    ]
    first = json.loads((folder / "out.json").read_text("utf-8"))[0]
    assert (first["method"], first["share"], first["report"]) == ("naive", 0.2, False)


@pytest.mark.parametrize("suffix", ["svg", "png"])
def test_count_draws_a_picture_over_time(folder, suffix):
    pytest.importorskip("matplotlib")
    figure = folder / f"figure.{suffix}"
    arguments = ("count", "coded.csv", "--label", "topic", "--by", "month", "--figure", figure)

    found = run(*arguments, cwd=folder)

    assert found.returncode == 0, found.stderr
    assert figure.stat().st_size > 1000
    if suffix == "svg":
        assert "crime" in figure.read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--figure", "a.svg"], "give --by month"),
        (["-o", "out.txt"], "name it .csv, .tsv or .json"),
        (["--probability-field", "p"], "name it with --only"),
        (["--gold", "coded.csv"], "there is no column 'gold'"),
    ],
)
def test_count_says_what_is_wrong_in_one_line(folder, arguments, why):
    found = run("count", "coded.csv", "--label", "topic", *arguments, cwd=folder)

    assert found.returncode == 1
    assert why in found.stderr.decode().splitlines()[-1]


def test_sample_writes_a_file_that_count_corrects_by(folder):
    arguments = ("sample", "coded.csv", "-n", "60", "--label", "topic", "-o", "sample.csv")

    found = run(*arguments, cwd=folder)

    assert found.returncode == 0, found.stderr
    said = found.stderr.decode()
    assert "never" not in said
    assert "wrote sample.csv: 60 rows; code them in its column 'gold'" in said
    sample = (folder / "sample.csv").read_text("utf-8").splitlines()
    coded = [sample[0], *(f"{line}crime" for line in sample[1:])]
    (folder / "sample.csv").write_text("\n".join(coded), "utf-8")
    counted = run("count", "coded.csv", "--label", "topic", "--gold", "sample.csv", cwd=folder)
    assert "drawn with known probabilities" in counted.stdout.decode()


@pytest.mark.parametrize(
    "arguments", [["count", "-", "--label", "topic"], ["sample", "-", "-n", "9", "-o", "s.csv"]]
)
def test_what_is_read_twice_cannot_be_standard_input(folder, arguments):
    found = run(*arguments, cwd=folder)

    assert found.returncode == 1
    assert "save standard input to a file" in found.stderr.decode()


def test_sample_says_what_is_wrong_in_one_line(folder):
    found = run("sample", "coded.csv", "-n", "9", "-o", "sample.txt", cwd=folder)

    assert found.returncode == 1
    assert "the suffix .csv" in found.stderr.decode()


def test_counting_and_sampling_import_no_library_of_training(folder):
    code = (
        "import sys\n"
        "from textclf.cli.app import app\n"
        "for command in sys.argv[1:]: app(command.split(), standalone_mode=False)\n"
        "sys.exit(any(name in sys.modules for name in ('sklearn', 'scipy', 'nltk', 'joblib')))"
    )
    commands = ("count coded.csv --label topic", "sample coded.csv -n 50 --label topic -o s.csv")

    found = subprocess.run([sys.executable, "-c", code, *commands], cwd=folder, check=False)

    assert found.returncode == 0
