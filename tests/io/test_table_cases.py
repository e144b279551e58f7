"""Tables as people have them, in tests/cases: every row comes out, and what is guessed is said."""

import csv
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textclf.errors import InputError
from textclf.io.input_documents import ReadOptions, delimiter_named
from textclf.io.read_inputs import read_items
from textclf.text.document import Document

CASES = Path(__file__).parents[1] / "cases"
GUNMEN, BANK, SNOW = "Gunmen opened fire", "The central bank kept", "Heavy snowfall and a cold"
THREE = [("1", "Title 0", GUNMEN), ("2", "Title 1", BANK), ("3", "Title 2", SNOW)]


def read(name, **reading):
    return list(read_items([str(CASES / name)], ReadOptions(**reading)))


def notes(items):
    return [note.replace(str(CASES / ""), "").replace("/", "") for note in items[0].notes]


def shape(items):
    """Return id, title and the first words of each text."""
    starts = (GUNMEN, BANK, SNOW)
    found = [
        next((one for one in starts if item.text.startswith(one)), item.text) for item in items
    ]
    return [(item.id, item.title, text) for item, text in zip(items, found, strict=True)]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("semicolon.csv", "semicolon.csv: semicolons separate its columns, not commas"),
        ("sep_line.csv", "sep_line.csv: semicolons separate its columns, not commas"),
        ("tab_in.csv", "tab_in.csv: tabs separate its columns, not commas"),
        ("comma_in.tsv", "comma_in.tsv: commas separate its columns, not tabs"),
        ("cr_only.csv", None),
        ("mixed_ends.csv", None),
        ("utf8bom.csv", None),
        ("utf16_comma.csv", None),
    ],
)
def test_delimiters_line_ends_and_marks_of_any_kind_are_read(name, said):
    items = read(name)

    assert shape(items) == THREE
    assert all(item.error == "" and item.warnings == () for item in items)
    fields = f"text from 'body', title from 'title', id from 'id' ({name})"
    assert notes(items) == [*([said] if said else []), fields]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("header_case.csv", "text from 'Article Text', title from 'Title', id from 'ID'"),
        ("header_space.csv", "text from ' body ', title from ' title', id from 'id'"),
    ],
)
def test_a_header_is_matched_without_case_and_space(name, said):
    items = read(name)

    assert shape(items) == THREE
    assert notes(items) == [f"{said} ({name})"]


@pytest.mark.parametrize("given_name", ["article text", "ARTICLE_TEXT", "Article Text "])
def test_a_given_field_is_matched_without_case_and_space(given_name):
    assert shape(read("header_case.csv", text_field=given_name)) == THREE


def test_a_table_without_a_header_is_refused_with_the_way_to_read_it():
    with pytest.raises(InputError) as caught:
        read("no_header.csv")

    assert "no_header.csv:1: the first row is not a header; " in str(caught.value)
    assert "--no-header and the number of the text's column: --text-field 3" in str(caught.value)
    items = read("no_header.csv", header=False, text_field="3", id_field="1", title_field="2")
    assert shape(items) == THREE


@pytest.mark.parametrize(
    ("name", "errors"),
    [
        (
            "unclosed_quote.csv",
            ["2: is not a row of the table", "3: has 4 cells", "4: has 4 cells"],
        ),
        ("unclosed_quote_mid.csv", ["2: is not a row of the table", "", ""]),
        ("stray_quote.csv", ["", "3: is not a row of the table"]),
        ("backslash_quote.csv", ["2: is not a row of the table", ""]),
        ("short_rows.csv", ["", "3: has 2 cells where the header has 3", "5: has 5 cells"]),
        ("dup_ids.csv", ["", ""]),
        ("idx.csv", ["", ""]),
        ("embedded_newlines.csv", ["", ""]),
        ("empty_header.csv", [""]),
        ("empty.csv", []),
        ("header_only.csv", []),
    ],
)
def test_a_broken_row_is_an_error_of_its_own_and_all_others_are_read(name, errors):
    items = read(name)

    assert len(items) == len(errors)
    for item, error in zip(items, errors, strict=True):
        assert item.error.startswith(f"{CASES}/{name}:{error}" if error else "")
        assert bool(item.error) == bool(error)


def test_a_header_with_a_name_twice_is_refused():
    with pytest.raises(InputError, match="the header has 'body' twice"):
        read("dup_header.csv")


