"""The one analysis of text that training and prediction share: the terms of a view.

The views of words and of characters give the same terms as scikit-learn's CountVectorizer with
the same settings. This room knows no scikit-learn, scheme or model.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, compress
from typing import Literal

from textclf.errors import InputError
from textclf.text.lexicon import QUOTATION, Lexicon
from textclf.text.tokens import Tokens, char_ngrams, chunks, word_ngrams, words

Analyzer = Literal["word", "char_wb", "group"]
Weighting = Literal["log", "binary"]

_LONGEST_NGRAM = 8
_LONGEST_LEAD = 1_000_000


@dataclass(frozen=True, slots=True)
class FeatureGroup:
    """One way to look at a text: which n-grams are counted, and how a count weighs."""

    analyzer: Analyzer
    """`word`: n-grams of words. `char_wb`: of characters, inside a word and its blanks.
    `group`: of words and the marks of a lexicon, those that hold a mark, and its links.
    """
    low: int
    high: int
    weighting: Weighting = "log"
    """`log`: 1 + ln(count). `binary`: 1 where the term is there at all."""
    lexicon: Lexicon | None = None
    """The groups of a `group` view."""
    first_words: int = 0
    """Of a `word` view: only so many words are looked at, the first of a text, or of a span.
    0: all of them.
    """
    within: tuple[str, ...] = ()
    """Of a `word` or `char_wb` view: only the sentences that hold a mark of one of these groups
    of its lexicon are looked at; empty: all of them.
    """
    without: tuple[str, ...] = ()
    """Of a `word` or `char_wb` view: sentences that hold a mark of one of these groups are
    passed over.
    """

    def __post_init__(self) -> None:
        known = self.analyzer in {"word", "char_wb", "group"}
        if not known or self.weighting not in {"log", "binary"}:
            raise InputError(
                f"there is no view {self.analyzer!r} with weighting {self.weighting!r}"
            )
        chosen = bool(self.within or self.without)
        if (self.analyzer == "group" or chosen) != (self.lexicon is not None):
            raise InputError(
                "a view of analyzer 'group', or within or without groups, has a lexicon, "
                "and no other view has one"
            )
        if chosen and self.analyzer == "group":
            raise InputError("a view of analyzer 'group' cannot be within or without groups")
        known_groups = {name for name, _ in self.lexicon.groups} if self.lexicon else set()
        unknown = {*self.within, *self.without} - known_groups - {QUOTATION}
        if unknown:
            raise InputError(
                f"a view cannot be within {min(unknown)!r}: its lexicon has no such group"
            )
        if not 1 <= self.low <= self.high <= _LONGEST_NGRAM:
            raise InputError(
                f"n-grams of {self.low} to {self.high} cannot be; "
                f"use 1 <= low <= high <= {_LONGEST_NGRAM}"
            )
        if type(self.first_words) is not int or not 0 <= self.first_words <= _LONGEST_LEAD:
            raise InputError(
                f"first_words is {self.first_words!r}; give 1 to {_LONGEST_LEAD}, or 0 for all"
            )
        if self.first_words and self.analyzer != "word":
            raise InputError("a view of analyzer 'word' may have a lead, and no other view")


def terms(text: str, view: FeatureGroup) -> list[str]:
    """Return all terms of a text in a view, as often as they stand there.

    >>> terms("A bomb in Sehwan", FeatureGroup("word", 1, 2))
    ['bomb', 'in', 'sehwan', 'bomb in', 'in sehwan']
    >>> terms("A bomb in Sehwan", FeatureGroup("word", 1, 2, first_words=2))
    ['bomb', 'in', 'bomb in']
    """
    if view.analyzer == "group" and view.lexicon:
        return view.lexicon.terms(text, view.low, view.high).texts
    if view.analyzer == "word":
        found = words(text)
        grams = word_ngrams(found.texts[: view.first_words or None], view.low, view.high)
        if not view.lexicon:
            return list(chain.from_iterable(grams))
        seen = in_seen_sentences(text, found.starts, view)
        return [
            gram
            for n, of_size in enumerate(grams, start=view.low)
            for at, gram in enumerate(of_size)
            if all(seen[at : at + n])
        ]
    return [
        term
        for chunk in seen_chunks(text, view).texts
        for term in char_ngrams(chunk, view.low, view.high)
    ]


def seen_chunks(text: str, view: FeatureGroup) -> Tokens:
    """Return the chunks that a view of characters looks at."""
    found = chunks(text)
    if not view.lexicon:
        return found
    seen = in_seen_sentences(text, found.starts, view)
    return Tokens(
        list(compress(found.texts, seen)),
        list(compress(found.starts, seen)),
        list(compress(found.ends, seen)),
    )


def in_seen_sentences(text: str, starts: Sequence[int], view: FeatureGroup) -> list[bool]:
    """Return for each word or chunk whether a view looks at the sentence that it stands in.

    `starts` are ascending. An n-gram of words counts where the view looks at each of them.
    """
    seen = [not view.lexicon] * len(starts)
    for one in view.lexicon.stretches(text, view.within, view.without) if view.lexicon else ():
        first, end = bisect_left(starts, one.start), bisect_left(starts, one.end)
        seen[first:end] = [True] * (end - first)
    return seen


def tells_something(term: str) -> bool:
    """Return whether a term may enter a vocabulary: one with a letter, not a bare number or dash.

    A year or a house number says nothing of the next year's news.
    """
    return any(char.isalpha() for char in term)
