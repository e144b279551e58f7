"""Which cells of a table have no label, and which spellings are one label."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textclf.corpus.label_cells import Spelling, alike, means_no_label
from textclf.errors import InputError

LABELS = st.sampled_from(["Econ", "econ", "ECON", "sport", "Sport", "1", "1.0", "law & crime"])
ANSWERS = st.lists(st.lists(LABELS, max_size=3, unique=True).map(tuple), min_size=1)


@pytest.mark.parametrize("word", ["nan", "NaN", "NA", "N/A", "null", "#N/A", "<NA>", "None", "NaT"])
def test_what_a_program_writes_for_an_empty_cell_is_no_label(word):
    assert means_no_label(word)
    assert not means_no_label(word, [word])


def test_none_in_small_letters_is_a_label():
    assert not means_no_label("none")


@given(ANSWERS)
def test_after_folding_case_no_two_labels_differ_in_case_alone(answers):
    folded = Spelling(fold_case=True).apply(answers)

    names = {label for answer in folded for label in answer}
    assert len({name.casefold() for name in names}) == len(names)
    for before, after in zip(answers, folded, strict=True):
        assert {one.casefold() for one in before} == {one.casefold() for one in after}


def test_folded_labels_are_spelled_as_most_cells_spell_them():
    answers = [("econ",), ("Econ",), ("Econ",)]

    assert Spelling(fold_case=True).apply(answers) == [("Econ",)] * 3


def test_folded_labels_are_spelled_as_the_scheme_spells_them():
    answers = [("Econ",), ("ECON",)]

    assert Spelling(fold_case=True).apply(answers, ["econ"]) == [("econ",)] * 2


def test_a_renamed_label_has_its_new_name_everywhere():
    spelling = Spelling.parse(["Econ.=economy", "b=c=d", "unclear="])

    answers = [("Econ.", "sport"), ("b=c",), ("unclear",), ("economy", "Econ.")]
    assert spelling.apply(answers) == [("economy", "sport"), ("d",), (), ("economy",)]


@pytest.mark.parametrize("text", ["econ", "=econ", " = "])
def test_a_rename_without_two_sides_is_refused(text):
    with pytest.raises(InputError, match="is not OLD=NEW"):
        Spelling.parse([text])


def test_a_label_to_rename_that_is_not_there_is_named():
    with pytest.raises(InputError, match=r"--rename Ecno: there is no such label; did you mean"):
        Spelling.parse(["Ecno=economy"]).apply([("Econ",)])


@given(ANSWERS)
def test_without_options_labels_stay_as_they_are(answers):
    assert Spelling().apply(answers) == answers


@pytest.mark.parametrize(
    "labels",
    [
        ("Econ", "econ"),
        ("1", "1.0"),
        ("law, crime", "law-crime"),
        ("a b", "a  b"),
        ("Sport", "Sport."),
    ],
)
def test_labels_that_differ_in_spelling_alone_are_found(labels):
    assert list(alike([*labels, "other", "+", "-", "-1"])) == [tuple(sorted(labels))]
