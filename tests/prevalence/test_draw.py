"""Samples are written with what an estimate needs, and without what sways a person."""

import csv
import tracemalloc
from collections import Counter

import numpy as np
import pytest

from textclf.errors import InputError
from textclf.prevalence.archive import ArchiveColumns
from textclf.prevalence.counts import count_files
from textclf.prevalence.draw import Design, draw_sample

HEAD = ["id", "date", "topic", "topic_prob", "topic_status", "text"]


def rows_of(path):
    return list(csv.DictReader(path.read_text("utf-8").splitlines()))


@pytest.fixture
def pool(tmp_path):
    random = np.random.default_rng(0)
    path = tmp_path / "coded.csv"
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEAD)
        for number in range(1000):
            label = "rare" if number % 50 == 0 else "usual"
            status = "ok" if number % 100 != 99 else "too_short"
            word = ["storm", "match", "vote", "court"][number % 4]
            date = f"2021-{1 + number % 2:02}-01"
            prob = round(random.random(), 4)
            writer.writerow([number, date, label, prob, status, f"{word} {word} {number}"])
    return path


def test_a_simple_random_sample_states_the_chance_of_each_row(tmp_path, pool):
    said = []

    assert draw_sample([str(pool)], tmp_path / "s.csv", Design(50), report=said.append) == 50

    rows = rows_of(tmp_path / "s.csv")
    assert {row["inclusion_probability"] for row in rows} == {"0.05"}
    assert {row["gold"] for row in rows} == {""}
    assert any("seed 0" in line for line in said)


def test_the_same_seed_writes_the_same_file(tmp_path, pool):
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        draw_sample([str(pool)], tmp_path / name, Design(20, seed=seed))

    one, same, other = ((tmp_path / name).read_bytes() for name in "abc")
    assert one == same != other


def test_a_stratified_sample_meets_rare_labels_and_hides_the_machine(tmp_path, pool):
    said = []

    draw_sample([str(pool)], tmp_path / "s.csv", Design(60, "topic"), report=said.append)

    rows = rows_of(tmp_path / "s.csv")
    rare = [row for row in rows if int(row["id"]) % 50 == 0]
    assert len(rare) == 7
    assert list(rows[0]) == ["id", "date", "text", "stratum", "inclusion_probability", "gold"]
    weights = sum(1 / float(row["inclusion_probability"]) for row in rows)
    assert weights == pytest.approx(990)
    assert "never drawn: 10 rows, status too_short" in said
    assert any("(usual, less sure)" in line for line in said)


def test_the_numbers_of_strata_do_not_follow_the_labels(tmp_path, pool):
    of_first = []
    for seed in range(20):
        path = tmp_path / f"{seed}.csv"
        draw_sample([str(pool)], path, Design(60, "topic", seed=seed))
        rows = {int(row["id"]) % 50 == 0: row["stratum"] for row in rows_of(path)}
        of_first.append(rows[True])

    assert len(set(of_first)) == 3


def test_the_beginning_of_a_sample_is_a_sample_of_all_strata_and_months(tmp_path, pool):
    draw_sample([str(pool)], tmp_path / "s.csv", Design(200, "topic"))

    rows = rows_of(tmp_path / "s.csv")
    places = [int(row["id"]) for row in rows]
    assert places != sorted(places)
    assert 400 < np.mean(places[:60]) < 600
    assert {row["stratum"] for row in rows[:60]} == {row["stratum"] for row in rows}


def test_a_sample_to_learn_from_hides_the_label_that_a_row_is_a_candidate_of(tmp_path, pool):
    draw_sample([str(pool)], tmp_path / "s.csv", Design(16, "topic", purpose="labelling"))

    assert list(rows_of(tmp_path / "s.csv")[0]) == ["id", "date", "text", "gold"]


def test_the_machine_is_shown_on_request(tmp_path, pool):
    draw_sample([str(pool)], tmp_path / "s.csv", Design(60, "topic", show_machine=True))

    assert "topic" in rows_of(tmp_path / "s.csv")[0]


def test_months_are_strata(tmp_path, pool):
    draw_sample([str(pool)], tmp_path / "s.csv", Design(40, by=("month",)))

    assert Counter(row["date"][:7] for row in rows_of(tmp_path / "s.csv")) == {
        "2021-01": 20,
        "2021-02": 20,
    }


def test_a_coded_sample_corrects_the_count_of_its_archive(tmp_path, pool):
    sample = tmp_path / "s.csv"
    draw_sample([str(pool)], sample, Design(100, "topic"))
    lines = sample.read_text("utf-8").splitlines()
    sample.write_text("\n".join([lines[0], *(f"{line}usual" for line in lines[1:])]), "utf-8")

    found = count_files(
        [str(pool)], ArchiveColumns("topic"), gold=str(sample), labels=["rare", "usual"]
    )

    reported = [one for one in found if one.report]
    assert [one.estimate.value for one in reported] == [0, pytest.approx(1)]
    assert "known probabilities" in reported[0].estimate.note


def test_a_sample_to_learn_from_is_unsure_diverse_and_counts_nothing(tmp_path, pool):
    said = []
    design = Design(16, "topic", purpose="labelling", show_machine=True)

    draw_sample([str(pool)], tmp_path / "s.csv", design, report=said.append)

    rows = rows_of(tmp_path / "s.csv")
    assert Counter(row["topic"] for row in rows) == {"rare": 8, "usual": 8}
    usual = [row for row in rows if row["topic"] == "usual"]
    assert max(float(row["topic_prob"]) for row in usual) < 0.1
    assert len({row["text"].split()[0] for row in rows}) == 4
    assert "inclusion_probability" not in rows[0]
    assert any("no inclusion probability" in line for line in said)


def test_a_folder_of_articles_is_an_archive_too(tmp_path):
    folder = tmp_path / "articles"
    folder.mkdir()
    for number in range(9):
        (folder / f"{number}.txt").write_text(f"Article {number} is here.", "utf-8")

    draw_sample([str(folder)], tmp_path / "s.csv", Design(3))

    rows = rows_of(tmp_path / "s.csv")
    assert len(rows) == 3
    assert all(row["text"].startswith("Article") for row in rows)


@pytest.mark.parametrize(
    ("design", "why"),
    [
        (Design(2000), "give -n 1000 at most"),
        (Design(5, purpose="labelling"), "name their column with --label"),
        (Design(5, by=("colour",)), "there is no column 'colour'"),
        (Design(5, "stance"), "there is no column 'stance'"),
    ],
)
def test_a_design_that_cannot_be_filled_is_refused(tmp_path, pool, design, why):
    with pytest.raises(InputError, match=why):
        draw_sample([str(pool)], tmp_path / "s.csv", design)


def test_the_texts_of_an_archive_are_never_held_in_memory(tmp_path):
    path = tmp_path / "big.csv"
    path.write_text("text\n" + "".join(f'"{number} {"word " * 2000}"\n' for number in range(2000)))

    tracemalloc.start()
    draw_sample([str(path)], tmp_path / "s.csv", Design(5))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert path.stat().st_size > 20e6
    assert peak < 5e6
