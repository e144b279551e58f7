"""Tells which strong terms of a label are spurious: function words, and names.

They mark who wrote a corpus, and where and when, sooner than what a label means. It knows
words and texts and nothing else.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

_LIST = """
about above across after again against all along already also although always am among an
and another any are around as at away back be became because been before behind being below
beside between beyond both but by came can could did do does doing done down during each
either else even ever every few for from further get got had has have having he hence her
here hers herself him himself his how however if in indeed into is it its itself just less
like many may me might mine more moreover most much must my myself near neither never no none
nor not now of off often on once one only onto or other others our ours ourselves out over
own per perhaps quite rather same shall she should since so some soon still such than that
the their theirs them themselves then there therefore these they this those though through
thus till to together too toward towards two under until up upon us very was we were what
when whence where whether which while who whom whose why will with within without would yet
you your yours yourself
"""
FUNCTION_WORDS = frozenset(_LIST.split())
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
