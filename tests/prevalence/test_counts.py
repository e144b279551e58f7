"""Counts by group: what counts, what is zero, and what a hand-coded sample corrects."""

import csv
import json

import numpy as np
import pytest

from textclf.corpus.label_cells import Spelling
from textclf.errors import InputError
from textclf.prevalence.archive import ArchiveColumns
from textclf.prevalence.counts import count_files
from textclf.prevalence.draw import Design, draw_sample

HEAD = ["id", "date", "source", "topic", "topic_status", "copy_of"]


def write(path, head, rows):
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([head, *rows])
    return str(path)


@pytest.fixture
def archive(tmp_path):
    random = np.random.default_rng(0)
    rows = []
    for number in range(600):
        month = 1 + number % 2 * 2  # January and March
        label = "crime" if random.random() < 0.2 else "other"
        rows.append([f"a{number}", f"2021-{month:02}-05", "AB"[number % 3 > 0], label, "ok", ""])
    return write(tmp_path / "coded.csv", HEAD, rows), rows


def sample_of(tmp_path, rows, *, count=120, inclusion="0.2", head="inclusion_probability"):
    gold = [
        [row[0], row[3] if number % 4 else "other", inclusion]
        for number, row in enumerate(rows[:count])
    ]
    return write(tmp_path / "sample.csv", ["id", "gold", head], gold)


def test_a_month_without_articles_is_zero_and_not_absent(archive):
    found = count_files([archive[0]], ArchiveColumns("topic", ("month",)), labels=["crime"])

    assert [one.group for one in found] == [("2021-01",), ("2021-02",), ("2021-03",)]
    assert [one.rows for one in found] == [300, 0, 300]
    assert not found[0].report


def test_rows_that_are_not_ok_and_copies_are_counted_apart(tmp_path):
    rows = [
        ["1", "", "A", "crime", "ok", ""],
        ["2", "", "A", "crime", "ok", "1"],
        ["3", "", "A", "", "not_english", ""],
        ["4", "", "A", "other", "ok", ""],
    ]
    path, said = write(tmp_path / "c.csv", HEAD, rows), []

    found = count_files([path], ArchiveColumns("topic"), labels=["crime"], report=said.append)

    assert (found[0].rows, found[0].estimate.value) == (2, 0.5)
    assert "not counted: 1 row, copy of another article" in said
    assert "not counted: 1 row, status not_english" in said
    both = count_files([path], ArchiveColumns("topic", count_copies=True), labels=["crime"])
    assert both[0].rows == 3


def test_a_sample_corrects_the_share_and_one_estimate_is_to_be_reported(tmp_path, archive):
    path, rows = archive
    gold = sample_of(tmp_path, rows)

    found = count_files([path], ArchiveColumns("topic"), gold=gold, labels=["crime"])

    methods = [one.estimate.method for one in found]
    assert methods[0] == "post-stratified"
    assert methods[-1] == "naive"
    assert [one.report for one in found] == [True] + [False] * (len(found) - 1)
    assert found[0].estimate.value < found[-1].estimate.value


def test_a_group_with_few_coded_rows_has_the_error_rates_of_the_archive(tmp_path, archive):
    path, rows = archive
    gold = sample_of(tmp_path, rows, count=80)

    found = count_files([path], ArchiveColumns("topic", ("source",)), gold=gold, labels=["crime"])

    first = {one.group: one for one in reversed(found)}
    assert {key: one.estimate.method for key, one in first.items()} == {
        ("A",): "synthetic",
        ("B",): "post-stratified",
    }
    assert [one.group for one in found if one.report] == [("B",)]
    assert first["A",].advice == "do not trust: code 3 more"


def test_a_sample_without_inclusion_probabilities_is_refused_unless_it_is_random(tmp_path, archive):
    path, rows = archive
    gold = sample_of(tmp_path, rows, head="x")

    with pytest.raises(InputError, match=r"sample\.csv: the hand-coded sample has no column"):
        count_files([path], ArchiveColumns("topic"), gold=gold)
    assert count_files([path], ArchiveColumns("topic"), gold=gold, simple_random=True)


def test_a_sample_that_is_not_of_the_archive_is_refused(tmp_path, archive):
    path, rows = archive
    gold = sample_of(tmp_path, [["b" + row[0], *row[1:]] for row in rows])

    with pytest.raises(InputError, match="120 rows of the hand-coded sample are not in"):
        count_files([path], ArchiveColumns("topic"), gold=gold)


