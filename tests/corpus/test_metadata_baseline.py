"""Metadata that gives a label away has a high score, and other metadata has not."""

import random

from textclf.codebook.scheme import Label, Scheme
from textclf.corpus.metadata_baseline import metadata_score
from textclf.corpus.records import Record

SKY = Scheme("sky", (Label("rain"), Label("dry")))


def records(genre_of):
    draw = random.Random(0)  # noqa: S311 - no secret
    labels = [draw.choice(["rain", "dry"]) for _ in range(300)]
    return [
        Record(
            str(number),
            "rain " * draw.randrange(5, 60),
            {"sky": (label,)},
            genre=genre_of(label, draw),
            batch=draw.choice("ab"),
        )
        for number, label in enumerate(labels)
    ]


def test_a_label_that_the_genre_gives_away_is_predicted_from_it():
    score = metadata_score(records(lambda label, _: f"genre of {label}"), SKY)

    assert score.accuracy == 1
    assert score.points > 40


def test_a_label_that_no_metadata_goes_with_is_not_predicted():
    score = metadata_score(records(lambda _, draw: draw.choice(["column", "report"])), SKY)

    assert score.points < 10
