"""The native scorer: the scores of the NumPy scorer, computed in C, many times as fast.

It passes weights and texts to C, and gets numbers. The NumPy scorer scores a text that C cannot
lower-case: one with a capital sigma or a lone surrogate.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from textclf._lazy_numpy import Buffer, np
from textclf.errors import InputError
from textclf.scoring._native import native
from textclf.scoring.weights import Contribution, FeatureWeights, LinearWeights, Scores
from textclf.text.features import (
    CharNgrams,
    FeatureGroup,
    LexiconNgrams,
    SentenceFilter,
    WordNgrams,
)
from textclf.text.lexicon import QUOTATION, Lexicon
from textclf.text.sentences import ABBREVIATIONS

if TYPE_CHECKING:
    from textclf.scoring.numpy_scorer import NumpyScorer

_QUOTATION_BIT = 63


def why_unavailable() -> str:
    """Return why the native scorer is not available here; an empty text if it is."""
    if native is None:
        return "it was not built: there was no C compiler when textclf was installed"
    if native.unicode_version != unicodedata.unidata_version:
        return (
            f"it was built for Unicode {native.unicode_version}, "
            f"and this Python has {unicodedata.unidata_version}"
        )
    return ""


def instructions() -> str:
    """Return which instructions of the processor the native scorer uses here."""
    return native.instruction_set


class NativeScorer:
    """Scores texts under several sets of weights.

    Raises InputError for weights that C cannot take, such as a phrase with a capital sigma.
    """

    def __init__(self, weight_sets: Sequence[LinearWeights], *, portable: bool = False) -> None:
        self._weight_sets = tuple(weight_sets)
        lexicons = list(
            dict.fromkeys(
                part.group.lexicon
                for weights in weight_sets
                for part in weights.groups
                if part.group.lexicon
            )
        )
        try:
            self._native = native.Engine(
                tuple(
                    (
                        _floats(weights.intercepts),
                        tuple(_part(part, lexicons) for part in weights.groups),
                    )
                    for weights in weight_sets
                ),
                tuple(_lexicon(lexicon) for lexicon in lexicons),
                tuple(sorted(ABBREVIATIONS)),
                portable,
            )
        except ValueError as reason:
            raise InputError(f"the native scorer cannot take these weights: {reason}") from None

    def score(
        self,
        texts: Sequence[str],
        spans: Sequence[Sequence[tuple[int, int]]] = (),
        spanned: Collection[int] = (),
    ) -> list[Scores]:
        """Return the rows that the NumPy scorer returns; Python's lock is released meanwhile."""
        most = len(texts) + sum(map(len, spans))
        scores = [
            _empty_scores(len(weights.intercepts), most if number in spanned else len(texts))
            for number, weights in enumerate(self._weight_sets)
        ]
        mask = sum(1 << number for number in spanned)
        outs = tuple((one.numbers, one.shares) for one in scores)
        # C fills the rows, and returns the indices of the texts that it cannot score.
        for text in self._native.score(texts, tuple(spans), mask, outs):
            own_spans = spans[text : text + 1]
            spans_before = list(accumulate(map(len, spans[:text]), initial=0))[-1]
            for number, one in enumerate(self._numpy.score([texts[text]], own_spans, spanned)):
                _copy_rows(scores[number], text + (spans_before if number in spanned else 0), one)
        return scores

    def contributions(
        self, text: str, weight_set: int, label: int, span: tuple[int, int], most: int | None = None
    ) -> list[Contribution]:
        """Return the contributions that the NumPy scorer returns: all, or the largest."""
        rows = self._native.contributions(
            text, weight_set, label, *span, -1 if most is None else most
        )
        if rows is None:
            return self._numpy.contributions(text, weight_set, label, span, most)
        return rows

    @cached_property
    def _numpy(self) -> NumpyScorer:
        from textclf.scoring.numpy_scorer import NumpyScorer  # noqa: PLC0415 - start-up time

        return NumpyScorer(self._weight_sets)


def _empty_scores(labels: int, rows: int) -> Scores:
    scores, shares = (memoryview(bytearray(8 * size)).cast("d") for size in (rows * labels, rows))
    return Scores(scores, shares, labels)


def _copy_rows(whole: Scores, row: int, part: Scores) -> None:
    """Copy the rows of a part into the whole, from a row on."""
    end = row + len(part.shares)
    whole.scores[row:end], whole.in_vocabulary[row:end] = part.scores, part.in_vocabulary


def _floats(numbers: Buffer) -> Buffer:
    """Return 32-bit floats in C order."""
    view = memoryview(numbers)
    if view.format == "f" and view.c_contiguous:
        return view
    return np.ascontiguousarray(numbers, np.float32).data


def _kind(group: FeatureGroup) -> tuple[int, int, SentenceFilter | None]:
    """Return the number of the kind in C, the first-words limit and the sentence filter."""
    match group:
        case WordNgrams():
            return 0, group.first_words, group.sentences
        case CharNgrams():
            return 1, 0, group.sentences
        case LexiconNgrams():
            return 2, 0, None
    raise InputError(f"the native scorer cannot score {type(group).__name__}")


def _part(part: FeatureWeights, lexicons: list[Lexicon]) -> tuple[Any, ...]:
    """Return the arguments of a feature group in the order in which C takes them."""
    group = part.group
    kind, first_words, sentences = _kind(group)
    return (
        kind,
        group.low,
        group.high,
        group.weighting == "binary",
        lexicons.index(group.lexicon) if group.lexicon else -1,
        first_words,
        _mask(sentences.within, sentences.lexicon) if sentences else 0,
        _mask(sentences.without, sentences.lexicon) if sentences else 0,
        _floats(part.numbers),
        *part.terms.table,
    )


def _mask(categories: Sequence[str], lexicon: Lexicon) -> int:
    """Return a bit for each category: the rank of its token, or the last bit for quotations."""
    ranks = {token: rank for rank, token in enumerate(_category_tokens(lexicon))}
    bits = [_QUOTATION_BIT if name == QUOTATION else ranks[f"<{name}>"] for name in categories]
    return sum(1 << bit for bit in set(bits))


def _category_tokens(lexicon: Lexicon) -> list[str]:
    return sorted({f"<{name}>" for name, _ in lexicon.categories})


def _lexicon(lexicon: Lexicon) -> tuple[Any, ...]:
    """Return the category tokens in order, and for each category its rank and its phrases."""
    tokens = _category_tokens(lexicon)
    return tuple(tokens), tuple(
        (tokens.index(f"<{name}>"), phrases) for name, phrases in lexicon.categories
    )
