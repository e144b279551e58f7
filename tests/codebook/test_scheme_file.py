"""Scheme files: the bundled ones, the keys of a file, and the answer to each mistake."""

import pytest

from textclf.codebook.aggregation_rule import AnyPassage, Mean, Plurality
from textclf.codebook.scheme_file import bundled_schemes, find_scheme, read_scheme
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
    assert find_scheme("sectarian_violence").aggregation == AnyPassage("mention")


def test_a_document_takes_a_stance_by_the_mean_of_its_passages():
    assert find_scheme("stance").aggregation == Mean("none", 0.2)


@pytest.mark.parametrize("name", ["topic", "stance", "sectarian_violence"])
def test_every_shipped_label_has_a_definition_and_takes_something(name):
    scheme = find_scheme(name)

    assert all(label.definition and label.includes for label in scheme.labels)
    assert scheme.question
    assert scheme.tie_breaks
    assert scheme.edge_cases


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
        ("at_least_one = true", "at_least_on = true", "no key 'at_least_on'; did you mean"),
        ('name = "march"', 'name = "protest"', "there are two labels 'protest'"),
        ('to = "none"', 'to = "nobody"', "there is no label 'nobody'"),
        ('label = "protest"', 'label = "protets"', "did you mean 'protest'?"),
        ('march = ["protest"]', 'walk = ["protest"]', "implies: there is no label 'walk'"),
        ('name = "protest"', 'name = "My Scheme"', "a scheme cannot be named 'My Scheme'"),
        ("format = 2", "format = 1", "format must be 2; in a file of format 1 rename takes to"),
        ('includes = ["rallies"]', 'incldes = ["rallies"]', "labels[1]: there is no key 'incldes'"),
        ('case = "a queue"', 'caes = "a queue"', "labels[1]: excludes[1]: case is missing"),
        ('case = "a sit-in"', 'caes = "a sit-in"', "edge_cases[1]: case is missing"),
    ],
)
def test_a_mistake_in_a_scheme_file_is_named_with_its_place(tmp_path, right, wrong, message):
    path = tmp_path / "protest.toml"
    path.write_text(GOOD.replace(right, wrong, 1), "utf-8")

    with pytest.raises(SchemeError) as error:
        read_scheme(path)

    assert str(error.value).startswith(str(path))
    assert message in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("lines", "rule"),
    [
        (['rule = "any"', 'label = "strike"'], AnyPassage("strike")),
        (['rule = "plurality"', 'default = "none"'], Plurality("none", 1, 0.0)),
        (
            ['rule = "plurality"', 'default = "none"', "min_passages = 3", "min_share = 0.2"],
            Plurality("none", 3, 0.2),
        ),
        (['rule = "mean"', 'default = "none"'], Mean("none", 0.5)),
        (['rule = "mean"', 'default = "none"', "min_mean = 0.2"], Mean("none", 0.2)),
    ],
)
def test_the_table_aggregation_states_the_rule(tmp_path, lines, rule):
    assert read_scheme(strike(tmp_path, ["[aggregation]", *lines])).aggregation == rule


def test_without_the_table_a_document_is_read_whole(tmp_path):
    scheme = read_scheme(strike(tmp_path, []))

    assert (scheme.aggregation, scheme.by_passage) == (None, False)


@pytest.mark.parametrize(
    ("lines", "rule"),
    [
        (['any_passage = "strike"'], AnyPassage("strike")),
        (['mean_over = "none"'], Mean("none", 0.5)),
        (['mean_over = "none"', "mean_least = 0.2"], Mean("none", 0.2)),
    ],
)
def test_the_older_keys_state_the_rule_too(tmp_path, lines, rule):
    assert read_scheme(strike(tmp_path, lines)).aggregation == rule


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (['rule = "median"'], "rule cannot be 'median'; did you mean 'mean'? There are: any, plu"),
        (['label = "strike"'], "rule is missing; there are: any, plurality, mean"),
        (['rule = "any"'], "rule 'any' needs label, the name of a label"),
        (['rule = "mean"', "min_mean = 0.2"], "rule 'mean' needs default, the name of a label"),
        (
            ['rule = "mean"', 'default = "none"', "min_share = 0.2"],
            "rule 'mean' has no 'min_share', which is for 'plurality'; there are: default, min_me",
        ),
        (
            ['rule = "any"', 'label = "strike"', 'default = "none"'],
            "rule 'any' has no 'default', which is for 'plurality' and 'mean'; there are: label",
        ),
        (
            ['rule = "mean"', 'default = "none"', "min_maen = 0.2"],
            "rule 'mean' has no 'min_maen'; did you mean 'min_mean'?",
        ),
        (['rule = "any"', 'label = "strik"'], "label 'strik' is no label; did you mean 'strike'?"),
        (['rule = "any"', "label = 1"], "label 1 is no label; there are: strike, none"),
        (
            ['rule = "plurality"', 'default = "none"', "min_share = 20"],
            "min_share must be a number from 0 to 1, not 20",
        ),
        (
            ['rule = "plurality"', 'default = "none"', "min_passages = 0.5"],
            "min_passages must be a whole number from 1, not 0.5",
        ),
        (
            ['rule = "mean"', 'default = "none"', 'min_mean = "0.2"'],
            "min_mean must be a number from 0 to 1, not '0.2'",
        ),
    ],
)
def test_a_mistake_in_the_table_aggregation_is_one_line(tmp_path, lines, message):
    path = strike(tmp_path, ["[aggregation]", *lines])

    with pytest.raises(SchemeError) as error:
        read_scheme(path)

    assert str(error.value).startswith(f"{path}: aggregation: {message}")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (['aggregation = "any"'], "aggregation must be a table, under [aggregation]"),
        (['any_passage = "strike"', 'mean_over = "none"'], "exclude each other"),
        (
            ['any_passage = "strike"', "[aggregation]", 'rule = "any"', 'label = "strike"'],
            "any_passage is an older form of [aggregation]; delete it",
        ),
        (['any_passage = "strik"'], "label 'strik' is no label; did you mean 'strike'?"),
    ],
)
def test_a_rule_that_is_stated_twice_or_in_no_table_is_refused(tmp_path, lines, message):
    path = strike(tmp_path, lines)

    with pytest.raises(SchemeError) as error:
        read_scheme(path)

    assert str(error.value).startswith(f"{path}: ")
    assert message in str(error.value)


def strike(folder, lines):
    """Write the scheme file of two labels with these lines behind its first keys."""
    path = folder / "strike.toml"
    first = ["format = 2", 'name = "strike"', 'version = "1"', 'title = "Strike"']
    first += ['question = "Is a strike reported?"', 'kind = "single"']
    labels = [f'[[labels]]\nname = "{name}"\ndefinition = "It is."' for name in ("strike", "none")]
    path.write_text("\n".join([*first, *lines, *labels]), "utf-8")
    return path


def test_a_scheme_that_is_not_there_is_answered_with_those_that_are():
    with pytest.raises(SchemeError, match="did you mean 'stance'"):
        find_scheme("stanse")
