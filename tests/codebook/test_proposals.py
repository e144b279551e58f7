"""Proposals of coders: how they are read, and how a scheme file takes them up."""

import json

import pytest
from command_line import run
from review_page import BEAT

from textclf.codebook.proposals import merge_proposals, next_version
from textclf.codebook.scheme_file import read_scheme
from textclf.errors import SchemeError

CASE = {"kind": "edge_case", "text": "hail on the pitch", "label": "sport", "scheme": "beat 1 abc"}


@pytest.fixture
def scheme(tmp_path):
    path = tmp_path / "beat.toml"
    path.write_text(f"# Our desk's codebook.\n{BEAT}", "utf-8")
    return path


def proposals(folder, *given):
    path = folder / "mine.proposals.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in given), "utf-8")
    return path


def test_a_proposal_becomes_an_edge_case_under_the_next_version(scheme, tmp_path):
    term = {**CASE, "kind": "looks_like_it", "text": 'a "storm" of goals', "label": "sport"}
    merge_proposals(str(scheme), [proposals(tmp_path, CASE, term)], scheme)

    found = read_scheme(scheme)
    assert found.version == "1.1"
    assert [(one.key, one.case, one.label) for one in found.edge_cases[1:]] == [
        ("hail_on_the_pitch", "hail on the pitch", "sport"),
        (
            "a_storm_of_goals",
            'the term "a "storm" of goals", which only looks like another label',
            "sport",
        ),
    ]
    assert scheme.read_text("utf-8").startswith("# Our desk's codebook.\n"), "comments stay"


def test_a_case_that_the_scheme_has_changes_nothing(scheme, tmp_path):
    before = scheme.read_text("utf-8")
    merge_proposals(
        str(scheme), [proposals(tmp_path, {**CASE, "text": "rain stops a match"})], scheme
    )

    assert scheme.read_text("utf-8") == before


def test_proposals_for_another_scheme_are_left_out(scheme, tmp_path):
    other = {**CASE, "scheme": "topic 1.3 x", "label": "arts"}

    assert not merge_proposals(str(scheme), [proposals(tmp_path, other)], None)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"label": "sprot"}, "did you mean 'sport'"),
        ({"kind": "rule"}, "there is no proposal 'rule'"),
        ({"text": " "}, "1 to 500 characters"),
        ({"text": "x" * 501}, "1 to 500 characters"),
        ({"text": 7}, "not a JSON object of texts"),
        ({"author": "ann"}, "no field 'author'"),
    ],
)
def test_a_line_that_is_no_proposal_is_refused_with_its_place(scheme, tmp_path, changed, reason):
    path = proposals(tmp_path, CASE, {**CASE, **changed})

    with pytest.raises(SchemeError, match=rf"mine.proposals.jsonl:2: is no proposal: .*{reason}"):
        merge_proposals(str(scheme), [path], scheme)


@pytest.mark.parametrize(("old", "new"), [("1.9", "1.10"), ("3", "3.1"), ("1.x", "1.x.1")])
def test_versions_are_counted(old, new):
    assert next_version(old) == new


def test_the_command_shows_proposals_and_writes_a_version_when_it_is_asked(scheme, tmp_path):
    path = proposals(tmp_path, {**CASE, "coder": "ann", "article": "a17"})

    shown = run("scheme", "merge", str(scheme), str(path))
    assert b"hail on the pitch" in shown.stdout
    assert read_scheme(scheme).version == "1"
    written = run("scheme", "merge", str(scheme), str(path), "-o", str(tmp_path / "new.toml"))
    assert b"new.toml: beat 1.1 " in written.stdout
