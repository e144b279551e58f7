"""Run the commands of a bundle again, and compare what they write with what the bundle keeps."""

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any, Literal

from textclf.errors import InputError
from textclf.replication.bundle import FORMAT
from textclf.replication.study import RUN_RECORD, Command, Study, read_study
from textclf.replication.without_texts import without_texts

Outcome = Literal["same", "differs", "failed", "not run"]
_OF_THE_RUN = (
    "started",
    "ended",
    "seconds",
    "python",
    "platform",
    "libraries",
    "command",
    "inputs",
)
"""Parts of a run record that another run, on another machine, need not repeat."""
_LARGEST = 8 << 30
"""Bytes that an unpacked bundle may take."""


@dataclass(frozen=True, slots=True)
class CommandCheck:
    """What came of running one command again."""

    line: str
    outcome: Outcome
    reason: str = ""
    """Which file differs or is missing, or why the command failed."""


@dataclass(frozen=True, slots=True)
class BundleCheck:
    """What came of running the commands of a bundle again."""

    commands: tuple[CommandCheck, ...]

    @property
    def holds(self) -> bool:
        """Whether every command that could be run gave the same files, and one could."""
        outcomes = {one.outcome for one in self.commands}
        return "same" in outcomes and not outcomes & {"differs", "failed"}

    def __str__(self) -> str:
        return "\n".join(
            f"{one.outcome:<8} {one.line}{f'  ({one.reason})' if one.reason else ''}"
            for one in self.commands
        )


def check_bundle(
    bundle: Path,
    texts: Path | None = None,
    report: Callable[[str], None] = lambda _: None,
) -> BundleCheck:
    """Run the commands of a bundle in a temporary folder, and compare their outputs.

    `texts` is a folder with the files that the bundle does not keep whole, under their names in
    the study. A command that needs one that is not there, or is another file, is not run; what it
    wrote is taken from the bundle. Raises InputError for what is not a bundle.
    """
    with TemporaryDirectory(prefix="textclf-bundle-") as name:
        folder = Path(name)
        manifest = _unpack(bundle, folder)
        study = read_study(folder / "study.sh")
        kept = {one["file"]: one for one in manifest["files"]}
        for file in _without_whole(kept):
            if texts is not None and (texts / file).is_file():
                _take(texts / file, folder / file, kept[file]["sha256"])
        results = []
        for command in study.commands:
            results.append(_checked(command, study, kept))
            report(f"{results[-1].outcome}: {command.line}")
        return BundleCheck(tuple(results))


def _unpack(bundle: Path, folder: Path) -> dict[str, Any]:
    """Unpack a bundle, its files beside its commands, and return its manifest."""
    try:
        with zipfile.ZipFile(bundle) as archive:
            if sum(info.file_size for info in archive.infolist()) > _LARGEST:
                raise InputError(f"{bundle}: unpacks to more than {_LARGEST >> 30} GB")
            for info in archive.infolist():
                path = PurePosixPath(info.filename.removeprefix("files/"))
                if path.is_absolute() or ".." in path.parts or info.is_dir():
                    raise InputError(f"{bundle}: {info.filename} is no name of a bundled file")
                target = folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(archive.read(info))
        manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text("utf-8"))
        if manifest["bundle"] != FORMAT:
            raise InputError(
                f"{bundle}: is of format {manifest['bundle']!r}; this textclf reads {FORMAT}"
            )
        for one in manifest["files"]:
            if one["kept"] != "left out" and _sha256(folder / one["file"]) != one["kept_sha256"]:
                raise InputError(f"{bundle}: {one['file']} is not the file of the manifest")
    except (OSError, zipfile.BadZipFile, KeyError, TypeError, ValueError) as reason:
        if isinstance(reason, InputError):
            raise
        raise InputError(f"{bundle}: is not a bundle that textclf has written: {reason}") from None
    return manifest


def _without_whole(kept: Mapping[str, Any]) -> Iterator[str]:
    for file, one in kept.items():
        if one["role"] == "input" and one["kept"] != "whole":
            yield file


def _take(source: Path, target: Path, sha256: str) -> None:
    """Put a user's file in its place; raises InputError if it is not that of the study."""
    if _sha256(source) != sha256:
        raise InputError(f"{source}: is not the file of the study: its SHA-256 is another")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(source.read_bytes())


def _checked(command: Command, study: Study, kept: Mapping[str, Any]) -> CommandCheck:
    """Run a command if its inputs are there, and compare each file that it writes."""
    missing = [
        file
        for name in command.others
        for file, one in kept.items()
        if (file == name or file.startswith(f"{name}/"))
        and one["role"] == "input"
        and not _is_whole(study.folder / file, one)
        and _needs_texts(command)
    ]
    if missing:
        reason = f"the bundle does not keep {missing[0]} whole; give its folder with --texts"
        return CommandCheck(command.line, "not run", reason)
    expected = {
        file: (study.folder / file).read_bytes() if one["kept"] != "left out" else None
        for file, one in kept.items()
        if any(file in _written(file, name) for name in command.outputs)
    }
    for file in expected:
        (study.folder / file).unlink(missing_ok=True)
    ran = subprocess.run(  # noqa: S603 - arguments that name no path outside the folder
        [sys.executable, "-m", "textclf", *command.arguments],
        cwd=study.folder,
        capture_output=True,
        check=False,
        env={**os.environ, "TEXTCLF_MODELS": str(study.folder / "models")},
    )
    found = [_difference(study, file, kept[file], data) for file, data in expected.items()]
    for file, data in expected.items():
        if data is not None and not (study.folder / file).exists():
            (study.folder / file).write_bytes(data)  # the next commands go on with it
    if ran.returncode not in {0, 3}:
        last = ran.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        return CommandCheck(command.line, "failed", " ".join(last))
    wrong = next(filter(None, found), "")
    return CommandCheck(command.line, "differs" if wrong else "same", wrong)


def _needs_texts(command: Command) -> bool:
    """Return whether a command reads the texts of articles, and not labels alone."""
    return not {"--predicted", "--gold"} & set(command.arguments) and command.arguments[0] in {
        "predict",
        "train",
        "evaluate",
        "compare",
        "curve",
        "sample",
        "suspects",
        "explain",
        "corpus",
    }


def _is_whole(path: Path, one: Mapping[str, Any]) -> bool:
    return path.is_file() and _sha256(path) == one["sha256"]


def _written(file: str, name: str) -> tuple[str, ...]:
    """Return the file if a command with this output writes it."""
    own = file in {name, f"{name}{RUN_RECORD}"} or file.startswith(f"{name}/")
    return (file,) if own else ()


def _difference(study: Study, file: str, one: Mapping[str, Any], data: bytes | None) -> str:
    """Return how a file differs from the bundle's, or an empty text."""
    path = study.folder / file
    if not path.is_file():
        return f"{file} was not written"
    now = path.read_bytes()
    if file.endswith(RUN_RECORD) and data is not None:
        return "" if _of_study(now) == _of_study(data) else f"{file} tells of another run"
    if hashlib.sha256(now).hexdigest() == one["sha256"]:
        return ""
    reduced = without_texts(file, now, study.text_columns())
    same = one["kept"] == "without texts" and data is not None and reduced == data
    return "" if same else f"{file} has other bytes"


def _of_study(record: bytes) -> dict[str, Any]:
    """Return a run record without what is that of one run alone."""
    data = json.loads(record)
    data = {name: value for name, value in data.items() if name not in _OF_THE_RUN}
    for name in ("output", "models"):
        data.pop(name, None)  # paths and bytes; the output is compared by itself
    return data


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
