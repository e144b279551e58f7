"""As many items come out as went in, in order, whatever state the files are in."""

import csv
import gzip
import io
import os
import sys
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textclf.errors import InputError
from textclf.io.encoding import decode
from textclf.io.input_documents import DeferredFile, DeferredLines, InputDocument, ReadOptions
from textclf.io.read_inputs import (
    BytesRead,
    bytes_of,
    expand,
    format_of,
    gather,
    items_of,
    read_items,
)

CELLS = st.text(st.sampled_from("aé\"',;|\n\r\t "), max_size=12)


def read(folder, name, data, **reading):
    """Write a file, and return the items that it becomes."""
    path = folder / name
    path.write_bytes(data)
    return list(read_items([str(path)], ReadOptions(**reading)))


def texts(items):
    return [item.text for item in items]


def errors(items, folder):
    return [item.error.replace(f"{folder}{os.sep}", "") for item in items]


@given(rows=st.lists(st.tuples(CELLS, CELLS), max_size=8), delimiter=st.sampled_from(",\t"))
def test_every_row_of_a_table_comes_out_in_order_with_its_cells(tmp_path_factory, rows, delimiter):
    path = tmp_path_factory.mktemp("law") / "rows.txt"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, delimiter=delimiter).writerows([("note", "text"), *rows])

    items = read_items([str(path)], ReadOptions(format={",": "csv", "\t": "tsv"}[delimiter]))

    assert [tuple(item.row.values()) for item in items] == rows


def test_inputs_come_out_in_the_order_in_which_they_were_given(tmp_path):
    (tmp_path / "b.txt").write_text("The ferry sank.")
    (tmp_path / "a.csv").write_text("id,text\n7,The tide rose.\n8,The tide fell.\n")
    (tmp_path / "c.jsonl").write_text('{"id": "j", "text": "The harbour froze."}\n')
    given_order = [str(tmp_path / name) for name in ("b.txt", "a.csv", "c.jsonl")]

    items = list(read_items(given_order))

    assert [item.id for item in items] == [given_order[0], "7", "8", "j"]
    assert texts(items) == [
        "The ferry sank.",
        "The tide rose.",
        "The tide fell.",
        "The harbour froze.",
    ]


def test_items_are_read_only_as_they_are_asked_for(tmp_path):
    (tmp_path / "a.txt").write_text("One.")
    (tmp_path / "b.jsonl").write_text('{"text": "Two."}\n')
    items = read_items([str(tmp_path / "a.txt"), str(tmp_path / "b.jsonl")])

    first = next(items)
    (tmp_path / "b.jsonl").write_text('{"text": "Three."}\n')

    assert first.text == "One."
    assert next(items).text == "Three."


@pytest.mark.parametrize("bad", ['{"no": "text here"}\n', "%PDF-1.4 ...", "[1"])
def test_a_bad_file_among_others_ends_no_run_and_a_bad_first_one_begins_none(tmp_path, bad):
    (tmp_path / "a.txt").write_text("One.")
    (tmp_path / "b.json").write_text(bad)
    (tmp_path / "c.txt").write_text("Three.")
    named = [str(tmp_path / name) for name in ("a.txt", "b.json", "c.txt")]

    for inputs in (named, [str(tmp_path)], [f"{tmp_path}/b.json*", *named]):
        items = sorted(read_items(inputs))
        assert texts(items) == ["One.", "", "Three."]
        assert items[1].error.startswith(f"{tmp_path}/b.json")
    with pytest.raises(InputError, match=r"b\.json"):
        list(read_items([named[1]]))


OPEN_QUOTE = b"""id,text
1,first
2,"nobody closed this
3,"one paragraph

and, after a comma, another"
4,"she said ""no"" twice"
5,last
"""


def test_an_unclosed_quote_loses_no_row_but_its_own(tmp_path):
    items = read(tmp_path, "open.csv", OPEN_QUOTE)

    assert [item.id for item in items] == ["1", str(tmp_path / "open.csv:3"), "3", "4", "5"]
    assert texts(items) == [
        "first",
        "",
        "one paragraph\n\nand, after a comma, another",
        'she said "no" twice',
        "last",
    ]
    assert [bool(item.error) for item in items] == [False, True, False, False, False]


