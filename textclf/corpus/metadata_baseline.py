"""Measures whether a label could be told without reading: from length, genre, batch and the like.

What a model learns from such a corpus would be the habits of its writers. It knows records
and no model of ours.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from textclf.codebook.scheme import Scheme
from textclf.corpus.records import Record

METADATA = ("genre", "region", "period", "style", "seed", "batch")
_FOLDS = 5


@dataclass(frozen=True, slots=True)
class MetadataScore:
    """How often a scheme's label is right when told from traits alone, and when always the same."""

    accuracy: float
    majority: float

    @property
    def points(self) -> float:
        """By how many points of accuracy the traits beat the most frequent label."""
        return 100 * (self.accuracy - self.majority)


def metadata_score(records: Sequence[Record], scheme: Scheme) -> MetadataScore:
    """Return how well a forest tells the labels from length and traits, cross-validated.

    The records of an article or a contrast pair stay in one fold.
    """
    truth = np.array([" ".join(record.labels[scheme.name]) for record in records])
    rows = np.array(
        [[len(record.text), *(getattr(record, trait) for trait in METADATA)] for record in records],
        dtype=object,
    )
    _, counts = np.unique(truth, return_counts=True)
    forest = make_pipeline(
        make_column_transformer(
            (OneHotEncoder(handle_unknown="ignore"), list(range(1, len(METADATA) + 1))),
            remainder="passthrough",
        ),
        RandomForestClassifier(min_samples_leaf=5, random_state=0),
    )
    folds = StratifiedGroupKFold(_FOLDS, shuffle=True, random_state=0)
    said = cross_val_predict(
        forest, rows, truth, groups=[record.group for record in records], cv=folds
    )
    return MetadataScore(float((said == truth).mean()), float(counts.max() / len(truth)))
