"""One coder's session: it stores answers, and says what the page is to show. It knows no HTTP."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import takewhile
from shlex import quote
from typing import Any
from uuid import uuid4

from textclf.classifier.classifier import Classifier
from textclf.codebook.scheme import Scheme
from textclf.corpus.given_answers import ADJUDICATE, DRAWN, RANDOM, Answer, GivenAnswer
from textclf.corpus.records import Record
from textclf.errors import InputError
from textclf.review_page.answers import AnswerFile, coders_of
from textclf.review_page.article_view import ArticleView, article_view, shown
from textclf.review_page.order import RANDOM_EVERY, disagreements, inclusion_probability
from textclf.review_page.pool import Pool, Search
from textclf.review_page.queue import SEARCHED, Offer, Queue
from textclf.review_page.settings import ReviewSettings
from textclf.review_page.training import is_bundled
from textclf.review_page.units import (
    Unit,
    by_passage,
    document_labels,
    unit_id,
    unit_records,
)

_LONGEST_NOTE = 10_000
_PART = "/"
"""Stands in the keys of answers that were given together, behind what they have in common."""
_NOTHING_LEFT: dict[str, Any] = {"unit": None}


class ReviewSession:
    """The answers of one coder to a pool, and what comes next."""

    def __init__(
        self,
        pool: Pool,
        scheme: Scheme,
        answers: AnswerFile,
        settings: ReviewSettings,
        classifier: Classifier | None = None,
    ) -> None:
        self.pool = pool
        self.scheme = scheme
        self.answers = answers
        self.settings = settings
        self.classifier = classifier
        self._model = f"{classifier.scheme.version_id}" if classifier else ""
        self._decides = settings.order == ADJUDICATE
        self._own: dict[str, Record] = {}
        self._refresh()
        self.queue = Queue(
            pool, scheme, settings.coder, settings.order, settings.seed, self._enter_into_sample
        )
        self._offers: dict[Unit, Offer] = {}
        self._inclusion = self._stated_inclusion()
        if settings.order == "double":
            others = [
                one.article or one.id
                for one in answers.held(scheme.name)
                if one.answer and one.answer.coder != settings.coder
            ]
            if not others:
                raise InputError(
                    f"{settings.output}: has no answers of another coder to {scheme.name!r}; "
                    "let one begin with --order random, and give a name of your own with --coder"
                )
            self.queue.choose_overlap(others, self._own, settings.overlap)
        elif settings.order == "adjudicate":
            self._choose_disagreements()

    @property
    def answered(self) -> dict[str, Record]:
        """The answers of the coder that hold, by the id of their unit, without texts."""
        return self._own

    def start(self) -> dict[str, Any]:
        """Return what the page needs to know once."""
        scheme, facts = self.scheme, self.pool.facts
        return {
            "scheme": {
                "name": scheme.name,
                "version": scheme.version,
                "title": scheme.title or scheme.name,
                "question": scheme.question,
                "tieBreaks": scheme.tie_breaks,
                "several": scheme.kind == "multi",
                "byPassage": by_passage(scheme),
                "defaultLabel": scheme.default_label,
                "labels": [
                    {
                        "name": label.name,
                        "title": label.title,
                        "definition": label.definition,
                        "includes": list(label.includes),
                        "excludes": [list(exclusion) for exclusion in label.excludes],
                        "edgeCases": [
                            one.case for one in scheme.edge_cases if one.label == label.name
                        ],
                    }
                    for label in scheme.labels
                ],
            },
            "coder": self.settings.coder,
            "order": self.settings.order,
            "blind": self.settings.is_blind,
            "model": self._model,
            "file": str(self.settings.output),
            "train": self._training_command(),
            "months": list(facts.months),
            "sources": [shown(one) for one in facts.sources],
        }

    def next(self) -> dict[str, Any]:
        """Return the next unit, with its article."""
        offer = self._next_offer()
        if offer is None:
            return {**_NOTHING_LEFT, "progress": self.progress()}
        return self.show(offer.unit)

    def show(self, unit: Unit) -> dict[str, Any]:
        """Return a unit, with its article; raises InputError if there is no such unit."""
        article = self.pool.article(unit.number)
        name = unit_id(article.id, unit.position)
        own = self._own.get(name)
        view = article_view(article, self.classifier, hidden=self.settings.is_blind and own is None)
        if unit.position > view.passages or (unit.position < 1) == by_passage(self.scheme):
            raise InputError(f"article {unit.number} has no passage {unit.position}")
        coded = [
            self._own.get(unit_id(article.id, position)) for position in range(1, view.passages + 1)
        ]
        return {
            "unit": {"number": unit.number, "position": unit.position},
            "id": shown(article.id),
            "source": shown(article.source),
            "date": shown(article.date),
            "coded": article.coded.split("|") if article.coded and not self._hides(own) else [],
            "title": view.title,
            "blocks": view.blocks,
            "passages": view.passages,
            "answers": [one and list(one.labels[self.scheme.name]) for one in coded],
            "document": self._document(coded),
            "cut": view.cut,
            "model": self._of_model(view, unit),
            "hidden": self._hides(own),
            "answer": own and list(own.labels[self.scheme.name]),
            "note": own.answer.note if own and own.answer else "",
            "others": self._others(name),
            "progress": self.progress(),
        }

    def answer(
        self, unit: Unit, labels: Sequence[str], key: str, note: str = "", *, rest: bool = False
    ) -> None:
        """Store the labels of a unit; a `key` that is sent twice is stored once.

        With `rest`, all passages of the article that have no answer get them. Raises InputError
        for labels that the scheme does not take, and for a unit that is not in the pool.
        """
        given = self._checked(labels)
        if unit not in self._offers:  # it may have been offered before the server was started again
            self._next_offer()
        records = unit_records(self.pool.article(unit.number), self.scheme)
        if not rest and unit not in records:
            raise InputError(f"article {unit.number} has no passage {unit.position}")
        units = [one for one in records if records[one].id not in self._own] if rest else [unit]
        offer = self._offers.get(unit)
        answers = []
        for one in units:
            if offer:
                self._offers.setdefault(one, Offer(one, offer.order))
            own_key = f"{key}{_PART}{one.position}" if rest else key
            answer = self._answer_to(one, records[one].id, own_key, note[:_LONGEST_NOTE])
            answers.append(replace(records[one], labels={self.scheme.name: given}, answer=answer))
        self.answers.append(*answers)
        self._refresh()

    def undo(self, key: str) -> dict[str, Any]:
        """Take back the coder's last answer, or those that were given together; return its unit.

        Raises InputError if there is none.
        """
        if f"{key}{_PART}0" in self.answers:
            return self.next()
        given = self.answers.given_by(self.settings.coder, self.scheme.name, decides=self._decides)[
            ::-1
        ]
        if not given:
            raise InputError("there is no answer of yours to take back")
        together = _together(given[0])
        taken = list(takewhile(lambda one: _together(one) == together, given))
        records = []
        for count, one in enumerate(taken):
            order = one.answer.order if one.answer else SEARCHED
            undo = replace(self._given(f"{key}{_PART}{count}", order, 0.0), undo=True)
            records.append(Record(one.id, "", {}, position=one.position, answer=undo))
        self.answers.append(*records)
        self._refresh()
        last = taken[-1]
        number = self.pool.number_of(last.article or last.id)
        if number is None:
            return self.next()
        unit = Unit(number, last.position)
        self._offers[unit] = Offer(unit, last.answer.order if last.answer else SEARCHED)
        self.queue.offer_again(self._offers[unit])
        return self.show(unit)

    def skip(self, unit: Unit) -> dict[str, Any]:
        """Put a unit off, and return the next one."""
        self.queue.skip(self._offers.get(unit) or Offer(unit, SEARCHED))
        return self.next()

    def search(self, wanted: Search, *, least_sure: bool = False) -> dict[str, Any]:
        """Look for articles, and return the first, with how many there are."""
        if wanted == Search() and not least_sure:
            self.queue.search(None)
            return {"found": None, **self.next()}
        numbers = self.pool.search(wanted, least_sure=least_sure)
        self.queue.search(numbers)
        return {"found": len(numbers), **self.next()}

    def model_of(self, unit: Unit) -> dict[str, Any] | None:
        """Return what the model says of a unit; None if there is no model."""
        article = self.pool.article(unit.number)
        return self._of_model(article_view(article, self.classifier, hidden=False), unit)

    def progress(self) -> dict[str, Any]:
        """Return how many articles and units are answered, of how many, and with which labels."""
        counts = Counter(
            label for one in self._own.values() for label in one.labels[self.scheme.name]
        )
        articles = {one.article or one.id for one in self._own.values()}
        return {
            "answers": len(self._own),
            "articles": len(articles),
            "goal": self.settings.goal,
            "pool": len(self.pool),
            "labels": dict(counts),
        }

    def _training_command(self) -> str:
        """Return the command that trains a model on the answers."""
        output = self.settings.output
        based = is_bundled(self.scheme) and self.scheme.kind == "single"
        scheme = f"--base {self.scheme.name}" if based else "--scheme SCHEME.toml"
        return (
            f"textclf train {quote(str(output))} {scheme} "
            f"-o {quote(str(output.with_suffix('.textclf')))}"
        )

    def _next_offer(self) -> Offer | None:
        offer = self.queue.next(self._own)
        if offer is not None:
            self._offers[offer.unit] = offer
        return offer

    def _refresh(self) -> None:
        self.answers.refresh()
        self._own = {
            one.id: one
            for one in self.answers.held(self.scheme.name)
            if one.answer
            and one.answer.coder == self.settings.coder
            and one.answer.decides == self._decides
        }

    def _answer_to(self, unit: Unit, name: str, key: str, note: str) -> GivenAnswer:
        before = self._own.get(name)
        offer = self._offers.get(unit)
        order = offer.order if offer else SEARCHED
        if self._decides:
            order = ADJUDICATE
        elif before and before.answer:
            order = before.answer.order
        given = self._given(key, order, self._inclusion if order == RANDOM else 0.0)
        return replace(given, note=note)

    def _given(self, key: str, order: str, inclusion: float) -> GivenAnswer:
        return GivenAnswer(
            scheme=self.scheme.version_id,
            coder=self.settings.coder,
            time=datetime.now(UTC).isoformat(timespec="milliseconds"),
            order=order,
            inclusion=inclusion,
            model="" if self.settings.is_blind else self._model,
            key=key,
        )

    def _enter_into_sample(self, unit: Unit) -> None:
        """Store an answer once more, as one to a unit of the random sample."""
        record = unit_records(self.pool.article(unit.number), self.scheme)[unit]
        before = self._own[record.id]
        if before.answer:
            given = replace(
                before.answer, order=RANDOM, inclusion=self._inclusion, key=f"{uuid4()}{DRAWN}"
            )
            self.answers.append(replace(record, labels=before.labels, answer=given))
            self._refresh()

    def _stated_inclusion(self) -> float:
        """Return the inclusion probability that the coder's first answers state, or that of now.

        It stays the same when the goal changes: articles of one random order are all as likely. In
        the order `teach`, a part of the goal is of the random sample.
        """
        for one in self._own.values():
            if one.answer and one.answer.order == RANDOM and one.answer.inclusion:
                return one.answer.inclusion
        drawn = self.settings.goal
        if self.settings.order == "teach":
            drawn = max(1, round(drawn / RANDOM_EVERY))
        return inclusion_probability(drawn, len(self.pool))

    def _checked(self, labels: Sequence[str]) -> Answer:
        for label in labels:
            self.scheme.index(label)
        if self.scheme.kind == "multi":
            return self.scheme.close(labels)
        if len(labels) != 1:
            raise InputError(f"{self.scheme.name} takes one label, not {len(labels)}")
        return tuple(labels)

    def _hides(self, own: Record | None) -> bool:
        return self.settings.is_blind and own is None

    def _of_model(self, view: ArticleView, unit: Unit) -> dict[str, Any] | None:
        if not unit.position or view.model is None:
            return view.model
        if unit.position > len(view.of_passages):
            return None
        of_passage = view.of_passages[unit.position - 1]
        return {**of_passage, "probs": {}, "answered": bool(of_passage["prob"]), "status": ""}

    def _document(self, coded: Sequence[Record | None]) -> list[str] | None:
        """Return the labels of an article whose passages are all answered."""
        whole = [one for one in coded if one]
        if not by_passage(self.scheme) or not whole or len(whole) < len(coded):
            return None
        return list(document_labels(self.scheme, [one.labels[self.scheme.name] for one in whole]))

    def _others(self, name: str) -> list[dict[str, Any]]:
        """Return what other coders answered, for the coder who adjudicates."""
        if not self._decides:
            return []
        by_coder = coders_of(self.answers.held(self.scheme.name)).get(name, {})
        return [
            {
                "coder": coder,
                "labels": list(one.labels[self.scheme.name]),
                "note": one.answer.note if one.answer else "",
            }
            for coder, one in by_coder.items()
        ]

    def _choose_disagreements(self) -> None:
        held = self.answers.held(self.scheme.name)
        places = {one.id: (one.article or one.id, one.position) for one in held}
        units = []
        decided = {one.id for one in held if one.answer and one.answer.decides}
        for name in disagreements(coders_of(held), decided, self.scheme.name):
            article, position = places[name]
            if (number := self.pool.number_of(article)) is not None:
                units.append(Unit(number, position))
        if not units:
            raise InputError(
                f"{self.settings.output}: no two coders disagree about an article of the pool"
            )
        self.queue.choose(units)


def _together(record: Record) -> str:
    """Return what the keys of answers that were given together have in common."""
    return record.answer.key.partition(_PART)[0] if record.answer else ""
