"""How fast the engine is beside the same model as a scikit-learn Pipeline.

    python benchmarks/speed.py [MODEL]

Both score the passages of the shipped corpus, joined into documents of six; they take turns,
and the ratio is taken turn by turn. Prints the median with its least and greatest.
"""

import statistics
import sys
import time
from collections.abc import Callable

from textclf.artifact import find_model, read_model
from textclf.corpus import Corpus
from textclf.engine import NumpyEngine
from textclf.pipeline import to_pipeline

TURNS = 7
TOGETHER = 6


def main(name: str) -> None:
    model = read_model(find_model(name))
    engine, pipeline = NumpyEngine([model.form]), to_pipeline(model)
    texts = [record.text for record in Corpus.read().records]
    documents = [" ".join(texts[i : i + TOGETHER]) for i in range(0, len(texts), TOGETHER)]
    megabytes = sum(len(text.encode()) for text in documents) / 1e6

    def ours() -> None:
        for document in documents:
            engine.score(document)

    def theirs() -> None:
        pipeline.predict_proba(documents)

    ours()
    turns = [(seconds(ours), seconds(theirs)) for _ in range(TURNS)]
    ratios = sorted(slow / fast for fast, slow in turns)
    rate = megabytes / statistics.median(fast for fast, _ in turns)
    print(f"{name}: {len(documents)} documents, {megabytes:.2f} MB, {TURNS} turns")
    print(f"numpy engine {rate:.2f} MB per CPU second")
    print(
        f"ratio to the scikit-learn Pipeline {statistics.median(ratios):.2f} "
        f"({ratios[0]:.2f} to {ratios[-1]:.2f})"
    )


def seconds(job: Callable[[], None]) -> float:
    began = time.process_time()
    job()
    return time.process_time() - began


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "topic")
