"""`suspects`: labels that are likely wrong."""

from pathlib import Path
from typing import Annotated

import typer

from textclf.cli.console import print_text, progress, tell
from textclf.cli.shared_options import Delimiter, NoHeader, TextField, TitleField, reading_of
from textclf.corpus.labelled_tables import Columns
from textclf.errors import InputError


def suspects(
    data: Annotated[
        list[str], typer.Argument(help="Corpus records (.jsonl), or a labelled table.")
    ],
    scheme: Annotated[
        str,
        typer.Option(
            "--scheme",
            "-s",
            help="Bundled scheme or .toml file. [default: inferred from the labels]",
        ),
    ] = "",
    text_field: TextField = "",
    title_field: TitleField = "",
    delimiter: Delimiter = "",
    no_header: NoHeader = False,
    label_field: Annotated[
        str, typer.Option(help="Column that holds the label or labels.")
    ] = "label",
    label_sep: Annotated[str, typer.Option(help="Separator of several labels in one cell.")] = "",
    group_field: Annotated[
        str,
        typer.Option(help="Column of the groups, such as articles; no fold splits a group."),
    ] = "",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write with all of them: .csv.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the folds and the solver.")] = 0,
    jobs: Annotated[int, typer.Option(help="Processes to train with; -1 for all cores.")] = 1,
) -> None:
    """List labels that a model trained on the other texts contradicts; nothing is removed."""
    if output and output.suffix.lower() != ".csv":
        raise InputError(f"{output}: give the output the suffix .csv")
    from textclf.codebook.scheme_file import find_scheme  # noqa: PLC0415 - start-up time
    from textclf.corpus.labelled_tables import read_labelled  # noqa: PLC0415 - start-up time
    from textclf.io.output_file import write_text  # noqa: PLC0415 - start-up time
    from textclf.reports.suspects import suspects_csv, suspects_report  # noqa: PLC0415
    from textclf.training.config import TrainConfig  # noqa: PLC0415 - start-up time
    from textclf.training.suspects import find_suspects  # noqa: PLC0415 - start-up time

    reading = reading_of(text_field, title_field, delimiter, no_header=no_header)
    columns = Columns(label_field, label_sep, group=group_field)
    corpus, used = read_labelled(
        data, columns, reading, scheme=find_scheme(scheme) if scheme else None, report=tell
    )
    found = find_suspects(corpus, used, config=TrainConfig(seed=seed), jobs=jobs, progress=progress)
    if output:
        write_text(output, suspects_csv(found))
        tell(f"wrote {output}")
    print_text(suspects_report(found, len(corpus)))
