"""JSON files, Word documents, feeds and zip archives give their articles, or one line."""

import io
import json
import zipfile

import pytest

from textclf.errors import InputError
from textclf.io import archive, feed, json_file, word_document
from textclf.io.input_documents import ReadOptions
from textclf.io.read_inputs import read_items


def read(folder, name, data, **reading):
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return list(read_items([str(path)], ReadOptions(**reading)))


def zipped(files):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files.items():
            made.writestr(name, data)
    return stream.getvalue()


def texts(items):
    return [item.text for item in items]


RECORDS = [{"id": 1, "title": "a", "body": "Rain fell."}, {"id": 2, "body": "Snow fell."}]


@pytest.mark.parametrize(
    "value",
    [
        RECORDS,
        {"articles": RECORDS},
        {"status": "ok", "tags": ["a"], "response": {"total": 2, "docs": RECORDS}},
        {"a": {"b": {"c": RECORDS}}},
        ["Rain fell.", "Snow fell."],
    ],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_records_of_json_are_found_in_an_array_or_under_a_key(tmp_path, value, indent):
    items = read(tmp_path, "a.json", json.dumps(value, indent=indent))

    assert texts(items) == ["Rain fell.", "Snow fell."]
    assert [one.place for one in items] == [f"{tmp_path}/a.json:{n}" for n in (1, 2)]


def test_one_article_may_be_a_json_file(tmp_path):
    (item,) = read(tmp_path, "a.json", '{"title": "Rain", "text": "Rain fell.", "tags": [{}]}')

    assert (item.title, item.text, item.row["tags"]) == ("Rain", "Rain fell.", [{}])


def test_a_record_that_is_none_says_why_and_the_next_is_read(tmp_path):
    items = read(tmp_path, "a.json", '[{"text": "a"}, 5, null, {"txet": 1}, {"text": "b"}]')

    assert texts(items) == ["a", "", "", "", "b"]
    assert [bool(one.error) for one in items] == [False, True, True, True, False]
    assert items[1].error == f"{tmp_path}/a.json:2: is not a JSON object, {{...}}"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ('[{"text": "a"}', "is not JSON"),
        ("7", "is JSON, but no list of records"),
        ('{"a": [{"x": 1}], "b": [{"x": 1}]}', "several lists of records, under a, b"),
        ('{"a": {}}', "no field like 'text'; there are: a"),
        ('{"a":' + "[" * 100_000, "is not JSON"),
    ],
)
def test_json_without_records_is_refused(tmp_path, data, message):
    with pytest.raises(InputError, match=message) as caught:
        read(tmp_path, "a.json", data)

    assert str(caught.value).startswith(f"{tmp_path}/a.json")


def test_json_beyond_the_size_limit_is_refused_with_the_way_to_json_lines(tmp_path, monkeypatch):
    monkeypatch.setattr(json_file, "_LARGEST", 20)

    with pytest.raises(InputError, match="in one piece; turn it into JSON lines"):
        read(tmp_path, "a.json", json.dumps(RECORDS))


