"""Find paragraphs that several articles share, such as captions and teasers on every page.

A paragraph of three or more different articles belongs to none of them. An article is identified
by its longest paragraph, so that copies of one article count once.
"""

import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Self
from zlib import adler32, crc32

from textclf.errors import no_room
from textclf.text.boilerplate import is_boilerplate
from textclf.text.normalize import normalize
from textclf.text.paragraphs import RARE_LINE_ENDS, lines, paragraphs

ARTICLES = 3
"""A paragraph of at least so many articles is repeated."""
_PARTITIONS = 256
"""Parts of the count, by key, so that only one part is in memory at the end."""
_HELD = 1 << 20
"""Pairs of numbers that are kept in memory; more go to a temporary file."""
_MAY_BE_WRAPPED = re.compile(r"\n[^\S\n]*[^\W\d_A-Z]|[-\u2010\u00ac][^\S\n]*\n")
"""A line that begins with a letter that is no capital, or one that ends in a hyphen."""
_SIGNS = bytes(sign for sign in range(128) if not chr(sign).isalnum() and chr(sign) != "\n")
_TYPOGRAPHY = ("’", "‘", "“", "”", "–", "—", "…", "\u00a0")


class Repeated:
    r"""The paragraphs of three or more of the articles that it was fitted on.

    >>> teaser = "Crowds join the procession in the city. - Agency"
    >>> repeated = Repeated.fit(f"Story {name} is short.\n{teaser}" for name in "abc")
    >>> repeated.among(["Story a is short.", teaser])
    [False, True]
    """

    __slots__ = ("_keys",)

    def __init__(self, keys: Iterable[int] = ()) -> None:
        self._keys = frozenset(keys)

    @classmethod
    def fit(cls, texts: Iterable[str]) -> "Repeated":
        """Return the paragraphs that three or more of the texts share.

        Letter case and punctuation make no difference. The memory it takes does not grow with
        the number of texts.
        """
        with ParagraphCounter() as counter:
            for text in texts:
                counter.add(keys_of(text))
            return counter.repeated()

    def among(self, texts: Sequence[str]) -> list[bool]:
        """Return which paragraphs of an article are repeated; none if all of them are."""
        if not self._keys:
            return [False] * len(texts)
        known = self._keys
        found = [key in known for key in _keys(folded("\n".join(texts)).split(b"\n"))]
        return [False] * len(texts) if all(found) else found

    def __bool__(self) -> bool:
        return bool(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def __repr__(self) -> str:
        return f"Repeated({len(self)} paragraphs)"


NOTHING_REPEATED = Repeated()


class ParagraphCounter:
    """Counts exactly, in bounded memory, how many articles have each paragraph.

    It is a context manager: on exit, it closes the temporary file for what exceeds memory.
    """

    def __init__(self) -> None:
        self._held = [array("Q") for _ in range(_PARTITIONS)]
        self._count = 0
        self._file: IO[bytes] | None = None
        self._written: list[list[tuple[int, int]]] = [[] for _ in range(_PARTITIONS)]
        """For each partition: offset and bytes of its pairs in the file."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, keys: Sequence[int]) -> None:
        """Count the paragraphs of an article, given as `keys_of(text)`."""
        if not keys:
            return
        article = keys[0]
        for key in keys[1:]:
            self._held[key % _PARTITIONS].extend((key, article))
        self._count += len(keys) - 1
        if self._count >= _HELD:
            self._put_away()

    def repeated(self) -> Repeated:
        """Return the paragraphs of three or more articles."""
        return Repeated(key for number in range(_PARTITIONS) for key in self._frequent(number))

    def _frequent(self, number: int) -> Iterator[int]:
        """Return the keys of a partition that enough articles have."""
        pairs = array("Q")
        for start, size in self._written[number]:
            assert self._file is not None  # noqa: S101 - what was written is in the file
            self._file.seek(start)
            pairs.frombytes(self._file.read(size))
        pairs.extend(self._held[number])
        # Most paragraphs are of one article: its number alone takes less memory than a set.
        articles: dict[int, set[int] | int] = {}
        for key, article in zip(pairs[::2], pairs[1::2], strict=True):
            known = articles.setdefault(key, article)
            if known == article:
                continue
            if isinstance(known, int):
                articles[key] = {known, article}
            elif len(known) < ARTICLES:
                known.add(article)
        return (
            key
            for key, known in articles.items()
            if not isinstance(known, int) and len(known) >= ARTICLES
        )

    def _put_away(self) -> None:
        """Move the pairs from memory to the temporary file."""
        import tempfile  # noqa: PLC0415 - start-up time

        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the counter
            self._file.seek(0, 2)
            for number, pairs in enumerate(self._held):
                data = pairs.tobytes()
                self._written[number].append((self._file.tell(), len(data)))
                self._file.write(data)
        except OSError as reason:
            raise no_room(reason) from None
        self._held = [array("Q") for _ in range(_PARTITIONS)]
        self._count = 0


def keys_of(text: str) -> list[int]:
    """Return the key that identifies an article, then the keys of its paragraphs."""
    characters = normalize(text).text
    if _MAY_BE_WRAPPED.search(characters) or any(sign in text for sign in RARE_LINE_ENDS):
        found = paragraphs(characters, lines(characters), is_boilerplate)
        characters = "\n".join(one.text for one in found)
    texts = [line for line in folded(characters).split(b"\n") if line]
    if not texts:
        return []
    # Captions follow the article, so the longest paragraph of the first half is its own.
    own = max(texts[: (len(texts) + 1) // 2], key=len)
    return _keys([own, *dict.fromkeys(texts)])


def folded(text: str) -> bytes:
    """Return the letters and digits of each line as UTF-8, with ASCII letters lower-cased."""
    if not text.isascii():
        for sign in _TYPOGRAPHY:
            text = text.replace(sign, "")
    return text.encode("utf-8", "surrogatepass").lower().translate(None, _SIGNS)


def _keys(texts: Iterable[bytes]) -> list[int]:
    """Return a 64-bit number for each folded line; 0 for a line without letters and digits."""
    # Two 32-bit checksums: two of millions of paragraphs share both only by a rare chance.
    return [crc32(line) << 32 | adler32(line) if line else 0 for line in texts]
