"""Two systems on the same texts: the difference with its interval, and how likely it is by chance.

The test is approximate randomisation (Noreen 1989; Yeh 2000): if both systems are equally good,
swapping their answers to a text changes nothing, so the difference is held against those of many
random swaps. Groups of texts are swapped as a whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textclf.errors import InputError
from textclf.evaluation.bayesian_bootstrap import credible, draw_weights, group_numbers
from textclf.evaluation.bayesian_bootstrap import sample_weights as scaled
from textclf.evaluation.bootstrap import Interval, rounded

Answer = tuple[str, ...]

FIGURES = ("macro_f1", "accuracy")
_SWAPS = 10_000
_DRAWS = 2_000
_SEED = 0
_REFUTED = 0.05
"""The p at which equally good systems are out of the 95% interval."""
_CHUNK = 2_000_000
"""Swaps of texts that are held in memory at a time."""


@dataclass(frozen=True, slots=True)
class Difference:
    """By how much one figure of the first system is above that of the second."""

    figure: str
    first: float
    second: float
    difference: Interval
    p: float
    """The two-sided probability of so large a difference between equally good systems."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two systems differ on the same texts."""

    texts: int
    equal: int
    """How many texts get the same answer from both."""
    differences: tuple[Difference, ...]

    def as_dict(self) -> dict[str, object]:
        """Return the comparison as plain data."""
        return {
            "texts": self.texts,
            "equal_answers": self.equal,
            **{
                one.figure: {
                    "first": round(one.first, 4),
                    "second": round(one.second, 4),
                    "difference": rounded(one.difference),
                    "p": round(one.p, 4),
                }
                for one in self.differences
            },
        }


def compare_answers(
    truth: Sequence[Answer],
    first: Sequence[Answer | None],
    second: Sequence[Answer | None],
    *,
    weights: NDArray[np.float64] | None = None,
    groups: Sequence[str] | None = None,
    swaps: int = _SWAPS,
) -> Comparison:
    """Return the differences of macro-F1 and accuracy; an answer of None is an abstention.

    `weights` are sampling weights, shape (texts,); `groups` names the group of each text. Raises
    InputError for lists of different lengths.

    >>> truth = [("war",), ("law",)] * 20
    >>> compare_answers(truth, truth, [("law",)] * 40).differences[1].difference.value
    0.5
    """
    if not truth or len({len(truth), len(first), len(second)}) > 1:
        raise InputError(
            f"there are {len(truth)} true answers, {len(first)} of the first and {len(second)} of "
            "the second system; give one each"
        )
    labels = sorted({label for one in (*truth, *first, *second) for label in one or ()})
    cells = np.stack([_cells(truth, first, labels), _cells(truth, second, labels)])
    group = group_numbers(groups, len(truth))
    weight = scaled(weights, len(truth), group)
    whole = _figures(weight @ cells)
    sums = np.concatenate([some @ cells for some in draw_weights(weight, group, _DRAWS)], axis=1)
    drawn = _differences(sums + _won_by_each(len(labels), _DRAWS))
    observed = _differences((weight @ cells)[:, None])[0]
    by_chance = _swapped(cells * weight[:, None], group, swaps)
    as_large = (np.abs(by_chance) >= np.abs(observed) - 1e-12).sum(axis=0)
    p = [float((count + 1) / (swaps + 1)) for count in as_large]
    return Comparison(
        len(truth),
        sum(_plain(a) == _plain(b) for a, b in zip(first, second, strict=True)),
        tuple(
            Difference(
                name,
                float(whole[0][column]),
                float(whole[1][column]),
                _interval(float(observed[column]), drawn[:, column], p[column]),
                p[column],
            )
            for column, name in enumerate(FIGURES)
        ),
    )


