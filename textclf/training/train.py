"""Turns labelled records into a model: views, weights, calibration, and scores out of fold.

Everything is chosen and measured on texts that the model at hand has not seen; the passages
of an article, contrast pairs and near-duplicates stay on one side of every split.
"""

import re
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textclf.codebook.scheme import Scheme
from textclf.codebook.scheme_file import bundled_schemes, find_scheme
from textclf.corpus.labelled_tables import Columns, read_labelled
from textclf.corpus.records import Corpus, as_dict
from textclf.corpus.term_lists import TermList, bundled_terms
from textclf.errors import TrainingError, choices
from textclf.io.input_documents import ReadOptions
from textclf.model.card import ModelCard, TrainedOn
from textclf.model.model import Model
from textclf.model.store import write_model
from textclf.scoring.weights import DecisionRule, total
from textclf.training.baselines import keyword_answers, majority
from textclf.training.calibration import decide
from textclf.training.cross_validation import quality
from textclf.training.dataset import Folds, examples, folds_of, taught
from textclf.training.fitting import (
    Config,
    Doubles,
    Progress,
    digest,
    fitted_to,
    is_likeliest,
    leads_of,
    learners_for,
    mixes_of,
    out_of_fold,
    saved_config,
    takes_vectors,
    term_share,
    versions,
)
from textclf.training.own_labels import train_on_base
from textclf.training.stacking import Mix, best_mix, named, weighed, worth


