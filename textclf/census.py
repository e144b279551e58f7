"""Counts a corpus: what is in it, and where it is thin."""

from collections import Counter
from collections.abc import Iterator

from textclf.corpus import Corpus
from textclf.features import words
from textclf.reports import table

_TRAITS = ("genre", "region", "period", "seed", "batch", "licence")


def census(corpus: Corpus) -> str:
    """Return the figures of a corpus as text."""
    return "\n".join(_parts(corpus))


def _parts(corpus: Corpus) -> Iterator[str]:
    texts = [words(record.text).texts for record in corpus.records]
    articles = Counter(record.article for record in corpus.records if record.article)
    distinct = len(set().union(*texts))
    yield f"{len(corpus)} passages, {sum(map(len, texts))} words, {distinct} distinct"
    within = sum(articles.values())
    single = len(corpus) - within
    yield f"{len(articles)} whole articles with {within} passages, {single} single passages"
    schemes = sorted({name for record in corpus.records for name in record.labels})
    for scheme in schemes:
        answers = [record.labels[scheme] for record in corpus.records if scheme in record.labels]
        counts = Counter(label for answer in answers for label in answer)
        yield f"\n{scheme}: {len(answers)} labelled, {len(corpus) - len(answers)} not"
        yield _shares(counts, len(answers), "label")
    for trait in _TRAITS:
        counts = Counter(getattr(record, trait) or "(none)" for record in corpus.records)
        yield f"\n{_shares(counts, len(corpus), trait)}"


def _shares(counts: Counter[str], whole: int, head: str) -> str:
    rows = [[name, count, f"{count / whole:.1%}"] for name, count in counts.most_common()]
    return table(rows, [head, "passages", "share"])
