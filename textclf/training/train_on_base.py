"""A model trained on a bundled corpus and on own labels, which get the weight that helps them.

Everything is chosen and measured on the own texts alone, out of fold.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textclf.codebook.scheme import Scheme
from textclf.corpus.given_answers import FEWEST_DRAWN, RANDOM
from textclf.corpus.records import Corpus, Record
from textclf.corpus.term_lists import TermList
from textclf.errors import TrainingError
from textclf.model.card import TrainedOn
from textclf.model.model import Model
from textclf.scoring.decision_rule import DecisionRule
from textclf.training.baselines import baseline_answers
from textclf.training.build_card import label_counts, model_card
from textclf.training.calibration import fit_decision_rule, recalibrated
from textclf.training.config import Progress, TrainConfig, mixes, uses_likeliest_label
from textclf.training.cross_validation import quality
from textclf.training.dataset import Folds, folds_of, make_examples, training_records
from textclf.training.fitting import (
    Doubles,
    choose_term_share,
    fit_model,
    make_learners,
    out_of_fold_scores,
    without_useless_terms,
)
from textclf.training.stacking import Mix, group_table, mixed_scores

Rows = NDArray[np.intp]

FEWEST = 20
"""With fewer own texts, nothing can be chosen on them, and little measured."""
WEIGHTS = (1, 2, 4, 8)
"""The weights of an own text that are tried, beside 1 for a text of the bundled corpus."""
_USE = (
    "Codes English news text under the scheme in this file. It was learned from the shipped "
    "corpus and from labelled texts of its maker, on which alone it was measured, out of fold: "
    "scores hold for texts that are like those."
)


def train_on_base(
    own: Corpus,
    base: Corpus,
    scheme: Scheme,
    *,
    terms: TermList | None = None,
    random_sample: bool = False,
    config: TrainConfig = TrainConfig(),
    jobs: int = 1,
    progress: Progress = lambda *_: None,
) -> Model:
    """Return the model that is trained on own labelled texts and the records of a base.

    An own text has the weight of 1, 2, 4 or 8 texts of the base: the one that makes the own labels
    most likely, out of fold. The scores on the card are those of own texts; of texts that were
    reviewed, those of the random sample, if it has 20 or more. Weight and decision
    rule of each fold are fitted to the other folds. If the own texts are a random sample of what is
    to be labelled, the model assumes the shares of their labels, else those of the scheme. Raises
    TrainingError for fewer than 20 own texts.
    """
    own_records = _own_records(own, scheme)
    base_records, _ = training_records(base, scheme, None)
    records = Corpus(base_records.records + own_records)
    first_own = len(base_records)
    is_own = np.arange(len(records)) >= first_own
    texts = [record.text for record in records.records]
    learners = make_learners(config, scheme, terms, texts, of_terms=False)
    groups, vectors = [learner.group for learner in learners], learners[-1].vectors
    mix = mixes(groups, vectors=vectors, of_terms=False, fixed=terms is not None)[-1]
    steps = len(learners) * (config.folds * len(WEIGHTS) + 1) + 4
    progress("counting n-grams", 0, steps)
    examples = make_examples(records, scheme, terms, groups)
    truth = examples.record_truth
    folds = folds_of(examples, scheme, config.folds, config.seed, own=is_own)
    if any(is_own[test].sum() == len(own_records) for _, test in folds):
        raise TrainingError(
            "all own texts belong to one article or are near-duplicates, so that nothing can be "
            "measured on them; give more articles"
        )
    examples = without_useless_terms(learners, examples, folds)
    progress("choosing the weight of seed terms", 1, steps)
    share = choose_term_share(learners[0], examples, scheme, folds, config)
    weighted = [examples.with_weights(np.where(is_own, float(one), 1.0)) for one in WEIGHTS]
    scores = []
    for number, one in enumerate(weighted):
        done = 2 + number * len(learners) * len(folds)
        report = partial(_report, progress, done, steps)
        scores.append(
            out_of_fold_scores(learners, one, folds, share, scheme, jobs=jobs, report=report)
        )
    last_steps = steps - len(learners) - 1
    progress("fitting weights of feature groups", last_steps - 1, steps)
    fit = _OwnFit(scheme, truth, is_own, mix, random_sample)
    every = np.arange(len(records))
    chosen = fit.best_weight(scores, every)
    weights = fit.group_weights(scores[chosen], every)
    linear_weights = fit_model(
        learners, weighted[chosen], share, weights, partial(_report, progress, last_steps, steps)
    )
    rule = fit.decision_rule(scores[chosen], every)
    probs, assigned = fit.out_of_fold_predictions(scores, folds)
    answers = records.answers(scheme)
    kept_together = examples.duplicate_groups.groups
    own_groups = kept_together[first_own:]
    measured = _measured(records.records, first_own)
    own_scores, own_truth = scores[chosen][:, first_own:], truth[first_own:]
    names = [learner.name for learner in learners]
    card = model_card(
        scheme,
        records,
        terms,
        config,
        term_share=share,
        trained_on=TrainedOn(
            texts=len(records),
            groups=len(set(kept_together)),
            measured_on="own texts",
            own_texts=len(own_records),
            own_groups=len(set(own_groups)),
            own_labels=label_counts(scheme, answers[first_own:]),
            own_measured=len(measured) if len(measured) < len(own_records) else None,
            own_weight=WEIGHTS[chosen],
            random_sample=random_sample,
        ),
        feature_groups=group_table(scheme, names, own_scores, own_truth, weights),
        cross_validation=quality(
            scheme,
            probs[measured],
            assigned[measured],
            [answers[row] for row in measured],
            {
                name: [found[row - first_own] for row in measured]
                for name, found in baseline_answers(
                    records, scheme, terms, folds, first_own
                ).items()
            },
            [kept_together[row] for row in measured],
        ),
        use=_USE,
        prior_source=f"{len(own_records)} own texts, a random sample" if random_sample else "",
    )
    progress("done", steps, steps)
    return Model(scheme, linear_weights, rule, card)


def _measured(records: Sequence[Record], first_own: int) -> list[int]:
    """Return the rows that scores are measured on: all own texts, or their random sample.

    Texts that a coder was shown because they are hard would make every model look bad.
    """
    own = range(first_own, len(records))
    drawn = [row for row in own if (given := records[row].answer) and given.order == RANDOM]
    return drawn if len(drawn) >= FEWEST_DRAWN else list(own)


def _report(progress: Progress, before: int, steps: int, name: str, done: int) -> None:
    progress(name, before + done, steps)


@dataclass(frozen=True, slots=True, eq=False)
class _OwnFit:
    """Fits the weight of own texts, the weights of groups and the decision rule to some rows.

    Scores have the shape (groups, rows, labels), for each of `WEIGHTS`.
    """

    scheme: Scheme
    truth: NDArray[Any]
    """Shape (rows,): label indices."""
    is_own: NDArray[np.bool_]
    """Shape (rows,): whether a row is an own text; the others are of the base."""
    mix: Mix
    random_sample: bool

    def best_weight(self, scores: Sequence[Doubles], rows: Rows) -> int:
        """Return the index of the weight that makes the own labels among the rows most likely.

        Probabilities are those at the shares of the own labels; at another prior, rare labels would
        decide alone. Of equal weights the least is taken.
        """
        own = rows[self.is_own[rows]]
        log_likelihoods = []
        for one in scores:
            rule = self._fitted_rule(one, rows)
            probs = rule.probabilities(mixed_scores(one[:, own], self.group_weights(one, rows)))
            of_truth = probs[np.arange(len(own)), self.truth[own]]
            log_likelihoods.append(float(np.log(of_truth).mean()))
        return int(np.argmax(np.round(log_likelihoods, 6)))

    def group_weights(self, scores: Doubles, rows: Rows) -> Doubles:
        """Return the weight of each group for each label, shape (groups, labels)."""
        return self.mix.weights(self.scheme, scores[:, rows], self.truth[rows])

    def decision_rule(self, scores: Doubles, rows: Rows) -> DecisionRule:
        """Return the rule for scores, at the prior that the model is to assume."""
        if self.random_sample:
            return self._fitted_rule(scores, rows)
        return self._base_rule(scores, rows, self.scheme.shares())

    def out_of_fold_predictions(
        self, scores: Sequence[Doubles], folds: Folds
    ) -> tuple[Doubles, NDArray[np.bool_]]:
        """Return probabilities and assigned labels (rows, labels), fitted to the other folds."""
        shape = scores[0].shape[1:]
        probs, assigned = np.zeros(shape), np.zeros(shape, bool)
        for train, test in folds:
            own = scores[self.best_weight(scores, train)]
            rule = self.decision_rule(own, train)
            probs[test] = rule.probabilities(
                mixed_scores(own[:, test], self.group_weights(own, train))
            )
            assigned[test] = rule.given(probs[test])
        return probs, assigned

    def _base_rule(
        self, scores: Doubles, rows: Rows, prior: Sequence[float] | None
    ) -> DecisionRule:
        """Return the rule that fits the rows of the base, at a prior.

        Own texts that are no random sample may be the hard ones, or those of one label: they are
        training texts, but do not show how high probabilities should be.
        """
        base = rows[~self.is_own[rows]]
        mixed = mixed_scores(scores[:, base], self.group_weights(scores, rows))
        likeliest = uses_likeliest_label(self.scheme) or bool(prior)
        rule = fit_decision_rule("single", mixed, self.truth[base], likeliest=likeliest)
        if prior is None:
            return rule
        return rule.with_prior(prior, self._shares(base))

    def _fitted_rule(self, scores: Doubles, rows: Rows) -> DecisionRule:
        """Return the rule that fits the own rows, at the shares of their labels."""
        own = rows[self.is_own[rows]]
        rule = self._base_rule(scores, rows, self._shares(own))
        mixed = mixed_scores(scores[:, own], self.group_weights(scores, rows))
        return recalibrated(rule, mixed, self.truth[own])

    def _shares(self, rows: Rows) -> tuple[float, ...]:
        """Return the share of each label among rows, as if each label had half a text more."""
        counts = np.bincount(self.truth[rows], minlength=len(self.scheme.labels)) + 0.5
        return tuple((counts / counts.sum()).tolist())


def _own_records(own: Corpus, scheme: Scheme) -> tuple[Record, ...]:
    """Return own records in a fixed order, with ids that no record of a base has."""
    if scheme.kind != "single":
        raise TrainingError(f"scheme {scheme.name!r} gives several labels; a base gives one")
    labelled = own.labelled(scheme).records
    if len(labelled) < FEWEST:
        raise TrainingError(
            f"own texts labelled under scheme {scheme.name!r}: {len(labelled)}; "
            f"with --base {scheme.name}, {FEWEST} or more are needed"
        )
    renamed = (
        replace(
            record,
            id=f"own: {record.id}",
            article=record.article and f"own: {record.article}",
            pair=record.pair and f"own: {record.pair}",
        )
        for record in labelled
    )
    return tuple(sorted(renamed, key=lambda one: (one.id, one.text)))
