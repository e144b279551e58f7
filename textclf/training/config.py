"""How a model is trained: the options, and which feature groups a model may have when."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal, NamedTuple

from textclf.codebook.scheme import Scheme
from textclf.corpus.term_lists import TermList
from textclf.text.features import (
    CharNgrams,
    FeatureGroup,
    LexiconNgrams,
    SentenceFilter,
    Weighting,
    WordNgrams,
)
from textclf.text.lexicon import Lexicon
from textclf.text.tokens import words
from textclf.training.stacking import Mix

Progress = Callable[[str, int, int], None]
"""Receives what is being done, how many steps are done, and how many there are."""


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """How a model is trained. It is saved in the model's card."""

    word_ngrams: tuple[int, int] | None = (1, 2)
    char_ngrams: tuple[int, int] | None = (3, 5)
    min_df: int = 1
    char_min_df: int = 2
    group_ngrams: tuple[int, int] | None = (1, 2)
    """Of the category tokens of seed terms with roles; None for no such feature group."""
    max_features: int = 60_000
    """For each feature group; fewer if many labels would make the model large."""
    C: float = 0.5
    term_shares: tuple[float, ...] = (0.25, 1.0, 4.0)
    """The total weights of all seed terms that are tried, beside 1 for all labelled texts. The one
    is used with which words alone score best out of fold.
    """
    scaled: bool = True
    """Whether groups with Naive Bayes scaling may be used, if there are no seed terms."""
    vectors: bool = True
    """Whether a group of word vectors may be used: for schemes with one label a text and 8 labels
    or more, or if seed terms alone are the training data.
    """
    folds: int = 5
    seed: int = 0


class KindRule(NamedTuple):
    """How training treats one kind of feature group."""

    min_df: Literal["min_df", "char_min_df"]
    """The option that says how many texts must have a term."""
    learns_seed_terms: bool = True
    """Whether seed terms are training texts of the group."""
    prefers_seed_terms: bool = False
    """Whether words of seed terms enter a full vocabulary first."""
    weight_beside_vectors: float = 1.0
    """Its weight if seed terms fix the weights and there is a group of word vectors."""


KIND_RULES: Mapping[type[FeatureGroup], KindRule] = {
    WordNgrams: KindRule("min_df", prefers_seed_terms=True),
    CharNgrams: KindRule("char_min_df", weight_beside_vectors=0.5),
    # Which words are beside a category token, and which two occur together, only texts show.
    LexiconNgrams: KindRule("char_min_df", learns_seed_terms=False),
}

_FIRST_WORDS: tuple[tuple[int, Weighting], ...] = ((30, "log"), (100, "binary"))
"""First-words limits and weightings of groups of their own: news puts first what matters."""
_MOST_WEIGHTS = 2_500_000
"""How many weights the groups of words and characters may have, all labels together."""
_MOST_WEIGHTS_WITH_VECTORS = 2_250_000
"""The same for all groups if one is of vectors: a model of 17 labels stays under 15 MB."""
_MANY_LABELS = 8
"""With fewer labels, word vectors do not help, unless seed terms alone are the training data."""
_VECTORS_WEIGHT, _VECTORS_WEIGHT_OF_TERMS = 0.5, 1.0
"""The weight of vectors beside words: with labelled texts, and with seed terms alone."""


def uses_likeliest_label(scheme: Scheme) -> bool:
    """Return whether the most probable label is assigned: if the scheme states how it is used."""
    return bool(scheme.prior or scheme.lead_words)


def may_use_vectors(config: TrainConfig, scheme: Scheme, *, of_terms: bool) -> bool:
    """Return whether a group of word vectors is tried."""
    many = of_terms or len(scheme.labels) >= _MANY_LABELS
    return config.vectors and scheme.kind == "single" and many


def first_words_limits(texts: Iterable[str]) -> tuple[tuple[int, Weighting], ...]:
    """Return the first-words limits for groups of their own, each with a weighting.

    There are none if half of the texts are not longer than these: the first words of a short text
    are the whole text.
    """
    longest = max(limit for limit, _ in _FIRST_WORDS)
    return _FIRST_WORDS if median(len(words(text).texts) for text in texts) > longest else ()


def feature_groups(
    config: TrainConfig,
    terms: TermList | None,
    limits: Sequence[tuple[int, Weighting]],
    *,
    of_terms: bool,
) -> tuple[FeatureGroup, ...]:
    """Return the feature groups that a model may have, but for that of vectors.

    `of_terms` says that seed terms alone are the training data. `limits` are first-words limits
    with their weightings.
    """
    lexicon = terms.lexicon() if terms and config.group_ngrams and not of_terms else None
    word_filter = char_filter = None
    if terms and lexicon:
        word_filter = _sentence_filter(lexicon, terms.words_within, terms.words_without)
        char_filter = _sentence_filter(lexicon, terms.characters_within, terms.characters_without)
    groups: list[FeatureGroup] = []
    for weighting in _weightings(config, terms):
        if config.word_ngrams:
            groups.append(WordNgrams(*config.word_ngrams, weighting, sentences=word_filter))
        if config.char_ngrams:
            groups.append(CharNgrams(*config.char_ngrams, weighting, sentences=char_filter))
    if config.word_ngrams:
        groups += [
            WordNgrams(*config.word_ngrams, weighting, first_words=limit)
            for limit, weighting in limits
        ]
    if lexicon and config.group_ngrams:
        groups.append(LexiconNgrams(*config.group_ngrams, lexicon=lexicon))
    return tuple(groups)


def vocabulary_limit(
    config: TrainConfig,
    scheme: Scheme,
    terms: TermList | None,
    limits: Sequence[tuple[int, Weighting]],
    *,
    vectors: bool,
) -> int:
    """Return how many terms each feature group may have, so that the model stays small."""
    groups = 2 * len(_weightings(config, terms)) + len(limits) + vectors
    weights = _MOST_WEIGHTS_WITH_VECTORS if vectors else _MOST_WEIGHTS
    return min(config.max_features, weights // (len(scheme.labels) * groups))


def mixes(
    groups: Sequence[FeatureGroup], *, vectors: bool, of_terms: bool, fixed: bool
) -> list[Mix]:
    """Return the mixes of groups to choose from; `vectors` says that the last group is of vectors.

    With seed terms the weights are `fixed`. Out of fold, a corpus by one author cannot show what
    seed terms add for texts by others.
    """
    if not vectors:
        return [Mix((1.0,) * len(groups), fixed)]
    others = [KIND_RULES[type(group)].weight_beside_vectors for group in groups[:-1]]
    own = _VECTORS_WEIGHT_OF_TERMS if of_terms else _VECTORS_WEIGHT
    return [Mix((*(1.0 for _ in others), 0.0), fixed), Mix((*others, own), fixed)]


def _weightings(config: TrainConfig, terms: TermList | None) -> tuple[Weighting, ...]:
    return ("log",) if terms or not config.scaled else ("log", "binary")


def _sentence_filter(
    lexicon: Lexicon, within: tuple[str, ...], without: tuple[str, ...]
) -> SentenceFilter | None:
    return SentenceFilter(lexicon, within, without) if within or without else None
