"""The pool: what is read into it, how it is searched, and what it costs."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from textclf.codebook.scheme import Label, Scheme
from textclf.errors import InputError
from textclf.review_page.pool import Article, Pool, Search, articles_of_texts, month_of

RAIN = Scheme("rain", (Label("rain"), Label("dry")))
ROWS = [
    {"id": "a", "title": "Wet", "text": "It rained on the fair.", "source": "Ledger"},
    {"id": "b", "title": "Dry", "text": "Nothing fell, 100%.", "source": "Post"},
    {"id": "c", "title": "Hot", "text": "A heat wave.", "source": "Ledger", "rain": "dry"},
]
DATES = ["2025-03-01", "2025-04-01", "2 April 2025"]


@pytest.fixture
def pool(tmp_path):
    path = tmp_path / "pool.jsonl"
    rows = [{**row, "date": date} for row, date in zip(ROWS, DATES, strict=True)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return Pool.read([str(path)], RAIN)


def test_articles_come_with_title_source_and_date(pool):
    assert pool.article(1) == Article(1, "b", "Dry", ROWS[1]["text"], "Post", "2025-04-01", "")
    assert pool.facts.months == ("2025-03", "2025-04")
    assert pool.facts.sources == ("Ledger", "Post")


def test_a_coded_table_and_a_corpus_bring_their_labels(pool, tmp_path):
    path = tmp_path / "corpus.jsonl"
    record = {"id": "a", "text": "It rained.", "labels": {"rain": "rain", "mood": "x"}}
    path.write_text(json.dumps(record), "utf-8")

    assert pool.article(2).coded == "dry"
    assert Pool.read([str(path)], RAIN).article(0).coded == "rain"


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Search(), [0, 1, 2]),
        (Search(word="RAIN"), [0]),
        (Search(word="hot"), [2]),
        (Search(word="100%"), [1]),
        (Search(word="_"), []),
        (Search(source="Ledger"), [0, 2]),
        (Search(month="2025-04"), [1, 2]),
        (Search(month="2025-04", source="Ledger"), [2]),
        (Search(source="' OR 1=1 --"), []),
        (Search(word="\ud800"), []),
    ],
)
def test_articles_are_found_by_word_month_and_source(pool, wanted, found):
    assert pool.search(wanted) == found


def test_the_least_sure_of_those_called_a_label_come_first(pool):
    pool.set_predictions([(0, "rain", 0.9), (1, "dry", 0.8), (2, "rain", 0.6)])

    assert pool.search(Search(called="rain"), least_sure=True) == [2, 0]
    assert (pool.predicted(1), pool.search(Search(called="dry"))) == ("dry", [1])


def test_files_are_read_as_predict_reads_them(tmp_path):
    (tmp_path / "one.txt").write_text("Rain and wind will lash Murree.", "utf-8")
    (tmp_path / "two.csv").write_text("url,body\nu1,It rained.\n", "utf-8")

    pool = Pool.read([str(tmp_path)], RAIN)

    assert [pool.article(number).id for number in range(2)] == [str(tmp_path / "one.txt"), "u1"]


def test_what_cannot_be_reviewed_is_left_out_and_counted(tmp_path):
    path = tmp_path / "pool.jsonl"
    lines = [
        json.dumps(ROWS[0]),
        "{",
        json.dumps({**ROWS[1], "text": " ", "title": ""}),
        json.dumps(ROWS[0]),
    ]
    path.write_text("\n".join(lines), "utf-8")
    told = []

    pool = Pool.read([str(path)], RAIN, report=told.append)

    assert len(pool) == 1
    assert told[0].startswith("2 articles are left out, the first because: ")
    assert (
        told[1]
        == "1 articles are left out: an earlier one has the same id, or the same text without an id"
    )


def test_a_text_without_an_id_has_the_same_id_wherever_it_stands(tmp_path):
    pools = []
    for number, texts in enumerate((["It rained.", "It was dry."], ["New.", "It rained."])):
        path = tmp_path / f"{number}.csv"
        path.write_text("\n".join(["text", *texts]), "utf-8")
        pools += [Pool(articles_of_texts(texts)), Pool.read([str(path)], RAIN)]

    assert len({pool.article(at).id for pool, at in zip(pools, (0, 0, 1, 1), strict=True)}) == 1
    assert len({pool.article(at).id for pool, at in zip(pools, (1, 1, 0, 0), strict=True)}) == 2


def test_the_file_of_answers_is_no_input_and_is_left_out_of_a_folder(tmp_path):
    answers = tmp_path / "mine.jsonl"
    answers.write_text(json.dumps(ROWS[0]), "utf-8")
    (tmp_path / "pool.jsonl").write_text(json.dumps(ROWS[1]), "utf-8")

    pool = Pool.read([str(tmp_path)], RAIN, left_out=[answers])

    assert [pool.article(number).id for number in range(len(pool))] == ["b"]
    with pytest.raises(InputError, match="is written by the review page"):
        Pool.read([str(tmp_path / "pool.jsonl"), str(answers)], RAIN, left_out=[answers])


def test_a_label_is_found_among_several(pool):
    pool.set_predictions([(0, "rain|dry", 0.9), (1, "dry", 0.8), (2, "rainy", 0.6)])

    assert pool.search(Search(called="rain")) == [0]
    assert pool.search(Search(called="dry")) == [0, 1]


def test_a_pool_without_an_article_is_refused(tmp_path):
    (tmp_path / "empty.txt").write_text("\n", "utf-8")

    with pytest.raises(InputError, match="holds no article to review"):
        Pool.read([str(tmp_path)], RAIN)


def test_an_article_that_is_not_there_is_refused(pool):
    with pytest.raises(InputError, match="no article number 3; it has 3"):
        pool.article(3)


@pytest.mark.parametrize("text", ["a\0b", "half a pair: \ud800", "\u202eevil", "x" * 2_000_000])
def test_hostile_texts_are_kept_as_they_are(text):
    pool = Pool(articles_of_texts([text]))

    assert pool.article(0).text == text


@pytest.mark.parametrize(
    ("date", "month"),
    [
        ("2025/12/31", "2025-12"),
        ("12 Sept. 1999", "1999-09"),
        ("September 2001", "2001-09"),
        ("yesterday", ""),
        ("2025-13-01", ""),
        ("", ""),
    ],
)
def test_the_month_of_a_date_is_found(date, month):
    assert month_of(date) == month


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no peak memory to read here")
def test_a_pool_of_many_articles_stays_on_the_disk_and_is_quick():
    """100,000 articles of 3,000 characters would take 300 MB in memory."""
    code = """
import time
from pathlib import Path
from textclf.review_page.pool import Article, Pool
words = "The river rose above the weir at noon and the lower town was told to leave. " * 40
def articles():
    for n in range(100_000):
        yield Article(n, f"article {n}", f"Title {n}", f"{n} {words}", "Ledger", "2025-03-01", "")
pool = Pool(articles())
slowest = 0.0
for n in range(0, 100_000, 997):
    start = time.perf_counter()
    assert pool.article(n).id == f"article {n}" and pool.number_of(f"article {n}") == n
    slowest = max(slowest, time.perf_counter() - start)
peak = next(line for line in Path("/proc/self/status").open() if line.startswith("VmHWM"))
print(int(peak.split()[1]) // 1024, slowest * 1000)
"""
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    megabytes, slowest = map(float, found.stdout.split())
    assert megabytes < 200
    assert slowest < 200, "milliseconds, on a busy machine"
