"""As many records come out as items went in, in their order, the same whoever labels them."""

import io
import json
import multiprocessing
import os
import pickle
import sys
from contextlib import suppress
from itertools import islice
from threading import Thread

import pytest
from small_models import SPORT, WEATHER

from textclf.batch.coded_articles import SideTables
from textclf.batch.results import encode_results, iter_results
from textclf.classifier.multi_classifier import MultiClassifier
from textclf.classifier.predict_options import PredictOptions
from textclf.classifier.prediction import Status
from textclf.errors import InputError
from textclf.io.input_documents import ReadOptions
from textclf.io.read_inputs import expand, read_items
from textclf.io.record_writer import write
from textclf.io.result_columns import AddedColumns
from textclf.scoring.scorer import make_scorer
from textclf.text.repeated_paragraphs import NOTHING_REPEATED

# Numpy's own threads, which wait for work while a test forks.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")

LINES = [SPORT[0], "", "zzqx", *WEATHER, " " * 1_000_000, *SPORT, '{"text"', *WEATHER * 4]


@pytest.fixture(scope="module")
def multi_classifier(beat, rain):
    return MultiClassifier([beat, rain], make_scorer)


@pytest.fixture
def odd(tmp_path):
    """A file that cannot be read: its first row has no text."""
    path = tmp_path / "odd.jsonl"
    path.write_text('{"note": "no text here"}\n')
    return str(path)


@pytest.fixture
def rows(tmp_path):
    path = tmp_path / "rows.jsonl"
    texts = [json.dumps({"text": line}) for line in LINES]
    path.write_text("\n".join([*texts, "no JSON", *texts]))
    return str(path)


@pytest.mark.parametrize("evidence", [0, 3])
def test_records_stand_in_the_order_of_the_items(rows, multi_classifier, evidence):
    options = PredictOptions(evidence=evidence)

    found = list(iter_results([rows], multi_classifier, options=options))

    assert [row.get("text") for _, row in found] == [*LINES, None, *LINES]
    for annotation, row in islice(found, len(LINES)):
        assert annotation.predictions == multi_classifier.classify(row["text"], options).predictions
    assert found[len(LINES)][0].predictions == multi_classifier.unanswered(Status.ERROR)


def test_a_bad_file_is_a_record_too(rows, odd, multi_classifier):
    records = list(iter_results([rows, odd], multi_classifier))

    assert [(row or {}).get("text") for _, row in records] == [*LINES, None, *LINES, None]
    assert "odd.jsonl:1: there is no field like 'text'" in records[-1][0].error


def test_the_more_jobs_the_smaller_the_parts_that_they_are_dealt(tmp_path, multi_classifier):
    (tmp_path / "in.jsonl").write_text('{"text": "Rain."}\n' * 350)
    largest = []
    for jobs in (1, 2, 8):
        parts = encode_results([str(tmp_path / "in.jsonl")], multi_classifier, "jsonl", jobs=jobs)
        numbers = [part.number for part in parts]
        assert sum(numbers) == 350
        largest.append(max(numbers))

    assert 350 > largest[0] > largest[1] > largest[2]


@pytest.mark.parametrize("jobs", [1, 2])
def test_of_large_texts_a_part_has_few(tmp_path, multi_classifier, jobs):
    for name in "abcde":
        (tmp_path / f"{name}.txt").write_text("Rain." + " " * 600_000)

    parts = encode_results(expand([str(tmp_path)]), multi_classifier, "jsonl", jobs=jobs)

    numbers = [part.number for part in parts]
    assert max(numbers) <= 2
    assert sum(numbers) == 5


