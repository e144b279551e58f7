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

from textclf.batch.predict_files import label_inputs, spell_inputs
from textclf.classifier.classifier import Annotator, Options
from textclf.classifier.prediction import Status
from textclf.errors import InputError
from textclf.io.inputs import Reading, read_items
from textclf.io.output import write
from textclf.scoring.numpy_scorer import NumpyEngine
from textclf.text.repeated import NOTHING_REPEATED

# Numpy's own threads, which wait for work while a test forks.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")

LINES = [SPORT[0], "", "zzqx", *WEATHER, " " * 1_000_001, *SPORT, '{"text"', *WEATHER * 12]


@pytest.fixture(scope="module")
def annotator(beat, rain):
    return Annotator([beat, rain], NumpyEngine)


@pytest.fixture
def odd(tmp_path):
    """A file that stops the run: its first row has no text."""
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
def test_records_stand_in_the_order_of_the_items(rows, annotator, evidence):
    options = Options(evidence=evidence)

    found = list(label_inputs([rows], annotator, options=options))

    assert [row.get("text") for _, row in found] == [*LINES, None, *LINES]
    for annotation, row in islice(found, len(LINES)):
        assert annotation.predictions == annotator.annotate(row["text"], options).predictions
    assert found[len(LINES)][0].predictions == annotator.unanswered(Status.ERROR)


def test_what_was_read_before_an_error_comes_before_it(rows, odd, annotator):
    records = label_inputs([rows, odd], annotator)

    before = list(islice(records, 2 * len(LINES) + 1))

    assert [row.get("text") for _, row in before] == [*LINES, None, *LINES]
    with pytest.raises(InputError, match=r"odd\.jsonl:1"):
        next(records)


@pytest.mark.parametrize(
    ("jobs", "numbers"),
    [(1, [64, 256, 30, 0]), (2, [64, 128, 128, 30, 0]), (8, [64] * 5 + [30, 0])],
)
def test_the_more_jobs_the_smaller_the_parts_that_they_are_dealt(
    tmp_path, annotator, jobs, numbers
):
    (tmp_path / "in.jsonl").write_text('{"text": "Rain."}\n' * 350)

    parts = spell_inputs([str(tmp_path / "in.jsonl")], annotator, "jsonl", jobs=jobs)

    assert [part.number for part in parts] == numbers


@pytest.mark.parametrize("jobs", [1, 2])
def test_of_large_texts_a_part_has_few(tmp_path, annotator, jobs):
    for name in "abcde":
        (tmp_path / f"{name}.txt").write_text("Rain." + " " * 600_000)

    parts = spell_inputs([str(tmp_path)], annotator, "jsonl", jobs=jobs)

    assert [part.number for part in parts] == [2, 2, 1, 0]


@pytest.mark.parametrize("style", ["text", "jsonl", "json", "csv", "tsv"])
@pytest.mark.parametrize("jobs", [1, 3])
@pytest.mark.parametrize("evidence", [0, 3])
def test_what_is_spelled_is_what_is_written_of_the_records(rows, annotator, style, jobs, evidence):
    options, records = Options(evidence=evidence), io.BytesIO()
    write(label_inputs([rows], annotator, options=options), records, style, "our_")

    parts = list(spell_inputs([rows], annotator, style, "our_", options=options, jobs=jobs))

    assert b"".join(part.data for part in parts) == records.getvalue()
    assert sum(part.number for part in parts) == 2 * len(LINES) + 1
    assert sum(part.failed for part in parts) == 1
    assert [part.messages for part in parts if part.messages] == [
        (f"{rows}:{len(LINES) + 1}: is not JSON: Expecting value: line 1 column 1 (char 0)",)
    ]


@pytest.mark.parametrize("style", ["text", "jsonl", "json", "csv", "tsv"])
def test_nothing_to_label_is_spelled_as_it_is_written(tmp_path, annotator, style):
    (tmp_path / "none.jsonl").write_text("\n\n")
    written = io.BytesIO()
    write([], written, style)

    parts = spell_inputs([str(tmp_path / "none.jsonl")], annotator, style, jobs=2)

    assert b"".join(part.data for part in parts) == written.getvalue()


@pytest.mark.parametrize("jobs", [1, 3])
def test_what_was_read_before_an_error_is_spelled_before_it(rows, odd, annotator, jobs):
    parts = spell_inputs([rows, odd], annotator, "jsonl", jobs=jobs)
    seen = []

    with pytest.raises(InputError, match=r"odd\.jsonl:1"):
        seen.extend(parts)

    assert sum(part.number for part in seen) == 2 * len(LINES) + 1
    assert b"".join(part.data for part in seen).count(b"\n") == 2 * len(LINES) + 1


@pytest.mark.parametrize("jobs", [1, 3])
def test_records_before_one_that_cannot_be_spelled_come_before_the_error(tmp_path, annotator, jobs):
    texts = [json.dumps({"text": SPORT[0]})] * 100
    (tmp_path / "in.jsonl").write_text("\n".join([*texts, '{"odd": 1}', *texts]))
    parts = spell_inputs([str(tmp_path / "in.jsonl")], annotator, "csv", jobs=jobs)
    seen = []

    with pytest.raises(InputError, match="has a column 'odd'"):
        seen.extend(parts)

    assert sum(part.number for part in seen) == 100
    assert "in.jsonl:101: there is no field like 'text'" in seen[-1].messages[0]
    assert b"".join(part.data for part in seen).count(b"\n") == 1 + 100


