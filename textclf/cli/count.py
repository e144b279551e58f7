"""`count`: the share of each label in a coded archive, corrected by a hand-coded sample."""

from pathlib import Path
from typing import Annotated

import typer

from textclf.cli.console import print_text, tell
from textclf.cli.shared_options import Delimiter, NoHeader, reading_of
from textclf.cli.train import FoldCase
from textclf.errors import InputError


def count(
    coded: Annotated[
        list[str], typer.Argument(help="Coded articles: .csv, .xlsx, .parquet, .jsonl or alike.")
    ],
    label: Annotated[str, typer.Option(help="Column of the machine's labels, such as topic.")],
    by: Annotated[
        str,
        typer.Option(
            help="Columns to group by, with commas between. day, week, month, quarter and year "
            "are periods of the date."
        ),
    ] = "",
    only: Annotated[
        list[str] | None,
        typer.Option(
            help="A label to count. May be repeated. [default: all labels of both tables]"
        ),
    ] = None,
    gold: Annotated[
        str,
        typer.Option(
            help="Hand-coded sample of the archive: a table that `textclf sample` drew, or "
            "answers of `review`."
        ),
    ] = "",
    gold_field: Annotated[
        str, typer.Option(help="Column of the sample that holds what a person said.")
    ] = "gold",
    simple_random: Annotated[
        bool,
        typer.Option(
            "--simple-random",
            help="The sample states no inclusion probabilities, and each row had the same chance.",
        ),
    ] = False,
    id_field: Annotated[
        str, typer.Option(help="Column that names the row, in both tables. [default: id or url]")
    ] = "",
    date_field: Annotated[
        str, typer.Option(help="Column of dates. [default: date, published or alike]")
    ] = "",
    day_first: Annotated[
        bool | None,
        typer.Option("--day-first/--month-first", help="How 03/04/2021 is meant."),
    ] = None,
    probability_field: Annotated[
        str,
        typer.Option(help="Column of the probability of the one label that --only names."),
    ] = "",
    prior: Annotated[
        float | None,
        typer.Option(help="Share of the label that the probabilities assume, for EMQ."),
    ] = None,
    count_copies: Annotated[
        bool, typer.Option("--count-copies", help="Count copies of articles too.")
    ] = False,
    fold_case: FoldCase = False,
    rename: Annotated[
        list[str] | None,
        typer.Option(help="OLD=NEW: another spelling of a label, in both tables. Repeatable."),
    ] = None,
    delimiter: Delimiter = "",
    no_header: NoHeader = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write: .csv, .tsv or .json.")
    ] = None,
    figure: Annotated[
        Path | None, typer.Option(help="Picture over time to write: .svg, .pdf or .png.")
    ] = None,
) -> None:
    """Count labels by group, with intervals; correct the counts by a hand-coded sample."""
    from textclf.corpus.label_cells import Spelling  # noqa: PLC0415 - start-up time
    from textclf.prevalence.archive import ArchiveColumns  # noqa: PLC0415 - start-up time
    from textclf.prevalence.counts import count_files  # noqa: PLC0415 - start-up time
    from textclf.reports.counts import counts_report, counts_tidy  # noqa: PLC0415 - start-up time
    from textclf.reports.tidy import check_format  # noqa: PLC0415 - start-up time

    groups = tuple(name.strip() for name in by.split(",") if name.strip())
    if probability_field and len(only or []) != 1:
        raise InputError("--probability-field is of one label; name it with --only")
    check_format(output)
    counts = count_files(
        coded,
        ArchiveColumns(
            label, groups, id_field, date_field, probability_field, day_first, count_copies
        ),
        gold=gold,
        gold_field=gold_field,
        simple_random=simple_random,
        labels=only or [],
        spelling=Spelling.parse(rename or [], fold_case=fold_case),
        prior=prior,
        reading=reading_of("", "", delimiter, no_header=no_header),
        report=tell,
    )
    if figure:
        from textclf.reports.count_figure import draw_counts  # noqa: PLC0415 - start-up time

        draw_counts(counts, groups, figure)
        tell(f"wrote {figure}")
    if output is None:
        print_text(counts_report(counts, groups))
        return
    print_text(counts_tidy(counts, groups, output), output)
    tell(f"wrote {output}")
