"""Decompress gzip, bzip2, xz and Zstandard streams, which are known by their first bytes."""

from __future__ import annotations

from collections.abc import Callable
from io import BufferedReader, RawIOBase
from typing import IO, Any, NamedTuple

from textclf.errors import InputError

_BUFFER = 1 << 16
_REMEDY = "install textclf with its extra: pip install 'textclf[zst]'"


class _Opened(NamedTuple):
    """A decompressing stream, and the errors of its library for damaged data."""

    stream: Any
    errors: tuple[type[Exception], ...] = ()


class _Decompressed(RawIOBase):
    """The decompressed bytes; damaged data raises EOFError, OSError or zlib.error."""

    def __init__(self, opened: _Opened) -> None:
        self._opened = opened

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - any writable buffer
        """Fill the buffer with the next bytes, and return how many there are."""
        try:
            data = self._opened.stream.read(len(buffer))
        except self._opened.errors as reason:
            raise EOFError(str(reason)) from None
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Close the stream."""
        if not self.closed:
            self._opened.stream.close()
        super().close()


def decompressed(path: str, stream: IO[bytes], head: bytes) -> BufferedReader | None:
    """Return the decompressed stream, or None if the first bytes are of no compressed one.

    Raises InputError if the library for the compression is not installed.
    """
    for magic, opened in _OPENERS:
        if head.startswith(magic):
            return BufferedReader(_Decompressed(opened(path, stream)), _BUFFER)
    return None


def checked(stream: IO[bytes], errors: tuple[type[Exception], ...]) -> BufferedReader:
    """Return a stream that raises EOFError where the given one raises one of `errors`."""
    return BufferedReader(_Decompressed(_Opened(stream, errors)), _BUFFER)


def _gzip(_: str, stream: IO[bytes]) -> _Opened:
    import gzip  # noqa: PLC0415 - start-up time

    return _Opened(gzip.GzipFile(fileobj=stream, mode="rb"))


def _bz2(_: str, stream: IO[bytes]) -> _Opened:
    import bz2  # noqa: PLC0415 - start-up time

    return _Opened(bz2.BZ2File(stream))


def _xz(_: str, stream: IO[bytes]) -> _Opened:
    import lzma  # noqa: PLC0415 - start-up time

    return _Opened(lzma.LZMAFile(stream), (lzma.LZMAError,))


def _zst(path: str, stream: IO[bytes]) -> _Opened:
    try:
        from compression import zstd  # noqa: PLC0415 - a part of Python 3.14
    except ImportError:
        try:
            from backports import zstd  # noqa: PLC0415 - an extra
        except ImportError:
            raise InputError(
                f"{path}: needs a Zstandard library, which is not installed; {_REMEDY}"
            ) from None
    return _Opened(zstd.ZstdFile(stream), (zstd.ZstdError,))


_OPENERS: tuple[tuple[bytes | tuple[bytes, ...], Callable[[str, IO[bytes]], _Opened]], ...] = (
    (b"\x1f\x8b", _gzip),
    (tuple(b"BZh%d1AY&SY" % level for level in range(1, 10)), _bz2),
    (b"\xfd7zXZ\x00", _xz),
    (b"\x28\xb5\x2f\xfd", _zst),
)
