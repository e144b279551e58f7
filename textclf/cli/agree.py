"""`agree`: how far coders agree, and the texts on which they differ."""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from textclf.cli.console import print_text, tell
from textclf.cli.evaluate import OutputFile
from textclf.cli.shared_options import Delimiter, NoHeader, reading_of
from textclf.errors import InputError, counted


class DistanceName(StrEnum):
    """How far two answers are apart."""

    nominal = "nominal"
    ordinal = "ordinal"
    masi = "masi"


def agree(
    inputs: Annotated[
        list[str],
        typer.Argument(help="Tables of coded texts, corpus records, or answers of `review`."),
    ],
    *,
    coders: Annotated[
        str,
        typer.Option(help="One column a coder: their names with commas between, such as ann,bob."),
    ] = "",
    coder_field: Annotated[str, typer.Option(help="One row an answer: column of the coder.")] = "",
    label_field: Annotated[
        str, typer.Option(help="With --coder-field: column of the label.")
    ] = "label",
    id_field: Annotated[str, typer.Option(help="Column that names the text.")] = "",
    group_field: Annotated[
        str, typer.Option(help="Column of the groups, such as articles, that are drawn as a whole.")
    ] = "",
    text_field: Annotated[
        str, typer.Option(help="Column of the text, for the list of disagreements.")
    ] = "",
    label_sep: Annotated[str, typer.Option(help="Separator of several labels in one cell.")] = "|",
    distance: Annotated[
        DistanceName,
        typer.Option(help="ordinal: labels have ranks, see --order; masi: sets that share labels."),
    ] = DistanceName.nominal,
    order: Annotated[
        str, typer.Option(help="The labels from lowest to highest, with commas between.")
    ] = "",
    scheme: Annotated[
        str,
        typer.Option(
            "--scheme",
            "-s",
            help="Codebook: its edge cases are put beside disagreements. Of answers of `review`, "
            "those under it are read.",
        ),
    ] = "",
    disagreements: Annotated[
        Path | None,
        typer.Option(help="File for the texts on which coders differ: .csv, .tsv, .json, .html."),
    ] = None,
    delimiter: Delimiter = "",
    no_header: NoHeader = False,
    output: OutputFile = None,
) -> None:
    """Show how far coders agree: alpha, kappa and percent, for each label and pair of coders."""
    from textclf.codebook.scheme_file import find_scheme  # noqa: PLC0415 - start-up time
    from textclf.corpus.answer_files import are_answers  # noqa: PLC0415 - start-up time
    from textclf.corpus.coded_table import CodedColumns  # noqa: PLC0415 - start-up time
    from textclf.evaluation.bayesian_bootstrap import few_groups  # noqa: PLC0415 - start-up time
    from textclf.evaluation.coder_agreement import coder_agreement  # noqa: PLC0415 - start-up time
    from textclf.evaluation.coder_tables import (  # noqa: PLC0415 - start-up time
        coder_warnings,
        read_answered,
        read_long,
        read_wide,
    )
    from textclf.reports import disagreements as reports  # noqa: PLC0415 - start-up time
    from textclf.reports.tidy import check_format, tidy  # noqa: PLC0415 - start-up time

    check_format(output)
    to_page = disagreements is not None and disagreements.suffix.lower() in {".html", ".htm"}
    if not to_page:
        check_format(disagreements)
    answered = not coders and not coder_field and are_answers(inputs)
    if not answered and bool(coders) == bool(coder_field):
        raise InputError(
            "give --coders, the columns of the coders, or --coder-field, the column with their "
            "names"
        )
    reading = reading_of("", "", delimiter, no_header=no_header)
    columns = CodedColumns(
        (),
        id_field,
        group=group_field,
        others=(text_field,) if text_field else (),
        separator=label_sep,
    )
    codebook = find_scheme(scheme) if scheme else None
    texts: Sequence[object]
    if answered:
        coded, texts = read_answered(inputs, codebook.name if codebook else "")
    else:
        coded, table = (
            read_wide(inputs, _names(coders), columns, reading, tell)
            if coders
            else read_long(inputs, coder_field, label_field, columns, reading, tell)
        )
        texts = table.others[text_field] if text_field else ()
    for line in (*coder_warnings(coded), *few_groups(coded.groups, group_field)):
        tell(line)
    found = coder_agreement(coded, distance.value, _names(order))
    print_text(reports.agreement_text(found))
    if output is not None:
        rows = reports.agreement_rows(found)
        print_text(tidy(output, reports.COLUMNS, rows, found.as_dict()), output)
    if disagreements is not None:
        differing = reports.listed_disagreements(coded, texts, codebook)
        if to_page:
            print_text(reports.disagreement_page(differing, found.coders), disagreements)
        else:
            names, cells = reports.disagreement_rows(differing, found.coders)
            listed = [dict(zip(names, row, strict=True)) for row in cells]
            print_text(tidy(disagreements, names, cells, listed), disagreements)
        tell(f"wrote {counted(len(differing), 'disagreement')} to {disagreements}")


def _names(given: str) -> list[str]:
    return [name.strip() for name in given.split(",") if name.strip()]
