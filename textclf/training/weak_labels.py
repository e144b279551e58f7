"""Proposes labels for unlabelled articles from a scheme's seed terms, for a person to look over.

A label is proposed where two readers of the terms agree: the model that is learned from them
alone, which weighs words and their parts, and a plain count of the terms that a text holds.
Where they differ, or one has no answer, none is proposed (agreement of two views: Blum and
Mitchell 1998). It knows no files but those it is given to read.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from textclf.classifier.classifier import Classifier
from textclf.classifier.options import PredictOptions
from textclf.classifier.prediction import Status
from textclf.codebook.scheme import Scheme
from textclf.codebook.scheme_file import find_scheme
from textclf.corpus.records import Answer, Corpus, Record, as_dict
from textclf.corpus.term_lists import TermList, bundled_terms
from textclf.errors import InputError
from textclf.io.input_documents import InputDocument, ReadOptions
from textclf.io.read_inputs import read_items
from textclf.scoring.numpy_scorer import NumpyScorer
from textclf.text.document import Document
from textclf.training.baselines import Keywords, Stems
from textclf.training.fitting import Progress
from textclf.training.train import train


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed for one text."""

    record: Record
    """With the labels proposed; without any under the scheme where none is."""
    hits: Mapping[str, int]
    """How many terms of each label the text holds; labels without one are left out."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far a label's terms reach in a pool of texts."""

    label: str
    terms: int
    """How many terms point to it."""
    held: int
    """Texts that hold one of them."""
    alone: int
    """Texts that hold one of them, and none of another label."""
    proposed: int


@dataclass(frozen=True, slots=True)
class Proposals:
    """What is proposed for a pool of texts, and how far its terms reach."""

    proposals: tuple[Proposal, ...]
    coverage: tuple[Coverage, ...]
    conflicts: tuple[tuple[str, str, int], ...]
    """Two labels, and in how many texts terms of both stand; the most frequent first."""
    unread: tuple[str, ...] = ()
    """Why each thing that could not be read could not."""

    def lines(self) -> str:
        """Return the records as JSON lines, those without a proposal among them."""
        return "\n".join(
            json.dumps(as_dict(one.record), ensure_ascii=False) for one in self.proposals
        )


def propose_labels(
    items: Iterable[InputDocument],
    scheme: Scheme,
    terms: TermList,
    *,
    abstain: float = 0.0,
    progress: Progress = lambda *_: None,
) -> Proposals:
    """Return what seed terms propose for the texts of items.

    A scheme that is answered passage by passage gets a record for each passage. With `abstain`,
    nothing is proposed that the model gives a lower probability. Raises TrainingError where a
    label has no term.
    """
    model = Classifier(train(Corpus(()), scheme, terms=terms, progress=progress), NumpyScorer)
    stems = Stems()
    by_label = terms.by_label()
    rule = Keywords.of_terms(scheme, by_label, [()], stems)
    found, unread = [], []
    for item in items:
        if item.error:
            unread.append(item.error)
        for record in _records(item, scheme):
            hits = rule.hits(stems.of(record.text))
            answer = model.classify(
                record.text, PredictOptions(clean=False, abstain=abstain, evidence=0)
            )
            agreed = answer.status is Status.OK and _most(scheme, hits) == answer.labels
            labels = {scheme.name: answer.labels} if agreed else {}
            found.append(
                Proposal(
                    Record(record.id, record.text, labels, record.article, record.position),
                    {label: count for label, count in hits.items() if count},
                )
            )
    sizes = {label: len(phrases) for label, phrases in by_label.items()}
    coverage = tuple(_coverage(scheme.name, label, sizes[label], found) for label in sizes)
    pairs = Counter(pair for one in found for pair in combinations(sorted(one.hits), 2))
    conflicts = sorted(((a, b, n) for (a, b), n in pairs.items()), key=lambda one: (-one[2], one))
    return Proposals(tuple(found), coverage, tuple(conflicts), tuple(unread))


def propose_labels_of_files(
    inputs: Sequence[str],
    scheme: str,
    terms: Path | None = None,
    *,
    text_field: str = "",
    abstain: float = 0.0,
    progress: Progress = lambda *_: None,
) -> Proposals:
    """Return what seed terms propose for the texts of files; by default the shipped terms."""
    found = find_scheme(scheme)
    given = TermList.read(terms, found) if terms else bundled_terms(found)
    if given is None:
        raise InputError(f"no terms ship for scheme {found.name!r}; give yours with --terms")
    items = read_items(inputs, ReadOptions(text_field=text_field))
    return propose_labels(items, found, given, abstain=abstain, progress=progress)


def _records(item: InputDocument, scheme: Scheme) -> Iterator[Record]:
    if item.error:
        return
    document = Document.read(item.text)
    if scheme.unit == "document":
        if document.text:
            yield Record(item.id, document.text, {})
        return
    for position, span in enumerate(document.passages, start=1):
        text = document.text[span.start : span.end]
        yield Record(f"{item.id}#{position}", text, {}, item.id, position)


def _most(scheme: Scheme, hits: Mapping[str, int]) -> Answer:
    """Return the label that most terms point to, none where two do alike; for many, the leaders."""
    most = max(hits.values())
    if not most:
        return ()
    if scheme.kind == "multi":
        return scheme.close(label for label, count in hits.items() if 2 * count >= most)
    leaders = tuple(label for label, count in hits.items() if count == most)
    return leaders if len(leaders) == 1 else ()


def _coverage(scheme: str, label: str, terms: int, found: Sequence[Proposal]) -> Coverage:
    held = [one for one in found if label in one.hits]
    return Coverage(
        label,
        terms,
        len(held),
        sum(len(one.hits) == 1 for one in held),
        sum(label in one.record.labels.get(scheme, ()) for one in found),
    )
