"""Groups of phrases, and what a text says in terms of them: marks, their neighbours, their links.

In each sentence the phrases of a group are replaced by its mark, so that what is learned of one
holds for all: `attacked <identity>` is a term whatever community was attacked. Where two groups
meet in a sentence, that is a term as well: `<identity> & <violence>`. It knows no labels.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from textclf.text.sentences import Span, sentences
from textclf.text.tokens import Tokens, words

QUOTATION = "quotation"
"""The group of quotation marks: a sentence that holds one tells what somebody else said."""
_QUOTATION_MARKS = '"', "“", "”"
_LONGEST = 6
"""A phrase of more words than this is never found."""


@dataclass(frozen=True)
class Lexicon:
    """Named groups of phrases. A phrase of two groups belongs to the first."""

    groups: tuple[tuple[str, tuple[str, ...]], ...]

    @cached_property
    def _names(self) -> dict[tuple[str, ...], str]:
        names: dict[tuple[str, ...], str] = {}
        for name, phrases in self.groups:
            for phrase in phrases:
                key = tuple(words(phrase).texts)
                if 0 < len(key) <= _LONGEST:
                    names.setdefault(key, f"<{name}>")
        return names

    def terms(self, text: str, low: int, high: int) -> Tokens:
        """Return the n-grams that hold a mark, and the links, with their places in the text.

        >>> lexicon = Lexicon((("identity", ("shia",)), ("violence", ("shot dead",))))
        >>> lexicon.terms("A Shia was shot dead.", 1, 2).texts
        ['<identity>', '<violence>', '<identity> was', 'was <violence>', '<identity> & <violence>']
        """
        found = Tokens([], [], [])
        for line_start, line in _lines(text):
            for span in sentences(line):
                start = line_start + span.start
                items = self._marked(text[start : line_start + span.end], start)
                _add_ngrams(found, items, low, high)
                _add_links(found, items)
        return found

    def stretches(self, text: str, within: Sequence[str], without: Sequence[str]) -> list[Span]:
        """Return where the sentences lie that hold a mark of `within`, and none of `without`.

        Where `within` is empty, a sentence needs no mark. A quotation mark is one of the group
        `quotation`, which needs no phrases. What has no word belongs to the sentence behind it.
        """
        found: list[Span] = []
        wanted, unwanted = frozenset(within), frozenset(without)
        start = 0
        for end, marks in self._sentences(text):
            quoted = any(sign in text[start:end] for sign in _QUOTATION_MARKS)
            groups = marks | {QUOTATION} if quoted else marks
            if (not wanted or groups & wanted) and not groups & unwanted:
                found.append(Span(start, end))
            start = end
        return found

    def _sentences(self, text: str) -> Iterator[tuple[int, frozenset[str]]]:
        """Yield where each sentence with a word ends, and the groups that it has marks of."""
        last: tuple[int, frozenset[str]] | None = None
        for line_start, line in _lines(text):
            for span in sentences(line):
                start, end = line_start + span.start, line_start + span.end
                items = self._marked(text[start:end], start).texts
                if not items:
                    continue
                if last:
                    yield last
                last = end, frozenset(item[1:-1] for item in items if item[0] == "<")
        if last:
            yield len(text), last[1]

    def _marked(self, sentence: str, offset: int) -> Tokens:
        """Return the words of a sentence, the longest phrases replaced by their marks."""
        found = words(sentence)
        marked = Tokens([], [], [])
        at = 0
        while at < len(found.texts):
            size, text = self._longest(found.texts, at)
            marked.texts.append(text)
            marked.starts.append(offset + found.starts[at])
            marked.ends.append(offset + found.ends[at + size - 1])
            at += size
        return marked

    def _longest(self, texts: Sequence[str], at: int) -> tuple[int, str]:
        for size in range(min(_LONGEST, len(texts) - at), 0, -1):
            name = self._names.get(tuple(texts[at : at + size]))
            if name:
                return size, name
        return 1, texts[at]


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines of a text with where they start: a sentence never goes beyond one."""
    start = 0
    for line in text.split("\n"):
        yield start, line
        start += len(line) + 1


def _add_ngrams(found: Tokens, items: Tokens, low: int, high: int) -> None:
    for n in range(low, high + 1):
        for at in range(len(items.texts) - n + 1):
            gram = items.texts[at : at + n]
            if any(text[0] == "<" for text in gram):
                found.texts.append(" ".join(gram))
                found.starts.append(items.starts[at])
                found.ends.append(items.ends[at + n - 1])


def _add_links(found: Tokens, items: Tokens) -> None:
    """Add each pair of groups that meet in the sentence once, at the first mark of either."""
    first: dict[str, int] = {}
    for at, text in enumerate(items.texts):
        if text[0] == "<":
            first.setdefault(text, at)
    for one, other in combinations(sorted(first), 2):
        low, high = sorted((first[one], first[other]))
        found.texts.append(f"{one} & {other}")
        found.starts.append(items.starts[low])
        found.ends.append(items.ends[high])
