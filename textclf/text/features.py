"""The kinds of feature groups, and the n-grams that each counts in a text.

A feature group is one set of features of a model: which n-grams count, and how a count is
weighted. Training and prediction both use the analysis in this module. Words and characters give
the n-grams of scikit-learn's CountVectorizer with the same settings.
"""

from abc import ABC, abstractmethod
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, compress
from typing import Any, ClassVar, Literal, Self

from textclf.errors import InputError
from textclf.text.lexicon import QUOTATION, Lexicon
from textclf.text.tokens import Tokens, char_ngrams, chunks, word_ngrams, words

Weighting = Literal["log", "binary"]

_LONGEST_NGRAM = 8
_MOST_FIRST_WORDS = 1_000_000


@dataclass(frozen=True, slots=True)
class SentenceFilter:
    """Limits a feature group to some sentences, by the categories of a lexicon in them."""

    lexicon: Lexicon
    within: tuple[str, ...] = ()
    """Only sentences with a phrase of one of these categories count; empty: all sentences."""
    without: tuple[str, ...] = ()
    """Sentences with a phrase of one of these categories do not count."""

    def __post_init__(self) -> None:
        if not (self.within or self.without):
            raise InputError("a sentence filter has no category; give within or without")
        categories = {name for name, _ in self.lexicon.categories} | {QUOTATION}
        unknown = {*self.within, *self.without} - categories
        if unknown:
            raise InputError(f"the lexicon of a sentence filter has no category {min(unknown)!r}")

    def includes(self, text: str, starts: Sequence[int]) -> list[bool]:
        """Return for each token whether its sentence counts; `starts` are ascending offsets."""
        included = [False] * len(starts)
        for span in self.lexicon.filtered_spans(text, self.within, self.without):
            first, end = bisect_left(starts, span.start), bisect_left(starts, span.end)
            included[first:end] = [True] * (end - first)
        return included


# Only its kinds are made: no methods for itself, which saves time at every start.
@dataclass(frozen=True, slots=True, init=False, repr=False, eq=False)
class FeatureGroup(ABC):
    """The options that all kinds of feature groups have, and what each kind must define."""

    low: int
    high: int
    """The shortest and the longest n-gram, in words or characters."""
    weighting: Weighting = "log"
    """`log`: a term weighs 1 + ln(count). `binary`: it weighs 1, whatever its count."""

    kind: ClassVar[str]
    """The name of the kind in model files and on model cards."""
    unit: ClassVar[Literal["word", "chunk"]] = "word"
    """What the n-grams begin at: a word, or a chunk between white space."""

    def __post_init__(self) -> None:
        if self.weighting not in {"log", "binary"}:
            raise InputError(f"weighting is {self.weighting!r}; use 'log' or 'binary'")
        if not 1 <= self.low <= self.high <= _LONGEST_NGRAM:
            raise InputError(
                f"n-grams of {self.low} to {self.high} are not possible; "
                f"use 1 <= low <= high <= {_LONGEST_NGRAM}"
            )

    @abstractmethod
    def terms(self, text: str) -> list[str]:
        """Return all terms of a text, each as often as it occurs."""

    @classmethod
    @abstractmethod
    def from_options(cls, options: dict[str, Any], lexicon: Lexicon | None) -> Self:
        """Return the group with the options of `as_dict`, and with the lexicon beside them.

        Raises InputError or TypeError for values and options that this kind does not have.
        """

    @property
    def lexicon(self) -> Lexicon | None:
        """The lexicon that the group needs, if any."""
        return None

    @property
    def name(self) -> str:
        """The name of the group for people."""
        return ", ".join([f"{self.kind} {self.low}-{self.high} {self.weighting}", *self.limits()])

    def as_dict(self) -> dict[str, Any]:
        """Return the entry of the group in a model file, without the lexicon."""
        return {
            "analyzer": self.kind,
            "low": self.low,
            "high": self.high,
            "weighting": self.weighting,
        }

    def unweighted(self) -> Self:
        """Return the group with the default weighting: groups that are equal then count alike."""
        return replace(self, weighting="log")

    def limits(self) -> list[str]:
        """Return for people which parts of a text count; nothing where all of it does."""
        return []


class _FilteredGroup(FeatureGroup):
    """A feature group that may be limited to some sentences."""

    sentences: SentenceFilter | None

    @classmethod
    def from_options(cls, options: dict[str, Any], lexicon: Lexicon | None) -> Self:
        """Return the group with the options of `as_dict`, and with the lexicon beside them."""
        within, without = (_names(options, option) for option in ("within", "without"))
        if bool(within or without) != (lexicon is not None):
            raise InputError(
                f"a group of kind {cls.kind!r} has a lexicon if it has within or without"
            )
        sentences = SentenceFilter(lexicon, within, without) if lexicon else None
        # The kinds have the field `sentences`; this base, which is no dataclass, only names it.
        return cls(**options, sentences=sentences)  # type: ignore[call-arg]

    @property
    def lexicon(self) -> Lexicon | None:
        """The lexicon of the sentence filter, if there is one."""
        return self.sentences.lexicon if self.sentences else None

    def as_dict(self) -> dict[str, Any]:
        """Return the entry of the group in a model file, without the lexicon."""
        entry = FeatureGroup.as_dict(self)
        if self.sentences and self.sentences.within:
            entry["within"] = list(self.sentences.within)
        if self.sentences and self.sentences.without:
            entry["without"] = list(self.sentences.without)
        return entry

    def limits(self) -> list[str]:
        """Return for people which parts of a text count."""
        if not self.sentences:
            return []
        named = {"within": self.sentences.within, "without": self.sentences.without}
        return [f"{option} {' '.join(names)}" for option, names in named.items() if names]


