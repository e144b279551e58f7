"""Likely label errors are those that the other texts confidently contradict."""

import csv

import numpy as np
import pytest
from command_line import run
from small_models import MULTI, SINGLE, SMALL, SPORT, WEATHER, corpus

from textclf.training.suspects import confident_errors, find_suspects

TEXTS = [*((f"{text} Again.", ("sport",)) for text in SPORT), *((t, ("weather",)) for t in WEATHER)]
TEXTS += [(" ".join(text.split()[::-1]), label) for text, label in TEXTS]


def test_a_row_is_suspect_where_another_label_is_as_probable_as_its_own_rows_are():
    given = np.array([0, 0, 0, 1, 1, 1])
    probs = np.array([[0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.2, 0.8], [0.45, 0.55], [0.7, 0.3]])

    # On average the rows of label 0 have .6 for it, and those of label 1 have .55.
    assert confident_errors(given, probs) == [(2, 1), (5, 0)]


def test_suspects_equal_those_of_cleanlab():
    cleanlab = pytest.importorskip("cleanlab.filter")
    random = np.random.default_rng(0)
    truth = random.integers(0, 3, 400)
    given = np.where(random.random(400) < 0.1, (truth + 1) % 3, truth)
    probs = random.dirichlet([0.5] * 3, 400) + 2 * np.eye(3)[truth]
    probs /= probs.sum(axis=1, keepdims=True)

    expected = cleanlab.find_label_issues(given, probs, filter_by="confident_learning", n_jobs=1)

    assert sorted(row for row, _ in confident_errors(given, probs)) == list(
        np.flatnonzero(expected)
    )


def test_a_wrong_label_is_the_first_suspect_and_nothing_is_removed():
    labelled = [*TEXTS]
    labelled[1] = (labelled[1][0], ("weather",))
    given = corpus("beat", labelled)

    found = find_suspects(given, SINGLE)

    assert found
    assert (found[0].record.id, found[0].label, found[0].suggested) == ("r01", "weather", "sport")
    assert found[0].suggested_prob > found[0].given_prob
    assert len(given) == len(labelled)


def test_a_label_that_one_of_several_lacks_is_to_be_added():
    several = [
        (t, ("sport",) if label == ("sport",) else ("outdoors", "weather")) for t, label in TEXTS
    ]
    several[7] = (several[7][0], ("outdoors",))

    found = find_suspects(corpus("subjects", several), MULTI, config=SMALL)

    assert ("r07", "weather", "add") in [(one.record.id, one.label, one.suggested) for one in found]


def test_the_command_writes_all_suspects(tmp_path):
    rows = [(text, label[0]) for text, label in TEXTS]
    rows[1] = (rows[1][0], "weather")
    with (tmp_path / "labelled.csv").open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([("text", "label"), *rows])

    found = run("suspects", "labelled.csv", "-o", "suspects.csv", cwd=tmp_path)

    assert found.returncode == 0, found.stderr
    assert "read each before you change it" in found.stdout.decode()
    first = next(csv.DictReader((tmp_path / "suspects.csv").read_text("utf-8").splitlines()))
    assert (first["rank"], first["label"], first["likelier"]) == ("1", "weather", "sport")
    assert first["place"] == "labelled.csv:3"
