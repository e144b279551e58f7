"""As many records come out as items went in, in their order, however many label."""

import json
import os
import sys
from contextlib import suppress
from itertools import islice
from threading import Thread

import pytest
from conftest import SPORT, WEATHER

from textclf.classifier import Annotator, Options
from textclf.engine import NumpyEngine
from textclf.errors import InputError
from textclf.labelling import label_inputs
from textclf.prediction import Status

LINES = [SPORT[0], "", "zzqx", *WEATHER, " " * 1_000_001, *SPORT, '{"text"', *WEATHER * 12]


@pytest.fixture(scope="module")
def annotator(beat, rain):
    return Annotator([beat, rain], NumpyEngine)


@pytest.fixture
def rows(tmp_path):
    path = tmp_path / "rows.jsonl"
    texts = [json.dumps({"text": line}) for line in LINES]
    path.write_text("\n".join([*texts, "no JSON", *texts]))
    return str(path)


@pytest.mark.parametrize("jobs", [1, 2, 5])
@pytest.mark.parametrize("evidence", [0, 3])
def test_records_stand_in_the_order_of_the_items(rows, annotator, jobs, evidence):
    options = Options(evidence=evidence)

    found = list(label_inputs([rows], annotator, options=options, jobs=jobs))

    assert [row.get("text") for _, row in found] == [*LINES, None, *LINES]
    for annotation, row in islice(found, len(LINES)):
        assert annotation.predictions == annotator.annotate(row["text"], options).predictions
    assert found[len(LINES)][0].predictions == annotator.unanswered(Status.ERROR)


@pytest.mark.parametrize("jobs", [1, 3])
def test_what_was_read_before_an_error_comes_before_it(tmp_path, rows, annotator, jobs):
    (tmp_path / "odd.jsonl").write_text('{"note": "no text here"}\n')
    records = label_inputs([rows, str(tmp_path / "odd.jsonl")], annotator, jobs=jobs)

    before = list(islice(records, 2 * len(LINES) + 1))

    assert [row.get("text") for _, row in before] == [*LINES, None, *LINES]
    with pytest.raises(InputError, match=r"odd\.jsonl:1"):
        next(records)


@pytest.mark.parametrize("jobs", [1, 2])
def test_records_come_out_before_the_input_ends(monkeypatch, annotator, jobs):
    reader, writer = os.pipe()
    monkeypatch.setattr("sys.stdin", os.fdopen(reader))

    def feed():
        with suppress(BrokenPipeError), os.fdopen(writer, "w") as stream:
            while True:
                stream.write(json.dumps({"text": SPORT[0]}) + "\n")

    feeder = Thread(target=feed)
    feeder.start()
    found = label_inputs(["-"], annotator, options=Options(evidence=0), jobs=jobs)

    assert [one["beat"].label for one, _ in islice(found, 1000)] == ["sport"] * 1000

    found.close()
    sys.stdin.close()
    feeder.join(timeout=10)


def test_no_job_is_refused(rows, annotator):
    with pytest.raises(InputError, match="give 1 or more"):
        next(label_inputs([rows], annotator, jobs=0))
