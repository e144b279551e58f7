"""What is learned of some rows, and how it scores others: estimator, fold, weights of views.

It knows examples and schemes; no model, no card and no disk.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from statistics import median
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from sklearn.base import clone

from textclf.codebook.scheme import Scheme
from textclf.corpus.term_lists import TermList
from textclf.errors import InputError, TrainingError
from textclf.scoring.scorer import make_scorer
from textclf.text.features import FeatureGroup, Weighting
from textclf.text.tokens import lead_spans, words
from textclf.training.dataset import Examples, Folds
from textclf.training.estimator import LinearTextClassifier
from textclf.training.stacking import Mix, named, reached

Doubles = NDArray[np.float64]
Progress = Callable[[str, int, int], None]
"""Told what is being done, how many steps are behind, and how many there are."""


@dataclass(frozen=True, slots=True)
class Config:
    """How a model is trained. It is saved in the model's card."""

    word_ngrams: tuple[int, int] | None = (1, 2)
    char_ngrams: tuple[int, int] | None = (3, 5)
    min_df: int = 1
    char_min_df: int = 2
    group_ngrams: tuple[int, int] | None = (1, 2)
    """Of the marks of seed terms whose groups have roles; None for no such view."""
    max_features: int = 60_000
    """For each view; fewer where many labels would make the model large."""
    C: float = 0.5
    term_shares: tuple[float, ...] = (0.25, 1.0, 4.0)
    """What all seed terms together may weigh, beside 1 for all labelled texts together: the
    share that words alone do best with out of fold is taken.
    """
    scaled: bool = True
    """Whether Naive Bayes scaled views may be chosen, where there are no seed terms."""
    vectors: bool = True
    """Whether a view of word vectors may be chosen: of schemes of one label a text, where there are
    8 labels or more, or seed terms are all that is learned from.
    """
    folds: int = 5
    seed: int = 0


def is_likeliest(scheme: Scheme) -> bool:
    """Return whether the likeliest label is given: where the scheme says how it is to be used."""
    return bool(scheme.prior or scheme.lead_words)


_LEADS: tuple[tuple[int, Weighting], ...] = ((30, "log"), (100, "binary"))
"""The first so many words of texts are views of their own: news puts first what matters."""
_WEIGHTS = 2_500_000
"""How many weights the views of words and characters may have, all labels together."""
_WEIGHTS_WITH_VECTORS = 2_250_000
"""The same for all views where one is of vectors: 17 labels so stay under 15 MB."""
_MANY_LABELS = 8
"""With fewer labels than this, word vectors bring nothing, unless terms alone are learned from."""
_OF_CHARACTERS, _OF_VECTORS, _OF_VECTORS_ALONE = 0.5, 0.5, 1.0
"""What these views weigh beside words, where there are vectors and seed terms, or these alone."""

Learner = tuple[LinearTextClassifier, FeatureGroup]
"""A view, and what learns it."""


def takes_vectors(config: Config, scheme: Scheme, *, of_terms: bool) -> bool:
    """Return whether a view of word vectors may be chosen."""
    many = of_terms or len(scheme.labels) >= _MANY_LABELS
    return config.vectors and scheme.kind == "single" and many


