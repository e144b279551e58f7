"""Find boilerplate: the parts of scraped page text that are not the article.

Boilerplate is menus, bylines, share bars, players, scripts, "Check Also" and its teasers,
captions of other stories, outlet tails. Each rule has cases in tests/cases/boilerplate.toml.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from itertools import accumulate, islice
from typing import NamedTuple

from textclf.text.boilerplate_rules import (
    AFTER,
    AFTER_OPENERS,
    AFTER_PATTERN,
    CODES,
    GLUED_BYLINE,
    IN_LINE,
    LAST_TAIL,
    OPENING_BYLINE,
    RULES,
    SEAM,
    SIGN_OFF,
    TAIL,
    TAIL_ENDS,
    Rule,
)
from textclf.text.paragraphs import ends_well


class RemovedSpan(NamedTuple):
    """A span of the original text that is not read, and why."""

    start: int
    end: int
    reason: str


class Glued(NamedTuple):
    """Boilerplate inside a paragraph: the paragraph's number, the span in it, and the reason."""

    number: int
    start: int
    end: int
    reason: str


_MOST_GLUED = 50
"""Scripts that are removed from one paragraph, at most."""
_OPENING_LINES = 6
"""The paragraphs at the top of a page that can be its breadcrumb, byline or date line."""
_LONGEST_BYLINE = 60
_LONGEST = 420
"""Characters: no rule for a whole paragraph matches a longer one."""

_RUBRICS = frozenset(("explained", "explainer", "opinion", "analysis"))
_NO_WORD = "*"
_WORD = re.compile(r"[^\W\d_]+")
_LOOK = 3


def _by_opener(rules: Sequence[Rule]) -> dict[str, tuple[Rule, ...]]:
    found: dict[str, tuple[Rule, ...]] = {}
    for rule in rules:
        for opener in rule.openers.split():
            found[opener] = (*found.get(opener, ()), rule)
    return found


_BY_OPENER = _by_opener(RULES)
_AFTER_WORDS = frozenset(AFTER_OPENERS.split())
_BEGINNINGS = frozenset(word[:_LOOK] for word in (*_BY_OPENER, *_AFTER_WORDS))


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Return a rule's pattern, compiled on first use: most pages need few of them."""
    return re.compile(f"(?i:{pattern})")


_CUT_OFF = "…", "...", ". . .", "[…]", "[...]"
_WORDS_OF_A_CUT = 7
"""A paragraph with fewer words that ends in an ellipsis is not cut off."""


def find_boilerplate(paragraphs: Sequence[str]) -> dict[int, str]:
    """Return the paragraphs of a page that are not its article, by number, and why.

    >>> find_boilerplate(["Home / News", "Rain fell on Swat.", "Back to top"])
    {0: 'breadcrumb', 2: 'navigation'}
    """
    suspects = [n for n, text in enumerate(paragraphs) if _may_be_boilerplate(text)]
    end = _article_end(paragraphs, suspects)
    whole: dict[int, str] = {}
    weak: dict[int, str] = {}
    for number in suspects:
        if number < end:
            _take_whole(number, paragraphs[number], whole, weak)
    if weak:
        _take_neighbours(whole, weak)
    _sign_offs(paragraphs, whole, end)
    whole |= dict.fromkeys(range(end, len(paragraphs)), AFTER)
    return dict(sorted(whole.items()))


def is_boilerplate(text: str) -> bool:
    """Return whether a line is boilerplate wherever it is on a page."""
    return any(
        rule.where == "anywhere" and _compiled(rule.pattern).fullmatch(text)
        for rule in (_BY_OPENER.get(_opener(text), ()) if _may_be_boilerplate(text) else ())
    )


def glued(paragraphs: Sequence[str]) -> list[Glued]:
    """Return the boilerplate inside paragraphs of the article, in order and without overlap.

    >>> glued(["By ALI KHAN-THE canal is dry.", "Nobody knows why. - Reuters"])[1]
    Glued(number=1, start=17, end=27, reason='outlet tail')
    """
    last = len(paragraphs) - 1
    found: list[Glued] = []
    for number, text in enumerate(paragraphs):
        if _may_have_glued(text):
            found += _in_paragraph(number, text, last=number == last)
    return found


def other_stories(paragraphs: Sequence[str], repeated: Collection[int]) -> dict[int, str]:
    """Return the paragraphs of other stories at the end of a page, by number, and why.

    A paragraph is cut off if it ends in an ellipsis, after others that end as sentences do.
    Lines among them that do not end as sentences do are teasers, unless they are more than the
    paragraphs that are cut off or `repeated`.
    """
    start = len(paragraphs)
    while start and (
        start - 1 in repeated
        or _breaks_off(paragraphs[start - 1])
        or not ends_well(paragraphs[start - 1])
    ):
        start -= 1
    if not any(n not in repeated and ends_well(paragraphs[n]) for n in range(start)):
        return {}
    tail = range(start, len(paragraphs))
    broken = [n for n in tail if n not in repeated and _breaks_off(paragraphs[n])]
    signs = {n for n in tail if n in repeated}.union(broken)
    first = min(signs, default=len(paragraphs))
    teasers = [n for n in tail if n not in signs and n > first]
    if len(teasers) > len(signs):
        teasers = []
    return dict.fromkeys(broken, "cut off") | dict.fromkeys(teasers, "teaser")


