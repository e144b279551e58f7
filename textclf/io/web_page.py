"""Read the article of a web page (.html), with trafilatura where it is installed.

Pages are read in a process of their own, which is stopped where a page takes too long.
"""

from __future__ import annotations

import atexit
import codecs
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

from textclf.errors import InputError
from textclf.io.encoding import decode
from textclf.io.input_documents import InputDocument, ReadOptions
from textclf.io.limits import too_long

_LARGEST = 10_000_000
"""Bytes of a page; a larger one is not read."""
_SECONDS = 20.0
"""What a page may take."""
_LARGE = 20_000
"""Characters of a page in which an article is expected."""
_WORKER = Path(__file__).with_name("_page_worker.py")
_CHARSET = re.compile(
    rb"<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE
)


def read(path: str, stream: IO[bytes], reading: ReadOptions) -> Iterator[InputDocument]:
    """Yield the article of a page, or the reason why there is none."""
    try:
        title, text, warning = _article(stream.read(_LARGEST + 1))
    except InputError as reason:
        yield InputDocument(path, path, error=f"{path}: {reason}", place=path)
        return
    if len(text) > reading.max_text:
        yield InputDocument(path, path, error=too_long(path, reading.max_text), place=path)
    else:
        warnings = (f"{path}: {warning}",) if warning else ()
        yield InputDocument(path, path, text, warnings=warnings, place=path, title=title)


def _article(data: bytes) -> tuple[str, str, str]:
    """Return title, text and warning of a page; raises InputError if there is no article."""
    if len(data) > _LARGEST:
        raise InputError(f"is a page of more than {_LARGEST // 1_000_000} MB")
    markup, warning = decode_markup(data)
    title, text = extract_article(markup)
    if not text and len(markup) >= _LARGE:
        raise InputError(
            f"no article was found in this page of {len(markup):,} characters; "
            "it may be one that is filled by its scripts"
        )
    return title, text, warning


def decode_markup(data: bytes) -> tuple[str, str]:
    """Return the text of a page, by the encoding that it states, and a warning if it is guessed."""
    stated = _CHARSET.search(data, 0, 4096)
    marked = data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if stated and not marked:
        name = stated[1].decode("ascii").lower()
        with suppress(LookupError, UnicodeDecodeError, ValueError):
            # Browsers read these two names as cp1252.
            name = "cp1252" if name in {"iso-8859-1", "us-ascii"} else name
            if not name.startswith(("utf-16", "utf-32", "utf-7")):
                return data.decode(name), ""
    return decode(data.replace(b"\x00", b"") if not marked else data)


def extract_article(markup: str) -> tuple[str, str]:
    """Return title and text of a page; raises InputError if it takes too long."""
    return _worker_of_this_process().answer(b"p", markup)


def fragment_text(markup: str) -> str:
    """Return the text of a part of a page; raises InputError if it takes too long."""
    return _worker_of_this_process().answer(b"f", markup)[1]


class _Worker:
    """The process that reads pages, started again after a page that it did not survive."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        self._process: subprocess.Popen[bytes] | None = None
        atexit.register(self.stop)

    def answer(self, work: bytes, markup: str) -> tuple[str, str]:
        page = work + markup.encode("utf-8", "replace")
        if self._process is None:
            self._process = subprocess.Popen(  # noqa: S603 - our own file
                [sys.executable, "-P", str(_WORKER)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        process = self._process
        late = threading.Event()

        def stop() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(_SECONDS, stop)
        timer.daemon = True
        timer.start()
        try:
            title, text = self._answer(process, page)
        except (OSError, ValueError):
            self.stop()
            raise InputError(
                f"its page took more than {_SECONDS:g} seconds to read"
                if late.is_set()
                else "its page could not be read: the process that reads pages ended"
            ) from None
        finally:
            timer.cancel()
        return title, text

    @staticmethod
    def _answer(process: subprocess.Popen[bytes], page: bytes) -> tuple[str, str]:
        if process.stdin is None or process.stdout is None:
            raise ValueError
        process.stdin.write(len(page).to_bytes(8, "big") + page)
        process.stdin.flush()
        size = int.from_bytes(process.stdout.read(8), "big")
        title, text = json.loads(process.stdout.read(size))
        return title, text

    def stop(self) -> None:
        """End the process, if this is the process that started it."""
        process, self._process = self._process, None
        if process is None or os.getpid() != self.owner:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                with suppress(OSError):
                    pipe.close()
        process.wait()


_worker: list[_Worker] = []
"""The worker of this process; a forked process has to start its own."""


def _worker_of_this_process() -> _Worker:
    if not _worker or _worker[0].owner != os.getpid():
        _worker[:] = [_Worker()]
    return _worker[0]
