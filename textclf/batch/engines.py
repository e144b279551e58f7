"""Engines: ways to map one work over many tasks, on this machine or on several.

Every engine is a function of the work, the tasks and the number of jobs, and yields the results in
the order of the tasks. A task is done again where its worker died. The results are the same bytes
whatever the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Protocol, TypeVar

from textclf.errors import InputError, choices

T = TypeVar("T")
R = TypeVar("R")

PATIENCE = 600.0
"""Seconds without any result after which a run is given up."""
ATTEMPTS = 3
"""How often a task is tried if its workers die."""
ENGINES = ("processes", "joblib", "dask:tcp://host:port")


class Engine(Protocol):
    """Maps work over things, in their order, with so many jobs."""

    def __call__(
        self, work: Callable[[T], R], things: Iterable[T], jobs: int
    ) -> Iterator[R]:  # pragma: no cover
        """Yield the result of the work for each thing, in order."""
        ...


def engine_of(name: str, patience: float = PATIENCE) -> Engine:
    """Return the engine that a name such as `dask:tcp://host:port` stands for.

    A run is given up where no result comes for `patience` seconds. Raises InputError for a name
    that stands for none.
    """
    if not patience > 0:
        raise InputError(f"the task timeout is {patience:g} seconds; give more than 0")
    kind, _, where = name.partition(":")
    if name == "processes":
        return partial(in_this_process_or_several, patience=patience)
    if kind == "joblib":
        from textclf.batch.joblib_engine import in_joblib  # noqa: PLC0415 - start-up time

        return partial(in_joblib, backend=where, patience=patience)
    if kind == "dask" and where:
        from textclf.batch.dask_cluster import in_dask  # noqa: PLC0415 - start-up time

        return partial(in_dask, address=where, patience=patience)
    raise InputError(f"there is no engine {name!r}; {choices(name, ENGINES)}")


def in_this_process_or_several(
    work: Callable[[T], R], things: Iterable[T], jobs: int, patience: float = PATIENCE
) -> Iterator[R]:
    """Yield the result of the work for each thing, in order, from as many processes as jobs."""
    if jobs == 1:
        yield from map(work, things)
        return
    from textclf.batch.workers import in_processes  # noqa: PLC0415 - start-up time

    yield from in_processes(work, things, jobs, patience)