def test_a_bad_byte_costs_one_character_and_not_the_encoding_of_its_row(tmp_path):
    assert [item.text[:14] for item in read("mixed_enc.csv")] == [
        "It’s a café. G",
        "It’s a café. G",
        "naïve €5 — Gun",
    ]
    (tmp_path / "a.csv").write_bytes("id,text\nÄ,“Rain” at ".encode() + b"\x92s caf\xe9\n")

    (item,) = read_items([str(tmp_path / "a.csv")])

    assert (item.id, item.text) == ("Ä", "“Rain” at ’s café")
    assert item.warnings == (f"{tmp_path}/a.csv:2: not UTF-8: read as cp1252",)


@pytest.mark.parametrize("name", ["gb18030.txt", "win1256.txt"])
def test_a_text_in_an_encoding_that_is_not_western_is_not_read_as_one(name):
    (item,) = read(name)

    assert item.error.endswith("is neither UTF-8 nor cp1252 (Western European); save it as UTF-8")


@pytest.mark.parametrize(("name", "place"), [("nul_in_row.csv", ":3"), ("nul_in_text.txt", "")])
def test_a_nul_is_left_out_of_a_text_that_is_good_otherwise(name, place):
    items = read(name)

    assert not any(item.error or "\0" in item.text for item in items)
    warnings = [one for item in items for one in item.warnings]
    assert warnings == [f"{CASES}/{name}{place}: NUL bytes are left out"]


def test_a_title_is_read_where_there_is_no_text():
    first, second = read("title_only.csv")

    assert (first.text, first.title) == ("Church burned by a mob, three killed", "")
    assert first.warnings == (f"{CASES}/title_only.csv:2: has no text: its title is read",)
    assert (second.text, second.title) == ("The bank kept its rate.", "Rate held")


def test_several_columns_are_joined_with_a_blank_line():
    first, second = read("title_only.csv", text_field="title,Text")

    assert first.text == "Church burned by a mob, three killed"
    assert (second.text, second.title) == ("Rate held\n\nThe bank kept its rate.", "")
    assert notes([first]) == ["text from 'title' and 'text', id from 'id' (title_only.csv)"]


def test_what_stands_for_no_value_is_no_text():
    items = read("empty_text.csv")

    assert [item.text for item in items[1:7]] == ["b", "c", "d", "e", "f", "g"]
    assert [item.row["body"] for item in items[3:7]] == ["NaN", "nan", "N/A", "#NAME?"]


def test_a_field_inside_a_field_is_named_with_a_dot():
    with pytest.raises(InputError, match=r"there are: id, data;.* such as --text-field data\.text"):
        read("nested.jsonl")
    assert [item.text[:11] for item in read("nested.jsonl", text_field="data.text")] == [
        "Gunmen open",
        "The central",
    ]


def test_a_field_with_a_dot_or_comma_in_its_name_wins(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"a.b": "rain", "a": {"b": "snow"}, "a,c": "hail"}\n')

    for field, text in (("a.b", "rain"), ("a,c", "hail"), ("A.B", "rain")):
        (item,) = read_items([str(tmp_path / "a.jsonl")], ReadOptions(text_field=field))
        assert item.text == text


def test_records_with_other_fields_are_read_by_their_own():
    items = read("mixedkeys.jsonl")

    assert [item.text[:6] for item in items] == ["Gunmen", "The ce", "", "", "p1 Gun", "", "", ""]
    assert items[4].text.endswith("police said.\n\np2")
    assert [bool(item.error) for item in items] == [False] * 3 + [True, False] + [True] * 3


def test_nan_is_no_text_and_a_mark_before_json_is_none_of_it():
    assert [(item.text[:3], item.error) for item in read("nan.jsonl")] == [("", ""), ("The", "")]
    assert not any(item.error for item in read("bom.jsonl"))


def test_a_cell_that_excel_has_cut_is_a_warning():
    (item,) = read("excel_cut.csv")

    assert item.warnings == (f"{CASES}/excel_cut.csv:2: Excel has cut a cell at 32,767 characters",)


def test_a_mark_twice_is_no_part_of_the_first_name():
    assert list(read("doublebom.csv")[0].row) == ["body", "id", "title"]


def test_html_and_entities_of_cells_are_read_as_text_and_kept_in_the_row():
    items = read("html_cell.csv")
    read_texts = [Document.read(item.text).text for item in items]

    assert "<" not in "".join(read_texts)
    assert read_texts[1] == "The council met & agreed ’today’ on inflation"
    assert items[0].row["body"].startswith("<p>Gunmen")


