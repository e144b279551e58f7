"""How often the 95% intervals of a share hold the true share.

    python benchmarks/prevalence_coverage.py [STUDIES]

Each study is an archive of 10,000 rows, a classifier with precision .5 and recall .7, and a
hand-coded sample: simple random, or stratified as `textclf sample` does by the machine's label, or
by its label and probability, of which a third of the rows with a label are the less sure ones.
Prints a table for docs/methods.md: coverage and mean width of each estimate.
"""

import sys

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from textclf.errors import InputError
from textclf.prevalence.estimators import Estimate
from textclf.prevalence.recommend import GoldSample, all_estimates
from textclf.prevalence.sampling import Drawn, simple_random, stratified

ROWS = 10_000
PRECISION, RECALL = 0.5, 0.7
BASE_RATES = (0.01, 0.05, 0.3)
CODED = (100, 300, 1000)
METHODS = {
    "recommended": "post-stratified",
    "sample alone": "design-based (Hajek)",
    "difference": "difference",
    "prediction-powered": "prediction-powered",
    "adjusted count": "adjusted count",
    "naive": "naive",
}


def archive(base: float) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return machine and gold labels of an archive with the exact precision and recall."""
    positive = round(ROWS * base)
    hits = round(positive * RECALL)
    found = round(hits / PRECISION)
    row = np.arange(ROWS)
    gold = row < positive
    machine = (row < hits) | ((row >= positive) & (row < positive + found - hits))
    return machine, gold


def strata(machine: NDArray[np.bool_], gold: NDArray[np.bool_], base: float) -> NDArray[np.intp]:
    """Return strata of label and sureness; scores are normal with and without the label."""
    alarms = RECALL * base * (1 - PRECISION) / PRECISION / (1 - base)
    threshold, distance = ndtri(1 - alarms), ndtri(1 - alarms) - ndtri(1 - RECALL)
    below = np.where(gold, 1 - RECALL, 1 - alarms)
    random = np.random.default_rng(0).random(ROWS)
    quantile = np.where(machine, below + random * (1 - below), random * below)
    sure = np.abs(ndtri(quantile) + distance * gold - threshold)
    found = 2 * machine.astype(np.intp)
    for label in (False, True):
        own = machine == label
        found[own] += sure[own] < np.quantile(sure[own], 1 / 3)
    return found


def study(machine: NDArray[np.bool_], gold: NDArray[np.bool_], drawn: Drawn) -> list[Estimate]:
    """Return all estimates of a study; none if the sample supports none."""
    rows = drawn.rows
    sample = GoldSample(machine[rows], gold[rows], drawn.inclusion)
    try:
        return all_estimates(machine, sample)
    except InputError:
        return []


def main(studies: int) -> None:
    """Print the table."""
    print(f"| sample | base rate | coded | {' | '.join(METHODS)} |")
    print("| --- " * (3 + len(METHODS)) + "|")
    for design in ("simple random", "by label", "by label and probability"):
        for base in BASE_RATES:
            machine, gold = archive(base)
            stratum = machine if design == "by label" else strata(machine, gold, base)
            for size in CODED:
                held: dict[str, list[bool]] = {}
                width: dict[str, list[float]] = {}
                for seed in range(studies):
                    if design == "simple random":
                        drawn = simple_random(size, ROWS, seed)
                    else:
                        drawn = stratified(size, stratum.astype(np.intp), seed)
                    for one in study(machine, gold, drawn):
                        held.setdefault(one.method, []).append(one.low <= base <= one.high)
                        width.setdefault(one.method, []).append(one.high - one.low)
                cells = [
                    f"{sum(held[name]) / studies:.1%} ({np.nanmean(width[name]):.4f})"
                    if name in held
                    else ""
                    for name in METHODS.values()
                ]
                print(f"| {design} | {base} | {size} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
