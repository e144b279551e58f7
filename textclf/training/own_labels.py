"""A model of a shipped corpus and of somebody's own labels, which count as much as helps them.

What is chosen and measured is chosen and measured on their texts alone, out of fold.
"""

from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textclf.codebook.scheme import Scheme
from textclf.corpus.records import Corpus, Record, as_dict
from textclf.corpus.term_lists import TermList
from textclf.errors import TrainingError
from textclf.model.card import ModelCard, TrainedOn
from textclf.model.model import Model
from textclf.scoring.weights import DecisionRule, total
from textclf.training.baselines import keyword_answers, majority
from textclf.training.calibration import decide, moved
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
from textclf.training.stacking import Mix, named, weighed, worth

Rows = NDArray[np.intp]

FEWEST = 20
"""With fewer texts of one's own, nothing can be chosen on them, and little measured."""
WEIGHTS = (1, 2, 4, 8)
"""What an own text may weigh, beside 1 for a text of the base."""
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
    config: Config = Config(),
    jobs: int = 1,
    progress: Progress = lambda *_: None,
) -> Model:
    """Return the model that own labelled texts make together with the records of a base.

    An own text weighs 1, 2, 4 or 8 texts of the base: what makes the own labels likeliest, out of
    fold. The scores on the card are those of own texts, whose folds are decided on, weight and
    all, by the other folds. Where the own texts are a random sample of what is to be labelled,
    the model assumes their labels' shares; else those of the scheme. Raises TrainingError for
    fewer than 20 own texts.
    """
    mine = _own(own, scheme)
    ordered, _ = taught(base, scheme, None)
    at = len(ordered)
    ordered = Corpus(ordered.records + mine)
    apart = np.arange(len(ordered)) >= at
    leads = () if terms else leads_of(record.text for record in ordered.records)
    tried = takes_vectors(config, scheme, of_terms=False)
    learners = learners_for(
        config,
        terms,
        scheme,
        leads=leads,
        of_terms=False,
        vectors=tried,
    )
    views = [view for _, view in learners]
    mix = mixes_of(views, vectors=tried, of_terms=False, fixed=terms is not None)[-1]
    steps = len(views) * (config.folds * len(WEIGHTS) + 1) + 4
    progress("counting n-grams", 0, steps)
    found = examples(ordered, scheme, terms, views)
    groups = found.duplicate_groups.groups[at:]
    folds = folds_of(found, scheme, config.folds, config.seed, apart=apart)
    if any(apart[test].sum() == len(mine) for _, test in folds):
        raise TrainingError(
            "all own texts belong to one article or are near-duplicates, so that nothing can be "
            "measured on them; give more articles"
        )
    progress("weighing terms against texts", 1, steps)
    share = term_share(learners[0][0], found, scheme, folds, config)
    weighing = [found.weighing(np.where(apart, float(weight), 1.0)) for weight in WEIGHTS]
    scores = []
    for number, one in enumerate(weighing):
        done = 2 + number * len(views) * len(folds)
        hears = partial(_told, progress, done, steps)
        scores.append(out_of_fold(learners, one, folds, share, scheme, jobs=jobs, told=hears))
    progress("weighing views", steps - len(views) - 2, steps)
    choosing = _Choosing(scheme, found.answers, apart, mix, random_sample)
    every = np.arange(len(ordered))
    chosen = choosing.weight(scores, every)
    weight = WEIGHTS[chosen]
    weights = choosing.views(scores[chosen], every)
    decision = choosing.decision(scores[chosen], every)
    taken = [place for place in range(len(views)) if weights[place].any()]
    forms = []
    for place in taken:
        progress(f"{named(views[place])}, all texts", steps - len(views) - 1 + place, steps)
        forms.append(
            fitted_to(learners[place][0], weighing[chosen].only(place), every, share).form_
        )
    told = worth(scheme, views, scores[chosen][:, at:], found.answers[at:], weights, vectors=tried)
    probs, given = choosing.decided(scores, folds)
    answers = ordered.answers(scheme)[at:]
    baselines = {
        "keywords": keyword_answers(ordered, scheme, terms, folds)[at:],
        "majority": [majority(answers)] * len(answers),
    }
    card = ModelCard(
        TrainedOn(
            texts=len(ordered),
            groups=len(set(found.duplicate_groups.groups)),
            labels={
                name: sum(name in record.labels[scheme.name] for record in ordered.records)
                for name in scheme.label_names
            },
            measured_on="own texts",
            own_texts=len(mine),
            own_groups=len(set(groups)),
            own_labels={
                name: sum(name in answer for answer in answers) for name in scheme.label_names
            },
            own_weight=weight,
            random_sample=random_sample,
            terms=sum(map(len, terms.by_label().values())) if terms else 0,
            corpus_sha256=digest([as_dict(record) for record in ordered.records]),
            terms_sha256=digest(asdict(terms)) if terms else "",
            scheme_sha256=scheme.digest,
        ),
        config=saved_config(config, share),
        feature_groups=told,
        versions=versions(),
        cross_validation=quality(scheme, probs[at:], given[at:], answers, baselines, groups),
        use=f"{_USE} {scheme.limits}".strip(),
        prior_source=f"{len(mine)} own texts, a random sample" if random_sample else "",
    )
    progress("done", steps, steps)
    return Model(scheme, total(forms, list(weights[taken])), decision, card)


