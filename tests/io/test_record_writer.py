"""What is written: the user's own fields as they were, ours beside them, whole or not at all."""

import csv
import gzip
import io
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textclf.classifier.prediction import DocumentResult, Evidence, Prediction, Status
from textclf.codebook.scheme import SchemeId
from textclf.errors import InputError
from textclf.io.output_file import open_output
from textclf.io.record_writer import format_for, write

TOPIC = Prediction(
    scheme=SchemeId("topic", "1", "0a0b"),
    kind="single",
    labels=("sport",),
    prob=0.93127,
    probs=(("sport", 0.93127), ("weather", 0.06873)),
    status=Status.OK,
    in_vocabulary=1.0,
    evidence=(
        Evidence(4, 7, "cup", 0.5, "sport", 0),
        Evidence(12, 22, "extra\n time", 1.25, "sport", 0),
    ),
)
THEMES = Prediction(
    SchemeId("themes", "2", "0c0d"),
    "multi",
    ("crowds", "money"),
    0.6,
    (("crowds", 0.9), ("money", 0.6)),
    Status.OK,
)
UNREAD = Prediction(SchemeId("topic", "1", "0a0b"), "single", (), None, (), Status.ERROR)
DONE = DocumentResult((TOPIC, THEMES), "a.txt", "a.txt")
BROKEN = DocumentResult(
    (UNREAD,), "b.csv:2", "b.csv", "b.csv:2: has 1 cells where the header has 2"
)

CELLS = st.text(st.sampled_from("aé\"',;|\n\r\t "), max_size=8)


def written(annotations, style, prefix=""):
    stream = io.BytesIO()
    write(annotations, stream, style, prefix)
    return stream.getvalue().decode("utf-8")


def rows_of(text, delimiter=","):
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))


def test_text_names_the_item_its_answers_and_the_heaviest_evidence_first():
    assert written([(DONE, None)], "text") == (
        "a.txt\n"
        "  topic                sport 93% (ok)\n"
        "                       because of: extra time +1.25, cup +0.50\n"
        "  themes               crowds, money 60% (ok)\n"
    )


def test_text_tells_why_an_item_could_not_be_read():
    assert written([(BROKEN, None)], "text") == (
        "b.csv:2\n"
        "  error: b.csv:2: has 1 cells where the header has 2\n"
        "  topic                - (error)\n"
    )


def test_a_json_line_holds_the_users_fields_first_and_unchanged_then_ours():
    row = {"n": 3, "text": "A cup.", "tags": ["x", None], "deep": {"on": True}, "share": 0.5}

    (line,) = written([(DONE, row)], "jsonl").splitlines()

    record = json.loads(line)
    assert list(record) == ["n", "text", "tags", "deep", "share", "id", "path", "schemes"]
    assert {name: record[name] for name in row} == row
    assert record["schemes"]["topic"]["label"] == "sport"
    assert record["schemes"]["themes"]["labels"] == ["crowds", "money"]


def test_the_users_own_id_stays_as_it_is():
    record = json.loads(written([(DONE, {"id": 12, "text": "A cup."})], "jsonl"))

    assert record["id"] == 12


@pytest.mark.parametrize("count", [0, 1, 3])
def test_json_is_one_list_of_as_many_records_as_came_in(count):
    records = json.loads(written([(DONE, None)] * count, "json"))

    assert [record["id"] for record in records] == ["a.txt"] * count


def test_a_list_of_json_has_a_line_for_each_record():
    record = written([(DONE, {"text": "A cup."})], "jsonl").rstrip("\n")

    text = written([(DONE, {"text": "A cup."})] * 3, "json")

    assert text == f"[\n{record},\n{record},\n{record}\n]\n"


