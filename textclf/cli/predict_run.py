"""Runs `predict` with parsed arguments, and reports what was done. It imports no typer."""

import sys
from collections.abc import Sequence
from pathlib import Path

from textclf.batch.beside import Beside
from textclf.batch.engines import Engine, in_this_process_or_several
from textclf.batch.predict_files import predict_files
from textclf.classifier.predict_options import PredictOptions
from textclf.cli.console import Progress, tell
from textclf.io.input_documents import ReadOptions
from textclf.io.record_writer import Format
from textclf.model.priors import parse_prior


def run_predict(
    inputs: Sequence[str],
    models: Sequence[str],
    output: Path | None,
    style: Format | None,
    reading: ReadOptions,
    options: PredictOptions,
    prefix: str = "",
    jobs: int = 1,
    beside: Beside = Beside(),
    prior: Sequence[str] = (),
    *,
    high_precision: bool = False,
    files_from: str = "",
    excel: bool = False,
    all_probabilities: bool = False,
    copies: bool = False,
    drop_copies: bool = False,
    resume: bool = False,
    restart: bool = False,
    engine: Engine = in_this_process_or_several,
) -> None:
    """Label the inputs and write the records; exits with 3 if some could not be read."""
    try:
        with Progress("articles", beside_output=output is None) as progress:
            summary = predict_files(
                inputs,
                output,
                models=models,
                style=style,
                prefix=prefix,
                excel=excel,
                reading=reading,
                options=options,
                prior=parse_prior(prior),
                high_precision=high_precision,
                jobs=jobs,
                engine=engine,
                all_probabilities=all_probabilities,
                copies=copies,
                drop_copies=drop_copies,
                beside=beside,
                files_from=files_from,
                resume=resume,
                restart=restart,
                report=progress.interrupted_by(tell),
                progress=progress.draw,
            )
    except KeyboardInterrupt as stop:
        if str(stop):
            tell(str(stop))
        sys.exit(130)
    if output is not None:
        tell(f"{output}: {summary}")
    if summary.removed and (output is not None or beside.show_text is not None):
        by_count = sorted(summary.removed.items(), key=lambda pair: -pair[1])
        tell(f"not read: {', '.join(f'{reason} {count}' for reason, count in by_count)}")
    if summary.failed:
        where = f"see {beside.rejects}" if beside.rejects else "their rows say why"
        tell(f"{summary.failed} of the inputs could not be read; {where}")
        sys.exit(3)
