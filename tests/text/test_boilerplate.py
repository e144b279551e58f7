"""boilerplate is left out, with its reason, and nothing of the article is."""

import tomllib
from itertools import groupby
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textclf.corpus.records import Corpus
from textclf.text import boilerplate as room
from textclf.text.boilerplate_rules import AFTER_OPENERS, AFTER_PATTERN, RULES
from textclf.text.document import Document

CASES = tomllib.loads(
    (Path(__file__).parents[1] / "cases" / "boilerplate.toml").read_text("utf-8"),
)["cases"]
# Words that rules are made of, so that lines come near to what rules hold of.
WORDS = sorted({word for rule in RULES for word in rule.openers.split()} - {"*"})
BEGUN = [
    *("about the author", "you may also like", "your email address will not be published", "©"),
    *("story continues below", "home / ", "home » ", "updated on: 3", "this story is from 2020"),
    *("also read: ", "watch | ", "sign up for our newsletter", "follow us on twitter", "tags: "),
    *("published in Dawn, June 3rd, 2020", "all rights reserved", "By ALI KHAN-The", "By Ali Khan"),
    *(
        "our correspondent",
        "a staff reporter",
        "by the special writer",
        "the news desk",
        "0 shares",
    ),
    *("we use cookies to", "media error: format", "photo: APP", "← older posts", "/"),
    *("(adsbygoogle = [", "advertisement", "previous post", "page 1 of 2", "0 shares"),
]
BODY = st.sampled_from(["", " ", "x" * 30, "rain fell " * 4, "rain fell " * 16, ": . " * 40])
ENDS = st.sampled_from(["", ".", " – APP", "—(Reuters).", " (Dawn)", "-(The Star) .", " ©", "s.”"])
LINES = st.builds(
    lambda start, case, body, end: (case(start) + body + end).strip() or "x",
    st.sampled_from(BEGUN) | st.sampled_from(WORDS),
    st.sampled_from([str, str.upper, str.title]),
    BODY,
    ENDS,
)


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(
            case,
            id=case["name"],
            marks=[pytest.mark.xfail(strict=True, reason=case["fails"])] if "fails" in case else [],
        )
        for case in CASES
    ],
)
def test_boilerplate_is_left_out_and_the_article_kept(case):
    text = case["text"]

    removed = Document.read(text).removed

    found = [
        [line.strip(), one.reason]
        for one in removed
        for line in text[one.start : one.end].splitlines()
        if line.strip()
    ]
    expected = [
        [line.strip(), reason]
        for part, reason in case["removed"]
        for line in part.splitlines()
        if line.strip()
    ]
    assert found == expected


def test_there_are_cases_of_every_reason_and_of_what_only_looks_like_one():
    reasons = {reason for case in CASES for _, reason in case["removed"]}

    assert reasons >= {rule.reason for rule in RULES} | {"cut off", "outlet tail"}
    assert len(CASES) >= 150
    assert sum(not case["removed"] for case in CASES) >= 100


def test_no_rule_touches_a_passage_or_an_article_of_the_corpus():
    passages = Corpus.read().passages
    articles = [
        "\n".join(one.text for one in group)
        for name, group in groupby(passages, key=lambda one: one.article)
        if name
    ]

    touched = [text for text in articles if Document.read(text).removed]
    touched += [one.text for one in passages if Document.read(one.text).removed]

    assert touched == []


@given(text=LINES)
def test_the_first_word_finds_every_rule_that_holds(text):
    holding = {
        rule.pattern
        for rule in RULES
        if len(text) <= room._LONGEST and room._compiled(rule.pattern).fullmatch(text)
    }

    if room._may_be_boilerplate(text):
        assert holding == {
            rule.pattern
            for rule in room._BY_OPENER.get(room._opener(text), ())
            if room._compiled(rule.pattern).fullmatch(text)
        }
    else:
        assert not holding
    if room._compiled(AFTER_PATTERN).fullmatch(text):
        assert room._opener(text) in AFTER_OPENERS.split()


def test_a_page_without_boilerplate_is_left_whole():
    assert not room.find_boilerplate(["Rain fell on Swat.", "The river rose, officials said."])


def test_a_line_of_one_word_is_boilerplate_only_next_to_other_boilerplate():
    page = ["Skip to content", "Menu", "Rain fell on Swat.", "Search", "Divers came at noon."]

    assert room.find_boilerplate(page) == {0: "navigation", 1: "navigation"}


def test_lines_among_captions_that_break_off_go_with_them_where_they_are_fewer():
    body = ["Rain fell on Swat.", "The river rose, officials said."]
    caption = "A view of the old bridge in the rain of last week. — APP/FileSWAT: Traders in the..."

    assert room.other_stories([*body, caption, "Court upheld the sentence"], ()) == {
        2: "cut off",
        3: "teaser",
    }
    assert room.other_stories([*body, "Smith b Khan 14", "Extras 9"], ()) == {}
    assert room.other_stories([*body, "Smith b Khan 14", "Extras 9"], [1]) == {}


def test_a_script_that_is_quoted_in_a_sentence_stays():
    script = "(adsbygoogle = window.adsbygoogle || []).push({});"
    texts = [f"It rained.{script} It stopped.", f"He typed {script} and went home."]

    assert [one.number for one in room.glued(texts)] == [0]


def test_a_caption_glued_to_the_article_goes_and_the_article_stays():
    text = "Cars in the rain. — Agency/FileMULTAN: The town was flooded.\nIt rained on."

    document = Document.read(text)

    assert document.text == "MULTAN: The town was flooded.\nIt rained on."
    assert [one.reason for one in document.removed] == ["photo credit"]
