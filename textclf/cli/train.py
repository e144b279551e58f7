"""`train`: train a model on labelled texts, seed terms or both."""

from pathlib import Path
from typing import Annotated

import typer

from textclf.cli.console import print_text, progress, tell
from textclf.cli.shared_options import Delimiter, NoHeader, TextField, TitleField, reading_of
from textclf.corpus.label_cells import Spelling
from textclf.corpus.labelled_tables import Columns
from textclf.errors import InputError

LabelField = Annotated[str, typer.Option(help="Column that holds the label or labels.")]
LabelSep = Annotated[str, typer.Option(help="Separator of several labels in one cell.")]
LabelNames = Annotated[
    str,
    typer.Option(help="Names of the labels, with commas between, if cells are lists of 0 and 1."),
]
FoldCase = Annotated[
    bool,
    typer.Option("--fold-case", help="Labels that differ in case alone are one label."),
]
Rename = Annotated[
    list[str] | None,
    typer.Option(
        help="OLD=NEW: another spelling of a label; OLD= leaves its rows without one. Repeatable."
    ),
]
GroupField = Annotated[
    str,
    typer.Option(help="Column of the groups, such as articles; no fold splits a group."),
]


def train(
    data: Annotated[
        list[str] | None,
        typer.Argument(
            help="Corpus records (.jsonl), or a labelled table: .csv, .tsv, .jsonl, .json. "
            "Not needed if seed terms are given."
        ),
    ] = None,
    *,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Model file to write, such as mine.textclf.")
    ],
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
    base: Annotated[
        str,
        typer.Option(
            help="Bundled scheme whose corpus and seed terms are learned from too; 20 or more own "
            "labels are needed, and cross-validation chooses their weight."
        ),
    ] = "",
    random_sample: Annotated[
        bool,
        typer.Option(
            "--random-sample",
            help="With --base: own texts are a random sample of what is to be labelled, so that "
            "labels are as frequent there as in them.",
        ),
    ] = False,
    seed: Annotated[int, typer.Option(help="Seed of the folds and the solver.")] = 0,
    jobs: Annotated[int, typer.Option(help="Processes to train with; -1 for all cores.")] = 1,
) -> None:
    """Train a model on labelled texts, seed terms or both; print its scores out of fold."""
    if jobs == 0 or jobs < -1:
        raise InputError(f"there are {jobs} jobs; give 1 or more, or -1 for all cores")
    from textclf.training.config import TrainConfig  # noqa: PLC0415 - start-up time
    from textclf.training.train import train_file  # noqa: PLC0415 - start-up time

    model = train_file(
        data or [],
        output,
        scheme=scheme,
        terms=terms,
        columns=columns_of(
            label_field,
            label_sep,
            label_names,
            group_field,
            Spelling.parse(rename or [], fold_case=fold_case),
        ),
        reading=reading_of(text_field, title_field, delimiter, no_header=no_header),
        report=tell,
        base=base,
        random_sample=random_sample,
        config=TrainConfig(seed=seed),
        jobs=jobs,
        progress=progress,
    )
    from textclf.reports.scores import rules_report, training_report  # noqa: PLC0415 - start-up time

    print_text(rules_report(model.scheme) + training_report(model.card))
    tell(f"wrote {output} ({output.stat().st_size / 1e6:.1f} MB)")


def columns_of(label: str, separator: str, names: str, group: str, spelling: Spelling) -> Columns:
    """Return the columns of a labelled table, as the options say."""
    split = tuple(name.strip() for name in names.split(",") if name.strip())
    return Columns(label, separator, split, group, spelling)
