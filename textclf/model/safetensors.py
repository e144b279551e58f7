"""The safetensors container: named tensors and a few strings in one file.

This module reads and writes it with the standard library; any safetensors reader opens it too.
The format: https://github.com/huggingface/safetensors (Apache 2.0).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from mmap import mmap
from typing import Any, Literal

from textclf._lazy_numpy import Buffer
from textclf.errors import ModelError

_FORMATS: Mapping[str, Literal["B", "Q", "f"]] = {"U8": "B", "U64": "Q", "F32": "f"}
_NAMES = {"B": "U8", "Q": "U64", "L": "U64", "f": "F32"}
_SIZES = {"U8": 1, "U64": 8, "F32": 4}
_LENGTH = 8
"""Bytes at the start of a file, which hold the length of its header."""
_MAX_HEADER = 25_000_000
"""Bytes. A longer header is refused before it is parsed."""
_MAX_TENSORS = 1000


def pack(metadata: Mapping[str, str], tensors: Mapping[str, Buffer]) -> bytes:
    """Return the bytes of a container; tensors are in C order and little-endian."""
    parts = [tensor.tobytes() for _, tensor in _ordered(tensors)]
    return b"".join([header(metadata, tensors), *parts])


def header(metadata: Mapping[str, str], tensors: Mapping[str, Buffer]) -> bytes:
    """Return the bytes before the tensors; the same tensors give the same bytes."""
    table: dict[str, Any] = {"__metadata__": dict(metadata)}
    offset = 0
    for name, tensor in _ordered(tensors):
        table[name] = {
            "dtype": _NAMES[tensor.format],
            "shape": list(tensor.shape or ()),
            "data_offsets": [offset, offset + tensor.nbytes],
        }
        offset += tensor.nbytes
    text = json.dumps(table, separators=(",", ":"), sort_keys=True).encode("ascii")
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(_LENGTH, "little") + text


def _ordered(tensors: Mapping[str, Buffer]) -> list[tuple[str, memoryview[Any]]]:
    """Return the tensors by name, those with the widest numbers first, so that each is aligned."""
    views = [(name, memoryview(tensor)) for name, tensor in tensors.items()]
    return sorted(views, key=lambda item: (-item[1].itemsize, item[0]))


def unpack(data: bytes | mmap, place: str) -> tuple[dict[str, str], dict[str, memoryview[Any]]]:
    """Return the metadata, and the tensors as views of the data with their types and shapes.

    Raises ModelError, which names `place`, if a check fails.
    """
    if sys.byteorder != "little":
        raise ModelError(f"{place}: cannot be read here: this processor is not little-endian")
    length = int.from_bytes(data[:_LENGTH], "little")
    if len(data) < _LENGTH or length > min(_MAX_HEADER, len(data) - _LENGTH):
        raise _wrong(place, f"it is {len(data)} bytes long, too short for its header")
    table = _table(data[_LENGTH : _LENGTH + length], place)
    metadata = table.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(v, str) for v in metadata.values()):
        raise _wrong(place, "its metadata are not strings")
    if len(table) > _MAX_TENSORS:
        raise _wrong(place, f"it has {len(table)} tensors, more than any model")
    body = memoryview(data)[_LENGTH + length :]
    tensors: dict[str, memoryview[Any]] = {}
    end = 0
    for name, entry in sorted(table.items(), key=lambda item: _start(item[1])):
        start, stop, dtype, shape = _entry(name, entry, place)
        size = _SIZES[dtype]
        for side in shape:
            size *= side
        if start != end or stop > len(body) or stop - start != size:
            raise _wrong(place, f"tensor {name!r} does not lie where its header says")
        flat: memoryview[Any] = body[start:stop].cast(_FORMATS[dtype])
        # A memoryview without numbers cannot get a shape.
        tensors[name] = flat.cast("B").cast(_FORMATS[dtype], shape) if size else flat
        end = stop
    if end != len(body):
        raise _wrong(place, f"it has {len(body) - end} bytes that belong to no tensor")
    return metadata, tensors


def _table(raw: bytes, place: str) -> dict[str, Any]:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        table = dict(pairs)
        if len(table) != len(pairs):
            raise ValueError("a key stands twice")
        return table

    try:
        table = json.loads(raw.decode("utf-8"), object_pairs_hook=unique)
    except (ValueError, RecursionError):
        raise _wrong(place, "its header is not JSON") from None
    if not isinstance(table, dict):
        raise _wrong(place, "its header is not a table")
    return table


def _start(entry: object) -> int:
    offsets = entry.get("data_offsets") if isinstance(entry, dict) else None
    first = offsets[0] if isinstance(offsets, list) and offsets else -1
    return first if isinstance(first, int) else -1


def _entry(name: str, entry: object, place: str) -> tuple[int, int, str, list[int]]:
    if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
        raise _wrong(place, f"tensor {name!r} is not described by dtype, shape and data_offsets")
    dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(dtype, str) or dtype not in _FORMATS:
        raise _wrong(place, f"tensor {name!r} is {dtype!r}, not one of {', '.join(_FORMATS)}")
    for numbers in (shape, offsets):
        if not isinstance(numbers, list) or not all(type(n) is int and n >= 0 for n in numbers):
            raise _wrong(place, f"tensor {name!r} has a shape or offsets that are no whole numbers")
    if len(offsets) != 2 or len(shape) > 2:  # noqa: PLR2004
        raise _wrong(place, f"tensor {name!r} has a shape or offsets of the wrong length")
    return offsets[0], offsets[1], dtype, shape


def _wrong(place: str, what: str) -> ModelError:
    return ModelError(f"{place}: {what}; the file is damaged or no textclf model")
