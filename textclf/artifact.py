"""Where models are found and opened, and how their files are written and verified."""

import mmap
import os
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from textclf.classifier import Annotator, Classifier
from textclf.engines import make_engine
from textclf.errors import ModelError
from textclf.model import Model
from textclf.modelfile import from_bytes, to_bytes
from textclf.prediction import Annotation
from textclf.priors import with_high_precision, with_stated
from textclf.shipped import shipped
from textclf.suggest import choices

SUFFIX = ".textclf"


def load(name: str | os.PathLike[str]) -> Classifier:
    """Return the classifier of a model: a file, or the name of a model that can be found.

    A name is looked for in the folders of $TEXTCLF_MODELS, in ./models, and among the models
    that travel with textclf, in this order. Raises ModelError.
    """
    return Classifier(read_model(find_model(name)), make_engine)


def load_annotator(
    names: Sequence[str | os.PathLike[str]] = (),
    *,
    prior: Mapping[str, float] | None = None,
    high_precision: bool = False,
) -> Annotator:
    """Return an annotator for several models; without names, for all that travel with textclf.

    `prior` tells how frequent labels are in the material at hand, such as `{"mention": 0.1}`,
    among passages or documents, whichever the scheme answers; labels that it does not name share
    the rest as before. With `high_precision`, rare labels are taken to be four times as rare.
    Raises InputError for a label that no model has.
    """
    chosen = [find_model(name) for name in names] or list(_models_in(shipped("models")))
    models = [read_model(path) for path in chosen]
    if prior:
        models = with_stated(models, prior)
    return Annotator(with_high_precision(models) if high_precision else models, make_engine)


def annotate(text: str, schemes: Sequence[str] = ()) -> Annotation:
    """Return a text's record under several schemes at once; without names, under all shipped.

    >>> annotate("Rain and wind will lash Murree.", ["topic", "stance"])["topic"].label
    'weather'
    """
    return _annotator(tuple(schemes)).annotate(text)


def find_model(name: str | os.PathLike[str]) -> Path:
    """Return the file of a model; raises ModelError with the names that there are."""
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
    """Return the model files that a name can find, the nearest of each name first."""
    nearest: dict[str, Path] = {}
    for folder in model_folders():
        for path in _models_in(folder):
            nearest.setdefault(path.stem, path)
    return [nearest[name] for name in sorted(nearest)]


def model_folders() -> list[Path]:
    """Return the folders in which a model is looked for by name, in their order."""
    given = os.environ.get("TEXTCLF_MODELS", "")
    return [
        *(Path(part) for part in given.split(os.pathsep) if part),
        Path("models"),
        shipped("models"),
    ]


def verify_models(names: Sequence[str]) -> list[tuple[Path, str]]:
    """Return the file of each model, and what is wrong with it; an empty text where nothing is."""
    found = []
    for path in map(find_model, names):
        try:
            from_bytes(_mapped(path), str(path), thorough=True)
            found.append((path, ""))
        except ModelError as reason:
            found.append((path, str(reason).removeprefix(f"{path}: ")))
    return found


def write_model(model: Model, path: Path) -> None:
    """Write a model to a file, whole or not at all; reads back what it wrote."""
    data = to_bytes(model)
    from_bytes(data, str(path), thorough=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(data)
        beside.replace(path)
    except OSError as reason:
        beside.unlink(missing_ok=True)
        raise ModelError(f"{path}: cannot be written: {reason.strerror}") from None


def read_model(path: Path) -> Model:
    """Return the model of a file; raises ModelError for a damaged one.

    The file is mapped, not copied: replace it by another, as `write_model` does, and never
    write into it while it is in use.
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


@lru_cache(maxsize=4)
def _annotator(names: tuple[str, ...]) -> Annotator:
    return load_annotator(names)


def _models_in(folder: Path) -> Iterable[Path]:
    return sorted(folder.glob(f"*{SUFFIX}"))
