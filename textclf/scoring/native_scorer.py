"""The compiled engine: the scores of the numpy engine, many times as fast.

It hands forms and texts to C and takes numbers back. A text that C cannot lower, one with a
capital sigma or a lone surrogate, is scored by the numpy engine. It knows no scheme and no file.
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
from textclf.scoring.weights import FeatureWeights, LinearWeights, Place, Scores
from textclf.text.lexicon import QUOTATION, Lexicon
from textclf.text.sentences import ABBREVIATIONS

if TYPE_CHECKING:
    from textclf.scoring.numpy_scorer import NumpyScorer

_KINDS = {"word": 0, "char_wb": 1, "group": 2}
_QUOTATION_BIT = 63


def why_unavailable() -> str:
    """Return why there is no compiled engine here; an empty text where there is one."""
    if native is None:
        return "it was not built: there was no C compiler when textclf was installed"
    if native.unicode_version != unicodedata.unidata_version:
        return (
            f"it was built for Unicode {native.unicode_version}, "
            f"and this Python has {unicodedata.unidata_version}"
        )
    return ""


def instructions() -> str:
    """Return which instructions of the processor the compiled engine uses here."""
    return native.instruction_set


class NativeScorer:
    """Scores texts under several forms.

    Raises InputError for forms that it cannot take, such as a phrase with a capital sigma.
    """

    def __init__(self, forms: Sequence[LinearWeights], *, portable: bool = False) -> None:
        self._forms = tuple(forms)
        lexicons = list(
            dict.fromkeys(
                view.view.lexicon for form in forms for view in form.views if view.view.lexicon
            )
        )
        try:
            self._native = native.Engine(
                tuple(
                    (
                        _floats(form.intercepts),
                        tuple(_view(view, lexicons) for view in form.views),
                    )
                    for form in forms
                ),
                tuple(_lexicon(lexicon) for lexicon in lexicons),
                tuple(sorted(ABBREVIATIONS)),
                portable,
            )
        except ValueError as reason:
            raise InputError(f"the compiled engine cannot take these forms: {reason}") from None

    def score(
        self,
        texts: Sequence[str],
        spans: Sequence[Sequence[tuple[int, int]]] = (),
        forms: Collection[int] = (),
    ) -> list[Scores]:
        """Return the rows that the numpy engine returns, scored with Python's lock released."""
        most = len(texts) + sum(map(len, spans))
        found = [
            _room(len(form.intercepts), most if number in forms else len(texts))
            for number, form in enumerate(self._forms)
        ]
        mask = sum(1 << number for number in forms)
        outs = tuple((one.numbers, one.shares) for one in found)
        for text in self._native.score(texts, tuple(spans), mask, outs):
            here = spans[text : text + 1]
            first = list(accumulate(map(len, spans[:text]), initial=0))[-1]
            for number, one in enumerate(self._plain.score([texts[text]], here, forms)):
                _put(found[number], text + (first if number in forms else 0), one)
        return found

    def contributions(
        self, text: str, form: int, label: int, span: tuple[int, int], most: int | None = None
    ) -> list[Place]:
        """Return the places that the numpy engine returns: all, or the heaviest."""
        found = self._native.contributions(text, form, label, *span, -1 if most is None else most)
        if found is None:
            return self._plain.contributions(text, form, label, span, most)
        return found

    @cached_property
    def _plain(self) -> NumpyScorer:
        from textclf.scoring.numpy_scorer import NumpyScorer  # noqa: PLC0415 - start-up time

        return NumpyScorer(self._forms)


def _room(labels: int, rows: int) -> Scores:
    scores, shares = (memoryview(bytearray(8 * size)).cast("d") for size in (rows * labels, rows))
    return Scores(scores, shares, labels)


def _put(whole: Scores, row: int, part: Scores) -> None:
    """Copy the rows of a part to where they stand in the whole."""
    end = row + len(part.shares)
    whole.scores[row:end], whole.known[row:end] = part.scores, part.known


def _floats(numbers: Buffer) -> Buffer:
    """Return 32-bit floats in C order."""
    view = memoryview(numbers)
    if view.format == "f" and view.c_contiguous:
        return view
    return np.ascontiguousarray(numbers, np.float32).data


def _view(view: FeatureWeights, lexicons: list[Lexicon]) -> tuple[Any, ...]:
    kind = view.view
    return (
        _KINDS[kind.analyzer],
        kind.low,
        kind.high,
        kind.weighting == "binary",
        lexicons.index(kind.lexicon) if kind.lexicon else -1,
        kind.first_words,
        _mask(kind.within, kind.lexicon),
        _mask(kind.without, kind.lexicon),
        _floats(view.numbers),
        *view.terms.table,
    )


def _mask(groups: Sequence[str], lexicon: Lexicon | None) -> int:
    """Return a bit for each group: the rank of its mark, or the last bit for quotation marks."""
    ranks = {mark: rank for rank, mark in enumerate(_marks(lexicon))} if lexicon else {}
    bits = [_QUOTATION_BIT if name == QUOTATION else ranks.get(f"<{name}>") for name in groups]
    return sum(1 << bit for bit in set(bits) if bit is not None)


def _marks(lexicon: Lexicon) -> list[str]:
    return sorted({f"<{name}>" for name, _ in lexicon.groups})


def _lexicon(lexicon: Lexicon) -> tuple[Any, ...]:
    """Return the marks in their order, and for each group the rank of its mark and its phrases."""
    marks = _marks(lexicon)
    return tuple(marks), tuple(
        (marks.index(f"<{name}>"), phrases) for name, phrases in lexicon.groups
    )
