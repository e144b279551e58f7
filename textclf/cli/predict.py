"""`predict`: label articles."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from textclf.cli.shared_options import (
    Delimiter,
    IdField,
    KeepRepeated,
    Models,
    NoClean,
    NoHeader,
    Precision,
    Sureness,
    TextField,
    TitleField,
    reading_of,
)
from textclf.io.find_inputs import STDIN
from textclf.io.formats import FORMATS, written_formats
from textclf.io.limits import MAX_TEXT

if TYPE_CHECKING:
    InputFormat: TypeAlias = str
    OutputFormat: TypeAlias = str
else:  # typer takes the choices from an enumeration
    InputFormat = StrEnum("InputFormat", {name: name for name in FORMATS})
    OutputFormat = StrEnum("OutputFormat", {name: name for name in written_formats()})


def predict(
    inputs: Annotated[
        list[str] | None,
        typer.Argument(
            help="Files, folders and globs: texts (.txt, .html, .docx), tables (.csv, .tsv, "
            ".jsonl, .json, .xlsx, .parquet), feeds (.rss, .atom, .xml), exports of LexisNexis, "
            "Factiva and ProQuest, and .zip of these; also with .gz, .bz2, .xz or .zst. "
            "- is standard input."
        ),
    ] = None,
    files_from: Annotated[
        str,
        typer.Option(
            metavar="FILE",
            help="Read the files that FILE lists, one on each line, or with NUL between; - is "
            "standard input.",
        ),
    ] = "",
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
    text_field: TextField = "",
    id_field: IdField = "",
    title_field: TitleField = "",
    delimiter: Delimiter = "",
    no_header: NoHeader = False,
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
    excel: Annotated[
        bool,
        typer.Option(
            "--excel",
            help="Write CSV for Excel: with a byte order mark, and a ' before what Excel would "
            "take for a formula.",
        ),
    ] = False,
    no_clean: NoClean = False,
    keep_repeated: KeepRepeated = False,
    show_text: Annotated[
        Path | None,
        typer.Option(help="Write what is read of each article, and what is not and why, here."),
    ] = None,
    passages: Annotated[
        Path | None,
        typer.Option(help="Write a row for each passage and scheme here: .csv, .jsonl, .parquet."),
    ] = None,
    rejects: Annotated[
        Path | None,
        typer.Option(help="Write rows that cannot be read here, with the reason, not to OUTPUT."),
    ] = None,
    all_probabilities: Annotated[
        bool,
        typer.Option("--all-probabilities", help="Add a column for the probability of each label."),
    ] = False,
    copies: Annotated[
        bool,
        typer.Option(
            "--copies", help="Name in copy_of an earlier article that is nearly the same."
        ),
    ] = False,
    drop_copies: Annotated[
        bool,
        typer.Option(
            "--drop-copies",
            help="Give no label to an article that is nearly the same as an earlier one.",
        ),
    ] = False,
    no_run_record: Annotated[
        bool, typer.Option("--no-run-record", help="Write no OUTPUT.run.json.")
    ] = False,
    jobs: Annotated[
        int, typer.Option(help="How many processes label; more than one is for many articles.")
    ] = 1,
    max_text: Annotated[
        int,
        typer.Option(
            min=1,
            help="Characters of a text or a cell, at most; a longer one is not read, and its row "
            "says so.",
        ),
    ] = MAX_TEXT,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with a run that was stopped or killed.")
    ] = False,
    restart: Annotated[
        bool,
        typer.Option("--restart", help="Discard what a stopped run has done, and begin again."),
    ] = False,
    engine: Annotated[
        str,
        typer.Option(
            metavar="processes|joblib|dask:ADDRESS",
            help="Where articles are labelled: in processes of this machine, by a backend of "
            "joblib (joblib:BACKEND), or on a Dask cluster, such as dask:tcp://host:8786.",
        ),
    ] = "processes",
    task_timeout: Annotated[
        float, typer.Option(help="Give up when no worker gives a result for so many seconds.")
    ] = 600.0,
) -> None:
    """Label articles under all schemes, one record for each input, in order."""
    from textclf.batch.beside import Beside  # noqa: PLC0415 - start-up time
    from textclf.batch.engines import engine_of  # noqa: PLC0415 - start-up time
    from textclf.classifier.predict_options import PredictOptions  # noqa: PLC0415 - start-up time
    from textclf.cli.predict_run import run_predict  # noqa: PLC0415 - start-up time
    from textclf.text.repeated_paragraphs import NOTHING_REPEATED  # noqa: PLC0415 - start-up time

    if not inputs and not files_from:
        raise typer.BadParameter("give files to read, or --files-from")
    if STDIN in (inputs or []) and files_from == STDIN:
        raise typer.BadParameter("standard input cannot be both a text and a list of files")
    reading = reading_of(text_field, title_field, delimiter, no_header=no_header)._replace(
        id_field=id_field,
        format=str(input_format) if input_format else None,
        lines=lines,
        max_text=max_text,
    )
    repeated = NOTHING_REPEATED if keep_repeated else None
    options = PredictOptions(not no_clean, repeated, abstain, coverage, evidence)
    run_predict(
        inputs or [],
        model or [],
        output,
        str(style) if style else None,
        reading,
        options,
        prefix,
        jobs,
        Beside(show_text, passages, rejects, not no_run_record),
        prior or [],
        high_precision=precision is Precision.high,
        files_from=files_from,
        excel=excel,
        all_probabilities=all_probabilities,
        copies=copies,
        drop_copies=drop_copies,
        resume=resume,
        restart=restart,
        engine=engine_of(engine, task_timeout),
    )
