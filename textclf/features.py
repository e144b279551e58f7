"""The one analysis of text that training and prediction share: words, and the n-grams of a view.

A view gives the same terms as scikit-learn's CountVectorizer with the same settings, and
knows where in the text each one stood. This room knows no scikit-learn, scheme or model.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from textclf.errors import InputError

Analyzer = Literal["word", "char_wb"]
Weighting = Literal["log", "binary"]

WORD = r"(?u)\b\w\w+\b"
"""What a word is: two or more letters, digits or underscores. The only tokenizer there is."""

_word = re.compile(WORD)
_chunk = re.compile(r"(?:(?!\s)[\s\S])+")
_LONGEST_NGRAM = 8


@dataclass(frozen=True, slots=True)
class View:
    """One way to look at a text: which n-grams are counted, and how a count weighs."""

    analyzer: Analyzer
    """`word`: n-grams of words. `char_wb`: of characters, inside a word and its blanks."""
    low: int
    high: int
    weighting: Weighting = "log"
    """`log`: 1 + ln(count). `binary`: 1 where the term is there at all."""

    def __post_init__(self) -> None:
        if self.analyzer not in {"word", "char_wb"} or self.weighting not in {"log", "binary"}:
            raise InputError(
                f"there is no view {self.analyzer!r} with weighting {self.weighting!r}"
            )
        if not 1 <= self.low <= self.high <= _LONGEST_NGRAM:
            raise InputError(
                f"n-grams of {self.low} to {self.high} cannot be; "
                f"use 1 <= low <= high <= {_LONGEST_NGRAM}"
            )


@dataclass(frozen=True, slots=True)
class Tokens:
    """The words, or the blank-separated chunks, of a text with the places where they stand."""

    texts: list[str]
    """Lower-cased."""
    starts: list[int]
    ends: list[int]


def words(text: str) -> Tokens:
    """Return the words of a text.

    >>> words("A bomb in Sehwan").texts
    ['bomb', 'in', 'sehwan']
    """
    return _tokens(_word, text)


def chunks(text: str) -> Tokens:
    """Return what stands between white space, punctuation and all.

    >>> chunks("Sehwan: a bomb").texts
    ['sehwan:', 'a', 'bomb']
    """
    return _tokens(_chunk, text)


def word_ngrams(texts: Sequence[str], low: int, high: int) -> Iterable[list[str]]:
    """Yield for each n from low to high all n-grams of the words, in order.

    >>> list(word_ngrams(["suicide", "bomb", "attack"], 1, 2))
    [['suicide', 'bomb', 'attack'], ['suicide bomb', 'bomb attack']]
    """
    for n in range(low, high + 1):
        if n == 1:
            yield list(texts)
        else:
            yield [" ".join(gram) for gram in zip(*(texts[i:] for i in range(n)), strict=False)]


def char_ngrams(chunk: str, low: int, high: int) -> list[str]:
    """Return the character n-grams of one chunk with a blank on either side.

    >>> char_ngrams("bomb", 5, 6)
    [' bomb', 'bomb ', ' bomb ']
    """
    padded = f" {chunk} "
    length = len(padded)
    if length <= low:
        return [padded]
    grams: list[str] = []
    for n in range(low, min(high, length) + 1):
        grams += [padded[i : i + n] for i in range(length - n + 1)]
    return grams


def terms(text: str, view: View) -> list[str]:
    """Return all terms of a text in a view, as often as they stand there.

    >>> terms("A bomb in Sehwan", View("word", 1, 2))
    ['bomb', 'in', 'sehwan', 'bomb in', 'in sehwan']
    """
    if view.analyzer == "word":
        found = word_ngrams(words(text).texts, view.low, view.high)
        return [term for grams in found for term in grams]
    return [
        term for chunk in chunks(text).texts for term in char_ngrams(chunk, view.low, view.high)
    ]


def tells_something(term: str) -> bool:
    """Return whether a term may enter a vocabulary: one with a letter, not a bare number or dash.

    A year or a house number says nothing of the next year's news.
    """
    return any(char.isalpha() for char in term)


def _tokens(pattern: re.Pattern[str], text: str) -> Tokens:
    lowered = text.lower()
    places = _places(text) if len(lowered) != len(text) else None
    texts, starts, ends = [], [], []
    for match in pattern.finditer(lowered):
        texts.append(match.group())
        starts.append(match.start() if places is None else places[match.start()])
        ends.append(match.end() if places is None else places[match.end() - 1] + 1)
    return Tokens(texts, starts, ends)


def _places(text: str) -> list[int]:
    """Return for each character of `text.lower()` the place it came from in `text`.

    Only a dotted capital I becomes longer when lowered; the whole text is lowered at once
    all the same, since the final sigma depends on its neighbours.
    """
    return [place for place, char in enumerate(text) for _ in char.lower()]