def _told(progress: Progress, before: int, steps: int, name: str, done: int) -> None:
    progress(name, before + done, steps)


class _Choosing:
    """Chooses what own texts weigh and how scores are decided on, from some of all rows.

    Scores have the shape (views, rows, labels), for each of the weights; rows of the base and own
    ones, told by `apart`.
    """

    def __init__(
        self,
        scheme: Scheme,
        truth: NDArray[Any],
        apart: NDArray[np.bool_],
        mix: Mix,
        random_sample: bool,
    ) -> None:
        self._scheme = scheme
        self._truth = truth
        self._apart = apart
        self._mix = mix
        self._random_sample = random_sample

    def weight(self, scores: Sequence[Doubles], rows: Rows) -> int:
        """Return the place of the weight that makes own labels among the rows likeliest.

        At their own shares, or nothing but the prior would be told from rare labels. Of weights
        that do as well, the least is taken.
        """
        mine = rows[self._apart[rows]]
        likely = []
        for one in scores:
            probs = self._fitting(one, rows).probabilities(
                weighed(one[:, mine], self.views(one, rows))
            )
            likely.append(float(np.log(probs[np.arange(len(mine)), self._truth[mine]]).mean()))
        return int(np.argmax(np.round(likely, 6)))

    def views(self, scores: Doubles, rows: Rows) -> Doubles:
        """Return what each view weighs for each label."""
        return self._mix.weights(self._scheme, scores[:, rows], self._truth[rows])

    def decision(self, scores: Doubles, rows: Rows) -> DecisionRule:
        """Return the decision that scores ask for, at the prior that the model is to assume."""
        if self._random_sample:
            return self._fitting(scores, rows)
        return self._of_base(scores, rows, self._scheme.shares())

    def decided(self, scores: Sequence[Doubles], folds: Folds) -> tuple[Doubles, NDArray[np.bool_]]:
        """Return probabilities and labels given, each fold's as all others ask for."""
        shape = scores[0].shape[1:]
        probs, given = np.zeros(shape), np.zeros(shape, bool)
        for train, test in folds:
            place = self.weight(scores, train)
            decision = self.decision(scores[place], train)
            seen = weighed(scores[place][:, test], self.views(scores[place], train))
            probs[test] = decision.probabilities(seen)
            given[test] = decision.given(probs[test])
        return probs, given

    def _of_base(self, scores: Doubles, rows: Rows, prior: Sequence[float] | None) -> DecisionRule:
        """Return the decision of the base's rows, at a prior.

        Own texts that are no random sample may be the hard ones, or those of one label: they
        teach, and do not tell how sure to be.
        """
        base = rows[~self._apart[rows]]
        seen, truth = weighed(scores[:, base], self.views(scores, rows)), self._truth[base]
        found = decide("single", seen, truth, likeliest=is_likeliest(self._scheme) or bool(prior))
        if prior is None:
            return found
        counts = np.bincount(truth, minlength=len(self._scheme.labels)) + 0.5
        return found.with_prior(prior, (counts / counts.sum()).tolist())

    def _fitting(self, scores: Doubles, rows: Rows) -> DecisionRule:
        """Return the decision that fits own rows, at the shares of their labels."""
        mine = rows[self._apart[rows]]
        decision = self._of_base(scores, rows, self._shares(mine))
        return moved(
            decision, weighed(scores[:, mine], self.views(scores, rows)), self._truth[mine]
        )

    def _shares(self, rows: Rows) -> tuple[float, ...]:
        """Return the share of each label among rows, as if each had half a text more."""
        counts = np.bincount(self._truth[rows], minlength=len(self._scheme.labels)) + 0.5
        return tuple((counts / counts.sum()).tolist())


def _own(own: Corpus, scheme: Scheme) -> tuple[Record, ...]:
    """Return own records in a fixed order, under names that no record of a base has."""
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
