"""Excel workbooks: what people read in the cells of the first sheet is what is read and written."""

import json
import subprocess
import sys
from datetime import date, datetime
from io import BytesIO

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textclf._json import dumped
from textclf.errors import InputError
from textclf.io.input_documents import ReadOptions
from textclf.io.read_inputs import read_items
from textclf.io.spreadsheet import Sink as WorkbookSink

AFTERNOON = datetime(2020, 1, 2, 15, 4)  # noqa: DTZ001 - as Excel has it


def workbook(folder, rows, name="book.xlsx", second=("text", "n")):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    sheet = book.create_sheet("another")
    sheet.append(list(second))
    sheet.append(["rain", 7])
    book.save(folder / name)
    return str(folder / name)


def test_a_row_is_a_document_and_its_cells_are_what_a_person_reads(tmp_path):
    path = workbook(
        tmp_path,
        [
            ["id", "headline", "text", "day", "share", "new"],
            [7.0, "Snow", "It snowed.", date(2020, 1, 2), 0.5, True],
            [None] * 6,
            ["b", None, None, AFTERNOON, 12, False],
        ],
    )

    first, second = read_items([path])

    assert first[:3] == ("7", path, "It snowed.")
    assert first.title == "Snow"
    assert first.place == f"{path}:2"
    assert list(first.row.values()) == ["7", "Snow", "It snowed.", "2020-01-02", "0.5", "TRUE"]
    assert (second.id, second.text, second.place) == ("b", "", f"{path}:4")
    assert second.row["day"] == "2020-01-02 15:04:00"


def test_a_cell_beyond_the_header_is_an_error_of_its_row_alone(tmp_path):
    path = workbook(tmp_path, [["text"], ["one", "two"], ["three"]])

    wrong, right = read_items([path])

    assert wrong.error == f"{path}:2: has 2 cells where the header has 1"
    assert right.text == "three"


def test_a_cell_that_excel_has_cut_is_a_warning(tmp_path):
    path = workbook(tmp_path, [["text"], ["a" * 32_767]])

    (item,) = read_items([path])

    assert item.warnings == (f"{path}:2: Excel has cut a cell at 32,767 characters",)


@pytest.mark.parametrize("data", [b"", b"text\nrain\n", b"PK\x03\x04 broken"])
def test_what_is_no_workbook_is_a_named_error(tmp_path, data):
    (tmp_path / "odd.xlsx").write_bytes(data)

    with pytest.raises(InputError, match=r"odd\.xlsx: is not an \.xlsx workbook"):
        list(read_items([str(tmp_path / "odd.xlsx")]))


def test_a_sheet_without_the_text_is_a_named_error(tmp_path):
    path = workbook(tmp_path, [["words"], ["rain"]], second=["sense"])

    with pytest.raises(InputError, match="there is no field like 'text'; there are: words"):
        list(read_items([path]))
    assert [one.text for one in read_items([path], ReadOptions(text_field="words"))] == ["rain"]


def test_the_first_sheet_with_a_column_for_the_text_is_read_and_said(tmp_path):
    path = workbook(tmp_path, [["About this file"], ["made on", "Monday"]])

    (item,) = read_items([path])

    assert item.row == {"text": "rain", "n": "7"}
    assert item.notes[0] == f"{path}: the sheet 'another' is read, and not 'Sheet'"


def test_a_title_above_the_header_of_a_sheet_is_not_read(tmp_path):
    rows = [["Articles of 2020"], [], ["ID", "Article Text"], [1, "It snowed."]]
    path = workbook(tmp_path, rows)

    (item,) = read_items([path])

    assert (item.id, item.text, item.place) == ("1", "It snowed.", f"{path}:4")
    assert item.notes[0] == f"{path}: the header is row 3; rows 1 to 2 are not read"