def test_a_table_holds_the_users_columns_in_their_order_then_ours():
    row = {"z": "last", "text": "A cup, and\nmore.", "a": "first"}

    (line,) = rows_of(written([(DONE, row)], "csv"))

    assert line == {
        **row,
        "topic": "sport",
        "topic_prob": "0.9313",
        "topic_margin": "0.8625",
        "topic_status": "ok",
        "topic_in_vocabulary": "1.0000",
        "topic_evidence": "extra time; cup",
        "topic_scheme": "topic 1 0a0b",
        "topic_model": "",
        "themes": "crowds|money",
        "themes_prob": "0.6000",
        "themes_margin": "0.2000",
        "themes_status": "ok",
        "themes_in_vocabulary": "0.0000",
        "themes_evidence": "",
        "themes_scheme": "themes 2 0c0d",
        "themes_model": "",
        "error": "",
        "copy_of": "",
    }
    assert list(line)[:4] == ["z", "text", "a", "topic"]


def test_a_table_of_files_names_its_source():
    (line,) = rows_of(written([(DONE, None)], "tsv"), "\t")

    assert line["source"] == "a.txt"


@given(rows=st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=5))
@pytest.mark.parametrize(("style", "delimiter"), [("csv", ","), ("tsv", "\t")])
def test_cells_are_read_back_from_a_table_as_they_went_in(style, delimiter, rows):
    own = [{"note": note, "text": text} for note, text in rows]

    text = written([(DocumentResult((TOPIC,)), row) for row in own], style)

    read = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines = list(read)
    assert [tuple(cells[:2]) for cells in lines[1:]] == rows
    assert text == "".join(line_of_python(cells, delimiter) for cells in lines)


def line_of_python(cells, delimiter):
    """Return a row as Python's csv writes it; the row's own end is a line feed."""
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue().removesuffix("\r\n") + "\n"


def test_cells_that_are_no_strings_stand_in_a_table_as_json():
    row = {"n": 3, "none": None, "list": [1, "é"], "yes": True, "text": "A cup."}

    (line,) = rows_of(written([(DONE, row)], "csv"))

    assert [line[name] for name in row] == ["3", "", '[1, "é"]', "true", "A cup."]


def test_rows_that_could_not_be_read_are_rows_too_in_order():
    broken = (BROKEN, {"id": "2", "text": ""})
    fine = (DocumentResult((TOPIC,), "1", "b.csv"), {"id": "1", "text": "A cup."})

    lines = rows_of(written([fine, broken, fine], "csv"))

    assert [line["id"] for line in lines] == ["1", "2", "1"]
    assert lines[1]["error"] == "b.csv:2: has 1 cells where the header has 2"
    assert [line["topic"] for line in lines] == ["sport", "", "sport"]


def test_a_table_that_broke_off_keeps_its_rows_and_tells_why():
    fine = (DocumentResult((TOPIC,), "1", "b.csv.gz"), {"id": "1", "text": "A cup."})
    end = (DocumentResult((UNREAD,), "b.csv.gz", "b.csv.gz", "b.csv.gz: cannot be read"), None)

    lines = rows_of(written([fine, end], "csv"))

    assert [line["id"] for line in lines] == ["1", ""]
    assert lines[1]["error"] == "b.csv.gz: cannot be read"


@pytest.mark.parametrize(
    ("style", "column"),
    [("csv", "topic"), ("csv", "error"), ("tsv", "topic_prob"), ("jsonl", "path")],
)
def test_a_column_of_ours_that_the_user_has_is_refused_with_the_remedy(style, column):
    with pytest.raises(InputError, match=rf"^a\.txt: already has a column '{column}'; .*--prefix"):
        written([(DONE, {column: "theirs", "text": "A cup."})], style)


def test_a_prefix_sets_our_columns_apart():
    row = {"topic": "theirs", "error": "3%", "text": "A cup."}

    (line,) = rows_of(written([(DONE, row)], "csv", "coded_"))

    assert line["topic"] == "theirs"
    assert line["error"] == "3%"
    assert line["coded_topic"] == "sport"
    assert line["coded_error"] == ""


def test_a_prefix_sets_our_fields_of_json_apart():
    record = json.loads(written([(DONE, {"path": "theirs", "id": 1})], "jsonl", "coded_"))

    assert list(record) == ["path", "id", "coded_id", "coded_path", "coded_schemes"]


