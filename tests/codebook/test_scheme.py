"""A scheme: its digest, its plain data, and the parts that make no scheme."""

from dataclasses import replace

import pytest

from textclf.codebook.aggregation_rule import AnyPassage, Mean, Plurality
from textclf.codebook.scheme import Label, Scheme
from textclf.codebook.scheme_file import find_scheme
from textclf.errors import SchemeError


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


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"labels": (Label("one"),)}, "too few labels"),
        ({"labels": (Label("one"), Label(" "))}, "is no name; give 1 to 200 characters"),
        ({"labels": (Label("one"), Label("t\two"))}, "does not print"),
        ({"kind": "many"}, "kind cannot be 'many'; there are: single, multi"),
        ({"unit": "page"}, "unit cannot be 'page'; there are: document, passage"),
        ({"aggregation": "any"}, "aggregation must be AnyPassage, Plurality or Mean, not 'any'"),
        ({"aggregation": AnyPassage("three")}, "aggregation: label 'three' is no label; there are"),
        ({"aggregation": Mean("too")}, "default 'too' is no label; did you mean 'two'"),
        ({"aggregation": Mean("two", 1.5)}, "min_mean must be a number from 0 to 1, not 1.5"),
        ({"aggregation": Plurality("two", 0)}, "min_passages must be a whole number from 1, not 0"),
        (
            {"aggregation": Plurality("two", 1, 30)},
            "min_share must be a number from 0 to 1",
        ),
        ({"at_least_one": True}, "for a scheme of kind 'multi'"),
        ({"kind": "multi", "aggregation": AnyPassage("one")}, "for a scheme of kind 'single'"),
        ({"aggregation": AnyPassage("one"), "lead_words": (15,)}, "that reads documents whole"),
        ({"lead_words": (0,)}, "numbers from 1 to"),
        ({"prior": (("three", 0.1),)}, "no label 'three'"),
        ({"prior": (("one", 0.4), ("two", 0.4))}, "shares above 0"),
        ({"prior": (("one", 1.0),)}, "shares above 0"),
    ],
)
def test_parts_that_do_not_fit_together_make_no_scheme(parts, message):
    with pytest.raises(SchemeError, match=message):
        Scheme(**{"name": "some", "labels": (Label("one"), Label("two")), **parts})


@pytest.mark.parametrize(
    ("old", "rule"),
    [
        ({"any_passage": "one", "mean_over": "", "mean_least": 0.5}, AnyPassage("one")),
        ({"any_passage": "", "mean_over": "two", "mean_least": 0.2}, Mean("two", 0.2)),
        ({"any_passage": "", "mean_over": "", "mean_least": 0.5}, None),
    ],
)
def test_the_plain_data_of_an_older_model_state_their_rule_by_other_keys(old, rule):
    scheme = Scheme("some", (Label("one"), Label("two")), aggregation=rule)
    data = scheme.as_dict()
    del data["aggregation"]

    assert Scheme.from_dict({**data, **old}) == scheme


@pytest.mark.parametrize("rule", [AnyPassage("one"), Plurality("two", 2, 0.3), Mean("two", 0.2)])
def test_a_scheme_with_an_aggregation_rule_reads_back_from_its_plain_data(rule):
    scheme = Scheme("some", (Label("one"), Label("two")), aggregation=rule)

    back = Scheme.from_dict(scheme.as_dict())

    assert back == scheme
    assert type(back.aggregation) is type(rule)
    assert back.digest == scheme.digest != replace(scheme, aggregation=None).digest


@pytest.mark.parametrize(
    ("rule", "default"),
    [(AnyPassage("one"), "two"), (Plurality("one"), "one"), (Mean("two"), "two"), (None, "")],
)
def test_the_default_label_is_the_one_that_nothing_speaks_for(rule, default):
    scheme = Scheme("some", (Label("one"), Label("two")), aggregation=rule)

    assert scheme.default_label == default
