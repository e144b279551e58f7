"""How often the 95% intervals hold the truth, over simulated studies.

    python benchmarks/coverage.py [--studies 1000]

A study hand-codes n texts. A label has the base rate p in the population, and a classifier finds
it with precision .5 and recall .7, as on a stream of news. Macro-F1 and kappa compare the
classifier with the codes; alpha compares it with them as a second coder. The percentile bootstrap
of macro-F1 is beside them. A study without the label in codes or predictions is left out, since
it measures nothing of the label; the last column says how many there are.
"""

import argparse
from functools import cache

import numpy as np
from numpy.typing import NDArray

from textclf.evaluation.bootstrap import Interval
from textclf.evaluation.coder_agreement import alpha_and_percent
from textclf.evaluation.label_evaluation import AnswerPairs, figures_of

PRECISION, RECALL = 0.5, 0.7
RATES, SIZES = (0.01, 0.05, 0.3), (100, 300, 1000)
PAIRS = [(("yes",), ("yes",)), (("no",), ("yes",)), (("yes",), ("no",)), (("no",), ("no",))]
"""The true and the predicted answer: hit, false alarm, miss, and neither."""
ALL = AnswerPairs.of(*zip(*PAIRS, strict=True), ("no", "yes"))
DRAWS = 1000


def shares(rate: float) -> NDArray[np.float64]:
    """Return how frequent each pair of answers is in the population, shape (4,)."""
    hits = RECALL * rate
    alarms, misses = hits * (1 - PRECISION) / PRECISION, rate - hits
    return np.array([hits, alarms, misses, 1 - hits - alarms - misses])


def truth(rate: float) -> dict[str, float]:
    """Return the figures of the whole population; alpha is kappa with the mean of both margins."""
    cells = shares(rate)
    figures = figures_of(ALL, cells[None], None)
    given = cells[0] + (cells[1] + cells[2]) / 2
    alpha = 1 - (cells[1] + cells[2]) / (2 * given * (1 - given))
    return {
        "macro-F1": float(figures["macro_f1"][0]),
        "kappa": float(figures["kappa"][0]),
        "alpha": float(alpha),
    }


@cache
def intervals(table: tuple[int, ...]) -> dict[str, Interval | None]:
    """Return the intervals of a study that found each pair of answers so often."""
    rows = [pair for pair, count in zip(PAIRS, table, strict=True) for _ in range(count)]
    pairs = AnswerPairs.of(*zip(*rows, strict=True), ("no", "yes"))
    figures = pairs.figures()
    drawn = np.random.default_rng(0).multinomial(len(rows), pairs.counts / len(rows), DRAWS)
    low, high = np.nanquantile(
        figures_of(pairs, drawn.astype(float), None)["macro_f1"], [0.025, 0.975]
    )
    return {
        "macro-F1": figures["macro_f1"],
        "kappa": figures["kappa"],
        "alpha": alpha_and_percent(rows, None)[0],
        "macro-F1, percentile": Interval(0, float(low), float(high)),
    }


def holds(interval: Interval | None, value: float) -> bool:
    """Return whether an interval holds a value; an undefined figure claims nothing."""
    return interval is None or interval.low <= value <= interval.high


def main(studies: int) -> None:
    rng = np.random.default_rng(20)
    names = ("macro-F1", "kappa", "alpha", "macro-F1, percentile")
    print(f"| base rate | texts | {' | '.join(names)} | not measured |")
    print("| --- " * (len(names) + 3) + "|")
    for rate in RATES:
        true = truth(rate)
        true["macro-F1, percentile"] = true["macro-F1"]
        for size in SIZES:
            tables = [tuple(map(int, one)) for one in rng.multinomial(size, shares(rate), studies)]
            measured = [intervals(one) for one in tables if any(one[:3])]
            covered = [
                f"{np.mean([holds(one[name], true[name]) for one in measured]):.1%}"
                for name in names
            ]
            left_out = 1 - len(measured) / studies
            print(f"| {rate} | {size} | {' | '.join(covered)} | {left_out:.1%} |", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--studies", type=int, default=1000)
    main(parser.parse_args().studies)
