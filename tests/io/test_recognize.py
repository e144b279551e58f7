"""A file is what its bytes say: read as that, or refused with what would help."""

import bz2
import gzip
import io
import json
import lzma
import random
import sqlite3
import sys
import zipfile
from pathlib import Path

import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from textclf.errors import InputError
from textclf.io.input_documents import ReadOptions
from textclf.io.read_inputs import read_items
from textclf.io.read_stream import format_of
from textclf.io.recognize import recognize, wide_encoding

CASES = Path(__file__).parents[1] / "cases"
GUNMEN = "Gunmen opened fire on worshippers leaving an imambargah"
BANK = "The central bank kept its policy rate unchanged"
SNOW = "Heavy snowfall and a cold wave"
TABLE = "id,title,body\n1,a,Rain fell.\n2,b,Snow fell.\n"
TSV = TABLE.replace(",", "\t")
JSONL = '{"id": 1, "text": "Rain fell."}\n{"id": 2, "text": "Snow fell."}\n'
ARRAY = '[{"text": "Rain fell."}, {"text": "Snow fell."}]'
PAGE = "<!DOCTYPE html><html><head><title>x</title></head><body><p>Rain fell.</p></body></html>"


def read(folder, name, data, **reading):
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return list(read_items([str(path)], ReadOptions(**reading)))


def zipped(files):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "starts"),
    [
        ("recs.json", [GUNMEN, BANK]),
        ("array.json", [GUNMEN, BANK]),
        ("array.jsonl", [GUNMEN, BANK]),
        ("array1line.jsonl", [GUNMEN, BANK]),
        ("lexis.txt", [GUNMEN, BANK, SNOW]),
        ("page.html", [SNOW]),
        ("feed.xml", [GUNMEN, BANK]),
        ("book.xlsx", [GUNMEN, BANK]),
        ("xlsx_named.txt", [GUNMEN, BANK]),
        ("art.docx", [GUNMEN]),
        ("articles.zip", [GUNMEN, BANK]),
        ("t.parquet", [GUNMEN, BANK]),
        ("utf16be.txt", [GUNMEN]),
        ("utf16_comma.csv", [GUNMEN, BANK, SNOW]),
        ("utf16le_nobom.csv", [GUNMEN, BANK, SNOW]),
    ],
)
@pytest.mark.parametrize("renamed", [None, ".txt", ".dat"])
def test_a_case_is_read_as_what_it_is_whatever_its_name(tmp_path, name, starts, renamed):
    given_name = name if renamed is None else f"renamed{renamed}"

    items = read(tmp_path, given_name, (CASES / name).read_bytes())

    assert [item.error for item in items] == [""] * len(starts)
    assert all(item.text.startswith(start) for item, start in zip(items, starts, strict=True))


def _sqlite(folder):
    with sqlite3.connect(folder / "a.db") as base:
        base.execute("create table a (b)")
    base.close()
    return (folder / "a.db").read_bytes()


@pytest.mark.parametrize(
    ("data", "what", "remedy"),
    [
        ((CASES / "art.pdf").read_bytes(), "is a PDF file", "pdftotext"),
        (b"\r\n%PDF-1.7 ...", "is a PDF file", "pdftotext"),
        (rb"{\rtf1\ansi Rain fell.}", "is an RTF file", "save it as .docx or as plain text"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "is an old Office file", ".docx"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "is an image", "OCR"),
        (b"\xff\xd8\xff\xe0 JFIF", "is an image", "OCR"),
        (b"7z\xbc\xaf\x27\x1c\x00\x04", "is a 7z archive", "unpack it"),
        (_sqlite, "is an SQLite database", "export it as .csv"),
        (bytes(range(256)) * 9, "is a binary file, not text", "give the text"),
        (b"\x7fELF" + bytes(60), "is a binary file, not text", "give the text"),
        (zipped({"content.xml": "<a/>"}), "is an OpenDocument file", ".docx"),
        (zipped({"ppt/presentation.xml": "<a/>"}), "is a PowerPoint presentation", ".txt"),
        (b"<?xml version='1.0'?><nitf><p>Rain</p></nitf>", "is XML, but neither", ".csv"),
        (b"PK\x03\x04 broken", "is a damaged zip archive", ""),
    ],
)
@pytest.mark.parametrize("name", ["a.txt", "a.csv", "a.jsonl", "a.pdf"])
def test_what_is_not_text_is_refused_by_what_it_is_with_a_remedy(
    tmp_path, data, what, remedy, name
):
    if what.startswith("is XML") and name[-4:] in {".csv", "sonl"}:
        pytest.skip("a table is refused at its header")
    (tmp_path / "b.txt").write_text("Rain fell.")
    path = tmp_path / name
    path.write_bytes(data(tmp_path) if callable(data) else data)

    rain, item = read_items([str(tmp_path / "b.txt"), str(path)])

    assert rain.text == "Rain fell."
    assert item.text == ""
    assert item.error.startswith(f"{path}: {what}")
    assert remedy in item.error
    assert "\n" not in item.error


