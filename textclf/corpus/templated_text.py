"""Find templated text: shared runs of words, repeated openings, sentence templates.

Texts with the same owner, such as the halves of a contrast pair, may share text.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from textclf.text.sentences import sentences
from textclf.text.tokens import words

_RUN = 12
"""Words in a row: two texts that share so many were not both written by hand."""
_OPENING = 5
"""Words at the beginning of a text."""
_COMMON = 150
"""The most frequent words of a corpus are the fixed parts of a template; all others are slots."""
_FEWEST_WORDS, _FEWEST_FIXED = 12, 6
"""Words, and fixed words among them, that a sentence needs to count as a template."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """Two texts, by index, and the words or the template that both have."""

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
    for index, text in enumerate(texts):
        tokens = words(text).texts
        reported = False
        for run in zip(*(tokens[i:] for i in range(_RUN)), strict=False):
            other = first.setdefault(run, index)
            if owners[other] != owners[index] and not reported:
                yield Repeat(other, index, " ".join(run))
                reported = True


def repeated_openings(texts: Sequence[str], owners: Sequence[str]) -> Iterator[Repeat]:
    """Yield the texts that begin with the same five words as an earlier one of another owner."""
    first: dict[tuple[str, ...], int] = {}
    for index, text in enumerate(texts):
        opening = tuple(words(text).texts[:_OPENING])
        other = first.setdefault(opening, index)
        if owners[other] != owners[index]:
            yield Repeat(other, index, " ".join(opening))


def sentence_templates(texts: Sequence[str], owners: Sequence[str]) -> Iterator[Repeat]:
    """Yield the texts with a sentence that differs from an earlier one in its slots only.

    The template of a sentence keeps the most frequent words of the corpus and blanks all others.
    """
    split = [
        [words(text[span.start : span.end]).texts for span in sentences(text)] for text in texts
    ]
    counts = Counter(word for text in split for sentence in text for word in sentence)
    common = {word for word, _ in counts.most_common(_COMMON)}
    first: dict[tuple[str, ...], int] = {}
    for index, text in enumerate(split):
        for sentence in text:
            template = tuple(word if word in common else "_" for word in sentence)
            fixed = len(template) - template.count("_")
            if len(template) < _FEWEST_WORDS or fixed < _FEWEST_FIXED:
                continue
            other = first.setdefault(template, index)
            if owners[other] != owners[index]:
                yield Repeat(other, index, " ".join(template))
                break
