"""Opens models by name or file: one as a classifier, several as a classifier for all of them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Literal, cast, overload

from textclf.classifier.classifier import Classifier, MultiLabelClassifier, SingleLabelClassifier
from textclf.classifier.multi_classifier import MultiClassifier
from textclf.classifier.prediction import DocumentResult
from textclf.codebook.scheme import Kind
from textclf.errors import InputError
from textclf.model.priors import with_high_precision, with_stated
from textclf.model.store import bundled_models, find_model, read_model
from textclf.scoring.scorer import make_scorer


@overload
def load(
    name: str | os.PathLike[str], *, kind: None = None
) -> SingleLabelClassifier | MultiLabelClassifier: ...
@overload
def load(name: str | os.PathLike[str], *, kind: Literal["single"]) -> SingleLabelClassifier: ...
@overload
def load(name: str | os.PathLike[str], *, kind: Literal["multi"]) -> MultiLabelClassifier: ...
def load(
    name: str | os.PathLike[str], *, kind: Kind | None = None
) -> SingleLabelClassifier | MultiLabelClassifier:
    """Return the classifier of a model file, or of a model that a name finds.

    A name is looked for in the folders of $TEXTCLF_MODELS, in ./models, and among the bundled
    models, in this order. With `kind`, a type checker knows what `predict` returns. Raises
    ModelError if there is no such model or if its file is damaged, and InputError if its scheme is
    of the other kind.

    >>> load("topic", kind="single").predict(["Rain and wind will lash Murree."])
    ['weather']
    """
    path = find_model(name)
    model = read_model(path)
    if kind not in (None, model.scheme.kind):
        raise InputError(
            f"{path}: its scheme {model.scheme.name!r} is of kind {model.scheme.kind!r}, "
            f"not {kind!r}; give that kind, or none"
        )
    return cast("SingleLabelClassifier | MultiLabelClassifier", Classifier(model, make_scorer))


def load_all(
    names: Sequence[str | os.PathLike[str]] = (),
    *,
    prior: Mapping[str, float] | None = None,
    high_precision: bool = False,
) -> MultiClassifier:
    """Return a classifier for several models; without names, for all bundled models.

    `prior` is how frequent labels are in your material, such as `{"mention": 0.1}`: among passages
    if the scheme labels passages, else among documents. Labels that it does not name share the
    rest in their usual proportions. With `high_precision`, rare labels are assumed to be four
    times as rare. Raises ModelError as `load` does, and InputError for a label that no model has.

    >>> load_all(["topic", "stance"])
    MultiClassifier(topic, stance)
    """
    paths = [find_model(name) for name in names] or bundled_models()
    models = [read_model(path) for path in paths]
    if prior:
        models = with_stated(models, prior)
    return MultiClassifier(with_high_precision(models) if high_precision else models, make_scorer)


def classify(text: str, schemes: Sequence[str] = ()) -> DocumentResult:
    """Return the predictions of several models for one text; without names, of all bundled models.

    The models stay open for the next call. Raises ModelError as `load` does, and InputError if
    the text is not a string.

    >>> classify("Rain and wind will lash Murree.", ["topic", "stance"])["topic"].label
    'weather'
    """
    return _loaded(tuple(schemes)).classify(text)


@lru_cache(maxsize=4)
def _loaded(names: tuple[str, ...]) -> MultiClassifier:
    return load_all(names)
