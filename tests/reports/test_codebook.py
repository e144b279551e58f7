"""A scheme as its coders get it: every rule of it, and a file to begin one's own with."""

import re

import pytest

from textclf.codebook.aggregation_rule import AnyPassage, Mean, Plurality
from textclf.codebook.scheme import EdgeCase, Exclusion, Label, Scheme
from textclf.codebook.scheme_file import bundled_schemes, find_scheme, new_scheme_file, read_scheme
from textclf.errors import SchemeError
from textclf.reports.codebook import as_html, as_markdown, overview

MARCH = Scheme(
    "protest",
    (
        Label(
            "march", "a march", "People walk.", "x:1", ("a rally",), (Exclusion("a queue", "none"),)
        ),
        Label("sit_in"),
        Label("none"),
    ),
    "multi",
    title="Protest",
    question="Is a protest told of?",
    version="3",
    source="ours",
    tie_breaks="The larger crowd.",
    edge_cases=(EdgeCase("a vigil at night", "sit_in"),),
    at_least_one=True,
    implies=(("march", ("sit_in",)),),
)
SCRIPT = "<script>alert('&')</script>"
HOSTILE = Scheme(
    "hostile",
    (
        Label(SCRIPT, SCRIPT, SCRIPT, SCRIPT, (SCRIPT,), (Exclusion(SCRIPT, SCRIPT),)),
        Label("none"),
    ),
    title=SCRIPT,
    question=SCRIPT,
    source=SCRIPT,
    tie_breaks=SCRIPT,
    version=SCRIPT,
    edge_cases=(EdgeCase(SCRIPT, SCRIPT),),
    aggregation=AnyPassage(SCRIPT),
)


def test_markdown_tells_the_whole_codebook():
    assert as_markdown(MARCH) == (
        "# Protest\n"
        "\n"
        f"- **Name:** protest, version 3, digest {MARCH.digest[:12]}\n"
        "- **Labels:** any number for each document\n"
        "- **Question:** Is a protest told of?\n"
        "- **Tie breaks:** The larger crowd.\n"
        "- **Source:** ours\n"
        "- **Rule:** a text never goes without a label\n"
        "- **Rule:** march brings sit_in with it\n"
        "\n"
        "## march · a march · x:1\n"
        "\n"
        "People walk.\n"
        "\n"
        "Includes:\n"
        "\n"
        "- a rally\n"
        "\n"
        "Excludes:\n"
        "\n"
        "- a queue: none\n"
        "\n"
        "\n"
        "## sit_in\n"
        "\n"
        "Edge cases:\n"
        "\n"
        "- a vigil at night\n"
        "\n"
        "\n"
        "## none\n"
        "\n"
    )


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        ({"aggregation": AnyPassage("rain")}, "rain if any of its passages is rain"),
        ({"aggregation": Mean("dry", 0.2)}, "of a mean probability of 20% or more over passages"),
        (
            {"aggregation": Plurality("dry", 2, 0.3)},
            "that most of its passages have, if 2 passages or more, and 30% or more of all",
        ),
        ({"lead_words": (15, 30)}, "read whole, its first 15, 30 words as much as all of it"),
        ({"prior": (("rain", 0.1),), "prior_source": "a count"}, "rain 0.1 (a count)"),
        ({"limits": "Hail is missed."}, "Hail is missed."),
        ({"unit": "passage"}, "exactly one for each passage (a run of whole sentences)"),
    ],
)
def test_the_rules_for_a_document_are_printed(rule, line):
    scheme = Scheme("sky", (Label("rain"), Label("dry")), **rule)

    assert line in as_markdown(scheme)
    assert line in as_html(scheme)


@pytest.mark.parametrize("name", bundled_schemes())
def test_every_text_of_a_shipped_scheme_stands_in_its_codebook(name):
    scheme = find_scheme(name)

    page = as_markdown(scheme)

    assert [label.definition for label in scheme.labels if label.definition not in page] == []
    assert [
        edge_case.case for edge_case in scheme.edge_cases if f"- {edge_case.case}\n" not in page
    ] == []


def test_html_holds_the_same_in_one_page_that_needs_nothing_besides_itself():
    page = as_html(MARCH)

    assert page.startswith("<!doctype html>")
    assert "<h2>march · a march · x:1</h2>\n<p>People walk.</p>" in page
    assert "<h3>Excludes</h3>\n<ul><li>a queue: none</li></ul>" in page
    assert "<h3>Edge cases</h3>\n<ul><li>a vigil at night</li></ul>" in page
    assert "src=" not in page
    assert "href=" not in page


