"""`review`: code a pool of articles in the browser."""

import getpass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from textclf.cli.console import print_text, tell
from textclf.cli.shared_options import (
    Delimiter,
    IdField,
    NoHeader,
    TextField,
    TitleField,
    reading_of,
)


class Order(StrEnum):
    """How articles are chosen."""

    random = "random"
    teach = "teach"
    double = "double"
    adjudicate = "adjudicate"


def review(
    pool: Annotated[
        list[str],
        typer.Argument(help="Articles: all that predict reads, a coded table, or corpus records."),
    ],
    *,
    scheme: Annotated[str, typer.Option("--scheme", "-s", help="Bundled scheme or .toml file.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="File of answers to go on with, .jsonl.")
    ],
    coder: Annotated[
        str | None, typer.Option(help="Name of the coder. [default: your user name]")
    ] = None,
    order: Annotated[
        Order,
        typer.Option(
            help="random: a random sample. teach: what a model learns most from. double: articles "
            "of another coder, blind. adjudicate: those on which coders disagree."
        ),
    ] = Order.random,
    goal: Annotated[int, typer.Option(help="Number of articles to answer.")] = 100,
    overlap: Annotated[
        int, typer.Option(help="With --order double: articles of the other coder to answer.")
    ] = 50,
    blind: Annotated[
        bool, typer.Option("--blind", help="Hide label and evidence of the model until answered.")
    ] = False,
    model: Annotated[
        str,
        typer.Option(
            "--model", "-m", help="Model whose label is shown. [default: the bundled one]"
        ),
    ] = "",
    seed: Annotated[int, typer.Option(help="Seed of the random order.")] = 0,
    port: Annotated[int, typer.Option(help="Port of the page. [default: a free one]")] = 0,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Only print the address.")
    ] = False,
    text_field: TextField = "",
    id_field: IdField = "",
    title_field: TitleField = "",
    delimiter: Delimiter = "",
    no_header: NoHeader = False,
) -> None:
    """Code a pool of articles on a page in the browser, one key for each answer."""
    from textclf.review_page.run import review_files  # noqa: PLC0415 - start-up time
    from textclf.review_page.settings import ReviewSettings  # noqa: PLC0415 - start-up time

    coder = _user_name() if coder is None else coder
    settings = ReviewSettings(output, coder, order.value, goal, overlap, seed, blind, model)
    reading = reading_of(text_field, title_field, delimiter, no_header=no_header)
    count = review_files(
        pool,
        scheme,
        settings,
        reading._replace(id_field=id_field),
        port=port,
        browser=not no_browser,
        report=tell,
    )
    whose = f" of {coder}" if coder else ""
    print_text(f"{output}: {count:,} answers{whose} under {scheme}")


def _user_name() -> str:
    """Return the name that the user has on this computer; empty if there is none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""
