"""Labels proposed from seed terms: where two readings of the terms agree, and nowhere else."""

import json
from dataclasses import replace

import pytest
from small_models import MULTI, SINGLE

from textclf.corpus.records import Corpus
from textclf.corpus.term_lists import TermGroup, TermList
from textclf.errors import TrainingError
from textclf.io.input_documents import InputDocument
from textclf.reports.proposals import proposals_report
from textclf.training.weak_labels import propose_labels, propose_labels_of_files

SPORT = ("goal", "late goal", "the goalkeeper", "wicket", "wickets", "hockey match", "the match")
WEATHER = ("rain", "heavy rain", "rainfall", "snow", "snowfall", "cold wind", "wind")
TERMS = TermList("beat", (TermGroup("ball", SPORT, "sport"), TermGroup("sky", WEATHER, "weather")))


def proposed(*texts, scheme=SINGLE, terms=TERMS, **options):
    items = [InputDocument(f"t{number}", f"t{number}", text) for number, text in enumerate(texts)]
    return propose_labels(items, scheme, terms, **options)


def labels(found):
    return [one.record.labels.get("beat", ()) for one in found.proposals]


def test_a_label_is_proposed_where_count_and_model_agree():
    found = proposed("A late goal won the match.", "Snow and a cold wind closed the pass.")

    assert labels(found) == [("sport",), ("weather",)]


def test_nothing_is_proposed_where_as_many_terms_point_to_either_label():
    assert labels(proposed("A goal in the rain.")) == [()]


def test_nothing_is_proposed_where_no_term_stands():
    """The model knows parts of words, and would have an answer."""
    assert labels(proposed("Goalposts were sold.")) == [()]


def test_nothing_is_proposed_that_is_less_sure_than_asked():
    text = "A late goal won the match in the rain."

    assert labels(proposed(text)) == [("sport",)]
    assert labels(proposed(text, abstain=0.999)) == [()]


def test_how_far_terms_reach_and_which_labels_conflict_is_counted():
    found = proposed("A goal.", "A goal in the rain.", "Rain and snow.", "Nothing at all.")

    sport, weather = found.coverage
    assert (sport.terms, sport.held, sport.alone, sport.proposed) == (7, 2, 1, 1)
    assert (weather.held, weather.alone) == (2, 1)
    assert found.conflicts == (("sport", "weather", 1),)
    assert proposals_report(found).startswith(
        "2 of 4 texts got a proposal\n1 hold no term, 1 hold terms"
    )


def test_a_scheme_of_passages_gets_a_record_for_each():
    scheme = replace(SINGLE, unit="passage")

    played, rained = "A late goal won the match", "Heavy rain and snow"
    text = "\n".join(" and ".join([one] * (250 // len(one))) + "." for one in (played, rained))

    found = proposed(text, scheme=scheme)

    records = [one.record for one in found.proposals]
    assert [(one.id, one.article, one.position) for one in records] == [
        ("t0#1", "t0", 1),
        ("t0#2", "t0", 2),
    ]
    assert labels(found) == [("sport",), ("weather",)]


def test_a_text_may_get_several_labels_and_what_they_imply():
    terms = TermList(
        "subjects",
        (
            TermGroup("ball", SPORT, "sport"),
            TermGroup("sky", WEATHER, "weather"),
            TermGroup("out", ("hill", "meadow", "campsite", "trail"), "outdoors"),
        ),
    )

    found = proposed("Heavy rain, snow and a cold wind.", scheme=MULTI, terms=terms)

    assert found.proposals[0].record.labels == {"subjects": ("outdoors", "weather")}


def test_a_label_without_terms_is_named():
    with pytest.raises(TrainingError, match="label 'weather' of scheme 'beat' has no text"):
        proposed("Rain.", terms=replace(TERMS, groups=TERMS.groups[:1]))


@pytest.mark.slow
def test_the_lines_are_a_corpus_that_can_be_trained_on(tmp_path):
    (tmp_path / "pool.csv").write_text(
        "id,text\n1,A man was killed because he was Shia.\n2,The bridge was opened.\n", "utf-8"
    )

    found = propose_labels_of_files([str(tmp_path / "pool.csv")], "sectarian_violence")

    (tmp_path / "proposed.jsonl").write_text(found.lines(), "utf-8")
    records = Corpus.read([tmp_path / "proposed.jsonl"]).records
    assert [record.id for record in records] == ["1#1", "2#1"]
    assert all(json.loads(line)["text"] for line in found.lines().splitlines())
