"""A data frame gets the answers of its texts as columns, whichever library it is of."""

import pandas as pd
import polars as pl
import pytest
from small_models import SPORT, WEATHER

import textclf
from textclf.errors import InputError

TEXTS = ["Rain and wind will lash Murree.", None, "The batsman hit a century in the final."]
pytestmark = pytest.mark.filterwarnings("ignore")  # those of dask and its threads


def test_a_pandas_frame_keeps_its_index_and_its_columns():
    frame = pd.DataFrame({"body": TEXTS, "day": [1, 2, 3]}, index=[7, 3, 9])

    found = textclf.score_frame(frame, text="body", schemes=["topic"])

    assert list(found.columns) == ["body", "day", "topic", "topic_prob", "topic_status"]
    assert list(found.index) == [7, 3, 9]
    assert list(found["topic"]) == ["weather", None, "sport"]
    assert list(found["topic_status"]) == ["ok", "empty", "ok"]
    assert found["topic_prob"].isna().tolist() == [False, True, False]
    assert list(frame.columns) == ["body", "day"]


def test_a_polars_frame_gets_the_same_as_one_of_pandas():
    given = {"text": [*TEXTS, *SPORT, *WEATHER] * 60}

    found = textclf.score_frame(pl.DataFrame(given))
    other = textclf.score_frame(pd.DataFrame(given))

    assert found.columns == list(other.columns)
    assert (
        found["stance"].to_list() == other["stance"].where(other["stance"].notna(), None).to_list()
    )
    assert found["topic_prob"].to_list()[2:9] == other["topic_prob"].to_list()[2:9]


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame])
def test_the_types_of_the_columns_do_not_depend_on_their_values(make):
    kinds = [
        [str(one) for one in textclf.score_frame(make({"text": texts}), schemes=["topic"]).dtypes]
        for texts in (["", ""], ["Rain will lash Murree.", ""])
    ]

    assert kinds[0] == kinds[1]


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA])
def test_a_missing_text_is_an_empty_one(missing):
    found = textclf.score_frame(pd.DataFrame({"text": ["Rain.", missing]}), schemes=["topic"])

    assert found["topic_status"].iloc[1] == "empty"


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame])
def test_a_title_is_read_before_the_text_and_a_prefix_is_put_before_the_columns(make):
    frame = make({"text": ["It was heavy."], "head": ["Rain and wind to lash Murree"]})

    found = textclf.score_frame(frame, title="head", schemes=["topic"], prefix="our_")

    assert found["our_topic"].to_list() == ["weather"]


@pytest.mark.parametrize(
    ("frame", "how", "reason"),
    [
        ({"text": ["Rain."]}, {}, "this is no data frame of pandas or polars, but dict"),
        (pd.DataFrame({"txt": ["Rain."]}), {}, "no column 'text'; did you mean 'txt'"),
        (pd.DataFrame({"text": ["a", 7]}), {}, "row 1 of column 'text' is no text, but int"),
        (
            pl.DataFrame({"text": ["a"], "topic": [1]}),
            {},
            "already has a column 'topic'; give a pr",
        ),
    ],
)
def test_what_cannot_be_coded_is_an_error_that_says_why(frame, how, reason):
    with pytest.raises(InputError, match=reason):
        textclf.score_frame(frame, schemes=["topic"], **how)


def test_dask_maps_it_over_the_partitions_of_a_frame():
    import dask.dataframe as dd  # noqa: PLC0415 - it takes a second

    frame = pd.DataFrame({"text": [*SPORT, *WEATHER] * 3})
    alone = textclf.score_frame(frame, schemes=["topic"])

    parts = dd.from_pandas(frame, npartitions=3)
    found = parts.map_partitions(textclf.score_frame, schemes=["topic"], meta=alone.iloc[:0])

    assert found.compute(scheduler="sync").topic.tolist() == alone.topic.tolist()