@pytest.mark.parametrize("kind", ["text", "csv", "jsonl"])
def test_what_is_not_text_is_refused_whatever_format_is_given(tmp_path, kind):
    with pytest.raises(InputError, match=r"is a zip archive, not .*leave --input-format out"):
        read(tmp_path, "a.txt", (CASES / "book.xlsx").read_bytes(), format=kind, lines=True)


@pytest.mark.parametrize(
    "pack",
    [gzip.compress, bz2.compress, lzma.compress, zstd.compress],
    ids=["gz", "bz2", "xz", "zst"],
)
@pytest.mark.parametrize("suffix", ["", ".gz", ".bz2", ".xz", ".zst"])
def test_a_compressed_file_is_known_by_its_bytes(tmp_path, pack, suffix):
    assert [one.text for one in read(tmp_path, f"a.txt{suffix}", pack(b"Rain."))] == ["Rain."]
    items = read(tmp_path, f"a.csv{suffix}", pack(TABLE.encode()))
    assert [one.text for one in items] == ["Rain fell.", "Snow fell."]


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, zstd.compress])
def test_a_damaged_compressed_file_is_one_line(tmp_path, pack):
    whole = pack(random.Random(1).randbytes(30_000).hex().encode())  # noqa: S311 - no secret

    *_, item = read(tmp_path, "a.txt", whole[: len(whole) // 2])

    assert item.error.startswith(f"{tmp_path}/a.txt: cannot be read: ")
    assert item.text == ""


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("word", ["Rain fell.", "পুলিশ বলেছে হামলা", "Zażółć gęślą", "پولیس نے کہا"])
def test_utf16_and_utf32_are_read_with_and_without_a_mark(tmp_path, encoding, mark, word):
    table = f"{mark}id,text\n1,{word}\n"

    assert [one.text for one in read(tmp_path, "a.csv", table.encode(encoding))] == [word]
    assert [one.text for one in read(tmp_path, "a.txt", (mark + word).encode(encoding))] == [word]


@pytest.mark.parametrize("text", ["ra\0in", "id,text\n1,ra\0in\n", "মসজিদ\0 হামলা"])
def test_a_stray_nul_makes_no_utf16(text):
    assert wide_encoding(text.encode()) == ""


@pytest.mark.parametrize("name", ["a.txt", "a.csv", "a.tsv"])
def test_unicode_text_of_excel_is_a_table(tmp_path, name):
    if name == "a.csv":
        pytest.skip("the delimiter of a .csv is another matter")
    items = read(tmp_path, name, TSV.encode("utf-16"))

    assert [(one.title, one.text) for one in items] == [("a", "Rain fell."), ("b", "Snow fell.")]


@pytest.mark.parametrize(
    ("data", "texts"),
    [
        (TABLE, ["Rain fell.", "Snow fell."]),
        (TSV, ["Rain fell.", "Snow fell."]),
        (JSONL, ["Rain fell.", "Snow fell."]),
        (ARRAY, ["Rain fell.", "Snow fell."]),
        (json.dumps({"articles": json.loads(ARRAY)}, indent=1), ["Rain fell.", "Snow fell."]),
        (PAGE, ["Rain fell."]),
        ("Rain fell.", ["Rain fell."]),
        ("Rain, hail\nand snow, id\n", ["Rain, hail\nand snow, id\n"]),
        ("[Photo] Rain fell.", ["[Photo] Rain fell."]),
        ('{"} is a strange beginning', ['{"} is a strange beginning']),
        ("<3 is a heart.", ["<3 is a heart."]),
        (gzip.compress(TABLE.encode(), mtime=0), ["Rain fell.", "Snow fell."]),
        ((CASES / "t.parquet").read_bytes(), [f"{GUNMEN}.", f"{BANK}."]),
    ],
)
@pytest.mark.parametrize("kind", ["stdin", "a.txt"])
def test_standard_input_and_a_text_file_are_recognised_alike(
    tmp_path, monkeypatch, data, texts, kind
):
    data = data.encode() if isinstance(data, str) else data
    if kind == "stdin":
        stream = io.TextIOWrapper(io.BufferedReader(io.BytesIO(data)))
        monkeypatch.setattr(sys, "stdin", stream)
        items = list(read_items(["-"]))
    else:
        items = read(tmp_path, kind, data)

    assert [(one.text, one.error) for one in items] == [(text, "") for text in texts]


def test_a_named_text_column_makes_a_table_of_a_text_file():
    data = "lead;tale\na;Rain fell.\n"

    assert recognize(data.encode(), "a", "text") == "text"
    assert recognize(data.encode(), "a", "text", fields=["tale"]) == "csv"


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("a.json", JSONL, "jsonl"),
        ("a.json", '{"text": "Rain"}', "json"),
        ("a.jsonl", '{"text": "Rain"}', "jsonl"),
        ("a.jsonl", '{\n "text": "Rain"\n}', "json"),
        ("a.jsonl", '{"text": "Ra\n{"text": "Rain"}\n', "jsonl"),
        ("a.jsonl", "no JSON\n", "jsonl"),
        ("a.html", "no markup", "html"),
        ("a.xml", PAGE, "html"),
        ("a.csv", ARRAY, "csv"),
    ],
)
def test_json_and_markup_are_distinguished_by_their_first_bytes(name, data, kind):
    assert recognize(data.encode(), name, format_of(name)) == kind


