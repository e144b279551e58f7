"""Map work over tasks with joblib, and so with any backend that is registered with joblib."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from textclf.batch.engines import ATTEMPTS, PATIENCE
from textclf.batch.shared_work import SharedWork, opened
from textclf.errors import InputError, WorkerError

T = TypeVar("T")
R = TypeVar("R")

_AT_ONCE = 16
"""Tasks of each job that are handed out together; the next ones wait for the last of them."""


def in_joblib(
    work: Callable[[T], R],
    things: Iterable[T],
    jobs: int,
    backend: str = "",
    patience: float = PATIENCE,
) -> Iterator[R]:
    """Yield the result of the work for each thing, in order.

    The work is written to a temporary file once, and each worker opens it once, so that workers
    must see the temporary folder. Raises InputError for an unknown backend, and WorkerError where
    workers die again and again, or where tasks give no result in time.
    """
    import joblib  # noqa: PLC0415 - prediction on one machine needs none of it

    remaining = iter(things)
    shared = SharedWork.of(work)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, shared.digest)
        path.write_bytes(shared.pickled)
        try:
            parallel = joblib.Parallel(jobs, backend=backend or None, timeout=patience)
        except ValueError as reason:
            raise InputError(f"joblib has no backend {backend!r}: {reason}") from None
        while at_once := list(islice(remaining, _AT_ONCE * jobs)):
            calls = [joblib.delayed(_done)(shared.digest, str(path), one) for one in at_once]
            yield from _results(parallel, calls, f"{at_once[0]} to {at_once[-1]}", patience)


def _results(parallel: Any, calls: list[Any], name: str, patience: float) -> list[Any]:  # noqa: ANN401 - joblib's
    from concurrent.futures.process import BrokenProcessPool  # noqa: PLC0415 - start-up time

    for _ in range(ATTEMPTS):
        try:
            found: list[Any] = parallel(calls)
        except BrokenProcessPool:  # a worker died: its tasks are done again
            continue
        except TimeoutError:
            raise WorkerError(
                f"{name}: one of these gave no result in {patience:g} seconds; "
                "raise --task-timeout, or look at the workers"
            ) from None
        return found
    raise WorkerError(
        f"{name}: workers died {ATTEMPTS} times on these; if memory ran out, give fewer jobs"
    )


def _done(digest: str, path: str, thing: Any) -> Any:  # noqa: ANN401 - any thing
    """Do the work of the file on a thing; this runs in a worker."""
    return opened(digest, Path(path).read_bytes)(thing)
