"""Corpus records and other people's tables: what is read of them, and what is refused where."""

import gzip
import json
from dataclasses import replace

import pytest

from textclf.codebook.scheme import Label, Scheme
from textclf.corpus.check import check_files
from textclf.corpus.records import Columns, Corpus, Record, as_dict, parse_record, read_labelled
from textclf.errors import CorpusError, InputError
from textclf.io.input_documents import ReadOptions
from textclf.io.read_inputs import read_items

RAIN = Scheme("rain", (Label("rain"), Label("dry")))
THEMES = Scheme("themes", (Label("crowds"), Label("money"), Label("law")), "multi")
GOOD = {"id": "r1", "text": "It rained on the fair.", "labels": {"rain": "rain"}}


def written(folder, name, lines):
    path = folder / name
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return str(path)


def records_in(folder, *records):
    return written(folder, "records.jsonl", [json.dumps(record) for record in records])


def answers(found):
    corpus, scheme = found
    return corpus.answers(scheme)


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


def test_a_table_of_single_labels_makes_its_own_scheme(tmp_path):
    path = written(tmp_path, "t.csv", ["id,text,label", "a,It rained., rain ", "b,Dust.,dry"])

    corpus, scheme = read_labelled([path], name="sky")

    assert (scheme.name, scheme.kind, scheme.label_names) == ("sky", "single", ("dry", "rain"))
    assert corpus.records == (
        Record("a", "It rained.", {"sky": ("rain",)}),
        Record("b", "Dust.", {"sky": ("dry",)}),
    )


def test_a_table_of_labels_apart_by_a_sign_makes_a_scheme_of_several(tmp_path):
    path = written(tmp_path, "t.csv", ["text,tags", "A,law; money;law", "B,", "C,crowds"])

    corpus, scheme = read_labelled([path], Columns("tags", separator=";"))

    assert (scheme.kind, scheme.label_names) == ("multi", ("crowds", "law", "money"))
    assert corpus.answers(scheme) == [("law", "money"), (), ("crowds",)]


def test_json_lists_of_labels_make_a_scheme_of_several(tmp_path):
    rows = [{"text": "A", "label": ["law", "law", "money"]}, {"text": "B", "label": []}]

    corpus, scheme = read_labelled([records_in(tmp_path, *rows)])

    assert (scheme.kind, scheme.label_names) == ("multi", ("law", "money"))
    assert corpus.answers(scheme) == [("law", "money"), ()]


ZERO_ONE = [{"text": "A", "label": [1, 0, 1]}, {"text": "B", "label": [0, 0, 0]}]


@pytest.mark.parametrize(
    ("names", "labels"),
    [
        ((), ("label_0", "label_1", "label_2")),
        (("law", "money", "crowds"), ("law", "money", "crowds")),
    ],
)
def test_lists_of_0_and_1_take_the_given_names_or_numbered_ones(tmp_path, names, labels):
    corpus, scheme = read_labelled([records_in(tmp_path, *ZERO_ONE)], Columns(names=names))

    assert (scheme.kind, scheme.label_names) == ("multi", labels)
    assert corpus.answers(scheme) == [(labels[0], labels[2]), ()]


def test_lists_of_0_and_1_take_the_names_of_a_given_scheme(tmp_path):
    path = records_in(tmp_path, *ZERO_ONE)

    assert answers(read_labelled([path], scheme=THEMES)) == [("crowds", "law"), ()]


@pytest.mark.parametrize(
    ("rows", "names", "message"),
    [
        (ZERO_ONE, ("law", "money"), "there are 2 label names for lists of 3"),
        ([{"text": "A", "label": "law"}], ("law",), "--label-names is for cells that are lists"),
        (
            [{"text": "A", "label": [1, 0]}, {"text": "B", "label": [1]}],
            ("law", "money"),
            "all of one length; these are not",
        ),
    ],
)
def test_label_names_that_do_not_fit_the_cells_are_refused(tmp_path, rows, names, message):
    with pytest.raises(CorpusError, match=message):
        read_labelled([records_in(tmp_path, *rows)], Columns(names=names))


def test_a_table_is_held_against_a_given_scheme(tmp_path):
    path = written(tmp_path, "t.csv", ["text,label", "It rained.,rain", "Dust.,dry"])

    corpus, scheme = read_labelled([path], scheme=RAIN)

    assert scheme is RAIN
    assert corpus.answers(RAIN) == [("rain",), ("dry",)]


