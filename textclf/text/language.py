"""Distinguish prose in another language from English, so that no label is made up for it.

Only prose is judged. A text with few words is left alone: a headline, a list of names, a table of
numbers; and so is a text that a scanner has spoiled. `benchmarks/other_language.py` measures how
often the rule is wrong, and docs/output.md has the figures.
"""

import re

from textclf.text.function_words import FUNCTION_WORDS

COMMON_WORDS = "the and for that with was from this have are not but they his which their"
"""A model that reads English knows most of these words."""
MOST_KNOWN = 0.7
"""A text is English if the model knows at least this share of its words."""
_FEWEST = 10
"""The smallest number of words that is enough. Words in capitals may be names, which are the same
in all languages, so that a text in capitals needs four times as many."""
_FUNCTION_WORDS = 0.2
"""The smallest share of function words in English prose; in newspapers it is a third."""
_ENGLISH_WORDS = 0.05
"""The smallest share of `_ENGLISH` in English prose."""
_SHARED = """
along am an as do for he her him in is it me might must no of on or over so to us was we
"""
_ENGLISH = FUNCTION_WORDS - frozenset(_SHARED.split())
"""Function words that are no words of German, Dutch, Romance languages or Urdu in Latin letters."""
_NOISE = 0.1
"""The smallest share of words with both letters and digits in a text that a scanner has spoiled."""
_WORD = re.compile(r"[^\W_]+")
_OTHER_SCRIPT = re.compile(r"[\u0370-\u1dff\u2c80-\uabff\ufb1d-\ufdff\ufe70-\ufeff]")


def is_other_language(text: str) -> bool:
    """Return whether a text is prose in another language than English.

    It is if most of its letters are of another script than Latin, or if few of its words are
    function words of English. Words in lower case count, or all words of a text in capitals.

    >>> is_other_language("La police a dit que les hommes armés ont ouvert le feu vendredi soir.")
    True
    >>> is_other_language("Police said that armed men had opened fire on Friday evening.")
    False
    """
    words = _WORD.findall(text)
    letters = [word for word in words if word.isalpha()]
    if len(_OTHER_SCRIPT.findall(text)) > sum(map(len, letters)) / 2:
        return True
    mixed = sum(not word.isalpha() and not word.isdigit() for word in words)
    if mixed > _NOISE * len(words):
        return False
    capitals = sum(word.isupper() for word in letters) > len(letters) / 2
    judged = [word.lower() for word in letters if len(word) > 1 and (capitals or word.islower())]
    if len(judged) < (4 * _FEWEST if capitals else _FEWEST):
        return False
    return sum(word in FUNCTION_WORDS for word in judged) < _FUNCTION_WORDS * len(judged) and sum(
        word in _ENGLISH for word in judged
    ) < _ENGLISH_WORDS * len(judged)
