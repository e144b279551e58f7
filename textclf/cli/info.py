"""`info`: versions, the scorer and why it was chosen, where models are found."""

from textclf.cli.console import print_text


def info() -> None:
    """Show versions, which scorer is used and why, and where models are found."""
    from textclf.cli.installation import installation  # noqa: PLC0415 - start-up time

    print_text(installation())