@pytest.mark.parametrize("jobs", [1, 2])
def test_records_are_spelled_before_the_end_where_nothing_is_counted(monkeypatch, annotator, jobs):
    reader, writer = os.pipe()
    monkeypatch.setattr("sys.stdin", os.fdopen(reader))

    def feed():
        with suppress(BrokenPipeError), os.fdopen(writer, "w") as stream:
            while True:
                stream.write(json.dumps({"text": SPORT[0]}) + "\n")

    feeder = Thread(target=feed)
    feeder.start()
    options = Options(evidence=0, repeated=NOTHING_REPEATED)
    found = spell_inputs(["-"], annotator, "jsonl", options=options, jobs=jobs)

    assert sum(part.number for part in islice(found, 30)) == 64 + 29 * 256 // jobs

    found.close()
    sys.stdin.close()
    feeder.join(timeout=10)


@pytest.mark.parametrize(("texts", "processes"), [(64, 0), (65, 1), (400, 2)])
def test_a_process_begins_only_for_what_follows_on_the_first_batch(
    tmp_path, annotator, texts, processes
):
    (tmp_path / "in.txt").write_text("Rain.\n" * texts)
    inputs, reading = [str(tmp_path / "in.txt")], Reading(lines=True)
    before = len(multiprocessing.active_children())

    parts = spell_inputs(inputs, annotator, "csv", reading=reading, jobs=2)

    assert max(len(multiprocessing.active_children()) for _ in parts) == before + processes
    assert len(multiprocessing.active_children()) == before


def test_no_job_is_refused(rows, annotator):
    with pytest.raises(InputError, match="give 1 or more"):
        next(spell_inputs([rows], annotator, "jsonl", jobs=0))


def test_an_annotator_answers_alike_where_it_was_sent(annotator):
    sent = pickle.loads(pickle.dumps(annotator))  # noqa: S301 - our own

    texts = [*SPORT, *WEATHER, "", "zzqx"]
    assert sent.annotate_all(texts) == annotator.annotate_all(texts)


BODIES = [
    "The fast bowler took five wickets as the visitors were bowled out on the second day.",
    "The provincial budget sets aside funds for local roads and drains, the secretary said.",
    "Traders asked the corporation to lift garbage twice a day during the holidays.",
]
TEASER = "Heavy rain and gusty winds are forecast for the coast. - Agency"


def spelled(inputs, annotator, **options):
    parts = spell_inputs(inputs, annotator, "jsonl", **options)
    return b"".join(part.data for part in parts)


@pytest.fixture
def glued_pages(tmp_path):
    path = tmp_path / "pages.jsonl"
    rows = [{"id": n, "text": f"{BODIES[n % 3]} {n}\n{TEASER}"} for n in range(200)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_is_repeated_in_an_input_is_left_out_by_any_number_of_jobs(
    annotator, glued_pages, jobs
):
    found = spelled([str(glued_pages)], annotator, jobs=jobs)

    assert found == spelled([str(glued_pages)], annotator)
    reasons = [one["reason"] for row in found.splitlines() for one in json.loads(row)["dropped"]]
    assert reasons == ["repeated in this input"] * 200


def test_a_file_given_twice_is_answered_as_it_is_once(annotator, glued_pages):
    once = spelled([str(glued_pages)], annotator)

    assert spelled([str(glued_pages)] * 2, annotator) == once * 2


@pytest.mark.parametrize("held", [1, 10_000_000])
def test_standard_input_is_answered_as_a_file_is(monkeypatch, annotator, glued_pages, held):
    monkeypatch.setattr("textclf.io.spool._HELD", held)
    expected = spelled([str(glued_pages)], annotator).replace(str(glued_pages).encode(), b"-")
    with glued_pages.open() as stream:
        monkeypatch.setattr("sys.stdin", stream)

        assert spelled(["-"], annotator) == expected


def test_files_of_one_text_each_are_counted_together(annotator, tmp_path):
    for number, body in enumerate(BODIES):
        (tmp_path / f"{number}.txt").write_text(f"{body}\n{TEASER}")

    records = [json.loads(row) for row in spelled([str(tmp_path)], annotator).splitlines()]

    assert [one["dropped"][0]["reason"] for one in records] == ["repeated in this input"] * 3


def test_nothing_counts_as_repeated_where_the_user_says_so(annotator, glued_pages):
    options = Options(repeated=NOTHING_REPEATED)

    assert b"dropped" not in spelled([str(glued_pages)], annotator, options=options)


def test_what_was_read_and_what_was_not_can_be_looked_at(annotator, glued_pages):
    parts = spell_inputs([str(glued_pages)], annotator, "jsonl", show=True)

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
        list(read_items([str(path)], Reading(title_field="titel")))
