"""Which articles a coder sees, and in which order: pure functions on arrays and answers."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import cycle
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from textclf.corpus.records import Record

Order = Literal["random", "teach", "double", "adjudicate"]
ORDERS: tuple[Order, ...] = ("random", "teach", "double", "adjudicate")

Doubles = NDArray[np.float64]

RANDOM_EVERY = 4
"""In the order `teach`, one article in so many is of the random sample, so that scores of the
model can be measured."""
_ALIKE = 0.7
"""Articles of one batch have a cosine similarity below this."""


def random_order(size: int, seed: int, coder: str = "") -> NDArray[np.intp]:
    """Return the numbers of all articles in an order of chance, which seed and coder determine.

    The first n of them are a simple random sample of n.
    """
    words = [seed, *coder.encode("utf-8", "surrogatepass")]
    return np.random.default_rng(words).permutation(size)


def inclusion_probability(goal: int, size: int) -> float:
    """Return the probability that a random sample of `goal` articles holds a given one.

    >>> inclusion_probability(200, 1000)
    0.2
    """
    return min(1.0, goal / size) if size else 0.0


def teach_order(
    probs: Doubles, vectors: Doubles, counts: Sequence[int], size: int, *, multi: bool = False
) -> list[int]:
    """Return the rows that teach most, at most `size` of them, the most useful first.

    `probs` has shape (rows, labels) and holds the probabilities of a model. `vectors` has shape
    (rows, features), each row with length 1; rows that are alike do not come together. `counts`
    has the number of answers with each label. Every second row is one that the model is least
    sure of. The others are, for each label in turn, the rarest first, its least likely row among
    those called so, a likely false alarm, and the likeliest row among the others, a likely miss.
    """
    if not len(probs):
        return []
    given = probs >= _EVEN if multi else probs == probs.max(axis=1, keepdims=True)
    if multi:
        doubt = np.abs(probs - _EVEN).min(axis=1)
    else:
        ranked = np.sort(probs, axis=1)
        doubt = ranked[:, -1] - ranked[:, -2]
    sources: list[Iterator[int]] = []
    for label in np.argsort(counts, kind="stable"):
        of_label = probs[:, label]
        called, others = np.flatnonzero(given[:, label]), np.flatnonzero(~given[:, label])
        sources += [
            iter(called[np.argsort(of_label[called], kind="stable")].tolist()),
            iter(others[np.argsort(-of_label[others], kind="stable")].tolist()),
        ]
    least_sure = iter(np.argsort(doubt, kind="stable").tolist())
    turns = cycle([source for one in sources for source in (least_sure, one)])
    chosen: list[int] = []
    left = 2 * len(sources)
    for turn in turns:
        if len(chosen) >= size or not left:
            break
        found = next((row for row in turn if _is_new(row, chosen, vectors)), None)
        if found is None:
            left -= 1
        else:
            left = 2 * len(sources)
            chosen.append(found)
    return chosen


_EVEN = 0.5


def _is_new(row: int, chosen: Sequence[int], vectors: Doubles) -> bool:
    """Return whether a row is none of the chosen ones, and is not like one of them."""
    if row in chosen:
        return False
    return not chosen or float((vectors[list(chosen)] @ vectors[row]).max()) < _ALIKE


def overlap_order(
    others: Sequence[str], overlap: int, own: Collection[str], seed: int
) -> list[str]:
    """Return the ids of texts that another coder answered and this one is to answer too.

    They are a random sample of `overlap` texts, those that this coder has answered among them.
    """
    drawn = np.random.default_rng([seed, len(others)]).permutation(len(others))
    sample = [others[index] for index in drawn.tolist()]
    already = [name for name in sample if name in own]
    rest = [name for name in sample if name not in own]
    return rest[: max(0, overlap - len(already))]


def disagreements(
    coded: Mapping[str, Mapping[str, Record]], decided: Collection[str], scheme: str
) -> list[str]:
    """Return the ids of the texts whose coders disagree and on which no one has decided.

    `coded` has the answers to each text by coder.
    """
    return [
        name
        for name, by_coder in coded.items()
        if name not in decided
        and len({tuple(sorted(one.labels[scheme])) for one in by_coder.values()}) > 1
    ]
