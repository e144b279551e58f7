"""Agreement of any number of coders: Krippendorff's alpha, Cohen's and Fleiss' kappa, percent.

Answers may be missing. Every figure has a 95% interval; one that the answers do not determine,
because all of them are equal or no text has two, is undefined: None.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from textclf.errors import InputError
from textclf.evaluation.bayesian_bootstrap import (
    credible,
    draw_counts,
    group_numbers,
    sample_weights,
)
from textclf.evaluation.bootstrap import Interval, rounded
from textclf.evaluation.label_evaluation import AnswerPairs

Answer = tuple[str, ...]
Distance = Literal["nominal", "ordinal", "masi"]

_AGREE, _DIFFER = 0.5, 0.25
"""Pseudo-counts of each cell of a table of two values, as for kappa in `label_evaluation`."""


@dataclass(frozen=True, slots=True, eq=False)
class CodedTexts:
    """The answers of several coders to the same texts."""

    ids: tuple[str, ...]
    answers: Mapping[str, tuple[Answer | None, ...]]
    """By coder, one for each text; None where the coder has none."""
    groups: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if len(self.answers) < 2:  # noqa: PLR2004 - a pair
            raise InputError(
                f"there is one coder, {next(iter(self.answers), '')!r}; agreement needs two"
            )

    @property
    def rows(self) -> list[tuple[Answer | None, ...]]:
        """The answers by text, in the order of the coders."""
        return list(zip(*self.answers.values(), strict=True))

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that occur, in the order of the alphabet."""
        of = (answer for answers in self.answers.values() for answer in answers)
        return tuple(sorted({label for answer in of for label in answer or ()}))


@dataclass(frozen=True, slots=True)
class LabelAgreement:
    """How far the coders agree on which texts have one label."""

    label: str
    alpha: Interval | None
    percent: Interval | None
    given: tuple[int, ...]
    """How many texts each coder gives the label."""


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """How far two coders agree on the texts that both have answered."""

    first: str
    second: str
    texts: int
    alpha: Interval | None
    kappa: Interval | None
    """Cohen's kappa (1960)."""
    percent: Interval | None


