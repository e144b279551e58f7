"""Estimates of the share of rows that have a label, from arrays.

Arrays over all rows of the archive have the shape (rows,), and those over the hand-coded sample
have the shape (sample,). `machine` says which rows the classifier gave the label, `gold` which
rows a person gave it, and `probability` is the classifier's probability of it. `inclusion` is the
probability with which the design drew each row, up to one factor; None stands for a simple random
sample. Every estimate is a share between 0 and 1 with a 95% interval.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textclf.errors import InputError
from textclf.prevalence.limits import (
    Doubles,
    normal_limits,
    share_limits,
    sum_limits,
    wilson,
)

Flags = NDArray[np.bool_]

_DRAWS = 2000
"""Draws from the posterior of the error rates: the limits then vary by about 2% of their width."""
_SEED = 20
_ROUNDS = 1000
_CONVERGED = 1e-9


@dataclass(frozen=True, slots=True)
class Estimate:
    """The share of rows that have a label, with its 95% interval."""

    value: float
    low: float
    """NaN if the method gives no interval."""
    high: float
    method: str
    note: str = ""
    """What a reader must know: assumptions, and why this estimate or not."""


def naive(machine: Flags) -> Estimate:
    """Return the share of rows that the classifier gave the label.

    The interval is that of Wilson (1927) for a stream that the archive is a sample of. It knows
    nothing of the classifier's errors. Raises InputError for no rows.
    """
    if not len(machine):
        raise InputError("there are no rows to count")
    found = float(machine.sum())
    low, high = wilson(found, len(machine))
    note = "takes the classifier for right; no interval covers its errors"
    return Estimate(found / len(machine), low, high, "naive", note)


def post_stratified(
    sizes: NDArray[np.intp],
    cell: NDArray[np.intp],
    gold: Flags,
    inclusion: Doubles | None = None,
    sampled: NDArray[np.intp] | None = None,
) -> Estimate:
    """Return the summed shares of gold in cells, each weighted by its share of the archive.

    The cells are usually the rows with and without the machine's label. `sizes` has shape (cells,)
    and counts the rows in each; `cell` has the number of each sampled row's cell. `sampled` counts
    the rows that the sample was drawn from, if these are others than those of the estimate.
    For a simple random sample this is Holt and Smith's (1979) estimate, to which prediction-powered
    inference with the best power (Angelopoulos, Duchi and Zrnic 2023) comes close where the
    prediction is a label. A cell without a sampled row has the share 1/2, and limits near 0 and 1.
    With inclusion probabilities, the share within a cell is Hajek's (1971), and its rows count as
    Kish's (1965) effective number. Limits of the cells are joined by MOVER, and narrowed by the
    share of the cell that was coded.
    """
    rows = np.bincount(cell, minlength=len(sizes)).astype(float)
    weight = np.ones(len(gold)) if inclusion is None else 1 / inclusion
    total = np.bincount(cell, weight, len(sizes))
    found = np.bincount(cell, weight * gold, len(sizes))
    squares = np.bincount(cell, weight**2, len(sizes))
    seen = rows > 0
    shares = np.where(seen, found / np.where(seen, total, 1), 0.5)
    effective = np.where(seen, total**2 / np.where(seen, squares, 1), 0.0)
    left = 1 - np.minimum(rows / np.maximum(sizes if sampled is None else sampled, 1), 1.0)
    trials = effective / np.maximum(left, 1e-9)
    low, high = share_limits(shares * trials, trials)
    whole = left <= 0
    low, high = np.where(whole, shares, low), np.where(whole, shares, high)
    weights = sizes / sizes.sum()
    value, lower, upper = sum_limits(weights, shares, low, high)
    return Estimate(value, lower, upper, "post-stratified")


def design_based(gold: Flags, inclusion: Doubles, population: int) -> Estimate:
    """Return the Hajek (1971) estimate: the share of gold, each row weighted by 1 / inclusion.

    It uses nothing of the classifier. The interval is that of a simple random sample of Kish's
    effective number of rows. With equal probabilities it is the plain share of the sample.
    """
    weight = 1 / inclusion
    share = float(weight @ gold / weight.sum())
    effective = float(weight.sum() ** 2 / (weight**2).sum())
    left = max(1 - len(gold) / population, 1e-9)
    trials = np.array([effective / left])
    low, high = share_limits(share * trials, trials)
    # The limits of a share of 0 or 1 leave it out, as quantiles of a posterior do.
    lower, upper = min(share, float(low[0])), max(share, float(high[0]))
    return Estimate(share, lower, upper, "design-based (Hajek)")


def horvitz_thompson(gold: Flags, inclusion: Doubles, population: int) -> Estimate:
    """Return the Horvitz and Thompson (1952) estimate: summed 1 / inclusion of gold over all rows.

    `inclusion` must be the probabilities themselves. The interval is normal, with the variance of
    sampling with replacement (Hansen and Hurwitz 1943).
    """
    terms = len(gold) * gold / inclusion / population
    value = float(terms.mean())
    variance = float(terms.var(ddof=1) / len(terms))
    low, high = normal_limits(value, variance)
    return Estimate(value, low, high, "design-based (Horvitz-Thompson)")


def difference(machine_archive: Flags, machine: Flags, gold: Flags, inclusion: Doubles) -> Estimate:
    """Return the naive share plus the weighted mean error of the sample.

    This is the model-assisted difference estimator (Sarndal, Swensson and Wretman 1992), or
    prediction-powered inference for a sample with unequal inclusion probabilities. The interval
    is normal, with the variance of sampling with replacement.
    """
    weight = 1 / inclusion
    error = gold.astype(float) - machine
    mean = float(weight @ error / weight.sum())
    residual = weight * (error - mean) / weight.sum()
    count = len(gold)
    variance = float(count / (count - 1) * (residual**2).sum())
    value = float(machine_archive.mean()) + mean
    low, high = normal_limits(value, variance)
    return Estimate(min(1.0, max(0.0, value)), low, high, "difference")


def prediction_powered(
    archive: Doubles, machine: Doubles, gold: Doubles, power: float | None = None
) -> Estimate:
    """Return the prediction-powered mean of a simple random sample (Angelopoulos et al. 2023).

    `archive` and `machine` are predictions (labels as 0 and 1, or probabilities), for the rows that
    were not coded by hand and for those that were. `power` 1 is the original estimate, 0 ignores
    the predictions; None chooses the power with the least variance (Angelopoulos, Duchi and
    Zrnic 2023, PPI++). The interval is normal, and fails where few rows have the label.
    """
    count, others = len(gold), len(archive)
    if power is None:
        spread = np.var(np.concatenate([machine, archive]), ddof=1)
        covariance = np.cov(gold, machine, ddof=0)[0, 1]
        best = covariance / ((1 + count / others) * spread) if spread > 0 else 0.0
        power = min(1.0, max(0.0, float(best)))
    value = power * float(archive.mean()) + float((gold - power * machine).mean())
    variance = power**2 * float(archive.var()) / others
    variance += float((gold - power * machine).var()) / count
    low, high = normal_limits(value, variance)
    return Estimate(min(1.0, max(0.0, value)), low, high, "prediction-powered")


def adjusted_count(
    machine_archive: Flags, machine: Flags, gold: Flags, inclusion: Doubles | None = None
) -> Estimate:
    """Return (naive - false positive rate) / (recall - false positive rate), within 0 and 1.

    This is Rogan and Gladen's (1978) estimate, or Forman's (2008) adjusted count. The rates are
    those of the sample. It may come from elsewhere, as long as the classifier finds as many of the
    rows with the label there, and errs in as many of those without. The limits are quantiles of
    draws from the posteriors of both rates. Raises InputError for a sample without rows of both
    kinds, and for a classifier that finds no more with the label than without.
    """
    weight = np.ones(len(gold)) if inclusion is None else 1 / inclusion
    found = float(machine_archive.mean())
    draws: list[Doubles] = []
    rates: list[float] = []
    rng = np.random.default_rng(_SEED)
    for of in (_both(gold), ~gold):
        own = weight[of]
        rate = float(own @ machine[of] / own.sum())
        trials = float(own.sum() ** 2 / (own**2).sum())
        draws.append(rng.beta(rate * trials + 0.5, (1 - rate) * trials + 0.5, _DRAWS))
        rates.append(rate)
    low, high = np.quantile(_inverted(found, draws[0], draws[1]), [0.025, 0.975])
    value = _checked(found, rates[0], rates[1])
    return Estimate(value, min(value, float(low)), max(value, float(high)), "adjusted count")


def probabilistic_adjusted_count(
    archive: Doubles, probability: Doubles, gold: Flags, inclusion: Doubles | None = None
) -> Estimate:
    """Return the adjusted count with mean probabilities for shares of labels (Bella et al. 2010).

    `archive` and `probability` are the classifier's probabilities of the label in the archive and
    in the sample. It assumes what `adjusted_count` assumes, and raises what it raises.
    """
    weight = np.ones(len(gold)) if inclusion is None else 1 / inclusion
    found = float(archive.mean())
    rng = np.random.default_rng(_SEED)
    means: list[float] = []
    draws: list[Doubles] = []
    for of in (_both(gold), ~gold):
        own, values = weight[of], probability[of]
        mean = float(own @ values / own.sum())
        variance = float((own**2) @ (values - mean) ** 2) / own.sum() ** 2
        means.append(mean)
        draws.append(rng.normal(mean, variance**0.5, _DRAWS))
    low, high = np.quantile(_inverted(found, draws[0], draws[1]), [0.025, 0.975])
    value = _checked(found, means[0], means[1])
    method = "probabilistic adjusted count"
    return Estimate(value, min(value, float(low)), max(value, float(high)), method)


def expectation_maximization(archive: Doubles, prior: float) -> Estimate:
    """Return the share that makes the probabilities of the archive the most likely.

    This is EMQ (Saerens, Latinne and Decaestecker 2002). `prior` is the share of the label that the
    probabilities assume. It needs no sample, and is right if the probabilities are calibrated at
    that prior. It has no interval: its error is theirs. Raises InputError for a prior that is not
    between 0 and 1.
    """
    if not 0 < prior < 1:
        raise InputError(f"the prior is {prior:g}; give a share between 0 and 1")
    share = prior
    for _ in range(_ROUNDS):
        yes = archive * share / prior
        no = (1 - archive) * (1 - share) / (1 - prior)
        before, share = share, float((yes / np.maximum(yes + no, 1e-300)).mean())
        if abs(share - before) < _CONVERGED:
            break
    note = "right if the probabilities are calibrated at the prior; no interval covers that"
    return Estimate(share, float("nan"), float("nan"), "EMQ", note)


def _both(gold: Flags) -> Flags:
    """Return the flags; raises InputError unless some are true and some are false."""
    found = int(gold.sum())
    if not 0 < found < len(gold):
        kind = "lacks" if found else "has"
        raise InputError(
            f"no row of the sample {kind} the label: an adjusted count needs rows of both kinds"
        )
    return gold


def _inverted(found: float, hit: Doubles, wrong: Doubles) -> Doubles:
    """Return the shares that the rates imply, 0 to 1; where the rates are equal, every share is."""
    gap = hit - wrong
    safe = np.where(gap > 0, gap, 1.0)
    share = np.where(gap > 0, (found - wrong) / safe, np.random.default_rng(_SEED).random(len(gap)))
    return np.clip(share, 0.0, 1.0)


def _checked(found: float, hit: float, wrong: float) -> float:
    if hit <= wrong:
        raise InputError(
            f"the classifier gives the label to {hit:.3f} of the rows that have it and to "
            f"{wrong:.3f} of those that have not: nothing can be corrected by it"
        )
    return float(np.clip((found - wrong) / (hit - wrong), 0.0, 1.0))
