"""A process that works in the background, one task after the other, and ends with its parent."""

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from typing import Any

from textclf.errors import TextclfError

Work = Callable[[Any], Any]
_NICE = 5
"""How far the process steps back behind others, so that the page stays quick."""


class Background:
    """A process that is given tasks; `begin` is called there once, and returns what does them."""

    def __init__(self, begin: Callable[..., Work], *arguments: object) -> None:
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, begin, arguments), daemon=True)
        self._process.start()
        theirs.close()
        self.busy = False

    def give(self, task: object) -> None:
        """Give a task; call this only when the process is not busy."""
        self.busy = True
        try:
            self._pipe.send(task)
        except OSError:
            self.busy = True

    def take(self) -> tuple[Any, str] | None:
        """Return what came of the task, and what went wrong; None while it is being done."""
        try:
            if not self._pipe.poll():
                return None
            found, error = self._pipe.recv()
        except (OSError, EOFError):
            found, error = None, "the background process has ended"
        self.busy = False
        return found, error

    @property
    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self._process.is_alive()

    @property
    def pid(self) -> int | None:
        """The number of the process."""
        return self._process.pid

    def end(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        self._process.join()
        self._pipe.close()


def _serve(pipe: Connection, begin: Callable[..., Work], arguments: tuple[object, ...]) -> None:
    """Do tasks until the parent is gone."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with suppress(AttributeError, OSError):
        os.nice(_NICE)
    with suppress(EOFError, KeyboardInterrupt, BrokenPipeError):
        work = begin(*arguments)
        while True:
            task = pipe.recv()
            try:
                pipe.send((work(task), ""))
            except TextclfError as reason:
                pipe.send((None, str(reason)))


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(0)
