"""Seed records: labels of documents that may not be distributed, without their text.

A seed record identifies a document and its passages by digests. Hydrating turns a document that
the user owns into labelled records.
"""

import hashlib
import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from textclf._resources import bundled_path
from textclf.codebook.toml_table import TomlTable
from textclf.corpus.records import Record, as_dict
from textclf.errors import CorpusError, InputError
from textclf.io.encoding import decode
from textclf.text.document import Document

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class LabelledPassage:
    """The digest of a passage's normalized text, and its labels by scheme."""

    sha256: str
    labels: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Seed:
    """The seed record of a document that corpus records were written from."""

    id: str
    title: str
    author: str
    outlet: str
    date: str
    file: str
    sha256: str
    """The digest of the bytes of the file."""
    facts: tuple[str, ...]
    """The facts of the document, reworded."""
    cues: tuple[str, ...]
    """Terms that are typical of its subject."""
    labels: Mapping[str, tuple[str, ...]]
    """The labels of the whole document, by scheme."""
    passages: tuple[LabelledPassage, ...]


@dataclass(frozen=True, slots=True)
class Hydrated:
    """The labelled passages of a document, and how well document and seed record match."""

    records: tuple[Record, ...]
    unlabelled: int
    """Number of passages of the document without labels in the seed record."""
    missing: int
    """Number of passages of the seed record that are not in the document."""


def read_seed(path: Path) -> Seed:
    """Return the seed record of a TOML file; raises CorpusError with file and key."""
    table = TomlTable.read(path, CorpusError)
    if table.number("format") != _FORMAT:
        raise table.wrong("format", f"must be {_FORMAT}: this textclf reads no other")
    passages = table.tables("passages")
    seed = Seed(
        id=table.text("id"),
        title=table.text("title"),
        author=table.text("author", ""),
        outlet=table.text("outlet", ""),
        date=table.text("date", ""),
        file=table.text("file"),
        sha256=table.text("sha256"),
        facts=table.texts("facts"),
        cues=table.texts("cues"),
        labels=table.mapping("labels"),
        passages=tuple(LabelledPassage(p.text("sha256"), p.mapping("labels")) for p in passages),
    )
    for part in (*passages, table):
        part.close()
    return seed


def bundled_seeds() -> tuple[Seed, ...]:
    """Return the bundled seed records."""
    return tuple(read_seed(path) for path in sorted(bundled_path("seeds").glob("*.toml")))


def hydrate(path: Path, seeds: tuple[Seed, ...]) -> Hydrated:
    """Return the labelled passages of a document that the user owns.

    Raises CorpusError for a file that cannot be read, or a document without a seed record.
    """
    try:
        data = path.read_bytes()
        text, _ = decode(data)
    except OSError as reason:
        raise CorpusError(f"{path}: cannot be read: {reason.strerror}") from None
    except InputError as reason:
        raise CorpusError(f"{path}: {reason}") from None
    document = Document.read(text)
    texts = [document.text[span.start : span.end] for span in document.paragraphs]
    digests = [passage_digest(text) for text in texts]
    same = hashlib.sha256(data).hexdigest()
    seed = next((s for s in seeds if s.sha256 == same), None)
    seed = seed or next((s for s in seeds if {p.sha256 for p in s.passages} & {*digests}), None)
    if seed is None:
        known = ", ".join(one.file for one in seeds) or "none"
        raise CorpusError(
            f"{path}: there is no seed record of this document; there are records of: {known}"
        )
    labels = {passage.sha256: passage.labels for passage in seed.passages}
    records = tuple(
        Record(
            id=f"{seed.id}-{number:02d}",
            text=text,
            labels=labels[digest],
            article=seed.id,
            position=number,
            title=seed.title,
            seed=seed.id,
        )
        for number, (text, digest) in enumerate(zip(texts, digests, strict=True), start=1)
        if digest in labels
    )
    return Hydrated(records, len(texts) - len(records), len(set(labels) - set(digests)))


def hydrate_files(paths: Sequence[Path]) -> tuple[list[str], list[str]]:
    """Return the JSON lines of the records of documents, and a note on each document."""
    seeds = bundled_seeds()
    lines, notes = [], []
    for path in paths:
        hydrated = hydrate(path, seeds)
        lines += [json.dumps(as_dict(record), ensure_ascii=False) for record in hydrated.records]
        notes.append(
            f"{path}: {len(hydrated.records)} labelled passages, {hydrated.unlabelled} without "
            f"labels in seeds/, {hydrated.missing} of seeds/ that are not in the document"
        )
    return lines, notes


def passage_digest(text: str) -> str:
    """Return the sha256 of a passage's normalized text: NFKC, case-folded, single spaces."""
    folded = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    return hashlib.sha256(folded.encode("utf-8", "replace")).hexdigest()
