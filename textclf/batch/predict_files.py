"""Labels files, folders and tables into one output, and counts what became of each article."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import Any

from textclf.batch.beside import Beside
from textclf.batch.engines import Engine, in_this_process_or_several
from textclf.batch.results import encode_results
from textclf.batch.run_output import Output, open_run_output
from textclf.batch.run_record import record_path, run_record
from textclf.batch.run_summary import RunAccount, RunSummary
from textclf.classifier.loading import load_all
from textclf.classifier.predict_options import PredictOptions
from textclf.errors import InputError
from textclf.io.find_inputs import STDIN, find_inputs
from textclf.io.input_documents import ReadOptions
from textclf.io.problems import Problems
from textclf.io.read_inputs import bytes_of
from textclf.io.record_writer import Format, format_for
from textclf.io.run_folder import Manifest
from textclf.model.model import Model
from textclf.model.priors import ESTIMATE, Prior, refuse_both
from textclf.model.store import bundled_models, find_model, model_digest


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
    engine: Engine = in_this_process_or_several,
    all_probabilities: bool = False,
    copies: bool = False,
    drop_copies: bool = False,
    beside: Beside = Beside(),
    files_from: str = "",
    resume: bool = False,
    restart: bool = False,
    report: Callable[[str], None] = lambda _: None,
    progress: Callable[[int, float | None], None] = lambda *_: None,
) -> RunSummary:
    """Write the record of each article in the inputs, in order, and return the counts.

    `output` is a file, which is written whole or not at all; None is standard output. Without
    `style`, the format follows from its name, or from the inputs. `models` are names or files;
    without them, all bundled models are used. `engine` is where articles are labelled, as
    `engine_of` returns it. `beside` are further files. `excel` writes CSV with
    a byte order mark and no formulas. `files_from` is a file that lists more inputs, one on each
    line or with NUL between; "-" is standard input. With `all_probabilities`, a table has a column
    for the probability of each label. With `copies`, a record names an earlier article that is
    nearly the same; with `drop_copies`, it gets no label either.
    A run into a file that is stopped after its second batch is kept beside the output. With
    `resume`, it goes on from there, and with `restart`, it begins again; else InputError is raised.
    `report` gets at once how each kind of table is read, and at the end a line for each kind of
    problem. `progress` gets the number of articles so far, and the share of the inputs that was
    read, None if their size is not known. Raises InputError, ModelError or WorkerError, and then
    the output is as it was before.
    """
    started, clock = datetime.now(UTC), time.monotonic()
    record = record_path(output) if output is not None and beside.record else None
    named = [("--output", output), ("--output", record), *beside.files.items()]
    written = [(option, path) for option, path in named if path is not None]
    paths, messages = find_inputs(
        inputs, reading, files_from=files_from, outputs=[path for _, path in written]
    )
    chosen = style or format_for(output, inputs or paths)
    if excel and chosen not in {"csv", "tsv", "xlsx"}:
        raise InputError(f"--excel is for .csv, .tsv and .xlsx, and the output is {chosen}")
    _refuse_shared_files(paths, written)
    for message in messages:
        report(message)
    refuse_both(high_precision, prior or {})
    if resume and restart:
        raise InputError("--resume goes on and --restart begins again: give one of them")
    multi_classifier = load_all(
        models, prior=None if prior == ESTIMATE else prior, high_precision=high_precision
    )
    settings = {
        **_settings(reading, options),
        "--format": chosen,
        "--prefix": prefix,
        "--excel": excel,
        "--prior": prior,
        "--precision high": high_precision,
        "--copies": copies or drop_copies,
        "--drop-copies": drop_copies,
        "--all-probabilities": all_probabilities,
        **{option: str(path) for option, path in beside.files.items()},
        "--no-run-record": not beside.record,
    }
    account, said = RunAccount(), set[str]()
    files = [find_model(name) for name in models] or bundled_models()
    opened = list(zip(files, multi_classifier.models, strict=True))

    outputs = [Output(output, chosen, attrgetter("data")), *beside.outputs]
    if output is not None and record is not None:
        given = {**settings, "--jobs": jobs, "--resume": resume, "--restart": restart}
        known = partial(run_record, output, paths, opened, given, started)
        outputs.append(
            Output(
                record,
                "text",
                lambda _: b"",
                lambda whole: known(account.summary(time.monotonic() - clock), whole),
            )
        )
    size = bytes_of(paths, reading)
    with ExitStack() as stack:
        stack.callback(_tell_all, account.problems, report)
        manifest = partial(_manifest, paths, opened, settings)
        run = stack.enter_context(
            open_run_output(outputs, manifest, resume=resume, restart=restart)
        )
        parts = encode_results(
            paths,
            multi_classifier,
            chosen,
            prefix,
            reading,
            options,
            jobs,
            side=beside.tables,
            estimate=prior == ESTIMATE,
            excel=excel,
            all_probabilities=all_probabilities,
            copies=copies,
            drop_copies=drop_copies,
            skip=run.items,
            engine=engine,
        )
        stack.enter_context(closing(parts))
        for part in run.record(parts):
            for message in (*part.messages, *_unsaid(part.notes, said)):
                report(message)
            account.add(part)
            progress(account.articles, min(part.bytes_read / size, 1.0) if size else None)
        run.finish()
    return account.summary(time.monotonic() - clock)


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


def _refuse_shared_files(inputs: Sequence[str], outputs: Sequence[tuple[str, Path]]) -> None:
    """Raise InputError where an output is an input, or two outputs are one file."""
    taken = {Path(one).resolve() for one in inputs if one != STDIN}
    for option, path in outputs:
        if path.resolve() in taken:
            raise InputError(f"{path}: is an input too; give {option} another file")
    regular: set[Path] = set()
    for option, path in outputs:
        if not path.is_file() and path.exists():
            continue  # a device, which takes all outputs
        if path.resolve() in regular:
            raise InputError(f"{path}: is both outputs; give {option} another file")
        regular.add(path.resolve())


def _settings(reading: ReadOptions, options: PredictOptions) -> Mapping[str, Any]:
    """Return how texts are read and labelled, under the names of the options of `predict`."""
    found = {
        **reading._asdict(),
        "no_header": not reading.header,
        "input_format": reading.format,
        **{name: getattr(options, name) for name in options.__slots__},
        "no_clean": not options.clean,
        "keep_repeated": None if options.repeated is None else str(options.repeated),
    }
    for name in ("header", "format", "clean", "repeated"):
        del found[name]
    return {f"--{name.replace('_', '-')}": value for name, value in found.items()}


def _manifest(
    paths: Sequence[str], models: Sequence[tuple[Path, Model]], settings: Mapping[str, Any]
) -> Manifest:
    """Return what the bytes of a run depend on."""
    from textclf._version import __version__  # noqa: PLC0415 - start-up time

    found: dict[str, Any] = {"textclf": __version__}
    for path, model in models:
        found[f"scheme {model.scheme.name}"] = model.scheme.digest
        found[f"the model of scheme {model.scheme.name}"] = model_digest(path)
    resumable = STDIN not in paths
    return Manifest({**found, **settings}, paths if resumable else (), resumable)
