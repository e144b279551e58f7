"""Word vectors: how the table is made and packed, and that what is learned of it is plain words."""

import subprocess
import sys
from dataclasses import replace
from math import log, log10

import numpy as np
import pytest
from small_models import SINGLE, SMALL, corpus

from textclf.codebook.scheme import Label, Scheme
from textclf.corpus.records import Corpus
from textclf.corpus.term_lists import TermGroup, TermList
from textclf.errors import InputError
from textclf.model.store import read_model, to_bytes, write_model
from textclf.scoring.native_scorer import NativeScorer, why_unavailable
from textclf.scoring.numpy_scorer import NumpyScorer
from textclf.text.features import WordNgrams
from textclf.training.counts import count
from textclf.training.train import train
from textclf.training.vector_estimator import VectorClassifier
from textclf.training.word_vectors import Vectors, bundled_vectors, is_word, pack, prepared, unpack

RNG = np.random.default_rng(11)
WORDS = ("the", "goal", "rain", "match", "snow", "keeper", "hail", "offside", "frost", "wicket")
RAW = RNG.normal(3, 1, (len(WORDS), 6))
TEXTS = [
    "the goal, the match",
    "a keeper and a match",
    "rain and snow",
    "the snow, the snow, the rain",
    "goal keeper",
    "rain",
]
SIDES = ["sport", "sport", "weather", "weather", "sport", "weather"]
TERMS = TermList(
    "beat",
    (
        TermGroup("ball", ("football", "goalkeeper", "cricket", "striker"), "sport"),
        TermGroup("sky", ("hailstorm", "snow", "rainfall", "thunder"), "weather"),
    ),
)


@pytest.fixture(scope="module")
def vectors():
    return prepared(WORDS, RAW)


@pytest.fixture(scope="module")
def of_terms():
    return train(Corpus(()), SINGLE, terms=TERMS, config=SMALL)


def test_a_table_is_less_its_mean_and_first_two_components(vectors):
    left = RAW - RAW.mean(axis=0)
    _, _, directions = np.linalg.svd(left, full_matrices=False)

    assert np.allclose(vectors.numbers.mean(axis=0), 0, atol=1e-6)
    assert np.allclose(vectors.numbers @ directions[:2].T, 0, atol=1e-6)
    ratio = (vectors.numbers @ directions[2:].T) / (left @ directions[2:].T)
    assert np.allclose(ratio, ratio[0, 0], rtol=1e-3)


def test_the_mean_squared_length_of_a_table_is_1(vectors):
    for table in (vectors, unpack(pack(vectors))):
        assert (table.numbers.astype(float) ** 2).sum(axis=1).mean() == pytest.approx(1, abs=1e-5)


def test_a_packed_table_has_the_words_in_order_and_numbers_within_half_a_step(vectors):
    found = unpack(pack(vectors))

    assert found.words == WORDS
    step = np.abs(vectors.numbers).max(axis=1, keepdims=True) / 7
    # All are made a little longer or shorter, to the mean length of 1.
    assert (np.abs(found.numbers - vectors.numbers) <= 0.56 * step).all()


def test_a_number_is_one_of_fifteen_steps_of_its_row():
    """Each of them, at whole steps, comes back as it was but for the common length."""
    whole = np.array([[7, -7, 3, 0], [-7, 5, 1, -2]], np.float32) * np.float32([[0.25], [2]])

    found = unpack(pack(Vectors(("one", "two"), whole))).numbers

    assert np.allclose(found / found[0, 0] * whole[0, 0], whole, rtol=1e-5, atol=1e-6)


def test_a_word_of_no_length_stays_of_no_length():
    table = Vectors(("nought", "one"), np.array([[0, 0], [1, -1]], np.float32))

    assert unpack(pack(table)).numbers[0].tolist() == [0, 0]


def test_the_same_table_is_packed_to_the_same_bytes(vectors):
    assert pack(prepared(WORDS, RAW)) == pack(vectors)


def test_a_word_counts_the_more_the_rarer_it_is(vectors):
    assert vectors.idf[:3] == pytest.approx([1, log10(11), log10(12)])


