"""Turns labelled records into a model: views, weights, calibration, and scores out of fold.

Everything is chosen and measured on texts that the model at hand has not seen; the passages
of an article, contrast pairs and near-duplicates stay on one side of every split.
"""

import hashlib
import json
import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.model_selection import GroupKFold, StratifiedGroupKFold

from textclf.artifact import write_model
from textclf.baselines import Answer, Keywords, Stems, majority
from textclf.calibration import decide
from textclf.corpus import Columns, Corpus, as_dict, read_labelled
from textclf.counting import Counts, count
from textclf.document import Document
from textclf.duplicates import clusters
from textclf.errors import InputError, TrainingError
from textclf.evaluation import calibration_error, evaluate
from textclf.features import Weighting
from textclf.linear import Decision, average, given
from textclf.model import Model
from textclf.reference import TextClassifier
from textclf.scheme import Scheme, find_scheme
from textclf.selection import choose, named, reached, worth
from textclf.sources import Reading
from textclf.terms import TermList

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
    folds: int = 5
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class _Examples:
    """What is learned from: the records' texts first, then the seed terms."""

    counts: Counts
    truth: NDArray[Any]
    """Label places (texts,) for a single scheme, a 0/1 matrix for a multi one."""
    term_weight: NDArray[np.float64]
    """What each seed term weighs for a share of 1, beside 1 for a text."""
    records: int
    groups: list[str] = field(default_factory=list)

    def only(self, place: int) -> "_Examples":
        """Return the examples as one view sees them."""
        return replace(self, counts=self.counts.only(place))


def fit(
    corpus: Corpus,
    scheme: Scheme,
    *,
    terms: TermList | None = None,
    config: Config = Config(),
    progress: Progress = lambda *_: None,
) -> Model:
    """Return the model that a scheme's labelled records make.

    The same records, scheme, terms and config give the same model. Raises TrainingError where
    a label has nothing to learn from or the texts cannot be split into folds.
    """
    ordered = Corpus(
        tuple(sorted(corpus.labelled(scheme).records, key=lambda one: (one.id, one.text)))
    )
    answers = ordered.answers(scheme)
    _refuse_untaught(scheme, answers, terms)
    estimator = _estimator(config, terms, len(scheme.labels))
    views = estimator.views()
    steps = len(views) * (config.folds + 1) + 4
    progress("counting n-grams", 0, steps)
    examples = _examples(ordered, scheme, terms, estimator)
    folds = _folds(examples, scheme, config)
    progress("weighing terms against texts", 1, steps)
    share = _share(estimator, examples, scheme, folds, config)
    scores = np.zeros((len(views), examples.records, len(scheme.labels)))
    for place, view in enumerate(views):
        alone = examples.only(place)
        for number, (train, test) in enumerate(folds):
            name = f"{named(view)}, fold {number + 1} of {len(folds)}"
            progress(name, 2 + place * config.folds + number, steps)
            fitted = _fitted(estimator, alone, train, share)
            scores[place, test] = _scores(fitted, alone, test, scheme)
    progress("choosing views", steps - len(views) - 2, steps)
    truth = examples.truth[: examples.records]
    # Out of fold, a corpus of one hand cannot see what seed terms carry over: no view is dropped.
    chosen = list(range(len(views))) if terms else choose(scheme, scores, truth)
    decision = decide(scheme.kind, scores[chosen].mean(axis=0), truth, scheme.at_least_one)
    forms = []
    for place in chosen:
        progress(f"{named(views[place])}, all texts", steps - len(views) - 1 + place, steps)
        every = np.arange(examples.records)
        forms.append(_fitted(estimator, examples.only(place), every, share).form_)
    said = _keywords(ordered, scheme, terms, folds)
    card = {
        "trained_on": {
            "texts": len(ordered),
            "groups": len(set(examples.groups)),
            "labels": {name: sum(name in a for a in answers) for name in scheme.label_names},
            "terms": len(examples.counts) - examples.records,
            "corpus_sha256": _digest([as_dict(record) for record in ordered.records]),
            "terms_sha256": _digest(asdict(terms)) if terms else "",
            "scheme_sha256": scheme.digest,
        },
        "config": {**asdict(config), "term_share": share},
        "views": worth(scheme, views, scores, truth, chosen),
        "versions": {name: version(name) for name in ("numpy", "scikit-learn", "scipy", "textclf")},
        "out_of_fold": _measured(
            scheme, decision, scores[chosen].mean(axis=0), answers, said, examples.groups
        ),
        "use": _USE,
    }
    progress("done", steps, steps)
    return Model(scheme, average(forms), decision, json.loads(json.dumps(card)))


