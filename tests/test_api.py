"""The public names: each says what it is in one line, and a type checker knows what it gives."""

import inspect
import subprocess
import sys
from copy import copy
from pathlib import Path

import pytest
from small_models import SINGLE, SPORT, SUBJECT_TEXTS, corpus

import textclf
from textclf.errors import InputError
from textclf.model.store import write_model
from textclf.scoring.numpy_scorer import NumpyScorer

ROOT = Path(__file__).parents[1]
LONGEST = 120


@pytest.fixture(scope="module")
def objects(beat, rain, subjects):
    """One object of each public class, by the name of its class."""
    text = "\n\n".join([*SPORT, "Rain is forecast."] * 3)
    multi_classifier = textclf.MultiClassifier([beat, rain, subjects], NumpyScorer)
    result = multi_classifier.classify(text, title=text)
    labelled = corpus("subjects", SUBJECT_TEXTS)
    found = [
        multi_classifier,
        textclf.Classifier(beat, NumpyScorer),
        textclf.Classifier(subjects, NumpyScorer),
        result,
        result["rain"],
        result["rain"].passages[0],
        result["beat"].evidence[0],
        result["beat"].scheme,
        SINGLE,
        SINGLE.labels[0],
        labelled,
        labelled.records[-1],
        textclf.evaluate([["a"]], [["a"]], ["a", "b"]),
        textclf.PredictOptions(abstain=0.9, repeated=textclf.Repeated.fit([text] * 3)),
        textclf.Repeated.fit([text] * 3),
        textclf.LinearTextClassifier(),
        textclf.Status.OK,
        beat,
    ]
    return {type(one).__name__: one for one in found}


def test_each_public_object_says_in_one_short_line_what_it_is(objects):
    classes = [
        name
        for name in textclf.__all__
        if inspect.isclass(getattr(textclf, name)) and not name.endswith("Error")
    ]

    shown = {name: repr(objects[name]) for name in {*classes, "Model"} - {"Classifier"}}

    for name, text in shown.items():
        assert name in text
        assert len(text) <= LONGEST, text
        assert text.isprintable()


SNIPPET = """
from typing import assert_type
import textclf

single = textclf.load("topic", kind="single")
assert_type(single.predict(["a"]), list[str | None])
multi = textclf.load("mine.textclf", kind="multi")
assert_type(multi.predict(["a"]), list[tuple[str, ...] | None])

either = textclf.load("topic")
if isinstance(either, textclf.SingleLabelClassifier):
    assert_type(either.predict(["a"]), list[str | None])
else:
    assert_type(either.predict(["a"]), list[tuple[str, ...] | None])


def of_any(one: textclf.Classifier) -> None:
    found = one.predict(["a"])
    assert_type(found, list[str | None] | list[tuple[str, ...] | None])


result = textclf.classify("a")
assert_type(result["topic"].label, str | None)
assert_type(result["topic"].labels, tuple[str, ...])
assert_type(textclf.load_all().classify_all(["a"]), list[textclf.DocumentResult])
"""


def checked(tmp_path, snippet):
    """Return what mypy says of a program, in strict mode."""
    path = tmp_path / "snippet.py"
    path.write_text(snippet, "utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", str(path)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_type_checker_knows_what_predict_returns(tmp_path):
    found = checked(tmp_path, SNIPPET)

    assert found.returncode == 0, found.stdout


def test_a_type_checker_finds_a_list_of_labels_taken_for_one_label(tmp_path):
    found = checked(tmp_path, SNIPPET.replace("list[str | None])", "list[str])"))

    assert found.stdout.count("Expression is of type") == 2


def test_the_class_of_a_classifier_is_that_of_its_kind_of_scheme(tmp_path, beat, subjects):
    for model, name, kind, other in (
        (beat, "SingleLabelClassifier", "single", "multi"),
        (subjects, "MultiLabelClassifier", "multi", "single"),
    ):
        path = tmp_path / f"{kind}.textclf"
        write_model(model, path)

        classifier = textclf.load(path, kind=kind)

        assert type(classifier) is type(textclf.load(path)) is getattr(textclf, name)
        assert type(copy(classifier)) is type(classifier)
        with pytest.raises(InputError, match=f"is of kind '{kind}', not '{other}'"):
            textclf.load(path, kind=other)
