"""The compiled engine: the scores of the numpy engine, many times as fast.

It hands forms and texts to C and takes numbers back. A text that C cannot lower, one with a
capital sigma or a lone surrogate, is scored by the numpy engine. It knows no scheme and no file.
"""

import unicodedata
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from textclf.engine import NumpyEngine
from textclf.errors import InputError
from textclf.lexicon import Lexicon
from textclf.linear import Contributions, LinearForm, LinearView, Scores
from textclf.sentences import ABBREVIATIONS

try:
    from textclf._kernel import native
except ImportError:
    native = None  # type: ignore[assignment]

_KINDS = {"word": 0, "char_wb": 1, "group": 2}


def obstacle() -> str:
    """Return why there is no compiled engine here; an empty text where there is one."""
    if native is None:
        return "it was not built: there was no C compiler when textclf was installed"
    if native.unicode != unicodedata.unidata_version:
        return (
            f"it was built for Unicode {native.unicode}, "
            f"and this Python has {unicodedata.unidata_version}"
        )
    return ""


def instructions() -> str:
    """Return which instructions of the processor the compiled engine uses here."""
    return native.instructions


class KernelEngine:
    """Scores texts under several forms.

    Raises InputError for forms that it cannot take, such as a phrase with a capital sigma.
    """

    def __init__(self, forms: Sequence[LinearForm], *, portable: bool = False) -> None:
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
                        np.ascontiguousarray(form.bias, np.float32),
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

    def score(self, text: str, spans: Sequence[Sequence[tuple[int, int]]] = ()) -> list[Scores]:
        """Return for each form the scores of the text, and of the spans asked of that form.

        An n-gram that crosses the border of a span counts for the whole text only.
        """
        asked = tuple(spans) or ((),) * len(self._forms)
        found = [_room(form, 1 + len(one)) for form, one in zip(self._forms, asked, strict=True)]
        if self._native.score(text, asked, _buffers(found)):
            return found
        return self._plain.score(text, spans)

    def score_texts(self, texts: Sequence[str]) -> list[Scores]:
        """Return for each form the scores of many texts, each read whole.

        Python's lock is released meanwhile, so that threads score side by side.
        """
        found = [_room(form, len(texts)) for form in self._forms]
        for place in self._native.score_texts(texts, _buffers(found)):
            for whole, one in zip(found, self._plain.score(texts[place]), strict=True):
                whole.scores[place], whole.known[place] = one.scores[0], one.known[0]
        return found

    def contributions(
        self, text: str, form: int, label: int, span: tuple[int, int]
    ) -> Contributions:
        """Return what each place inside a span adds to a label's score of that span.

        A character n-gram is counted at the chunk it stands in; a term that occurs more than
        once is shared out evenly among its places.
        """
        found = self._native.contributions(text, form, label, *span)
        if found is None:
            return self._plain.contributions(text, form, label, span)
        starts, ends, weights = found
        return Contributions(
            np.frombuffer(starts, np.int64),
            np.frombuffer(ends, np.int64),
            np.frombuffer(weights, np.float64),
        )

    @cached_property
    def _plain(self) -> NumpyEngine:
        return NumpyEngine(self._forms)


def _room(form: LinearForm, rows: int) -> Scores:
    return Scores(np.empty((rows, len(form.bias))), np.empty(rows))


def _buffers(found: Sequence[Scores]) -> tuple[tuple[Any, Any], ...]:
    return tuple((one.scores, one.known) for one in found)


def _view(view: LinearView, lexicons: list[Lexicon]) -> tuple[Any, ...]:
    kind = view.view
    return (
        _KINDS[kind.analyzer],
        kind.low,
        kind.high,
        kind.weighting == "binary",
        lexicons.index(kind.lexicon) if kind.lexicon else -1,
        np.ascontiguousarray(view.rows, np.float32),
        view.terms.hashes,
        view.terms.slots,
    )


def _lexicon(lexicon: Lexicon) -> tuple[Any, ...]:
    """Return the marks in their order, and for each group the rank of its mark and its phrases."""
    marks = sorted({f"<{name}>" for name, _ in lexicon.groups})
    return tuple(marks), tuple(
        (marks.index(f"<{name}>"), phrases) for name, phrases in lexicon.groups
    )