def learners_for(
    config: Config,
    terms: TermList | None,
    scheme: Scheme,
    *,
    leads: tuple[tuple[int, Weighting], ...],
    of_terms: bool,
    vectors: bool,
) -> list[Learner]:
    """Return the views that may be chosen, that of vectors last, each with what learns it.

    None of them is fitted yet.
    """
    weightings: tuple[Weighting, ...] = ("log", "binary")
    if terms or not config.scaled:
        weightings = ("log",)
    views = 2 * len(weightings) + len(leads) + vectors
    weights = _WEIGHTS_WITH_VECTORS if vectors else _WEIGHTS
    most = min(config.max_features, weights // (len(scheme.labels) * views))
    # Out of fold no better for many labels, whose thresholds do its work, at thrice the cost;
    # where a prior decides, weights would only bend the probabilities that it shifts.
    class_weight = "balanced" if terms and not scheme.prior else None
    # Terms teach no marks: what stands beside one, and which two meet, only texts tell.
    lexicon = terms.lexicon() if terms and config.group_ngrams and not of_terms else None
    estimator = LinearTextClassifier(
        weightings=weightings,
        leads=leads,
        word_ngrams=config.word_ngrams,
        char_ngrams=config.char_ngrams,
        lexicon=lexicon,
        group_ngrams=config.group_ngrams or (1, 1),
        word_within=terms.words_within if lexicon and terms else (),
        word_without=terms.words_without if lexicon and terms else (),
        char_within=terms.characters_within if lexicon and terms else (),
        char_without=terms.characters_without if lexicon and terms else (),
        min_df=config.min_df,
        char_min_df=config.char_min_df,
        max_features=most,
        C=config.C,
        class_weight=class_weight,
        random_state=config.seed,
    )
    learners = [estimator]
    if vectors:
        from textclf.training.vector_estimator import VectorClassifier  # noqa: PLC0415 - a table of three megabytes
        from textclf.training.word_vectors import bundled_vectors  # noqa: PLC0415 - the same

        learners.append(VectorClassifier(bundled_vectors(), most=most, class_weight=class_weight))
    return [(learner, view) for learner in learners for view in learner.views()]


def mixes_of(
    views: Sequence[FeatureGroup], *, vectors: bool, of_terms: bool, fixed: bool
) -> list[Mix]:
    """Return the choice: other views alike, or beside the last one, of vectors.

    Out of fold, a corpus of one hand cannot see what seed terms carry over: with them, what views
    weigh is `fixed`.
    """
    if not vectors:
        return [Mix((1.0,) * len(views), fixed)]
    beside = [_OF_CHARACTERS if view.analyzer == "char_wb" else 1.0 for view in views[:-1]]
    own = _OF_VECTORS_ALONE if of_terms else _OF_VECTORS
    return [Mix((*(1.0 for _ in beside), 0.0), fixed), Mix((*beside, own), fixed)]


def leads_of(texts: Iterable[str]) -> tuple[tuple[int, Weighting], ...]:
    """Return the leads that are views of texts: none where half of them are no longer than these.

    The lead of a short text is the whole.
    """
    return _LEADS if median(len(words(text).texts) for text in texts) > max(_LEADS)[0] else ()


def term_share(
    estimator: LinearTextClassifier, found: Examples, scheme: Scheme, folds: Folds, config: Config
) -> float:
    """Return the share of seed terms that the first view alone does best with, out of fold.

    Two folds tell them apart as well as all do, at less than half the cost.
    """
    if not len(found.term_weight):
        return 0.0
    first = found.only(0)
    truth = found.truth[np.concatenate([test for _, test in folds[:2]])]
    tried = [
        np.concatenate([held_out(estimator, first, *fold, share, scheme) for fold in folds[:2]])
        for share in config.term_shares
    ]
    best = int(np.argmax([reached(scheme, scores, truth) for scores in tried]))
    return config.term_shares[best]


def out_of_fold(
    learners: Sequence[Learner],
    found: Examples,
    folds: Folds,
    share: float,
    scheme: Scheme,
    *,
    jobs: int = 1,
    told: Callable[[str, int], None] = lambda *_: None,
) -> Doubles:
    """Return the scores of each view for each record, shape (views, records, labels).

    A record is scored by what was fitted to the rows that its fold learns from. `told` hears
    what is being done, and how many views of folds are behind.
    """
    views = [view for _, view in learners]
    scores = np.zeros((len(views), found.records, len(scheme.labels)))
    work = [(place, number) for place in range(len(views)) for number in range(len(folds))]
    done = Parallel(n_jobs=jobs, return_as="generator")(
        delayed(held_out)(learners[place][0], found.only(place), *folds[number], share, scheme)
        for place, number in work
    )
    for step, (place, number) in enumerate(work):
        told(f"{named(views[place])}, fold {number + 1} of {len(folds)}", step)
        scores[place, folds[number][1]] = next(done)
    return scores


def held_out(
    estimator: LinearTextClassifier,
    found: Examples,
    train: NDArray[np.intp],
    test: NDArray[np.intp],
    share: float,
    scheme: Scheme,
) -> Doubles:
    """Return the scores of some rows by an estimator fitted to others.

    They stand under all labels of the scheme; one that the fold never saw scores lowest.
    """
    fitted = fitted_to(estimator, found, train, share)
    scores = _scores(fitted, found, test, scheme.lead_words)
    if scheme.kind == "multi" or len(fitted.classes_) == len(scheme.labels):
        return scores
    whole = np.repeat(scores.min(axis=1, keepdims=True), len(scheme.labels), axis=1)
    whole[:, fitted.classes_] = scores
    return whole


def _scores(
    fitted: LinearTextClassifier, found: Examples, rows: NDArray[np.intp], lead_words: Sequence[int]
) -> Doubles:
    """Return the scores of some rows, shape (rows, labels): those of leads count for half."""
    if not lead_words:
        return fitted.scores(found.counts.take(rows))
    texts = [found.texts[row] for row in rows]
    spans = [lead_spans(text, lead_words) for text in texts]
    scores = make_scorer([fitted.form_]).score(texts, spans, {0})[0].scores
    parts = scores.reshape(len(texts), 1 + len(lead_words), -1)
    return np.asarray((parts[:, 0] + parts[:, 1:].mean(axis=1)) / 2)


def fitted_to(
    estimator: LinearTextClassifier, found: Examples, rows: NDArray[np.intp], share: float
) -> LinearTextClassifier:
    """Return the estimator fitted to some of the texts and all seed terms."""
    seeds = np.arange(found.records, len(found.counts))
    chosen = np.concatenate([rows, seeds])
    # A term never weighs more than a text.
    weight = np.r_[found.record_weight[rows], np.minimum(1.0, share * found.term_weight)]
    replica: LinearTextClassifier = clone(estimator)
    try:
        return replica.fit_counts(
            found.counts.take(chosen), found.truth[chosen], weight, seed_terms=len(seeds)
        )
    except InputError as reason:
        raise TrainingError(f"a fold cannot be learned from: {reason}") from None


def digest(data: object) -> str:
    """Return the sha256 of plain data."""
    text = json.dumps(data, ensure_ascii=True, sort_keys=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def saved_config(config: Config, term_share: float) -> dict[str, Any]:
    """Return the settings of training, and the share of seed terms, as a model card has them."""
    saved: dict[str, Any] = json.loads(json.dumps({**asdict(config), "term_share": term_share}))
    return saved


def versions() -> dict[str, str]:
    """Return the releases of what a model is made with."""
    return {name: version(name) for name in ("numpy", "scikit-learn", "scipy", "textclf")}
