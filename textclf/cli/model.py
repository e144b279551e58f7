"""`model`: list, show, verify and export trained models."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from textclf.cli.console import print_text, tell
from textclf.errors import ModelError

app = typer.Typer(help="Trained models: list, show, verify, export.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="A model's name or file.")]


class ExportFormat(StrEnum):
    """The formats that a model can be exported to."""

    joblib = "joblib"


@app.command("list")
def list_() -> None:
    """List the models that can be used by name, with scheme and out-of-fold macro-F1."""
    from textclf.model.store import list_models, read_model  # noqa: PLC0415 - start-up time
    from textclf.reports.scores import models_report  # noqa: PLC0415 - start-up time

    models, damaged = [], False
    for path in list_models():
        try:
            models.append((path, read_model(path)))
        except ModelError as reason:
            tell(str(reason))
            damaged = True
    print_text(models_report(models))
    if damaged:
        raise typer.Exit(3)


@app.command()
def show(
    name: Name,
    terms: Annotated[
        int, typer.Option(help="Also show this many of the strongest terms of each label.")
    ] = 0,
) -> None:
    """Show a model's card."""
    from textclf.model.store import find_model, read_model  # noqa: PLC0415 - start-up time
    from textclf.reports.scores import card_report, prior_report, strongest_report  # noqa: PLC0415 - start-up time

    path = find_model(name)
    model = read_model(path)
    print_text(card_report(str(path), model.card, model.scheme.version_id))
    print_text(prior_report(model))
    if terms:
        print_text(strongest_report(model, terms))


@app.command()
def verify(names: Annotated[list[str], typer.Argument(help="Models' names or files.")]) -> None:
    """Check all bytes of model files; with a damaged one, the exit code is 4."""
    from textclf.model.store import verify_models  # noqa: PLC0415 - start-up time

    found = verify_models(names)
    print_text("\n".join(f"{name}: {wrong or 'ok'}" for name, wrong in found))
    if any(wrong for _, wrong in found):
        raise typer.Exit(4)


@app.command()
def export(
    name: Name,
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write.")],
    style: Annotated[
        ExportFormat, typer.Option("--format", "-f", help="What to write.")
    ] = ExportFormat.joblib,
) -> None:
    """Write a model as a plain scikit-learn Pipeline, for use without textclf."""
    from textclf.model.sklearn_export import export as write_pipeline  # noqa: PLC0415 - start-up time
    from textclf.model.store import find_model, read_model  # noqa: PLC0415 - start-up time

    write_pipeline(read_model(find_model(name)), output)
    print_text(
        f"wrote {output} ({style.value}); its predict_proba is not calibrated, unlike "
        "textclf predict; load it with joblib.load, and only from people you trust"
    )
