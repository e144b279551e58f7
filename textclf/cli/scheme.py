"""`scheme`: list, show, check, start and print codebooks."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from textclf.cli.console import print_text
from textclf.codebook.scheme_file import bundled_schemes, find_scheme, read_scheme

app = typer.Typer(help="Codebooks: list, show, check, start, print.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="A bundled scheme, or a .toml file.")]


class PageFormat(StrEnum):
    """The formats that a codebook can be printed in."""

    md = "md"
    html = "html"


@app.command("list")
def list_() -> None:
    """List the bundled schemes."""
    from textclf.reports.codebook import overview  # noqa: PLC0415 - start-up time

    print_text(overview([find_scheme(name) for name in bundled_schemes()]))


@app.command()
def show(name: Name) -> None:
    """Show the whole codebook of a scheme."""
    from textclf.reports.codebook import as_markdown  # noqa: PLC0415 - start-up time

    print_text(as_markdown(find_scheme(name)))


@app.command()
def check(files: Annotated[list[Path], typer.Argument(help="Scheme files.")]) -> None:
    """Check scheme files; an error names file and key."""
    from textclf.reports.codebook import overview  # noqa: PLC0415 - start-up time

    print_text(overview([read_scheme(file) for file in files]))


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="Name of the scheme, such as protest.")],
    labels: Annotated[str, typer.Option(help="Its labels, separated by commas.")],
    kind: Annotated[
        str, typer.Option(help="single: one label for each text. multi: any number.")
    ] = "single",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write. [default: NAME.toml]")
    ] = None,
) -> None:
    """Start a scheme file, with an empty field for everything a coder needs."""
    from textclf.codebook.scheme_file import new_scheme_file  # noqa: PLC0415 - start-up time

    path = output or Path(f"{name}.toml")
    new_scheme_file(path, name, [one.strip() for one in labels.split(",") if one.strip()], kind)
    print_text(f"wrote {path}: fill in its definitions, then run textclf scheme check {path}")


@app.command()
def merge(
    name: Name,
    proposals: Annotated[
        list[Path], typer.Argument(help="Files of proposals that review wrote, .jsonl.")
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="Scheme file to write. [default: only show the proposals]"
        ),
    ] = None,
) -> None:
    """Show what coders proposed on the review page, or write a new version with it."""
    from textclf.codebook.proposals import merge_proposals  # noqa: PLC0415 - start-up time
    from textclf.reports.codebook import proposals_list  # noqa: PLC0415 - start-up time

    print_text(proposals_list(merge_proposals(name, proposals, output)))
    if output is not None and output.exists():
        print_text(f"{output}: {read_scheme(output).version_id}")


@app.command()
def render(
    name: Name,
    style: Annotated[
        PageFormat, typer.Option("--format", "-f", help="What to print.")
    ] = PageFormat.md,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write; .html writes a page.")
    ] = None,
) -> None:
    """Print a scheme as Markdown, or as one self-contained HTML page for coders."""
    from textclf.reports.codebook import as_html, as_markdown  # noqa: PLC0415 - start-up time

    page = style is PageFormat.html or (output is not None and output.suffix in {".html", ".htm"})
    print_text((as_html if page else as_markdown)(find_scheme(name)), output)
