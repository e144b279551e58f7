"""The estimator's manners. scikit-learn's own check_estimator runs almost nothing on an
estimator of strings, so this is the conformity suite."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.ensemble import VotingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import LinearSVC
from small_models import SPORT, WEATHER

from textclf.errors import InputError, TextclfError
from textclf.training.counts import count
from textclf.training.estimator import LinearTextClassifier

X = SPORT + WEATHER
Y = ["sport"] * len(SPORT) + ["weather"] * len(WEATHER)
THREE = Y[:-3] + ["snow"] * 3
INDICATOR = np.array([[answer == "sport", True, answer == "weather"] for answer in Y], int)
UNSEEN = ["The captain hopes for a goal before the rain.", "Snow and fog on the hills."]


@pytest.fixture(scope="module")
def fitted():
    return LinearTextClassifier(char_min_df=1).fit(X, Y)


def test_parameters_survive_clone_and_a_round_trip():
    model = LinearTextClassifier(word_ngrams=(1, 1), char_ngrams=None, C=2.0, max_features=9)

    assert clone(model).get_params() == model.get_params()
    assert (
        LinearTextClassifier().set_params(**model.get_params()).get_params() == model.get_params()
    )


def test_fit_does_not_change_a_parameter():
    model = LinearTextClassifier()
    before = model.get_params()

    assert model.fit(X, Y).get_params() == before


@pytest.mark.parametrize("method", ["predict", "predict_proba", "decision_function"])
def test_nothing_is_predicted_before_fit(method):
    with pytest.raises(NotFittedError):
        getattr(LinearTextClassifier(), method)(X)


@pytest.mark.parametrize("answers", [Y, THREE, INDICATOR], ids=["two", "three", "multi-label"])
def test_fitting_twice_gives_the_same_model(answers):
    first = LinearTextClassifier().fit(X, answers)
    second = LinearTextClassifier().fit(X, answers)

    assert np.array_equal(first.predict_proba(UNSEEN), second.predict_proba(UNSEEN))


def test_a_second_fit_forgets_the_first():
    model = LinearTextClassifier().fit(X, THREE)

    again = model.fit(X, Y)

    assert again.classes_.tolist() == ["sport", "weather"]
    assert np.array_equal(
        again.predict_proba(UNSEEN), LinearTextClassifier().fit(X, Y).predict_proba(UNSEEN)
    )


def test_a_text_is_scored_alike_alone_and_among_others(fitted):
    together = fitted.decision_function(X + UNSEEN)
    alone = np.concatenate([fitted.decision_function([text]) for text in X + UNSEEN])

    assert np.allclose(together, alone, rtol=0, atol=1e-12)


def test_the_order_of_the_rows_hardly_changes_the_model(fitted):
    order = np.random.default_rng(0).permutation(len(X))

    shuffled = LinearTextClassifier(char_min_df=1).fit([X[i] for i in order], [Y[i] for i in order])

    assert list(shuffled.linear_weights_.groups[0].terms) == list(
        fitted.linear_weights_.groups[0].terms
    )
    assert np.allclose(shuffled.predict_proba(X), fitted.predict_proba(X), atol=0.02)
    assert shuffled.predict(X).tolist() == fitted.predict(X).tolist()


def test_a_text_of_no_weight_changes_only_the_vocabulary():
    weights = [1.0] * len(X) + [0.0]

    model = LinearTextClassifier(char_ngrams=None).fit(
        [*X, X[0]], [*Y, "weather"], sample_weight=weights
    )

    assert model.predict([X[0]]).tolist() == ["sport"]


def test_shapes_are_those_of_scikit_learn():
    two, three = LinearTextClassifier().fit(X, Y), LinearTextClassifier().fit(X, THREE)
    multi = LinearTextClassifier().fit(X, INDICATOR)

    assert two.decision_function(UNSEEN).shape == (2,)
    assert three.decision_function(UNSEEN).shape == (2, 3)
    assert two.predict_proba(UNSEEN).shape == (2, 2)
    assert multi.predict(UNSEEN).shape == (2, 3)


def test_probabilities_of_one_label_of_many_add_up_to_one():
    probs = LinearTextClassifier().fit(X, THREE).predict_proba(X)

    assert np.allclose(probs.sum(axis=1), 1)


def test_the_decision_agrees_with_the_prediction():
    two, three = LinearTextClassifier().fit(X, Y), LinearTextClassifier().fit(X, THREE)

    assert (two.predict(X) == two.classes_[(two.decision_function(X) > 0).astype(int)]).all()
    assert (three.predict(X) == three.classes_[three.decision_function(X).argmax(axis=1)]).all()


@pytest.mark.parametrize(
    "answers", [[1] * 6 + [2] * 6, [True] * 6 + [False] * 6, np.array(Y, object)]
)
def test_labels_may_be_numbers_truths_or_objects(answers):
    model = LinearTextClassifier().fit(X, answers)

    assert model.score(X, answers) == 1.0


def test_grid_search_chooses_among_its_parameters():
    search = GridSearchCV(
        LinearTextClassifier(), {"C": [0.1, 1.0], "char_ngrams": [None, (3, 4)]}, cv=3
    )

    search.fit(X, Y)

    assert search.best_score_ > 0.5
    assert search.best_estimator_.predict(X[:1]).tolist() == ["sport"]


def test_it_stands_in_cross_validation_and_in_a_pipeline():
    pipeline = Pipeline([("lower", FunctionTransformer()), ("labels", LinearTextClassifier())])

    assert cross_val_score(LinearTextClassifier(), X, Y, cv=3).shape == (3,)
    assert pipeline.fit(X, Y).score(X, Y) == 1.0


@pytest.mark.parametrize("voting", ["hard", "soft"])
def test_it_votes_beside_other_classifiers(voting):
    other = make_pipeline(TfidfVectorizer(), MultinomialNB())
    vote = VotingClassifier([("ours", LinearTextClassifier()), ("theirs", other)], voting=voting)

    assert vote.fit(X, Y).score(X, Y) == 1.0


def test_an_unseen_label_in_scoring_is_simply_wrong(fitted):
    assert fitted.score(X[:2], ["sport", "chess"]) == 0.5


@pytest.mark.parametrize(
    ("texts", "answers", "message"),
    [
        (X, ["sport"] * len(X), "a classifier needs two or more classes"),
        ("a bare string", ["sport"], "X is one text"),
        (b"bytes", ["sport"], "X is one text"),
        ([b"bytes", "text"], ["a", "b"], "text 0 is not a string but bytes: decode it first"),
        ([None, "text"], ["a", "b"], "text 0 is not a string but NoneType"),
        (["text", 3.5], ["a", "b"], "text 1 is not a string but float"),
        (np.array([["a text", "another"]]), ["a"], "X has 2 dimensions"),
        (7, ["a"], "X is a int"),
        ([], [], "X holds no texts"),
        (X, Y[:-1], "there are 12 texts and 11 labels"),
        (X, None, "y is None"),
        (X, np.linspace(0, 1, len(X)), "y is continuous"),
        (["...", "!!!"], ["a", "b"], "no word n-gram is left"),
    ],
    ids=str,
)
def test_what_cannot_be_learned_from_is_a_named_error(texts, answers, message):
    with pytest.raises(InputError, match=message) as error:
        LinearTextClassifier().fit(texts, answers)

    assert isinstance(error.value, ValueError)
    assert isinstance(error.value, TextclfError)


@pytest.mark.parametrize("texts", ["a bare string", [None], [b"bytes"], np.array([["a"]])])
def test_what_cannot_be_predicted_is_a_named_error(fitted, texts):
    with pytest.raises(InputError):
        fitted.predict(texts)


def test_no_feature_group_at_all_is_refused():
    with pytest.raises(InputError, match="no feature_groups"):
        LinearTextClassifier(word_ngrams=None, char_ngrams=None).fit(X, Y)


def test_of_terms_with_equal_frequency_the_first_are_kept():
    model = LinearTextClassifier(char_ngrams=None, word_ngrams=(1, 1), max_features=3).fit(
        ["delta alpha", "charlie bravo"], ["one", "two"]
    )

    assert tuple(model.linear_weights_.groups[0].terms) == ("alpha", "bravo", "charlie")


@pytest.mark.parametrize(
    ("weight", "room", "kept"),
    [
        (1.0, 3, ("bomb", "yoghurt", "zenith")),
        (1.0, 2, ("bomb", "yoghurt")),
        (0.0, 3, ("bomb", "falls", "kills")),
    ],
    ids=["seed words first", "a quarter is left to texts", "of no weight"],
)
def test_of_a_full_vocabulary_words_of_seed_terms_are_kept_first(weight, room, kept):
    """They stand in one text each, or none, and would be the first to go."""
    texts = ["bomb kills", "bomb kills", "rain falls", "rain falls", "zenith", "yoghurt"]
    answers = ["war", "war", "weather", "weather", "weather", "war"]
    weights = [1.0] * 4 + [weight] * 2
    model = LinearTextClassifier(char_ngrams=None, word_ngrams=(1, 1), max_features=room)

    model.fit_counts(count(texts, model.groups()), answers, weights, seed_terms=2)

    assert tuple(sorted(model.linear_weights_.groups[0].terms[:])) == kept


def test_a_bare_number_is_no_feature(fitted):
    model = LinearTextClassifier(char_min_df=1).fit([*X, "2016 2017"], [*Y, "sport"])

    assert "2016" not in model.linear_weights_.groups[0].terms
    assert list(model.linear_weights_.groups[0].terms) == list(
        fitted.linear_weights_.groups[0].terms
    )


def test_a_naive_bayes_group_is_a_linear_svm_on_scaled_binary_terms():
    """The weights are ratio times coefficient: the same scores as scaling the matrix by hand."""
    texts = ["bomb bomb kills", "bomb hurts", "rain falls", "rain falls again", "bomb kills again"]
    truth = np.array([1, 1, 0, 0, 1])
    model = LinearTextClassifier(word_ngrams=(1, 1), char_ngrams=None, weightings=("binary",))
    model = model.set_params(class_weight=None).fit(texts, truth)

    there = CountVectorizer(binary=True).fit_transform(texts).toarray().astype(float)
    odds = [1 + there[truth == label].sum(axis=0) for label in (1, 0)]
    ratio = np.log((odds[0] / odds[0].sum()) / (odds[1] / odds[1].sum()))
    ready = there / np.linalg.norm(there, axis=1, keepdims=True) * ratio
    by_hand = LinearSVC(C=0.5, random_state=0, max_iter=5000).fit(ready, truth)
    scores = by_hand.decision_function(ready)

    found = model.decision_function(texts)
    # One deviation divides both labels' halves of the difference.
    halves = np.stack([-scores, scores]) / 2
    assert np.allclose(found, scores / halves.std(axis=1).mean(), atol=1e-5)


def test_unbalanced_labels_share_one_deviation_so_that_a_rare_one_keeps_its_low_scores():
    """The scores are those of the machines, up to one factor and one shift for all labels."""
    texts = ["rain falls", "rain and wind", "snow falls", "goal scored", "late goal", "vote cast"]
    truth = ["weather", "weather", "weather", "sport", "sport", "politics"]
    model = LinearTextClassifier(word_ngrams=(1, 1), char_ngrams=None, class_weight=None)

    found = model.fit(texts, truth).decision_function(texts)

    ready = TfidfVectorizer(sublinear_tf=True).fit_transform(texts)
    scores = LinearSVC(C=0.5, random_state=0, max_iter=5000).fit(ready, truth)
    scores = scores.decision_function(ready)
    centred = scores - scores.mean(axis=1, keepdims=True)
    assert np.allclose(found * (centred[0, 0] / found[0, 0]), centred, atol=1e-4)
