"""Read the headings and paragraphs of Word documents (.docx)."""

import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import IO
from zipfile import BadZipFile, ZipFile

from textclf.errors import InputError
from textclf.io.input_documents import InputDocument, ReadOptions
from textclf.io.limits import too_long
from textclf.io.xml_tree import XmlElement, local_name, parse_xml

_LARGEST = 100_000_000
"""Bytes of the file, and of its unpacked text."""
_BODY = "word/document.xml"
_TITLE_STYLES = ("title", "titel", "titre")


def read(path: str, stream: IO[bytes], reading: ReadOptions) -> Iterator[InputDocument]:
    """Yield the document of a file, with the paragraph of the style Title as its title."""
    try:
        title, text = _title_and_text(stream)
    except InputError as reason:
        yield InputDocument(path, path, error=f"{path}: {reason}", place=path)
        return
    if len(text) > reading.max_text:
        yield InputDocument(path, path, error=too_long(path, reading.max_text), place=path)
    else:
        yield InputDocument(path, path, text, place=path, title=title)


def _title_and_text(stream: IO[bytes]) -> tuple[str, str]:
    body = _body(stream.read(_LARGEST + 1))
    if len(body) > _LARGEST:
        raise InputError(f"is a Word document of more than {_LARGEST // 1_000_000} MB")
    title = ""
    paragraphs: list[str] = []
    for element in _paragraphs(parse_xml(body)):
        style, text = _paragraph(element)
        if style in _TITLE_STYLES and not title and not paragraphs:
            title = text
        elif text:
            paragraphs.append(text)
    return title, "\n\n".join(paragraphs)


def _body(data: bytes) -> bytes:
    """Return the XML of the text, or as much of it as shows that there is too much."""
    if len(data) > _LARGEST:
        return data
    try:
        with ZipFile(BytesIO(data)) as archive, archive.open(_BODY) as body:
            return body.read(_LARGEST + 1)
    # A damaged archive raises any of these.
    except (
        BadZipFile,
        zlib.error,
        LookupError,
        ValueError,
        OSError,
        EOFError,
        RuntimeError,
    ) as why:
        raise InputError(f"is not a .docx document, or a damaged one: {why}") from None


def _paragraphs(root: XmlElement) -> Iterator[XmlElement]:
    """Yield the paragraphs, without the second copy that Word keeps of some for old programs."""
    waiting = [root]
    while waiting:
        element = waiting.pop()
        name = local_name(element)
        if name == "p":
            yield element
        if name != "Fallback":
            waiting.extend(reversed(element))


def _paragraph(paragraph: XmlElement) -> tuple[str, str]:
    """Return the style and the text of a paragraph, without those of text boxes within it."""
    style, parts = "", []
    waiting = [paragraph]
    while waiting:
        element = waiting.pop()
        name = local_name(element)
        if name == "t":
            parts.append(element.text or "")
        elif name in {"tab", "br", "cr"}:
            parts.append("\t" if name == "tab" else "\n")
        elif name in {"noBreakHyphen", "softHyphen"}:
            parts.append("-" if name == "noBreakHyphen" else "")
        elif name == "pStyle":
            style = next(iter(element.attrib.values()), "").lower()
        elif (name != "p" or element is paragraph) and name not in {"del", "Fallback", "tabs"}:
            waiting.extend(reversed(element))
    return style, "".join(parts).strip()
