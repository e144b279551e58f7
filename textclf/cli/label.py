"""What `predict` does once its words are parsed. It knows no typer: `short` comes here without."""

import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from textclf.artifact import load_annotator
from textclf.classifier import Options
from textclf.cli.console import counted, tell
from textclf.labelling import spell_inputs
from textclf.output import Format, format_for, opened
from textclf.sources import Reading, expand


def label(
    inputs: Sequence[str],
    models: Sequence[str],
    output: Path | None,
    style: Format | None,
    reading: Reading,
    options: Options,
    prefix: str = "",
    jobs: int = 1,
) -> None:
    """Label the inputs and write the records; exits with 3 where some could not be read."""
    chosen = style or format_for(output, inputs)
    expand(inputs, reading)
    annotator = load_annotator(models)
    parts = spell_inputs(inputs, annotator, chosen, prefix, reading, options, jobs)
    failed = 0
    with opened(output, sys.stdout.buffer) as stream, closing(parts):
        for part in counted(parts, lambda part: part.number, "articles"):
            for message in part.messages:
                tell(message)
            stream.write(part.data)
            failed += part.failed
    if failed:
        tell(f"{failed} of the inputs could not be read; their rows say why")
        sys.exit(3)
