"""SIGKILL of the server at random moments loses no answer and doubles none."""

import runpy
from pathlib import Path

import pytest

pytest.importorskip("uvicorn", reason="the extra `review` is not installed")


@pytest.mark.slow
def test_ten_kills_lose_no_answer_and_double_none():
    script = runpy.run_path(str(Path(__file__).parents[2] / "benchmarks" / "review_kills.py"))

    given, lost, doubled = script["run"](10, 1)

    assert given > 10
    assert (lost, doubled) == (0, 0)
