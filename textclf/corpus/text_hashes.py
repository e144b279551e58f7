"""Short hashes of texts, so that a model card can say which texts a model was trained on."""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from hashlib import sha256

_BYTES = 5
"""Bytes of a hash. Of 100,000 other texts, less than one is taken for one of 5,000."""


def text_hashes(texts: Iterable[str]) -> str:
    """Return the hashes of texts, sorted, as one line of base64.

    Texts that differ only in case and white space have the same hash. No text can be read from it.
    """
    return b64encode(b"".join(sorted({_hash(text) for text in texts}))).decode("ascii")


def known_texts(texts: Sequence[str], hashes: str) -> list[int]:
    """Return which of the texts are among those that the hashes are of.

    >>> known_texts(["Rain fell.", "Dust."], text_hashes(["rain  FELL."]))
    [0]
    """
    joined = b64decode(hashes)
    known = {joined[at : at + _BYTES] for at in range(0, len(joined), _BYTES)}
    return [number for number, text in enumerate(texts) if _hash(text) in known]


def _hash(text: str) -> bytes:
    plain = " ".join(text.casefold().split())
    return sha256(plain.encode("utf-8", "surrogatepass")).digest()[:_BYTES]
