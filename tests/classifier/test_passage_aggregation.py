"""The aggregation rules: how the labels of passages decide the label of a document."""

from array import array
from dataclasses import replace
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textclf.classifier.labels_and_abstention import LabelDecider
from textclf.codebook.aggregation_rule import AnyPassage, Mean, Plurality
from textclf.codebook.scheme import Label, Scheme
from textclf.scoring.decision_rule import DecisionRule
from textclf.scoring.weights import Scores
from textclf.text.sentences import Span

SIDES = Scheme("stance", (Label("against"), Label("favor"), Label("none")))
LIKELIEST = DecisionRule("single", (1.0,) * 3, (0.0,) * 3, (1.0,) * 3)
AGAINST, FAVOR, NONE = (0.8, 0.1, 0.1), (0.1, 0.7, 0.2), (0.1, 0.2, 0.7)


@pytest.fixture(scope="module")
def predict(beat):
    """Return what predicts a document from the probabilities of its passages.

    A passage that is None has no word that the model knows. The document as a whole is `none`.
    """

    def predicted(rule, *passages, scheme=SIDES, whole=NONE):
        model = replace(beat, scheme=replace(scheme, aggregation=rule), decision=LIKELIEST)
        rows = [whole, *(row or whole for row in passages)]
        numbers = array("d", [log(prob) for row in rows for prob in row])
        shares = array("d", [1.0, *(float(row is not None) for row in passages)])
        found = Scores(memoryview(numbers), memoryview(shares), 3)
        spans = [Span(at, at + 1) for at in range(len(passages))]
        (prediction,) = LabelDecider(model).answers(found, [spans], abstain=0.0)
        return prediction

    return predicted


def probs_of(prediction):
    return pytest.approx([prob for _, prob in prediction.probs])


def test_without_a_rule_the_document_is_read_whole(predict):
    prediction = predict(None, whole=FAVOR)

    assert (prediction.label, prediction.supporting_passages) == ("favor", ())
    assert probs_of(prediction) == FAVOR


def test_any_gives_the_label_if_one_passage_has_it_with_the_probability_of_the_surest(predict):
    weaker = (0.6, 0.2, 0.2)

    prediction = predict(AnyPassage("against"), NONE, weaker, NONE, AGAINST, NONE)

    assert (prediction.label, prediction.supporting_passages) == ("against", (1, 3))
    assert probs_of(prediction) == AGAINST


def test_any_takes_the_passage_that_is_nearest_to_the_label_if_none_has_it(predict):
    nearer = (0.3, 0.1, 0.6)

    prediction = predict(AnyPassage("against"), NONE, nearer, NONE)

    assert (prediction.label, prediction.supporting_passages) == ("none", (1,))
    assert probs_of(prediction) == nearer


def test_plurality_gives_the_label_that_most_passages_have(predict):
    prediction = predict(Plurality("none"), FAVOR, AGAINST, FAVOR, NONE, NONE, NONE, NONE)

    assert (prediction.label, prediction.supporting_passages) == ("favor", (0, 2))
    assert probs_of(prediction) == FAVOR


@pytest.mark.parametrize(("against", "label"), [(1, "none"), (2, "against"), (3, "against")])
def test_plurality_needs_min_passages(predict, against, label):
    assert predict(Plurality("none", min_passages=2), *[AGAINST] * against, NONE).label == label


@pytest.mark.parametrize(("none", "label"), [(3, "against"), (4, "against"), (5, "none")])
def test_plurality_needs_min_share_of_the_passages(predict, none, label):
    assert predict(Plurality("none", min_share=0.2), AGAINST, *[NONE] * none).label == label


def test_a_share_that_is_just_min_share_is_enough(predict):
    """The product 0.07 * 100 is a little more than 7."""
    passages = [AGAINST] * 7 + [NONE] * 93

    assert predict(Plurality("none", min_share=0.07), *passages).label == "against"


def test_plurality_gives_the_default_label_the_mean_probability_of_all_passages(predict):
    prediction = predict(Plurality("none", min_passages=2), AGAINST, NONE)

    assert (prediction.label, prediction.supporting_passages) == ("none", ())
    assert probs_of(prediction) == (0.45, 0.15, 0.4)
    assert prediction.prob == pytest.approx(0.4)


def test_of_two_labels_with_as_many_passages_plurality_gives_the_surer_one(predict):
    for passages in ([FAVOR, AGAINST], [AGAINST, FAVOR]):
        assert predict(Plurality("none"), *passages).label == "against"


def test_mean_gives_the_label_whose_mean_reaches_min_mean(predict):
    """One passage that surely is `none` counts besides: the mean of `against` is 1.7 / 4."""
    passages = [AGAINST, AGAINST, NONE]

    assert predict(Mean("none", 0.42), *passages).label == "against"
    assert predict(Mean("none", 0.43), *passages).label == "none"


def test_mean_turns_min_mean_into_even_odds(predict):
    """A mean of 0.8 / 2 lies 0.2 / 0.8 of the way from the needed 0.2 to 1."""
    prediction = predict(Mean("none", 0.2), AGAINST)

    assert prediction.prob == pytest.approx(0.625 / (0.625 + 0.125 + 0.375))
    assert prediction.supporting_passages == (0,)


def test_the_supporting_passages_of_a_mean_are_half_as_sure_as_the_surest(predict):
    rows = [AGAINST, (0.41, 0.3, 0.29), (0.39, 0.31, 0.3), NONE]

    assert predict(Mean("none", 0.2), *rows).supporting_passages == (0, 1)


RULES = [AnyPassage("against"), Plurality("none"), Mean("none", 0.3)]


@pytest.mark.parametrize("rule", RULES)
def test_a_passage_without_a_known_word_does_not_count(predict, rule):
    with_it = predict(rule, None, AGAINST, None, NONE)

    assert probs_of(with_it) == [prob for _, prob in predict(rule, AGAINST, NONE).probs]
    assert with_it.supporting_passages == (1,)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("passages", [(), (None,)])
def test_a_document_without_a_readable_passage_is_read_whole(predict, rule, passages):
    prediction = predict(rule, *passages)

    assert (prediction.label, prediction.supporting_passages) == ("none", ())


def test_a_min_mean_of_zero_or_one_gives_any_label_or_none(predict):
    assert predict(Mean("none", 0.0), AGAINST, NONE).label == "against"
    assert predict(Mean("none", 1.0), AGAINST, (1 - 2e-9, 1e-9, 1e-9)).label == "none"


PROBS = st.tuples(*[st.floats(0.01, 1)] * 3).map(lambda row: tuple(one / sum(row) for one in row))


@given(rows=st.lists(PROBS, min_size=1, max_size=8), share=st.floats(0.05, 0.95))
def test_the_probabilities_of_each_rule_add_up_to_one(predict, rows, share):
    for rule in (AnyPassage("favor"), Plurality("none", 2, share), Mean("none", share)):
        prediction = predict(rule, *rows)

        assert sum(prob for _, prob in prediction.probs) == pytest.approx(1)
        assert dict(prediction.probs)[prediction.label] == prediction.prob


@given(rows=st.lists(PROBS, min_size=1, max_size=8), share=st.floats(0.05, 0.95))
def test_any_and_mean_give_the_most_probable_label(predict, rows, share):
    for rule in (AnyPassage("favor"), Mean("none", share)):
        prediction = predict(rule, *rows)

        best = max(prob for _, prob in prediction.probs)
        assert prediction.prob == pytest.approx(best)
