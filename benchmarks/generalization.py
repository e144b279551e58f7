"""How well each scheme carries over to genres, regions and batches that it has not seen.

    python benchmarks/generalization.py

The values of a trait are dealt into five parts; each part is scored by a model trained on the
records of the others. Prints macro-F1 over all records.
"""

from textclf.classifier.classifier import Classifier
from textclf.classifier.predict_options import PredictOptions
from textclf.codebook.scheme import Scheme
from textclf.codebook.scheme_file import bundled_schemes, find_scheme
from textclf.corpus.records import Corpus, Record
from textclf.corpus.term_lists import bundled_terms
from textclf.evaluation.metrics import evaluate
from textclf.reports.tables import table
from textclf.scoring.numpy_scorer import NumpyScorer
from textclf.training.train import train

METADATA = ("genre", "region", "batch")
PARTS = 5


def deal(records: tuple[Record, ...], trait: str) -> dict[str, int]:
    """Return for each value its part: the largest value first, to the part that has least."""
    sizes: dict[str, int] = {}
    for record in records:
        value = getattr(record, trait)
        sizes[value] = sizes.get(value, 0) + 1
    filled = [0] * PARTS
    dealt = {}
    for value in sorted(sizes, key=lambda value: (-sizes[value], value)):
        dealt[value] = filled.index(min(filled))
        filled[dealt[value]] += sizes[value]
    return dealt


def held_out(records: tuple[Record, ...], scheme: Scheme, trait: str) -> float:
    terms = bundled_terms(scheme)
    parts = deal(records, trait)
    truth, said = [], []
    for part in range(PARTS):
        unseen = [r for r in records if parts[getattr(r, trait)] == part]
        groups = {record.group for record in unseen}
        seen = tuple(r for r in records if r.group not in groups)
        classifier = Classifier(train(Corpus(seen), scheme, terms=terms), NumpyScorer)
        answers = [classifier.classify(r.text, PredictOptions(evidence=0)) for r in unseen]
        truth += [record.labels[scheme.name] for record in unseen]
        said += [answer.labels or None for answer in answers]
    return evaluate(truth, said, scheme.label_names).macro_f1.value


def main() -> None:
    records = Corpus.read().passages
    rows = []
    for name in bundled_schemes():
        scheme = find_scheme(name)
        rows.append([name, *(held_out(records, scheme, trait) for trait in METADATA)])
        print(table(rows, ["scheme", *(f"unseen {trait}" for trait in METADATA)]), flush=True)


if __name__ == "__main__":
    main()
