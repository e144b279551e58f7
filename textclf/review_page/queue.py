"""The queue: which unit a coder is asked about next, and how it was chosen."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from textclf.codebook.scheme import Scheme
from textclf.corpus.given_answers import RANDOM
from textclf.corpus.records import Record
from textclf.review_page.order import RANDOM_EVERY, Order, overlap_order, random_order
from textclf.review_page.pool import Pool
from textclf.review_page.units import Unit, unit_id, units_of

SEARCHED = "search"
"""The order of a unit that the coder looked for."""


class Offer(NamedTuple):
    """A unit, and how it was chosen."""

    unit: Unit
    order: str


class Queue:
    """Offers units of a pool, none that the coder has answered or skipped.

    A random sample stays one: an article of it that was answered before, because the coder looked
    for it or because it teaches, is passed to `drawn`, which enters it as a part of the sample.
    """

    def __init__(
        self,
        pool: Pool,
        scheme: Scheme,
        coder: str,
        order: Order,
        seed: int,
        drawn: Callable[[Unit], None],
    ) -> None:
        self._pool = pool
        self._scheme = scheme
        self._order = order
        self._drawn = drawn
        self._seed = seed
        self._sample = iter(random_order(len(pool), seed, coder).tolist())
        self._current: deque[Unit] = deque()
        """The units of the article of the random sample that is being answered."""
        self._chosen: deque[Unit] = deque()
        """Units that teach, or that another coder has answered, or that coders disagree on."""
        self._searched: Iterator[int] | None = None
        self._later: deque[Offer] = deque()
        """Units that were skipped."""
        self._offered = 0
        self._pending: Offer | None = None
        """What was offered last: it is offered until it is answered or skipped."""
        self._put_by: deque[Offer] = deque()
        """What was offered before a search."""

    def choose(self, units: Iterable[Unit]) -> None:
        """Offer these units first, in place of those that were chosen before."""
        self._chosen = deque(units)

    def choose_overlap(self, others: Sequence[str], own: Mapping[str, Record], size: int) -> None:
        """Offer a sample of the articles that another coder has answered."""
        articles = list(dict.fromkeys(others))
        begun = {record.article or record.id for record in own.values()}
        mine = {name for name in articles if name in begun and not self._open_units(name, own)}
        names = overlap_order(articles, size, mine, self._seed)
        self.choose(unit for name in names for unit in self._open_units(name, own))

    def _open_units(self, article: str, own: Mapping[str, Record]) -> list[Unit]:
        """Return the units of an article of the pool that the coder has not answered."""
        number = self._pool.number_of(article)
        if number is None:
            return []
        units = units_of(self._pool.article(number), self._scheme)
        return [one for one in units if unit_id(article, one.position) not in own]

    def search(self, numbers: Sequence[int] | None) -> None:
        """Offer the units of these articles only; None ends the search."""
        if self._pending and self._pending.order != SEARCHED:
            self._put_by.append(self._pending)
        self._pending = None
        self._searched = None if numbers is None else iter(numbers)
        self._found: deque[Unit] = deque()

    def skip(self, offer: Offer) -> None:
        """Offer a unit again when nothing else is left."""
        self._later.append(offer)
        if self._pending and self._pending.unit == offer.unit:
            self._pending = None

    def offer_again(self, offer: Offer) -> None:
        """Offer a unit whose answer was taken back, before all others."""
        if self._pending:
            self._put_by.appendleft(self._pending)
        self._pending = offer

    def next(self, own: Mapping[str, Record]) -> Offer | None:
        """Return the next unit; None if there is none. `own` has the coder's answers by id."""
        skipped = {offer.unit for offer in self._later}

        def is_open(unit: Unit) -> bool:
            return unit not in skipped and self._id(unit) not in own

        if self._pending is None or not self._is_still_open(self._pending, own):
            self._pending = self._put_by_before(is_open) or self._first(is_open, own)
        while self._pending is None and self._later:
            again = self._later.popleft()
            if self._is_still_open(again, own):
                self._pending = again
        return self._pending

    def _is_still_open(self, offer: Offer, own: Mapping[str, Record]) -> bool:
        return self._id(offer.unit) not in own

    def _put_by_before(self, is_open: Callable[[Unit], bool]) -> Offer | None:
        while self._put_by and self._searched is None:
            offer = self._put_by.popleft()
            if is_open(offer.unit):
                return offer
        return None

    def _first(self, is_open: Callable[[Unit], bool], own: Mapping[str, Record]) -> Offer | None:
        if self._searched is not None:
            return self._next_found(is_open)
        if self._order == "adjudicate":
            unit = self._next_chosen(is_open)
            return Offer(unit, self._order) if unit else None
        in_turn = self._order != "teach" or self._offered % RANDOM_EVERY
        self._offered += 1
        if in_turn and not self._current and (unit := self._next_chosen(is_open)):
            return Offer(unit, self._order)
        unit = self._next_of_sample(is_open, own)
        if unit is None and (unit := self._next_chosen(is_open)):
            return Offer(unit, self._order)
        return Offer(unit, RANDOM) if unit else None

    def _next_chosen(self, is_open: Callable[[Unit], bool]) -> Unit | None:
        while self._chosen:
            unit = self._chosen.popleft()
            if is_open(unit):
                return unit
        return None

    def _next_found(self, is_open: Callable[[Unit], bool]) -> Offer | None:
        while True:
            while self._found:
                unit = self._found.popleft()
                if is_open(unit):
                    return Offer(unit, SEARCHED)
            number = next(self._searched or iter(()), None)
            if number is None:
                return None
            self._found.extend(units_of(self._pool.article(number), self._scheme))

    def _next_of_sample(
        self, is_open: Callable[[Unit], bool], own: Mapping[str, Record]
    ) -> Unit | None:
        while True:
            while self._current:
                unit = self._current.popleft()
                record = own.get(self._id(unit))
                if record is None and is_open(unit):
                    return unit
                if record and record.answer and record.answer.order != RANDOM:
                    self._drawn(unit)
            number = next(self._sample, None)
            if number is None:
                return None
            self._current.extend(units_of(self._pool.article(number), self._scheme))

    def _id(self, unit: Unit) -> str:
        (name,) = self._pool.ids([unit.number])
        return unit_id(name, unit.position)
