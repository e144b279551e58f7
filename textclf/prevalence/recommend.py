"""Which estimate of a share to report, and why; samples that support none are refused."""

from dataclasses import dataclass, replace

import numpy as np

from textclf.errors import InputError
from textclf.prevalence.estimators import (
    Estimate,
    Flags,
    adjusted_count,
    design_based,
    difference,
    expectation_maximization,
    naive,
    post_stratified,
    prediction_powered,
    probabilistic_adjusted_count,
)
from textclf.prevalence.limits import Doubles

REPORT = "report"
"""The advice on an estimate that can be published."""
FEWEST = 30
"""Hand-coded rows that a corrected share needs at least."""
_FEW_POSITIVE = 5
"""With fewer hand-coded rows that have the label, the note says so."""
_EQUAL = 1e-6
"""Inclusion probabilities that differ by less, as shares of the greatest, are equal."""


@dataclass(frozen=True, slots=True, eq=False)
class GoldSample:
    """Hand-coded rows of an archive, for one label; all arrays have shape (sample,)."""

    machine: Flags
    """Which rows the classifier gave the label."""
    gold: Flags
    """Which rows a person gave the label."""
    inclusion: Doubles | None
    """The probability with which each row was drawn; None if the table does not say it."""
    probability: Doubles | None = None
    """The classifier's probability of the label."""
    simple_random: bool = False
    """The user says that every row had the same chance to be drawn."""
    outside: int = 0
    """Rows that are not in the archive."""
    uncoded: int = 0
    """Rows that were drawn, and have not been coded."""

    @property
    def is_simple_random(self) -> bool:
        """Whether every row had the same chance to be drawn."""
        if self.inclusion is None:
            return self.simple_random
        return bool(np.ptp(self.inclusion) <= _EQUAL * self.inclusion.max())

    @property
    def probabilities(self) -> Doubles | None:
        """The inclusion probabilities, or None where they are equal."""
        return None if self.is_simple_random else self.inclusion


def refusal(sample: GoldSample) -> str:
    """Return why a sample supports no corrected share, and what would; empty if it does."""
    if sample.outside:
        rows = "1 row" if sample.outside == 1 else f"{sample.outside:,} rows"
        are = "is" if sample.outside == 1 else "are"
        return (
            f"{rows} of the hand-coded sample {are} not in the archive; draw it from "
            "the archive with `textclf sample`, or give the archive that it was drawn from"
        )
    if sample.inclusion is None and not sample.simple_random:
        return (
            "the hand-coded sample has no column 'inclusion_probability'; draw it with `textclf "
            "sample`, or say --simple-random if every row had the same chance to be drawn"
        )
    if len(sample.gold) < FEWEST:
        return f"hand-coded rows: {len(sample.gold)}; code {FEWEST} or more"
    return ""


def recommended(machine_archive: Flags, sample: GoldSample) -> Estimate:
    """Return the estimate to report for an archive, with a note that says why.

    `machine_archive` has shape (rows,): which rows of the archive have the machine's label. Raises
    InputError for a sample that supports none.
    """
    if why := refusal(sample):
        raise InputError(why)
    sizes = np.bincount(machine_archive.astype(np.intp), minlength=2)
    estimate = post_stratified(
        sizes, sample.machine.astype(np.intp), sample.gold, sample.probabilities
    )
    if kind := _unseen(machine_archive, sample):
        note = (
            f"no row {kind} the machine's label is coded; half of them are taken to have the label"
        )
        return replace(estimate, note=note + _if_random(sample))
    return replace(estimate, note=_why(sample))


def advice(machine: Flags, sample: GoldSample) -> str:
    """Return what to do with the estimate for an archive or a group of it: REPORT, or code more.

    It needs 30 hand-coded rows, with at least one that has the machine's label and one that has
    not, if the archive or group has such rows. `machine` has a value for each of its rows, and
    `sample` its hand-coded rows alone.
    """
    if len(sample.gold) < FEWEST:
        return f"do not trust: code {FEWEST - len(sample.gold)} more"
    if kind := _unseen(machine, sample):
        return f"do not trust: code rows {kind} the machine's label"
    return REPORT