def test_an_unclosed_quote_before_plain_rows_loses_no_row_but_its_own(tmp_path):
    items = read(tmp_path, "open.tsv", b'id\ttext\n1\t"open\n2\tsecond\n3\tthird\n')

    assert texts(items) == ["", "second", "third"]
    assert errors(items, tmp_path)[0].startswith("open.tsv:2: is not a row of the table")


def test_a_row_is_named_with_the_number_that_a_spreadsheet_gives_it(tmp_path):
    items = read(tmp_path, "a.csv", b'id,text\n1,"a\nb\nc"\n\n2,d\n3\n')

    assert [item.place for item in items] == [f"{tmp_path}/a.csv:{n}" for n in (2, 4, 5)]


def test_the_error_of_a_row_names_its_line_where_that_is_another_number(tmp_path):
    items = read(tmp_path, "a.csv", b'id,text\n1,"a\nb"\n2,"d" x\n')

    assert errors(items, tmp_path)[1].startswith("a.csv:3: is not a row of the table")
    assert items[1].error.endswith(" (line 4)")


@pytest.mark.parametrize(
    ("row", "error", "kept"),
    [
        (
            "1,rain,again",
            "a.csv:2: has 3 cells where the header has 2",
            {"id": "1", "text": "rain"},
        ),
        ("1", "a.csv:2: has 1 cells where the header has 2", {"id": "1", "text": ""}),
        ('1,"rain" again', "a.csv:2: is not a row of the table", {"id": "", "text": ""}),
        ("1,r\0a\0in", "a.csv:2: holds NUL bytes", {"id": "", "text": ""}),
        ('1,"two\nr\0a\0in\nlines"', "a.csv:2: holds NUL bytes", {"id": "", "text": ""}),
    ],
)
def test_a_bad_row_says_why_and_the_next_is_read(tmp_path, row, error, kept):
    items = read(tmp_path, "a.csv", f"id,text\n{row}\n2,sun\n".encode())

    assert [item.text for item in items] == ["", "sun"]
    assert errors(items, tmp_path)[0].startswith(error)
    assert items[0].row == kept


def test_blank_lines_between_rows_are_no_rows(tmp_path):
    items = read(tmp_path, "a.csv", b"id,text\n\n1,rain\n\n\n2,sun\n\n")

    assert texts(items) == ["rain", "sun"]


def test_a_header_with_a_name_twice_is_refused(tmp_path):
    with pytest.raises(InputError, match="'text' twice; rename one of the columns"):
        read(tmp_path, "a.csv", b"text,id,text\nrain,1,sun\n")


def test_a_header_that_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"a\.csv:1: holds NUL bytes.*the header cannot be read"):
        read(tmp_path, "a.csv", b"id,te\0xt\n1,rain\n")


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("a.txt", "Café"),
        ("a.csv", "id,text\n1,Café\n"),
        ("a.tsv", "id\ttext\n1\tCafé\n"),
        ("a.jsonl", '{"id": "1", "text": "Café"}\n'),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_byte_order_mark_tells_the_encoding_and_is_no_part_of_the_text(
    tmp_path, name, shape, encoding
):
    items = read(tmp_path, name, shape.encode(encoding))

    assert [(item.text, item.error, item.warnings) for item in items] == [("Café", "", ())]


@pytest.mark.parametrize(
    ("name", "shape", "place"),
    [
        ("a.txt", "Café", "a.txt"),
        ("a.csv", "id,text\n1,Café\n", "a.csv:2"),
        ("a.jsonl", '{"text": "Café"}\n', "a.jsonl:1"),
    ],
)
def test_what_is_not_utf8_is_read_as_cp1252_with_a_warning(tmp_path, name, shape, place):
    (item,) = read(tmp_path, name, shape.encode("cp1252"))

    assert item.text == "Café"
    assert item.warnings == (f"{tmp_path}/{place}: not UTF-8: read as cp1252",)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"ab\0cd", "holds NUL bytes"),
        (
            "ab".encode("utf-16")[:-1],
            "its bytes are not valid utf-16",
        ),
        ("Новости дня".encode("koi8-r"), "is neither UTF-8 nor cp1252"),
    ],
)
def test_bytes_that_are_no_text_are_refused_with_the_reason(tmp_path, data, reason):
    with pytest.raises(InputError, match=reason):
        decode(data)

    (item,) = read(tmp_path, "a.txt", data)
    assert item.error.startswith(f"{tmp_path}/a.txt: ")
    assert reason in item.error


