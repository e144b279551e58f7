"""How a coder reviews a pool."""

from dataclasses import dataclass
from pathlib import Path

from textclf.errors import InputError, choices
from textclf.review_page.order import ORDERS, Order


@dataclass(frozen=True, slots=True)
class ReviewSettings:
    """How a coder reviews a pool. Raises InputError for a value that is out of range."""

    output: Path
    """The file of answers."""
    coder: str = ""
    order: Order = "random"
    goal: int = 100
    """How many articles are to be answered."""
    overlap: int = 50
    """In the order `double`, how many articles of another coder are answered again."""
    seed: int = 0
    blind: bool = False
    """Whether the label and the evidence of the model are hidden until an article is answered."""
    model: str = ""
    """A model by name or file; empty: the bundled model of the scheme, if there is one."""

    def __post_init__(self) -> None:
        if self.order not in ORDERS:
            raise InputError(f"there is no order {self.order!r}; {choices(self.order, ORDERS)}")
        if self.goal < 1:
            raise InputError(f"goal is {self.goal}; give a number of articles, 1 or more")
        if self.overlap < 1:
            raise InputError(f"overlap is {self.overlap}; give a number of articles, 1 or more")
        if self.output.suffix != ".jsonl":
            raise InputError(
                f"{self.output}: answers are JSON lines; give a name such as mine.jsonl"
            )

    @property
    def is_blind(self) -> bool:
        """Whether the model is hidden until an article is answered."""
        return self.blind or self.order == "double"
