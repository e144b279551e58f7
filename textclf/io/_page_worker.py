"""The process that extracts articles from web pages: it may be stopped at any page.

It is run as a file, and imports nothing of textclf. Each message is eight bytes of length, then
the letter of the work and a page in UTF-8 in one direction, and a JSON list of title and text in
the other.
"""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from html.parser import HTMLParser
from typing import IO

MEMORY = 2_000_000_000
"""Bytes of address space that the process may take."""

_NEVER = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "svg",
        "math",
        "iframe",
        "object",
        "select",
        "button",
        "textarea",
        "head",
    ]
)
"""Elements that are never read."""
_BOILERPLATE = frozenset(
    ("nav", "footer", "aside", "form", "header", "figcaption", "menu", "dialog")
)
"""Elements that are read only where nothing else is on the page."""
_INLINE = frozenset(
    [
        "a",
        "abbr",
        "b",
        "bdi",
        "bdo",
        "cite",
        "code",
        "data",
        "dfn",
        "em",
        "font",
        "i",
        "ins",
        "kbd",
        "label",
        "mark",
        "q",
        "s",
        "samp",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "time",
        "tt",
        "u",
        "var",
        "wbr",
    ]
)


class _Page(HTMLParser):
    """The paragraphs of a page, and its titles."""

    def __init__(self, skipped: frozenset[str]) -> None:
        super().__init__()
        self._skipped_names = skipped
        self._skipped: list[str] = []
        self._main = 0
        self._parts: list[str] = []
        self._in_title = self._in_heading = False
        self.titles = {"og:title": "", "h1": "", "title": ""}
        self.paragraphs: list[str] = []
        self.main_paragraphs: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "meta":
            given = dict(attrs)
            if given.get("property") == "og:title":
                self.titles["og:title"] = self.titles["og:title"] or given.get("content") or ""
        elif tag == "title":
            self._in_title = not self.titles["title"]
        # Within what is skipped, only elements of the same name are counted.
        elif tag == self._skipped[0] if self._skipped else tag in self._skipped_names:
            self._skipped.append(tag)
        if tag not in _INLINE:
            self.end_paragraph()
        if tag == "h1":
            self._in_heading = not self.titles["h1"]
        if tag in {"article", "main"} and not self._skipped:
            self._main += 1

    def handle_endtag(self, tag: str) -> None:
        if tag not in _INLINE:
            self.end_paragraph()
        if tag == "title":
            self._in_title = False
        if tag == "h1":
            self._in_heading = False
        if tag in {"article", "main"} and not self._skipped:
            self._main = max(0, self._main - 1)
        if self._skipped and tag == self._skipped[0]:
            self._skipped.pop()

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.titles["title"] += data
        elif not self._skipped:
            if self._in_heading:
                self.titles["h1"] += data
            self._parts.append(data)

    def end_paragraph(self) -> None:
        """Add the text since the last block element."""
        if paragraph := " ".join("".join(self._parts).split()):
            self.paragraphs.append(paragraph)
            if self._main:
                self.main_paragraphs.append(paragraph)
        self._parts = []


def _parsed(markup: str, skipped: frozenset[str]) -> _Page:
    page = _Page(skipped)
    page.feed(markup)
    page.close()
    page.end_paragraph()
    return page


def simple_extraction(markup: str) -> tuple[str, str]:
    """Return title and text of a page, found with Python's own parser."""
    page = _parsed(markup, _NEVER | _BOILERPLATE)
    paragraphs = page.main_paragraphs or page.paragraphs or _parsed(markup, _NEVER).paragraphs
    title = next((" ".join(one.split()) for one in page.titles.values() if one.strip()), "")
    if paragraphs and paragraphs[0] == title:
        paragraphs = paragraphs[1:]
    return title, "\n\n".join(paragraphs)


def fragment(markup: str) -> tuple[str, str]:
    """Return no title, and all text of a part of a page."""
    return "", "\n\n".join(_parsed(markup, _NEVER).paragraphs)


def extraction(markup: str) -> tuple[str, str]:
    """Return title and text of a page, the text found by trafilatura where it is installed."""
    title, text = simple_extraction(markup)
    try:
        import trafilatura  # noqa: PLC0415 - an extra
    except ImportError:
        return title, text
    with suppress(Exception):  # a page that its parser cannot take is left to Python's own
        found = trafilatura.extract(markup, include_comments=False) or ""
        lines = found.split("\n")
        found = "\n\n".join(lines[1:] if lines[0] == title else lines).strip()
        text = found or text
    return title, text


def _message(stream: IO[bytes]) -> bytes | None:
    size = stream.read(8)
    return stream.read(int.from_bytes(size, "big")) if size else None


def main() -> None:
    """Answer every page on standard input until its end."""
    with suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 - not on Windows

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    while (page := _message(sys.stdin.buffer)) is not None:
        work = fragment if page[:1] == b"f" else extraction
        answer = json.dumps(work(page[1:].decode("utf-8", "replace"))).encode()
        sys.stdout.buffer.write(len(answer).to_bytes(8, "big") + answer)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