def test_entities_that_lost_their_ampersand_and_wrong_characters_are_read_right():
    stripped, mojibake = (
        Document.read(read(name)[0].text).text for name in ("entities_stripped.txt", "mojibake.txt")
    )

    assert stripped.startswith("The shrine 's guard said gunmen & arsonists burned")
    assert "lt;" not in stripped
    assert mojibake.startswith("The imambargah’s guard said “no” — Gunmen")


@pytest.mark.parametrize(
    ("lines", "start", "said"),
    [
        (
            ["Search: church, mosque, fire, rain", "", "id,text", "1,rain"],
            "3",
            "rows 1 to 2 are not read",
        ),
        (
            ["ProQuest", "Export of 3 May", "", "Title,Full text,URL", "a,rain,u"],
            "4",
            "rows 1 to 3",
        ),
        (["Results", ",,", "id,Headline,Body", "1,a,rain"], "3", "rows 1 to 2"),
    ],
)
def test_lines_above_the_header_are_not_read_and_said(tmp_path, lines, start, said):
    (tmp_path / "a.csv").write_text("\n".join(lines) + "\n")

    (item,) = read_items([str(tmp_path / "a.csv")])

    assert item.text == "rain"
    assert item.place == f"{tmp_path}/a.csv:{int(start) + 1}"
    assert item.notes[0].startswith(f"{tmp_path}/a.csv: the header is row {start}; {said}")


def test_a_row_of_data_with_a_usual_name_in_it_is_no_header(tmp_path):
    (tmp_path / "a.csv").write_text("nr,kind,story_so_far\none,article,rain\ntwo,text,snow\n")

    with pytest.raises(InputError, match="there are: nr, kind, story_so_far"):
        list(read_items([str(tmp_path / "a.csv")]))


@pytest.mark.parametrize(
    ("data", "reading", "text"),
    [
        ("id;score;text\n1;3,5;rain, snow, hail\n2;4,25;dust, a, b\n", {}, "rain, snow, hail"),
        ("text\nrain, snow\nhail\n", {}, "rain, snow"),
        ("id|text|url\n1|rain, snow; hail|u\n", {}, "rain, snow; hail"),
        ("id;text\n1;rain\n", {"delimiter": ",", "text_field": "id;text"}, "1;rain"),
        ("sep=|\nid|text\n1|rain\n", {}, "rain"),
        ('"sep=;"\nid;text\n1;rain\n', {}, "rain"),
        ('id,"text",,\n1,rain,,\n', {}, "rain"),
        ("nr:words\n1:rain\n", {"delimiter": ":", "text_field": "words"}, "rain"),
    ],
)
def test_the_header_and_the_rows_show_the_delimiter_and_the_user_wins(
    tmp_path, data, reading, text
):
    (tmp_path / "a.csv").write_text(data)

    item = next(read_items([str(tmp_path / "a.csv")], ReadOptions(**reading)))

    assert (item.text, item.error) == (text, "")


def test_a_delimiter_of_several_characters_is_refused():
    with pytest.raises(InputError, match="--delimiter ';;': give one character"):
        delimiter_named(";;")


CELLS = st.text(st.sampled_from("aé\"',;|\t\n\r 1-=&<"), max_size=12)


@given(
    rows=st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=8),
    delimiter=st.sampled_from(",;\t|"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    preamble=st.sampled_from(["", "Export of 3 May", "sep={}"]),
    suffix=st.sampled_from([".csv", ".tsv"]),
)
def test_a_table_of_any_dialect_is_read_cell_for_cell(
    tmp_path_factory, rows, delimiter, quoting, end, encoding, preamble, suffix
):
    if quoting == csv.QUOTE_MINIMAL and end != "\r\n":  # Python quotes no other line ends
        rows = [tuple(re.sub(r"[\r\n]", end, cell) for cell in row) for row in rows]
    path = tmp_path_factory.mktemp("law") / f"rows{suffix}"
    with path.open("w", encoding=encoding, newline="") as stream:
        if preamble:
            stream.write(f"{preamble.format(delimiter)}{end}")
        writer = csv.writer(stream, delimiter=delimiter, quoting=quoting, lineterminator=end)
        writer.writerows([("ID", "Note", "Text"), *rows])

    items = list(read_items([str(path)]))

    assert [tuple(item.row.values()) for item in items] == rows
    assert items[0].marked == (encoding != "utf-8")
