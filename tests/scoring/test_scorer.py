"""The scorer that is chosen, and what `textclf info` says of it."""

import pytest
from small_models import WEATHER

from textclf.cli.info import installation
from textclf.errors import InputError
from textclf.scoring import native_scorer, scorer
from textclf.scoring.native_scorer import NativeScorer, why_unavailable
from textclf.scoring.numpy_scorer import NumpyScorer
from textclf.scoring.scorer import choice, make_scorer
from textclf.scoring.vocabulary import Vocabulary
from textclf.scoring.weights import FeatureWeights, LinearWeights
from textclf.text.features import LexiconNgrams
from textclf.text.lexicon import Lexicon

built = pytest.mark.skipif(bool(why_unavailable()), reason=why_unavailable())


@pytest.fixture(autouse=True)
def _unasked(monkeypatch):
    monkeypatch.delenv(scorer.VARIABLE, raising=False)


@built
def test_the_compiled_engine_is_taken_where_it_was_built(beat):
    assert isinstance(make_scorer([beat.linear_weights]), NativeScorer)
    assert "scorer     native: it was built" in installation()


def test_without_a_compiler_numpy_answers_and_says_why(beat, monkeypatch):
    monkeypatch.setattr(native_scorer, "native", None)

    assert isinstance(make_scorer([beat.linear_weights]), NumpyScorer)
    assert (
        "scorer     numpy: the native scorer is not available: it was not built" in installation()
    )


@pytest.mark.parametrize("name", ["numpy", pytest.param("portable", marks=built)])
def test_an_engine_can_be_asked_for(name, beat, monkeypatch):
    monkeypatch.setenv(scorer.VARIABLE, name)

    assert choice().name == name
    assert make_scorer([beat.linear_weights]).score(WEATHER[:1])[0].in_vocabulary[0] == 1


def test_an_engine_that_is_asked_for_in_vain_is_an_error(beat, monkeypatch):
    monkeypatch.setenv(scorer.VARIABLE, "native")
    monkeypatch.setattr(native_scorer, "native", None)

    with pytest.raises(InputError, match="it was not built"):
        make_scorer([beat.linear_weights])


def test_an_engine_that_there_is_not_is_an_error(monkeypatch):
    monkeypatch.setenv(scorer.VARIABLE, "abacus")

    with pytest.raises(InputError, match="there is no scorer 'abacus'"):
        choice()


def test_weights_that_only_numpy_can_score_go_to_numpy(monkeypatch):
    lexicon = Lexicon((("letters", ("\u03a3",)),))
    terms = Vocabulary(["<letters>"])
    ones = terms.hashes[:, None].astype("f4") * 0 + 1
    group = FeatureWeights.of(LexiconNgrams(1, 1, lexicon=lexicon), terms, ones[:, 0], ones)
    linear_weights = LinearWeights((group,), ones[0])

    assert isinstance(make_scorer([linear_weights]), NumpyScorer)
    monkeypatch.setenv(scorer.VARIABLE, "native")
    if not why_unavailable():
        with pytest.raises(InputError, match="cannot take these weights"):
            make_scorer([linear_weights])
