"""The benchmark of speed runs, and what it measures against is alike."""

import subprocess
import sys
from pathlib import Path

SPEED = Path(__file__).parent.parent / "benchmarks" / "speed.py"


def test_the_benchmark_of_speed_prints_a_ratio_for_each_part():
    command = [sys.executable, str(SPEED), "--quick"]

    found = subprocess.run(command, capture_output=True, text=True, check=False)

    assert found.returncode == 0, found.stderr
    for part in ("numpy, words", "JSONL, topic", "one article", "memory, 12 articles"):
        assert part in found.stdout