def _opener(text: str) -> str:
    """Return the first word of a paragraph, lower-cased; `*` if it begins with a sign."""
    word = _WORD.match(text)
    return word.group().lower() if word else _NO_WORD


def _may_be_boilerplate(text: str) -> bool:
    """Return whether a rule may match a whole paragraph; this quick check excludes most."""
    look = text[:_LOOK]
    if len(text) > _LONGEST:
        return False
    return look.lower() in _BEGINNINGS or not look.isalpha() or len(text) < _LONGEST_BYLINE


def _may_have_glued(text: str) -> bool:
    """Return whether a paragraph may have boilerplate inside."""
    return (
        "—" in text
        or "–" in text
        or text.rstrip(". ").endswith(TAIL_ENDS)
        or text.startswith("By ")
        or "adsbygoogle" in text
        or "Media error" in text
    )


def _article_end(paragraphs: Sequence[str], suspects: Sequence[int]) -> int:
    """Return the number of the paragraph that ends the article, in the second half of a page."""
    read = list(accumulate(map(len, paragraphs), initial=0))
    for number in suspects:
        text = paragraphs[number]
        closes = _opener(text) in _AFTER_WORDS and _compiled(AFTER_PATTERN).fullmatch(text)
        if closes and 2 * read[number] >= read[-1]:
            return number
    return len(paragraphs)


def _take_whole(number: int, text: str, whole: dict[int, str], weak: dict[int, str]) -> None:
    """Record the reason of the first rule that matches a whole paragraph."""
    opening = number < _OPENING_LINES
    opener = _opener(text)
    for rule in _BY_OPENER.get(opener, ()):
        if not number and opener in _RUBRICS:
            continue  # the title of the page itself
        if (rule.where != "opening" or opening) and _compiled(rule.pattern).fullmatch(text):
            (weak if rule.where == "beside" else whole).setdefault(number, rule.reason)
    if opening and len(text) < _LONGEST_BYLINE and re.fullmatch(OPENING_BYLINE, text):
        whole.setdefault(number, "byline")
    if number not in whole and opener in _AFTER_WORDS and _compiled(AFTER_PATTERN).fullmatch(text):
        whole[number] = AFTER


def _in_paragraph(number: int, text: str, *, last: bool) -> Iterator[Glued]:
    """Yield the boilerplate at the beginning of a paragraph, inside it, and at its end."""
    start = _glued_in_front(number, text)
    if start:
        yield Glued(number, 0, start, "byline" if text.startswith("By ") else "photo credit")
    scripted = "adsbygoogle" in text or "Media error" in text
    for reason, pattern in IN_LINE if scripted else ():
        for match in islice(re.finditer(pattern, text), _MOST_GLUED):
            before, after = text[: match.start()].rstrip(), text[match.end() :].lstrip()
            if (not before or ends_well(before)) and not after[:1].islower():
                yield Glued(number, match.start(), match.end(), reason)
                start = match.end()
    tail = _tail(text, last=last)
    if start <= tail < len(text):
        yield Glued(number, tail, len(text), "outlet tail")


def _glued_in_front(number: int, text: str) -> int:
    """Return where a byline, or a caption with its credit, ends in front of a text; or 0."""
    if number < _OPENING_LINES and text.startswith("By "):
        byline = re.match(GLUED_BYLINE, text)
        return byline.end() if byline else 0
    if ("—" in text or "–" in text) and not _breaks_off(text):
        seam = re.match(SEAM, text)
        return seam.end() if seam else 0
    return 0


def _tail(text: str, *, last: bool) -> int:
    """Return where an outlet's name begins at the end of a paragraph; its length if there is none.

    Except in the last paragraph, only a name after a dash counts.
    """
    if not text.rstrip(". ").endswith(TAIL_ENDS):
        return len(text)
    tail = re.search(TAIL, text) or (re.search(LAST_TAIL, text) if last else None)
    if tail is None:
        return len(text)
    first = max(tail.start(), tail.start("tail") if tail.re.groups else 0)
    return first if last or text[first:].strip()[0] in "-–—" else len(text)


def _take_neighbours(whole: dict[int, str], weak: dict[int, str]) -> None:
    """Add the lines that are boilerplate only next to other boilerplate."""
    for numbers in (sorted(weak), sorted(weak, reverse=True)):
        for number in numbers:
            if number not in whole and (number - 1 in whole or number + 1 in whole):
                whole[number] = weak[number]


def _sign_offs(paragraphs: Sequence[str], whole: dict[int, str], end: int) -> None:
    """Add the lines at the end of the article in which an agency signs it."""
    number = end - 1
    while number >= 0 and number in whole and whole[number] != "photo credit":
        number -= 1
    codes = number
    if number > 0 and len(paragraphs[number]) < 30 and re.fullmatch(CODES, paragraphs[number]):  # noqa: PLR2004 - no sign-off is longer
        number -= 1
    if number > 0 and len(paragraphs[number]) < 60 and re.fullmatch(SIGN_OFF, paragraphs[number]):  # noqa: PLR2004 - no sign-off is longer
        for line in range(number, codes + 1):
            whole[line] = "outlet tail"


def _breaks_off(text: str) -> bool:
    return text.endswith(_CUT_OFF) and text.count(" ") + 1 >= _WORDS_OF_A_CUT
