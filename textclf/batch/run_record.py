"""The run record: a JSON file beside the output that says how the output came about.

It holds what the section on methods of a paper needs, and what a second run needs to be checked
against the first.
"""

import hashlib
import platform
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from textclf._atomic_file import regular_target
from textclf._version import __version__
from textclf.batch.run_summary import RunSummary
from textclf.io.find_inputs import RUN_REPORT, STDIN
from textclf.model.model import Model
from textclf.model.priors import stated_prior

_LIBRARIES = ("numpy", "orjson", "openpyxl", "pyarrow", "trafilatura", "lxml", "dask", "zstandard")
"""Libraries that can change what is read, if they are in use."""
_FORMAT = 1


def record_path(output: Path) -> Path | None:
    """Return the file of the run record of an output; None for a device, which has none.

    >>> record_path(Path("coded.csv")).name
    'coded.csv.run.json'
    """
    try:
        is_file = regular_target(output) is not None
    except OSError:
        is_file = False
    return output.with_name(f"{output.name}{RUN_REPORT}") if is_file else None


def run_record(
    output: Path,
    paths: Sequence[str],
    models: Sequence[tuple[Path, Model]],
    options: Mapping[str, Any],
    started: datetime,
    summary: RunSummary,
    whole: Path,
) -> bytes:
    """Return the record of a run that has ended; the files are read once more for their digests.

    `whole` is the file that becomes the output, and `models` have their files.
    """
    record = {
        "run_record": _FORMAT,
        "textclf": __version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "libraries": _libraries(),
        "started": _time(started),
        "ended": _time(datetime.now(UTC)),
        "seconds": round(summary.seconds, 3),
        "command": sys.argv[1:],
        "options": dict(options),
        "models": [_model(path, model, summary.priors) for path, model in models],
        "inputs": [_file(path) for path in paths],
        "output": {**_file(str(whole)), "file": str(output)},
        "rows": {
            "read": summary.read,
            "written": summary.articles,
            "rejected": summary.rejected,
            "blank": summary.blanks,
        },
        "could_not_be_read": summary.failed,
        "copies": summary.copies,
        "statuses": {name: dict(counts) for name, counts in summary.statuses.items()},
        "labels": {name: dict(counts) for name, counts in summary.labels.items()},
        "removed_spans": dict(summary.removed),
        "warnings": [
            {"text": first.text, "first": first.place, "count": count}
            for first, count in summary.problems
        ],
    }
    return _as_json(record)


def _as_json(record: Mapping[str, Any]) -> bytes:
    import json  # noqa: PLC0415 - start-up time

    text = json.dumps(record, indent=2, ensure_ascii=False, default=str)
    return f"{text}\n".encode("utf-8", "backslashreplace")


def _libraries() -> dict[str, str]:
    found = {}
    for name in _LIBRARIES:
        if name in sys.modules:
            with suppress(PackageNotFoundError):
                found[name] = version(name)
    return found


def _model(path: Path, model: Model, priors: Mapping[str, Mapping[str, float]]) -> dict[str, Any]:
    scheme = model.scheme
    prior = priors.get(scheme.name) or stated_prior(model)
    return {
        "name": model.name_and_digest,
        "digest": model.digest,
        **_file(str(path)),
        "scheme": {"name": scheme.name, "version": scheme.version, "sha256": scheme.digest},
        "prior": {label: round(share, 6) for label, share in prior.items()},
    }


def _file(path: str) -> dict[str, Any]:
    """Return the size and the SHA-256 of a file; standard input has none."""
    if path == STDIN:
        return {"file": path, "bytes": None, "sha256": None}
    try:
        with Path(path).open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
            return {"file": path, "bytes": stream.tell(), "sha256": digest}
    except OSError:  # it has no bytes, or is gone
        return {"file": path, "bytes": None, "sha256": None}


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