def test_a_label_that_the_archive_does_not_have_is_refused(archive):
    with pytest.raises(InputError, match="did you mean 'crime'"):
        count_files([archive[0]], ArchiveColumns("topic"), labels=["crimes"])


def test_months_need_a_column_of_dates(tmp_path):
    path = write(tmp_path / "c.csv", ["id", "topic"], [["1", "crime"]])

    with pytest.raises(InputError, match="no column of dates for --by month"):
        count_files([path], ArchiveColumns("topic", ("month",)))


def test_the_probability_of_a_label_gives_more_estimates(tmp_path, archive):
    _, rows = archive
    head = [*HEAD, "topic_prob_crime"]
    probable = [[*row, 0.7 if row[3] == "crime" else 0.1] for row in rows]
    path = write(tmp_path / "probs.csv", head, probable)
    gold = sample_of(tmp_path, rows)

    found = count_files([path], ArchiveColumns("topic"), gold=gold, labels=["crime"], prior=0.5)

    methods = [one.estimate.method for one in found]
    assert {"probabilistic adjusted count", "EMQ"} < set(methods)


def test_json_lines_of_predict_are_an_archive(tmp_path):
    path = tmp_path / "coded.jsonl"
    status = ["ok", "ok", "too_short"]
    labels = ["crime", "other", None]
    path.write_text(
        "".join(
            json.dumps({"id": str(n), "schemes": {"topic": {"label": one, "status": status[n]}}})
            + "\n"
            for n, one in enumerate(labels)
        )
    )
    said = []

    found = count_files([str(path)], ArchiveColumns("schemes.topic.label"), report=said.append)

    assert [(one.label, one.rows) for one in found] == [("crime", 2), ("other", 2)]
    assert "not counted: 1 row, status too_short" in said


def test_a_group_whose_coded_rows_lack_the_machines_label_borrows_the_errors(tmp_path, archive):
    path, rows = archive
    coded = [row for row in rows if row[2] == "A" or row[3] == "other"][:150]
    gold = sample_of(tmp_path, coded, count=150)

    found = count_files([path], ArchiveColumns("topic", ("source",)), gold=gold, labels=["crime"])

    first = {one.group: one for one in reversed(found)}
    assert first["B",].coded >= 30
    assert first["B",].estimate.method == "synthetic"


def test_an_archive_without_ids_is_joined_by_the_places_of_its_rows(tmp_path):
    path = write(tmp_path / "coded.csv", ["topic"], [["crime"], ["other"]] * 50)
    draw_sample([path], tmp_path / "s.csv", Design(40, "topic"))
    lines = (tmp_path / "s.csv").read_text("utf-8").splitlines()
    coded = [lines[0], *(f"{line}other" for line in lines[1:])]
    (tmp_path / "s.csv").write_text("\n".join(coded), "utf-8")

    found = count_files(
        [path], ArchiveColumns("topic"), gold=str(tmp_path / "s.csv"), labels=["crime"]
    )

    assert (found[0].coded, found[0].estimate.value) == (40, 0)


def test_labels_in_another_letter_case_are_refused_until_they_are_folded(tmp_path, archive):
    path, rows = archive
    gold = sample_of(tmp_path, [[*row[:3], row[3].title(), *row[4:]] for row in rows])
    text = (tmp_path / "sample.csv").read_text("utf-8")
    (tmp_path / "sample.csv").write_text(text.replace("other", "Other"), "utf-8")

    with pytest.raises(InputError, match=r"sample\.csv: has no label of .* with --fold-case"):
        count_files([path], ArchiveColumns("topic"), gold=gold)
    found = count_files(
        [path], ArchiveColumns("topic"), gold=gold, spelling=Spelling(fold_case=True)
    )
    assert {one.label for one in found} == {"crime", "other"}
    assert found[0].estimate.value > 0.05


def test_labels_that_are_spelled_in_two_ways_are_told(tmp_path, archive):
    path, rows = archive
    gold = sample_of(tmp_path, [[*row[:3], row[3].title(), *row[4:]] for row in rows])
    said = []

    count_files([path], ArchiveColumns("topic"), gold=gold, report=said.append)

    assert any("'Crime', 'crime' are 2 labels" in line and "--fold-case" in line for line in said)


