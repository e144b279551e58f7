"""The table of counts says of each row whether it can be published, and why."""

from textclf.prevalence.counts import Count
from textclf.prevalence.estimators import Estimate
from textclf.prevalence.recommend import REPORT
from textclf.reports.counts import counts_report


def count(group, label, advice, note):
    return Count((group,), label, 200, 20, Estimate(0.5, 0.4, 0.6, "synthetic", note), advice)


def test_each_row_has_its_own_advice():
    several = [
        count("A", "war", "do not trust: code 3 more", "why"),
        count("B", "war", "do not trust: code 9 more", "why"),
        count("C", "war", REPORT, "why"),
    ]

    lines = counts_report(several, ["source"]).splitlines()

    assert [line.split("100")[-1].strip() for line in lines[1:4]] == [
        "do not trust: code 3 more",
        "do not trust: code 9 more",
        "report",
    ]
    assert lines[5:] == ["synthetic: why"]


def test_notes_that_differ_name_their_rows():
    several = [count("A", "law", "", "none"), count("B", "law", "", ""), count("A", "war", "", "x")]

    lines = counts_report(several, ["source"]).splitlines()

    assert lines[5:] == ["synthetic (A law): none", "synthetic (A war): x"]
