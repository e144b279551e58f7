"""Options that several commands share."""

from enum import StrEnum
from typing import Annotated

import typer

from textclf.io.input_documents import ReadOptions, delimiter_named


class Precision(StrEnum):
    """How probable a rare label must be."""

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
TextField = Annotated[
    str,
    typer.Option(
        help="Column that holds the text. Several with commas between are joined; data.text is "
        "a field inside a field of JSON. [default: text, content, body, article or alike]"
    ),
]
IdField = Annotated[
    str, typer.Option(help="Column that names the row. [default: id or url, if there is one]")
]
TitleField = Annotated[
    str, typer.Option(help="Column that holds the title. [default: title or headline]")
]
Delimiter = Annotated[
    str,
    typer.Option(
        help="What separates the columns of CSV: a character, or tab. [default: what the first "
        "rows show]"
    ),
]
NoHeader = Annotated[
    bool,
    typer.Option(
        "--no-header", help="The table has no row of names: its columns are 1, 2 and so on."
    ),
]
KeepRepeated = Annotated[
    bool,
    typer.Option(
        "--keep-repeated", help="Read paragraphs that stand in three or more of the articles."
    ),
]


def reading_of(
    text_field: str, title_field: str, delimiter: str, *, no_header: bool
) -> ReadOptions:
    """Return how tables are read, as the options say."""
    return ReadOptions(
        text_field,
        title_field=title_field,
        delimiter=delimiter_named(delimiter),
        header=not no_header,
    )
