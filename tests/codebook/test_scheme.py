"""Schemes are data: what the shipped ones hold, and what a mistake in a file is answered with."""

from dataclasses import replace

import pytest

from textclf.codebook.scheme import Label, Scheme, bundled_schemes, find_scheme
from textclf.errors import SchemeError

IPTC = {
    "arts": "medtop:01000000",
    "crime": "medtop:02000000",
    "disaster": "medtop:03000000",
    "economy": "medtop:04000000",
    "education": "medtop:05000000",
    "environment": "medtop:06000000",
    "health": "medtop:07000000",
    "human_interest": "medtop:08000000",
    "labour": "medtop:09000000",
    "lifestyle": "medtop:10000000",
    "politics": "medtop:11000000",
    "religion": "medtop:12000000",
    "science_technology": "medtop:13000000",
    "society": "medtop:14000000",
    "sport": "medtop:15000000",
    "conflict": "medtop:16000000",
    "weather": "medtop:17000000",
}

GOOD = """
format = 2
name = "protest"
version = "1"
title = "Protest"
question = "Is a protest reported?"
limits = "Sit-ins are missed."
kind = "multi"
at_least_one = true
implies = { march = ["protest"] }

[[labels]]
name = "protest"
definition = "People gather to object."
includes = ["rallies"]
excludes = [{ case = "a queue", to = "none" }]

[[labels]]
name = "march"
definition = "They walk."

[[labels]]
name = "none"
definition = "Nothing of it."

[[edge_cases]]
case = "a sit-in"
label = "protest"
"""


def test_the_three_schemes_travel_with_the_package():
    assert bundled_schemes() == ("sectarian_violence", "stance", "topic")


def test_topic_has_the_seventeen_media_topics_with_their_codes():
    assert {label.name: label.code for label in find_scheme("topic").labels} == IPTC


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("stance", ("against", "favor", "none")),
        ("sectarian_violence", ("mention", "no_mention")),
    ],
)
def test_the_other_schemes_have_the_labels_of_the_codebook(name, labels):
    assert find_scheme(name).label_names == labels


def test_a_document_mentions_sectarian_violence_where_any_passage_does():
    assert find_scheme("sectarian_violence").any_passage == "mention"


@pytest.mark.parametrize("name", ["topic", "stance", "sectarian_violence"])
def test_every_shipped_label_has_a_definition_and_takes_something(name):
    scheme = find_scheme(name)

    assert all(label.definition and label.includes for label in scheme.labels)
    assert scheme.question
    assert scheme.tie_breaks
    assert scheme.edge_cases


@pytest.mark.parametrize("name", ["topic", "stance", "sectarian_violence"])
def test_a_scheme_reads_back_from_its_plain_data(name):
    scheme = find_scheme(name)

    assert Scheme.from_dict(scheme.as_dict()) == scheme


def test_one_changed_word_changes_the_digest():
    scheme = find_scheme("stance")
    changed = replace(scheme, tie_breaks=scheme.tie_breaks + " Always.")

    assert changed.digest != scheme.digest


def test_the_digest_of_a_scheme_is_the_same_every_time():
    assert find_scheme("topic").digest == find_scheme("topic").digest


def test_a_good_file_gives_its_scheme(tmp_path):
    path = tmp_path / "protest.toml"
    path.write_text(GOOD, "utf-8")

    scheme = find_scheme(str(path))

    assert scheme.label_names == ("protest", "march", "none")
    assert scheme.close(["march"]) == ("protest", "march")
    assert scheme.at_least_one
    assert scheme.edge_cases[0].case == "a sit-in"
    assert scheme.limits == "Sit-ins are missed."


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ('kind = "multi"', 'kind = "mutli"', "kind cannot be 'mutli'; did you mean 'multi'?"),
        ('question = "Is', 'qestion = "Is', "question is missing; is 'qestion' meant to be it?"),
        ("at_least_one = true", 'at_least_one = "yes"', "at_least_one must be true or false"),
        ("at_least_one = true", "at_least_on = true", "no key 'at_least_on'; did you mean"),
        ('name = "march"', 'name = "protest"', "there are two labels 'protest'"),
        ('to = "none"', 'to = "nobody"', "there is no label 'nobody'"),
        ('label = "protest"', 'label = "protets"', "did you mean 'protest'?"),
        ('march = ["protest"]', 'walk = ["protest"]', "implies: there is no label 'walk'"),
        ('name = "protest"', 'name = "My Scheme"', "a scheme cannot be named 'My Scheme'"),
        ("format = 2", "format = 1", "format must be 2; in a file of format 1 rename takes to"),
        ("format = 2", 'format = "2"', "format must be a whole number"),
        ('includes = ["rallies"]', 'includes = "rallies"', "includes must be a list"),
        ('version = "1"', "version = 1", "version must be a non-empty string"),
        ("[[edge_cases]]", "[edge_cases]", "edge_cases must be a list of tables"),
        ('definition = "They walk."', 'definitoin = "They walk."', "definition is missing"),
        ('name = "march"', "name = ", "is not valid TOML"),
    ],
)
def test_a_mistake_is_one_line_that_names_file_key_and_remedy(tmp_path, right, wrong, message):
    path = tmp_path / "protest.toml"
    path.write_text(GOOD.replace(right, wrong, 1), "utf-8")

    with pytest.raises(SchemeError) as error:
        Scheme.read(path)

    assert str(error.value).startswith(str(path))
    assert message in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"labels": (Label("one"),)}, "too few labels"),
        ({"labels": (Label("one"), Label(" "))}, "no name for a label"),
        ({"labels": (Label("one"), Label("t\two"))}, "does not print"),
        ({"any_passage": "three"}, "any_passage: there is no label 'three'"),
        ({"at_least_one": True}, "rules of a scheme of kind 'multi'"),
        ({"kind": "multi", "any_passage": "one"}, "for a scheme of kind 'single'"),
        ({"any_passage": "one", "mean_over": "two"}, "exclude each other"),
        ({"any_passage": "one", "lead_words": (15,)}, "that reads documents whole"),
        ({"lead_words": (0,)}, "numbers from 1 to"),
        ({"prior": (("three", 0.1),)}, "no label 'three'"),
        ({"prior": (("one", 0.4), ("two", 0.4))}, "shares above 0"),
        ({"prior": (("one", 1.0),)}, "shares above 0"),
    ],
)
def test_parts_that_do_not_fit_together_make_no_scheme(parts, message):
    with pytest.raises(SchemeError, match=message):
        Scheme(**{"name": "some", "labels": (Label("one"), Label("two")), **parts})


def test_a_scheme_that_is_not_there_is_answered_with_those_that_are():
    with pytest.raises(SchemeError, match="did you mean 'stance'"):
        find_scheme("stanse")
