"""Read the items of RSS and Atom feeds."""

import html
import re
from collections.abc import Iterator
from typing import IO

from textclf.errors import InputError
from textclf.io.input_documents import InputDocument, ReadOptions, document_of_row
from textclf.io.web_page import decode_markup, fragment_text
from textclf.io.xml_tree import XmlElement, local_name, parse_xml

_LARGEST = 50_000_000
"""Bytes of a feed, which is read as a whole."""
_TEXTS = ("encoded", "content", "description", "summary")
"""Elements that may hold the text of an item, the fullest first."""
_DATES = ("pubDate", "published", "date", "updated", "issued")
_UNDECLARED = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[0-9a-fA-F]+);)(\w{1,31};)?")
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


def read(path: str, stream: IO[bytes], reading: ReadOptions) -> Iterator[InputDocument]:
    """Yield the items of a feed as rows with the fields title, text, url, date and source.

    Raises InputError if the file is no feed, is too large, or has no items.
    """
    data = stream.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise InputError(f"{path}: is a feed of more than {_LARGEST // 1_000_000} MB")
    try:
        root = _root(data)
    except InputError as reason:
        raise InputError(f"{path}: {reason}") from None
    items = [one for one in root.iter() if local_name(one) in {"item", "entry"}]
    if not items:
        raise InputError(f"{path}: is no RSS or Atom feed with items")
    source = _source(root)
    for number, item in enumerate(items, start=1):
        place = f"{path}:{number}"
        try:
            row = _row(item, source)
        except InputError as reason:
            yield InputDocument(place, path, row={}, error=f"{place}: {reason}", place=place)
        else:
            yield document_of_row(row, place, path, reading._replace(text_field="", id_field=""))


def _root(data: bytes) -> XmlElement:
    """Return the root of a feed; what feeds often have wrong is put right first."""
    try:
        return parse_xml(data)
    except InputError as reason:
        if "entities" in str(reason):
            raise
        markup, _ = decode_markup(data)
        markup = re.sub(r"^\s*<\?xml[^>]*>", "", markup)
        markup = _UNDECLARED.sub(_as_character, _NO_XML.sub("", markup))
        return parse_xml(markup.lstrip("\ufeff \t\r\n"))


def _as_character(match: re.Match[str]) -> str:
    """Return an entity of HTML as its character, and a lone ampersand as one of XML."""
    character = html.unescape(match[0]) if match[1] else match[0]
    return f"&amp;{match[0][1:]}" if "&" in character else character


def _source(root: XmlElement) -> str:
    """Return the title of the feed."""
    for parent in (root, *root):
        if local_name(parent) in {"feed", "channel"}:
            for one in parent:
                if local_name(one) == "title":
                    return " ".join("".join(one.itertext()).split())
    return ""


def _row(item: XmlElement, source: str) -> dict[str, str]:
    found: dict[str, XmlElement] = {}
    link = ""
    for one in item:
        name = local_name(one)
        if name == "link":
            if one.get("rel", "alternate") == "alternate":
                link = link or (one.get("href") or one.text or "").strip()
        elif "search.yahoo.com" not in str(one.tag):  # descriptions of pictures
            found.setdefault(name, one)
    texts = [_text(found[name]) for name in _TEXTS if name in found]
    date = next((found[name] for name in _DATES if name in found), None)
    guid = found.get("guid")
    if not link and guid is not None and guid.get("isPermaLink") != "false":
        link = (guid.text or "").strip()
    return {
        "title": _text(found["title"]).replace("\n", " ") if "title" in found else "",
        "text": next(filter(None, texts), ""),
        "url": link,
        "date": (date.text or "").strip() if date is not None else "",
        "source": source,
    }


def _text(element: XmlElement) -> str:
    """Return the text of an element that holds text, escaped HTML or elements of HTML."""
    if len(element):
        from xml.etree.ElementTree import tostring  # noqa: PLC0415 - for few feeds

        markup = "".join(tostring(one, encoding="unicode") for one in element)
        markup = re.sub(r"(</?)\w+:", r"\1", (element.text or "") + markup)
    else:
        markup = element.text or ""
    if "<" in markup:
        return fragment_text(markup)
    return html.unescape(markup).strip()
