"""How a text is read and labelled."""

from dataclasses import dataclass

from textclf.errors import InputError
from textclf.text.document import Document
from textclf.text.repeated_paragraphs import NOTHING_REPEATED, Repeated


@dataclass(frozen=True, slots=True)
class PredictOptions:
    """How texts are read and labelled. Raises InputError for a value that is out of range.

    >>> PredictOptions(abstain=0.9, evidence=0)
    PredictOptions(abstain=0.9, evidence=0)
    """

    clean: bool = True
    """Whether boilerplate is removed."""
    repeated: Repeated | None = None
    """Paragraphs that several articles share, which are removed as boilerplate. None: those of the
    inputs where files are labelled, and none where texts are labelled.
    """
    abstain: float = 0.0
    """A text gets no label if the probability of its prediction is below this."""
    coverage: float = 1.0
    """The share of texts that get a label: those with the highest probability, as measured on the
    model card.
    """
    evidence: int = 8
    """The largest number of spans of evidence in a prediction. There are none for a label such as
    `none`, which a text gets if no term speaks for another label.
    """

    def __post_init__(self) -> None:
        if not 0 <= self.abstain <= 1:
            raise InputError(f"abstain is {self.abstain}; give a probability between 0 and 1")
        if not 0 < self.coverage <= 1:
            raise InputError(f"coverage is {self.coverage}; give a share above 0, at most 1")
        if self.evidence < 0:
            raise InputError(f"evidence is {self.evidence}; give a number of places, 0 for none")

    def __repr__(self) -> str:
        changed = {
            name: getattr(self, name)
            for name in self.__slots__
            if getattr(self, name) != getattr(_DEFAULTS, name)
        }
        return (
            f"PredictOptions({', '.join(f'{name}={value!r}' for name, value in changed.items())})"
        )


_DEFAULTS = PredictOptions()


def read_document(text: str, title: str, options: PredictOptions) -> Document:
    """Return the document of a text, read as the options say.

    Raises InputError if the text or the title is not a string.
    """
    for name, given in (("text", text), ("title", title)):
        if not isinstance(given, str):
            raise InputError(f"a {name} must be a string, not {type(given).__name__}")
    repeated = options.repeated or NOTHING_REPEATED
    return Document.read(text, title=title, clean=options.clean, repeated=repeated)
