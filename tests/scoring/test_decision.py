"""What scores become as plain lists is what they become as arrays."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textclf.errors import ModelError
from textclf.model.file import from_bytes, to_bytes
from textclf.scoring import decision as module
from textclf.scoring import native_scorer, vocabulary, weights
from textclf.scoring._native import native
from textclf.scoring.decision import decided
from textclf.scoring.vocabulary import held
from textclf.scoring.weights import DecisionRule, Scores, least_of_first

built = pytest.mark.skipif(native is None, reason="the compiled engine was not built")


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


@pytest.mark.parametrize("engine", [pytest.param(native, id="compiled", marks=built), None])
@given(drawn=scored())
def test_lists_hold_what_arrays_hold(engine, drawn):
    decision, scores = drawn
    probs = decision.probabilities(scores)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "native", engine)
        listed, best = decided(Scores(scores, np.zeros(len(scores)), scores.shape[1]), decision)

    assert np.allclose(np.array(listed).reshape(scores.shape), probs, rtol=0, atol=1e-12)
    assert best == decision.best(np.array(listed).reshape(scores.shape)).tolist()


def test_of_labels_alike_the_first_is_given():
    decision = DecisionRule("single", (1.0, 1.0, 1.0), (0.0, 0.0, 0.0), (1.0, 1.0, 1.0))

    assert decided(Scores(np.array([[0.0, 1, 1]]), np.ones(1), 3), decision)[1] == [1]


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
@given(
    st.lists(st.floats(width=32) | st.floats(-1, 1, width=32), min_size=1, max_size=12),
    st.integers(1, 4),
)
def test_the_least_number_is_found_and_what_is_not_finite(numbers, step):
    found = np.array(numbers, np.float32)
    in_c = least_of_first(found, step)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(weights, "native", None)
        assert np.array_equal(in_c, least_of_first(found, step), equal_nan=True)


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
