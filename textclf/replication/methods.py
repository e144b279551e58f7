"""A paragraph for the methods section of a paper, filled in from the files of a study."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from textclf.errors import InputError
from textclf.replication.study import RUN_RECORD, Study

_ASK = "[...]"
"""Stands for what the files of the study do not say."""


def methods_paragraph(study: Study) -> str:
    """Return a paragraph that names what was coded, with which models, and how well.

    It is made of the records of runs, of the JSON that `evaluate` and `agree` wrote, and of the CSV
    of `count`. What the
    files do not say is `[...]`, for the author to fill in. Raises InputError for a record that
    is damaged.
    """
    sentences = [
        sentence
        for command in study.commands
        for output in command.outputs
        for name in study.files_of(output)
        for sentence in _sentences(command.arguments, name, study)
    ]
    if not sentences:
        sentences = [f"The articles were coded with textclf ({_ASK})."]
    return "# Methods\n\n" + "\n".join(sentences) + "\n"


def _sentences(arguments: Sequence[str], name: str, study: Study) -> Iterator[str]:
    command = arguments[0]
    if name.endswith(RUN_RECORD):
        yield from _of_run(_json(study, name))
    elif name.endswith(".json") and command == "evaluate":
        yield from _of_scores(_json(study, name), arguments)
    elif name.endswith(".json") and command == "agree":
        yield from _of_agreement(_json(study, name))
    elif name.endswith(".csv") and command == "count":
        yield from _of_counts(study.folder / name)


def _of_run(record: Mapping[str, Any]) -> Iterator[str]:
    rows = record["rows"]
    yield (
        f"We coded {rows['written']:,} articles ({_ASK}) with textclf {record['textclf']}; "
        f"of {rows['read']:,} rows read, {rows['rejected']:,} could not be coded and "
        f"{rows['blank']:,} were blank."
    )
    for model in record["models"]:
        scheme = model["scheme"]
        counts = record["statuses"].get(scheme["name"], {})
        others = sum(counts.values()) - counts.get("ok", 0)
        yield (
            f"The codebook was {scheme['name']} {scheme['version']} "
            f"(SHA-256 {scheme['sha256'][:12]}), the model {model['name']}; "
            f"{counts.get('ok', 0):,} articles got a label and {others:,} none."
        )


def _of_scores(scores: Mapping[str, Any], arguments: Sequence[str]) -> Iterator[str]:
    # Only with a model are texts refused that it was trained on.
    unseen = not {"--predicted", "--allow-training-rows"} & {
        argument.partition("=")[0] for argument in arguments
    }
    known = " and not trained on" if unseen else ""
    weighted = any(argument.startswith(("--weight-field", "--inclusion")) for argument in arguments)
    f1, accuracy = (_interval(scores.get(name)) for name in ("macro_f1", "accuracy"))
    if f1 or accuracy:
        texts = scores.get("texts", _ASK)
        yield (
            f"On {texts} articles ({_ASK}) that were coded by hand{known}, "
            f"macro-F1 was {f1 or _ASK} and accuracy {accuracy or _ASK} "
            f"({'weighted by the sample, ' if weighted else ''}95% intervals in brackets)."
        )


def _of_agreement(scores: Mapping[str, Any]) -> Iterator[str]:
    if alpha := _interval(scores.get("alpha")):
        texts = scores.get("texts", _ASK)
        yield f"Coders agreed with Krippendorff's alpha of {alpha} on {texts} texts."


def _of_counts(path: Path) -> Iterator[str]:
    """Yield a sentence for each share that is to be reported of the whole archive."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = csv.DictReader(stream)
        if not rows.fieldnames or rows.fieldnames[0] != "label":
            return  # shares of groups, or another table
        for row in rows:
            if row.get("report") == "yes":
                share, low, high = (float(row[name]) for name in ("share", "low", "high"))
                yield (
                    f"The share of {row['label']} was {share:.1%} [{low:.1%}, {high:.1%}] "
                    f"({row['method']} estimate from {row['coded']} articles coded by hand)."
                )


def _interval(value: object) -> str:
    """Return a score with its interval, of its JSON: three numbers, or an object with them."""
    if isinstance(value, dict):
        value = [value.get(name) for name in ("value", "low", "high")]
    if not isinstance(value, list) or len(value) != 3 or None in value:  # noqa: PLR2004 - value, low, high
        return ""
    return "{:.2f} [{:.2f}, {:.2f}]".format(*value)


def _json(study: Study, name: str) -> dict[str, Any]:
    try:
        data = json.loads((study.folder / name).read_text("utf-8"))
    except (OSError, ValueError) as reason:
        raise InputError(f"{name}: is no record that textclf has written: {reason}") from None
    return data if isinstance(data, dict) else {}