def train_file(
    inputs: Sequence[str],
    output: Path,
    *,
    scheme: str = "",
    terms: Path | None = None,
    columns: Columns = Columns(),
    text_field: str = "",
    config: Config = Config(),
    progress: Progress = lambda *_: None,
) -> Model:
    """Train on labelled files, write the model, and return it.

    Without a scheme, the labels of the table make one, named after the output.
    """
    given = find_scheme(scheme) if scheme else None
    name = re.sub(r"[^a-z0-9]+", "_", output.stem.lower()).strip("_")
    name = name if name[:1].isalpha() else f"scheme_{name}".rstrip("_")
    reading = Reading(text_field=text_field)
    corpus, shown = read_labelled(inputs, columns, reading, scheme=given, name=name)
    found = TermList.read(terms, shown) if terms else None
    model = fit(corpus, shown, terms=found, config=config, progress=progress)
    write_model(model, output)
    return model


_USE = (
    "Codes English news text under the scheme in this file. Scores are out of fold on the "
    "training corpus: measure on a labelled sample of your own before you publish counts."
)
_FEWEST_FOLDS = 2


_WEIGHTS = 2_500_000
"""How many weights the views of words and characters may have, all labels together."""


def _estimator(config: Config, terms: TermList | None, labels: int) -> TextClassifier:
    weightings: tuple[Weighting, ...] = ("log", "binary")
    if terms or not config.scaled:
        weightings = ("log",)
    return TextClassifier(
        weightings=weightings,
        word_ngrams=config.word_ngrams,
        char_ngrams=config.char_ngrams,
        lexicon=terms.lexicon() if terms and config.group_ngrams else None,
        group_ngrams=config.group_ngrams or (1, 1),
        min_df=config.min_df,
        char_min_df=config.char_min_df,
        max_features=min(config.max_features, _WEIGHTS // (labels * 2 * len(weightings))),
        C=config.C,
        # Out of fold no better for many labels, whose thresholds do its work, at thrice the cost.
        class_weight="balanced" if terms else None,
        random_state=config.seed,
    )


def _refuse_untaught(scheme: Scheme, answers: Sequence[Answer], terms: TermList | None) -> None:
    taught = {label for answer in answers for label in answer}
    missing = [name for name in scheme.label_names if name not in taught]
    if not answers:
        raise TrainingError(f"no text is labelled under scheme {scheme.name!r}; label some first")
    if missing:
        raise TrainingError(
            f"label {missing[0]!r} of scheme {scheme.name!r} has no text to learn from; "
            "label some, or train with a scheme that leaves it out"
        )
    if terms is not None and terms.scheme != scheme.name:
        raise TrainingError(f"the terms are those of scheme {terms.scheme!r}, not {scheme.name!r}")


def _examples(
    corpus: Corpus,
    scheme: Scheme,
    terms: TermList | None,
    estimator: TextClassifier,
) -> _Examples:
    texts = [Document.read(record.text, clean=False).text for record in corpus.records]
    answers = list(corpus.answers(scheme))
    records = len(corpus)
    weight: list[float] = []
    taught = terms.by_label() if terms else {}
    for label, phrases in taught.items():
        texts += phrases
        answers += [scheme.close((label,)) if scheme.kind == "multi" else (label,)] * len(phrases)
        # Labels weigh the same, however many terms each has.
        weight += [records / (len(taught) * len(phrases))] * len(phrases)
    groups = clusters(texts[:records], [record.group for record in corpus.records])
    return _Examples(
        count(texts, estimator.views()), _truth(scheme, answers), np.array(weight), records, groups
    )


def _share(
    estimator: TextClassifier,
    examples: _Examples,
    scheme: Scheme,
    folds: Sequence[tuple[NDArray[np.intp], NDArray[np.intp]]],
    config: Config,
) -> float:
    """Return the share of seed terms that the first view alone does best with, out of fold.

    Two folds tell them apart as well as all do, at less than half the cost.
    """
    if not len(examples.term_weight):
        return 0.0
    first = examples.only(0)
    truth = examples.truth[np.concatenate([test for _, test in folds[:2]])]
    tried = []
    for share in config.term_shares:
        scores = np.concatenate(
            [
                _scores(_fitted(estimator, first, train, share), first, test, scheme)
                for train, test in folds[:2]
            ]
        )
        tried.append(reached(scheme, scores, truth))
    return config.term_shares[int(np.argmax(tried))]


def _truth(scheme: Scheme, answers: Sequence[Answer]) -> NDArray[Any]:
    if scheme.kind == "single":
        return np.array([scheme.index(answer[0]) for answer in answers])
    matrix = np.zeros((len(answers), len(scheme.labels)), int)
    for row, answer in enumerate(answers):
        matrix[row, [scheme.index(label) for label in answer]] = 1
    return matrix


def _folds(
    examples: _Examples, scheme: Scheme, config: Config
) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Return the rows to learn from and to score, fold by fold; a group is never in both."""
    truth = examples.truth[: examples.records]
    folds = min(config.folds, len(set(examples.groups)))
    if folds < _FEWEST_FOLDS:
        raise TrainingError(
            "all texts belong to one article or are near-duplicates, so that nothing is left "
            "to measure on; give more articles"
        )
    splitter = StratifiedGroupKFold if scheme.kind == "single" else GroupKFold
    split = splitter(n_splits=folds, shuffle=True, random_state=config.seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a label rarer than the folds is told by its score
        return list(split.split(truth, truth, examples.groups))


def _fitted(
    estimator: TextClassifier, examples: _Examples, rows: NDArray[np.intp], share: float
) -> TextClassifier:
    """Return the estimator fitted to some of the texts and all seed terms."""
    seeds = np.arange(examples.records, len(examples.counts))
    chosen = np.concatenate([rows, seeds])
    # A term never weighs more than a text.
    weight = np.r_[np.ones(len(rows)), np.minimum(1.0, share * examples.term_weight)]
    replica: TextClassifier = clone(estimator)
    try:
        return replica.fit_counts(
            examples.counts.take(chosen),
            examples.truth[chosen],
            weight,
            seed_terms=len(seeds),
        )
    except InputError as reason:
        raise TrainingError(f"a fold cannot be learned from: {reason}") from None


def _scores(
    estimator: TextClassifier, examples: _Examples, rows: NDArray[np.intp], scheme: Scheme
) -> NDArray[np.float64]:
    """Return the scores of rows under all labels; one that the fold never saw scores lowest."""
    found = estimator.scores(examples.counts.take(rows))
    if scheme.kind == "multi" or len(estimator.classes_) == len(scheme.labels):
        return found
    scores = np.repeat(found.min(axis=1, keepdims=True), len(scheme.labels), axis=1)
    scores[:, estimator.classes_] = found
    return scores


def _keywords(
    corpus: Corpus,
    scheme: Scheme,
    terms: TermList | None,
    folds: Sequence[tuple[NDArray[np.intp], NDArray[np.intp]]],
) -> list[Answer]:
    """Return what the keyword rule answers for each record, learned from the other folds."""
    stems = Stems()
    stemmed = [stems.of(record.text) for record in corpus.records]
    answers = corpus.answers(scheme)
    said: list[Answer] = [()] * len(stemmed)
    for train, test in folds:
        rule = _rule(scheme, terms, stems, [stemmed[i] for i in train], [answers[i] for i in train])
        for place in test:
            said[place] = rule.answer(stemmed[place])
    return said


def _rule(
    scheme: Scheme,
    terms: TermList | None,
    stems: Stems,
    texts: list[list[str]],
    answers: list[Answer],
) -> Keywords:
    if terms is None:
        return Keywords.learned(scheme, texts, answers)
    return Keywords.of_terms(scheme, terms.by_label(), answers, stems)


def _measured(
    scheme: Scheme,
    decision: Decision,
    scores: NDArray[np.float64],
    answers: Sequence[Answer],
    keywords: Sequence[Answer],
    groups: Sequence[str],
) -> dict[str, Any]:
    """Return what the card says of the model's quality."""
    probs = decision.probabilities(scores)
    names = scheme.label_names
    if scheme.kind == "single":
        best = decision.best(probs)
        said: list[Answer] = [(names[place],) for place in best]
        sure = probs[np.arange(len(best)), best]
        right = np.array([a == b for a, b in zip(said, answers, strict=True)])
    else:
        rows = given(probs, decision.threshold, scheme.at_least_one)
        said = [scheme.close(n for n, yes in zip(names, row, strict=True) if yes) for row in rows]
        sure, right = probs.ravel(), _truth(scheme, answers).ravel().astype(bool)
        groups = [group for group in groups for _ in names]
    texts = groups if scheme.kind == "single" else groups[:: len(names)]
    error = calibration_error(sure, right, groups)
    always = [majority(answers)] * len(answers)
    return {
        "model": evaluate(answers, said, names, texts).as_dict(),
        "keywords": evaluate(answers, keywords, names, texts).as_dict(),
        "majority": evaluate(answers, always, names, texts).as_dict(),
        "calibration_error": [round(v, 4) for v in (error.value, error.low, error.high)],
    }


def _digest(data: object) -> str:
    text = json.dumps(data, ensure_ascii=True, sort_keys=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()
