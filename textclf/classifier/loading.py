"""Opens models by name or file: one as a classifier, several as an annotator."""

import os
from collections.abc import Mapping, Sequence
from functools import lru_cache

from textclf.classifier.classifier import Classifier, MultiClassifier
from textclf.classifier.prediction import DocumentResult
from textclf.model.priors import with_high_precision, with_stated
from textclf.model.store import bundled_models, find_model, read_model
from textclf.scoring.scorer import make_scorer


def load(name: str | os.PathLike[str]) -> Classifier:
    """Return the classifier of a model: a file, or the name of a model that can be found.

    A name is looked for in the folders of $TEXTCLF_MODELS, in ./models, and among the models
    that travel with textclf, in this order. Raises ModelError.
    """
    return Classifier(read_model(find_model(name)), make_scorer)


def load_all(
    names: Sequence[str | os.PathLike[str]] = (),
    *,
    prior: Mapping[str, float] | None = None,
    high_precision: bool = False,
) -> MultiClassifier:
    """Return an annotator for several models; without names, for all that travel with textclf.

    `prior` tells how frequent labels are in the material at hand, such as `{"mention": 0.1}`,
    among passages or documents, whichever the scheme answers; labels that it does not name share
    the rest as before. With `high_precision`, rare labels are taken to be four times as rare.
    Raises InputError for a label that no model has.
    """
    chosen = [find_model(name) for name in names] or bundled_models()
    models = [read_model(path) for path in chosen]
    if prior:
        models = with_stated(models, prior)
    return MultiClassifier(with_high_precision(models) if high_precision else models, make_scorer)


def classify(text: str, schemes: Sequence[str] = ()) -> DocumentResult:
    """Return a text's record under several schemes at once; without names, under all shipped.

    >>> classify("Rain and wind will lash Murree.", ["topic", "stance"])["topic"].label
    'weather'
    """
    return _annotator(tuple(schemes)).classify(text)


@lru_cache(maxsize=4)
def _annotator(names: tuple[str, ...]) -> MultiClassifier:
    return load_all(names)