def train(
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
    tried = takes_vectors(config, scheme, of_terms=of_terms)
    learners = learners_for(
        config,
        terms,
        scheme,
        leads=leads,
        of_terms=of_terms,
        vectors=tried,
    )
    views = [view for _, view in learners]
    steps = len(views) * (config.folds + 1) + 4
    progress("counting n-grams", 0, steps)
    found = examples(ordered, scheme, rest, views)
    folds = folds_of(found, scheme, config.folds, config.seed)
    progress("weighing terms against texts", 1, steps)
    share = term_share(learners[0][0], found, scheme, folds, config)
    scores = out_of_fold(
        learners,
        found,
        folds,
        share,
        scheme,
        jobs=jobs,
        told=lambda name, done: progress(name, 2 + done, steps),
    )
    progress("weighing views", steps - len(views) - 2, steps)
    mixes = mixes_of(views, vectors=tried, of_terms=of_terms, fixed=terms is not None)
    mix = best_mix(scheme, scores, found.answers, mixes)
    weights = mix.weights(scheme, scores, found.answers)
    if tried and not weights[-1].any():
        # Vectors have taken room from the other views, which now get it back.
        without = replace(config, vectors=False)
        return train(corpus, scheme, terms=terms, config=without, jobs=jobs, progress=progress)
    mean = weighed(scores, weights)
    decision = _decision(scheme, mean, found.answers)
    taken = [place for place in range(len(views)) if weights[place].any()]
    forms = []
    for place in taken:
        progress(f"{named(views[place])}, all texts", steps - len(views) - 1 + place, steps)
        every = np.arange(found.records)
        forms.append(fitted_to(learners[place][0], found.only(place), every, share).form_)
    answers = ordered.answers(scheme)
    baselines = {
        "keywords": keyword_answers(ordered, scheme, rest, folds),
        "majority": [majority(answers)] * len(answers),
    }
    told = worth(scheme, views, scores, found.answers, weights, vectors=tried)
    probs, given = decided(scheme, scores, found.answers, folds, mix)
    card = ModelCard(
        TrainedOn(
            texts=len(corpus.labelled(scheme)),
            groups=len(set(found.duplicate_groups.groups)),
            labels={name: sum(name in a for a in answers) for name in scheme.label_names},
            measured_on="seed terms" if of_terms else "texts",
            terms=sum(map(len, terms.by_label().values())) if terms else 0,
            corpus_sha256=digest([as_dict(record) for record in ordered.records]),
            terms_sha256=digest(asdict(terms)) if terms else "",
            scheme_sha256=scheme.digest,
        ),
        config=saved_config(config, share),
        feature_groups=told,
        versions=versions(),
        cross_validation=quality(
            scheme, probs, given, answers, baselines, found.duplicate_groups.groups
        ),
        use=f"{_USE_OF_TERMS if of_terms else _USE} {scheme.limits}".strip(),
    )
    progress("done", steps, steps)
    return Model(scheme, total(forms, list(weights[taken])), decision, card)


def train_file(
    inputs: Sequence[str],
    output: Path,
    *,
    scheme: str = "",
    terms: Path | None = None,
    columns: Columns = Columns(),
    text_field: str = "",
    base: str = "",
    random_sample: bool = False,
    config: Config = Config(),
    jobs: int = 1,
    progress: Progress = lambda *_: None,
) -> Model:
    """Train on labelled files, write the model, and return it.

    Without a scheme, the labels of the table make one, named after the output. Without inputs,
    the terms of a scheme are all that there is to learn from. With a `base`, a shipped scheme,
    its corpus and seed terms teach as well, and the labels of the files, under that scheme, count
    as much as helps them most; of a `random_sample` of what is to be labelled, the model assumes
    the shares that labels have there.
    """
    if base:
        if scheme or terms:
            raise TrainingError(
                "--base brings its scheme and seed terms; leave out --scheme and --terms"
            )
        on = _base(base)
        if not inputs:
            raise TrainingError("--base teaches beside labelled texts; give a file of them")
        own, _ = read_labelled(inputs, columns, ReadOptions(text_field=text_field), scheme=on)
        model = train_on_base(
            own,
            Corpus.read(),
            on,
            terms=bundled_terms(on),
            random_sample=random_sample,
            config=config,
            jobs=jobs,
            progress=progress,
        )
        write_model(model, output)
        return model
    if random_sample:
        raise TrainingError(
            "--random-sample needs --base, the shipped scheme that the labels are under"
        )
    given = find_scheme(scheme) if scheme else None
    if inputs:
        name = re.sub(r"[^a-z0-9]+", "_", output.stem.lower()).strip("_")
        name = name if name[:1].isalpha() else f"scheme_{name}".rstrip("_")
        reading = ReadOptions(text_field=text_field)
        corpus, shown = read_labelled(inputs, columns, reading, scheme=given, name=name)
    elif given is not None and terms is not None:
        corpus, shown = Corpus(()), given
    else:
        raise TrainingError(
            "there is nothing to learn from; give labelled texts, or a scheme and its seed terms "
            "with --scheme and --terms"
        )
    found = TermList.read(terms, shown) if terms else None
    model = train(corpus, shown, terms=found, config=config, jobs=jobs, progress=progress)
    write_model(model, output)
    return model


def _base(name: str) -> Scheme:
    if name not in bundled_schemes():
        raise TrainingError(f"there is no base {name!r}; {choices(name, bundled_schemes())}")
    return find_scheme(name)


def decided(
    scheme: Scheme, scores: Doubles, truth: NDArray[Any], folds: Folds, mix: Mix = Mix()
) -> tuple[Doubles, NDArray[np.bool_]]:
    """Return probabilities and labels given, shape (texts, labels), for out-of-fold scores.

    `scores` has the shape (views, texts, labels). Views are weighed as the `mix` says and
    each fold is decided on as the scores of the other folds ask for: what the card says is
    measured by nothing that was set on it. Labels are as frequent as in the texts at hand: the
    prior of a scheme is for other texts.
    """
    probs, given = np.zeros(scores.shape[1:]), np.zeros(scores.shape[1:], bool)
    for train, test in folds:
        weights = mix.weights(scheme, scores[:, train], truth[train])
        seen = weighed(scores[:, train], weights)
        decision = decide(
            scheme.kind, seen, truth[train], scheme.at_least_one, likeliest=is_likeliest(scheme)
        )
        probs[test] = decision.probabilities(weighed(scores[:, test], weights))
        given[test] = decision.given(probs[test], scheme.at_least_one)
    return probs, given


def _decision(scheme: Scheme, scores: Doubles, truth: NDArray[Any]) -> DecisionRule:
    """Return the decision that out-of-fold scores ask for, at the prior that the scheme states."""
    prior = scheme.shares()
    decision = decide(
        scheme.kind, scores, truth, scheme.at_least_one, likeliest=is_likeliest(scheme)
    )
    if prior is None:
        return decision
    counts = np.bincount(truth, minlength=len(scheme.labels))
    return decision.with_prior(prior, (counts / counts.sum()).tolist())


_USE = (
    "Codes English news text under the scheme in this file. Scores are out of fold on the "
    "training corpus: measure on a labelled sample of your own before you publish counts."
)
_USE_OF_TERMS = (
    "Codes English news text under the scheme in this file. It was learned from seed terms, with "
    "few labelled texts or none: scores and probabilities are those of held-out terms, not of "
    "articles. Measure on a labelled sample of your own before you publish counts."
)
