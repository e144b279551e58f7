"""Map work over tasks on the workers of a Dask cluster."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any, NamedTuple, TypeVar

from textclf._version import __version__
from textclf.batch.engines import ATTEMPTS, PATIENCE
from textclf.batch.shared_work import SharedWork, opened
from textclf.errors import InputError, WorkerError

T = TypeVar("T")
R = TypeVar("R")

_AHEAD = 4
"""For each thread of the cluster, so many tasks are under way or wait for an earlier one."""
_CONNECT = 30
"""Seconds to wait for the cluster, and for a worker that can take the first task."""
_known: dict[str, bytes] = {}
"""In a worker: the work of each run that the worker takes part in, by hash."""


class _Carrier:
    """Takes the work to every worker, also to those that join later; Dask calls it a plugin."""

    def __init__(self, shared: SharedWork) -> None:
        self.name = f"textclf-{shared.digest}"
        self._shared = shared

    def setup(self, worker: object) -> None:
        """Keep the work in a worker that begins."""
        del worker
        _known[self._shared.digest] = self._shared.pickled

    def teardown(self, worker: object) -> None:
        """Drop the work after the run."""
        del worker
        _known.pop(self._shared.digest, None)


class _Asked(NamedTuple):
    future: Any
    thing: Any


def in_dask(
    work: Callable[[T], R],
    things: Iterable[T],
    jobs: int,
    address: str,
    patience: float = PATIENCE,
) -> Iterator[R]:
    """Yield the result of the work for each thing, in order, from the workers of a cluster.

    Workers need this version of textclf, and must see the inputs under the same paths. `jobs` is
    ignored: the cluster has as many as it has. Raises InputError if there is no such cluster, and
    WorkerError where workers die again and again on a thing, or where none gives a result in time.
    """
    del jobs
    with _client(address) as client:
        carrier = _plugin(SharedWork.of(work))
        try:
            client.register_plugin(carrier)
            yield from _in_order(client, carrier.name.removeprefix("textclf-"), things, patience)
        except OSError as reason:
            raise WorkerError(
                f"dask:{address}: the cluster does not answer: {reason}; start again"
            ) from None
        finally:
            with suppress(Exception):  # the cluster is gone, and its workers with it
                client.unregister_worker_plugin(carrier.name)


def _in_order(client: Any, digest: str, things: Iterable[T], patience: float) -> Iterator[Any]:  # noqa: ANN401 - a Client
    asked: deque[_Asked] = deque()
    for thing in things:
        asked.append(_Asked(client.submit(_done, digest, thing, pure=False), thing))
        if len(asked) >= _AHEAD * _threads(client):
            yield _result(client, digest, asked.popleft(), patience)
    while asked:
        yield _result(client, digest, asked.popleft(), patience)


def _result(client: Any, digest: str, one: _Asked, patience: float) -> Any:  # noqa: ANN401 - a Client
    """Return the result of a task, which is done again if its workers died."""
    from distributed import KilledWorker  # noqa: PLC0415 - an extra
    from distributed.client import FutureCancelledError  # noqa: PLC0415 - the same

    future = one.future
    for _ in range(ATTEMPTS):
        try:
            return future.result(timeout=patience)
        except (KilledWorker, FutureCancelledError):
            future = client.submit(_done, digest, one.thing, pure=False)
        except TimeoutError:
            raise WorkerError(
                f"{one.thing}: gave no result in {patience:g} seconds; "
                "raise --task-timeout, or look at the workers of the cluster"
            ) from None
        except Exception as reason:
            raise WorkerError(
                f"{one.thing}: failed on a worker of the cluster: {type(reason).__name__}: {reason}"
            ) from reason
    raise WorkerError(f"{one.thing}: the workers that tried this died, {ATTEMPTS} times over")


def _threads(client: Any) -> int:  # noqa: ANN401 - a Client
    return max(1, sum(int(number) for number in client.nthreads().values()))


def _client(address: str) -> Any:  # noqa: ANN401 - a Client
    try:
        from distributed import Client  # noqa: PLC0415 - an extra
    except ImportError:
        raise InputError(
            f"dask:{address}: needs dask, which is not installed; "
            "install textclf with its extra: pip install 'textclf[dask]'"
        ) from None
    try:
        client: Any = Client(address, timeout=_CONNECT, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as reason:
        raise InputError(f"dask:{address}: there is no such cluster: {reason}") from None
    try:
        _check_workers(client, address)
    except InputError:
        client.close()
        raise
    return client


def _check_workers(client: Any, address: str) -> None:  # noqa: ANN401 - a Client
    """Raise InputError if there is no worker, or one without this version of textclf."""
    found = client.run(_installed, on_error="return")
    if not found:
        raise InputError(f"dask:{address}: the cluster has no worker; start one")
    for worker, version in found.items():
        if version != __version__:
            raise InputError(
                f"dask:{address}: worker {worker} has textclf {version}, not {__version__}; "
                "install the same version on all workers"
            )


def _installed() -> str:
    """Return the version of textclf; this runs in a worker."""
    return __version__


def _plugin(shared: SharedWork) -> Any:  # noqa: ANN401 - a WorkerPlugin
    from distributed import WorkerPlugin  # noqa: PLC0415 - an extra

    return type("Carrier", (_Carrier, WorkerPlugin), {})(shared)


def _done(digest: str, thing: Any) -> Any:  # noqa: ANN401 - any thing
    """Do the work with a hash on a thing; this runs in a worker."""
    return opened(digest, lambda: _known[digest])(thing)
