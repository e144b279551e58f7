"""How often the 95% intervals hold the truth, over simulated studies.

    python benchmarks/coverage.py [--studies 1000]

A study hand-codes n texts. A label has the base rate p in the population, and a classifier finds
it with precision .5 and recall .7, as on a stream of news. Macro-F1 and kappa compare the
classifier with the codes; alpha compares it with them as a second coder. The percentile bootstrap
of macro-F1 is beside them. A study without the label in codes or predictions is left out, since
it measures nothing of the label; the last column says how many there are.

A second table is of the differences of two systems that err at random, and of the average
precision of scores that are normal, with a mean 2 higher where the label is true.
No study has groups of texts.
"""

import argparse
from functools import cache

import numpy as np
from numpy.typing import NDArray

from textclf.evaluation.bootstrap import Interval
from textclf.evaluation.coder_agreement import alpha_and_percent
from textclf.evaluation.comparison import compare_answers
from textclf.evaluation.label_evaluation import AnswerPairs, figures_of
from textclf.evaluation.probability_figures import average_precision

PRECISION, RECALL = 0.5, 0.7
ERRORS = ((0.02, 0.02), (0.02, 0.08))
FIGURES = ("macro-F1, difference", "accuracy, difference", "average precision")
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


def system_figures(rate: float, error: float) -> NDArray[np.float64]:
    """Return macro-F1 and accuracy of a system that is wrong on a random part of all texts."""
    cells = np.array([rate * (1 - error), (1 - rate) * error, rate * error, 0])
    cells[3] = 1 - cells.sum()
    figures = figures_of(ALL, cells[None], None)
    return np.array([figures["macro_f1"][0], figures["accuracy"][0]])


def ranked(rate: float, texts: int, rng: np.random.Generator) -> Interval | None:
    """Return the average precision of a study."""
    true = rng.random(texts) < rate
    scores = rng.normal(size=texts) + 2 * true
    return average_precision(1 / (1 + np.exp(-scores)), true)


def ranked_value(rate: float, rng: np.random.Generator, texts: int = 1_000_000) -> float:
    """Return the average precision of the population."""
    true = rng.random(texts) < rate
    hits = true[np.argsort(-rng.normal(size=texts) - 2 * true)]
    return float((np.cumsum(hits) / np.arange(1, texts + 1))[hits].mean())


def differences(
    rate: float, texts: int, errors: tuple[float, float], rng: np.random.Generator
) -> list[Interval]:
    """Return the intervals of the differences of two systems in a study."""
    true = rng.random(texts) < rate
    columns = (true, *(true ^ (rng.random(texts) < error) for error in errors))
    answers = ([("yes" if one else "no",) for one in column] for column in columns)
    return [one.difference for one in compare_answers(*answers, swaps=200).differences]


def print_differences(studies: int) -> None:
    """Print the second table."""
    rng = np.random.default_rng(21)
    print(f"\n| base rate | errors | texts | {' | '.join(FIGURES)} |")
    print("| --- " * (len(FIGURES) + 3) + "|")
    for rate in RATES[1:]:
        precision = ranked_value(rate, rng)
        for errors in ERRORS:
            one, other = (system_figures(rate, error) for error in errors)
            for texts in SIZES[:2]:
                held = [
                    [
                        *map(holds, differences(rate, texts, errors, rng), one - other),
                        holds(ranked(rate, texts, rng), precision),
                    ]
                    for _ in range(studies)
                ]
                covered = " | ".join(f"{share:.1%}" for share in np.mean(held, axis=0))
                both = " and ".join(f"{error:.0%}" for error in errors)
                print(f"| {rate} | {both} | {texts} | {covered} |", flush=True)


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
    number = parser.parse_args().studies
    main(number)
    print_differences(min(number, 300))  # such a study takes longer
