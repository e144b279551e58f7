"""Labelled records to a model: one line for each step.

Everything is chosen and measured on texts that were not trained on. The passages of an article,
contrast pairs and near-duplicates are on one side of every split.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textclf.codebook.scheme import Scheme
from textclf.codebook.scheme_file import bundled_schemes, find_scheme
from textclf.corpus.labelled_tables import Columns, read_labelled
from textclf.corpus.records import Corpus
from textclf.corpus.term_lists import TermList, bundled_terms
from textclf.errors import TrainingError, choices
from textclf.io.input_documents import ReadOptions
from textclf.model.card import TrainedOn
from textclf.model.model import Model
from textclf.model.store import write_model
from textclf.scoring.decision_rule import DecisionRule
from textclf.training.baselines import baseline_answers
from textclf.training.build_card import model_card
from textclf.training.config import Progress, TrainConfig, mixes
from textclf.training.cross_validation import fit_rule, out_of_fold_predictions, quality
from textclf.training.dataset import (
    folds_of,
    make_examples,
    rare_labels,
    refuse_one_label,
    training_records,
)
from textclf.training.fitting import (
    Doubles,
    choose_term_share,
    fit_model,
    make_learners,
    out_of_fold_scores,
    without_useless_terms,
)
from textclf.training.stacking import best_mix, group_table, mixed_scores
from textclf.training.train_on_base import train_on_base


def train(
    corpus: Corpus,
    scheme: Scheme,
    *,
    terms: TermList | None = None,
    config: TrainConfig = TrainConfig(),
    jobs: int = 1,
    progress: Progress = lambda *_: None,
) -> Model:
    """Return the model of a scheme that is trained on labelled records, or on seed terms alone.

    The same records, scheme, terms and config give the same model, whatever the number of
    processes (`jobs`; -1 for all cores). Raises TrainingError if a label has nothing to learn from
    or the texts cannot be split into folds.
    """
    records, of_terms = training_records(corpus, scheme, terms)
    other_terms = None if of_terms else terms
    texts = [record.text for record in records.records]
    learners = make_learners(config, scheme, terms, texts, of_terms=of_terms)
    groups, vectors = [learner.group for learner in learners], learners[-1].vectors
    steps = len(learners) * (config.folds + 1) + 4
    progress("counting n-grams", 0, steps)
    examples = make_examples(records, scheme, other_terms, groups)
    truth = examples.record_truth
    folds = folds_of(examples, scheme, config.folds, config.seed)
    refuse_one_label(examples, scheme, folds)
    examples = without_useless_terms(learners, examples, folds)
    progress("choosing the weight of seed terms", 1, steps)
    share = choose_term_share(learners[0], examples, scheme, folds, config)
    scores = out_of_fold_scores(
        learners,
        examples,
        folds,
        share,
        scheme,
        jobs=jobs,
        report=lambda name, done: progress(name, 2 + done, steps),
    )
    last_steps = steps - len(learners) - 1
    progress("fitting weights of feature groups", last_steps - 1, steps)
    options = mixes(groups, vectors=vectors, of_terms=of_terms, fixed=terms is not None)
    mix = best_mix(scheme, scores, truth, options)
    weights = mix.weights(scheme, scores, truth)
    if vectors and not weights[-1].any():
        # The other groups were smaller to make room for vectors, and get the room back.
        without = replace(config, vectors=False)
        return train(corpus, scheme, terms=terms, config=without, jobs=jobs, progress=progress)
    linear_weights = fit_model(
        learners,
        examples,
        share,
        weights,
        lambda name, index: progress(name, last_steps + index, steps),
    )
    rule = _rule_at_prior(scheme, mixed_scores(scores, weights), truth)
    probs, assigned = out_of_fold_predictions(scheme, scores, truth, folds, mix)
    baselines = baseline_answers(records, scheme, other_terms, folds)
    duplicate_groups = examples.duplicate_groups.groups
    names = [learner.name for learner in learners]
    card = model_card(
        scheme,
        records,
        terms,
        config,
        term_share=share,
        trained_on=TrainedOn(
            texts=len(corpus.labelled(scheme)),
            groups=len(set(duplicate_groups)),
            measured_on="seed terms" if of_terms else "texts",
        ),
        feature_groups=group_table(scheme, names, scores, truth, weights),
        cross_validation=quality(
            scheme, probs, assigned, records.answers(scheme), baselines, duplicate_groups
        ),
        use=_USE_OF_TERMS if of_terms else _USE,
    )
    progress("done", steps, steps)
    return Model(scheme, linear_weights, rule, card)


def train_file(
    inputs: Sequence[str],
    output: Path,
    *,
    scheme: str = "",
    terms: Path | None = None,
    columns: Columns = Columns(),
    reading: ReadOptions = ReadOptions(),
    report: Callable[[str], None] = lambda _: None,
    base: str = "",
    random_sample: bool = False,
    config: TrainConfig = TrainConfig(),
    jobs: int = 1,
    progress: Progress = lambda *_: None,
) -> Model:
    """Train on labelled files, write the model, and return it.

    Without a scheme, the labels of the table make one, named after the output. Without inputs,
    the terms of a scheme are all that there is to learn from. With a `base`, a shipped scheme,
    its corpus and seed terms are training data too, and the labels of the files, under that
    scheme, count as much as helps them most; of a `random_sample` of what is to be labelled, the
    model assumes the shares that labels have there.
    """
    if base:
        if scheme or terms:
            raise TrainingError(
                "--base brings its scheme and seed terms; leave out --scheme and --terms"
            )
        on = _base(base)
        if not inputs:
            raise TrainingError("--base teaches beside labelled texts; give a file of them")
        own, _ = read_labelled(inputs, columns, reading, scheme=on, report=report)
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
        corpus, shown = read_labelled(
            inputs, columns, reading, scheme=given, name=name, report=report
        )
    elif given is not None and terms is not None:
        corpus, shown = Corpus(()), given
    else:
        raise TrainingError(
            "there is nothing to learn from; give labelled texts, or a scheme and its seed terms "
            "with --scheme and --terms"
        )
    found = TermList.read(terms, shown) if terms else None
    for line in rare_labels(corpus, shown, found):
        report(line)
    model = train(corpus, shown, terms=found, config=config, jobs=jobs, progress=progress)
    write_model(model, output)
    return model


def _base(name: str) -> Scheme:
    if name not in bundled_schemes():
        raise TrainingError(f"there is no base {name!r}; {choices(name, bundled_schemes())}")
    return find_scheme(name)


def _rule_at_prior(scheme: Scheme, scores: Doubles, truth: NDArray[Any]) -> DecisionRule:
    """Return the decision rule for out-of-fold scores, at the prior of the scheme if it has one."""
    prior, rule = scheme.shares(), fit_rule(scheme, scores, truth)
    if prior is None:
        return rule
    counts = np.bincount(truth, minlength=len(scheme.labels))
    return rule.with_prior(prior, (counts / counts.sum()).tolist())


_USE = (
    "Codes English news text under the scheme in this file. Scores are out of fold on the "
    "training corpus: measure on a labelled sample of your own before you publish counts."
)
_USE_OF_TERMS = (
    "Codes English news text under the scheme in this file. It was learned from seed terms, with "
    "few labelled texts or none: scores and probabilities are those of held-out terms, not of "
    "articles. Measure on a labelled sample of your own before you publish counts."
)
