"""Finds text that was spun rather than written: shared runs, repeated openings, sentence frames.

It knows texts and nothing else. Texts with the same owner, such as the halves of a contrast
pair, may share what they like.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from textclf.text.sentences import sentences
from textclf.text.tokens import words

_RUN = 12
"""Two texts that share as many words in a row were not both written afresh."""
_OPENING = 5
_COMMON = 150
"""The most frequent words of a corpus are the fixed parts of a frame; all others are its slots."""
_FRAME = (12, 6)
"""How many words a sentence needs, and how many of them fixed, to be taken for a frame."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """Two texts, by their places, and the words or the frame that both have."""

    first: int
    second: int
    what: str


def shared_runs(texts: Sequence[str], owners: Sequence[str]) -> Iterator[Repeat]:
    """Yield the texts that share twelve words in a row with an earlier one of another owner.

    >>> twelve = "one two three four five six seven eight nine ten eleven twelve"
    >>> [r.first for r in shared_runs([twelve, "Of these, " + twelve], ["a", "b"])]
    [0]
    """
    first: dict[tuple[str, ...], int] = {}
    for place, text in enumerate(texts):
        found = words(text).texts
        told = False
        for run in zip(*(found[i:] for i in range(_RUN)), strict=False):
            other = first.setdefault(run, place)
            if owners[other] != owners[place] and not told:
                yield Repeat(other, place, " ".join(run))
                told = True


def repeated_openings(texts: Sequence[str], owners: Sequence[str]) -> Iterator[Repeat]:
    """Yield the texts that begin with the same five words as an earlier one of another owner."""
    first: dict[tuple[str, ...], int] = {}
    for place, text in enumerate(texts):
        opening = tuple(words(text).texts[:_OPENING])
        other = first.setdefault(opening, place)
        if owners[other] != owners[place]:
            yield Repeat(other, place, " ".join(opening))


def frames(texts: Sequence[str], owners: Sequence[str]) -> Iterator[Repeat]:
    """Yield the texts with a sentence that is another's but for the words in its slots.

    A sentence is laid bare by keeping the corpus's most frequent words and blanking all others.
    """
    split = [
        [words(text[span.start : span.end]).texts for span in sentences(text)] for text in texts
    ]
    counts = Counter(word for text in split for sentence in text for word in sentence)
    common = {word for word, _ in counts.most_common(_COMMON)}
    least, fixed = _FRAME
    first: dict[tuple[str, ...], int] = {}
    for place, text in enumerate(split):
        for sentence in text:
            frame = tuple(word if word in common else "_" for word in sentence)
            if len(frame) < least or len(frame) - frame.count("_") < fixed:
                continue
            other = first.setdefault(frame, place)
            if owners[other] != owners[place]:
                yield Repeat(other, place, " ".join(frame))
                break
