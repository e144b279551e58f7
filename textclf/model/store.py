"""Finds, lists, reads, writes and verifies model files."""

import mmap
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from textclf._atomic_file import open_atomic
from textclf._resources import bundled_path
from textclf.errors import ModelError, choices
from textclf.model.file import from_bytes, to_bytes
from textclf.model.model import Model

SUFFIX = ".textclf"


def find_model(name: str | os.PathLike[str]) -> Path:
    """Return the file of a model, given by name or path; raises ModelError if there is none."""
    path = Path(name)
    if path.suffix == SUFFIX or len(path.parts) > 1:
        if path.is_file():
            return path
        raise ModelError(f"{path}: there is no such model file")
    for folder in model_folders():
        found = folder / f"{path.name}{SUFFIX}"
        if found.is_file():
            return found
    names = sorted({found.stem for found in list_models()})
    raise ModelError(f"there is no model {str(name)!r}; {choices(str(name), names)}")


def list_models() -> list[Path]:
    """Return the model files that can be found by name, sorted by name.

    If two folders have a file of one name, the one in the earlier folder is returned.
    """
    nearest: dict[str, Path] = {}
    for folder in model_folders():
        for path in _models_in(folder):
            nearest.setdefault(path.stem, path)
    return [nearest[name] for name in sorted(nearest)]


def bundled_models() -> list[Path]:
    """Return the model files that are part of textclf."""
    return list(_models_in(bundled_path("models")))


def model_folders() -> list[Path]:
    """Return the folders that are searched for a model by name, in this order."""
    given = os.environ.get("TEXTCLF_MODELS", "")
    return [
        *(Path(part) for part in given.split(os.pathsep) if part),
        Path("models"),
        bundled_path("models"),
    ]


def verify_models(names: Sequence[str]) -> list[tuple[Path, str]]:
    """Return the file of each model and what is wrong with it, or an empty text."""
    found = []
    for path in map(find_model, names):
        try:
            from_bytes(_mapped(path), str(path), thorough=True)
            found.append((path, ""))
        except ModelError as reason:
            found.append((path, str(reason).removeprefix(f"{path}: ")))
    return found


def model_digest(path: Path) -> str:
    """Return the sha256 of a model file's header, which holds those of all its other parts."""
    import hashlib  # noqa: PLC0415 - start-up time

    try:
        with path.open("rb") as file:
            return hashlib.sha256(file.read(int.from_bytes(file.read(8), "little"))).hexdigest()
    except OSError as reason:
        raise ModelError(f"{path}: cannot be read: {reason.strerror}") from None


def write_model(model: Model, path: Path) -> None:
    """Write a model to a file, whole or not at all, and verify its bytes first."""
    data = to_bytes(model)
    from_bytes(data, str(path), thorough=True)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open_atomic(path) as stream:
            stream.write(data)
    except OSError as reason:
        raise ModelError(f"{path}: cannot be written: {reason.strerror}") from None


def read_model(path: Path) -> Model:
    """Return the model of a file; raises ModelError for a damaged file.

    The file is mapped into memory, not copied. So never write into a file that is in use;
    replace it by another file, as `write_model` does.
    """
    return from_bytes(_mapped(path), str(path))


def _mapped(path: Path) -> bytes | mmap.mmap:
    try:
        with path.open("rb") as file:
            empty = not file.seek(0, os.SEEK_END)
            return b"" if empty else mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as reason:
        raise ModelError(
            f"{path}: cannot be read: {getattr(reason, 'strerror', None) or reason}"
        ) from None


def _models_in(folder: Path) -> Iterable[Path]:
    return sorted(folder.glob(f"*{SUFFIX}"))
