"""Lexicons: categories of phrases, and the features that a text has through them.

In each sentence a phrase is replaced by the category token of its category, so that what a model
learns about one phrase holds for all: `attacked <identity>` is a term whichever community was
attacked. Two categories in one sentence are a term as well, a co-occurrence feature:
`<identity> & <violence>`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from textclf.text.sentences import Span, sentences
from textclf.text.tokens import Tokens, words

QUOTATION = "quotation"
"""The category of quotation marks: a sentence with one reports what somebody said."""
_QUOTATION_MARKS = '"', "\u201c", "\u201d"
_MOST_WORDS = 6
"""The number of words in the longest phrase that is looked for."""


@dataclass(frozen=True)
class Lexicon:
    """Named categories of phrases. A phrase of two categories belongs to the first."""

    categories: tuple[tuple[str, tuple[str, ...]], ...]

    @cached_property
    def _tokens(self) -> dict[tuple[str, ...], str]:
        """The category token of each phrase; a phrase is a tuple of words."""
        tokens: dict[tuple[str, ...], str] = {}
        for name, phrases in self.categories:
            for phrase in phrases:
                key = tuple(words(phrase).texts)
                if 0 < len(key) <= _MOST_WORDS:
                    tokens.setdefault(key, f"<{name}>")
        return tokens

    def terms(self, text: str, low: int, high: int) -> Tokens:
        """Return the n-grams with a category token, the co-occurrence features, and their spans.

        >>> lexicon = Lexicon((("identity", ("shia",)), ("violence", ("shot dead",))))
        >>> lexicon.terms("A Shia was shot dead.", 1, 2).texts
        ['<identity>', '<violence>', '<identity> was', 'was <violence>', '<identity> & <violence>']
        """
        terms = Tokens([], [], [])
        for line_start, line in _lines(text):
            for span in sentences(line):
                start = line_start + span.start
                tokens = self._replaced(text[start : line_start + span.end], start)
                _add_ngrams(terms, tokens, low, high)
                _add_cooccurrences(terms, tokens)
        return terms

    def filtered_spans(
        self, text: str, within: Sequence[str], without: Sequence[str]
    ) -> list[Span]:
        """Return the spans of the sentences with a category of `within` and none of `without`.

        An empty `within` asks for no category. A sentence with a quotation mark has the category
        `quotation`, which needs no phrases. Text without a word belongs to the sentence after it.
        """
        spans: list[Span] = []
        wanted, unwanted = frozenset(within), frozenset(without)
        start = 0
        for end, named in self._sentences(text):
            quoted = any(sign in text[start:end] for sign in _QUOTATION_MARKS)
            categories = named | {QUOTATION} if quoted else named
            if (not wanted or categories & wanted) and not categories & unwanted:
                spans.append(Span(start, end))
            start = end
        return spans

    def _sentences(self, text: str) -> Iterator[tuple[int, frozenset[str]]]:
        """Yield where each sentence with a word ends, and the categories in it."""
        last: tuple[int, frozenset[str]] | None = None
        for line_start, line in _lines(text):
            for span in sentences(line):
                start, end = line_start + span.start, line_start + span.end
                tokens = self._replaced(text[start:end], start).texts
                if not tokens:
                    continue
                if last:
                    yield last
                last = end, frozenset(token[1:-1] for token in tokens if _is_category(token))
        if last:
            yield len(text), last[1]

    def _replaced(self, sentence: str, offset: int) -> Tokens:
        """Return the words of a sentence with its phrases replaced by category tokens.

        The longest phrase at a word wins. `offset` is where the sentence starts in its text.
        """
        source = words(sentence)
        tokens = Tokens([], [], [])
        first = 0
        while first < len(source.texts):
            size, token = self._longest_phrase(source.texts, first)
            tokens.texts.append(token)
            tokens.starts.append(offset + source.starts[first])
            tokens.ends.append(offset + source.ends[first + size - 1])
            first += size
        return tokens

    def _longest_phrase(self, texts: Sequence[str], first: int) -> tuple[int, str]:
        """Return how many words the phrase at a word has, and its token; else the word itself."""
        for size in range(min(_MOST_WORDS, len(texts) - first), 0, -1):
            token = self._tokens.get(tuple(texts[first : first + size]))
            if token:
                return size, token
        return 1, texts[first]


def _is_category(token: str) -> bool:
    return token[0] == "<"  # no word begins so


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield where each line of a text starts, and the line: a sentence never crosses lines."""
    start = 0
    for line in text.split("\n"):
        yield start, line
        start += len(line) + 1


def _add_ngrams(terms: Tokens, tokens: Tokens, low: int, high: int) -> None:
    """Add the n-grams of a sentence that have a category token."""
    for n in range(low, high + 1):
        for first in range(len(tokens.texts) - n + 1):
            ngram = tokens.texts[first : first + n]
            if any(map(_is_category, ngram)):
                terms.texts.append(" ".join(ngram))
                terms.starts.append(tokens.starts[first])
                terms.ends.append(tokens.ends[first + n - 1])


def _add_cooccurrences(terms: Tokens, tokens: Tokens) -> None:
    """Add each pair of categories in a sentence once, from the first token of either."""
    first: dict[str, int] = {}
    for index, token in enumerate(tokens.texts):
        if _is_category(token):
            first.setdefault(token, index)
    for one, other in combinations(sorted(first), 2):
        low, high = sorted((first[one], first[other]))
        terms.texts.append(f"{one} & {other}")
        terms.starts.append(tokens.starts[low])
        terms.ends.append(tokens.ends[high])