@dataclass(frozen=True, slots=True)
class CoderAgreement:
    """How far several coders agree."""

    texts: int
    compared: int
    """Texts with two or more answers: the others say nothing of agreement."""
    coders: tuple[str, ...]
    distance: Distance
    alpha: Interval | None
    """Krippendorff's alpha (2004, chapter 11)."""
    fleiss: Interval | None
    """Fleiss' kappa (1971), on the texts that all coders have answered."""
    complete: int
    """How many texts all coders have answered."""
    percent: Interval | None
    """The share of pairs of answers to the same text that are equal."""
    labels: tuple[LabelAgreement, ...]
    pairs: tuple[PairAgreement, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the figures as plain data, rounded to four places; None where undefined."""
        return {
            "texts": self.compared,
            "coders": list(self.coders),
            "distance": self.distance,
            "alpha": rounded(self.alpha),
            "fleiss_kappa": rounded(self.fleiss),
            "percent_agreement": rounded(self.percent),
            "labels": {
                one.label: {
                    "alpha": rounded(one.alpha),
                    "percent_agreement": rounded(one.percent),
                    "given": dict(zip(self.coders, one.given, strict=True)),
                }
                for one in self.labels
            },
            "pairs": [
                {
                    "coders": [one.first, one.second],
                    "texts": one.texts,
                    "alpha": rounded(one.alpha),
                    "cohen_kappa": rounded(one.kappa),
                    "percent_agreement": rounded(one.percent),
                }
                for one in self.pairs
            ],
        }

    def figures(self) -> list[tuple[str, str, Interval | None, int]]:
        """Return a tidy list: figure, of what (a label or a pair), value, number of texts."""
        return [
            (f"alpha_{self.distance}", "", self.alpha, self.compared),
            ("fleiss_kappa", "", self.fleiss, self.complete),
            ("percent_agreement", "", self.percent, self.compared),
            *(
                (name, one.label, value, max(one.given))
                for one in self.labels
                for name, value in (("alpha", one.alpha), ("percent_agreement", one.percent))
            ),
            *(
                (name, f"{one.first} and {one.second}", value, one.texts)
                for one in self.pairs
                for name, value in (
                    ("alpha", one.alpha),
                    ("cohen_kappa", one.kappa),
                    ("percent_agreement", one.percent),
                )
            ),
        ]


def coder_agreement(
    coded: CodedTexts, distance: Distance = "nominal", order: Sequence[str] = ()
) -> CoderAgreement:
    """Return how far coders agree, overall, for each label and for each pair of coders.

    `distance` says how far two answers are apart: `nominal` 0 or 1, `ordinal` by the ranks that
    `order` gives the labels, `masi` by what two sets of labels share (Passonneau 2006). Raises
    InputError if no text has two answers, or if `order` lacks a label that occurs.

    >>> both = (("rain",), ("dry",), ("dry",))
    >>> coder_agreement(CodedTexts(("1", "2", "3"), {"a": both, "b": both})).alpha.value
    1.0
    """
    rows = coded.rows
    compared = sum(sum(one is not None for one in row) > 1 for row in rows)
    if not compared:
        raise InputError(
            f"none of the {len(rows):,} texts has answers of two coders; check the columns of ids, "
            "coders and labels"
        )
    groups = group_numbers(coded.groups, len(rows))
    alpha, percent = alpha_and_percent(rows, groups, distance, order)
    complete = [n for n, row in enumerate(rows) if None not in row]
    return CoderAgreement(
        len(rows),
        compared,
        tuple(coded.answers),
        distance,
        alpha,
        _fleiss([rows[n] for n in complete], _of(groups, complete)),
        len(complete),
        percent,
        tuple(_of_label(label, rows, groups) for label in coded.labels),
        tuple(
            _of_pair(coded, one, other, distance, order)
            for one, other in combinations(coded.answers, 2)
        ),
    )


def disagreements(coded: CodedTexts) -> list[int]:
    """Return the numbers of the texts to which two coders give different answers."""
    return [
        number
        for number, row in enumerate(coded.rows)
        if len({frozenset(one) for one in row if one is not None}) > 1
    ]


def masi_distance(one: Answer, other: Answer) -> float:
    """Return how far two sets of labels are apart, 0 to 1 (Passonneau 2006).

    >>> round(masi_distance(("law", "war"), ("war",)), 3)
    0.667
    """
    first, second = set(one), set(other)
    if not first and not second:
        return 0.0
    share = len(first & second) / len(first | second)
    if first == second:
        return 0.0
    # Two thirds if one set holds the other, a third if they overlap.
    kind = 2 / 3 if first <= second or second <= first else 1 / 3
    return 1 - share * kind


@dataclass(frozen=True, slots=True, eq=False)
class _Units:
    """Texts with two or more answers, reduced to the distinct multisets of answers."""

    values: tuple[Answer, ...]
    """The distinct answers."""
    counts: NDArray[np.float64]
    """Shape (kinds, values): how often a text of this kind has each answer."""
    kinds: NDArray[np.intp]
    """Shape (texts,): the kind of each text."""
    groups: NDArray[np.intp] | None

    @classmethod
    def of(
        cls, rows: Sequence[Sequence[Answer | None]], groups: NDArray[np.intp] | None
    ) -> "_Units":
        kept = [n for n, row in enumerate(rows) if sum(one is not None for one in row) > 1]
        number: dict[Answer, int] = {}
        kind_of: dict[tuple[int, ...], int] = {}
        kinds = []
        for n in kept:
            given = (tuple(sorted(one)) for one in rows[n] if one is not None)
            unit = tuple(sorted(number.setdefault(one, len(number)) for one in given))
            kinds.append(kind_of.setdefault(unit, len(kind_of)))
        counts = np.zeros((len(kind_of), len(number)))
        for unit, kind in kind_of.items():
            np.add.at(counts[kind], list(unit), 1)
        return cls(tuple(number), counts, np.array(kinds, np.intp), _of(groups, kept))

    def whole(self) -> NDArray[np.float64]:
        """Return how often each kind occurs, shape (1, kinds)."""
        return np.bincount(self.kinds, minlength=len(self.counts)).astype(float)[None]

    def drawn(self) -> NDArray[np.float64]:
        """Return how often each kind occurs in each posterior draw, shape (draws, kinds)."""
        weights = sample_weights(None, len(self.kinds), self.groups)
        return draw_counts(self.kinds, weights, self.groups)


def alpha_and_percent(
    rows: Sequence[Sequence[Answer | None]],
    groups: NDArray[np.intp] | None,
    distance: Distance = "nominal",
    order: Sequence[str] = (),
) -> tuple[Interval | None, Interval | None]:
    """Return Krippendorff's alpha and the share of equal pairs of answers.

    `rows` has the answers by text; `groups` has the number of each text's group, from 0 without a
    gap. None where they are undefined.
    """
    units = _Units.of(rows, groups)
    if not len(units.kinds):
        return None, None
    apart = _distances(units, distance, order)
    values = len(units.values)
    size = units.counts.sum(axis=1)
    # Krippendorff's coincidences: each text adds its ordered pairs, divided by its answers - 1.
    pairs = units.counts[:, :, None] * units.counts[:, None, :]
    pairs -= np.eye(values) * units.counts[:, :, None]
    pairs /= (size - 1)[:, None, None]
    differ = (pairs * apart).sum(axis=(1, 2))
    unequal = (pairs * (1 - np.eye(values))).sum(axis=(1, 2))
    # An answer is not paired with itself; weights of a draw may add up to less than one answer.
    without_itself = 1 - 1 / (units.whole() @ units.counts).sum()
    mean_distance = apart.sum() / max(values * (values - 1), 1)

    def figures(
        counts: NDArray[np.float64], rng: np.random.Generator | None
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        given, observed, other = counts @ units.counts, counts @ differ, counts @ unequal
        if rng is not None:
            equal = rng.gamma(2 * _AGREE / values, size=given.shape)
            apart_pairs = rng.gamma(2 * _DIFFER, size=len(given))
            given = given + 2 * equal + 2 * apart_pairs[:, None] / values
            observed = observed + 2 * apart_pairs * mean_distance
            other = other + 2 * apart_pairs
        total = given.sum(axis=1)
        expected = np.einsum("dc,ck,dk->d", given, apart, given) / (total * without_itself)
        with np.errstate(divide="ignore", invalid="ignore"):
            alpha = np.where(expected > 0, 1 - observed / expected, np.nan)
        return alpha, 1 - other / total

    whole = figures(units.whole(), None)
    drawn = figures(units.drawn(), np.random.default_rng(1))
    alpha, percent = (
        None if np.isnan(value[0]) else credible(value[0], spread)
        for value, spread in zip(whole, drawn, strict=True)
    )
    return alpha, percent


def _fleiss(
    rows: Sequence[Sequence[Answer | None]], groups: NDArray[np.intp] | None
) -> Interval | None:
    """Return Fleiss' kappa (1971) of texts that all coders have answered."""
    if not rows:
        return None
    units = _Units.of(rows, groups)
    coders, values = len(rows[0]), len(units.values)
    if values == 1:
        return None
    agree = (units.counts * (units.counts - 1)).sum(axis=1) / (coders * (coders - 1))

    def kappa(counts: NDArray[np.float64], rng: np.random.Generator | None) -> NDArray[np.float64]:
        given, same, total = counts @ units.counts / coders, counts @ agree, counts.sum(axis=1)
        if rng is not None:
            equal = rng.gamma(2 * _AGREE / values, size=given.shape)
            apart = rng.gamma(2 * _DIFFER, size=len(given))
            given = given + equal + apart[:, None] / values
            same, total = same + equal.sum(axis=1), total + equal.sum(axis=1) + apart
        chance = ((given / total[:, None]) ** 2).sum(axis=1)
        return np.asarray((same / total - chance) / (1 - chance))

    drawn = kappa(units.drawn(), np.random.default_rng(1))
    return credible(float(kappa(units.whole(), None)[0]), drawn)


def _of_label(
    label: str, rows: Sequence[Sequence[Answer | None]], groups: NDArray[np.intp] | None
) -> LabelAgreement:
    yes, no = (label,), ()
    own = [[None if one is None else yes if label in one else no for one in row] for row in rows]
    alpha, percent = alpha_and_percent(own, groups)
    given = tuple(sum(one == yes for one in answers) for answers in zip(*own, strict=True))
    return LabelAgreement(label, alpha, percent, given)


def _of_pair(
    coded: CodedTexts, one: str, other: str, distance: Distance, order: Sequence[str]
) -> PairAgreement:
    both = list(zip(coded.answers[one], coded.answers[other], strict=True))
    kept = [n for n, pair in enumerate(both) if None not in pair]
    if not kept:
        return PairAgreement(one, other, 0, None, None, None)
    first, second = ([both[n][side] or () for n in kept] for side in (0, 1))
    groups = None if coded.groups is None else [coded.groups[n] for n in kept]
    alpha, percent = alpha_and_percent(
        [both[n] for n in kept], group_numbers(groups, len(kept)), distance, order
    )
    kappa = AnswerPairs.of(first, second, coded.labels, None, groups).figures()["kappa"]
    return PairAgreement(one, other, len(kept), alpha, kappa, percent)


def _distances(units: _Units, distance: Distance, order: Sequence[str]) -> NDArray[np.float64]:
    """Return the squared distance of each two values, shape (values, values)."""
    values = units.values
    if distance == "masi":
        return np.array([[masi_distance(one, other) for other in values] for one in values])
    if distance == "nominal":
        return 1 - np.eye(len(values))
    rank: dict[Answer, int] = {(label,): number for number, label in enumerate(order)}
    if missing := next((one for one in values if one not in rank), None):
        raise InputError(
            f"{'|'.join(missing)!r} has no rank among {', '.join(order) or 'none'}; give all "
            "labels from the lowest to the highest with --order"
        )
    # The distance of two ranks is the number of answers between them, and half of those at the
    # ends (Krippendorff 2004, 11.3.1). It is that of all texts, also in the posterior draws.
    given = (units.whole() @ units.counts)[0]
    by_rank = np.zeros(len(order))
    ranks = np.array([rank[one] for one in values])
    by_rank[ranks] = given
    middle = np.cumsum(by_rank) - by_rank / 2
    return np.asarray((middle[ranks][:, None] - middle[ranks][None]) ** 2)


def _of(groups: NDArray[np.intp] | None, rows: Sequence[int]) -> NDArray[np.intp] | None:
    """Return the groups of some rows, numbered without a gap."""
    if groups is None:
        return None
    _, numbers = np.unique(groups[list(rows)], return_inverse=True)
    return np.asarray(numbers.ravel(), np.intp)