def test_a_label_that_a_person_alone_gives_is_counted(tmp_path, archive):
    path, rows = archive
    coded = [[*row[:3], "law" if number % 8 == 1 else row[3]] for number, row in enumerate(rows)]
    gold, said = sample_of(tmp_path, coded), []

    every = count_files([path], ArchiveColumns("topic"), gold=gold, report=said.append)
    only = count_files([path], ArchiveColumns("topic"), gold=gold, labels=["law"])

    assert {one.label for one in every} == {"crime", "law", "other"}
    assert "labels that the machine never gives: law" in said
    assert only[0].report
    assert only[0].estimate.value == pytest.approx(0.125)


def test_a_label_that_a_person_writes_otherwise_is_renamed_in_both_tables(tmp_path, archive):
    path, rows = archive
    coded = [[*row[:3], "Delikt" if row[3] == "crime" else "other"] for row in rows]
    gold = sample_of(tmp_path, coded)

    found = count_files(
        [path], ArchiveColumns("topic"), gold=gold, spelling=Spelling.parse(["Delikt=crime"])
    )

    assert {one.label for one in found} == {"crime", "other"}
    with pytest.raises(InputError, match="--rename other=: a label that is counted needs a name"):
        count_files([path], ArchiveColumns("topic"), spelling=Spelling.parse(["other="]))


def test_a_note_says_how_many_rows_of_the_sample_are_not_coded(tmp_path, archive):
    path, rows = archive
    half = [[*row[:3], row[3] if number < 60 else ""] for number, row in enumerate(rows)]
    gold = write(
        tmp_path / "half.csv",
        ["id", "gold", "inclusion_probability"],
        [[row[0], row[3], 0.2] for row in half[:120]],
    )

    whole = count_files([path], ArchiveColumns("topic"), gold=gold, labels=["crime"])
    groups = count_files([path], ArchiveColumns("topic", ("source",)), gold=gold, labels=["crime"])

    why = "rows of the sample that are not coded: 60; right only if they are a random part"
    assert why in whole[0].estimate.note
    assert why in next(one for one in groups if one.group == ("A",)).estimate.note


def test_a_share_is_not_reported_if_no_row_with_the_machines_label_is_coded(tmp_path, archive):
    path, rows = archive
    gold = sample_of(tmp_path, [row for row in rows if row[3] == "other"])

    found = count_files([path], ArchiveColumns("topic"), gold=gold, labels=["crime"])

    assert not any(one.report for one in found)
    assert found[0].advice == "do not trust: code rows with the machine's label"
    assert "half of them are taken to have the label" in found[0].estimate.note


def test_an_empty_cell_of_probabilities_is_told_and_a_percentage_refused(tmp_path, archive):
    _, rows = archive
    head = [*HEAD, "topic_prob_crime"]
    gold, said = sample_of(tmp_path, rows), []
    one_empty = [[*row, 0.4 if number else ""] for number, row in enumerate(rows)]
    percent = [[*row, 40] for row in rows]
    path = write(tmp_path / "probs.csv", head, one_empty)
    wrong = write(tmp_path / "percent.csv", head, percent)

    found = count_files(
        [path], ArchiveColumns("topic"), gold=gold, labels=["crime"], report=said.append
    )

    assert "probabilistic adjusted count" not in {one.estimate.method for one in found}
    assert any("'topic_prob_crime' is empty in 1 row, the first at" in line for line in said)
    with pytest.raises(InputError, match=r"percent\.csv:2: topic_prob_crime is '40'; give a prob"):
        count_files([wrong], ArchiveColumns("topic"), gold=gold, labels=["crime"])


@pytest.mark.parametrize("prior", [0.3, 2])
def test_a_prior_without_a_probability_is_refused(tmp_path, archive, prior):
    path, rows = archive
    gold = sample_of(tmp_path, rows)

    with pytest.raises(InputError, match="--prior is for EMQ"):
        count_files([path], ArchiveColumns("topic"), gold=gold, labels=["crime"], prior=prior)


def test_a_date_far_from_all_others_makes_no_thousands_of_months(tmp_path):
    rows = [["1", "0001-01-01", "A", "a", "ok", ""], ["2", "2024-01-01", "A", "a", "ok", ""]]
    path = write(tmp_path / "old.csv", HEAD, rows)

    with pytest.raises(InputError, match=r"between '0001-01-01' \(.*old\.csv:2\) and '2024-01-01'"):
        count_files([path], ArchiveColumns("topic", ("month",)))
