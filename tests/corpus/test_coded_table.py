"""Coded tables: which rows and columns are read, from which formats, and what is refused."""

import gzip
import json
import time

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from textclf.corpus.coded_table import CodedColumns, answers_of, joined_rows, read_coded_table
from textclf.errors import InputError
from textclf.io.input_documents import ReadOptions

TOPICS = CodedColumns(("topic", "topic_human"))
ROWS = ["id,topic,topic_human", "a,sport,sport", "b,law|money,NA", "c,,none"]


def written(folder, lines, name="coded.csv"):
    path = folder / name
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return str(path)


def test_a_table_needs_no_text_and_a_cell_may_hold_several_labels_or_none(tmp_path):
    table = read_coded_table([written(tmp_path, ROWS)], TOPICS)

    assert table.ids == ("a", "b", "c")
    assert table.labels == {
        "topic": (("sport",), ("law", "money"), None),
        "topic_human": (("sport",), None, ("none",)),
    }
    assert (table.weights, table.groups, table.dates) == (None, None, None)


@pytest.mark.parametrize("cell", ["", " ", "nan", "NaN", "NA", "n/a", "None", "null", None])
def test_a_cell_that_a_program_writes_for_nothing_holds_no_label(cell):
    assert answers_of([cell, float("nan"), "none", "0"]) == (None, None, ("none",), ("0",))


def test_the_same_table_is_read_from_each_format(tmp_path):
    rows = [dict(zip(ROWS[0].split(","), line.split(","), strict=True)) for line in ROWS[1:]]
    lines = [json.dumps(row) for row in rows]
    paths = [
        written(tmp_path, ROWS),
        written(tmp_path, [line.replace(",", ";") for line in ROWS], "semicolon.csv"),
        written(tmp_path, [line.replace(",", "\t") for line in ROWS], "coded.tsv"),
        written(tmp_path, ["Coded in spring", "", *ROWS], "titled.csv"),
        written(tmp_path, lines, "coded.jsonl"),
        written(tmp_path, [json.dumps(rows)], "coded.json"),
        str(tmp_path / "coded.parquet"),
        str(tmp_path / "coded.xlsx"),
        str(tmp_path / "coded.csv.gz"),
    ]
    pq.write_table(pa.Table.from_pylist(rows), paths[-3])
    book = openpyxl.Workbook()
    for line in ROWS:
        book.active.append(line.split(","))
    book.save(paths[-2])
    with gzip.open(paths[-1], "wt", encoding="utf-16") as stream:
        stream.writelines(f"{line}\n" for line in ROWS)

    tables = [read_coded_table([path], TOPICS) for path in paths]

    assert all(table.labels == tables[0].labels for table in tables)
    assert all(table.ids == ("a", "b", "c") for table in tables)


def test_how_a_table_is_read_is_reported_and_no_text_is_mentioned(tmp_path):
    told = []
    path = written(tmp_path, [line.replace(",", ";") for line in ROWS])

    read_coded_table([path], TOPICS, report=told.append)

    assert told == [f"{path}: semicolons separate its columns, not commas"]


def test_weights_groups_dates_and_other_columns_are_read_on_demand(tmp_path):
    path = written(
        tmp_path,
        ["url,topic,pi,article,day,prob", "u/1,a,.5,x,2024-03-01,.9", "u/2,b,0.25,,3 May 2024,"],
    )
    columns = CodedColumns(
        ("topic",), probability="pi", group="article", date="day", others=("prob",)
    )

    table = read_coded_table([path], columns)

    assert table.ids == ("u/1", "u/2")
    assert table.weights.tolist() == [2, 4]
    assert table.groups == ("x", f"{path}:3")
    assert table.dates == ("2024-03-01", "3 May 2024")
    assert table.others == {"prob": (".9", None)}
    assert np.array_equal(table.probabilities("prob"), [0.9, np.nan], equal_nan=True)


