from collections.abc import Sequence
from typing import Self

unicode: str
instructions: str
most_forms: int

def decide(
    scores: object,
    single: bool,
    slope: object,
    intercept: object,
    threshold: object,
    doubt: float,
    probs: object,
    best: object,
) -> None: ...
def least(numbers: object, step: int) -> float: ...
def held(slots: object, row_bits: int) -> tuple[int, int, int]: ...

class Engine:
    instructions: str
    def __new__(
        cls,
        forms: tuple[object, ...],
        lexicons: tuple[object, ...],
        abbreviations: tuple[str, ...],
        portable: bool,
    ) -> Self: ...
    def score(
        self,
        texts: Sequence[str],
        spans: tuple[Sequence[tuple[int, int]], ...],
        mask: int,
        outs: tuple[tuple[object, object], ...],
    ) -> list[int]: ...
    def contributions(
        self, text: str, form: int, label: int, start: int, end: int, most: int
    ) -> list[tuple[int, int, float]] | None: ...
