"""`textclf predict` takes what users have, and says in one line what it leaves out."""

import json
import shutil
from pathlib import Path

import pytest
from command_line import run, run_process

from textclf.model.store import write_model

CASES = Path(__file__).parents[1] / "cases"


@pytest.fixture(scope="module")
def model(tmp_path_factory, beat):
    path = tmp_path_factory.mktemp("model") / "beat.textclf"
    write_model(beat, path)
    return path


def rows(ended):
    return [json.loads(line) for line in ended.stdout.decode().splitlines()]


@pytest.mark.parametrize("inputs", [["-"], ["-", "-o", "out.csv"], ["-", "-f", "json"]])
def test_standard_input_without_a_byte_is_an_error_and_no_article(model, tmp_path, inputs):
    """The command before it has failed: a row without a text would hide that."""
    ended = run_process("predict", *inputs, "-m", model, stdin=b"", cwd=tmp_path)

    said = b"textclf: standard input is empty; pipe a text into textclf, or name files\n"
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, b"", said)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("options", [["--lines"], ["--input-format", "jsonl"]])
def test_standard_input_of_no_lines_has_no_rows(model, options):
    ended = run_process("predict", "-", *options, "-f", "jsonl", "-m", model, stdin=b"")

    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"", b"")


def test_a_folder_of_all_kinds_gives_a_row_for_each_article(model, tmp_path):
    counts = {
        "recs.json": 2,
        "array1line.jsonl": 2,
        "lexis.txt": 3,
        "page.html": 1,
        "feed.xml": 2,
        "book.xlsx": 2,
        "xlsx_named.txt": 2,
        "art.docx": 1,
        "articles.zip": 2,
        "t.parquet": 2,
        "utf16be.txt": 1,
        "utf16le_nobom.csv": 3,
        "art.pdf": 0,
    }
    for name in counts:
        shutil.copy(CASES / name, tmp_path)

    ended = run("predict", tmp_path, "-m", model, "-f", "jsonl")

    assert ended.returncode == 0, ended.stderr.decode()
    assert len(rows(ended)) == sum(counts.values())
    skipped, read = ended.stderr.decode().splitlines()
    assert skipped == "textclf: 1 file of folders skipped: 1 .pdf"
    assert read.startswith("textclf: text from 'body', title from 'title', id from 'id' (")


def test_articles_of_an_export_are_rows_of_a_table(model):
    ended = run("predict", CASES / "lexis.txt", "-m", model, "-f", "csv")

    header, *_ = ended.stdout.decode().splitlines()
    assert header.startswith("title,date,source,text,beat,")


def test_files_come_from_a_list_on_standard_input(model, tmp_path):
    (tmp_path / "a.txt").write_text("Rain fell.")
    listed = f"{tmp_path}/a.txt\0{tmp_path}/gone.txt\0".encode()

    ended = run("predict", "--files-from", "-", "-m", model, "-f", "jsonl", stdin=listed)

    assert ended.returncode == 3
    assert [bool(row["error"]) if "error" in row else False for row in rows(ended)] == [False, True]


@pytest.mark.parametrize("given", [[], ["-", "--files-from", "-"]])
def test_inputs_and_lists_that_make_no_sense_are_wrong_usage(model, given):
    assert run("predict", *given, "-m", model).returncode == 2


def test_a_second_run_into_the_same_folder_reads_the_same_files(model, tmp_path):
    (tmp_path / "a.csv").write_text("id,text\n1,Rain fell.\n")
    outputs = []
    for _ in range(2):
        ended = run("predict", tmp_path, "-m", model, "-o", tmp_path / "out.csv")
        assert ended.returncode == 0, ended.stderr.decode()
        outputs.append((tmp_path / "out.csv").read_bytes())

    assert outputs[0] == outputs[1]
    assert b"2 files of folders skipped: 2 written by textclf" in ended.stderr


def test_a_bad_file_first_in_a_folder_does_not_take_its_columns(model, tmp_path):
    (tmp_path / "a.csv").write_bytes((CASES / "art.pdf").read_bytes())
    (tmp_path / "b.csv").write_text("id,text\n1,Rain fell.\n")

    ended = run("predict", tmp_path, "-m", model, "-f", "csv")

    assert ended.returncode == 3
    header, bad, good = ended.stdout.decode().splitlines()
    assert header.startswith("id,text,beat,")
    assert "is a PDF file" in bad
    assert good.startswith("1,Rain fell.,")


def test_pages_are_read_by_several_processes_to_the_same_bytes(model, tmp_path):
    page = (CASES / "page.html").read_text()
    for number in range(100):  # the first files are read where the run begins
        (tmp_path / f"{number:03}.txt").write_text(f"Rain fell on day {number}.")
    for number in range(100, 120):
        (tmp_path / f"{number}.html").write_text(page.replace("Heavy", f"Heavy {number}"))
    command = ["predict", tmp_path, "-m", model, "-f", "jsonl"]

    one, two = run(*command), run_process(*command, "--jobs", "2")

    assert one.returncode == two.returncode == 0, two.stderr.decode()
    assert one.stdout == two.stdout
    assert len(rows(one)) == 120


def test_explain_shows_the_article_of_a_page_and_refuses_an_export(model):
    assert b"districts from" in run("explain", CASES / "page.html", "-m", model).stdout
    refused = run("explain", CASES / "lexis.txt", "-m", model)
    assert refused.returncode == 1
    assert b"explain shows one article" in refused.stderr


def test_a_labelled_json_array_trains_and_a_page_does_not(tmp_path, model):
    labelled = [
        {"text": f"{words} {n}.", "label": label}
        for n in range(30)
        for words, label in (("The striker scored a goal", "sport"), ("Rain fell", "weather"))
    ]
    (tmp_path / "a.json").write_text(json.dumps(labelled))

    scored = run("evaluate", model, tmp_path / "a.json")
    refused = run("evaluate", model, CASES / "page.html")

    assert scored.returncode == 0, scored.stderr.decode()
    assert refused.returncode == 1
    assert b"is not a table" in refused.stderr
