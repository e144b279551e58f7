"""`predict` and `explain`: label articles, and show why."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from textclf.cli.console import print_text
from textclf.errors import InputError
from textclf.io.input_documents import ReadOptions
from textclf.io.read_inputs import format_of, read_items


class OutputFormat(StrEnum):
    """What predict can write."""

    text = "text"
    jsonl = "jsonl"
    json = "json"
    csv = "csv"
    tsv = "tsv"
    xlsx = "xlsx"
    parquet = "parquet"


class InputFormat(StrEnum):
    """What predict can read."""

    text = "text"
    jsonl = "jsonl"
    csv = "csv"
    tsv = "tsv"
    xlsx = "xlsx"
    parquet = "parquet"


class Precision(StrEnum):
    """How sure a rare label has to be."""

    normal = "normal"
    high = "high"


Models = Annotated[
    list[str] | None,
    typer.Option(
        "--model",
        "-m",
        help="Model to answer with: a name or a file. May be repeated. [default: all bundled]",
    ),
]
NoClean = Annotated[
    bool, typer.Option("--no-clean", help="Read boilerplate as part of the article.")
]
Sureness = Annotated[
    Precision,
    typer.Option(
        help="high: give rare labels to fewer articles, and be right more often. It takes them to "
        "be four times as rare as the prior says."
    ),
]


def predict(
    inputs: Annotated[
        list[str],
        typer.Argument(
            help="Text files, folders, globs, .jsonl, .csv, .tsv (also .gz), .xlsx and "
            ".parquet; - is standard input."
        ),
    ],
    model: Models = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="File to write; its suffix tells the format."),
    ] = None,
    style: Annotated[
        OutputFormat | None,
        typer.Option("--format", "-f", help="What to write. [default: as the input, or text]"),
    ] = None,
    input_format: Annotated[
        InputFormat | None, typer.Option(help="What to read, whatever the names end in.")
    ] = None,
    text_field: Annotated[
        str,
        typer.Option(help="Column that holds the text. [default: text, content, body or article]"),
    ] = "",
    id_field: Annotated[
        str, typer.Option(help="Column that names the row. [default: id, where there is one]")
    ] = "",
    title_field: Annotated[
        str, typer.Option(help="Column that holds the title. [default: title or headline]")
    ] = "",
    lines: Annotated[
        bool, typer.Option("--lines", help="Each line of a text file is a document.")
    ] = False,
    abstain: Annotated[
        float, typer.Option(help="Give no label whose probability is below this.")
    ] = 0.0,
    coverage: Annotated[
        float,
        typer.Option(
            help="Answer this share of texts, the surest, such as 0.9; abstain on the others."
        ),
    ] = 1.0,
    prior: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LABEL=SHARE|estimate",
            help="How frequent a label is in your material, such as mention=0.1: among passages "
            "where the scheme answers those. May be repeated. Or estimate: from the first 2,000 "
            "articles, which are read once more. [default: as model show tells]",
        ),
    ] = None,
    precision: Sureness = Precision.normal,
    evidence: Annotated[
        int, typer.Option(help="How many places to show as evidence, at most.")
    ] = 8,
    prefix: Annotated[
        str, typer.Option(help="Put before the names of the columns that are added.")
    ] = "",
    no_clean: NoClean = False,
    keep_repeated: Annotated[
        bool,
        typer.Option(
            "--keep-repeated", help="Read paragraphs that stand in three or more of the articles."
        ),
    ] = False,
    show_text: Annotated[
        Path | None,
        typer.Option(help="Write what is read of each article, and what is not and why, here."),
    ] = None,
    jobs: Annotated[
        int, typer.Option(help="How many processes label; more than one is for many articles.")
    ] = 1,
) -> None:
    """Label articles under all schemes, one record for each input, in order."""
    from textclf.classifier.classifier import PredictOptions  # noqa: PLC0415 - start-up time
    from textclf.cli.label import label  # noqa: PLC0415 - start-up time
    from textclf.text.repeated_paragraphs import NOTHING_REPEATED  # noqa: PLC0415 - start-up time

    reading = ReadOptions(
        text_field, id_field, title_field, input_format.value if input_format else None, lines
    )
    repeated = NOTHING_REPEATED if keep_repeated else None
    options = PredictOptions(not no_clean, repeated, abstain, coverage, evidence)
    label(
        inputs,
        model or [],
        output,
        style.value if style else None,
        reading,
        options,
        prefix,
        jobs,
        show_text,
        prior or [],
        precision is Precision.high,
    )


def explain(
    file: Annotated[str, typer.Argument(help="One article, or - for standard input.")],
    model: Models = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write one HTML page to this file.")
    ] = None,
    no_clean: NoClean = False,
    prior: Annotated[
        list[str] | None,
        typer.Option(metavar="LABEL=SHARE", help="As predict was given it. May be repeated."),
    ] = None,
    precision: Sureness = Precision.normal,
    everything: Annotated[
        bool,
        typer.Option(
            "--all", help="Show all that adds to a score, for or against, and what it adds up to."
        ),
    ] = False,
) -> None:
    """Show one article with the evidence for its labels marked."""
    from textclf.classifier.classifier import PredictOptions  # noqa: PLC0415 - start-up time
    from textclf.classifier.loading import load_all  # noqa: PLC0415 - start-up time
    from textclf.model.priors import ESTIMATE, parse_prior, refuse_both  # noqa: PLC0415 - start-up time
    from textclf.reports.article import explained  # noqa: PLC0415 - start-up time

    if format_of(file) != "text":
        raise InputError(
            f"{file}: is a table, and explain shows one article; give its text in a .txt file, "
            "or - for standard input"
        )
    shares = parse_prior(prior or [])
    if shares == ESTIMATE:
        raise InputError("prior 'estimate' needs many articles; give the shares predict printed")
    item = next(read_items([file], ReadOptions(format="text")))
    if item.error:
        raise InputError(item.error)
    high = precision is Precision.high
    refuse_both(high, shares)
    multi_classifier = load_all(model or [], prior=shares, high_precision=high)
    options = PredictOptions(clean=not no_clean)
    page = explained(multi_classifier, item.text, item.id, options, everything, output is not None)
    print_text(page, output)