def _won_by_each(labels: int, draws: int) -> NDArray[np.float64]:
    """Return the cells of two texts more, shape (systems, draws, cells).

    Each system alone is right on one of them (Bonett and Price 2012), whose labels are random.
    Without them, systems that differ on few texts would seem to differ for certain.
    """
    rng = np.random.default_rng(_SEED + 1)
    cells = np.zeros((2, draws, 2 * labels + 2))
    row = np.arange(draws)
    for winner in (0, 1):
        mass = rng.standard_exponential(draws)
        true = rng.integers(labels, size=draws)
        cells[winner, row, true] += mass
        cells[winner, row, labels + true] += 2 * mass
        cells[winner, :, -2] += mass
        cells[1 - winner, row, labels + true] += mass
        if labels > 1:
            wrong = (true + rng.integers(1, labels, size=draws)) % labels
            cells[1 - winner, row, labels + wrong] += mass
        cells[:, :, -1] += mass
    return cells


def _interval(observed: float, drawn: NDArray[np.float64], p: float) -> Interval:
    """Return the difference with its interval, which holds 0 if p does not refute it."""
    found = credible(observed, drawn)
    if p <= _REFUTED:
        return found
    return Interval(found.value, min(found.low, 0.0), max(found.high, 0.0))


def _swapped(
    cells: NDArray[np.float64], groups: NDArray[np.intp] | None, swaps: int
) -> NDArray[np.float64]:
    """Return the differences after random swaps, shape (swaps, figures).

    `cells` has shape (systems, texts, columns).
    """
    rng = np.random.default_rng(_SEED)
    # A text on which both systems add the same to every cell changes nothing when swapped. The
    # others are summed by group, so that a swap is one row of zeros and ones times a matrix.
    gap = cells[1] - cells[0]
    if groups is not None:
        summed = np.zeros((int(groups.max()) + 1, gap.shape[1]))
        np.add.at(summed, groups, gap)
        gap = summed
    gap = gap[gap.any(axis=1)]
    sums = cells.sum(axis=1)
    step = max(1, _CHUNK // max(1, len(gap)))
    found = []
    for start in range(0, swaps, step):
        moved = rng.integers(0, 2, (min(step, swaps - start), len(gap))).astype(float) @ gap
        found.append(_differences(np.stack([sums[0] + moved, sums[1] - moved])))
    return np.concatenate(found)


def _cells(
    truth: Sequence[Answer], answers: Sequence[Answer | None], labels: Sequence[str]
) -> NDArray[np.float64]:
    """Return what each text adds, shape (texts, 2 x labels + 2): hits, sizes, right, one."""
    index = {label: column for column, label in enumerate(labels)}
    size = len(labels)
    cells = np.zeros((len(truth), 2 * size + 2))
    for row, (true, given) in enumerate(zip(truth, answers, strict=True)):
        for label in true:
            cells[row, size + index[label]] += 1
        for label in given or ():
            cells[row, size + index[label]] += 1
            cells[row, index[label]] = label in true
        cells[row, -2] = given is not None and set(given) == set(true)
    cells[:, -1] = 1
    return cells


def _figures(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return macro-F1 and accuracy from sums of cells, shape (..., figures)."""
    size = (sums.shape[-1] - 2) // 2
    hits, sizes = sums[..., :size], sums[..., size : 2 * size]
    f1 = 2 * hits / np.maximum(sizes, 1e-12)
    # A label that neither is true nor predicted does not enter the mean.
    seen = sizes > 1e-9  # noqa: PLR2004 - 0, but for rounding
    macro = f1.sum(axis=-1, where=seen) / np.maximum(seen.sum(axis=-1), 1)
    return np.stack([macro, sums[..., -2] / sums[..., -1]], axis=-1)


def _differences(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the first system's figures less the second's; `sums` has shape (2, draws, cells)."""
    return np.asarray(_figures(sums[0]) - _figures(sums[1]))


def _plain(answer: Answer | None) -> frozenset[str] | None:
    return None if answer is None else frozenset(answer)
