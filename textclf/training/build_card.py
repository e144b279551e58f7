"""Builds the card of a model from its training."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version

from textclf.codebook.scheme import Scheme
from textclf.codebook.scheme_file import bundled_schemes
from textclf.corpus.records import Answer, Corpus, as_dict
from textclf.corpus.term_lists import TermList
from textclf.corpus.text_hashes import text_hashes
from textclf.model.card import CrossValidation, FeatureGroupWorth, ModelCard, TrainedOn
from textclf.training.config import TrainConfig


def model_card(
    scheme: Scheme,
    records: Corpus,
    terms: TermList | None,
    config: TrainConfig,
    *,
    term_share: float,
    trained_on: TrainedOn,
    feature_groups: Sequence[FeatureGroupWorth],
    cross_validation: CrossValidation,
    use: str,
    prior_source: str = "",
) -> ModelCard:
    """Return the card of a model.

    `records` are the training records. `trained_on` has what they and the seed terms do not say:
    their labels, the number of terms and the digests are filled in here.
    """
    settings = {**asdict(config), "term_share": term_share}
    return ModelCard(
        trained_on._replace(
            labels=label_counts(scheme, records.answers(scheme)),
            terms=sum(map(len, terms.by_label().values())) if terms else 0,
            corpus_sha256=_digest([as_dict(record) for record in records.records]),
            text_hashes=_hashes(scheme, records),
            terms_sha256=_digest(asdict(terms)) if terms else "",
            scheme_sha256=scheme.digest,
        ),
        config=json.loads(json.dumps(settings)),
        feature_groups=tuple(feature_groups),
        versions={name: version(name) for name in _MADE_WITH},
        cross_validation=cross_validation,
        use=f"{use} {scheme.limits}".strip(),
        prior_source=prior_source,
    )


def label_counts(scheme: Scheme, answers: Sequence[Answer]) -> dict[str, int]:
    """Return how many texts have each label of the scheme."""
    return {name: sum(name in answer for answer in answers) for name in scheme.label_names}


def _hashes(scheme: Scheme, records: Corpus) -> str | None:
    """Return the hashes of the texts; None for those of the bundled corpus, which is at hand."""
    texts = {record.text for record in records.records}
    if scheme.name in bundled_schemes() and texts <= {one.text for one in Corpus.read().records}:
        return None
    return text_hashes(texts)


_MADE_WITH = ("numpy", "scikit-learn", "scipy", "textclf")


def _digest(data: object) -> str:
    """Return the sha256 of plain data."""
    text = json.dumps(data, ensure_ascii=True, sort_keys=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()
