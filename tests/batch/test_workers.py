"""What processes make stands in order, and none of them is left behind, however it ends."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from textclf.batch.workers import in_processes
from textclf.errors import WorkerError

# Numpy's own threads, which wait for work while a test forks.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")


@pytest.fixture(autouse=True, params=["fork"])
def start(request):
    multiprocessing.set_start_method(request.param, force=True)
    yield
    multiprocessing.set_start_method(None, force=True)


@pytest.fixture(autouse=True)
def nobody_is_left_behind():
    before = set(multiprocessing.active_children())
    yield
    assert set(multiprocessing.active_children()) <= before


def double(number):
    return 2 * number


def slow_where_even(number):
    time.sleep(0.02 * (number % 2 == 0))
    return number, os.getpid()


def slow_where_first(number):
    time.sleep(0.5 * (number == 0))
    return number


def mortal(number, *, at, times, folder):
    """Return a number; but for the first few times, kill this process at one of them."""
    if number == at and len(list(folder.iterdir())) < times:
        (folder / str(os.getpid())).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def wrong(number):
    return 1 // number


@pytest.mark.parametrize("start", ["fork", "spawn"], indirect=True)
@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_results_stand_in_the_order_of_the_things(jobs):
    assert list(in_processes(double, range(50), jobs)) == list(range(0, 100, 2))


def test_one_that_is_slow_keeps_its_place():
    found = list(in_processes(slow_where_even, range(20), 3))

    assert [number for number, _ in found] == list(range(20))


@pytest.mark.parametrize(("things", "processes"), [(0, 0), (1, 1), (2, 2), (40, 3)])
def test_no_more_processes_begin_than_there_are_things(things, processes):
    found = list(in_processes(slow_where_even, range(things), 3))

    assert len({process for _, process in found}) == processes
    assert os.getpid() not in {process for _, process in found}


def test_no_more_is_taken_ahead_than_a_few_things_a_job():
    things = count()
    found = in_processes(slow_where_first, things, 2)

    assert [next(found), next(found)] == [0, 1]
    assert next(things) <= 2 * 4 + 2

    found.close()


@pytest.mark.parametrize("start", ["fork", "spawn"], indirect=True)
@pytest.mark.parametrize("times", [1, 2])
def test_what_a_killed_process_was_at_is_done_again_by_another(times, tmp_path):
    found = in_processes(partial(mortal, at=7, times=times, folder=tmp_path), range(50), 2)

    assert list(found) == list(range(50))
    assert len(list(tmp_path.iterdir())) == times


@pytest.mark.parametrize("start", ["fork", "spawn"], indirect=True)
def test_a_thing_that_kills_three_processes_ends_the_run_with_an_error_that_names_it(tmp_path):
    found = in_processes(partial(mortal, at=7, times=9, folder=tmp_path), range(50), 2)

    said = r"^7: .* ended too early, 3 times, .* signal 9 \(Killed\); if memory .* fewer jobs$"
    with pytest.raises(WorkerError, match=said):
        list(found)
    assert len(list(tmp_path.iterdir())) == 3


def test_one_that_fails_tells_where_and_is_an_error(capfd):
    with pytest.raises(WorkerError, match=r"^0: .* exit code 1; "):
        list(in_processes(wrong, [2, 1, 0], 2))

    assert "ZeroDivisionError" in capfd.readouterr().err


def test_processes_that_cannot_begin_are_an_error(monkeypatch):
    def refuse():
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", refuse)

    with pytest.raises(WorkerError, match=r"^5: no process could be started .* give fewer jobs$"):
        list(in_processes(double, [5], 1))


def test_they_end_with_the_one_who_asks():
    code = (
        "import os\n"
        "from test_workers import slow_where_even\n"
        "from textclf.batch.workers import in_processes\n"
        "for _, process in in_processes(slow_where_even, range(10_000), 3):\n"
        "    print(process, flush=True)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=Path(__file__).parent
    )
    workers = {int(process.stdout.readline()) for _ in range(12)}
    process.kill()

    # They hold its output open as long as they live.
    process.communicate(timeout=60)
    assert len(workers) == 3
