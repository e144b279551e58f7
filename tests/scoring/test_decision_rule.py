"""What a decision rule gives, and that lists and arrays of it are the same."""

from itertools import chain, combinations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textclf.errors import ModelError
from textclf.model.file import from_bytes, to_bytes
from textclf.scoring import decision_rule as module
from textclf.scoring import native_scorer, vocabulary, weights
from textclf.scoring._native import native
from textclf.scoring.decision_rule import DecisionRule, probabilities_and_best
from textclf.scoring.vocabulary import held
from textclf.scoring.weights import Scores

built = pytest.mark.skipif(native is None, reason="the native scorer was not built")


@st.composite
def scored(draw):
    """Draw a decision, and scores for it: of some rows, or none."""
    labels = draw(st.integers(1, 20))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    decision = DecisionRule(
        draw(st.sampled_from(["single", "multi"])),
        random.uniform(0.1, 30, labels),
        random.normal(0, 5, labels),
        random.uniform(0.1, 2, labels),
        draw(st.floats(0, 0.5)),
    )
    rows = draw(st.integers(0, 5))
    return decision, random.normal(0, draw(st.floats(0.01, 50)), (rows, labels))


@pytest.mark.parametrize("extension", [pytest.param(native, id="compiled", marks=built), None])
@given(drawn=scored())
def test_lists_hold_what_arrays_hold(extension, drawn):
    decision, scores = drawn
    probs = decision.probabilities(scores)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "native", extension)
        listed, best = probabilities_and_best(
            Scores(scores, np.zeros(len(scores)), scores.shape[1]), decision
        )

    assert np.allclose(np.array(listed).reshape(scores.shape), probs, rtol=0, atol=1e-12)
    assert best == decision.best(np.array(listed).reshape(scores.shape)).tolist()


def test_of_labels_alike_the_first_is_given():
    decision = DecisionRule("single", (1.0, 1.0, 1.0), (0.0, 0.0, 0.0), (1.0, 1.0, 1.0))

    _, best = probabilities_and_best(Scores(np.array([[0.0, 1, 1]]), np.ones(1), 3), decision)

    assert best == [1]


@built
def test_buffers_that_do_not_fit_a_decision_are_errors():
    one, two, best = np.ones(1), np.ones(2), np.zeros(1, np.int64)

    for call in [
        lambda: native.decide(two, True, two, two, one, 0.0, two.copy(), best),
        lambda: native.decide(two, True, two, one, two, 0.0, two.copy(), best),
        lambda: native.decide(two, True, two, two, two, 0.0, one.copy(), best),
        lambda: native.decide(two, True, two, two, two, 0.0, two.copy(), best[:0]),
        lambda: native.decide(one, True, two, two, two, 0.0, one.copy(), best),
        lambda: native.decide(one, True, one[:0], one[:0], one[:0], 0.0, one.copy(), best),
        lambda: native.decide(two, True, two, two, two, 0.0, bytes(16), best),
        lambda: native.decide(two.astype("f4")[:1], True, one, one, one, 0.0, one.copy(), best),
    ]:
        with pytest.raises((ValueError, BufferError)):
            call()


@built
@given(st.lists(st.just(0) | st.integers(0, 2**64 - 1), min_size=1), st.integers(1, 40))
def test_slots_are_counted_alike(slots, row_bits):
    found = np.array(slots, np.uint64)

    assert native.held(found, row_bits) == held(found, row_bits)


def test_a_damaged_model_is_refused_without_the_compiled_engine_too(beat, monkeypatch):
    data = to_bytes(beat)
    for room in (native_scorer, vocabulary, weights):
        monkeypatch.setattr(room, "native", None)

    assert to_bytes(from_bytes(data, "here")) == data
    with pytest.raises(ModelError, match="is not what its sha256 says"):
        from_bytes(data[:-1] + bytes([data[-1] ^ 1]), "here")


CHANCES = st.lists(st.floats(0.01, 0.99), min_size=1, max_size=5)


def rule_of(kind="multi", labels=3, empty=None):
    return DecisionRule(
        kind, np.ones(labels), np.zeros(labels), np.full(labels, 0.5), empty_set_utility=empty
    )


def expected_f1(chosen, chances, empty):
    """Return the expectation over all truths that there can be, each label on its own."""
    total = 0.0
    for truth in product([0, 1], repeat=len(chances)):
        chance = np.prod([p if t else 1 - p for p, t in zip(chances, truth, strict=True)])
        true = {place for place, yes in enumerate(truth) if yes}
        size = len(true) + len(chosen)
        total += chance * (2 * len(true & chosen) / size if size else empty)
    return total


@given(CHANCES, st.sampled_from([0.0, 0.5, 1.0]))
def test_no_other_set_of_labels_has_a_greater_expected_f1(chances, empty):
    row = rule_of(labels=len(chances), empty=empty).given(np.array([chances]))[0]

    places = range(len(chances))
    every = chain.from_iterable(combinations(places, size) for size in range(len(chances) + 1))
    best = max(expected_f1(set(one), chances, empty) for one in every)
    assert expected_f1(set(np.flatnonzero(row)), chances, empty) == pytest.approx(best)


def test_of_hundreds_of_labels_the_likeliest_are_weighed():
    chances = np.full((1, 300), 0.001)
    chances[0, [7, 250]] = 0.9

    row = rule_of(labels=300, empty=0.5).given(chances)[0]

    assert np.flatnonzero(row).tolist() == [7, 250]


@pytest.mark.parametrize("empty", [None, 1.0])
def test_no_label_is_given_but_where_there_must_be_one(empty):
    unsure = np.array([[0.1, 0.2, 0.05]])

    assert not rule_of(empty=empty).given(unsure).any()
    assert rule_of(empty=empty).given(unsure, at_least_one=True).tolist() == [[False, True, False]]


def test_a_single_scheme_gives_the_largest_multiple_of_a_threshold():
    rare = DecisionRule("single", np.ones(2), np.zeros(2), np.array([1.5, 0.5]))

    assert rare.given(np.array([[0.7, 0.3], [0.8, 0.2]])).tolist() == [[False, True], [True, False]]


SHARES = st.lists(st.floats(0.01, 1), min_size=3, max_size=3).map(
    lambda weights: [weight / sum(weights) for weight in weights]
)


@given(old=SHARES, new=SHARES, scores=st.lists(st.floats(-5, 5), min_size=3, max_size=3))
def test_a_prior_changes_the_odds_of_labels_by_the_ratio_of_their_shares(old, new, scores):
    known = DecisionRule("single", (1.0,) * 3, (0.0,) * 3, (2.0, 1.0, 1.0), prior=tuple(old))

    moved = known.with_prior(new)

    before, after = (d.probabilities(np.array([scores]))[0] for d in (known, moved))
    ratio = (after[0] / after[1]) / (before[0] / before[1])
    assert ratio == pytest.approx((new[0] / old[0]) / (new[1] / old[1]), rel=1e-4)
    assert moved.best(np.array([after]))[0] == after.argmax()
    back = moved.with_prior(old).probabilities(np.array([scores]))[0]
    assert back == pytest.approx(before, abs=1e-4)


def test_a_rule_that_states_no_shares_cannot_be_given_others():
    with pytest.raises(ValueError, match="does not state which shares"):
        rule_of("single").with_prior([0.2, 0.3, 0.5])
