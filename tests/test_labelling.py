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
from conftest import SPORT, WEATHER

from textclf.classifier import Annotator, Options
from textclf.engine import NumpyEngine
from textclf.errors import InputError
from textclf.labelling import label_inputs, spell_inputs
from textclf.output import write
from textclf.prediction import Status
from textclf.repeated import NOTHING_REPEATED
from textclf.sources import Reading

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