def test_a_web_page_is_no_table(tmp_path):
    with pytest.raises(InputError, match=r"a\.csv: is a web page, not a table"):
        read(tmp_path, "a.csv", PAGE)


NAMES = [path.name for path in sorted(CASES.iterdir()) if path.suffix != ".toml"]


@given(
    name=st.sampled_from(NAMES),
    suffix=st.sampled_from(["", ".txt", ".csv", ".json", ".docx", ".xml", ".zip", ".gz"]),
    seed=st.integers(0, 2**32),
)
def test_mutated_files_give_items_or_one_line(tmp_path_factory, name, suffix, seed):
    chance = random.Random(seed)  # noqa: S311 - no secret
    data = bytearray((CASES / name).read_bytes())
    for _ in range(chance.choice((1, 1, 3, 30))):
        place = chance.randrange(len(data) + 1)
        match chance.randrange(4):
            case 0:
                data[place : place + 1] = chance.randbytes(1)
            case 1:
                del data[place : place + chance.choice((1, 10, 1000))]
            case 2:
                data[place:place] = chance.randbytes(chance.choice((1, 4, 100)))
            case _:
                del data[place + 1 :]
    folder = tmp_path_factory.mktemp("fuzz")
    (folder / "a.txt").write_text("One.")
    (folder / f"b{suffix or name}").write_bytes(data)
    (folder / "c.txt").write_text("Three.")

    first, *middle, last = read_items([str(folder / one.name) for one in sorted(folder.iterdir())])

    assert (first.text, last.text) == ("One.", "Three.")
    assert all("\n" not in item.error.strip() and item.id for item in middle)


@given(data=st.binary(max_size=300), suffix=st.sampled_from([".txt", ".csv", ".json", ".docx", ""]))
def test_any_bytes_give_items_or_one_line(tmp_path_factory, data, suffix):
    folder = tmp_path_factory.mktemp("fuzz")
    (folder / "a.txt").write_text("One.")
    (folder / f"b{suffix}").write_bytes(data)

    first, *_ = read_items([str(folder / "a.txt"), str(folder / f"b{suffix}")])

    assert first.text == "One."
