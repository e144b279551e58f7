"""Repairs the characters of a text: Unicode forms, HTML entities, escaped line ends.

Letters, digits and spaces take their NFKC form, invisible format characters go, and a lone
surrogate becomes U+FFFD, so that a soft hyphen or a ligature hides no word. Entities and line
ends that were written out become the characters that they stand for. It knows nothing else.
"""

import re
import unicodedata
from collections.abc import Iterator

from textclf.text.alignment import Aligned, Edit, edited
from textclf.text.sentences import Span

_ASCII = bytes(range(128))
# UTF-8 of characters that are in their normal form already: Latin letters with accents, the
# dashes, quotes and signs of newspapers.
_NORMAL = re.compile(
    rb"(?:\xe2\x80[\x90-\x95\x98-\x9f\xa2\xa6]|\xc3[\x80-\xbf]|\xe2\x82\xac"
    rb"|\xc2[\xa1-\xa9\xab\xac\xae-\xb4\xb6-\xb9\xbb-\xbf])*"
)
# Texts, which `re` compiles as it meets them: most articles need none of them.
_BEYOND_TYPOGRAPHY = r"[^\x00-\x7f‘’“”–—…]+"
_ENTITY = r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});"
_BARE_NAMES = (
    *("amp;", "lt;", "gt;", "quot;", "nbsp;", "apos;", "rsquo;", "lsquo;", "ldquo;", "rdquo;"),
    *("mdash;", "ndash;", "hellip;"),
)
_BARE_NUMBERS = "#8217;", "#8216;", "#8220;", "#8221;", "#8211;", "#8212;", "#039;", "#39;", "#34;"
_BARE_ENTITY = rf"(?<![&\w#])(?:{'|'.join((*_BARE_NAMES, *_BARE_NUMBERS))})"
"""An entity whose ampersand was lost on the way."""
_BARE_ENDINGS = frozenset(name[-3:-1] for name in (*_BARE_NAMES, *_BARE_NUMBERS))
_SEMICOLON = re.compile(";")
_SPACES = re.compile(r"   *")
_ESCAPED = r"(?<!\\)(?:\\r\\n|\\n|\\r|\\t)+(?=[\s\"“‘'(\[A-Z0-9•*–—-]|\\[nrt]|$)"
r"""A line end or tab that was written as two characters. `C:\new` is none."""


def normalize(text: str) -> Aligned:
    r"""Return the text with its characters repaired, and the way back.

    >>> normalize("mili\u00adtants &amp; others").text
    'militants & others'
    """
    # A space for a space: these need no way back.
    if "\t" in text:
        text = text.replace("\t", " ")
    if "\u00a0" in text:
        text = text.replace("\u00a0", " ")
    edits: list[Edit] = []
    if "&" in text or ";" in text:
        edits += _entities(text)
    if "\\" in text:
        edits += [
            Edit(*match.span(), _unescaped(match.group())) for match in re.finditer(_ESCAPED, text)
        ]
    if not _is_normal(text):
        edits += _characters(text)
    if "\x00" in text:
        edits += [Edit(match.start(), match.end(), "") for match in re.finditer("\x00+", text)]
    if "  " in text:
        edits += [Edit(*match.span(), " ") for match in _SPACES.finditer(text)]
    edits.sort()
    return edited(text, edits)


def _is_normal(text: str) -> bool:
    """Return whether each character is in its normal form, by a look that takes no time."""
    if text.isascii():
        return True
    beyond = text.encode("utf-8", "surrogatepass").translate(None, _ASCII)
    return _NORMAL.fullmatch(beyond) is not None


def _entities(text: str) -> Iterator[Edit]:
    import html  # noqa: PLC0415 - start-up time

    if "&" in text:
        for match in re.finditer(_ENTITY, text):
            character = html.unescape(match.group())
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
    """Return a character as text: none that no reader sees, and a plain space for any other."""
    return "" if not character.strip("\u00ad\u200b\x00") else " ".join(character.split()) or " "


def _characters(text: str) -> Iterator[Edit]:
    """Yield the repair of each letter that is not in its normal form, with its accents."""
    for found in re.finditer(_BEYOND_TYPOGRAPHY, text):
        first = max(0, found.start() - 1)  # an accent belongs to the letter before it
        run = text[first : found.end()]
        if not _is_odd(run):
            continue
        for cluster in _clusters(run):
            raw = run[cluster.start : cluster.end]
            repaired = _repair(raw)
            if repaired != raw:
                yield Edit(first + cluster.start, first + cluster.end, repaired)


def _is_odd(run: str) -> bool:
    return not unicodedata.is_normalized("NFKC", run) or any(
        unicodedata.category(char) in {"Cf", "Cs"} for char in run
    )


def _clusters(run: str) -> Iterator[Span]:
    """Yield each character of a run with the combining marks behind it."""
    start = 0
    for place in range(1, len(run) + 1):
        if place == len(run) or not unicodedata.combining(run[place]):
            yield Span(start, place)
            start = place


def _repair(cluster: str) -> str:
    visible = "".join(
        "\ufffd" if unicodedata.category(char) == "Cs" else char
        for char in cluster
        if unicodedata.category(char) != "Cf"
    )
    if visible and (unicodedata.category(visible[0])[0] in "LM" or visible[0].isdecimal()):
        return unicodedata.normalize("NFKC", visible)
    return " " if visible and unicodedata.category(visible[0]) == "Zs" else visible