def synthetic(machine_group: Flags, machine_archive: Flags, sample: GoldSample) -> Estimate:
    """Return the estimate for a group of rows with too few hand-coded rows of its own.

    It assumes that the classifier's label means in the group what it means in the archive (the
    synthetic estimator of small areas, Rao and Molina 2015). Raises what `recommended` raises.
    """
    if why := refusal(sample):
        raise InputError(why)
    group, archive = (
        np.bincount(of.astype(np.intp), minlength=2) for of in (machine_group, machine_archive)
    )
    cell = sample.machine.astype(np.intp)
    estimate = post_stratified(group, cell, sample.gold, sample.probabilities, archive)
    return replace(
        estimate,
        method="synthetic",
        note=f"a group needs {FEWEST} hand-coded rows of its own, with and without the machine's "
        "label; this estimate assumes that the classifier errs here as in the whole archive"
        + _if_random(sample),
    )


def all_estimates(
    machine_archive: Flags,
    sample: GoldSample,
    archive_probability: Doubles | None = None,
    prior: float | None = None,
) -> list[Estimate]:
    """Return the recommended estimate, then all others that the sample supports, naive last.

    `archive_probability` has shape (rows,): the classifier's probability of the label; with it come
    the probabilistic adjusted count, and, with the prior that it assumes, EMQ. A method that the
    sample cannot support is there with NaN and the reason. Raises what `recommended` raises.
    """
    found = [recommended(machine_archive, sample)]
    count, inclusion = len(machine_archive), sample.inclusion
    equal = np.full(len(sample.gold), len(sample.gold) / count)
    given = equal if inclusion is None else inclusion
    found.append(design_based(sample.gold, given, count))
    found.append(difference(machine_archive, sample.machine, sample.gold, given))
    if sample.is_simple_random and count > len(sample.gold):
        others = _uncoded(machine_archive, sample.machine)
        machine, gold = sample.machine.astype(float), sample.gold.astype(float)
        found.append(prediction_powered(others, machine, gold))
    try:
        found.append(
            adjusted_count(machine_archive, sample.machine, sample.gold, sample.probabilities)
        )
        if archive_probability is not None and sample.probability is not None:
            found.append(
                probabilistic_adjusted_count(
                    archive_probability, sample.probability, sample.gold, sample.probabilities
                )
            )
    except InputError as reason:
        nothing = float("nan")
        method = "adjusted count"
        if found[-1].method == method:
            method = f"probabilistic {method}"
        found.append(Estimate(nothing, nothing, nothing, method, str(reason)))
    if archive_probability is not None and prior is not None:
        found.append(expectation_maximization(archive_probability, prior))
    return [*found, naive(machine_archive)]


def _unseen(machine: Flags, sample: GoldSample) -> str:
    """Return which rows have no hand-coded one, those with or without the machine's label."""
    if machine.any() and not sample.machine.any():
        return "with"
    return "without" if not machine.all() and sample.machine.all() else ""


def _uncoded(machine_archive: Flags, machine: Flags) -> Doubles:
    """Return the machine's labels, as 0 and 1, of the rows of the archive that were not coded."""
    left = np.bincount(machine_archive, minlength=2) - np.bincount(machine, minlength=2)
    return np.repeat([0.0, 1.0], left)


def _why(sample: GoldSample) -> str:
    count, positive = len(sample.gold), int(sample.gold.sum())
    if sample.is_simple_random:
        design = f"{count} rows were drawn at random"
    else:
        design = f"{count} rows were drawn with known probabilities"
    why = f"report this: {design}, and it assumes nothing of the classifier's errors"
    why += _if_random(sample)
    if not positive:
        return f"{why}; none of them has the label, so that only the upper limit is known"
    if positive < _FEW_POSITIVE:
        have = "has" if positive == 1 else "have"
        return f"{why}; only {positive} {have} the label, so that the interval is wide"
    return why


def _if_random(sample: GoldSample) -> str:
    """Return what is assumed of the rows that have not been coded; empty if all have."""
    if not sample.uncoded:
        return ""
    return (
        f"; rows of the sample that are not coded: {sample.uncoded:,}; right only if they are "
        "a random part of it, such as the last rows that `textclf sample` wrote"
    )
