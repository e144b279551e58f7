"""The page of an evaluation: one file that loads nothing, and figures that show the data."""

import re
from dataclasses import replace

import numpy as np
import pytest

from textclf.errors import InputError
from textclf.reports.evaluation_page import (
    EvaluationPage,
    GroupScore,
    ScoreTable,
    SureError,
    evaluation_figures,
    evaluation_page,
)
from textclf.reports.figures import as_svg, confusion_matrix, write_figures

pytest.importorskip("matplotlib")

LABELS = ("dry", "rain", "snow")
HUMAN = np.array([0, 0, 0, 1, 1, 1, 1, 2, 2, 2] * 4)
MACHINE = np.array([0, 0, 1, 1, 1, 1, 0, 2, 2, 1] * 4)
STATED = np.linspace(0.35, 0.99, 40)


def page(**changes):
    rows = np.arange(len(HUMAN))
    truth, given = np.zeros((len(HUMAN), 3), bool), np.zeros((len(HUMAN), 3), bool)
    truth[rows, HUMAN], given[rows, MACHINE] = True, True
    probs = np.repeat((1 - STATED)[:, None] / 2, 3, axis=1)
    probs[rows, MACHINE] = STATED
    shown = EvaluationPage(
        title="rain & <snow>",
        facts=(("model", "<b>mine</b>"),),
        scores=ScoreTable(("score", "value"), (("macro-F1", "0.7"),)),
        label_scores=ScoreTable(("label", "F1"), (("dry", "0.7"), ("</td>", "0.6"))),
        labels=LABELS,
        truth=truth,
        given=given,
        probs=probs,
        stated=STATED,
        warnings=("snow has <3> texts",),
        groups={"source & month": [GroupScore("Dawn <1>", 0.7, 0.6, 0.8)]},
        errors=[SureError("<i>9</i>", "snow", "rain", 0.97)],
        terms={"rain": ["<script>alert(1)</script>"]},
    )
    return replace(shown, **changes)


@pytest.fixture(scope="module")
def html():
    return evaluation_page(page())


def test_the_page_loads_nothing_and_runs_nothing(html):
    assert "<script" not in html
    assert not re.findall(r"""(?:src|href)\s*=\s*["'](?!#|data:)""", html)
    assert not re.findall(r"url\((?!#)", html)
    assert "@import" not in html


def test_what_users_name_is_text_on_the_page_and_never_markup(html):
    for text in ("<b>mine</b>", "<snow>", "</td></td>", "<3>", "Dawn <1>", "<i>9</i>", "<script>"):
        assert text not in html
    assert "&lt;b&gt;mine&lt;/b&gt;" in html


def test_no_two_elements_of_the_page_share_an_id_and_each_reference_is_met(html):
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'(?:href="#|url\(#)([^")]+)', html)) <= set(ids)


def test_the_same_evaluation_is_the_same_page(html):
    assert evaluation_page(page()) == html


def test_the_confusion_matrix_counts_what_the_machine_said_of_each_true_label():
    axes = confusion_matrix(HUMAN, MACHINE, LABELS).axes[0]

    cells = [text.get_text() for text in axes.texts]
    assert cells == ["8", "4", "", "4", "12", "", "", "4", "8"]
    assert (axes.get_ylabel(), axes.get_xlabel()) == ("human", "machine")


def test_abstentions_are_left_out_of_the_confusion_matrix():
    shown = page()
    given = shown.given.copy()
    given[:10] = False

    figure = next(
        one for one in evaluation_figures(replace(shown, given=given)) if "confusion" in one.name
    )

    assert sum(int(text.get_text() or 0) for text in figure.figure.axes[0].texts) == 30


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"probs": None, "stated": None}, {"confusion-matrix", "scores-by-source---month"}),
        (
            {"groups": {}},
            {"confusion-matrix", "precision-recall", "thresholds", "reliability", "coverage"},
        ),
        (
            {"truth": np.ones((40, 3), bool), "groups": {}, "probs": None},
            {"reliability", "coverage"},
        ),
    ],
    ids=["labels alone", "no groups", "several labels"],
)
def test_a_figure_is_drawn_where_there_is_data_for_it(changes, names):
    assert {one.name for one in evaluation_figures(page(**changes))} == names


def test_a_label_that_no_text_has_does_not_stop_the_page():
    shown = page(labels=(*LABELS, "hail"))
    wider = {
        name: np.hstack([getattr(shown, name), np.zeros((40, 1))]).astype(kind)
        for name, kind in (("truth", bool), ("given", bool), ("probs", float))
    }

    assert "hail" in evaluation_page(replace(shown, **wider))


def test_a_page_takes_its_own_colours_and_a_paper_gets_black_and_the_same_bytes(tmp_path):
    one = evaluation_figures(page(probs=None, stated=None))[:1]

    on_page = as_svg(one[0])
    files = write_figures(one, tmp_path / "figures")
    again = write_figures(one, tmp_path / "again")

    assert [file.suffix for file in files] == [".pdf", ".svg"]
    assert [file.read_bytes() for file in files] == [file.read_bytes() for file in again]
    assert "#010203" in files[1].read_text("utf-8")
    assert "currentColor" in on_page
    assert "#010203" not in on_page


def test_a_folder_of_figures_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "taken").write_text("")

    with pytest.raises(InputError, match="taken: figures cannot be written"):
        write_figures([], tmp_path / "taken")
