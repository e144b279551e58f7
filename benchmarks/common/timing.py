"""Two jobs in turns, and how many times as long the one takes: a busy machine slows both."""

import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

Job = Callable[[], object]


def cpu() -> float:
    """Return the CPU seconds of this process and of those that it waited for."""
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def ratios(fast: Job, slow: Job, turns: int, clock: Callable[[], float] = cpu) -> list[float]:
    """Return how many times as long the slow job takes as the fast one, turn by turn.

    The fast one goes once before: a compiled engine settles on its first texts.
    """
    fast()
    found = []
    for _ in range(turns):
        times = []
        for job in (fast, slow):
            began = clock()
            job()
            times.append(clock() - began)
        found.append(times[1] / max(times[0], 1e-9))
    return found


def wall_ratios(fast: Job, slow: Job, turns: int) -> list[float]:
    """Return the same by the clock on the wall, for jobs of several threads or processes."""
    return ratios(fast, slow, turns, time.perf_counter)


def line(what: str, found: Sequence[float], goal: str = "") -> str:
    middle = statistics.median(found)
    return f"{what:<60} {middle:>7.2f} {min(found):>7.2f} {max(found):>7.2f}   {goal}"


def python(*arguments: str) -> Job:
    """Return a job that runs Python to its end, all that it imports compiled by the first run."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return lambda: subprocess.run(
        [sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, env=environment
    )


def peak(*arguments: str) -> float:
    """Return the megabytes that Python needs at its peak when it runs to its end."""
    code = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True); "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    command = [sys.executable, "-c", code, sys.executable, *arguments]
    return int(subprocess.run(command, check=True, capture_output=True).stdout) / 1024
