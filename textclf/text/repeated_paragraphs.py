"""Find paragraphs that several articles share, such as captions and teasers on every page.

A paragraph of three or more different articles belongs to none of them. An article is identified
by its longest paragraph, so that copies of one article count once.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Self
from zlib import adler32, crc32

from textclf.text.boilerplate import is_boilerplate
from textclf.text.normalize import normalize
from textclf.text.pair_store import PairStore
from textclf.text.paragraphs import RARE_LINE_ENDS, lines, paragraphs

ARTICLES = 3
"""A paragraph of at least so many articles is repeated."""
_LOWER_LINE = re.compile(r"\n[^\S\n]*[^\W\d_A-Z]")
"""A line that begins with a letter that is no capital."""
_HYPHENS = "-\u2010\u00ac"
_HYPHENATED = re.compile(rf"[{_HYPHENS}][^\S\n]*\n")
"""A line that ends in a hyphen."""
_SIGNS = bytes(sign for sign in range(128) if not chr(sign).isalnum() and chr(sign) != "\n")
_TYPOGRAPHY = re.compile("[’‘“”–—…\u00a0]")


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
        self._pairs = PairStore()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._pairs.__exit__(*exception)

    def add(self, keys: Sequence[int]) -> None:
        """Count the paragraphs of an article, given as `keys_of(text)`."""
        if keys:
            self._pairs.add(keys[1:], keys[0])

    def repeated(self) -> Repeated:
        """Return the paragraphs of three or more articles."""
        return Repeated(key for pairs in self._pairs.partitions() for key in _frequent(pairs))


def _frequent(pairs: Iterable[tuple[int, int]]) -> Iterator[int]:
    """Return the keys that enough articles have; a pair is a key and the number of an article."""
    # Most paragraphs are of one article: its number alone takes less memory than a set.
    articles: dict[int, set[int] | int] = {}
    for key, article in pairs:
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


def keys_of(text: str) -> list[int]:
    """Return the key that identifies an article, then the keys of its paragraphs."""
    return keys_of_paragraphs(folded_paragraphs(text))


def folded_paragraphs(text: str) -> list[bytes]:
    """Return the paragraphs of an article, folded, without those that have no letter or digit."""
    characters = normalize(text).text
    if _may_be_wrapped(characters) or any(sign in text for sign in RARE_LINE_ENDS):
        found = paragraphs(characters, lines(characters), is_boilerplate)
        characters = "\n".join(one.text for one in found)
    return [line for line in folded(characters).split(b"\n") if line]


def keys_of_paragraphs(texts: Sequence[bytes]) -> list[int]:
    """Return the key that identifies an article, then the keys of its folded paragraphs."""
    if not texts:
        return []
    # Captions follow the article, so the longest paragraph of the first half is its own.
    own = max(texts[: (len(texts) + 1) // 2], key=len)
    return _keys([own, *dict.fromkeys(texts)])


def _may_be_wrapped(text: str) -> bool:
    """Return whether a sentence or a word may continue on the next line."""
    # Two patterns: either one that begins with a fixed sign is found much faster than both in one.
    return _LOWER_LINE.search(text) is not None or (
        any(sign in text for sign in _HYPHENS) and _HYPHENATED.search(text) is not None
    )


def folded(text: str) -> bytes:
    """Return the letters and digits of each line as UTF-8, with ASCII letters lower-cased."""
    if not text.isascii():
        text = _TYPOGRAPHY.sub("", text)
    return text.encode("utf-8", "surrogatepass").lower().translate(None, _SIGNS)


def _keys(texts: Iterable[bytes]) -> list[int]:
    """Return a 64-bit number for each folded line; 0 for a line without letters and digits."""
    # Two 32-bit checksums: two of millions of paragraphs share both only by a rare chance.
    return [crc32(line) << 32 | adler32(line) if line else 0 for line in texts]
