"""`textclf predict` with its most frequent options, parsed without typer.

Typer takes as long to start as all the rest of labelling one article. Other options, and all
mistakes, are left to it.
"""

from collections.abc import Sequence
from pathlib import Path

_NAMES = {
    "--model": "model",
    "-m": "model",
    "--output": "output",
    "-o": "output",
    "--format": "format",
    "-f": "format",
    "--evidence": "evidence",
}


def run_plain_predict(arguments: Sequence[str]) -> bool:
    """Run `textclf predict` if all arguments are known here; else do nothing and return False."""
    if arguments[:1] != ["predict"]:
        return False
    inputs: list[str] = []
    given: dict[str, list[str]] = {name: [] for name in _NAMES.values()}
    rest = iter(arguments[1:])
    for argument in rest:
        if argument in _NAMES:
            given[_NAMES[argument]].append(next(rest, ""))
        elif argument.startswith("-") and argument != "-":
            return False
        else:
            inputs.append(argument)
    once = [given["output"], given["format"], given["evidence"]]
    plain = all(len(values) < 2 for values in once)  # noqa: PLR2004 - at most once
    values = [value for values in given.values() for value in values]
    if not inputs or not plain or not all(value and value[0] != "-" for value in values):
        return False
    return _run(inputs, given["model"], *("".join(values) for values in once))


def _run(inputs: list[str], models: list[str], output: str, style: str, spans: str) -> bool:
    """Run, unless there is no such format, or the number of spans is no number."""
    from textclf.classifier.predict_options import PredictOptions  # noqa: PLC0415 - start-up time
    from textclf.cli.predict_run import run_predict  # noqa: PLC0415 - start-up time
    from textclf.io.formats import written_formats  # noqa: PLC0415 - start-up time
    from textclf.io.input_documents import ReadOptions  # noqa: PLC0415 - start-up time

    if style not in ("", *written_formats()) or not (spans or "0").isdecimal():
        return False
    options = PredictOptions(evidence=int(spans)) if spans else PredictOptions()
    path = Path(output) if output else None
    run_predict(inputs, models, path, style or None, ReadOptions(), options)
    return True
