"""What `predict` does once its words are parsed. It knows no typer: `short` comes here without."""

import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path

from textclf.batch.predict_files import encode_results
from textclf.classifier.classifier import PredictOptions
from textclf.classifier.loading import load_all
from textclf.cli.console import counted, tell
from textclf.errors import InputError
from textclf.io.inputs import STDIN, ReadOptions, expand
from textclf.io.output import Format, format_for, opened
from textclf.model.priors import ESTIMATE, parse_prior, refuse_both


def label(
    inputs: Sequence[str],
    models: Sequence[str],
    output: Path | None,
    style: Format | None,
    reading: ReadOptions,
    options: PredictOptions,
    prefix: str = "",
    jobs: int = 1,
    show_text: Path | None = None,
    prior: Sequence[str] = (),
    high_precision: bool = False,
) -> None:
    """Label the inputs and write the records; exits with 3 where some could not be read."""
    chosen = style or format_for(output, inputs)
    _apart(expand(inputs, reading), output, show_text)
    shares = parse_prior(prior)
    estimate = shares == ESTIMATE
    refuse_both(high_precision, shares)
    multi_classifier = load_all(
        models, prior=None if shares == ESTIMATE else shares, high_precision=high_precision
    )
    show = show_text is not None
    parts = encode_results(
        inputs,
        multi_classifier,
        chosen,
        prefix,
        reading,
        options,
        jobs,
        show=show,
        estimate=estimate,
    )
    failed = number = 0
    removed: Counter[str] = Counter()
    with ExitStack() as stack:
        stream = stack.enter_context(opened(output, sys.stdout.buffer))
        shown = stack.enter_context(opened(show_text, sys.stdout.buffer)) if show else None
        stack.enter_context(closing(parts))
        for part in counted(parts, lambda part: part.number, "articles"):
            for message in part.messages:
                tell(message)
            stream.write(part.data)
            if shown:
                shown.write(part.shown)
            failed += part.failed
            number += part.number
            removed.update(part.removed)
    if output is not None:
        tell(f"{number} articles written to {output}")
    if removed and (output is not None or show):
        reasons = ", ".join(f"{reason} {count}" for reason, count in removed.most_common())
        tell(f"not read: {reasons}")
    if failed:
        tell(f"{failed} of the inputs could not be read; their rows say why")
        sys.exit(3)


def _apart(inputs: Sequence[str], output: Path | None, show_text: Path | None) -> None:
    """Refuse to write over an input, or two outputs into one file."""
    taken = {Path(one).resolve() for one in inputs if one != STDIN}
    for option, path in (("--output", output), ("--show-text", show_text)):
        if path is not None and path.resolve() in taken:
            raise InputError(f"{path}: is an input too; give {option} another file")
    regular = output is not None and (output.is_file() or not output.exists())
    if output and show_text and regular and output.resolve() == show_text.resolve():
        raise InputError(f"{output}: is both outputs; give --show-text another file")
