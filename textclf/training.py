"""Turns labelled records into a model: views, weights, calibration, and scores out of fold.

Everything is chosen and measured on texts that the model at hand has not seen; the passages
of an article, contrast pairs and near-duplicates stay on one side of every split.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from sklearn.base import clone

from textclf.artifact import write_model
from textclf.baselines import keyword_answers, majority
from textclf.calibration import decide
from textclf.card import quality
from textclf.corpus import Columns, Corpus, as_dict, read_labelled
from textclf.engines import make_engine
from textclf.errors import InputError, TrainingError
from textclf.examples import Examples, Folds, examples, folds_of, taught
from textclf.features import View, Weighting
from textclf.linear import Decision, total
from textclf.model import Model
from textclf.reference import TextClassifier
from textclf.ridge import VectorClassifier
from textclf.scheme import Scheme, find_scheme
from textclf.selection import Mix, best_mix, named, reached, weighed, worth
from textclf.sources import Reading
from textclf.terms import TermList
from textclf.tokens import lead_spans, words
from textclf.vectors import shipped_vectors

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


def fit(
    corpus: Corpus,
    scheme: Scheme,
    *,
    terms: TermList | None = None,
    config: Config = Config(),
    jobs: int = 1,
    progress: Progress = lambda *_: None,
) -> Model:
    """Return the model that a scheme's labelled records make, or its seed terms alone.

    The same records, scheme, terms and config give the same model, by however many processes
    (`jobs`; -1 for all cores). Raises TrainingError where a label has nothing to learn from or
    the texts cannot be split into folds.
    """
    ordered, of_terms = taught(corpus, scheme, terms)
    rest = None if of_terms else terms
    leads = () if terms else leads_of(record.text for record in ordered.records)
    labels = len(scheme.labels)
    tried = config.vectors and scheme.kind == "single" and (of_terms or labels >= _MANY_LABELS)
    learners = _learners(
        config,
        terms,
        leads=leads,
        of_terms=of_terms,
        labels=labels,
        prior=bool(scheme.prior),
        vectors=tried,
    )
    views = [view for _, view in learners]
    steps = len(views) * (config.folds + 1) + 4
    progress("counting n-grams", 0, steps)
    found = examples(ordered, scheme, rest, views)
    folds = folds_of(found, scheme, config.folds, config.seed)
    progress("weighing terms against texts", 1, steps)
    share = _share(learners[0][0], found, scheme, folds, config)
    scores = np.zeros((len(views), found.records, len(scheme.labels)))
    work = [(place, number) for place in range(len(views)) for number in range(len(folds))]
    done = Parallel(n_jobs=jobs, return_as="generator")(
        delayed(_held_out)(learners[place][0], found.only(place), *folds[number], share, scheme)
        for place, number in work
    )
    for step, (place, number) in enumerate(work):
        name = f"{named(views[place])}, fold {number + 1} of {len(folds)}"
        progress(name, 2 + step, steps)
        scores[place, folds[number][1]] = next(done)
    progress("weighing views", steps - len(views) - 2, steps)
    mix = best_mix(scheme, scores, found.answers, _mixes(views, tried, fixed=terms is not None))
    weights = mix.weights(scheme, scores, found.answers)
    if tried and not weights[-1].any():
        # Vectors have taken room from the other views, which now get it back.
        without = replace(config, vectors=False)
        return fit(corpus, scheme, terms=terms, config=without, jobs=jobs, progress=progress)
    mean = weighed(scores, weights)
    decision = _decision(scheme, mean, found.answers)
    taken = [place for place in range(len(views)) if weights[place].any()]
    forms = []
    for place in taken:
        progress(f"{named(views[place])}, all texts", steps - len(views) - 1 + place, steps)
        every = np.arange(found.records)
        forms.append(_fitted(learners[place][0], found.only(place), every, share).form_)
    answers = ordered.answers(scheme)
    baselines = {
        "keywords": keyword_answers(ordered, scheme, rest, folds),
        "majority": [majority(answers)] * len(answers),
    }
    told = worth(scheme, views, scores, found.answers, weights)
    if tried:
        told[-1]["view"] += ", vectors"
    probs, given = decided(scheme, scores, found.answers, folds, mix)
    card = {
        "trained_on": {
            "texts": len(corpus.labelled(scheme)),
            "groups": len(set(found.kin.groups)),
            "labels": {name: sum(name in a for a in answers) for name in scheme.label_names},
            "measured_on": "seed terms" if of_terms else "texts",
            "terms": sum(map(len, terms.by_label().values())) if terms else 0,
            "corpus_sha256": _digest([as_dict(record) for record in ordered.records]),
            "terms_sha256": _digest(asdict(terms)) if terms else "",
            "scheme_sha256": scheme.digest,
        },
        "config": {**asdict(config), "term_share": share},
        "views": told,
        "versions": {name: version(name) for name in ("numpy", "scikit-learn", "scipy", "textclf")},
        "out_of_fold": quality(scheme, probs, given, answers, baselines, found.kin.groups),
        "use": _USE_OF_TERMS if of_terms else _USE,
    }
    progress("done", steps, steps)
    return Model(scheme, total(forms, list(weights[taken])), decision, json.loads(json.dumps(card)))


def train_file(
    inputs: Sequence[str],
    output: Path,
    *,
    scheme: str = "",
    terms: Path | None = None,
    columns: Columns = Columns(),
    text_field: str = "",
    config: Config = Config(),
    jobs: int = 1,
    progress: Progress = lambda *_: None,
) -> Model:
    """Train on labelled files, write the model, and return it.

    Without a scheme, the labels of the table make one, named after the output. Without inputs,
    the terms of a scheme are all that there is to learn from.
    """
    given = find_scheme(scheme) if scheme else None
    if inputs:
        name = re.sub(r"[^a-z0-9]+", "_", output.stem.lower()).strip("_")
        name = name if name[:1].isalpha() else f"scheme_{name}".rstrip("_")
        reading = Reading(text_field=text_field)
        corpus, shown = read_labelled(inputs, columns, reading, scheme=given, name=name)
    elif given is not None and terms is not None:
        corpus, shown = Corpus(()), given
    else:
        raise TrainingError(
            "there is nothing to learn from; give labelled texts, or a scheme and its seed terms "
            "with --scheme and --terms"
        )
    found = TermList.read(terms, shown) if terms else None
    model = fit(corpus, shown, terms=found, config=config, jobs=jobs, progress=progress)
    write_model(model, output)
    return model


def decided(
    scheme: Scheme, scores: Doubles, truth: NDArray[Any], folds: Folds, mix: Mix = Mix()
) -> tuple[Doubles, NDArray[np.bool_]]:
    """Return probabilities and labels given, shape (texts, labels), for out-of-fold scores.

    `scores` has the shape (views, texts, labels). Views are weighed, and each fold is decided on,
    as the scores of the other folds ask for: what the card says is measured by nothing that was
    set on it. Labels are as frequent as in the texts at hand: the prior of a scheme is for other
    texts.
    """
    probs, given = np.zeros(scores.shape[1:]), np.zeros(scores.shape[1:], bool)
    for train, test in folds:
        weights = mix.weights(scheme, scores[:, train], truth[train])
        seen = weighed(scores[:, train], weights)
        decision = decide(
            scheme.kind, seen, truth[train], scheme.at_least_one, likeliest=_is_likeliest(scheme)
        )
        probs[test] = decision.probabilities(weighed(scores[:, test], weights))
        given[test] = decision.given(probs[test], scheme.at_least_one)
    return probs, given


def _decision(scheme: Scheme, scores: Doubles, truth: NDArray[Any]) -> Decision:
    """Return the decision that out-of-fold scores ask for, at the prior that the scheme states."""
    prior = scheme.shares()
    decision = decide(
        scheme.kind, scores, truth, scheme.at_least_one, likeliest=_is_likeliest(scheme)
    )
    if prior is None:
        return decision
    counts = np.bincount(truth, minlength=len(scheme.labels))
    return decision.with_prior(prior, (counts / counts.sum()).tolist())


def _is_likeliest(scheme: Scheme) -> bool:
    """Return whether the likeliest label is given: where the scheme says how it is to be used."""
    return bool(scheme.prior or scheme.lead_words)


_USE = (
    "Codes English news text under the scheme in this file. Scores are out of fold on the "
    "training corpus: measure on a labelled sample of your own before you publish counts."
)
_USE_OF_TERMS = (
    "Codes English news text under the scheme in this file. It was learned from seed terms, with "
    "few labelled texts or none: scores and probabilities are those of held-out terms, not of "
    "articles. Measure on a labelled sample of your own before you publish counts."
)
_MANY_LABELS = 8
"""With fewer labels than this, word vectors bring nothing, unless terms alone are learned from."""
_OF_CHARACTERS, _OF_VECTORS = 0.5, 0.5
"""What these views weigh beside words, where there are vectors and seed terms."""
_LEADS: tuple[tuple[int, Weighting], ...] = ((30, "log"), (100, "binary"))
"""The first so many words of texts are views of their own: news puts first what matters."""
_WEIGHTS = 2_500_000
"""How many weights the views of words and characters may have, all labels together."""
_WEIGHTS_WITH_VECTORS = 2_250_000
"""The same for all views where one is of vectors: 17 labels so stay under 15 MB."""


def _mixes(views: Sequence[View], vectors: bool, *, fixed: bool) -> list[Mix]:
    """Return what is chosen from: today's views alike, or those and the last one, of vectors.

    Out of fold, a corpus of one hand cannot see what seed terms carry over: with them, what views
    weigh is `fixed`.
    """
    if not vectors:
        return [Mix((1.0,) * len(views), fixed)]
    beside = [_OF_CHARACTERS if view.analyzer == "char_wb" else 1.0 for view in views[:-1]]
    return [Mix((*(1.0 for _ in beside), 0.0), fixed), Mix((*beside, _OF_VECTORS), fixed)]


def _learners(
    config: Config,
    terms: TermList | None,
    *,
    leads: tuple[tuple[int, Weighting], ...],
    of_terms: bool,
    labels: int,
    prior: bool,
    vectors: bool,
) -> list[tuple[TextClassifier, View]]:
    """Return the views that may be chosen, that of vectors last, each with what learns it."""
    weightings: tuple[Weighting, ...] = ("log", "binary")
    if terms or not config.scaled:
        weightings = ("log",)
    views = 2 * len(weightings) + len(leads) + vectors
    weights = _WEIGHTS_WITH_VECTORS if vectors else _WEIGHTS
    room = min(config.max_features, weights // (labels * views))
    # Out of fold no better for many labels, whose thresholds do its work, at thrice the cost;
    # where a prior decides, weights would only bend the probabilities that it shifts.
    class_weight = "balanced" if terms and not prior else None
    # Terms teach no marks: what stands beside one, and which two meet, only texts tell.
    lexicon = terms.lexicon() if terms and config.group_ngrams and not of_terms else None
    estimator = TextClassifier(
        weightings=weightings,
        leads=leads,
        word_ngrams=config.word_ngrams,
        char_ngrams=config.char_ngrams,
        lexicon=lexicon,
        group_ngrams=config.group_ngrams or (1, 1),
        char_within=terms.characters_within if lexicon and terms else (),
        char_without=terms.characters_without if lexicon and terms else (),
        min_df=config.min_df,
        char_min_df=config.char_min_df,
        max_features=room,
        C=config.C,
        class_weight=class_weight,
        random_state=config.seed,
    )
    learners = [estimator]
    if vectors:
        learners.append(VectorClassifier(shipped_vectors(), most=room, class_weight=class_weight))
    return [(learner, view) for learner in learners for view in learner.views()]


def leads_of(texts: Iterable[str]) -> tuple[tuple[int, Weighting], ...]:
    """Return the leads that are views of texts: none where half of them are no longer than these.

    The lead of a short text is the whole.
    """
    return _LEADS if median(len(words(text).texts) for text in texts) > max(_LEADS)[0] else ()


def _share(
    estimator: TextClassifier, found: Examples, scheme: Scheme, folds: Folds, config: Config
) -> float:
    """Return the share of seed terms that the first view alone does best with, out of fold.

    Two folds tell them apart as well as all do, at less than half the cost.
    """
    if not len(found.term_weight):
        return 0.0
    first = found.only(0)
    truth = found.truth[np.concatenate([test for _, test in folds[:2]])]
    tried = [
        np.concatenate([_held_out(estimator, first, *fold, share, scheme) for fold in folds[:2]])
        for share in config.term_shares
    ]
    best = int(np.argmax([reached(scheme, scores, truth) for scores in tried]))
    return config.term_shares[best]


def _held_out(
    estimator: TextClassifier,
    found: Examples,
    train: NDArray[np.intp],
    test: NDArray[np.intp],
    share: float,
    scheme: Scheme,
) -> Doubles:
    """Return the scores of some rows by an estimator fitted to others.

    They stand under all labels of the scheme; one that the fold never saw scores lowest.
    """
    fitted = _fitted(estimator, found, train, share)
    scores = _scores(fitted, found, test, scheme.lead_words)
    if scheme.kind == "multi" or len(fitted.classes_) == len(scheme.labels):
        return scores
    whole = np.repeat(scores.min(axis=1, keepdims=True), len(scheme.labels), axis=1)
    whole[:, fitted.classes_] = scores
    return whole


def _scores(
    fitted: TextClassifier, found: Examples, rows: NDArray[np.intp], lead_words: Sequence[int]
) -> Doubles:
    """Return the scores of some rows, shape (rows, labels): those of leads count for half."""
    if not lead_words:
        return fitted.scores(found.counts.take(rows))
    texts = [found.texts[row] for row in rows]
    spans = [lead_spans(text, lead_words) for text in texts]
    scores = make_engine([fitted.form_]).score(texts, spans, {0})[0].scores
    parts = scores.reshape(len(texts), 1 + len(lead_words), -1)
    return np.asarray((parts[:, 0] + parts[:, 1:].mean(axis=1)) / 2)


def _fitted(
    estimator: TextClassifier, found: Examples, rows: NDArray[np.intp], share: float
) -> TextClassifier:
    """Return the estimator fitted to some of the texts and all seed terms."""
    seeds = np.arange(found.records, len(found.counts))
    chosen = np.concatenate([rows, seeds])
    # A term never weighs more than a text.
    weight = np.r_[np.ones(len(rows)), np.minimum(1.0, share * found.term_weight)]
    replica: TextClassifier = clone(estimator)
    try:
        return replica.fit_counts(
            found.counts.take(chosen), found.truth[chosen], weight, seed_terms=len(seeds)
        )
    except InputError as reason:
        raise TrainingError(f"a fold cannot be learned from: {reason}") from None


def _digest(data: object) -> str:
    text = json.dumps(data, ensure_ascii=True, sort_keys=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()