def test_the_shipped_table_is_of_words_as_texts_are_read_and_small():
    table = bundled_vectors()

    assert table.numbers.shape == (60_000, 100)
    assert len(set(table.words)) == 60_000
    assert all(map(is_word, table.words))
    assert table.words[:3] == ("the", "of", "to")


def test_words_that_mean_much_the_same_lie_near_in_the_shipped_table():
    table = bundled_vectors()
    rain, snow, court = (
        table.numbers[table.words.index(word)] for word in ("rain", "snow", "court")
    )

    assert rain @ snow > 2 * abs(rain @ court)


def learned(vectors, **given):
    model = VectorClassifier(vectors, **given)
    return model.fit_counts(count(TEXTS, model.groups()), np.array(SIDES))


def test_what_is_learned_is_one_feature_group_of_all_words_of_the_table(vectors):
    (group,) = learned(vectors).linear_weights_.groups

    assert group.group == WordNgrams(1, 1, "log")
    assert set(group.terms[:]) == set(WORDS)
    assert dict(zip(group.terms[:], group.idf, strict=True)) == pytest.approx(
        dict(zip(WORDS, vectors.idf, strict=True))
    )


def test_of_a_long_table_the_commonest_words_are_kept(vectors):
    (group,) = learned(vectors, most=5).linear_weights_.groups

    assert set(group.terms[:]) == set(WORDS[:5])


def test_a_score_is_the_dot_product_of_the_texts_vector_and_the_labels(vectors):
    """The labels' vectors B are found again from the weights: a_t (E_t . B)."""
    model = learned(vectors)
    (group,) = model.linear_weights_.groups
    rows = [group.terms[:].index(word) for word in WORDS]
    numbers, scale = vectors.numbers.astype(float), vectors.idf.astype(float)
    B = np.linalg.lstsq(numbers, group.weights[rows] / scale[:, None], rcond=None)[0]

    scores = (
        NumpyScorer([model.linear_weights_])
        .score(["Snow, snow and the unheard-of frost"])[0]
        .scores
    )

    parts = {"snow": 1 + log(2), "the": 1.0, "frost": 1.0}
    places = [WORDS.index(word) for word in parts]
    amounts = np.array(list(parts.values())) * scale[places]
    text = amounts @ numbers[places] / np.sqrt((amounts**2).sum())
    assert scores[0] == pytest.approx(text @ B + model.linear_weights_.bias, abs=1e-6)


def test_a_word_of_no_text_has_the_label_of_the_words_that_are_like_it():
    model = learned(bundled_vectors())

    found = model.predict(["thunderstorm", "striker", "drizzle", "batsman"])

    assert found.tolist() == ["weather", "sport", "weather", "sport"]


def test_a_label_of_many_texts_pulls_no_harder_than_one_of_few(vectors):
    """Ten times the same texts of one label change nothing but how scores are standardised."""
    model = VectorClassifier(vectors)
    counts = count(TEXTS, model.groups())
    weight = np.where(np.array(SIDES) == "sport", 10.0, 1.0)

    once = model.fit_counts(counts, np.array(SIDES)).linear_weights_.groups[0].weights
    again = model.fit_counts(counts, np.array(SIDES), weight).linear_weights_.groups[0].weights

    ratio = again / once
    assert np.allclose(ratio, ratio[0], rtol=1e-3)


def test_vectors_are_not_learned_from_where_a_text_has_many_labels(vectors):
    model = VectorClassifier(vectors)

    with pytest.raises(InputError, match="one label"):
        model.fit_counts(count(TEXTS, model.groups()), np.eye(6, 3, dtype=int))


def test_terms_alone_take_the_feature_group_of_vectors_and_the_card_says_so(of_terms):
    groups = of_terms.card.feature_groups

    assert groups[-1].name == "word 1-1 log, vectors"
    assert [one.share for one in groups] == [0.4, 0.2, 0.4]
    assert of_terms.linear_weights.groups[-1].group == WordNgrams(1, 1, "log")