@pytest.mark.parametrize(
    ("value", "written", "seen"),
    [
        (0.1 + 0.2, "General", "0.3"),
        (0.256, "0.0%", "25.6%"),
        (1234.5, "#,##0.00", "1,234.50"),
        (42, "00000", "00042"),
        (-7, "0", "-7"),
        (12345678901234, "General", "12345678901234"),
        (AFTERNOON, "dd/mm/yyyy", "02/01/2020"),
        (AFTERNOON, "d mmm yyyy h:mm AM/PM", "2 Jan 2020 3:04 PM"),
        (AFTERNOON, "[$-409]yyyy\\.mm\\.dd;@", "2020.01.02"),
        (AFTERNOON, "mm-dd-yy", "2020-01-02 15:04:00"),
    ],
)
def test_numbers_and_dates_are_read_as_they_are_shown(tmp_path, value, written, seen):
    book = openpyxl.Workbook()
    book.active.append(["text", "value"])
    book.active.append(["rain", value])
    book.active["B2"].number_format = written
    book.save(tmp_path / "a.xlsx")

    (item,) = read_items([str(tmp_path / "a.xlsx")])

    assert item.row["value"] == seen


def test_without_openpyxl_the_remedy_is_named(tmp_path, monkeypatch):
    path = workbook(tmp_path, [["text"], ["rain"]])
    monkeypatch.setitem(sys.modules, "openpyxl", None)

    with pytest.raises(InputError, match=r"needs openpyxl.*pip install 'textclf\[excel\]'"):
        list(read_items([path]))


@given(st.lists(st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"])), min_size=1))
def test_what_is_written_reads_as_it_was(cells):
    stream = BytesIO()
    sink = WorkbookSink(stream)
    sink.append(f"{json.dumps(['text'])}\n{json.dumps([cells[0]])}\n".encode())
    for cell in cells[1:]:
        sink.append(f"{json.dumps([cell])}\n".encode())

    sink.finish()

    rows = openpyxl.load_workbook(stream).active.iter_rows(min_row=2, values_only=True)
    assert [row[0] or "" for row in rows] == cells


def test_what_excel_cannot_hold_is_left_out_or_cut():
    stream = BytesIO()
    sink = WorkbookSink(stream)
    sink.append(f"{json.dumps(['text'])}\n{json.dumps(['a' * 40_000, chr(0) + 'b'])}\n".encode())

    sink.finish()

    (row,) = openpyxl.load_workbook(stream).active.iter_rows(min_row=2, values_only=True)
    assert row == ("a" * 32_766 + "…", "b")


@pytest.mark.parametrize("sign", "\u2028\x85")
def test_a_rare_line_end_in_a_cell_ends_no_row(sign):
    stream = BytesIO()
    sink = WorkbookSink(stream)
    sink.append(f"{dumped(['text'])}\n{dumped([f'a{sign}b'])}\n".encode())

    sink.finish()

    (row,) = openpyxl.load_workbook(stream).active.iter_rows(min_row=2, values_only=True)
    assert row == (f"a{sign}b",)


UNFINISHED = """
import sys
from textclf.io.spreadsheet import Sink as WorkbookSink
sink = WorkbookSink(sys.stdout.buffer)
sink.append(b'["text"]\\n["rain"]\\n')
loop = [sink]
loop.append(loop)
"""
WRITE_TO_STDOUT = """
import sys
from textclf.io.spreadsheet import Sink as WorkbookSink
sink = WorkbookSink(sys.stdout.buffer)
sink.append(b'["text"]\\n["rain"]\\n')
try:
    sink.finish()
    sys.stdout.flush()
except BrokenPipeError:
    sys.stderr.write("the reader has closed the pipe")
    sys.stdout = None
"""


def test_a_reader_that_closes_the_pipe_makes_no_other_noise():
    with subprocess.Popen(
        [sys.executable, "-c", WRITE_TO_STDOUT], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        process.stdout.close()
        noise = process.stderr.read().decode()

    assert noise == "the reader has closed the pipe"


def test_a_run_that_fails_before_its_end_makes_no_other_noise():
    found = subprocess.run([sys.executable, "-c", UNFINISHED], capture_output=True, check=True)

    assert found.stderr == b""
