"""`evaluate`: a model on labelled texts, or a column of labels against another."""

from pathlib import Path
from typing import Annotated

import typer

from textclf.cli.console import print_text, tell
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
from textclf.errors import InputError

Predicted = Annotated[
    str, typer.Option(help="Column of the predicted labels: evaluates a table, and no model.")
]
Gold = Annotated[str, typer.Option(help="With --predicted: column of the labels of people.")]
IdField = Annotated[str, typer.Option(help="Column that names the row in both tables.")]
WeightField = Annotated[
    str, typer.Option(help="Column of sampling weights: how many texts a row stands for.")
]
InclusionField = Annotated[
    str, typer.Option(help="Column of inclusion probabilities; weights are their inverse.")
]
OutputFile = Annotated[
    Path | None,
    typer.Option("--output", "-o", help="File for all figures: .csv, .tsv or .json."),
]


def evaluate(
    model: Annotated[
        str, typer.Argument(help="Model to evaluate, or with --predicted a table of labels.")
    ],
    data: Annotated[
        list[str] | None,
        typer.Argument(help="Corpus records (.jsonl), or a labelled table. Not with --predicted."),
    ] = None,
    *,
    predicted: Predicted = "",
    gold: Gold = "",
    gold_file: Annotated[
        list[str] | None,
        typer.Option(help="Table of the labels of people, joined by id. Repeatable."),
    ] = None,
    id_field: IdField = "",
    prob_field: Annotated[
        str,
        typer.Option(
            help="Column of the probability of the predicted label. [default: that of predict]"
        ),
    ] = "",
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
        typer.Option(
            "--allow-training-rows", help="Evaluate also texts that the model was trained on."
        ),
    ] = False,
    fail_under: Annotated[
        list[str] | None,
        typer.Option(
            help="FIGURE=NUMBER, such as macro_f1=0.7 or war.recall=0.5: exit with code 4 if it is "
            "lower. Repeatable."
        ),
    ] = None,
    by: Annotated[
        str,
        typer.Option(help="Columns whose values get scores of their own in the report: a,b."),
    ] = "",
    report: Annotated[
        Path | None, typer.Option(help="HTML page of the evaluation, with figures.")
    ] = None,
    figures: Annotated[
        Path | None, typer.Option(help="Folder for the figures of the report, as PDF and SVG.")
    ] = None,
    output: OutputFile = None,
) -> None:
    """Evaluate a model on labelled texts, or predicted labels against those of people."""
    from textclf.corpus.coded_table import SEPARATOR, CodedColumns  # noqa: PLC0415 - start-up time
    from textclf.evaluation.table_evaluation import evaluate_pairs, read_pairs  # noqa: PLC0415 - start-up time
    from textclf.evaluation.thresholds import Threshold, missed  # noqa: PLC0415 - start-up time
    from textclf.reports.evaluation import COLUMNS, evaluation_report  # noqa: PLC0415 - start-up time
    from textclf.reports.tidy import check_format, tidy  # noqa: PLC0415 - start-up time

    check_format(output)
    thresholds = [Threshold.parse(one) for one in fail_under or []]
    spelling = Spelling.parse(rename or [], fold_case=fold_case)
    reading = reading_of(text_field, title_field, delimiter, no_header=no_header)
    table = CodedColumns(
        (),
        id_field,
        weight=weight_field,
        probability=inclusion_field,
        group=group_field,
        others=tuple(name.strip() for name in by.split(",") if name.strip()),
        separator=label_sep or SEPARATOR,
    )
    made = None
    if predicted:
        if not gold:
            raise InputError("--predicted needs --gold, the column of the labels of people")
        pairs = read_pairs(
            [model, *(data or [])],
            predicted,
            gold,
            gold_inputs=gold_file or [],
            columns=table,
            prob=prob_field,
            spelling=spelling,
            reading=reading,
            report=tell,
        )
        found = evaluate_pairs(pairs)
    else:
        if not data:
            raise InputError(
                "there is nothing to evaluate on; give labelled texts after the model, or a table "
                "with --predicted and --gold"
            )
        from textclf.evaluation.model_evaluation import predict_labelled  # noqa: PLC0415 - start-up time
        from textclf.training.baselines import keyword_baseline  # noqa: PLC0415 - start-up time

        made = predict_labelled(
            model,
            data,
            columns_of(label_field, label_sep, label_names, group_field, spelling),
            reading,
            tell,
            weighting=table,
            baselines=keyword_baseline,
            allow_training_rows=allow_training_rows,
        )
        pairs, found = made.pairs, made.evaluation()
    lines = missed(found, thresholds)
    print_text(evaluation_report(found))
    if output is not None:
        print_text(tidy(output, COLUMNS, found.rows(), found.as_dict()), output)
    if report is not None or figures is not None:
        from textclf.reports.evaluated_texts import write_report  # noqa: PLC0415 - start-up time

        title = f"{predicted or model} against {gold or label_field}"
        for path in write_report(pairs, found, title, report, figures, table.others, made):
            tell(f"wrote {path}")
    for line in lines:
        tell(line)
    if lines:
        raise typer.Exit(4)
