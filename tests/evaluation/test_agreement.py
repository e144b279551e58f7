"""That agreement of two coders is what the field's own software says it is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nltk.metrics.agreement import AnnotationTask

from textclf.errors import InputError
from textclf.evaluation.agreement import agreement

LABELS = ["against", "favor", "none"]
answers = st.sampled_from([(label,) for label in LABELS])


def task(first, second):
    rows = [("a", i, one[0]) for i, one in enumerate(first)]
    return AnnotationTask(rows + [("b", i, other[0]) for i, other in enumerate(second)])


@given(st.lists(st.tuples(answers, answers), min_size=2, max_size=40))
def test_alpha_is_krippendorffs(pairs):
    first, second = zip(*pairs, strict=True)

    found = agreement(first, second, LABELS).alpha.value

    several = len({*first, *second}) > 1
    assert found == pytest.approx(task(first, second).alpha() if several else 1)


@given(st.lists(st.tuples(answers, answers), min_size=2, max_size=40))
def test_kappa_of_a_label_is_cohens_for_giving_it_or_not(pairs):
    first, second = zip(*pairs, strict=True)
    yes = [[("yes",) if "favor" in one else ("no",) for one in side] for side in (first, second)]

    found = {one.label: one for one in agreement(first, second, LABELS).labels}["favor"]

    several = len({*yes[0], *yes[1]}) > 1
    assert found.kappa == pytest.approx(task(*yes).kappa() if several else 1)
    assert (found.first, found.second) == (first.count(("favor",)), second.count(("favor",)))


def test_the_interval_is_wider_where_the_texts_of_an_article_go_together():
    rng = np.random.default_rng(0)
    articles = [f"a{i // 8}" for i in range(160)]
    wrong = dict(zip(sorted(set(articles)), rng.random(20) < 0.3, strict=True))
    first = [("none",) if rng.random() < 0.5 else ("favor",) for _ in articles]
    second = [("against",) if wrong[a] else one for one, a in zip(first, articles, strict=True)]

    alone = agreement(first, second, LABELS).alpha
    together = agreement(first, second, LABELS, articles).alpha

    assert alone.value == together.value
    assert together.high - together.low > 1.5 * (alone.high - alone.low)


def test_disputed_labels_are_listed_the_most_frequent_first():
    first = [("none",), ("none",), ("none",), ("favor",)]
    second = [("none",), ("against",), ("against",), ("none",)]

    found = agreement(first, second, LABELS)

    assert found.disputes == ((("none",), ("against",), 2), (("favor",), ("none",), 1))
    assert found.agreed == pytest.approx(0.25)


def test_coders_of_different_texts_cannot_be_compared():
    with pytest.raises(InputError, match="one coder has 1 answers, the other 0"):
        agreement([("none",)], [], LABELS)
