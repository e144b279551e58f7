"""`curve`: how scores rise with the number of labelled texts."""

from pathlib import Path
from typing import Annotated

import typer

from textclf.cli.console import print_text, progress, tell
from textclf.cli.evaluate import OutputFile
from textclf.cli.shared_options import Delimiter, NoHeader, TextField, TitleField, reading_of
from textclf.cli.train import (
    FoldCase,
    GroupField,
    LabelField,
    LabelNames,
    LabelSep,
    Rename,
    columns_of,
)
from textclf.corpus.label_cells import Spelling


def curve(
    data: Annotated[list[str], typer.Argument(help="Corpus records, or a labelled table.")],
    *,
    scheme: Annotated[
        str,
        typer.Option(
            "--scheme",
            "-s",
            help="Bundled scheme or .toml file. [default: inferred from the labels]",
        ),
    ] = "",
    terms: Annotated[
        Path | None, typer.Option(help="Seed terms of the scheme, a .toml file.")
    ] = None,
    text_field: TextField = "",
    title_field: TitleField = "",
    delimiter: Delimiter = "",
    no_header: NoHeader = False,
    label_field: LabelField = "label",
    label_sep: LabelSep = "",
    label_names: LabelNames = "",
    group_field: GroupField = "",
    fold_case: FoldCase = False,
    rename: Rename = None,
    jobs: Annotated[int, typer.Option(help="Processes to train with; -1 for all cores.")] = 1,
    output: OutputFile = None,
) -> None:
    """Show the learning curve of labelled texts, and what 100 more labels are worth."""
    from textclf.codebook.scheme_file import find_scheme  # noqa: PLC0415 - start-up time
    from textclf.corpus.term_lists import TermList  # noqa: PLC0415 - start-up time
    from textclf.errors import TrainingError  # noqa: PLC0415 - start-up time
    from textclf.reports.learning_curve import COLUMNS, curve_report, curve_rows  # noqa: PLC0415 - start-up time
    from textclf.reports.tidy import check_format, tidy  # noqa: PLC0415 - start-up time
    from textclf.training.learning_curve import learning_curve_of_files  # noqa: PLC0415 - start-up time

    check_format(output)
    if terms and not scheme:
        raise TrainingError("--terms needs --scheme, the scheme of the seed terms")
    codebook = find_scheme(scheme) if scheme else None
    found = learning_curve_of_files(
        data,
        columns_of(
            label_field,
            label_sep,
            label_names,
            group_field,
            Spelling.parse(rename or [], fold_case=fold_case),
        ),
        reading_of(text_field, title_field, delimiter, no_header=no_header),
        scheme=codebook,
        terms=TermList.read(terms, codebook) if terms and codebook else None,
        jobs=jobs,
        report=tell,
        progress=progress,
    )
    print_text(curve_report(found))
    if output is not None:
        rows = curve_rows(found)
        data_of = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
        print_text(tidy(output, COLUMNS, rows, data_of), output)
