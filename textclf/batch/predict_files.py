"""Labels files, folders and tables into one output, and counts what became of each article."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import Any

from textclf.batch.results import encode_results
from textclf.batch.run_output import Output, open_run_output
from textclf.classifier.loading import load_all
from textclf.classifier.multi_classifier import MultiClassifier
from textclf.classifier.predict_options import PredictOptions
from textclf.classifier.prediction import Status
from textclf.errors import InputError
from textclf.io.find_inputs import STDIN, find_inputs
from textclf.io.input_documents import ReadOptions
from textclf.io.problems import Problems
from textclf.io.read_inputs import bytes_of
from textclf.io.record_writer import Format, format_for
from textclf.io.run_folder import Manifest
from textclf.model.priors import ESTIMATE, Prior, refuse_both
from textclf.model.store import bundled_models, find_model, model_digest


@dataclass(frozen=True, slots=True)
class RunSummary:
    """How many articles a run read, labelled and could not read."""

    articles: int
    """Records written, with those of articles that could not be read."""
    failed: int
    """Records of articles that could not be read."""
    answers: Mapping[Status, int]
    """How many predictions have each status: one for each article and scheme."""
    removed: Mapping[str, int]
    """How many spans of text were not read as part of an article, by reason."""
    seconds: float
    """How long the run took."""

    def __str__(self) -> str:
        """Return the run in one line."""
        found = ", ".join(f"{self.answers[one]:,} {one}" for one in Status if one in self.answers)
        rows = "row" if self.articles == 1 else "rows"
        return f"{self.articles:,} {rows} in {self.seconds:.1f} s; answers: {found or 'none'}"


def predict_files(
    inputs: Sequence[str],
    output: Path | None = None,
    *,
    models: Sequence[str] = (),
    style: Format | None = None,
    prefix: str = "",
    excel: bool = False,
    reading: ReadOptions = ReadOptions(),
    options: PredictOptions = PredictOptions(),
    prior: Prior | None = None,
    high_precision: bool = False,
    jobs: int = 1,
    show_text: Path | None = None,
    files_from: str = "",
    resume: bool = False,
    restart: bool = False,
    report: Callable[[str], None] = lambda _: None,
    progress: Callable[[int, float | None], None] = lambda *_: None,
) -> RunSummary:
    """Write the record of each article in the inputs, in order, and return the counts.

    `output` is a file, which is written whole or not at all; None is standard output. Without
    `style`, the format follows from its name, or from the inputs. `models` are names or files;
    without them, all bundled models are used. `show_text` is a second file, which gets the text
    that was read of each article, and what was not read and why. `excel` writes CSV with a byte
    order mark and no formulas. `files_from` is a file that lists more inputs, one on each line or
    with NUL between; "-" is standard input.
    A run into a file that is stopped after its second batch is kept beside the output. With
    `resume`, it goes on from there, and with `restart`, it begins again; else InputError is raised.
    `report` gets at once how each kind of table is read, and at the end a line for each kind of
    problem. `progress` gets the number of articles so far, and the share of the inputs that was
    read, None if their size is not known. Raises InputError, ModelError or WorkerError, and then
    the output is as it was before.
    """
    started = time.monotonic()
    written = [path for path in (output, show_text) if path is not None]
    paths, messages = find_inputs(inputs, reading, files_from=files_from, outputs=written)
    chosen = style or format_for(output, inputs or paths)
    if excel and chosen not in {"csv", "tsv", "xlsx"}:
        raise InputError(f"--excel is for .csv, .tsv and .xlsx, and the output is {chosen}")
    _refuse_shared_files(paths, output, show_text)
    for message in messages:
        report(message)
    refuse_both(high_precision, prior or {})
    if resume and restart:
        raise InputError("--resume goes on and --restart begins again: give one of them")
    multi_classifier = load_all(
        models, prior=None if prior == ESTIMATE else prior, high_precision=high_precision
    )
    size = bytes_of(paths, reading)
    outputs = [Output(output, chosen, attrgetter("data"))]
    if show_text is not None:
        outputs.append(Output(show_text, "text", attrgetter("shown")))
    settings = partial(
        _manifest,
        paths,
        models,
        multi_classifier,
        {"--show-text": show_text is not None, "--prefix": prefix, "--excel": excel},
        {"--prior": prior, "--precision high": high_precision},
        {"--input-format": reading.format, **reading._asdict(), "format": chosen},
        {name: getattr(options, name) for name in options.__slots__ if name != "repeated"},
        {"--keep-repeated": None if options.repeated is None else str(options.repeated)},
    )
    articles = failed = 0
    answers: Counter[Status] = Counter()
    removed: Counter[str] = Counter()
    problems, said = Problems(), set[str]()
    with ExitStack() as stack:
        stack.callback(_tell_all, problems, report)
        run = stack.enter_context(
            open_run_output(outputs, settings, resume=resume, restart=restart)
        )
        parts = encode_results(
            paths,
            multi_classifier,
            chosen,
            prefix,
            reading,
            options,
            jobs,
            show=show_text is not None,
            estimate=prior == ESTIMATE,
            excel=excel,
            skip=run.items,
        )
        stack.enter_context(closing(parts))
        for part in run.record(parts):
            for message in (*part.messages, *_unsaid(part.notes, said)):
                report(message)
            problems.add(part.problems)
            articles += part.number
            failed += part.failed
            answers.update(part.answers)
            removed.update(part.removed)
            progress(articles, min(part.bytes_read / size, 1.0) if size else None)
        run.finish()
    return RunSummary(articles, failed, answers, removed, time.monotonic() - started)


def _tell_all(problems: Problems, report: Callable[[str], None]) -> None:
    for line in problems.lines():
        report(line)


def _unsaid(notes: Iterable[tuple[str, str]], said: set[str]) -> Iterator[str]:
    """Yield the notes that no other file has had."""
    for path, note in notes:
        general = note.replace(path, "")
        if general not in said:
            said.add(general)
            yield note


def _refuse_shared_files(
    inputs: Sequence[str], output: Path | None, show_text: Path | None
) -> None:
    """Raise InputError where an output is an input, or both outputs are one file."""
    taken = {Path(one).resolve() for one in inputs if one != STDIN}
    for option, path in (("--output", output), ("--show-text", show_text)):
        if path is not None and path.resolve() in taken:
            raise InputError(f"{path}: is an input too; give {option} another file")
    regular = output is not None and (output.is_file() or not output.exists())
    if output and show_text and regular and output.resolve() == show_text.resolve():
        raise InputError(f"{output}: is both outputs; give --show-text another file")


def _manifest(
    paths: Sequence[str],
    models: Sequence[str],
    multi_classifier: MultiClassifier,
    *settings: Mapping[str, Any],
) -> Manifest:
    """Return what the bytes of a run depend on, with the options under the names of `predict`."""
    from textclf._version import __version__  # noqa: PLC0415 - start-up time

    found: dict[str, Any] = {"textclf": __version__}
    files = [find_model(name) for name in models] or bundled_models()
    for path, model in zip(files, multi_classifier.models, strict=True):
        found[f"scheme {model.scheme.name}"] = model.scheme.digest
        found[f"the model of scheme {model.scheme.name}"] = model_digest(path)
    for one in settings:
        found |= {_option(name): value for name, value in one.items()}
    resumable = STDIN not in paths
    return Manifest(found, paths if resumable else (), resumable)


def _option(name: str) -> str:
    return name if name.startswith("-") else f"--{name.replace('_', '-')}"
