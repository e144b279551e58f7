"""Texts, schemes and settings that the tests train small models on."""

import numpy as np

from textclf.codebook.aggregation_rule import AnyPassage
from textclf.codebook.scheme import Label, Scheme
from textclf.corpus.records import Corpus, Record
from textclf.training.config import TrainConfig

WEATHER = [
    "Snow fell on the pass all night and the road to the lake was white by dawn.",
    "The met office forecasts rain and strong wind for the coast until Friday.",
    "A dust storm swept the plains, and the temperature fell by nine degrees.",
    "Fog delayed the morning; forecasters expect sunshine and a light breeze later.",
    "Monsoon clouds gathered over the hills and heavy rain is forecast tonight.",
    "Cold wind from the north will keep the snow on the ground, forecasters say.",
]
SPORT = [
    "The captain scored twice and the club won the cup after extra time.",
    "Her spinner took five wickets before lunch, and the match was over by tea.",
    "The coach rested three players for the semi-final of the hockey tournament.",
    "A late goal gave the visitors the match; the captain praised the young striker.",
    "The bowler took the last wicket with the scores level, and the crowd ran on.",
    "Players of both clubs shook hands after the final, won by a single goal.",
]
BOTH = [
    "Rain stopped the match after ten overs and the captain blamed the forecast.",
    "Snow on the pitch put off the final; the club hopes for sunshine on Sunday.",
]


def corpus(name: str, answers: list[tuple[str, tuple[str, ...]]]) -> Corpus:
    return Corpus(
        tuple(
            Record(f"r{number:02d}", text, {name: labels})
            for number, (text, labels) in enumerate(answers)
        )
    )


SINGLE = Scheme("beat", (Label("sport"), Label("weather")))
PASSAGES = Scheme(
    "rain", (Label("rain"), Label("dry")), unit="passage", aggregation=AnyPassage("rain")
)
MULTI = Scheme(
    "subjects",
    (Label("outdoors"), Label("sport"), Label("weather")),
    "multi",
    implies=(("weather", ("outdoors",)),),
)
SMALL = TrainConfig(folds=2, char_min_df=1)

BEAT_TEXTS = [*((t, ("sport",)) for t in SPORT), *((t, ("weather",)) for t in WEATHER)]
RAIN_TEXTS = [(t, ("rain",) if "rain" in t.lower() else ("dry",)) for t in WEATHER + SPORT + BOTH]
SUBJECT_TEXTS = [
    *((t, ("sport",)) for t in SPORT),
    *((t, ("outdoors", "weather")) for t in WEATHER),
    *((t, ("outdoors", "sport", "weather")) for t in BOTH),
]


def long_texts(own: list[str], label: str, seed: int) -> list[tuple[str, tuple[str, ...]]]:
    """Return texts whose first words are those of some texts, and whose others say nothing."""
    random = np.random.default_rng(seed)
    first, rest = (" ".join(texts).split() for texts in (own, SPORT + WEATHER))
    texts = [[*random.choice(first, 70), *random.choice(rest, 400)] for _ in range(12)]
    return [(" ".join(words), (label,)) for words in texts]


LONG_TEXTS = [*long_texts(SPORT, "sport", 1), *long_texts(WEATHER, "weather", 2)]

PLAN = """
format = 1
genres = ["report", "column"]
periods = ["2020s"]
styles = ["indian"]

[regions]
india = 0.75
africa = 0.25

[subjects]
sky = ["hail", "fog"]

[least]
passages = 3
words = 9
distinct_words = 4
articles = 1
cases_of_each_edge_case = 1

[least.sky]
rain = 2

[least.pairs]
sky = 1

[[exceptions]]
label = "sky/rain"
term = "over"
why = "rain falls over a place"
"""
