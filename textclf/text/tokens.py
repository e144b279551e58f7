"""Words and chunks of a text with the places where they stand, and the n-grams of them.

It is the bottom of all analysis and knows nothing else.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import NamedTuple

WORD = r"(?u)\b\w\w+\b"
"""What a word is: two or more letters, digits or underscores. The only tokenizer there is."""

_TWO_OR_MORE = re.compile(r"\w\w+")
_CHUNK = r"(?:(?!\s)[\s\S])+"


class Tokens(NamedTuple):
    """The words, or the blank-separated chunks, of a text with the places where they stand."""

    texts: list[str]
    """Lower-cased."""
    starts: list[int]
    ends: list[int]


def lead_spans(text: str, numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Return where the first so many words of a text lie, for each number.

    >>> lead_spans("A bomb in Sehwan, police said.", [2, 9])
    [(0, 9), (0, 30)]
    """
    if not numbers:
        return []
    ends = [match.end() for match in islice(_TWO_OR_MORE.finditer(text), max(numbers))]
    return [(0, ends[n - 1] if n <= len(ends) else len(text)) for n in numbers]


def words(text: str) -> Tokens:
    """Return the words of a text.

    >>> words("A bomb in Sehwan").texts
    ['bomb', 'in', 'sehwan']
    """
    return _tokens(WORD, text)


def chunks(text: str) -> Tokens:
    """Return what stands between white space, punctuation and all.

    >>> chunks("Sehwan: a bomb").texts
    ['sehwan:', 'a', 'bomb']
    """
    return _tokens(_CHUNK, text)


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


def _tokens(pattern: str, text: str) -> Tokens:
    lowered = text.lower()
    places = lowered_places(text) if len(lowered) != len(text) else None
    texts, starts, ends = [], [], []
    for match in re.finditer(pattern, lowered):
        texts.append(match.group())
        starts.append(match.start() if places is None else places[match.start()])
        ends.append(match.end() if places is None else places[match.end() - 1] + 1)
    return Tokens(texts, starts, ends)


def lowered_places(text: str) -> list[int]:
    """Return for each character of `text.lower()` the place it came from in `text`.

    Only a dotted capital I becomes longer when lowered; the whole text is lowered at once
    all the same, since the final sigma depends on its neighbours.
    """
    return [place for place, char in enumerate(text) for _ in char.lower()]
