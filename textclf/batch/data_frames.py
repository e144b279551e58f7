"""Label the texts of a data frame: pandas, polars, or whatever batch a cluster gives.

Neither pandas nor polars is imported here: the frame that is given brings what is needed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from textclf.classifier.classifier import is_missing
from textclf.classifier.loading import load_all
from textclf.classifier.multi_classifier import MultiClassifier
from textclf.classifier.predict_options import PredictOptions
from textclf.classifier.prediction import DocumentResult
from textclf.errors import InputError, choices

Frame = TypeVar("Frame")

_AT_ONCE = 256
"""Texts that are scored together."""
_NO_EVIDENCE = PredictOptions(evidence=0)


def score_frame(
    frame: Frame,
    text: str = "text",
    schemes: Sequence[str] = (),
    *,
    title: str = "",
    prefix: str = "",
    options: PredictOptions = _NO_EVIDENCE,
) -> Frame:
    """Return a data frame with added columns for each scheme: label, probability and status.

    `frame` is of pandas or polars, and stays as it is; a pandas index is kept. `text` and `title`
    name its columns. `schemes` are names or files of models; without them, all bundled models are
    used. A missing text is an empty one. The models stay open for the next call, so that a cluster
    can call this for each of its parts. Raises InputError for a column that is not there, that
    holds something else than texts, or that has the name of an added one.

    The columns are `topic`, `topic_prob` and `topic_status` for the scheme `topic`. Several labels
    are joined with `|`.
    """
    names = [str(name) for name in getattr(frame, "columns", ())]
    if not hasattr(frame, "columns") or not (_is_pandas(frame) or hasattr(frame, "with_columns")):
        raise InputError(f"this is no data frame of pandas or polars, but {type(frame).__name__}")
    for name in (text, *filter(None, [title])):
        if name not in names:
            raise InputError(f"the data frame has no column {name!r}; {choices(name, names)}")
    texts = _strings(frame, text)
    titles = _strings(frame, title) if title else [""] * len(texts)
    classifier = _opened(tuple(map(str, schemes)))
    added = _columns(_results(classifier, texts, titles, options), classifier, prefix)
    if taken := next((name for name in added if name in names), ""):
        raise InputError(
            f"the data frame already has a column {taken!r}; "
            "give a prefix for the added columns, such as prefix='coded_'"
        )
    found: Frame = _with_columns(frame, added)
    return found


@lru_cache(maxsize=4)
def _opened(schemes: tuple[str, ...]) -> MultiClassifier:
    return load_all(schemes)


def _is_pandas(frame: Any) -> bool:  # noqa: ANN401 - a frame of any library
    return hasattr(frame, "assign") and hasattr(frame, "index")


def _strings(frame: Any, column: str) -> list[str]:  # noqa: ANN401 - a frame of any library
    """Return the texts of a column, a missing one as an empty one."""
    found: list[str] = []
    for number, value in enumerate(frame[column].to_list()):
        if is_missing(value):
            found.append("")
        elif isinstance(value, str):
            found.append(value)
        else:
            raise InputError(
                f"row {number} of column {column!r} is no text, but {type(value).__name__}; "
                "give the column that holds the texts"
            )
    return found


def _results(
    classifier: MultiClassifier,
    texts: Sequence[str],
    titles: Sequence[str],
    options: PredictOptions,
) -> list[DocumentResult]:
    found: list[DocumentResult] = []
    for start in range(0, len(texts), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        found += classifier.classify_all(texts[part], options, titles=titles[part])
    return found


def _columns(
    results: Sequence[DocumentResult], classifier: MultiClassifier, prefix: str
) -> Mapping[str, list[Any]]:
    """Return the values of each added column; the label of a text without an answer is None."""
    added: dict[str, list[Any]] = {}
    for number, model in enumerate(classifier.models):
        predictions = [result.predictions[number] for result in results]
        name = prefix + model.scheme.name
        added[name] = ["|".join(one.labels) if one.status == "ok" else None for one in predictions]
        added[f"{name}_prob"] = [one.prob for one in predictions]
        added[f"{name}_status"] = [one.status.value for one in predictions]
    return added


def _with_columns(frame: Any, added: Mapping[str, list[Any]]) -> Any:  # noqa: ANN401 - a frame of any library
    """Return the frame with columns whose types do not depend on their values."""
    if _is_pandas(frame):
        series = type(frame[frame.columns[0]])
        kinds = {name: "float64" if name.endswith("_prob") else "object" for name in added}
        return frame.assign(
            **{
                name: series(values, index=frame.index, dtype=kinds[name])
                for name, values in added.items()
            }
        )
    kind = type(frame[frame.columns[0]])
    columns = []
    for name, values in added.items():
        # A row of each type in front gives the column its type, also where all values are missing.
        first = 0.0 if name.endswith("_prob") else ""
        columns.append(kind(name, [first, *values])[1:])
    return frame.with_columns(columns)
