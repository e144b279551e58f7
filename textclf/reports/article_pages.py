"""Pages of all articles that have a label, with an index of them."""

import re
from collections.abc import Sequence
from html import escape
from pathlib import Path
from urllib.parse import quote

from textclf.batch.results import iter_results
from textclf.classifier.multi_classifier import MultiClassifier
from textclf.classifier.predict_options import PredictOptions
from textclf.classifier.prediction import DocumentResult, summary
from textclf.errors import InputError, choices
from textclf.io.input_documents import ReadOptions
from textclf.io.output_file import write_text
from textclf.reports.article import article_page, page

_LONGEST_NAME = 60
"""Characters of an id in the name of its page: a path has room for them on every system."""
_UNSAFE = re.compile(r"[^\w.-]+")


def write_pages(
    inputs: Sequence[str],
    multi_classifier: MultiClassifier,
    where: str,
    folder: Path,
    reading: ReadOptions = ReadOptions(),
    options: PredictOptions = PredictOptions(),
) -> int:
    """Write a page for each article with a label, then `index.html`; return the number of pages.

    `where` is a label, or a scheme and a label such as `topic=sport`. Raises InputError if no
    scheme has the label, or if the folder holds files already.
    """
    scheme, label = _scheme_and_label(where, multi_classifier)
    _make_folder(folder)
    rows: list[str] = []
    for result, _ in iter_results(inputs, multi_classifier, reading, options, keep_text=True):
        if any(label in one.labels and scheme in ("", one.name) for one in result.predictions):
            name = f"{len(rows) + 1:05}-{_file_name(result.id)}.html"
            write_text(folder / name, article_page(result))
            rows.append(_row(name, result))
    count = f"{len(rows):,} {'article' if len(rows) == 1 else 'articles'}"
    body = f"<p>{count}</p>\n<table>\n{''.join(rows)}</table>"
    write_text(folder / "index.html", page(f"Articles with the label {where}", body))
    return len(rows)


def _scheme_and_label(where: str, multi_classifier: MultiClassifier) -> tuple[str, str]:
    """Return the scheme, empty for any, and the label that `where` names."""
    schemes = [model.scheme for model in multi_classifier.models]
    names = {name for scheme in schemes for name in scheme.label_names}
    if where in names:
        return "", where
    name, _, label = where.partition("=")
    for scheme in schemes:
        if scheme.name == name and label in scheme.label_names:
            return name, label
    raise InputError(f"no model gives the label {where!r}; {choices(where, sorted(names))}")


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        empty = not any(folder.iterdir())
    except OSError as reason:
        raise InputError(f"{folder}: cannot be written: {reason.strerror}") from None
    if not empty:
        raise InputError(f"{folder}: holds files already; give a new or an empty folder")


def _file_name(name: str) -> str:
    """Return an id as a part of a file name.

    >>> _file_name("articles/a.csv:2")
    'articles-a.csv-2'
    """
    return _UNSAFE.sub("-", name)[-_LONGEST_NAME:].strip("-.") or "article"


def _row(name: str, result: DocumentResult) -> str:
    cells = "".join(
        f"<td>{escape(one.name)}: {escape(summary(one))}</td>" for one in result.predictions
    )
    return f'<tr><td><a href="{quote(name)}">{escape(result.id)}</a></td>{cells}</tr>\n'
