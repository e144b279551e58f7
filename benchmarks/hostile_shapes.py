"""Texts of any size whose shapes are hard on patterns, splitters and tables."""

import random
from collections.abc import Callable, Iterator
from itertools import cycle, islice

from textclf.corpus.records import Corpus

_WORDS = (
    "the militants attacked a mosque in Karachi police said on Monday that two Shia men were shot"
    " dead by gunmen while the minister condemned attack and rain fell over cricket match election"
)


def _repeated(unit: str) -> Callable[[int], str]:
    return lambda size: (unit * (size // len(unit) + 1))[:size]


def _drawn(units: str, joint: str = "") -> Callable[[int], str]:
    """Return a maker of texts of units drawn at random: words, or the characters of a word."""
    pool = units.split() if joint else list(units)
    longest = max(map(len, pool)) + len(joint)

    def made(size: int) -> str:
        chance = random.Random(7)  # noqa: S311 - nothing to keep secret
        text = joint.join(chance.choices(pool, k=size * 2 // longest + size // 2 + 1))
        return text[:size]

    return made


def _news(joint: str) -> Callable[[int], str]:
    def made(size: int) -> str:
        parts: list[str] = []
        length = 0
        for record in cycle(Corpus.read().records):
            parts.append(record.text)
            length += len(record.text) + len(joint)
            if length >= size:
                return joint.join(parts)[:size]
        return ""

    return made


def _numbered(unit: str) -> Callable[[int], str]:
    """Return a maker of lines that differ by a number alone."""

    def lines() -> Iterator[str]:
        number = 0
        while True:
            yield unit.format(number)
            number += 1

    return lambda size: "".join(islice(lines(), size // len(unit) + 1))[:size]


def _mixed(size: int) -> str:
    parts = [make(max(1, size // 20)) for make in list(SHAPES.values())[:20]]
    return "".join(parts)[:size]


SHAPES: dict[str, Callable[[int], str]] = {
    "prose, one paragraph": _news(" "),
    "prose, paragraphs": _news("\n\n"),
    "prose, wrapped lines": lambda size: _news(" ")(size).replace(". ", ".\n"),
    "random words, no full stop": _drawn(_WORDS, " "),
    "one word": _repeated("bomb "),
    "one known phrase": _repeated("Shia men were shot dead "),
    "sentences of one word": _repeated("Bomb. "),
    "dots": _repeated("."),
    "dots and blanks": _repeated(". "),
    "signs that end sentences": _drawn(".!?"),
    "initials": _repeated("A. "),
    "ellipses": _repeated("word … "),
    "spaced ellipses": _repeated(". . . "),
    "check also": _repeated("Check Also\n"),
    "check also and teaser": _numbered("Check Also\nTeaser number {} of a story\n\n"),
    "boilerplate lines": _repeated(
        "Home / News\nShare on Facebook\nBy ALI KHAN\nBack to top\nRead more: the story\n"
    ),
    "captions": _repeated("A man walks past a shop in Karachi. — AFP\n"),
    "captions in one line": _repeated("A man walks past a shop in Karachi. — AFP "),
    "capitals and dashes": _repeated("By Ali Khan—The "),
    "scripts": _repeated("(adsbygoogle = window.adsbygoogle || []).push({}); "),
    "media error": _repeated("Media error: Format(s) not supported Download File: "),
    "breadcrumb": _repeated("Home / "),
    "sections": _repeated("News" + " | ab" * 80 + " !\n"),
    "credits": _repeated("BY AMINA YUSUF,\u2009\u2009\u2009" + " ," * 100 + "!\n"),
    "quotes": _repeated('"'),
    "closing signs after a dot": lambda size: "." + '")' * (size // 2),
    "dot, quotes, dot": _repeated('."' + '"' * 60),
    "parentheses": lambda size: "(" * (size // 2) + ")" * (size // 2),
    "closing parentheses": _repeated("). "),
    "blanks": _repeated(" "),
    "blanks and letters": _repeated("a" + " " * 99),
    "no-break spaces": _repeated("\u00a0"),
    "thin spaces": _repeated("\u2009"),
    "line ends": _repeated("\n"),
    "blank lines of blanks": _repeated(" \n"),
    "CR": _repeated("word\r"),
    "CR LF": _repeated("Some words here\r\n"),
    "line separators": _repeated("word\u2028"),
    "hyphen and line end": _repeated("govern-\nment "),
    "hyphens at line ends": _repeated("distinctly-\n"),
    "lower-case lines": _repeated("lower case goes on\n"),
    "long word": _repeated("a"),
    "long word of digits and letters": _drawn("ab1_"),
    "long words": _drawn("abcdefghijklmnopqrstuvwxyz" * 20 + " "),
    "underscores": _repeated("_"),
    "digits": _drawn("0123456789"),
    "numbers": _repeated("1,234.56 "),
    "URLs": _numbered("https://example.org/a/b?c={}&d=%20 "),
    "e-mail addresses": _repeated("a.b@example.org "),
    "emoji": _repeated("😀"),
    "emoji families": _repeated("👨\u200d👩\u200d👧 "),
    "combining marks": _repeated("\u0301"),
    "combining marks in two orders": _repeated("\u0316\u0301"),
    "letter and many marks": _repeated("a" + "\u0301\u0316" * 40),
    "soft hyphens": _repeated("a\u00ad"),
    "zero-width spaces": _repeated("\u200b"),
    "Arabic": _drawn("ابتثجحخدذرزسشصضطظعغفقكلمنهوي "),
    "Chinese": _drawn("的一是在不了有和人这中大为上个国我以要他"),
    "Hangul in parts": _repeated("\u1112\u1161\u11ab"),
    "ligatures": _repeated("ﷺ"),
    "ligatures and words": _repeated("oﬃce ﬁre "),
    "dotted capital I": _repeated("İ"),
    "sharp s and sigma": _repeated("ßΣς "),
    "lone surrogates": _repeated("\ud800"),
    "control characters": _drawn("\x00\x01\x1b\x7f a"),
    "tags": _repeated("<div><p>word</p></div>"),
    "open tags": _repeated("<"),
    "entities": _repeated("&amp;"),
    "nested entities": _repeated("&amp;amp;amp;"),
    "ampersands": _repeated("&"),
    "bare entities": _repeated("amp;rsquo;"),
    "semicolons": _repeated("mp;"),
    "escaped line ends": _repeated("\\n"),
    "backslashes": _repeated("\\"),
    "CSV lines": _repeated('x","y\n'),
    "CSV quotes at each row": _repeated('"open,a\n'),
    "CSV quote at first": lambda size: '"' + _repeated("a,b\n")(size),
    "CSV quotes inside": _repeated('"a"b",c\n'),
    "JSON arrays": _repeated("["),
    "JSON strings": _repeated('{"text": "a\\u0041"}\n'),
    "short lines": _repeated("a\n"),
    "bullets": _repeated("• item of a list\n"),
    "hyphen bullets": _repeated("- item of a list\n"),
    "capitals": _repeated("POLICE SAID THE BOMB "),
    "capital lines": _repeated("POLICE SAID\n"),
    "titles": _repeated("Police Said The Bomb Exploded In Karachi "),
    "by-lines": _repeated("By Ali Khan\n"),
    "commas": _repeated(","),
    "apostrophes": _repeated("it's "),
    "dashes": _repeated("—"),
    "dash and blank": _repeated("— "),
    "repeated paragraphs": _repeated("Crowds joined the procession in the old city. - Agency\n\n"),
    "outlet tails": _repeated("Nobody knows why. - Reuters "),
    "reporting by": _repeated("(Reporting by Ali Khan; "),
    "dates": _repeated("Published: January 1, 2020 10:00 am | "),
    "times": _repeated("10:00 "),
    "cut-off lines": _numbered("One two three four five six seven eight {} …\n"),
    "teasers after a text": lambda size: "A text. It ends.\n" + _numbered("A teaser {}\n")(size),
}
SHAPES["twenty shapes in one"] = _mixed
