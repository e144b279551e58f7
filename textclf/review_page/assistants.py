"""The background processes of a session: one predicts, one learns, one trains when it is asked."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import numpy as np

from textclf.codebook.scheme import Scheme
from textclf.corpus.records import Record
from textclf.errors import InputError
from textclf.review_page.background import Background
from textclf.review_page.learner import RETRAIN_EVERY, Advice, Labelled, learn_from
from textclf.review_page.predictions import BATCH, predict_with
from textclf.review_page.session import ReviewSession
from textclf.review_page.training import train_on_answers
from textclf.review_page.units import unit_texts

_CANDIDATES = 3_000
"""Articles among which the learner chooses; more would take it minutes to read."""


class Assistants:
    """Gives work to the background processes, and takes what they have done."""

    def __init__(self, session: ReviewSession) -> None:
        self._session = session
        self._model = session.settings.model if session.classifier else ""
        self._predictor: Background | None = None
        self._learner: Background | None = None
        self._trainer: Background | None = None
        self._predicted = 0
        self._asked = 0
        """Answers that the learner has been given."""
        self._advice: Advice | None = None
        self._training: dict[str, Any] = {"state": "none"}
        self._error = ""

    def begin(self) -> None:
        """Begin to predict the pool, if there is a model."""
        if self._model and not self._session.settings.is_blind:
            self._predictor = Background(predict_with, self._model)

    def end(self) -> None:
        """End all processes."""
        for one in (self._predictor, self._learner, self._trainer):
            if one is not None:
                with suppress(OSError):
                    one.end()

    def tick(self) -> None:
        """Take what is done, and give what is to be done. This takes milliseconds."""
        for work in (self._predict, self._learn, self._take_model):
            try:
                work()
            except Exception as reason:  # noqa: BLE001 - the others go on, and the page tells it
                self._error = f"{type(reason).__name__}: {reason}"

    def train(self) -> None:
        """Train a model on the answers; raises InputError if that goes on already."""
        if self._trainer is not None:
            raise InputError("a model is being trained")
        output = self._session.settings.output
        self._trainer = Background(train_on_answers, self._session.scheme)
        self._trainer.give((output, output.with_suffix(".textclf")))
        self._training = {"state": "running"}

    def status(self) -> dict[str, Any]:
        """Return what the page shows of the background processes."""
        advice = self._advice
        return {
            "predicted": self._predicted,
            "pool": len(self._session.pool),
            "learner": advice
            and {
                "answers": advice.answers,
                "agreement": f"{advice.agreement:.0%}",
                "enough": advice.enough,
            },
            "training": self._training,
            "error": self._error,
        }

    def _predict(self) -> None:
        predictor, pool = self._predictor, self._session.pool
        if predictor is None:
            return
        if predictor.busy:
            done = predictor.take()
            if done is None:
                return
            rows, error = done
            if error:
                self._error, self._predictor = error, None
                return
            pool.set_predictions(rows)
            self._predicted += len(rows)
        if self._predicted >= len(pool):
            predictor.end()
            self._predictor = None
            return
        end = min(len(pool), self._predicted + BATCH)
        articles = map(pool.article, range(self._predicted, end))
        predictor.give([(one.number, one.title, one.text) for one in articles])

    def _learn(self) -> None:
        session = self._session
        if session.settings.order != "teach":
            return
        if self._learner is not None and self._learner.busy:
            done = self._learner.take()
            if done is None:
                return
            advice, error = done
            self._error = error or self._error
            if error:
                self._learner.end()
                self._learner = None
            elif advice is not None:
                self._advice = advice
                session.queue.choose(advice.units)
        count = len(session.answered)
        if self._error or count < self._asked + RETRAIN_EVERY:
            return
        if self._learner is None:
            rng = np.random.default_rng(session.settings.seed)
            size = len(session.pool)
            chosen = rng.choice(size, min(size, _CANDIDATES), replace=False).tolist()
            articles = [session.pool.article(number) for number in chosen]
            self._learner = Background(learn_from, articles, session.scheme, self._model)
        self._learner.give(_labelled(session, session.answered, session.scheme))
        self._asked = count

    def _take_model(self) -> None:
        if self._trainer is None or (done := self._trainer.take()) is None:
            return
        found, error = done
        self._training = (
            {"state": "failed", "error": error}
            if error
            else {
                "state": "done",
                **found,
            }
        )
        self._trainer.end()
        self._trainer = None


def _labelled(
    session: ReviewSession, answers: Mapping[str, Record], scheme: Scheme
) -> list[Labelled]:
    """Return the texts that the coder has answered, with their labels."""
    found = []
    for record in answers.values():
        number = session.pool.number_of(record.article or record.id)
        if number is not None:
            texts = unit_texts(session.pool.article(number), scheme)
            text = texts[max(0, record.position - 1)]
            found.append(Labelled(text, record.labels[scheme.name]))
    return found