@pytest.mark.parametrize("style", ["text", "jsonl", "json", "csv", "tsv"])
@pytest.mark.parametrize(
    ("jobs", "evidence"), [(1, 3), pytest.param(3, 0, marks=pytest.mark.slow), (3, 3)]
)
def test_what_is_encoded_is_what_is_written_of_the_records(
    rows, multi_classifier, style, jobs, evidence
):
    options, records = PredictOptions(evidence=evidence), io.BytesIO()
    results = iter_results([rows], multi_classifier, options=options, keep_text=True)
    added = AddedColumns.of(model.scheme for model in multi_classifier.models)
    write(results, records, style, "our_", added)

    parts = list(
        encode_results([rows], multi_classifier, style, "our_", options=options, jobs=jobs)
    )

    assert b"".join(part.data for part in parts) == records.getvalue()
    assert sum(part.number for part in parts) == 2 * len(LINES) + 1
    assert sum(part.failed for part in parts) == 1
    assert [str(one) for part in parts for one in part.problems] == [
        f"{rows}:{len(LINES) + 1}: is not JSON: Expecting value: line 1 column 1 (char 0)"
    ]


@pytest.mark.parametrize("style", ["text", "jsonl", "json", "csv", "tsv"])
def test_nothing_to_label_is_encoded_as_it_is_written(tmp_path, multi_classifier, style):
    (tmp_path / "none.jsonl").write_text("\n\n")
    written = io.BytesIO()
    write([], written, style)

    parts = encode_results([str(tmp_path / "none.jsonl")], multi_classifier, style, jobs=2)

    assert b"".join(part.data for part in parts) == written.getvalue()


@pytest.mark.parametrize("jobs", [1, 3])
def test_a_bad_file_among_others_ends_no_run(rows, odd, multi_classifier, jobs):
    seen = list(encode_results([rows, odd], multi_classifier, "jsonl", jobs=jobs))

    assert sum(part.number for part in seen) == 2 * len(LINES) + 2
    assert b"".join(part.data for part in seen).count(b"\n") == 2 * len(LINES) + 2


@pytest.mark.parametrize("jobs", [1, 3])
@pytest.mark.parametrize(
    ("style", "odd", "why", "kept"),
    [
        ("csv", {"text": "a", "odd": 1}, "has a column 'odd' that the first input", b"\na,"),
        ("jsonl", {"text": "a", "path": 1}, "already has a column 'path'", b'{"text": "a", "id"'),
    ],
)
def test_a_record_that_cannot_be_written_is_an_error_of_its_row_alone(
    tmp_path, multi_classifier, jobs, style, odd, why, kept
):
    texts = [json.dumps({"text": SPORT[0]})] * 100
    (tmp_path / "in.jsonl").write_text("\n".join([*texts, json.dumps(odd), *texts]))

    parts = list(encode_results([str(tmp_path / "in.jsonl")], multi_classifier, style, jobs=jobs))

    assert sum(part.number for part in parts) == 201
    assert sum(part.failed for part in parts) == 1
    (problem,) = [one for part in parts for one in part.problems]
    assert why in str(problem)
    data = b"".join(part.data for part in parts)
    assert kept in data
    assert data.count(b"\n") == 201 + (style == "csv")


@pytest.mark.parametrize("jobs", [1, 2])
def test_records_are_encoded_before_the_end_where_nothing_is_counted(
    monkeypatch, multi_classifier, jobs
):
    reader, writer = os.pipe()
    monkeypatch.setattr("sys.stdin", os.fdopen(reader))

    def feed():
        with suppress(BrokenPipeError), os.fdopen(writer, "w") as stream:
            while True:
                stream.write(json.dumps({"text": SPORT[0]}) + "\n")

    feeder = Thread(target=feed)
    feeder.start()
    options = PredictOptions(evidence=0, repeated=NOTHING_REPEATED)
    found = encode_results(["-"], multi_classifier, "jsonl", options=options, jobs=jobs)

    assert sum(part.number for part in islice(found, 6)) > 0

    found.close()
    sys.stdin.close()
    feeder.join(timeout=10)


@pytest.mark.parametrize(("texts", "processes"), [(1, 0), (400, 2)])
def test_a_process_begins_only_for_what_follows_on_the_first_batch(
    tmp_path, multi_classifier, texts, processes
):
    (tmp_path / "in.txt").write_text("Rain.\n" * texts)
    inputs, reading = [str(tmp_path / "in.txt")], ReadOptions(lines=True)
    before = len(multiprocessing.active_children())

    parts = encode_results(
        expand(inputs, reading), multi_classifier, "csv", reading=reading, jobs=2
    )

    assert max(len(multiprocessing.active_children()) for _ in parts) == before + processes
    assert len(multiprocessing.active_children()) == before


