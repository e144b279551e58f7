"""What textclf is measured beside: each a function that takes texts and scores them all.

One that is not installed is None. fastText, spaCy and VW learn the topics of the shipped corpus
with their defaults: what they score is not looked at, only how long it takes.
"""

import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from textclf.corpus.records import Corpus

Scorer = Callable[[Sequence[str]], Any]


def fasttext(dim: int) -> Scorer | None:
    try:
        import fasttext as library  # noqa: PLC0415
    except ImportError:
        return None
    library.FastText.eprint = lambda _: None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "topics.txt"
        lines = (f"__label__{label} {' '.join(text.split())}\n" for text, label in _labelled())
        path.write_text("".join(lines), "utf-8")
        model = library.train_supervised(str(path), dim=dim, wordNgrams=2, verbose=0, thread=1)
    # Its own engine, without the array that its Python wrapper makes and numpy 2 refuses.
    return lambda texts: [
        model.f.predict(f"{' '.join(text.split())}\n", -1, 0.0, "strict") for text in texts
    ]


def spacy() -> Scorer | None:
    try:
        import spacy as library  # noqa: PLC0415
        from spacy.training import Example  # noqa: PLC0415
    except ImportError:
        return None
    nlp = library.blank("en")
    bow = {
        "@architectures": "spacy.TextCatBOW.v3",
        "exclusive_classes": True,
        "ngram_size": 2,
        "no_output_layer": False,
    }
    labels = sorted({label for _, label in _labelled()})
    nlp.add_pipe("textcat", config={"model": bow}).initialize(
        lambda: [
            Example.from_dict(nlp.make_doc(text), {"cats": {one: one == label for one in labels}})
            for text, label in _labelled()[:100]
        ],
        nlp=nlp,
        labels=labels,
    )
    return lambda texts: [document.cats for document in nlp.pipe(texts)]


def vowpal_wabbit() -> Scorer | None:
    try:
        import vowpalwabbit as library  # noqa: PLC0415
    except ImportError:
        return None
    numbers: dict[str, int] = {}
    model = library.Workspace("--oaa 17 --ngram 2 --probabilities --loss_function logistic --quiet")
    for text, label in _labelled():
        model.learn(f"{numbers.setdefault(label, len(numbers) + 1)} | {_plain(text)}")
    return lambda texts: [model.predict(f"| {_plain(text)}") for text in texts]


def word_count(path: Path) -> Callable[[], None]:
    """Return the limit: `wc -w`, which does no more than find the words of a file."""
    return lambda: (
        subprocess.run(
            ["wc", "-w", str(path)],  # noqa: S607
            check=True,
            stdout=subprocess.DEVNULL,
        )
        and None
    )


def _labelled() -> list[tuple[str, str]]:
    return [
        (record.text, record.labels["topic"][0])
        for record in Corpus.read().records
        if record.labels.get("topic")
    ]


def _plain(text: str) -> str:
    """Return a text without what means something in VW's lines."""
    return " ".join(text.replace("|", " ").replace(":", " ").split())
