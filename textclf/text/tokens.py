"""Words and chunks of a text with their offsets, and the n-grams of them."""

import re
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import NamedTuple

WORD = r"(?u)\b\w\w+\b"
"""A word: two or more letters, digits or underscores. Everything in textclf uses this pattern."""

_TWO_OR_MORE = re.compile(r"\w\w+")
_CHUNK = r"(?:(?!\s)[\s\S])+"


class Tokens(NamedTuple):
    """The words, chunks or terms of a text with their offsets."""

    texts: list[str]
    """Lower-cased."""
    starts: list[int]
    """Offsets in the text before it was lower-cased."""
    ends: list[int]


def first_words_spans(text: str, limits: Sequence[int]) -> list[tuple[int, int]]:
    """Return for each limit the span of a text's first words, as many as the limit.

    >>> first_words_spans("A bomb in Sehwan, police said.", [2, 9])
    [(0, 9), (0, 30)]
    """
    if not limits:
        return []
    ends = [match.end() for match in islice(_TWO_OR_MORE.finditer(text), max(limits))]
    return [(0, ends[n - 1] if n <= len(ends) else len(text)) for n in limits]


def words(text: str) -> Tokens:
    """Return the words of a text.

    >>> words("A bomb in Sehwan").texts
    ['bomb', 'in', 'sehwan']
    """
    return _tokens(WORD, text)


def chunks(text: str) -> Tokens:
    """Return the chunks of a text: what is between white space, with punctuation.

    >>> chunks("Sehwan: a bomb").texts
    ['sehwan:', 'a', 'bomb']
    """
    return _tokens(_CHUNK, text)


def word_ngrams(texts: Sequence[str], low: int, high: int) -> Iterable[list[str]]:
    """Yield for each n from low to high the list of all n-grams of the words, in order.

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

    A chunk that is shorter than `low` gives itself, as in scikit-learn's `char_wb`.


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


def _tokens(pattern: str, text: str) -> Tokens:
    lowered = text.lower()
    offsets = lowered_offsets(text) if len(lowered) != len(text) else None
    texts, starts, ends = [], [], []
    for match in re.finditer(pattern, lowered):
        texts.append(match.group())
        starts.append(match.start() if offsets is None else offsets[match.start()])
        ends.append(match.end() if offsets is None else offsets[match.end() - 1] + 1)
    return Tokens(texts, starts, ends)


def lowered_offsets(text: str) -> list[int]:
    """Return for each character of `text.lower()` the offset in `text` that it comes from.

    Only a dotted capital I becomes longer when lower-cased. The text itself is lower-cased as a
    whole, since the form of a final sigma depends on its neighbours.
    """
    return [offset for offset, char in enumerate(text) for _ in char.lower()]