W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def word(body):
    return zipped(
        {"word/document.xml": f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'}
    )


def paragraph(text, style=""):
    kind = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{kind}<w:r><w:t>{text}</w:t></w:r></w:p>"


def test_a_word_document_gives_its_title_headings_and_paragraphs(tmp_path):
    inner = f"<w:tbl><w:tr><w:tc>{paragraph('In a table.')}</w:tc></w:tr></w:tbl>"
    body = (
        paragraph("Rain", "Title")
        + paragraph("Swat", "Heading1")
        + "<w:p><w:r><w:t>Rain </w:t><w:tab/></w:r><w:del><w:r><w:t>not</w:t></w:r></w:del>"
        "<w:r><w:t>fell.</w:t></w:r></w:p><w:p/>" + inner
    )

    (item,) = read(tmp_path, "a.docx", word(body))

    assert (item.title, item.text) == ("Rain", "Swat\n\nRain \tfell.\n\nIn a table.")
    assert (item.row, item.error) == (None, "")


def test_a_word_document_with_entities_is_refused(tmp_path):
    bomb = f'<!DOCTYPE d [<!ENTITY a "aaaa">]><w:document xmlns:w="{W}">&a;</w:document>'

    (item,) = read(tmp_path, "a.docx", zipped({"word/document.xml": bomb}))

    assert (
        item.error
        == f"{tmp_path}/a.docx: is XML that declares entities, which textclf does not read"
    )


@pytest.mark.parametrize("data", [b"PK\x03\x04 broken", word("<w:p>"), zipped({"a": "b"})])
def test_a_damaged_word_document_is_one_line(tmp_path, data):
    (tmp_path / "b.txt").write_text("Rain.")

    _, item = read_items([str(tmp_path / "b.txt"), _written(tmp_path / "a.docx", data)])

    assert item.error.startswith(f"{tmp_path}/a.docx")
    assert "\n" not in item.error


def _written(path, data):
    path.write_bytes(data)
    return str(path)


def test_a_word_document_beyond_the_size_limit_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setattr(word_document, "_LARGEST", 1000)

    (item,) = read(tmp_path, "a.docx", word(paragraph("Rain fell. " * 500)))

    assert "Word document of more than" in item.error


RSS = """<?xml version="1.0"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:media="http://search.yahoo.com/mrss/">
<channel><title>The Daily</title><link>https://daily.example/</link>
<item><title>Rain &amp;amp; snow</title><link>https://daily.example/1</link>
<media:title>A photo</media:title><media:description>A man in the rain</media:description>
<description>Short.</description>
<content:encoded><![CDATA[<p>Rain <b>fell</b>.</p><script>bomb</script><p>Snow fell.</p>]]>
</content:encoded><pubDate>Fri, 02 May 2025 08:00:00 GMT</pubDate></item>
<item><title>Hail</title><description>&lt;p&gt;Hail fell &amp;#8217;today&lt;/p&gt;</description>
<guid isPermaLink="true">https://daily.example/2</guid></item>
</channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>The Daily</title>
<entry><title type="html">Rain &amp;amp; snow</title><link rel="self" href="x"/>
<link href="https://daily.example/1"/><updated>2025-05-02</updated><summary>Short.</summary>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Rain <b>fell</b>.</p>
<p>Snow fell.</p></div></content></entry>
<entry><title>Hail</title><summary>Hail fell ’today</summary>
<link rel="alternate" href="https://daily.example/2"/></entry></feed>"""


@pytest.mark.parametrize(("name", "data"), [("a.xml", RSS), ("a.atom", ATOM), ("a.txt", RSS)])
def test_a_feed_gives_the_fullest_text_of_each_item_without_markup(tmp_path, name, data):
    rain, hail = read(tmp_path, name, data)

    assert (rain.title, rain.text) == ("Rain & snow", "Rain fell.\n\nSnow fell.")
    assert (rain.id, rain.row["source"]) == ("https://daily.example/1", "The Daily")
    assert "2025" in rain.row["date"]
    assert (hail.title, hail.text, hail.id) == (
        "Hail",
        "Hail fell ’today",
        "https://daily.example/2",
    )
    assert list(rain.row) == ["title", "text", "url", "date", "source"]


def test_a_feed_with_bare_ampersands_and_entities_of_html_is_read(tmp_path):
    broken = RSS.replace("Hail</title>", "Hail & more&nbsp;hail\x08</title>")

    assert read(tmp_path, "a.xml", broken)[1].title.split() == ["Hail", "&", "more", "hail"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("<rss><channel></channel></rss>", "is no RSS or Atom feed with items"),
        ("<rss><channel>", "is not well-formed XML"),
        ('<!DOCTYPE r [<!ENTITY a "b">]><rss>&a;</rss>', "declares entities"),
        ("plain", "is not well-formed XML"),
    ],
)
def test_what_is_no_feed_is_refused(tmp_path, data, message):
    with pytest.raises(InputError, match=message):
        read(tmp_path, "a.rss", data)


