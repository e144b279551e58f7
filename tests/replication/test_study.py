"""The commands of a study: what each reads and writes, and what is no step of one."""

import pytest

from textclf.errors import InputError
from textclf.replication.study import read_study


def study_of(folder, text):
    path = folder / "study.sh"
    path.write_text(text, "utf-8")
    return read_study(path)


def test_a_study_has_one_command_a_line_with_comments_and_continued_lines(tmp_path):
    study = study_of(
        tmp_path,
        "# first the articles\n\n$ textclf predict 'a b.csv' \\\n  -m topic -o coded.csv\n"
        "textclf count coded.csv --by month  # and then the number\n",
    )

    assert [one.line for one in study.commands] == [
        "textclf predict 'a b.csv' -m topic -o coded.csv",
        "textclf count coded.csv --by month",
    ]
    assert study.commands[0].outputs == ("coded.csv",)
    assert study.commands[0].models == ("topic",)
    assert study.commands[1].place.endswith("study.sh:5")


@pytest.mark.parametrize("option", ["-o out.csv", "--output out.csv", "--output=out.csv"])
def test_an_output_is_known_however_its_option_is_spelled(tmp_path, option):
    assert study_of(tmp_path, f"textclf predict a.csv {option}").commands[0].outputs == ("out.csv",)


def test_what_a_command_writes_and_another_reads_is_an_output_of_the_study(tmp_path):
    for name in ("articles.csv", "coded.csv", "coded.csv.run.json", "counts.csv"):
        (tmp_path / name).write_text("")

    study = study_of(
        tmp_path, "textclf predict articles.csv -o coded.csv\ntextclf count coded.csv -o counts.csv"
    )

    assert study.inputs() == ["articles.csv"]
    assert study.outputs() == ["coded.csv", "coded.csv.run.json", "counts.csv"]


def test_a_folder_that_a_command_reads_stands_for_its_files(tmp_path):
    (tmp_path / "articles" / "may").mkdir(parents=True)
    (tmp_path / "articles" / "b.txt").write_text("")
    (tmp_path / "articles" / "may" / "a.txt").write_text("")

    study = study_of(tmp_path, "textclf predict articles -o coded.csv")

    assert study.inputs() == ["articles/b.txt", "articles/may/a.txt"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\n# nothing\n", "study.sh: has no commands"),
        ("\nrm -r articles\n", "study.sh:2: is not a single textclf command"),
        ("textclf predict a.csv > coded.csv", "study.sh:1: is not a single textclf command"),
        ("textclf", "study.sh:1: is not a single textclf command"),
        ("textclf predict 'a.csv", "study.sh:1: is not a command: No closing quotation"),
        ("textclf predict /etc/passwd", "study.sh:1: /etc/passwd is outside the folder"),
        ("textclf predict a.csv -o ../b.csv", "study.sh:1: ../b.csv is outside the folder"),
        ("textclf predict a.csv --output=/b.csv", "study.sh:1: /b.csv is outside the folder"),
        ("textclf review a.csv", "study.sh:1: textclf review is no step of a study"),
    ],
)
def test_what_is_no_step_of_a_study_is_refused_by_its_line(tmp_path, text, message):
    with pytest.raises(InputError) as caught:
        study_of(tmp_path, text)

    assert message in str(caught.value)


def test_a_file_of_commands_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match=r"gone\.sh: cannot be read as a file of commands"):
        read_study(tmp_path / "gone.sh")
