"""Templated text is found, and text written by hand is not."""

import pytest

from textclf.corpus.records import Corpus
from textclf.corpus.templated_text import repeated_openings, sentence_templates, shared_runs

RUN = "the committee met again on friday to hear what the growers had lost"
TEMPLATE = "The {} of {} said that it was the {} that had been in the {} for the {} of the {}."
SLOTS = [
    ("mayor", "Sukkur", "silt", "drain", "depth", "bazaar"),
    ("warden", "Mysuru", "fence", "orchard", "length", "season"),
]


def test_twelve_words_in_a_row_of_another_text_are_found():
    texts = [f"In Multan {RUN}.", "Nothing like it.", f"Once more, {RUN}, they said."]

    (repeat,) = shared_runs(texts, ["a", "b", "c"])

    assert (repeat.first, repeat.second) == (0, 2)
    assert repeat.what == " ".join(RUN.split()[:12])


def test_eleven_words_in_a_row_are_allowed():
    texts = [RUN, " ".join(RUN.split()[:11])]

    assert list(shared_runs(texts, ["a", "b"])) == []


@pytest.mark.parametrize("find", [shared_runs, repeated_openings])
def test_the_halves_of_a_contrast_pair_may_share_text(find):
    assert list(find([RUN, RUN], ["pair", "pair"])) == []


def test_texts_that_begin_alike_are_found():
    texts = ["Heavy rain fell on Swat and Dir.", "Heavy rain fell on Swat, and a wall fell."]

    (repeat,) = repeated_openings(texts, ["a", "b"])

    assert repeat.what == "heavy rain fell on swat"


def test_a_sentence_template_with_other_words_in_its_slots_is_found():
    written = Corpus.read().passages
    texts = [*(record.text for record in written), *(TEMPLATE.format(*words) for words in SLOTS)]

    (repeat,) = sentence_templates(texts, [*(record.group for record in written), "x", "y"])

    assert (repeat.first, repeat.second) == (len(written), len(written) + 1)
    assert repeat.what.startswith("the _ of _ said that it was the")
