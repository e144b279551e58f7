from collections.abc import Sequence
from typing import Self

unicode_version: str
instruction_set: str

def decide(
    scores: object,
    single: bool,
    slope: object,
    intercept: object,
    threshold: object,
    epsilon: float,
    probs: object,
    best: object,
) -> None: ...
def min_of_first(numbers: object, width: int) -> float: ...
def held(slots: object, row_bits: int) -> tuple[int, int, int]: ...

class Engine:
    instruction_set: str
    def __new__(
        cls,
        models: tuple[object, ...],
        lexicons: tuple[object, ...],
        abbreviations: tuple[str, ...],
        portable: bool,
    ) -> Self: ...
    def score(
        self,
        texts: Sequence[str],
        spans: tuple[Sequence[tuple[int, int]], ...],
        span_models: int,
        outputs: tuple[tuple[object, object], ...],
    ) -> list[int]: ...
    def contributions(
        self, text: str, model: int, label: int, start: int, end: int, most: int
    ) -> list[tuple[int, int, float]] | None: ...
