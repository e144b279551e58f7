"""`corpus`: check and count labelled records, propose labels, hydrate seed documents."""

from pathlib import Path
from typing import Annotated

import typer

from textclf.cli.console import print_text, progress, say, tell
from textclf.cli.shared_options import Delimiter, NoHeader, TextField, TitleField, reading_of

app = typer.Typer(help="Labelled records: check, count, propose, hydrate.", no_args_is_help=True)

Files = Annotated[
    list[str] | None, typer.Argument(help="Corpus files or folders. [default: the bundled corpus]")
]

PlanFile = Annotated[
    Path | None,
    typer.Option(
        "--plan", help="Sampling plan to check against. [default: that of the bundled corpus]"
    ),
]


@app.command()
def check(
    files: Files = None,
    test: Annotated[
        list[str] | None,
        typer.Option(help="Corpus file of the other side of a split. May be repeated."),
    ] = None,
    scheme: Annotated[
        list[str] | None,
        typer.Option(
            "--scheme",
            "-s",
            help="Scheme of the labels: bundled name or .toml file. [default: all bundled]",
        ),
    ] = None,
    plan: PlanFile = None,
) -> None:
    """Check a corpus; each finding names file and line. With any finding, the exit code is 4."""
    from textclf.corpus.audit import check_files  # noqa: PLC0415 - start-up time

    report = check_files(files or [], test or [], scheme or [], plan)
    print_text(report.as_text())
    if report.findings:
        raise typer.Exit(4)


@app.command()
def stats(files: Files = None, plan: PlanFile = None) -> None:
    """Count a corpus, and compare the counts with its sampling plan."""
    from textclf.reports.corpus_stats import corpus_stats_of_files  # noqa: PLC0415 - start-up time

    print_text(corpus_stats_of_files(files or [], plan))


@app.command()
def agree(files: Files = None) -> None:
    """Show how far the coders of a corpus agree: Krippendorff's alpha, Cohen's kappa."""
    from textclf.reports.corpus_stats import coder_agreement_of_files  # noqa: PLC0415 - start-up time

    print_text(coder_agreement_of_files(files or []))


@app.command()
def propose(
    pool: Annotated[
        list[str], typer.Argument(help="Unlabelled articles: files, folders, tables; - is stdin.")
    ],
    scheme: Annotated[str, typer.Option("--scheme", "-s", help="Bundled scheme or .toml file.")],
    terms: Annotated[
        Path | None,
        typer.Option(help="Seed terms of the scheme, a .toml file. [default: the bundled ones]"),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write, .jsonl.")
    ] = None,
    text_field: TextField = "",
    title_field: TitleField = "",
    delimiter: Delimiter = "",
    no_header: NoHeader = False,
    abstain: Annotated[
        float, typer.Option(help="Propose no label whose probability is below this.")
    ] = 0.0,
) -> None:
    """Propose labels for articles from seed terms; show coverage and conflicts."""
    from textclf.io.run_folder import sole_writer  # noqa: PLC0415 - start-up time
    from textclf.reports.proposals import proposals_report  # noqa: PLC0415 - start-up time
    from textclf.training.weak_labels import propose_labels_of_files  # noqa: PLC0415 - start-up time

    reading = reading_of(text_field, title_field, delimiter, no_header=no_header)
    with sole_writer(output):
        found = propose_labels_of_files(
            pool, scheme, terms, reading=reading, abstain=abstain, progress=progress
        )
        print_text(found.lines(), output)
    for reason in found.unread:
        tell(reason)
    say(proposals_report(found))
    if found.unread:
        raise typer.Exit(3)


@app.command()
def hydrate(
    files: Annotated[list[Path], typer.Argument(help="Seed documents that you own.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write, .jsonl.")
    ] = None,
) -> None:
    """Turn seed documents into labelled records, with the labels that seeds/ has for them."""
    from textclf.corpus.seed_records import hydrate_files  # noqa: PLC0415 - start-up time

    lines, notes = hydrate_files(files)
    for note in notes:
        tell(note)
    print_text("\n".join(lines), output)
