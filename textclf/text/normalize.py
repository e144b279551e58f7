"""Normalize the characters of a text: Unicode forms, HTML, escaped line ends.

Letters, digits and spaces take their NFKC form, invisible format characters are removed, and a
lone surrogate becomes U+FFFD, so that a soft hyphen or a ligature hides no word. Entities and
escaped line ends are replaced with the characters that they stand for, and tags are removed.
"""

import re
import unicodedata
from collections.abc import Iterator

from textclf.text.markup import tags, wrongly_decoded
from textclf.text.offset_mapping import Aligned, Edit, edited
from textclf.text.sentences import Span

_ASCII = bytes(range(128))
# UTF-8 of common characters that are in normal form: Latin letters with accents, and the dashes,
# quotes and signs of newspapers.
_NORMAL = re.compile(
    rb"(?:\xe2\x80[\x90-\x95\x98-\x9f\xa2\xa6]|\xc3[\x80-\xbf]|\xe2\x82\xac"
    rb"|\xc2[\xa1-\xa9\xab\xac\xae-\xb4\xb6-\xb9\xbb-\xbf])*"
)
# Patterns are strings here, and `re` compiles them on first use: most articles need none.
_BEYOND_TYPOGRAPHY = r"[^\x00-\x7f‘’“”–—…]+"
_ENTITY = r"&(?:amp;)*(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});"
_ESCAPED_AGAIN = r"&(?:amp;)+(?=\S)"
"""The beginning of an entity whose ampersand was made an entity too."""
_BARE_NAMES = (
    *("amp;", "lt;", "gt;", "quot;", "nbsp;", "apos;", "rsquo;", "lsquo;", "ldquo;", "rdquo;"),
    *("mdash;", "ndash;", "hellip;"),
)
_BARE_NUMBERS = "#8217;", "#8216;", "#8220;", "#8221;", "#8211;", "#8212;", "#039;", "#39;", "#34;"
_BARE_ENTITY = rf"(?<![&\w#])(?:{'|'.join((*_BARE_NAMES, *_BARE_NUMBERS))})"
"""An entity whose ampersand was lost."""
_BARE_ENDINGS = frozenset(name[-3:-1] for name in (*_BARE_NAMES, *_BARE_NUMBERS))
_SEMICOLON = re.compile(";")
_SPACES = re.compile(r"   *")
_PART = 1000
"""Characters that are checked at once."""
_MOST_MARKS = 30
"""Combining marks after one character that are normalized with it, as in the Stream-Safe Text
Format of Unicode (UAX 15): no language has more."""
_ESCAPED = r"(?<!\\)(?:\\r\\n|\\n|\\r|\\t)+(?=[\s\"“‘'(\[A-Z0-9•*–—-]|\\[nrt]|$)"
r"""A line end or tab that was escaped as two characters. `C:\new` does not match."""


def normalize(text: str) -> Aligned:
    r"""Return the normalized text, aligned with the original.

    >>> normalize("mili\u00adtants &amp; others").text
    'militants & others'
    """
    # Replacing one character with one space keeps all offsets.
    if "\t" in text:
        text = text.replace("\t", " ")
    if "\u00a0" in text:
        text = text.replace("\u00a0", " ")
    edits: list[Edit] = []
    if "<" in text or "lt;" in text:
        edits += tags(text)
    if "&" in text or ";" in text:
        edits += _entities(text)
    if "\\" in text:
        edits += [
            Edit(*match.span(), _unescaped(match.group())) for match in re.finditer(_ESCAPED, text)
        ]
    if not text.isascii():
        edits += wrongly_decoded(text)
    if not _is_normal(text):
        edits += _characters(text)
    if "\x00" in text:
        edits += [Edit(match.start(), match.end(), "") for match in re.finditer("\x00+", text)]
    if "  " in text:
        edits += [Edit(*match.span(), " ") for match in _SPACES.finditer(text)]
    edits.sort(key=_order)
    return edited(text, edits)


def _order(edit: Edit) -> tuple[int, int]:
    """Return what sorts edits: a tag comes before the entity that it begins with."""
    return edit.start, -edit.end


def _is_normal(text: str) -> bool:
    """Return whether a quick check finds all characters in normal form."""
    if text.isascii():
        return True
    beyond = text.encode("utf-8", "surrogatepass").translate(None, _ASCII)
    return _NORMAL.fullmatch(beyond) is not None


def _entities(text: str) -> Iterator[Edit]:
    import html  # noqa: PLC0415 - start-up time

    if "&" in text:
        for match in re.finditer(_ENTITY, text):
            character = html.unescape(re.sub(_ESCAPED_AGAIN, "&", match.group()))
            if character != match.group():
                yield Edit(*match.span(), _visible(character))
    if ";" in text and any(
        text[match.start() - 2 : match.start()] in _BARE_ENDINGS
        for match in _SEMICOLON.finditer(text)
    ):
        for match in re.finditer(_BARE_ENTITY, text):
            yield Edit(*match.span(), _visible(html.unescape(f"&{match.group()}")))


def _unescaped(written: str) -> str:
    for sign, character in (("\\r\\n", "\n"), ("\\n", "\n"), ("\\r", "\n"), ("\\t", " ")):
        written = written.replace(sign, character)
    return written


def _visible(character: str) -> str:
    """Return a decoded entity: empty if invisible, with plain spaces for other white space."""
    return "" if not character.strip("\u00ad\u200b\x00") else " ".join(character.split()) or " "


def _characters(text: str) -> Iterator[Edit]:
    """Yield an edit for each character, with its accents, that is not in normal form."""
    for match in re.finditer(_BEYOND_TYPOGRAPHY, text):
        first = max(0, match.start() - 1)  # a combining accent belongs to the letter before it
        run = text[first : match.end()]
        if not _needs_normalization(run):
            continue
        for cluster in _clusters(run):
            raw = run[cluster.start : cluster.end]
            normal = _normalized(raw)
            if normal != raw:
                yield Edit(first + cluster.start, first + cluster.end, normal)


def _needs_normalization(run: str) -> bool:
    # In parts: to sort many combining marks in a row takes quadratic time.
    return any(
        not unicodedata.is_normalized("NFKC", run[start : start + _PART + _MOST_MARKS])
        for start in range(0, len(run), _PART)
    ) or any(unicodedata.category(char) in {"Cf", "Cs"} for char in run)


def _clusters(run: str) -> Iterator[Span]:
    """Yield each character of a run with the combining marks after it, up to so many."""
    start = 0
    for end in range(1, len(run) + 1):
        last = end == len(run) or not unicodedata.combining(run[end])
        if last or end - start > _MOST_MARKS:
            yield Span(start, end)
            start = end


def _normalized(cluster: str) -> str:
    """Return a character and its combining marks in normal form."""
    visible = "".join(
        "\ufffd" if unicodedata.category(char) == "Cs" else char
        for char in cluster
        if unicodedata.category(char) != "Cf"
    )
    if visible and (unicodedata.category(visible[0])[0] in "LM" or visible[0].isdecimal()):
        return unicodedata.normalize("NFKC", visible)
    return " " if visible and unicodedata.category(visible[0]) == "Zs" else visible
