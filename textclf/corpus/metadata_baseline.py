"""How well metadata alone, without the text, predicts a label: length, genre, batch and others.

A model trained on such a corpus would learn the habits of its writers.
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
    """The accuracy of predicting a scheme from metadata, beside that of the majority label."""

    accuracy: float
    majority: float

    @property
    def points(self) -> float:
        """The percentage points of accuracy by which metadata beats the most frequent label."""
        return 100 * (self.accuracy - self.majority)


def metadata_score(records: Sequence[Record], scheme: Scheme) -> MetadataScore:
    """Return how well a random forest predicts labels from length and metadata.

    The accuracy is cross-validated; records of an article or a contrast pair share a fold.
    """
    truth = np.array([" ".join(record.labels[scheme.name]) for record in records])
    rows = np.array(
        [[len(record.text), *(getattr(record, name) for name in METADATA)] for record in records],
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
    predicted = cross_val_predict(
        forest, rows, truth, groups=[record.group for record in records], cv=folds
    )
    return MetadataScore(float((predicted == truth).mean()), float(counts.max() / len(truth)))
