from collections.abc import Sequence
from typing import Any, Self

unicode: str
instructions: str
most_forms: int

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
        text: str,
        spans: tuple[Sequence[tuple[int, int]], ...],
        outs: tuple[tuple[Any, Any], ...],
    ) -> bool: ...
    def score_texts(self, texts: Sequence[str], outs: tuple[tuple[Any, Any], ...]) -> list[int]: ...
    def contributions(
        self, text: str, form: int, label: int, start: int, end: int
    ) -> tuple[bytes, bytes, bytes] | None: ...