@pytest.mark.skipif(bool(why_unavailable()), reason=why_unavailable())
def test_both_engines_give_the_score_of_a_model_with_vectors(of_terms):
    texts = ["A batsman and a goalkeeper in thunder", "hailstorm hailstorm drizzle", "", "xyzzy"]

    reference = NumpyScorer([of_terms.linear_weights]).score(texts)[0]
    compiled = NativeScorer([of_terms.linear_weights]).score(texts)[0]

    assert np.allclose(reference.scores, compiled.scores, rtol=0, atol=1e-9)
    assert np.abs(reference.scores[0] - reference.scores[3]).max() > 0.1


def test_training_with_vectors_gives_the_same_file_again(of_terms):
    again = train(Corpus(()), SINGLE, terms=TERMS, config=SMALL, jobs=2)

    assert to_bytes(again) == to_bytes(of_terms)


def test_without_vectors_nothing_of_them_is_learned():
    model = train(Corpus(()), SINGLE, terms=TERMS, config=replace(SMALL, vectors=False))

    assert [one.name for one in model.card.feature_groups] == ["word 1-2 log", "char_wb 3-5 log"]


def nonsense(labels):
    """Return texts that tell their label by a word that no table holds."""
    random = np.random.default_rng(2)
    fill = ["the", "of", "to", "said", "year", "people"]
    return [
        (" ".join([*random.choice(fill, 5), f"qzx{label}vv", f"nr{n}qq"]), (label,))
        for label in labels
        for n in range(4)
    ]


def test_vectors_that_tell_nothing_are_left_out_and_cost_the_others_nothing():
    names = tuple(f"l{letter}" for letter in "abcdefgh")
    scheme = Scheme("beat", tuple(map(Label, names)))
    texts = corpus("beat", nonsense(names))

    model = train(texts, scheme, config=SMALL)

    assert not model.card.config["vectors"]
    assert to_bytes(model) == to_bytes(train(texts, scheme, config=replace(SMALL, vectors=False)))


def test_seven_labels_or_fewer_do_not_try_vectors(beat):
    assert "vectors" not in str(beat.card.feature_groups)


def test_prediction_reads_no_vectors(of_terms, tmp_path):
    write_model(of_terms, tmp_path / "beat.textclf")
    program = (
        "import sys; from textclf import load\n"
        f"model = load({str(tmp_path / 'beat.textclf')!r})\n"
        "print(model.predict(['A thunderstorm over the batsman.']))\n"
        "print([m for m in sys.modules if m.startswith(('textclf.training', 'sklearn'))])"
    )

    printed = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout

    assert printed.splitlines()[-1] == "[]"
    assert read_model(tmp_path / "beat.textclf").scheme == SINGLE


@pytest.mark.parametrize(
    ("texts", "shares"), [((), [0.4, 0.2, 0.4]), (range(7), [0.5, 0.25, 0.25])]
)
def test_vectors_weigh_as_much_as_words_beside_terms_alone_and_half_beside_texts(texts, shares):
    """Eight labels, of seven texts each, that tell their label by words which only vectors know."""
    subjects = {
        "sport": "batsman striker goalkeeper midfielder bowler wicket hockey",
        "weather": "drizzle thunderstorm rainfall hailstorm snowfall fog frost",
        "health": "vaccine hospital surgeon malaria patients clinic dengue",
        "law": "judge prosecutor verdict defendant lawyer bail acquittal",
        "money": "shares stocks profit inflation currency dividend bonds",
        "art": "painter novelist sculpture gallery poet film actress",
        "school": "pupils teacher classroom exams university curriculum tuition",
        "faith": "mosque prayer bishop pilgrims sermon shrine cleric",
    }
    scheme = Scheme("beat", tuple(Label(name) for name in sorted(subjects)))
    groups = [TermGroup(name, tuple(words.split()[:4]), name) for name, words in subjects.items()]
    answers = [(words.split()[n], (name,)) for name, words in subjects.items() for n in texts]
    terms = TermList("beat", tuple(groups))

    model = train(corpus("beat", answers), scheme, terms=terms, config=SMALL)

    assert [one.share for one in model.card.feature_groups] == shares
