"""The processes that train at the same time."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

if not Path("/proc/self/task").is_dir():
    pytest.skip("processes are listed under /proc", allow_module_level=True)

WORDS = [f"{first}{second}{third}" for first in "bdk" for second in "aeo" for third in "lmnrst"]


def started_by(parent):
    """Return the processes that a process has started and that still run, and theirs."""
    found = []
    for task in Path(f"/proc/{parent}/task").glob("*/children"):
        for child in task.read_text().split():
            found += [int(child), *started_by(int(child))]
    return found


def runs(process):
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, ProcessLookupError):
        return False
    return state != "Z"


def is_training(process):
    """Return whether a process has used a second of CPU, and so is beyond starting."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return runs(process) and int(fields[11]) >= os.sysconf("SC_CLK_TCK")


def wait_for(condition, seconds):
    end = time.monotonic() + seconds
    while not (met := condition()) and time.monotonic() < end:
        time.sleep(0.1)
    return met


@pytest.mark.slow
def test_training_that_is_killed_leaves_no_process_behind(tmp_path):
    rows = (
        " ".join(WORDS[(number * step) % len(WORDS)] for step in range(1, 120))
        + f",label {number % 9}"
        for number in range(2000)
    )
    (tmp_path / "table.csv").write_text("\n".join(["text,label", *rows]))
    command = [sys.executable, "-m", "textclf", "train", "table.csv", "-o", "made.textclf"]
    with subprocess.Popen(
        [*command, "--jobs", "2"], cwd=tmp_path, stderr=subprocess.DEVNULL
    ) as training:
        workers = wait_for(
            lambda: [one for one in started_by(training.pid) if is_training(one)][1:], 300
        )
        all_started = started_by(training.pid)
        training.send_signal(signal.SIGKILL)
    assert workers

    assert wait_for(lambda: not any(map(runs, all_started)), 30)
    assert not (tmp_path / "made.textclf").exists()
