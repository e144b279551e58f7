"""Processes that do one work on many things, and give what comes of them in order.

It knows nothing of the work, but that a process can be handed it.
"""

import gc
import pickle
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import get_context, get_start_method
from multiprocessing.connection import Connection, wait
from multiprocessing.context import DefaultContext, ForkContext, SpawnContext
from typing import Any, Generic, NamedTuple, TypeVar

from textclf.batch.engines import ATTEMPTS, PATIENCE
from textclf.errors import WorkerError

T = TypeVar("T")
R = TypeVar("R")

_AHEAD = 4
"""For each job, so many things are under way, or done and waiting for an earlier one."""


class _KilledError(WorkerError):
    """A process was killed by a signal. Another process may do its work."""


def in_processes(
    work: Callable[[T], R], things: Iterable[T], jobs: int, patience: float = PATIENCE
) -> Iterator[R]:
    """Yield what the work makes of each thing, in their order, done in so many processes.

    A process begins when no other is free for a thing, and none outlives the iterator. Where a
    process is killed, another one does its thing again. Raises WorkerError, with the thing's
    `str`, where the work fails, where three processes are killed at it, or where no process gives
    a result in `patience` seconds.
    """
    crew: _Crew[R] = _Crew(work, jobs, patience)
    try:
        for thing in things:
            parcel = pickle.dumps(thing)
            while crew.is_full:
                crew.collect()
            crew.deal(str(thing), parcel)
            yield from crew.due()
        while crew.is_busy:
            crew.collect()
            yield from crew.due()
    finally:
        crew.dismiss()


class _Job(NamedTuple):
    """A thing that a process works on."""

    number: int
    name: str
    parcel: bytes
    attempt: int = 1


class _Crew(Generic[R]):
    """Processes, what each is at, and what is done and waits for an earlier one."""

    def __init__(self, work: Callable[[Any], R], jobs: int, patience: float) -> None:
        self._work = work
        self._jobs = jobs
        self._patience = patience
        self._free: list[_Worker] = []
        self._busy: dict[object, tuple[_Worker, _Job]] = {}
        self._done: dict[int, R] = {}
        self._due: deque[R] = deque()
        self._dealt = self._in_order = 0

    @property
    def is_busy(self) -> bool:
        return bool(self._busy)

    @property
    def is_full(self) -> bool:
        """Whether something is to be collected before more is dealt."""
        return len(self._busy) == self._jobs or self._dealt == self._in_order + _AHEAD * self._jobs

    def deal(self, name: str, parcel: bytes) -> None:
        """Give a thing to a process that is free, or to a new one."""
        self._assign(_Job(self._dealt, name, parcel))
        self._dealt += 1

    def _assign(self, job: _Job) -> None:
        """Give a job to a process that is free, or to a new one; again if that was killed."""
        worker = self._free.pop() if self._free else _Worker(self._work, job.name)
        try:
            worker.give(job.name, job.parcel)
        except _KilledError:
            self._try_again(worker, job)
        else:
            self._busy[worker.pipe] = worker, job

    def _try_again(self, worker: "_Worker", job: _Job) -> None:
        worker.join()
        if job.attempt == ATTEMPTS:
            raise worker.ended(f", {ATTEMPTS} times, the last")
        self._assign(job._replace(attempt=job.attempt + 1))

    def collect(self) -> None:
        """Wait for what is done next."""
        ready = wait([worker.pipe for worker, _ in self._busy.values()], self._patience)
        if not ready:
            _, first = min(self._busy.values(), key=lambda pair: pair[1].number)
            raise WorkerError(
                f"{first.name}: gave no result in {self._patience:g} seconds; "
                "raise --task-timeout if it may take longer"
            )
        for pipe in ready:
            worker, job = self._busy.pop(pipe)
            try:
                self._done[job.number] = worker.take()
            except _KilledError:
                self._try_again(worker, job)
            else:
                self._free.append(worker)
        while self._in_order in self._done:
            self._due.append(self._done.pop(self._in_order))
            self._in_order += 1

    def due(self) -> Iterator[R]:
        """Yield what is done and waits for nothing."""
        while self._due:
            yield self._due.popleft()

    def dismiss(self) -> None:
        """End all processes, at whatever they are: they have nothing to put away."""
        workers = [*self._free, *(worker for worker, _ in self._busy.values())]
        for worker in workers:
            worker.kill()
        for worker in workers:
            worker.join()


class _Worker:
    """A process that does the work on one thing after the other."""

    def __init__(self, work: Callable[[Any], object], name: str) -> None:
        context = _context()
        self.pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(work, theirs, self.pipe), daemon=True)
        self._name = name
        try:
            with _undisturbed():
                self._process.start()
        except OSError as reason:
            raise WorkerError(
                f"{name}: no process could be started for this: {reason}; give fewer jobs"
            ) from None
        theirs.close()

    def give(self, name: str, parcel: bytes) -> None:
        self._name = name
        with self._alive():
            self.pipe.send_bytes(parcel)

    def take(self) -> Any:  # noqa: ANN401 - whatever the work makes
        with self._alive():
            return self.pipe.recv()

    def kill(self) -> None:
        self._process.kill()

    def join(self) -> None:
        self._process.join()
        self.pipe.close()

    @contextmanager
    def _alive(self) -> Iterator[None]:
        try:
            yield
        except (EOFError, OSError):
            self._process.join()
            raise self.ended() from None

    def ended(self, times: str = ",") -> WorkerError:
        """Return the error of a process that ended too early, or of the last one that did."""
        code = self._process.exitcode or 0
        how = f"signal {-code} ({signal.strsignal(-code)})" if code < 0 else f"exit code {code}"
        kind = _KilledError if code < 0 else WorkerError
        return kind(
            f"{self._name}: the process that worked on this ended too early{times} with {how}; "
            "if memory ran out, give fewer jobs"
        )


def _context() -> DefaultContext | ForkContext | SpawnContext:
    """Return how processes begin: as their user says, else as copies where that is safe.

    A copy shares the models that are open. One of a process with several threads may hang.
    """
    if get_start_method(allow_none=True):
        return get_context()
    alone = sys.platform == "linux" and threading.active_count() == 1
    return get_context("fork") if alone else get_context("spawn")


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Keep Ctrl-C and the like from what begins here: it ends when its parent asks it to."""
    if sys.platform == "win32":
        yield
        return
    # Job systems send these to all processes of a run.
    stops = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, stops)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(work: Callable[[Any], object], asked: Connection, other_end: Connection) -> None:
    """Do the work on what is asked until nobody is left who asks."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    other_end.close()  # else it would be this process that holds it open
    gc.freeze()  # what was there before is shared, and would be copied to be looked through
    with suppress(EOFError, ConnectionError):
        while True:
            asked.send(work(asked.recv()))