def test_a_feed_beyond_the_size_limit_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(feed, "_LARGEST", 100)

    with pytest.raises(InputError, match="is a feed of more than"):
        read(tmp_path, "a.rss", RSS)


def test_each_file_of_an_archive_is_read_by_its_own_format(tmp_path):
    data = zipped(
        {
            "b.csv": "id,text\n1,Rain.\n2,Snow.\n",
            "a.txt": "Hail.",
            "in/c.docx": word(paragraph("Sleet.")),
            "in/d.jsonl": '{"text": "Fog."}\n{"text": "Mist."}\n',
            "photo.jpg": "x",
            "__MACOSX/a.txt": "x",
            ".hidden.txt": "x",
        }
    )

    items = read(tmp_path, "a.zip", data)

    assert texts(items) == ["Hail.", "Rain.", "Snow.", "Sleet.", "Fog.", "Mist."]
    assert [one.place.removeprefix(f"{tmp_path}/") for one in items] == [
        "a.zip:a.txt",
        "a.zip:b.csv:2",
        "a.zip:b.csv:3",
        "a.zip:in/c.docx",
        "a.zip:in/d.jsonl:1",
        "a.zip:in/d.jsonl:2",
    ]
    assert items[0].warnings == (f"{tmp_path}/a.zip: files in it that were not read: 1 .jpg",)


def test_a_bad_file_of_an_archive_is_an_error_and_the_next_is_read(tmp_path):
    inner = zipped({"x.txt": "x"})
    data = zipped(
        {"a.txt": "Hail.", "b.txt": "%PDF-1", "c.zip": inner, "d.csv": "a\n", "e.md": "Fog."}
    )

    items = read(tmp_path, "a.zip", data)

    assert texts(items) == ["Hail.", "", "", "", "Fog."]
    assert "a.zip:b.txt: is a PDF file" in items[1].error
    assert "a.zip:c.zip: is an archive in an archive; unpack it first" in items[2].error
    assert "a.zip:d.csv:1: there is no field like 'text'" in items[3].error


def test_a_damaged_file_of_an_archive_is_an_error_and_the_next_is_read(tmp_path):
    data = bytearray(zipped({"a.txt": "Hail. " * 99, "b.txt": "Fog."}))
    data[40:44] = b"\xff\xff\xff\xff"

    items = read(tmp_path, "a.zip", bytes(data))

    assert texts(items) == ["", "Fog."]
    assert items[0].error.startswith(f"{tmp_path}/a.zip:a.txt: cannot be read: ")


@pytest.mark.parametrize(("limit", "value"), [("_MOST", 1), ("_LARGEST", 5)])
def test_an_archive_beyond_the_limits_is_refused(tmp_path, monkeypatch, limit, value):
    monkeypatch.setattr(archive, limit, value)

    with pytest.raises(InputError, match=r"a\.zip: holds 2 files of .*; divide the archive"):
        read(tmp_path, "a.zip", zipped({"a.txt": "Rain.", "b.txt": "Snow."}))


def test_an_archive_without_a_file_to_read_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"holds no file to read; it has 1 \.jpg"):
        read(tmp_path, "a.zip", zipped({"a.jpg": "x"}))


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.docx", word(paragraph("Rain fell."))),
        ("a.html", "<p>Rain fell.</p>"),
        ("a.json", '[{"text": "Rain fell."}]'),
        ("a.rss", "<rss><item><description>Rain fell.</description></item></rss>"),
        ("a.zip", zipped({"a.txt": "Rain fell."})),
    ],
)
def test_a_text_beyond_max_text_is_an_error_in_every_format(tmp_path, name, data):
    (item,) = read(tmp_path, name, data, max_text=10)
    assert item.text == "Rain fell."
    (item,) = read(tmp_path, name, data, max_text=9)
    assert (item.text, bool(item.error)) == ("", True)
