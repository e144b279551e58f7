"""What is installed here: versions, the scorer and why it was chosen, where models are found."""

import platform
import sys
import unicodedata
from collections.abc import Iterator
from importlib.metadata import version

from textclf.model.store import list_models, model_folders
from textclf.scoring.scorer import choice


def installation() -> str:
    """Return the lines of `textclf info`: a name, then what it is."""
    return "\n".join(f"{name:<10} {value}" for name, value in _facts())


def _facts() -> Iterator[tuple[str, str]]:
    yield "textclf", version("textclf")
    yield "python", f"{platform.python_version()} on {sys.platform} {platform.machine()}"
    yield "unicode", unicodedata.unidata_version
    yield "numpy", version("numpy")
    chosen = choice()
    yield "scorer", f"{chosen.name}: {chosen.reason}"
    found = list_models()
    for folder in model_folders():
        names = ", ".join(path.stem for path in found if path.parent == folder)
        yield "models", f"{folder}: {names or 'none'}"
