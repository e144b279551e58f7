"""The orders of the review: what is drawn at random, what teaches, what coders disagree on."""

import numpy as np
import pytest

from textclf.corpus.given_answers import GivenAnswer
from textclf.corpus.records import Record
from textclf.review_page.order import (
    disagreements,
    inclusion_probability,
    overlap_order,
    random_order,
    teach_order,
)


def test_a_random_order_has_each_article_once_and_is_the_same_again():
    order = random_order(100, 7, "ann")

    assert sorted(order.tolist()) == list(range(100))
    assert order.tolist() == random_order(100, 7, "ann").tolist()


def test_coders_and_seeds_have_orders_of_their_own():
    orders = [random_order(100, *one).tolist() for one in [(0, "ann"), (0, "bob"), (1, "ann")]]

    assert len({tuple(one) for one in orders}) == 3


def test_each_article_is_as_likely_to_be_among_the_first():
    drawn = np.concatenate([random_order(10, seed)[:3] for seed in range(2000)])

    assert np.abs(np.bincount(drawn, minlength=10) / 2000 - 0.3).max() < 0.05


@pytest.mark.parametrize(("goal", "size", "share"), [(50, 200, 0.25), (500, 200, 1.0), (5, 0, 0)])
def test_the_inclusion_probability_is_the_share_of_the_pool_that_is_drawn(goal, size, share):
    assert inclusion_probability(goal, size) == share


def taught(probs, size, counts=(50, 2), vectors=None, **options):
    probs = np.array(probs)
    vectors = np.eye(len(probs)) if vectors is None else vectors
    return teach_order(probs, vectors, counts, size, **options)


def test_the_least_sure_comes_first():
    assert taught([[0.9, 0.1], [0.55, 0.45], [0.2, 0.8]], 1) == [1]


def test_likely_false_alarms_and_likely_misses_of_the_rarest_label_come_next():
    probs = [
        [0.5, 0.5, 0.0],
        [0.55, 0.45, 0.0],
        [0.1, 0.3, 0.6],
        [0.0, 0.1, 0.9],
        [0.7, 0.0, 0.3],
        [0.99, 0.0, 0.01],
    ]
    order = taught(probs, 4, counts=(50, 40, 1))

    assert order[0::2] == [0, 1], "the least sure"
    assert order[1] == 2, "the least likely of those that are called the rare label"
    assert order[3] == 4, "the likeliest of the others"


def test_articles_that_are_alike_do_not_come_together():
    probs = [[0.5, 0.5], [0.51, 0.49], [0.6, 0.4]]
    vectors = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])

    assert taught(probs, 3, vectors=vectors) == [0, 2]


def test_no_article_is_chosen_twice_and_no_more_than_there_are():
    probs = np.random.default_rng(0).dirichlet([1, 1, 1], 30)

    order = taught(probs, 100, counts=(1, 2, 3))
    assert sorted(order) == list(range(30))
    assert taught(np.zeros((0, 2)), 5) == []


def test_labels_of_which_a_text_may_have_several_are_each_in_doubt_by_themselves():
    probs = [[0.9, 0.9], [0.9, 0.52], [0.1, 0.05]]

    assert taught(probs, 1, multi=True) == [1]


def test_the_overlap_has_the_stated_size_and_holds_what_the_coder_has_answered():
    others = [f"a{number}" for number in range(20)]
    first = overlap_order(others, 8, (), 0)

    assert len(set(first)) == 8
    assert overlap_order(others, 8, first[:3], 0) != first
    assert len(overlap_order(others, 8, first[:3], 0)) == 5
    assert overlap_order(others, 8, others, 0) == []


def given(label, coder):
    return Record("a", "", {"rain": (label,)}, answer=GivenAnswer("rain 1", coder))


def test_disagreements_are_the_texts_with_unlike_answers_that_no_one_has_decided():
    coded = {
        "a": {"ann": given("rain", "ann"), "bob": given("dry", "bob")},
        "b": {"ann": given("rain", "ann"), "bob": given("rain", "bob")},
        "c": {"ann": given("rain", "ann")},
        "d": {"ann": given("rain", "ann"), "bob": given("dry", "bob")},
    }

    assert disagreements(coded, {"d"}, "rain") == ["a"]
