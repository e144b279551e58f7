"""Seed records: what is known of a document that is not ours, without a sentence of it.

A record names the document by its digest and labels its passages by theirs, so that whoever
owns the document gets its labelled passages, and nobody else gets any text.
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
    """The digest of a passage's normalised text, and its labels by scheme."""

    sha256: str
    labels: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Seed:
    """A document that the corpus grew out of."""

    id: str
    title: str
    author: str
    outlet: str
    date: str
    file: str
    sha256: str
    """Of the file's bytes."""
    facts: tuple[str, ...]
    """What the document tells, in our own words."""
    cues: tuple[str, ...]
    """Terms that carry its subject."""
    labels: Mapping[str, tuple[str, ...]]
    """Of the whole document."""
    passages: tuple[LabelledPassage, ...]


@dataclass(frozen=True, slots=True)
class Hydrated:
    """What a seed record makes of its document."""

    records: tuple[Record, ...]
    unlabelled: int
    """Passages of the document that the record does not know."""
    missing: int
    """Passages of the record that the document does not hold."""


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
    """Return the seed records that travel with textclf."""
    return tuple(read_seed(path) for path in sorted(bundled_path("seeds").glob("*.toml")))


def hydrate(path: Path, seeds: tuple[Seed, ...]) -> Hydrated:
    """Return the labelled passages of a document that its user owns.

    Raises CorpusError where no seed record knows the document.
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
        raise CorpusError(f"{path}: no seed record knows this document; known are: {known}")
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
    """Return the JSON lines of all records that documents give, and a note on each document."""
    seeds = bundled_seeds()
    lines, notes = [], []
    for path in paths:
        found = hydrate(path, seeds)
        lines += [json.dumps(as_dict(record), ensure_ascii=False) for record in found.records]
        notes.append(
            f"{path}: {len(found.records)} labelled passages, {found.unlabelled} that seeds/ does "
            f"not know, {found.missing} of seeds/ that are not in it"
        )
    return lines, notes


def passage_digest(text: str) -> str:
    """Return the sha256 of a passage's normalised text: NFKC, one case, single spaces."""
    folded = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    return hashlib.sha256(folded.encode("utf-8", "replace")).hexdigest()
