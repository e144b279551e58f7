"""Find what is not prose in a text: HTML tags, and characters that were decoded wrongly."""

import re
from collections.abc import Iterator

from textclf.text.offset_mapping import Edit

# Patterns are strings here, and `re` compiles them on first use: most articles need none.
_INLINE = (
    "a|abbr|acronym|b|bdi|bdo|big|cite|code|del|em|font|i|ins|kbd|mark|q|s|samp|small|span"
    "|strike|strong|sub|sup|time|tt|u|var|wbr|o:p"
)
_BLOCK = (
    "address|article|aside|blockquote|body|br|button|caption|center|dd|details|div|dl|dt|embed"
    "|fieldset|figcaption|figure|footer|form|h[1-6]|head|header|hr|html|iframe|img|input|label|li"
    "|link|main|meta|nav|noscript|object|ol|option|p|picture|pre|section|select|source|summary"
    "|table|tbody|td|template|textarea|tfoot|th|thead|title|tr|ul|video|audio|script|style|svg"
)
_NAME = rf"(?:(?P<block>{_BLOCK})|{_INLINE})"
_QUOTE = "&(?:amp;)*(?:quot|apos|#34|#39);"
_TAGS = (
    rf"(?i:</?{_NAME}(?:/|\s[^<>=]*=[^<>]*|(?(block)\s[^<>]*|\s*))?\s*/?>)",
    rf"(?i:&(?:amp;)*lt;/?{_NAME}(?:[\s/](?:[^<>&]|{_QUOTE})*)?&(?:amp;)*gt;)",
    rf"(?i:(?<![&\w#])lt;/?{_NAME}(?:[\s/][^<>&;=]*(?:=[^<>&;]*)?)?\s?gt;)",
)
"""A tag, a tag whose brackets are entities, and one whose entities lost their ampersand."""
_HIDDEN = r"(?i:<!--|<(script|style|noscript|template|svg)(?:\s[^<>]*)?>)"
_LETTER = "\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ\ufffd"
_WRONG = rf"â€[{_LETTER}]|Ã[{_LETTER}]|Â[\u00a0-\u00bf]"
"""Two or three characters that are one character of UTF-8 read as cp1252."""
_LOST_QUOTE = "â€\ufffd"
"""The closing quotation mark, of which one byte has no character in cp1252."""


def tags(text: str) -> Iterator[Edit]:
    """Yield an edit for each HTML tag, comment and script; one between paragraphs ends a line."""
    if "<" in text:
        yield from _hidden(text)
    for opening, pattern in zip(("<", "&", "lt;"), _TAGS, strict=True):
        if opening not in text or (opening == "&" and "lt;" not in text):
            continue
        for match in re.finditer(pattern, text):
            yield Edit(*match.span(), "\n" if match["block"] else "")


def wrongly_decoded(text: str) -> Iterator[Edit]:
    """Yield an edit for each character that was UTF-8 and was read as cp1252.

    >>> [edit.text for edit in wrongly_decoded("itâ€™s a cafÃ©")]
    ['’', 'é']
    """
    if text.isascii() or not any(sign in text for sign in ("â€", "Ã", "Â")):
        return
    for match in re.finditer(_WRONG, text):
        if match[0] == _LOST_QUOTE:
            yield Edit(*match.span(), "”")
            continue
        try:
            right = b"".join(map(_byte, match[0])).decode("utf-8")
        except UnicodeError:
            continue
        yield Edit(*match.span(), " " if right.isspace() else right)


def _hidden(text: str) -> Iterator[Edit]:
    """Yield an edit for each comment, script and other element that is never shown."""
    unclosed: set[str] = set()
    start = 0
    while found := re.compile(_HIDDEN).search(text, start):
        start = found.end()
        name = (found[1] or "").lower()
        if name in unclosed:
            continue
        closing = rf"(?i:</{name}\s*>)" if name else "-->"
        if end := re.compile(closing).search(text, start):
            start = end.end()
            yield Edit(found.start(), start, "\n" if name else "")
        else:
            unclosed.add(name)


def _byte(char: str) -> bytes:
    return char.encode("latin-1") if char < "\u00a0" else char.encode("cp1252")
