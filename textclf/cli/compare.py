"""`compare`: two models, or two columns of labels, on the same labelled texts."""

from typing import Annotated

import typer

from textclf.cli.console import print_text, tell
from textclf.cli.evaluate import Gold, InclusionField, OutputFile, WeightField
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


def compare(
    first: Annotated[str, typer.Argument(help="Model, or with --gold a column of labels.")],
    second: Annotated[str, typer.Argument(help="The other model, or the other column.")],
    data: Annotated[list[str], typer.Argument(help="Labelled texts, or a table of labels.")],
    *,
    gold: Gold = "",
    weight_field: WeightField = "",
    inclusion_field: InclusionField = "",
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
    allow_training_rows: Annotated[
        bool,
        typer.Option("--allow-training-rows", help="Compare also on texts that a model has seen."),
    ] = False,
    output: OutputFile = None,
) -> None:
    """Compare two models or columns: difference with its interval, and p by randomisation."""
    from textclf.corpus.coded_table import SEPARATOR, CodedColumns  # noqa: PLC0415 - start-up time
    from textclf.evaluation.table_evaluation import compare_columns  # noqa: PLC0415 - start-up time
    from textclf.reports.comparison import COLUMNS, comparison_report, comparison_rows  # noqa: PLC0415 - start-up time
    from textclf.reports.tidy import check_format, tidy  # noqa: PLC0415 - start-up time

    check_format(output)
    spelling = Spelling.parse(rename or [], fold_case=fold_case)
    reading = reading_of(text_field, title_field, delimiter, no_header=no_header)
    if gold:
        columns = CodedColumns(
            (),
            weight=weight_field,
            probability=inclusion_field,
            group=group_field,
            separator=label_sep or SEPARATOR,
        )
        found = compare_columns(
            data, first, second, gold, columns, spelling=spelling, reading=reading, report=tell
        )
    else:
        from textclf.evaluation.model_evaluation import compare_files  # noqa: PLC0415 - start-up time

        found = compare_files(
            first,
            second,
            data,
            columns_of(label_field, label_sep, label_names, group_field, spelling),
            reading,
            tell,
            allow_training_rows=allow_training_rows,
        )
    print_text(comparison_report(found, first, second))
    if output is not None:
        print_text(tidy(output, COLUMNS, comparison_rows(found), found.as_dict()), output)
