"""Options that `predict` and `explain` share."""

from enum import StrEnum
from typing import Annotated

import typer


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
    typer.Option(help="Column that holds the text. [default: text, content, body or article]"),
]
IdField = Annotated[
    str, typer.Option(help="Column that names the row. [default: id, where there is one]")
]
TitleField = Annotated[
    str, typer.Option(help="Column that holds the title. [default: title or headline]")
]
KeepRepeated = Annotated[
    bool,
    typer.Option(
        "--keep-repeated", help="Read paragraphs that stand in three or more of the articles."
    ),
]
