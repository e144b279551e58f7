"""Tables through `predict`: what is said of them, and what Excel opens as it is meant."""

import csv
import io
import json
from pathlib import Path

import pytest
from command_line import run

CASES = Path(__file__).parents[1] / "cases"
MARK = b"\xef\xbb\xbf"


def rows_of(data):
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def predict(name, *more, cwd=None, stdin=b""):
    return run("predict", name, "-m", "stance", *more, cwd=cwd, stdin=stdin)


@pytest.mark.parametrize(("name", "marked"), [("utf8bom.csv", True), ("mixed_ends.csv", False)])
def test_a_byte_order_mark_comes_out_where_one_went_in(name, marked):
    out = predict(CASES / name, "-f", "csv").stdout

    assert out.startswith(MARK) == marked
    assert [row["id"] for row in rows_of(out)] == ["1", "2", "3"]


def test_the_columns_of_the_user_come_out_as_they_are_and_for_excel_no_cell_is_a_formula(tmp_path):
    plain = predict(CASES / "formula.csv", "-f", "csv")
    excel = predict(CASES / "formula.csv", "-f", "csv", "--excel")
    into_workbook = predict(CASES / "formula.csv", "-o", "out.xlsx", cwd=tmp_path)

    with (CASES / "formula.csv").open(newline="") as stream:
        given = list(csv.DictReader(stream))
    assert [{name: row[name] for name in given[0]} for row in rows_of(plain.stdout)] == given
    assert excel.stdout.startswith(MARK)
    assert [row["title"] for row in rows_of(excel.stdout)] == [
        """'=HYPERLINK("http://x.invalid","click")""",
        "'@SUM(1)",
    ]
    assert into_workbook.returncode == 0
    openpyxl = pytest.importorskip("openpyxl")
    cell = openpyxl.load_workbook(tmp_path / "out.xlsx").worksheets[0]["B2"]
    assert (cell.value, cell.data_type) == (given[0]["title"], "s")


def test_for_excel_a_negative_number_is_no_formula():
    out = predict(
        "-", "--input-format", "csv", "-f", "csv", "--excel", stdin=b"text,n\nRain.,-1.5\n"
    )

    assert rows_of(out.stdout)[0]["n"] == "-1.5"


def test_excel_is_refused_for_an_output_that_excel_does_not_open():
    found = predict(CASES / "formula.csv", "-f", "jsonl", "--excel")

    assert found.returncode == 1
    assert b"--excel is for .csv, .tsv and .xlsx, and the output is jsonl" in found.stderr


def test_how_a_table_is_read_is_said_once_and_problems_of_one_kind_are_one_line(tmp_path):
    for name in "ab":
        (tmp_path / f"{name}.csv").write_bytes(
            b"URL;Headline;Body\nu;h;Rain\x92s.\nv;h;Snow\x92s.\n"
        )

    found = predict(tmp_path, "-f", "csv", cwd=tmp_path)

    assert found.stderr.decode().replace(f"{tmp_path}/", "").splitlines() == [
        "textclf: a.csv: semicolons separate its columns, not commas",
        "textclf: text from 'Body', title from 'Headline', id from 'URL' (a.csv)",
        "textclf: 4 inputs: not UTF-8: read as cp1252; the first is a.csv:2",
    ]


def test_a_title_alone_is_coded():
    first, second = map(
        json.loads, predict(CASES / "title_only.csv", "-f", "jsonl").stdout.splitlines()
    )

    assert first["schemes"]["stance"]["status"] != "empty"
    assert second["schemes"]["stance"]["status"] == "ok"


@pytest.mark.parametrize("number", ["1e400", "9" * 5_000, "1.10", "-0"])
def test_a_number_of_the_user_comes_out_as_it_went_in(number):
    line = f'{{"text": "Rain fell.", "n": {number}}}\n'

    found = predict("-", "-f", "jsonl", stdin=line.encode())

    assert f'"n": {number}, '.encode() in found.stdout
