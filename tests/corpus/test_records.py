"""Corpus records: how they are read and written, and which lines are refused."""

import gzip
import json
from dataclasses import replace

import pytest

from textclf.codebook.scheme import Label, Scheme
from textclf.corpus.audit import check_files
from textclf.corpus.records import Corpus, Record, as_dict, parse_record
from textclf.errors import CorpusError
from textclf.io.read_inputs import read_items

RAIN = Scheme("rain", (Label("rain"), Label("dry")))
GOOD = {"id": "r1", "text": "It rained on the fair.", "labels": {"rain": "rain"}}


def written(folder, name, lines):
    path = folder / name
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return str(path)


def records_in(folder, *records):
    return written(folder, "records.jsonl", [json.dumps(record) for record in records])


def test_records_are_read_in_order_with_their_place(tmp_path):
    second = {**GOOD, "id": "r2", "labels": {"rain": ["dry"], "themes": []}, "position": 2}
    path = records_in(tmp_path, GOOD, second)

    corpus = Corpus.read([path])

    assert [record.id for record in corpus.records] == ["r1", "r2"]
    assert corpus.records[1].labels == {"rain": ("dry",), "themes": ()}
    assert [record.place for record in corpus.records] == [f"{path}:1", f"{path}:2"]


def test_a_gzipped_corpus_is_read_as_well(tmp_path):
    path = tmp_path / "records.jsonl.gz"
    path.write_bytes(gzip.compress(json.dumps(GOOD).encode()))

    assert [record.id for record in Corpus.read([path]).records] == ["r1"]


def test_a_folder_of_records_is_read_without_its_other_files(tmp_path):
    records_in(tmp_path, GOOD)
    written(tmp_path, "README.md", ["# What lies here"])

    assert len(Corpus.read([tmp_path])) == 1


def test_a_record_is_written_as_it_was_read_and_its_empty_fields_are_left_out():
    full = {**GOOD, "labels": {"rain": "rain", "themes": ["crowds", "law"]}, "article": "a1"}

    assert as_dict(parse_record(full, "x:1")) == full


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"id": "r2", "text": ', "is not JSON: "),
        ('["r2"]', "is not a JSON object, {...}"),
        ('{"id": "r2", "text": "t"}', "labels is missing"),
        ('{"text": "t", "labels": {}}', "id is missing"),
        ('{"id": "r2", "labels": {}}', "text is missing"),
        ('{"id": "r2", "txet": "t"}', "there is no field 'txet'; did you mean 'text'?"),
        ('{"id": 2, "text": "t", "labels": {}}', "id must be a str, not 2"),
        ('{"id": "r2", "position": true}', "position must be a int, not True"),
        ('{"id": "r2", "text": "t", "labels": ["dry"]}', "labels must be a dict, not ['dry']"),
        (
            '{"id": "r2", "text": "t", "labels": {"rain": 1}}',
            "labels.rain must be a label or a list of labels, not 1",
        ),
        (
            '{"id": "r2", "text": "t", "labels": {"rain": ["dry", 1]}}',
            "labels.rain must be a label or a list of labels, not ['dry', 1]",
        ),
    ],
)
def test_a_record_that_is_wrong_is_refused_with_file_and_line(tmp_path, line, message):
    path = written(tmp_path, "records.jsonl", [json.dumps(GOOD), "", line])

    with pytest.raises(CorpusError) as caught:
        Corpus.read([path])

    assert str(caught.value).startswith(f"{path}:3: {message}")


def test_a_record_that_is_not_utf8_is_refused_with_file_and_line(tmp_path):
    path = tmp_path / "records.jsonl"
    path.write_bytes(b'{"id": "caf\xe9"}\n')

    with pytest.raises(CorpusError, match=r"records\.jsonl:1: is not UTF-8"):
        Corpus.read([path])


def test_records_of_an_article_or_a_contrast_pair_belong_together():
    alone = Record("r1", "Rain.", {})

    assert [
        alone.group,
        Record("r2", "Rain.", {}, pair="p1").group,
        Record("r3", "Rain.", {}, pair="p1", article="a1").group,
    ] == ["r1", "p1", "a1"]


def test_only_what_a_scheme_has_labelled_is_labelled(tmp_path):
    other = {**GOOD, "id": "r2", "labels": {"themes": ["law"]}}

    corpus = Corpus.read([records_in(tmp_path, other, GOOD)]).labelled(RAIN)

    assert corpus.answers(RAIN) == [("rain",)]


def test_a_label_that_a_scheme_lacks_is_refused_with_file_and_line(tmp_path):
    path = records_in(tmp_path, GOOD, {**GOOD, "id": "r2", "labels": {"rain": "rian"}})

    with pytest.raises(CorpusError) as caught:
        Corpus.read([path]).labelled(RAIN)

    assert str(caught.value) == (
        f"{path}:2: scheme 'rain' has no label 'rian'; did you mean 'rain'? There are: rain, dry"
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gzip"])
def test_a_corpus_is_read_in_each_encoding_that_predict_reads(tmp_path, encoding):
    lines = "\n".join(json.dumps({"id": one, "text": f"é {one}", "labels": {}}) for one in "ab")
    path = tmp_path / ("c.jsonl.gz" if encoding == "gzip" else "c.jsonl")
    path.write_bytes(
        gzip.compress(lines.encode()) if encoding == "gzip" else lines.encode(encoding)
    )

    found = Corpus.read([path])

    assert [record.text for record in found.records] == ["é a", "é b"]
    assert [item.text for item in read_items([str(path)])] == ["é a", "é b"]
    assert not [one for one in check_files([str(path)], [], []).findings if "JSON" in one.message]


@pytest.mark.parametrize("name", ["c.jsonl", "c.jsonl.gz"])
def test_a_corpus_that_was_written_reads_as_it_was(tmp_path, name):
    found = Corpus(
        (
            Record("a", "Snow\nfell “here”.", {"sky": ("snow",)}, article="x", position=1),
            Record("b", "Rain \ud800", {"sky": ("rain", "wind")}),
        )
    )

    found.write(tmp_path / name)

    again = Corpus.read([tmp_path / name])
    assert [replace(record, place="") for record in again.records] == list(found.records)
    assert repr(again) == "Corpus(2 records)"
