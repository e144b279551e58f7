"""`sample`: draw rows of an archive for a person to code."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from textclf.cli.console import tell
from textclf.cli.shared_options import Delimiter, NoHeader, TextField, TitleField, reading_of
from textclf.errors import InputError


class For(StrEnum):
    """What a sample is for."""

    counting = "counting"
    labelling = "labelling"


def sample(
    pool: Annotated[
        list[str],
        typer.Argument(help="The archive: coded articles as a table, or what predict reads."),
    ],
    size: Annotated[int, typer.Option("--size", "-n", min=1, help="Rows to draw.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write: .csv.")],
    label: Annotated[
        str,
        typer.Option(
            help="Column of the machine's labels: stratify by label and probability. "
            "[default: a simple random sample]"
        ),
    ] = "",
    by: Annotated[
        str,
        typer.Option(
            help="Columns to stratify by, with commas between, or day, week, month, quarter, year."
        ),
    ] = "",
    purpose: Annotated[
        For,
        typer.Option(
            "--for", help="labelling: draw what teaches a model most; such rows count nothing."
        ),
    ] = For.counting,
    seed: Annotated[int, typer.Option(help="Seed of the random numbers.", min=0)] = 0,
    date_field: Annotated[
        str, typer.Option(help="Column of dates. [default: date, published or alike]")
    ] = "",
    day_first: Annotated[
        bool | None,
        typer.Option("--day-first/--month-first", help="How 03/04/2021 is meant."),
    ] = None,
    show_machine: Annotated[
        bool,
        typer.Option(
            "--show-machine", help="Keep the machine's columns, which sway a person who codes."
        ),
    ] = False,
    text_field: TextField = "",
    title_field: TitleField = "",
    delimiter: Delimiter = "",
    no_header: NoHeader = False,
) -> None:
    """Draw a sample to code by hand, with the inclusion probability of each row."""
    from textclf.prevalence.draw import Design, draw_sample  # noqa: PLC0415 - start-up time

    if output.suffix.lower() != ".csv":
        raise InputError(f"{output}: give the output the suffix .csv")
    design = Design(
        size=size,
        label=label,
        by=tuple(name.strip() for name in by.split(",") if name.strip()),
        date=date_field,
        day_first=day_first,
        seed=seed,
        purpose=purpose.value,
        show_machine=show_machine,
    )
    reading = reading_of(text_field, title_field, delimiter, no_header=no_header)
    count = draw_sample(pool, output, design, reading, tell)
    tell(f"wrote {output}: {count:,} rows; code them in its column 'gold'")