def test_a_column_that_the_first_input_has_not_is_refused_by_name():
    first, second = DocumentResult((TOPIC,), "1", "a.csv"), DocumentResult((TOPIC,), "1", "b.csv")

    with pytest.raises(InputError, match=r"^b\.csv: has a column 'date' that the first input does"):
        written([(first, {"text": "A cup."}), (second, {"text": "A cup.", "date": "May"})], "csv")


def test_half_a_character_survives_the_writing_of_json_lines():
    row = {"text": "A \ud83d cup \\ é"}

    line = written([(DONE, row)], "jsonl")

    assert json.loads(line)["text"] == row["text"]
    assert "é" in line


def test_half_a_character_stops_no_table():
    assert r"A \ud83d cup" in written([(DONE, {"text": "A \ud83d cup"})], "csv")


@pytest.mark.parametrize(
    ("path", "inputs", "style"),
    [
        ("out.csv", ["a.txt"], "csv"),
        ("out.JSONL.gz", ["a.txt"], "jsonl"),
        ("out.json", [], "json"),
        ("out.tsv.gz", [], "tsv"),
        ("out.txt", ["a.csv"], "text"),
        (None, ["a.csv", "b.CSV.gz"], "csv"),
        (None, ["a.ndjson", "b.ndjson"], "jsonl"),
        (None, ["a.csv", "b.tsv"], "text"),
        (None, ["a.txt"], "text"),
        (None, ["-"], "text"),
    ],
)
def test_the_outputs_name_tells_the_format_else_the_inputs_do(path, inputs, style):
    assert format_for(path and Path(path), inputs) == style


@pytest.mark.parametrize("name", ["out", "out.docx", "out.gz"])
def test_a_name_that_tells_no_format_is_refused_with_the_remedy(name):
    with pytest.raises(InputError, match=rf"^{name}: .*\.csv.*--format"):
        format_for(Path(name), [])


def test_an_output_appears_only_when_all_is_written(tmp_path):
    path = tmp_path / "out.csv"
    path.write_bytes(b"old")

    with open_output(path, io.BytesIO()) as stream:
        stream.write(b"new")
        stream.flush()
        before = path.read_bytes()

    assert (before, path.read_bytes()) == (b"old", b"new")
    assert list(tmp_path.iterdir()) == [path]


def test_an_output_that_fails_half_way_leaves_nothing_and_the_old_file_as_it_was(tmp_path):
    path = tmp_path / "out.csv"
    path.write_bytes(b"old")

    with pytest.raises(InputError, match="--prefix"), open_output(path, io.BytesIO()) as stream:
        write([(DONE, {"text": "A cup."}), (DONE, {"path": "theirs"})], stream, "jsonl")

    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_gzipped_output_is_the_same_bytes_whenever_and_whatever_its_name(tmp_path):
    first, second = tmp_path / "one.jsonl.gz", tmp_path / "two.JSONL.GZ"
    for path in (first, second):
        with open_output(path, io.BytesIO()) as stream:
            write([(DONE, None)], stream, "jsonl")

    data = first.read_bytes()

    assert data == second.read_bytes()
    assert data[4:8] == bytes(4), "the time stands in these bytes"
    assert json.loads(gzip.decompress(data))["id"] == "a.txt"


def test_standard_output_is_written_to_and_stays_open():
    stdout = io.BytesIO()

    with open_output(None, stdout) as stream:
        stream.write(b"rain")

    assert stdout.getvalue() == b"rain"


def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path):
    path = tmp_path / "pipe.csv"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDWR | os.O_NONBLOCK)

    with open_output(path, io.BytesIO()) as stream:
        stream.write(b"rain")

    assert os.read(reader, 10) == b"rain"
    assert path.is_fifo()
    os.close(reader)


@pytest.mark.parametrize("name", ["gone/out.csv", "file.txt/out.csv", "folder", "."])
def test_an_output_that_cannot_be_written_is_named(tmp_path, name):
    (tmp_path / "file.txt").touch()
    (tmp_path / "folder").mkdir()

    with (
        pytest.raises(InputError, match="cannot be written: "),
        open_output(tmp_path / name, io.BytesIO()) as stream,
    ):
        stream.write(b"rain")