def test_a_label_of_a_table_that_a_given_scheme_lacks_is_refused(tmp_path):
    path = written(tmp_path, "t.csv", ["text,label", "It rained.,rain", "Dust.,dyr"])

    with pytest.raises(CorpusError, match=r"t\.csv:3: .*'dyr'; did you mean 'dry'\?"):
        read_labelled([path], scheme=RAIN)


def test_corpus_records_are_read_by_their_scheme(tmp_path):
    assert answers(read_labelled([records_in(tmp_path, GOOD)], scheme=RAIN)) == [("rain",)]


def test_json_lines_with_a_text_field_of_another_name_are_a_table(tmp_path):
    path = records_in(tmp_path, {"story": "It rained.", "label": "rain"})

    found = read_labelled([path], reading=ReadOptions(text_field="story"), scheme=RAIN)

    assert answers(found) == [("rain",)]


def test_rows_of_a_group_stay_together_and_rows_of_none_stand_alone(tmp_path):
    rows = [
        {"id": name, "text": name, "label": label, "story": story}
        for name, label, story in [
            ("a", "rain", "s1"),
            ("b", "dry", "s1"),
            ("c", "dry", ""),
            ("d", "dry", None),
            ("e", "rain", 7),
        ]
    ]

    corpus, _ = read_labelled([records_in(tmp_path, *rows)], Columns(group="story"))

    assert [record.group for record in corpus.records] == ["s1", "s1", "c", "d", "7"]


@pytest.mark.parametrize(
    ("lines", "columns", "message"),
    [
        (["text,lable", "A,rain"], Columns(), "t.csv:2: there is no field 'label'; did you mean"),
        (["text,label", "A,rain"], Columns(group="story"), "t.csv:2: there is no field 'story'"),
        (["text,label", "A,rain", "B,"], Columns(), "t.csv:3: has no label; give each row one"),
        (["text,label", "A,rain", "B"], Columns(), "t.csv:3: has 1 cells where the header has 2"),
        (["text,label"], Columns(), "t.csv: holds no rows to learn from"),
    ],
)
def test_a_table_that_cannot_be_learned_from_is_refused(tmp_path, lines, columns, message):
    path = written(tmp_path, "t.csv", lines)

    with pytest.raises(CorpusError) as caught:
        read_labelled([path], columns)

    assert str(caught.value).startswith(f"{tmp_path}/{message}")


def test_plain_texts_are_no_labelled_table(tmp_path):
    with pytest.raises(CorpusError, match="is no table; give csv, tsv or jsonl"):
        read_labelled([written(tmp_path, "t.txt", ["Rain."])])


def test_a_table_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match=r"gone\.csv: there is no such file"):
        read_labelled([str(tmp_path / "gone.csv")], scheme=RAIN)


@pytest.mark.parametrize(("last", "rule"), [("[1, 0]", True), ("[0, 0]", False)])
def test_a_table_in_which_no_text_goes_without_a_label_makes_that_a_rule(tmp_path, last, rule):
    path = tmp_path / "acts.jsonl"
    rows = [f'{{"text": "text {number}", "label": [0, 1]}}' for number in range(60)]
    path.write_text("\n".join([*rows, f'{{"text": "the last", "label": {last}}}']) + "\n")

    _, scheme = read_labelled([str(path)])

    assert scheme.at_least_one is rule


def acts(tmp_path, rows):
    path = tmp_path / "acts.jsonl"
    lines = [f'{{"text": "text {number}", "label": {row}}}' for number, row in enumerate(rows)]
    path.write_text("\n".join(lines) + "\n")
    return read_labelled([str(path)], Columns(names=("killing", "violence", "arrest")))[1].implies


@pytest.mark.parametrize(
    ("rows", "rules"),
    [
        (
            [[1, 1, 0]] * 20 + [[0, 1, 1]] * 30,
            (("killing", ("violence",)), ("arrest", ("violence",))),
        ),
        ([[1, 1, 0]] * 19 + [[0, 1, 0]] * 30 + [[0, 0, 1]] * 30, ()),
        ([[1, 1, 0]] * 200 + [[0, 1, 0], [0, 1, 0], [1, 0, 0]], (("killing", ("violence",)),)),
        ([[1, 1, 0]] * 100 + [[0, 1, 0], [1, 0, 0], [0, 0, 1]], ()),
        ([[1, 1, 0]] * 60 + [[0, 0, 1]] * 30, ()),
    ],
    ids=["always", "too few", "two in a thousand", "one in a hundred", "the same rows"],
)
def test_a_label_that_practically_always_brings_another_makes_that_a_rule(tmp_path, rows, rules):
    assert acts(tmp_path, rows) == rules


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