@dataclass(frozen=True, slots=True)
class WordNgrams(_FilteredGroup):
    """N-grams of words.

    >>> WordNgrams(1, 2).terms("A bomb in Sehwan")
    ['bomb', 'in', 'sehwan', 'bomb in', 'in sehwan']
    >>> WordNgrams(1, 2, first_words=2).terms("A bomb in Sehwan")
    ['bomb', 'in', 'bomb in']
    """

    first_words: int = field(default=0, kw_only=True)
    """Only this many words count, from the start of a text or a span; 0: all words."""
    sentences: SentenceFilter | None = field(default=None, kw_only=True)

    kind: ClassVar[str] = "word"

    def __post_init__(self) -> None:
        FeatureGroup.__post_init__(self)
        given = self.first_words
        if type(given) is not int or not 0 <= given <= _MOST_FIRST_WORDS:
            raise InputError(
                f"first_words is {given!r}; give 1 to {_MOST_FIRST_WORDS}, or 0 for all"
            )

    def terms(self, text: str) -> list[str]:
        """Return all n-grams of a text, each as often as it occurs."""
        tokens = words(text)
        ngrams = word_ngrams(tokens.texts[: self.first_words or None], self.low, self.high)
        if not self.sentences:
            return list(chain.from_iterable(ngrams))
        included = self.sentences.includes(text, tokens.starts)
        return [
            ngram
            for n, of_size in enumerate(ngrams, start=self.low)
            for first, ngram in enumerate(of_size)
            if all(included[first : first + n])
        ]

    def as_dict(self) -> dict[str, Any]:
        """Return the entry of the group in a model file, without the lexicon."""
        entry = _FilteredGroup.as_dict(self)
        return entry | {"first_words": self.first_words} if self.first_words else entry

    def limits(self) -> list[str]:
        """Return for people which parts of a text count."""
        first = [f"first {self.first_words} words"] if self.first_words else []
        return first + _FilteredGroup.limits(self)


@dataclass(frozen=True, slots=True)
class CharNgrams(_FilteredGroup):
    """N-grams of the characters of a chunk and the blanks around it.

    >>> CharNgrams(4, 5).terms("A bomb")
    [' a ', ' bom', 'bomb', 'omb ', ' bomb', 'bomb ']
    """

    sentences: SentenceFilter | None = field(default=None, kw_only=True)

    kind: ClassVar[str] = "char_wb"
    unit: ClassVar[Literal["word", "chunk"]] = "chunk"

    def terms(self, text: str) -> list[str]:
        """Return all n-grams of a text, each as often as it occurs."""
        return [
            term
            for chunk in self.chunks(text).texts
            for term in char_ngrams(chunk, self.low, self.high)
        ]

    def chunks(self, text: str) -> Tokens:
        """Return the chunks of a text whose n-grams count."""
        tokens = chunks(text)
        if not self.sentences:
            return tokens
        included = self.sentences.includes(text, tokens.starts)
        return Tokens(
            list(compress(tokens.texts, included)),
            list(compress(tokens.starts, included)),
            list(compress(tokens.ends, included)),
        )


@dataclass(frozen=True, slots=True)
class LexiconNgrams(FeatureGroup):
    """Category tokens of a lexicon, the n-grams of words around them, and co-occurrence features.

    >>> lexicon = Lexicon((("identity", ("shia",)), ("violence", ("shot",))))
    >>> LexiconNgrams(1, 2, lexicon=lexicon).terms("A Shia was shot.")
    ['<identity>', '<violence>', '<identity> was', 'was <violence>', '<identity> & <violence>']
    """

    # Given as a field, or the dataclass takes the property of the base class as its default.
    lexicon: Lexicon = field(kw_only=True)

    kind: ClassVar[str] = "group"

    @classmethod
    def from_options(cls, options: dict[str, Any], lexicon: Lexicon | None) -> Self:
        """Return the group with the options of `as_dict`, and with the lexicon beside them."""
        if lexicon is None:
            raise InputError(f"a group of kind {cls.kind!r} has no lexicon")
        return cls(**options, lexicon=lexicon)

    def terms(self, text: str) -> list[str]:
        """Return all terms of a text, each as often as it occurs."""
        return self.lexicon.terms(text, self.low, self.high).texts


_KINDS: dict[object, type[FeatureGroup]] = {
    kind.kind: kind for kind in (WordNgrams, CharNgrams, LexiconNgrams)
}


def feature_group(entry: Mapping[str, Any], lexicon: Lexicon | None) -> FeatureGroup:
    """Return the feature group of an entry of a model file, and of the lexicon that it names.

    Raises InputError or TypeError where the entry is not one of a known kind.
    """
    options = dict(entry)
    name = options.pop("analyzer", None)
    kind = _KINDS.get(name)
    if kind is None:
        raise InputError(f"analyzer is {name!r}; use {', '.join(map(str, _KINDS))}")
    return kind.from_options(options, lexicon)


def may_enter_vocabulary(term: str) -> bool:
    """Return whether a term has a letter.

    Bare numbers and dashes stay out: a year or a house number says nothing about next year's news.
    """
    return any(char.isalpha() for char in term)


def _names(options: dict[str, Any], option: str) -> tuple[str, ...]:
    """Take an option, a list of names, out of an entry and return the names."""
    given = options.pop(option, [])
    if not isinstance(given, list) or not all(isinstance(name, str) for name in given):
        raise InputError(f"{option} is not a list of names")
    return tuple(given)
