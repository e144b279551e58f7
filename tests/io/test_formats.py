"""A format is one module and one line in `FORMATS`."""

import json
import sys
from importlib import import_module
from types import ModuleType

import pytest
from small_models import SPORT, WEATHER

from textclf.batch.predict_files import predict_files
from textclf.cli.predict import InputFormat, OutputFormat
from textclf.corpus.labelled_tables import Columns, read_labelled
from textclf.errors import InputError
from textclf.evaluation.model_evaluation import evaluate_file
from textclf.io.formats import FORMATS, FileFormat
from textclf.io.input_documents import ReadOptions, document_of_row
from textclf.io.read_inputs import read_items
from textclf.model.store import write_model

ROWS = [("weather", text) for text in WEATHER] + [("sport", text) for text in SPORT]


def read(path, stream, reading):
    """Yield the document of each line: a label, a hash sign, and a text."""
    for number, line in enumerate(stream, start=1):
        label, _, text = line.decode().rstrip("\n").partition("#")
        row = {"id": f"r{number}", "text": text, "beat": label}
        yield document_of_row(row, f"{path}:{number}", path, reading)


class Sink:
    """Writes the cells of a row with hash signs between them."""

    def __init__(self, stream):
        self._stream = stream

    def append(self, encoded):
        for line in encoded.splitlines():
            self._stream.write(("#".join(json.loads(line)) + "\n").encode())

    def finish(self):
        self._stream.write(b"end\n")


@pytest.fixture
def articles(tmp_path, monkeypatch):
    """Return a file in the format `hash`, which is registered by one line."""
    module = ModuleType("textclf.io.hash_format")
    module.read, module.Sink = read, Sink
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setitem(
        FORMATS, "hash", FileFormat("hash", (".hash",), "hash_format", has_sink=True)
    )
    path = tmp_path / "articles.hash"
    path.write_text("".join(f"{label}#{text}\n" for label, text in ROWS))
    return path


def test_a_registered_format_is_read_by_train_evaluate_and_predict(articles, tmp_path, beat):
    model, columns = tmp_path / "beat.textclf", Columns("beat")
    write_model(beat, model)

    corpus, scheme = read_labelled([str(articles)], columns)
    found = evaluate_file(str(model), [str(articles)], columns, allow_training_rows=True)
    predict_files([str(articles)], tmp_path / "out.jsonl", models=[str(model)])

    assert scheme.label_names == ("sport", "weather")
    assert [record.text for record in corpus.records] == [text for _, text in ROWS]
    macro_f1 = found.figures["macro_f1"]
    assert macro_f1 is not None
    assert macro_f1.value > 0.9
    records = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [(one["beat"], one["text"]) for one in records] == ROWS


def test_a_registered_format_is_read_in_a_folder(articles):
    assert [one.text for one in read_items([str(articles.parent)])] == [text for _, text in ROWS]


def test_a_registered_format_is_written_by_its_suffix(articles, tmp_path):
    output = tmp_path / "out.hash"

    predict_files([str(articles)], output, models=["topic"])

    header, *rows, end = output.read_text().splitlines()
    assert header.startswith("id#text#beat#")
    assert len(rows) == len(ROWS)
    assert end == "end"


@pytest.mark.parametrize("name", FORMATS)
def test_each_module_reads_and_those_with_a_sink_write(name):
    module = import_module(f"textclf.io.{FORMATS[name].module}")

    assert callable(module.read)
    assert hasattr(module, "Sink") == FORMATS[name].has_sink


def test_the_command_line_has_the_formats_of_the_registry():
    assert list(InputFormat) == list(FORMATS)
    assert list(OutputFormat) == [one.name for one in FORMATS.values() if one.is_written]


def test_an_input_format_that_there_is_not_is_named_with_the_others(tmp_path):
    (tmp_path / "a.txt").write_text("Rain fell.")

    with pytest.raises(InputError, match=r"there is no input format 'cvs'; use text, jsonl"):
        list(read_items([str(tmp_path / "a.txt")], ReadOptions(format="cvs")))
