"""Work with its models as bytes, which travel to a worker once; tasks name it by its hash."""

from __future__ import annotations

import hashlib
import pickle
import threading
from collections.abc import Callable
from typing import Any, NamedTuple


class SharedWork(NamedTuple):
    """Work as bytes, and their hash."""

    digest: str
    pickled: bytes

    @classmethod
    def of(cls, work: Callable[[Any], object]) -> SharedWork:
        """Return the work as bytes, with their hash."""
        pickled = pickle.dumps(work)
        return cls(hashlib.sha256(pickled).hexdigest(), pickled)


_opened = threading.local()
"""The work that this thread did last: a classifier serves one thread."""


def opened(digest: str, pickled: Callable[[], bytes]) -> Callable[[Any], Any]:
    """Return the work with a hash, unpickled once in each thread."""
    if getattr(_opened, "digest", "") != digest:
        _opened.work = pickle.loads(pickled())  # noqa: S301 - bytes of the run's own driver
        _opened.digest = digest
    found: Callable[[Any], Any] = _opened.work
    return found
