"""Counts a corpus: what is in it, where it is thin, and how far it fills its plan."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from textclf.codebook.scheme import bundled_schemes, find_scheme
from textclf.corpus.coverage import cells, subjects
from textclf.corpus.records import Corpus
from textclf.corpus.sampling_plan import Plan, bundled_plan
from textclf.errors import CorpusError
from textclf.evaluation.agreement import agreement
from textclf.reports.scores import agreement_report, table
from textclf.text.tokens import words

_TRAITS = ("genre", "region", "period", "style", "seed", "batch", "licence")


def corpus_stats_of_files(files: Sequence[str], plan: Path | None = None) -> str:
    """Return the figures of corpus files; without files, of the shipped corpus and its plan."""
    asked = Plan.read(plan) if plan else None if files else bundled_plan()
    return corpus_stats(Corpus.read(files), asked)


def corpus_stats(corpus: Corpus, plan: Plan | None = None) -> str:
    """Return the figures of a corpus as text, beside those of a plan where there is one."""
    return "\n".join([*_parts(corpus), *(_beside(corpus, plan) if plan else ())])


def coder_agreement(corpus: Corpus) -> str:
    """Return as text how far the two coders of a corpus agree, scheme by scheme.

    Raises CorpusError where no record keeps both answers, `labels_a` and `labels_b`.
    """
    parts = []
    for scheme in [find_scheme(name) for name in bundled_schemes()]:
        both = [
            record
            for record in corpus.passages
            if scheme.name in record.labels_a and scheme.name in record.labels_b
        ]
        if both:
            found = agreement(
                [record.labels_a[scheme.name] for record in both],
                [record.labels_b[scheme.name] for record in both],
                scheme.label_names,
                [record.group for record in both],
            )
            parts.append(agreement_report(scheme.name, found))
    if not parts:
        raise CorpusError("no record keeps two answers; give records with labels_a and labels_b")
    return "\n\n".join(parts)


def _parts(corpus: Corpus) -> Iterator[str]:
    passages = corpus.passages
    texts = [words(record.text).texts for record in passages]
    articles = Counter(record.article for record in passages if record.article)
    distinct = len(set().union(*texts))
    yield f"{len(passages)} passages, {sum(map(len, texts))} words, {distinct} distinct"
    within = sum(articles.values())
    single = len(passages) - within
    yield f"{len(articles)} whole articles with {within} passages, {single} single passages"
    if len(passages) < len(corpus):
        yield f"{len(corpus) - len(passages)} lines of page boilerplate"
    schemes = sorted({name for record in passages for name in record.labels})
    for scheme in schemes:
        answers = [record.labels[scheme] for record in passages if scheme in record.labels]
        counts = Counter(label for answer in answers for label in answer)
        yield f"\n{scheme}: {len(answers)} labelled, {len(passages) - len(answers)} not"
        yield _shares(counts, len(answers), "label")
    for trait in _TRAITS:
        counts = Counter(getattr(record, trait) or "(none)" for record in passages)
        yield f"\n{_shares(counts, len(passages), trait)}"


def _beside(corpus: Corpus, plan: Plan) -> Iterator[str]:
    passages = corpus.passages
    schemes = [find_scheme(name) for name in bundled_schemes()]
    asked = [
        [cell.what, cell.have, cell.least, "" if cell.have >= cell.least else "short"]
        for cell in cells(passages, plan, schemes)
    ]
    yield f"\n{table(asked, ['of the plan', 'have', 'least', ''])}"
    met = [[topic, have, whole] for topic, have, whole in subjects(passages, plan)]
    yield f"\n{table(met, ['sub-subjects of', 'met', 'planned'])}"
    regions = Counter(record.region for record in passages)
    shares = [
        [name, f"{regions[name] / len(passages):.1%}", f"{share:.1%}"]
        for name, share in plan.regions.items()
    ]
    yield f"\n{table(shares, ['region', 'share', 'planned'])}"


def _shares(counts: Counter[str], whole: int, head: str) -> str:
    rows = [[name, count, f"{count / whole:.1%}"] for name, count in counts.most_common()]
    return table(rows, [head, "passages", "share"])
