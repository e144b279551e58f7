"""`bundle`: pack what a study is made of, and check a packed study by running it again."""

from pathlib import Path
from typing import Annotated

import typer

from textclf.cli.console import print_text, tell

app = typer.Typer(help="Replication bundles: pack a study, and run it again.", no_args_is_help=True)


@app.command()
def write(
    study: Annotated[Path, typer.Argument(help="File with one textclf command a line.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Bundle to write, such as s.zip.")],
    *,
    with_texts: Annotated[
        bool, typer.Option("--with-texts", help="Keep the texts of articles too.")
    ] = False,
) -> None:
    """Pack the commands of a study, their files, models and codebooks into one zip file."""
    from textclf.replication.bundle import write_bundle  # noqa: PLC0415 - start-up time

    bundle = write_bundle(study, output, with_texts=with_texts)
    tell(f"wrote {output}: {bundle}")


@app.command()
def check(
    bundle: Annotated[Path, typer.Argument(help="Bundle to check.")],
    texts: Annotated[
        Path | None, typer.Option(help="Folder with the files whose texts the bundle leaves out.")
    ] = None,
) -> None:
    """Run the commands of a bundle again, and compare. If anything differs, the exit code is 4."""
    from textclf.replication.check import check_bundle  # noqa: PLC0415 - start-up time

    found = check_bundle(bundle, texts, tell)
    print_text(str(found))
    if not found.holds:
        raise typer.Exit(4)
