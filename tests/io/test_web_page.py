"""The article of a web page is read, and nothing else of the page."""

import sys

import pytest

from textclf.errors import InputError
from textclf.io import web_page
from textclf.io._page_worker import simple_extraction
from textclf.io.input_documents import ReadOptions
from textclf.io.read_inputs import read_items

SENTENCES = [f"The council met on day {n} and agreed to mend the bridge at Swat." for n in range(9)]
ARTICLE = "".join(f"<p>{one}</p>\n" for one in SENTENCES)
PAGE = f"""<!DOCTYPE html><html><head><title>Bridge - Daily</title>
<meta property="og:title" content="Bridge to be mended"><style>p {{ color: church }}</style>
<script>var a = "church mosque bomb";</script></head>
<body><nav><a href="/">Home mosque</a></nav><article><h1>Bridge to be mended</h1>{ARTICLE}
<script>document.write("<p>bomb</p>")</script></article>
<aside>Subscribe to bomb news</aside><footer>Copyright bomb</footer></body></html>"""


def read(folder, data, name="a.html", **reading):
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return list(read_items([str(path)], ReadOptions(**reading)))


def test_the_article_is_read_and_no_script_style_or_menu(tmp_path):
    (item,) = read(tmp_path, PAGE)

    assert (item.title, item.error, item.row) == ("Bridge to be mended", "", None)
    assert item.text.split("\n\n") == SENTENCES


def test_the_simple_extraction_reads_the_same():
    assert simple_extraction(PAGE) == ("Bridge to be mended", "\n\n".join(SENTENCES))


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>Rain &amp; snow<br>fell <b>to</b>day.", "Rain & snow\n\nfell today."),
        ("<nav><p>Rain fell.</p>", "Rain fell."),
        ("<div>Rain<script>bomb", "Rain"),
        ("<ul><li>Rain<li>Snow</ul>", "Rain\n\nSnow"),
        ("", ""),
    ],
)
def test_the_simple_extraction_reads_broken_markup(markup, text):
    assert simple_extraction(markup)[1] == text


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ('<meta charset="windows-1251">', "cp1251"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=gbk">', "gbk"),
        ('<meta charset="utf-8">', "utf-8"),
        ('<meta charset="no-such-thing">', "utf-8"),
        ('<meta charset="utf-16">', "utf-16"),
    ],
)
def test_a_page_is_decoded_as_it_says(tmp_path, head, encoding):
    (item,) = read(tmp_path, f"<html><head>{head}</head><p>Снег идёт.</p></html>".encode(encoding))

    assert (item.text, item.warnings) == ("Снег идёт.", ())


def test_a_large_page_without_an_article_is_an_error(tmp_path):
    page = f"<html><script>{'x = 1;' * 5000}</script></html>"

    (item,) = read(tmp_path, page)
    assert item.error.startswith(f"{tmp_path}/a.html: no article was found in this page of 30,0")
    (small,) = read(tmp_path, "<html><body></body></html>")
    assert (small.text, small.error) == ("", "")


def test_a_page_beyond_the_size_limit_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setattr(web_page, "_LARGEST", 100)

    (item,) = read(tmp_path, PAGE)

    assert item.error.startswith(f"{tmp_path}/a.html: is a page of more than ")


def test_a_page_that_takes_too_long_is_an_error_and_the_next_is_read(tmp_path, monkeypatch):
    read(tmp_path, PAGE)
    monkeypatch.setattr(web_page, "_SECONDS", 0.0)
    (item,) = read(tmp_path, PAGE * 50)
    monkeypatch.undo()

    assert item.error.endswith("took more than 0 seconds to read")
    assert read(tmp_path, PAGE)[0].text.startswith("The council met")


def test_a_process_that_dies_is_an_error_and_the_next_page_is_read(tmp_path, monkeypatch):
    web_page._worker[:] = []
    monkeypatch.setattr(sys, "executable", "false")
    (item,) = read(tmp_path, PAGE)
    monkeypatch.undo()

    assert item.error.endswith("the process that reads pages ended")
    assert read(tmp_path, PAGE)[0].text.startswith("The council met")


def test_a_page_is_plain_text_where_the_user_says_so(tmp_path):
    (item,) = read(tmp_path, "<p>Rain fell.</p>", format="text")

    assert item.text == "<p>Rain fell.</p>"


def test_a_fragment_keeps_all_its_text():
    assert web_page.fragment_text("<p>Rain &amp; <i>snow</i></p><nav>Hail</nav>") == (
        "Rain & snow\n\nHail"
    )
    with pytest.raises(InputError):
        web_page.decode_markup(b"\xff\xfea")
