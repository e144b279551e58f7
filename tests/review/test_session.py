"""A session: what its answers state of how their texts were chosen."""

import json

import pytest

from textclf.codebook.scheme import Label, Scheme
from textclf.corpus.records import Corpus
from textclf.review_page.answers import AnswerFile
from textclf.review_page.pool import Pool
from textclf.review_page.session import ReviewSession
from textclf.review_page.settings import ReviewSettings
from textclf.review_page.units import Unit

RAIN = Scheme("rain", (Label("rain"), Label("dry")))


@pytest.mark.parametrize(
    ("order", "goal", "inclusion"), [("random", 20, 0.5), ("teach", 20, 0.125), ("teach", 1, 0.025)]
)
def test_an_answer_states_how_likely_a_text_is_to_be_in_the_random_part_of_the_goal(
    tmp_path, order, goal, inclusion
):
    articles = tmp_path / "pool.jsonl"
    rows = [{"id": f"a{n}", "text": f"It rained on day {n}."} for n in range(40)]
    articles.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    output = tmp_path / "mine.jsonl"
    file = AnswerFile(output)
    settings = ReviewSettings(output, order=order, goal=goal)
    session = ReviewSession(Pool.read([str(articles)], RAIN), RAIN, file, settings)

    session.answer(Unit(**session.next()["unit"]), ["rain"], "k1")

    [record] = Corpus.read([output]).records
    assert (record.answer.order, record.answer.inclusion) == ("random", inclusion)