def test_no_job_is_refused(rows, multi_classifier):
    with pytest.raises(InputError, match="give 1 or more"):
        next(encode_results([rows], multi_classifier, "jsonl", jobs=0))


def test_an_annotator_answers_alike_where_it_was_sent(multi_classifier):
    sent = pickle.loads(pickle.dumps(multi_classifier))  # noqa: S301 - our own

    texts = [*SPORT, *WEATHER, "", "zzqx"]
    assert sent.classify_all(texts) == multi_classifier.classify_all(texts)


BODIES = [
    "The fast bowler took five wickets as the visitors were bowled out on the second day.",
    "The provincial budget sets aside funds for local roads and drains, the secretary said.",
    "Traders asked the corporation to lift garbage twice a day during the holidays.",
]
TEASER = "Heavy rain and gusty winds are forecast for the coast. - Agency"


def encoded(inputs, multi_classifier, **options):
    parts = encode_results(expand(inputs), multi_classifier, "jsonl", **options)
    return b"".join(part.data for part in parts)


@pytest.fixture
def glued_pages(tmp_path):
    path = tmp_path / "pages.jsonl"
    rows = [{"id": n, "text": f"{BODIES[n % 3]} {n}\n{TEASER}"} for n in range(90)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_is_repeated_in_an_input_is_left_out_by_any_number_of_jobs(
    multi_classifier, glued_pages, jobs
):
    found = encoded([str(glued_pages)], multi_classifier, jobs=jobs)

    assert found == encoded([str(glued_pages)], multi_classifier)
    reasons = [one["reason"] for row in found.splitlines() for one in json.loads(row)["removed"]]
    assert reasons == ["repeated in this input"] * 90


def test_a_file_given_twice_is_read_once(multi_classifier, glued_pages):
    once = encoded([str(glued_pages)], multi_classifier)

    assert encoded([str(glued_pages)] * 2, multi_classifier) == once


@pytest.mark.parametrize("held", [1, 10_000_000])
def test_standard_input_is_answered_as_a_file_is(monkeypatch, multi_classifier, glued_pages, held):
    monkeypatch.setattr("textclf.io.read_inputs._STDIN_IN_MEMORY", held)
    expected = encoded([str(glued_pages)], multi_classifier).replace(
        str(glued_pages).encode(), b"-"
    )
    with glued_pages.open() as stream:
        monkeypatch.setattr("sys.stdin", stream)

        assert encoded(["-"], multi_classifier) == expected


def test_files_of_one_text_each_are_counted_together(multi_classifier, tmp_path):
    for number, body in enumerate(BODIES):
        (tmp_path / f"{number}.txt").write_text(f"{body}\n{TEASER}")

    records = [json.loads(row) for row in encoded([str(tmp_path)], multi_classifier).splitlines()]

    assert [one["removed"][0]["reason"] for one in records] == ["repeated in this input"] * 3


def test_nothing_counts_as_repeated_where_the_user_says_so(multi_classifier, glued_pages):
    options = PredictOptions(repeated=NOTHING_REPEATED)

    assert b"removed" not in encoded([str(glued_pages)], multi_classifier, options=options)


def test_what_was_read_and_what_was_not_can_be_looked_at(multi_classifier, glued_pages):
    parts = encode_results(
        expand([str(glued_pages)]), multi_classifier, "jsonl", side=SideTables(show=True)
    )

    shown = b"".join(part.shown for part in parts).decode()

    assert shown.startswith(
        f"== 0\n[1] {BODIES[0]} 0\n-- repeated in this input: {TEASER}\n\n== 1\n"
    )


def test_the_title_of_a_row_is_read_and_is_no_passage(tmp_path):
    path = tmp_path / "in.jsonl"
    row = {"headline": "Snow in Skardu", "text": "The road is shut. Nobody knows until when."}
    path.write_text(json.dumps(row))

    (item,) = read_items([str(path)])

    assert item.title == "Snow in Skardu"
    with pytest.raises(InputError, match="there is no field 'titel'"):
        list(read_items([str(path)], ReadOptions(title_field="titel")))
