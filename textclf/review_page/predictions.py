"""What a model says of the whole pool, found out in the background."""

from collections.abc import Callable, Sequence

from textclf.classifier.loading import load_all
from textclf.classifier.predict_options import PredictOptions
from textclf.text.document import Document

Text = tuple[int, str, str]
"""The number of an article, its title and its text."""
Predicted = tuple[int, str, float]
"""The number of an article, its labels with a bar between, and their probability."""

BATCH = 200
"""Articles that are handed over at a time."""


def predict_with(model: str) -> Callable[[Sequence[Text]], list[Predicted]]:
    """Return a function that labels articles; this runs in a process of its own."""
    classifier = load_all([model])
    options = PredictOptions(evidence=0)

    def work(texts: Sequence[Text]) -> list[Predicted]:
        documents = [Document.read(text, title=title) for _, title, text in texts]
        found = classifier.predict_documents(documents, options)
        return [
            (number, "|".join(one.labels), one.prob or 0.0)
            for (number, _, _), (one,) in zip(texts, found, strict=True)
        ]

    return work
