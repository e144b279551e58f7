"""Write the bundle of a study: one zip file from which others can check its numbers.

```
manifest.json        the commands, and each file with its digest and how it is kept
study.sh             the commands
files/               what the commands read and wrote, without the texts of articles
models/              the models, with their cards and codebooks
methods.md           a paragraph for the methods section
```

The same files give the same bytes.
"""

import hashlib
import json
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from textclf._atomic_file import open_atomic
from textclf._version import __version__
from textclf.errors import InputError, ModelError
from textclf.model.store import find_model, model_digest, read_model
from textclf.replication.methods import methods_paragraph
from textclf.replication.study import Study, read_study
from textclf.replication.without_texts import without_texts
from textclf.reports.codebook import as_html

FORMAT = 1
_DATE = (1980, 1, 1, 0, 0, 0)
"""The earliest date that a zip file can hold: dates would make equal bundles differ."""

Kept = Literal["whole", "without texts", "left out"]


@dataclass(frozen=True, slots=True)
class BundledFile:
    """One file of a study, and how the bundle keeps it."""

    file: str
    role: Literal["input", "output"]
    bytes: int
    sha256: str
    """Of the file as it is in the study."""
    kept: Kept
    kept_sha256: str
    """Of what the bundle keeps; empty if the file is left out."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """What a bundle holds."""

    files: tuple[BundledFile, ...]
    models: tuple[tuple[str, str], ...]
    """The names of the models, and their digests."""
    commands: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the manifest as plain data."""
        return {
            "bundle": FORMAT,
            "textclf": __version__,
            "commands": list(self.commands),
            "files": [asdict(one) for one in self.files],
            "models": [{"name": name, "digest": digest} for name, digest in self.models],
        }

    def __str__(self) -> str:
        counts = {
            kept: sum(one.kept == kept for one in self.files)
            for kept in ("whole", "without texts", "left out")
        }
        files = ", ".join(f"{count} {kept}" for kept, count in counts.items() if count)
        return f"{len(self.commands)} commands, {len(self.models)} models, files: {files or 'none'}"


def write_bundle(study_file: Path, output: Path, *, with_texts: bool = False) -> Bundle:
    """Write the bundle of a study, and return what it holds.

    Texts of articles are left out unless `with_texts` is given: tables lose the columns that hold
    them, and files of other kinds, such as raw articles and HTML pages, are left out and named
    with their digests. Raises InputError if an output of a command is missing.
    """
    study = read_study(study_file)
    for command in study.commands:
        for name in command.outputs:
            if not study.files_of(name):
                raise InputError(
                    f"{command.place}: {name} is not there; run the commands before bundling them"
                )
    models = tuple(_models(study))
    columns = study.text_columns()
    parts: dict[str, bytes] = {}
    files = []
    for role, names in (("input", study.inputs()), ("output", study.outputs())):
        for name in names:
            data = _read(study.folder / name)
            kept = data if with_texts else without_texts(name, data, columns)
            how: Kept = "left out" if kept is None else "whole" if kept == data else "without texts"
            if kept is not None:
                parts[f"files/{name}"] = kept
            files.append(
                BundledFile(
                    name,
                    "input" if role == "input" else "output",
                    len(data),
                    _sha256(data),
                    how,
                    "" if kept is None else _sha256(kept),
                )
            )
    bundle = Bundle(
        tuple(files),
        tuple((name, model_digest(path)) for name, path in models),
        tuple(command.line for command in study.commands),
    )
    for name, path in models:
        model = read_model(path)
        parts[f"models/{name}.textclf"] = _read(path)
        parts[f"models/{name}.card.json"] = _as_json(model.card.as_dict())
        parts[f"models/{name}.codebook.html"] = as_html(model.scheme).encode()
    parts["study.sh"] = _read(study.path)
    parts["methods.md"] = methods_paragraph(study).encode()
    parts["manifest.json"] = _as_json(bundle.as_dict())
    _write_zip(output, parts)
    return bundle


def _models(study: Study) -> Iterator[tuple[str, Path]]:
    """Yield the name and the file of each model that a command uses; without one, all bundled."""
    found: dict[str, Path] = {}
    for command in study.commands:
        names = list(command.models)
        if command.arguments[0] == "predict" and not names:
            names = ["sectarian_violence", "stance", "topic"]
        for name in names:
            inside = study.folder / name
            try:
                path = inside if inside.is_file() else find_model(name)
            except ModelError:
                continue  # a table, not a model
            if path.suffix == ".textclf":
                found.setdefault(path.stem, path)
    yield from sorted(found.items())


def _write_zip(output: Path, parts: dict[str, bytes]) -> None:
    try:
        with open_atomic(output) as stream, zipfile.ZipFile(stream, "w") as archive:
            for name in sorted(parts):
                info = zipfile.ZipInfo(name, _DATE)
                info.compress_type = zipfile.ZIP_DEFLATED
                info.external_attr = 0o644 << 16
                archive.writestr(info, parts[name])
    except OSError as reason:
        raise InputError(f"{output}: cannot be written: {reason.strerror}") from None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as reason:
        raise InputError(f"{path}: cannot be read: {reason.strerror}") from None


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _as_json(data: object) -> bytes:
    return f"{json.dumps(data, indent=2, ensure_ascii=False)}\n".encode()
