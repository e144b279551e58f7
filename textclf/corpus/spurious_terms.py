"""Tells which strong terms of a label are spurious: function words, and names.

They mark who wrote a corpus, and where and when, sooner than what a label means. It knows
words and texts and nothing else.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from textclf.text.function_words import FUNCTION_WORDS

_WORD = re.compile(r"(?<=[a-z,;] )[^\W\d_]\w+")
"""A word inside a sentence: there a capital is its own, not the sentence's."""
_MOSTLY = 0.9


def names(texts: Sequence[str]) -> frozenset[str]:
    """Return the words that texts capitalise inside their sentences, lower-cased.

    >>> sorted(names(["The bus to Mastung was late.", "A bus from Mastung"]))
    ['mastung']
    """
    capital, seen = Counter[str](), Counter[str]()
    for text in texts:
        for word in _WORD.findall(text):
            seen[word.lower()] += 1
            capital[word.lower()] += word[0].isupper()
    return frozenset(word for word, count in seen.items() if capital[word] >= _MOSTLY * count)


def spurious(terms: Sequence[str], named: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Yield the terms that are a single function word or name, and which of the two."""
    for term in terms:
        if term in FUNCTION_WORDS:
            yield term, "function word"
        elif term in named:
            yield term, "name"
