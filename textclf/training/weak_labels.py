"""Weak labels: labels for articles without labels, proposed from the seed terms of a scheme.

A label is proposed if two methods agree on it: a model that is trained on the terms alone, which
weighs words and their parts, and a count of the terms in a text. If they differ, or one gives no
label, none is proposed (agreement of two views, as in co-training: Blum and Mitchell 1998). A
person then checks the proposals.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from textclf.classifier.classifier import Classifier
from textclf.classifier.predict_options import PredictOptions
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
from textclf.training.config import Progress
from textclf.training.train import train


@dataclass(frozen=True, slots=True)
class Proposal:
    """The proposal for one text."""

    record: Record
    """It has the labels proposed, or none under the scheme."""
    hits: Mapping[str, int]
    """How many terms of each label the text has; labels without one are left out."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many texts of a pool the terms of a label cover."""

    label: str
    terms: int
    """How many terms the label has."""
    held: int
    """Texts with one of these terms."""
    alone: int
    """Texts with one of these terms, and with none of another label."""
    proposed: int


@dataclass(frozen=True, slots=True)
class Proposals:
    """The proposals for a pool of texts, and how many texts the terms cover."""

    proposals: tuple[Proposal, ...]
    coverage: tuple[Coverage, ...]
    conflicts: tuple[tuple[str, str, int], ...]
    """Two labels, and how many texts have terms of both; the most frequent first."""
    unread: tuple[str, ...] = ()
    """The reason for each input that could not be read."""

    def lines(self) -> str:
        """Return the records as JSON lines, also those without a proposal."""
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
    """Return the proposals of seed terms for the texts of items.

    A scheme of passages gets a record for each passage. With `abstain`, no label is proposed whose
    probability under the model is lower. Raises TrainingError if a label has no term.
    """
    model = Classifier(train(Corpus(()), scheme, terms=terms, progress=progress), NumpyScorer)
    stems = Stems()
    by_label = terms.by_label()
    rule = Keywords.of_terms(scheme, by_label, [()], stems)
    proposals, unread = [], []
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
            proposals.append(
                Proposal(
                    Record(record.id, record.text, labels, record.article, record.position),
                    {label: count for label, count in hits.items() if count},
                )
            )
    sizes = {label: len(phrases) for label, phrases in by_label.items()}
    coverage = tuple(_coverage(scheme.name, label, sizes[label], proposals) for label in sizes)
    pairs = Counter(pair for one in proposals for pair in combinations(sorted(one.hits), 2))
    conflicts = sorted(((a, b, n) for (a, b), n in pairs.items()), key=lambda one: (-one[2], one))
    return Proposals(tuple(proposals), coverage, tuple(conflicts), tuple(unread))


def propose_labels_of_files(
    inputs: Sequence[str],
    scheme: str,
    terms: Path | None = None,
    *,
    reading: ReadOptions = ReadOptions(),
    abstain: float = 0.0,
    progress: Progress = lambda *_: None,
) -> Proposals:
    """Return the proposals of seed terms for the texts of files; by default the bundled terms."""
    codebook = find_scheme(scheme)
    given = TermList.read(terms, codebook) if terms else bundled_terms(codebook)
    if given is None:
        raise InputError(f"no terms ship for scheme {codebook.name!r}; give yours with --terms")
    items = read_items(inputs, reading)
    return propose_labels(items, codebook, given, abstain=abstain, progress=progress)


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
    """Return the label with the most terms, or none of equals; for a multi scheme, the top ones."""
    most = max(hits.values())
    if not most:
        return ()
    if scheme.kind == "multi":
        return scheme.close(label for label, count in hits.items() if 2 * count >= most)
    leaders = tuple(label for label, count in hits.items() if count == most)
    return leaders if len(leaders) == 1 else ()


def _coverage(scheme: str, label: str, terms: int, proposals: Sequence[Proposal]) -> Coverage:
    held = [one for one in proposals if label in one.hits]
    return Coverage(
        label,
        terms,
        len(held),
        sum(len(one.hits) == 1 for one in held),
        sum(label in one.record.labels.get(scheme, ()) for one in proposals),
    )
