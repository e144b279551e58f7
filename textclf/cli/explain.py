"""`explain`: show one article with its evidence, or write pages of all articles with a label."""

from pathlib import Path
from typing import Annotated

import typer

from textclf.classifier.predict_options import PredictOptions
from textclf.cli.console import print_text, tell
from textclf.cli.shared_options import (
    IdField,
    KeepRepeated,
    Models,
    NoClean,
    Precision,
    Sureness,
    TextField,
    TitleField,
)
from textclf.errors import InputError
from textclf.io.find_inputs import STDIN
from textclf.io.input_documents import InputDocument, ReadOptions
from textclf.io.read_inputs import read_article


def explain(
    inputs: Annotated[
        list[str],
        typer.Argument(
            help="One article: a text file, - for standard input, or a table with --id or --row. "
            "With --where: all that predict reads."
        ),
    ],
    id_: Annotated[str, typer.Option("--id", help="Id of the article in a table.")] = "",
    row: Annotated[
        int | None, typer.Option(help="Number of the article in a table, from 1.", min=1)
    ] = None,
    where: Annotated[
        str,
        typer.Option(
            metavar="LABEL",
            help="Write a page for each article with this label, and an index, to the folder of "
            "--output. SCHEME=LABEL asks for the label of one scheme.",
        ),
    ] = "",
    model: Models = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="Write one HTML page to this file; with --where, to this folder."
        ),
    ] = None,
    text_field: TextField = "",
    id_field: IdField = "",
    title_field: TitleField = "",
    no_clean: NoClean = False,
    keep_repeated: KeepRepeated = False,
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
    """Show one article with the evidence for its labels marked, or write pages of many."""
    from textclf.classifier.loading import load_all  # noqa: PLC0415 - start-up time
    from textclf.model.priors import ESTIMATE, parse_prior, refuse_both  # noqa: PLC0415 - start-up time
    from textclf.reports.article import explained  # noqa: PLC0415 - start-up time
    from textclf.reports.article_pages import write_pages  # noqa: PLC0415 - start-up time
    from textclf.text.repeated_paragraphs import NOTHING_REPEATED  # noqa: PLC0415 - start-up time

    shares = parse_prior(prior or [])
    if shares == ESTIMATE:
        raise InputError("prior 'estimate' needs many articles; give the shares predict printed")
    high = precision is Precision.high
    refuse_both(high, shares)
    options = PredictOptions(not no_clean, NOTHING_REPEATED if keep_repeated else None)
    reading = ReadOptions(text_field, id_field, title_field)
    if where:
        folder = _folder(output, id_ or row or everything)
        models = load_all(model or [], prior=shares, high_precision=high)
        count = write_pages(inputs, models, where, folder, reading, options)
        tell(f"{folder / 'index.html'}: {count:,} pages")
        return
    item, options = _article(inputs, id_, row, reading, options)
    models = load_all(model or [], prior=shares, high_precision=high)
    as_page = output is not None
    print_text(explained(models, item, options, everything=everything, as_page=as_page), output)


def _folder(output: Path | None, one: object) -> Path:
    """Return the folder of the pages; `one` says whether options for one article were given."""
    if output is None:
        raise InputError("--where writes a page for each article; give a folder with --output")
    if one:
        raise InputError("--where is for many articles; leave out --id, --row and --all")
    return output


def _article(
    inputs: list[str], name: str, row: int | None, reading: ReadOptions, options: PredictOptions
) -> tuple[InputDocument, PredictOptions]:
    """Return the one article that is asked for, and how `predict` would read it."""
    only = inputs[0]
    if len(inputs) > 1:
        raise InputError(f"{only}: explain shows one article, not {len(inputs)}; give one input")
    if Path(only).is_dir():
        raise InputError(
            f"{only}: is a folder, and explain shows one article; give a file of it, or "
            "--where LABEL with --output FOLDER for many"
        )
    if name or row:
        return _row(only, name, row, reading, options)
    return _readable(read_article(only)), options


def _row(
    path: str, name: str, row: int | None, reading: ReadOptions, options: PredictOptions
) -> tuple[InputDocument, PredictOptions]:
    from textclf.batch.results import find_article  # noqa: PLC0415 - start-up time

    if name and row:
        raise InputError("--id and --row both choose an article; give one of them")
    if path == STDIN:
        raise InputError("--id and --row choose from a file; standard input is one article here")
    item, options = find_article(
        [path],
        reading,
        options,
        lambda number, item: number == row or (bool(name) and item.id == name),
    )
    if item is None:
        wanted = f"id {name!r}" if name else f"number {row}"
        raise InputError(f"{path}: there is no article with {wanted}")
    return _readable(item), options


def _readable(item: InputDocument) -> InputDocument:
    if item.error:
        raise InputError(item.error)
    return item
