"""`info`: versions, which scorer is used and why, and where models are found."""

import sys
from collections.abc import Iterator

from textclf.cli.console import print_text


def info() -> None:
    """Show versions, which scorer is used and why, and where models are found."""
    print_text(installation())


def installation() -> str:
    """Return the lines that `textclf info` prints: a name and its value on each."""
    return "\n".join(f"{name:<10} {value}" for name, value in _facts())


def _facts() -> Iterator[tuple[str, str]]:
    import platform  # noqa: PLC0415 - start-up time
    import unicodedata  # noqa: PLC0415 - start-up time
    from importlib.metadata import version  # noqa: PLC0415 - start-up time

    from textclf.model.store import list_models, model_folders  # noqa: PLC0415 - start-up time
    from textclf.scoring.scorer import choice  # noqa: PLC0415 - start-up time

    yield "textclf", version("textclf")
    yield "python", f"{platform.python_version()} on {sys.platform} {platform.machine()}"
    yield "unicode", unicodedata.unidata_version
    yield "numpy", version("numpy")
    scorer = choice()
    yield "scorer", f"{scorer.name}: {scorer.reason}"
    paths = list_models()
    for folder in model_folders():
        names = ", ".join(path.stem for path in paths if path.parent == folder)
        yield "models", f"{folder}: {names or 'none'}"