def test_lines_of_a_broken_utf16_file_are_an_item_with_the_reason(tmp_path):
    (item,) = read(tmp_path, "a.jsonl", '{"text": "rain"}\n'.encode("utf-16")[:-1])

    assert item.error.startswith(f"{tmp_path}/a.jsonl: cannot be read: 'utf-16-le' codec can't")


@pytest.mark.parametrize(
    ("name", "count"), [("a.txt", 1), ("a.csv", 0), ("a.tsv", 0), ("a.jsonl", 0)]
)
def test_an_empty_file_is_one_empty_text_or_no_rows(tmp_path, name, count):
    items = read(tmp_path, name, b"")

    assert [(item.text, item.error) for item in items] == [("", "")] * count


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("a.txt.gz", b"Snow."),
        ("a.CSV.GZ", b"id,text\n1,Snow.\n"),
        ("a.jsonl.gz", b'{"text": "Snow."}'),
    ],
)
def test_a_gzipped_file_is_read_as_what_it_holds(tmp_path, name, shape):
    assert texts(read(tmp_path, name, gzip.compress(shape))) == ["Snow."]


def test_a_truncated_gzipped_table_gives_its_rows_and_then_the_reason(tmp_path):
    cells = [str(number * 2_654_435_761 % 2**32) for number in range(20_000)]
    whole = gzip.compress("\n".join(["text", *cells]).encode())

    *rows, last = read(tmp_path, "a.csv.gz", whole[: len(whole) // 2])

    assert len(rows) > 1000
    assert texts(rows) == cells[: len(rows)]
    assert last.error.startswith(f"{tmp_path}/a.csv.gz: cannot be read: Compressed file ended")


def test_a_damaged_gzipped_text_is_an_item_with_the_reason(tmp_path):
    data = gzip.compress(b"Snow fell.")[:-9]
    (item,) = read(tmp_path, "a.txt.gz", data)

    assert (item.id, item.text) == (f"{tmp_path}/a.txt.gz", "")
    assert item.error.startswith(f"{tmp_path}/a.txt.gz: cannot be read: ")


def test_a_bad_line_of_json_lines_says_why_and_the_next_is_read(tmp_path):
    lines = ['{"text": "a"}', "{text: b}", "", "[1]", '{"text": 5}', '{"text": null}', '"x"']

    items = read(tmp_path, "a.jsonl", "\n".join([*lines, '{"text": "z"}']).encode())

    assert texts(items) == ["a", "", "", "", "", "", "z"]
    starts = [error[:29] for error in errors(items, tmp_path)]
    assert starts == [
        "",
        "a.jsonl:2: is not JSON: Expec",
        "a.jsonl:4: is not a JSON obje",
        "a.jsonl:5: text is not a stri",
        "",
        "a.jsonl:7: is not a JSON obje",
        "",
    ]


def test_json_nested_beyond_reason_is_a_bad_line(tmp_path):
    items = read(tmp_path, "a.jsonl", b"[" * 100_000 + b'\n{"text": "a"}\n')

    assert texts(items) == ["", "a"]
    assert "is not JSON" in items[0].error


def test_a_later_line_without_the_text_field_is_a_bad_line_that_keeps_its_fields(tmp_path):
    items = read(tmp_path, "a.jsonl", b'{"text": "a"}\n{"txet": "b", "n": 3}\n{"text": "c"}\n')

    assert texts(items) == ["a", "", "c"]
    assert "a.jsonl:2: there is no field like 'text'; did you mean 'txet'?" in items[1].error
    assert items[1].row == {"txet": "b", "n": 3}


@pytest.mark.parametrize(
    ("row", "reading", "text"),
    [
        ('{"text": "t", "body": "b"}', {}, "t"),
        ('{"body": "b", "article": "a"}', {}, "b"),
        ('{"article_text": "a", "title": "x"}', {}, "a"),
        ('{"text": "t", "lead": "l"}', {"text_field": "lead"}, "l"),
    ],
)
def test_the_text_is_the_named_field_or_the_first_known_one(tmp_path, row, reading, text):
    assert texts(read(tmp_path, "a.jsonl", row.encode(), **reading)) == [text]


@pytest.mark.parametrize(
    ("row", "reading", "name"),
    [
        ('{"text": "t", "id": 12, "url": "u"}', {}, "12"),
        ('{"text": "t", "url": "u"}', {}, "u"),
        ('{"text": "t", "id": "i", "slug": "s"}', {"id_field": "slug"}, "s"),
        ('{"text": "t", "id": ["a", 1]}', {}, "['a', 1]"),
        ('{"text": "t", "id": 0}', {}, "0"),
        ('{"text": "t", "id": ""}', {}, "PLACE"),
        ('{"text": "t", "id": null}', {}, "PLACE"),
        ('{"text": "t"}', {}, "PLACE"),
    ],
)
def test_an_item_is_named_by_its_id_field_or_its_place(tmp_path, row, reading, name):
    (item,) = read(tmp_path, "a.jsonl", row.encode(), **reading)

    assert item.id == name.replace("PLACE", f"{tmp_path}/a.jsonl:1")


@pytest.mark.parametrize(
    ("reading", "message"),
    [
        ({"text_field": "headlin"}, "'headlin'; did you mean 'headline'?"),
        ({}, "like 'text'; there are: nr, headline; name the one that holds the text with"),
        ({"text_field": "headline", "id_field": "nrr"}, "'nrr'; did you mean 'nr'?"),
    ],
)
@pytest.mark.parametrize(
    ("name", "shape"),
    [("a.csv", "nr,headline\n1,Snow\n"), ("a.jsonl", '{"nr": 1, "headline": "Snow"}\n')],
)
def test_a_field_that_is_not_there_is_answered_with_the_one_that_is(
    tmp_path, name, shape, reading, message
):
    with pytest.raises(InputError) as caught:
        read(tmp_path, name, shape.encode(), **reading)

    assert str(caught.value).startswith(f"{tmp_path}/{name}")
    assert message in str(caught.value)


def test_a_folder_stands_for_its_readable_files_sorted_and_hidden_ones_are_skipped(tmp_path):
    for name in (
        "b.txt",
        "a.csv",
        "inner/c.jsonl.gz",
        "inner/a.md",
        "photo.jpg",
        ".draft.txt",
        ".git/x.txt",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()

    found = expand([str(tmp_path)])

    assert found == [
        str(tmp_path / name) for name in ("a.csv", "b.txt", "inner/a.md", "inner/c.jsonl.gz")
    ]


def test_a_folder_inside_a_hidden_one_is_read_when_it_is_named(tmp_path):
    folder = tmp_path / ".cache" / "news"
    folder.mkdir(parents=True)
    (folder / "a.txt").touch()

    assert expand([str(folder)]) == [str(folder / "a.txt")]


def test_a_given_format_reads_every_file_of_a_folder(tmp_path):
    (tmp_path / "story").write_text("Hail.")

    assert texts(read_items([str(tmp_path)], ReadOptions(format="text"))) == ["Hail."]


def test_a_glob_stands_for_its_files_sorted(tmp_path):
    for name in ("b.txt", "a.txt", "c.csv", ".d.txt"):
        (tmp_path / name).touch()

    assert expand([f"{tmp_path}/*.txt"]) == [f"{tmp_path}/a.txt", f"{tmp_path}/b.txt"]


def test_a_file_whose_name_looks_like_a_glob_is_itself(tmp_path):
    (tmp_path / "a[1].txt").write_text("Sleet.")

    assert texts(read_items([f"{tmp_path}/a[1].txt"])) == ["Sleet."]


@pytest.mark.parametrize("missing", ["gone.txt", "gone/", "*.gone"])
def test_an_input_that_is_not_there_is_named(tmp_path, missing):
    with pytest.raises(InputError) as caught:
        expand([f"{tmp_path}/{missing}"])

    assert str(caught.value) == f"{tmp_path}/{missing}: there is no such file or folder"


def test_a_folder_with_nothing_to_read_is_refused_with_what_could_be_read(tmp_path):
    (tmp_path / "photo.jpg").touch()

    with pytest.raises(
        InputError, match=r"holds no file to read, only 1 \.jpg; textclf reads \.txt.*\.gz"
    ):
        expand([str(tmp_path)])


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("a.TXT", "text"),
        ("a.ndjson", "jsonl"),
        ("a.tab.gz", "tsv"),
        ("a.csv.GZ", "csv"),
        ("a.HTML.bz2", "html"),
        ("a", "text"),
    ],
)
def test_a_name_tells_the_format_and_an_unknown_one_is_a_text(path, kind):
    assert format_of(path) == kind


def test_each_line_of_a_text_is_an_item_where_lines_are_asked_for(tmp_path):
    items = read(tmp_path, "a.txt", b"one\r\n\ntwo", lines=True)

    assert texts(items) == ["one", "", "two"]
    assert [item.id for item in items] == [f"{tmp_path}/a.txt:{n}" for n in (1, 2, 3)]


@pytest.mark.parametrize(
    ("data", "reading", "found"),
    [
        (b"Thunder.", ReadOptions(), ["Thunder."]),
        (b'{"text": "a"}\n{"text": "b"}\n', ReadOptions(), ["a", "b"]),
        (b"text\na\nb\n", ReadOptions(format="csv"), ["a", "b"]),
    ],
)
def test_standard_input_is_one_text_unless_it_begins_as_json_or_is_said_to_be_a_table(
    monkeypatch, data, reading, found
):
    stream = io.TextIOWrapper(io.BufferedReader(io.BytesIO(data)))
    monkeypatch.setattr(sys, "stdin", stream)

    assert texts(read_items(["-"], reading)) == found


def test_the_first_row_has_the_field_of_the_text_whatever_stands_before_it(tmp_path):
    path = tmp_path / "in.jsonl"
    path.write_text('no JSON\n\n{"note": "no text"}\n{"text": "Rain."}\n')
    items = read_items([str(path)])

    assert next(items).error.startswith(f"{path}:1: is not JSON")
    with pytest.raises(InputError, match=r"in\.jsonl:3: there is no field like 'text'"):
        next(items)


def test_a_link_to_itself_is_no_file_of_its_folder(tmp_path):
    (tmp_path / "a.txt").write_text("Rain.")
    (tmp_path / "b.txt").symlink_to("b.txt")

    assert [item.text for item in read_items([str(tmp_path)])] == ["Rain."]


def test_files_of_one_text_are_gathered_unopened(tmp_path):
    (tmp_path / "a.txt").write_text("Rain.")
    (tmp_path / "b.txt").write_text("Hail!!!")
    (tmp_path / "c.csv").write_text("text\nHail.\n")
    (tmp_path / "d.txt.gz").write_bytes(gzip.compress(b"Snow."))

    gathered = list(gather(expand([str(tmp_path)])))
    (tmp_path / "a.txt").unlink()

    assert [type(one) for one in gathered] == [
        DeferredFile,
        DeferredFile,
        InputDocument,
        InputDocument,
    ]
    assert [one.size for one in gathered] == [5, 7, 5, 5]
    assert [(item.text, item.error.partition(": ")[2][:14]) for item in items_of(gathered)] == [
        ("", "cannot be read"),
        ("Hail!!!", ""),
        ("Hail.", ""),
        ("Snow.", ""),
    ]


def test_lines_of_json_are_gathered_as_a_byte_range_once_a_row_was_read(tmp_path):
    path = tmp_path / "in.jsonl"
    lines = [b"no JSON\n", b'{"text": "Rain."}\n', b"\n", b"no JSON\n", b'{"text": "Hail."}']
    path.write_bytes(b"".join(lines))

    gathered = list(gather([str(path)]))

    part = DeferredLines(str(path), 3, 3, sum(map(len, lines[:2])), sum(map(len, lines[2:])))
    assert [type(one) for one in gathered[:2]] == [InputDocument, InputDocument]
    assert gathered[2:] == [part]
    assert list(items_of(gathered)) == list(read_items([str(path)]))
    assert [item.text for item in items_of(gathered)] == ["", "Rain.", "", "Hail."]


def test_byte_ranges_of_a_file_follow_each_other_from_line_to_line(tmp_path):
    path = tmp_path / "in.jsonl"
    path.write_text("".join(f'{{"text": "{"Rain. " * (n % 7)}"}}\n\n' for n in range(500)))

    ranges = list(gather([str(path)]))[1:]

    assert len(ranges) > 3
    for one, other in pairwise(ranges):
        assert one.offset + one.size == other.offset
        assert one.number + one.items == other.number
    assert ranges[-1].offset + ranges[-1].size == path.stat().st_size
    assert [item.place for item in items_of(ranges)][-1] == f"{path}:999"


@pytest.mark.parametrize("kind", ["gzip", "UTF-16", "standard input"])
def test_lines_that_no_other_process_can_find_by_offset_are_gathered_as_they_are(tmp_path, kind):
    path = tmp_path / ("in.jsonl.gz" if kind == "gzip" else "in.jsonl")
    text = "".join(f'{{"text": "Rain {n}."}}\n' for n in range(300))
    data = text.encode("utf-16" if kind == "UTF-16" else "utf-8")
    path.write_bytes(gzip.compress(data) if kind == "gzip" else data)
    given = ("-", io.BytesIO(data)) if kind == "standard input" else (str(path), None)

    gathered = list(gather([given[0]], ReadOptions(format="jsonl"), given[1]))
    path.unlink()

    assert b"".join(one.raw for one in gathered[1:]) == text.encode().partition(b"\n")[2]
    assert [item.text for item in items_of(gathered)] == [f"Rain {n}." for n in range(300)]


def test_a_line_that_is_too_long_does_not_shift_the_byte_ranges_after_it(tmp_path):
    path = tmp_path / "in.jsonl"
    rows = [f'{{"text": "Rain {n}."}}' for n in range(300)]
    path.write_text("\n".join([*rows[:100], "x" * 16_000_100, *rows[100:]]))

    found = list(items_of(gather([str(path)])))

    assert [one.text for one in found if not one.error] == [f"Rain {n}." for n in range(300)]
    assert [one.place for one in found if one.error] == [f"{path}:101"]
    assert found[-1].place == f"{path}:301"


@pytest.mark.parametrize(
    "change", [lambda data: data[:-30], lambda data: data.replace(b"\n", b" ")]
)
def test_a_file_that_changes_between_gathering_and_reading_is_an_error(tmp_path, change):
    path = tmp_path / "in.jsonl"
    path.write_text('{"text": "Rain."}\n' * 100)
    gathered = list(gather([str(path)]))

    path.write_bytes(change(path.read_bytes()))

    with pytest.raises(InputError, match=r"in\.jsonl:(2|65): the file changed while it was read"):
        list(items_of(gathered))


def test_the_bytes_read_grow_to_the_size_of_all_files(tmp_path):
    (tmp_path / "a.txt").write_text("Rain.")
    with gzip.open(tmp_path / "b.jsonl.gz", "wt") as stream:
        stream.writelines(
            f'{{"text": "{number * 2654435761 % 2**32}"}}\n' for number in range(100_000)
        )
    (tmp_path / "c.csv").write_text("text\n" + "Hail.\n" * 50_000)
    paths, count = expand([str(tmp_path)]), BytesRead()

    seen = [int(count) for _ in gather(paths, count=count)]

    assert seen == sorted(seen)
    assert len(set(seen)) > 10
    assert int(count) == bytes_of(paths) == sum(path.stat().st_size for path in tmp_path.iterdir())


def test_the_size_of_standard_input_and_of_a_workbook_is_not_known(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("Rain.")

    assert bytes_of([str(path)]) == 5
    assert bytes_of([str(path), "-"]) is None
    assert bytes_of([str(path), "book.xlsx"]) is None
