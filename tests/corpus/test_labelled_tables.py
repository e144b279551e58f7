"""Labelled tables: which records and which scheme they become, and which rows are refused."""

import json

import pytest

from textclf.codebook.scheme import Label, Scheme, infer_scheme
from textclf.corpus.label_cells import Spelling
from textclf.corpus.labelled_tables import Columns, read_labelled
from textclf.corpus.records import Record
from textclf.errors import CorpusError, InputError
from textclf.io.input_documents import ReadOptions

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


def test_a_table_is_checked_against_a_given_scheme(tmp_path):
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
        (["text,label", "A,", "B,"], Columns(), "t.csv:2: has no label, and no other row has one"),
        (
            ["text,label", *(f"A,{n}" for n in "abcdefghij")],
            Columns(),
            "t.csv: each of the 10 labels in 'label' occurs once; name the column",
        ),
        (
            ["text,label", "A,rain", "B,rain"],
            Columns(),
            "t.csv: all 2 texts have the label 'rain'; give texts of another label too",
        ),
        (["text,label", "A,rain", "B"], Columns(), "t.csv:3: has 1 cells where the header has 2"),
        (["text,label"], Columns(), "t.csv: holds no rows to learn from"),
    ],
)
def test_a_table_that_cannot_be_learned_from_is_refused(tmp_path, lines, columns, message):
    path = written(tmp_path, "t.csv", lines)

    with pytest.raises(CorpusError) as caught:
        read_labelled([path], columns)

    assert str(caught.value).startswith(f"{tmp_path}/{message}")


def test_rows_without_a_label_are_left_out_and_counted(tmp_path):
    said = []
    labels = ["rain", None, float("nan"), "dry"]
    rows = ({"text": f"A{row}", "label": label} for row, label in enumerate(labels))
    path = records_in(tmp_path, *rows)

    found = read_labelled([path], report=said.append)

    assert answers(found) == [("rain",), ("dry",)]
    assert said == [
        f"text from 'text' ({path})",
        f"2 inputs: has no label: left out; the first is {path}:2",
    ]


@pytest.mark.parametrize(
    ("labels", "warning"),
    [
        (
            ["Econ", "ECON", "sport"],
            "'ECON', 'Econ' in 'label' are 2 labels; make them one with --fold-case",
        ),
        (
            ["0", "0.0", "1"],
            "'0', '0.0' in 'label' are 2 labels; make them one with --rename '0'='0.0'",
        ),
    ],
)
def test_labels_that_are_perhaps_meant_otherwise_are_a_warning(tmp_path, labels, warning):
    said = []
    rows = [f"A{row},{label}" for row, label in enumerate(labels)]
    path = written(tmp_path, "t.csv", ["text,label", *rows])

    read_labelled([path], report=said.append)

    assert said[1:] == [f"warning: {warning}"]


def test_a_word_for_an_empty_cell_is_no_label_and_is_counted(tmp_path):
    said = []
    path = written(tmp_path, "t.csv", ["text,label", "A,rain", "B,NA", "C,dry", "D,NA"])

    found = read_labelled([path], report=said.append)

    assert answers(found) == [("rain",), ("dry",)]
    assert said[1:] == [
        (
            "2 inputs: label 'NA' means no label: if it is one, give --rename NA=NAME; "
            f"the first is {path}:3"
        ),
        f"2 inputs: has no label: left out; the first is {path}:3",
    ]


def test_a_word_for_an_empty_cell_is_a_label_where_the_scheme_has_it(tmp_path):
    scheme = infer_scheme("place", ["NA", "EU"], "single")
    path = written(tmp_path, "t.csv", ["text,label", "A,NA", "B,EU"])

    assert answers(read_labelled([path], scheme=scheme)) == [("NA",), ("EU",)]


def test_labels_are_renamed_before_anything_is_made_of_them(tmp_path):
    spelling = Spelling.parse(["NA=america", "unclear="], fold_case=True)
    path = written(tmp_path, "t.csv", ["text,label", "A,NA", "B,eu", "C,EU", "D,EU", "E,unclear"])

    found = read_labelled([path], Columns(spelling=spelling))

    assert answers(found) == [("america",), ("EU",), ("EU",), ("EU",)]


def test_equal_texts_with_different_labels_are_listed(tmp_path):
    said = []
    path = written(tmp_path, "t.csv", ["text,label", "A b,rain", "C,dry", "a  B,dry", "C,dry"])

    read_labelled([path], report=said.append)

    assert said[1:] == [f"warning: the same text has different labels: {path}:2 rain, {path}:4 dry"]


def test_of_many_contradictions_ten_are_listed_and_all_counted(tmp_path):
    said = []
    rows = [f"text {row % 30},{'rain' if row < 30 else 'dry'}" for row in range(60)]
    path = written(tmp_path, "t.csv", ["text,label", *rows])

    read_labelled([path], report=said.append)

    assert len(said) == 1 + 10 + 1
    assert said[-1] == "warning: 30 texts have different labels in different rows"


def test_a_labelled_table_is_read_like_any_other(tmp_path):
    path = written(
        tmp_path, "t.csv", ["Made on Monday", "ID;Body; Label ", "a;Rain, dust.;rain", "b;Sun;dry"]
    )

    corpus, _ = read_labelled([path])

    assert [(one.id, one.text, one.labels) for one in corpus.records] == [
        ("a", "Rain, dust.", {"labels": ("rain",)}),
        ("b", "Sun", {"labels": ("dry",)}),
    ]


def test_plain_texts_are_not_a_labelled_table(tmp_path):
    with pytest.raises(CorpusError, match=r"is not a table; give \.csv"):
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
