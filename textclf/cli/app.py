"""The `textclf` command and its subcommands."""

from typing import Annotated

import typer

from textclf.cli import bundle, corpus, model, scheme
from textclf.cli.agree import agree
from textclf.cli.compare import compare
from textclf.cli.count import count
from textclf.cli.curve import curve
from textclf.cli.evaluate import evaluate
from textclf.cli.explain import explain
from textclf.cli.info import info
from textclf.cli.predict import predict
from textclf.cli.review import review
from textclf.cli.sample import sample
from textclf.cli.suspects import suspects
from textclf.cli.train import train

app = typer.Typer(
    help="Code news articles with a codebook: labels with evidence, offline.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(predict)
app.command()(explain)
app.command()(train)
app.command()(evaluate)
app.command()(review)
app.command()(agree)
app.command()(compare)
app.command()(curve)
app.command()(sample)
app.command()(count)
app.command()(suspects)
app.command()(info)
app.add_typer(corpus.app, name="corpus")
app.add_typer(bundle.app, name="bundle")
app.add_typer(scheme.app, name="scheme")
app.add_typer(model.app, name="model")


def _version(show: bool) -> None:
    if show:
        from importlib.metadata import version  # noqa: PLC0415 - start-up time

        typer.echo(version("textclf"))
        raise typer.Exit


@app.callback()
def _main(
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass
