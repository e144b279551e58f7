"""JSON is read and written alike with orjson and without, to the byte."""

import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textclf import _json

ODD = st.sampled_from(
    ["\ud800", "\u2028", "\x00", "\x7f", '"', "\\", "/", "\n", "\u00e9", "\U0001f600"]
)
TEXTS = st.lists(ODD | st.text(max_size=3), max_size=6).map("".join)
NUMBERS = st.integers(-(2**70), 2**70) | st.floats() | st.booleans() | st.none()
VALUES = NUMBERS | TEXTS | st.lists(NUMBERS | TEXTS, max_size=2) | st.dictionaries(TEXTS, NUMBERS)
RECORDS = st.dictionaries(TEXTS, VALUES, max_size=4)
ORJSON = [pytest.param(_json.orjson, id="orjson"), pytest.param(lambda: None, id="without")]


@pytest.fixture(params=ORJSON)
def _either(request, monkeypatch):
    monkeypatch.setattr(_json, "orjson", request.param)
    monkeypatch.setattr(_json, "_LONG", 0)


@pytest.mark.usefixtures("_either")
class TestEither:
    @given(record=RECORDS)
    def test_a_record_is_written_as_python_writes_it(self, record):
        assert _json.dumped(record) == json.dumps(record, ensure_ascii=False)

    @given(record=RECORDS, escaped=st.booleans())
    def test_a_line_is_read_as_python_reads_it(self, record, escaped):
        line = json.dumps(record, ensure_ascii=escaped)

        assert repr(_json.parsed(line)) == repr(json.loads(line))

    @pytest.mark.parametrize(
        "line", ["", "{", "nope", '{"a": "\x01"}', '{"a": 1} 2', "[" * 100_000]
    )
    def test_what_is_no_json_is_refused_as_python_refuses_it(self, line):
        with pytest.raises((ValueError, RecursionError)) as ours:
            _json.parsed(line)
        with pytest.raises((ValueError, RecursionError)) as theirs:
            json.loads(line)

        assert str(ours.value) == str(theirs.value)

    @pytest.mark.parametrize(
        "number",
        [
            *("1e400", "-1e400", "1.10", "1E5", "-0", "-0.0", "0.1", "7", "9" * 5_000, "1e-999"),
            *("NaN", f"{2**64}", "3.141592653589793238462643383279"),
        ],
    )
    def test_a_number_is_written_with_the_digits_of_the_input(self, number):
        line = f'{{"id": "a", "n": {number}, "list": [{number}, {{"deep": {number}}}]}}'

        assert _json.dumped(_json.parsed(line)) == line


def test_a_number_has_the_same_digits_in_another_process():
    number = _json.parsed('{"n": 1e400}')

    again = pickle.loads(pickle.dumps(number))  # noqa: S301 - made here

    assert _json.dumped(again) == '{"n": 1e400}'