def test_html_takes_no_text_of_a_scheme_for_its_own():
    page = as_html(HOSTILE)

    assert "<script" not in page
    assert page.count("&lt;script&gt;alert(&#x27;&amp;&#x27;)&lt;/script&gt;") == 16


def test_a_dollar_in_a_scheme_is_a_dollar_in_its_page():
    page = as_html(Scheme("cost", (Label("$title"), Label("$body")), title="$body"))

    assert "<title>$body</title>" in page
    assert "<h2>$title</h2>" in page


def test_the_overview_is_a_line_for_each_scheme():
    head, line = overview([MARCH]).splitlines()

    assert head.split() == ["scheme", "version", "kind", "labels", "digest", "title"]
    assert line.split() == ["protest", "3", "multi", "3", MARCH.digest[:12], "Protest"]


@pytest.mark.parametrize("kind", ["single", "multi"])
def test_a_starter_file_is_a_scheme_with_the_labels_that_were_named(tmp_path, kind):
    labels = ("naïve", 'so "called"', "back\\slash")

    new_scheme_file(tmp_path / "mine.toml", "my_view", labels, kind)

    scheme = read_scheme(tmp_path / "mine.toml")
    assert (scheme.name, scheme.kind, scheme.label_names) == ("my_view", kind, labels)
    assert scheme.title == "My view"


def test_what_a_starter_file_offers_as_a_comment_can_be_taken_up(tmp_path):
    path = tmp_path / "mine.toml"
    new_scheme_file(path, "my_view", ['so "called"', "plain"], "single")
    path.write_text(
        path.read_text("utf-8")
        .replace("# excludes", "excludes")
        .replace("# [aggregation]", "[aggregation]")
        .replace('# rule = "any"', 'rule = "any"')
        .replace("# [[edge_cases]]", "[[edge_cases]]")
        .replace("# case", "case")
        .replace("# label", "label"),
        "utf-8",
    )

    scheme = read_scheme(path)

    assert scheme.labels[1].excludes == (Exclusion("only looks like it", 'so "called"'),)
    assert scheme.aggregation == AnyPassage('so "called"')
    assert scheme.edge_cases == (EdgeCase("...", 'so "called"'),)


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("any", AnyPassage("strike")),
        ("plurality", Plurality("none", 2, 0.3)),
        ("mean", Mean("none", 0.5)),
    ],
)
def test_a_starter_file_offers_each_aggregation_rule_as_a_comment(tmp_path, name, rule):
    path = tmp_path / "mine.toml"
    new_scheme_file(path, "strikes", ["strike", "none"], "single")
    first, table = path.read_text("utf-8").split("# [aggregation]\n")
    before, at, after = table.partition(f'# rule = "{name}"')
    lines, rest = (at + after).split("\n\n", 1)
    own, *_ = re.split(r"\n# rule = ", lines)
    taken = re.sub(r"(?m)^# ", "", own)
    path.write_text(f"{first}[aggregation]\n{taken}\n{before}\n{rest}", "utf-8")

    assert read_scheme(path).aggregation == rule


def test_a_starter_file_never_overwrites(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("mine")

    with pytest.raises(SchemeError, match=f"^{path}: exists already; .*--output"):
        new_scheme_file(path, "my_view", ["a", "b"], "single")

    assert path.read_text() == "mine"


@pytest.mark.parametrize(
    ("name", "labels", "kind", "message"),
    [
        ("view", ("a", "b"), "mutli", "kind cannot be 'mutli'; did you mean 'multi'?"),
        ("My View", ("a", "b"), "single", "a scheme cannot be named 'My View'"),
        ("view", ("a",), "single", "has too few labels"),
        ("view", ("a", "a"), "multi", "there are two labels 'a'"),
    ],
)
def test_parts_that_make_no_scheme_write_no_file(tmp_path, name, labels, kind, message):
    path = tmp_path / "mine.toml"

    with pytest.raises(SchemeError) as caught:
        new_scheme_file(path, name, labels, kind)

    assert message in str(caught.value)
    assert not path.exists()


def test_a_starter_file_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(SchemeError, match=r"gone/mine\.toml: cannot be written: No such file"):
        new_scheme_file(tmp_path / "gone" / "mine.toml", "view", ["a", "b"], "single")
