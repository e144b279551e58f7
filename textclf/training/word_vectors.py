"""The table of word vectors that training may use, and how it is prepared and packed.

GloVe 6B, 100 dimensions (Pennington, Socher and Manning 2014); `vectors.LICENSE.txt` says where it
comes from. Prediction never opens it: what training makes of it is a feature group of words.
"""

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from textclf.text.tokens import WORD

Floats = NDArray[np.float32]

_MOST = 7
"""A number is stored in four bits, as -7 to 7 steps of its row."""
_FIRST_RANK = 10
_COMMON = 2
"""How many principal components are removed: the first ones are about frequency, not meaning."""


@dataclass(frozen=True, slots=True, eq=False)
class Vectors:
    """Words in order of falling frequency, and a vector for each."""

    words: tuple[str, ...]
    numbers: Floats
    """Shape (words, dimensions); the mean squared length is 1."""

    @property
    def idf(self) -> Floats:
        """Shape (words,): log10(rank + 10), the rank from 0; a frequent word weighs less."""
        return np.log10(np.arange(len(self.words)) + _FIRST_RANK).astype(np.float32)

    def __deepcopy__(self, memo: object) -> "Vectors":
        """Return the table itself: it never changes, and a copy for each fold would be large."""
        return self


@lru_cache(maxsize=1)
def bundled_vectors() -> Vectors:
    """Return the table that is bundled with textclf."""
    return unpack((files("textclf.training") / "vectors.npz").read_bytes())


def is_word(entry: str) -> bool:
    """Return whether the entry of a table is one word of ours, with a letter.

    >>> [entry for entry in ("karachi", "Karachi", "u.s.", "2014", "a") if is_word(entry)]
    ['karachi']
    """
    whole = re.fullmatch(WORD, entry) is not None
    return whole and entry == entry.lower() and any(char.isalpha() for char in entry)


def prepared(words: Iterable[str], numbers: NDArray[np.floating]) -> Vectors:
    """Return vectors less their mean and first two principal components (Mu and Viswanath 2018)."""
    centred = np.asarray(numbers, np.float64)
    centred = centred - centred.mean(axis=0)
    _, first = np.linalg.eigh(centred.T @ centred)  # the greatest last
    common = first[:, -_COMMON:]
    return Vectors(tuple(words), _at_one(centred - centred @ common @ common.T))


def pack(vectors: Vectors) -> bytes:
    """Return the table as an npz: words, a 16-bit step for each row, and four bits a number."""
    largest = np.abs(vectors.numbers).max(axis=1)
    steps = np.maximum(largest / _MOST, np.finfo(np.float16).tiny).astype(np.float16)
    levels = np.rint(vectors.numbers / steps[:, None].astype(np.float32))
    nibbles = (np.clip(levels, -_MOST, _MOST) + _MOST).astype(np.uint8)
    file = io.BytesIO()
    np.savez_compressed(
        file,
        words=np.frombuffer("\n".join(vectors.words).encode(), np.uint8),
        steps=steps,
        nibbles=nibbles[:, ::2] << 4 | nibbles[:, 1::2],
    )
    return file.getvalue()


def unpack(data: bytes) -> Vectors:
    """Return the table of an npz; unpickling is off, so that it is data only."""
    with np.load(io.BytesIO(data), allow_pickle=False) as table:
        words = table["words"].tobytes().decode().split("\n")
        steps, pairs = table["steps"].astype(np.float32), table["nibbles"]
    nibbles = np.stack([pairs >> 4, pairs & 15], axis=2).reshape(len(pairs), -1)
    return Vectors(tuple(words), _at_one((nibbles.astype(np.float32) - _MOST) * steps[:, None]))


def _at_one(numbers: NDArray[np.floating]) -> Floats:
    """Return vectors of shape (words, dimensions) scaled to a mean squared length of 1."""
    doubles = np.asarray(numbers, np.float64)
    return np.asarray(doubles / np.sqrt((doubles**2).sum(axis=1).mean()), np.float32)