def test_a_field_inside_a_field_of_json_can_hold_the_label(tmp_path):
    path = written(tmp_path, ['{"meta": {"topic": ["law", "law"]}}', '{"other": 1}'], "c.jsonl")

    table = read_coded_table([path], CodedColumns(("meta.topic",)))

    assert table.labels["meta.topic"] == (("law",), None)
    assert table.ids == (f"{path}:1", f"{path}:2")


@pytest.mark.parametrize(
    ("lines", "columns", "error"),
    [
        (
            ROWS,
            CodedColumns(("topics",)),
            "there is no column 'topics'; did you mean 'topic'? There are: id, topic, topic_human",
        ),
        (["id,topic,w", "a,x,1", "b,y,0"], CodedColumns(("topic",), weight="w"), ":3: w is '0'"),
        (
            ["id,topic,w", "a,x,"],
            CodedColumns(("topic",), weight="w"),
            ":2: w is ''; give a number",
        ),
        (["id,topic,p", "a,x,5"], CodedColumns(("topic",), probability="p"), "at most 1"),
        (["id,topic,p", "a,x,?"], CodedColumns(("topic",), probability="p"), "'?'; give a number"),
        (["id,topic", "a,x,y"], CodedColumns(("topic",)), ":2: has 3 cells where the header has 2"),
        (["id,topic"], CodedColumns(("topic",)), "holds no rows; give a table with topic"),
    ],
)
def test_what_cannot_be_read_is_refused_with_place_and_remedy(tmp_path, lines, columns, error):
    with pytest.raises(InputError) as caught:
        read_coded_table([written(tmp_path, lines)], columns)

    assert error in str(caught.value)
    assert "\n" not in str(caught.value)


def test_two_tables_are_joined_by_id_and_ids_of_the_second_alone_are_listed(tmp_path):
    machine = read_coded_table([written(tmp_path, ROWS)], CodedColumns(("topic",)))
    gold = written(tmp_path, ["id,topic", "c,law", "z,law", "a,sport"], "gold.csv")

    rows, gold_rows, alone = joined_rows(
        machine, read_coded_table([gold], CodedColumns(("topic",)))
    )

    assert (rows, gold_rows, alone) == ([2, 0], [0, 2], ["z"])


def test_an_id_of_two_rows_or_of_no_other_table_is_refused_in_a_join(tmp_path):
    machine = read_coded_table([written(tmp_path, ROWS)], CodedColumns(("topic",)))
    twice = written(tmp_path, ["id,topic", "a,law", "a,sport"], "twice.csv")
    other = written(tmp_path, ["id,topic", "9,law"], "other.csv")

    with pytest.raises(InputError, match=r"twice.csv:3: the id 'a' is that of .*twice.csv:2 too"):
        joined_rows(machine, read_coded_table([twice], CodedColumns(("topic",))))
    with pytest.raises(InputError, match=r"no id is in .*coded.csv too: '9' here, 'a' there"):
        joined_rows(machine, read_coded_table([other], CodedColumns(("topic",))))


def test_rows_are_taken_column_by_column(tmp_path):
    path = written(tmp_path, ["id,topic,w", "a,x,1", "b,y,2", "c,z,3"])

    table = read_coded_table([path], CodedColumns(("topic",), weight="w")).taken([2, 0])

    assert (table.ids, table.weights.tolist()) == (("c", "a"), [3, 1])
    assert table.labels["topic"] == (("z",), ("x",))


def test_a_table_whose_file_has_no_suffix_is_known_by_its_columns(tmp_path):
    path = written(tmp_path, ROWS, "coded")

    assert read_coded_table([path], TOPICS).ids == ("a", "b", "c")


def test_a_hundred_thousand_rows_are_read_in_a_few_seconds(tmp_path):
    path = written(tmp_path, ["id,topic,human", *(f"r{n},sport,law" for n in range(100_000))])
    started = time.process_time()

    table = read_coded_table([path], CodedColumns(("topic", "human")), ReadOptions())

    assert len(table) == 100_000
    assert time.process_time() - started < 10
