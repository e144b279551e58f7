"""Parquet: rows are documents, and results are columns of text."""

import sys
from datetime import date
from io import BytesIO

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textclf._json import dumped
from textclf.errors import InputError
from textclf.io.input_documents import DeferredRows
from textclf.io.parquet import Sink as ParquetSink
from textclf.io.read_inputs import gather, items_of, read_items


def table(folder, columns):
    pq.write_table(pa.table(columns), folder / "articles.parquet")
    return str(folder / "articles.parquet")


def test_a_row_is_a_document_and_a_type_that_json_lacks_is_text(tmp_path):
    path = table(
        tmp_path,
        {"id": [7, 8], "text": ["It rained.", None], "day": [date(2020, 1, 2), None]},
    )

    first, second = read_items([path])

    assert (first.id, first.text, first.place) == ("7", "It rained.", f"{path}:1")
    assert first.row == {"id": 7, "text": "It rained.", "day": "2020-01-02"}
    assert (second.id, second.text) == ("8", "")


def test_row_groups_after_the_first_can_be_read_by_any_process(tmp_path):
    path = str(tmp_path / "articles.parquet")
    texts = [f"Rain {n}." for n in range(250)]
    pq.write_table(pa.table({"text": texts}), path, row_group_size=100)

    gathered = list(gather([path]))

    groups = [(one.group, one.number, one.items) for one in gathered[100:]]
    assert groups == [(1, 101, 100), (2, 201, 50)]
    assert all(isinstance(one, DeferredRows) for one in gathered[100:])
    assert [(item.place, item.text) for item in items_of(gathered)] == [
        (f"{path}:{n}", text) for n, text in enumerate(texts, start=1)
    ]
    pq.write_table(pa.table({"text": texts}), path)
    with pytest.raises(InputError, match=r"parquet:101: the file changed while it was read"):
        list(items_of(gathered))


def test_what_is_no_parquet_or_has_no_text_is_a_named_error(tmp_path):
    (tmp_path / "odd.parquet").write_bytes(b"text\nrain\n")

    with pytest.raises(InputError, match=r"odd\.parquet: is not a Parquet file"):
        list(read_items([str(tmp_path / "odd.parquet")]))
    with pytest.raises(InputError, match="there is no field like 'text'; there are: words"):
        list(read_items([table(tmp_path, {"words": ["rain"]})]))


def test_without_pyarrow_the_remedy_is_named(tmp_path, monkeypatch):
    path = table(tmp_path, {"text": ["rain"]})
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    with pytest.raises(InputError, match=r"needs pyarrow.*pip install 'textclf\[parquet\]'"):
        list(read_items([path]))


@given(rows=st.lists(st.tuples(st.text(), st.text())), size=st.integers(1, 5))
def test_what_is_written_reads_as_it_was_however_it_is_batched(rows, size):
    rows = [tuple(cell.encode("utf-8", "replace").decode() for cell in row) for row in rows]
    stream = BytesIO()
    sink = ParquetSink(stream)
    lines = [f"{dumped(row)}\n".encode() for row in [["a", "b"], *map(list, rows)]]
    for start in range(0, len(lines), size):
        sink.append(b"".join(lines[start : start + size]))

    sink.finish()

    found = pq.read_table(BytesIO(stream.getvalue()))
    assert found.column_names == ["a", "b"]
    assert [tuple(row.values()) for row in found.to_pylist()] == rows
