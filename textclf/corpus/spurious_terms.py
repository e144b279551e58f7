"""Find strong terms of a label that are spurious: function words and names.

Such terms show who wrote a corpus, where and when, rather than what a label means.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from textclf.text.function_words import FUNCTION_WORDS

_WORD = re.compile(r"(?<=[a-z,;] )[^\W\d_]\w+")
"""A word inside a sentence, whose capital is not that of the first word of the sentence."""
_CAPITALISED = 0.9
"""The share of its occurrences that a name has with a capital."""


def names(texts: Sequence[str]) -> frozenset[str]:
    """Return the words that texts capitalise inside their sentences, lower-cased.

    >>> sorted(names(["The bus to Mastung was late.", "A bus from Mastung"]))
    ['mastung']
    """
    capitals, total = Counter[str](), Counter[str]()
    for text in texts:
        for word in _WORD.findall(text):
            total[word.lower()] += 1
            capitals[word.lower()] += word[0].isupper()
    return frozenset(w for w, count in total.items() if capitals[w] >= _CAPITALISED * count)


def spurious(terms: Sequence[str], names: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Yield the terms that are a single function word or name, and which of the two."""
    for term in terms:
        if term in FUNCTION_WORDS:
            yield term, "function word"
        elif term in names:
            yield term, "name"
