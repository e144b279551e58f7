"""The benchmarks run: rivals are held alike, and what is not there is reported in a line."""

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


@pytest.mark.slow
def test_the_benchmark_of_speed_prints_a_ratio_for_each_part():
    command = [sys.executable, str(BENCHMARKS / "speed.py"), "--quick"]

    found = subprocess.run(command, capture_output=True, text=True, check=False)

    assert found.returncode == 0, found.stderr
    for part in ("numpy, words", "JSONL, topic", "one article", "memory, 12 articles"):
        assert part in found.stdout


@pytest.mark.parametrize(
    ("sets", "message"),
    [([], "holds no folder of a set that is known: BBC_News"), (["R52_clean"], "R52_clean/train")],
)
def test_the_public_sets_tell_in_a_line_which_set_is_not_there(
    tmp_path, monkeypatch, capsys, sets, message
):
    (tmp_path / "my_own").mkdir()
    monkeypatch.syspath_prepend(BENCHMARKS)
    monkeypatch.setattr(sys, "argv", ["public_sets.py", str(tmp_path), *sets])

    with pytest.raises(SystemExit, match="2"):
        runpy.run_path(str(BENCHMARKS / "public_sets.py"), run_name="__main__")

    assert message in capsys.readouterr().err.splitlines()[-1]


def test_the_benchmark_of_shares_has_a_row_for_each_kind_of_study(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["prevalence_coverage.py", "2"])

    runpy.run_path(str(BENCHMARKS / "prevalence_coverage.py"), run_name="__main__")

    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 + 27
    assert all(line.endswith("0.0% (0.0046) |") for line in lines if "| 0.01 |" in line)
