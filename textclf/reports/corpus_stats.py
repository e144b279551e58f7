"""Corpus statistics: counts, shares of labels and metadata, quotas of the sampling plan."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from textclf.codebook.scheme_file import bundled_schemes, find_scheme
from textclf.corpus.records import Corpus
from textclf.corpus.sampling_plan import Plan, bundled_plan, quotas, subjects
from textclf.errors import CorpusError
from textclf.evaluation.agreement import agreement
from textclf.reports.scores import agreement_report
from textclf.reports.tables import table
from textclf.text.tokens import words

_METADATA = ("genre", "region", "period", "style", "seed", "batch", "licence")


def corpus_stats_of_files(files: Sequence[str], plan: Path | None = None) -> str:
    """Return the statistics of corpus files; without files, of the bundled corpus and its plan."""
    quota_plan = Plan.read(plan) if plan else None if files else bundled_plan()
    return corpus_stats(Corpus.read(files), quota_plan)


def corpus_stats(corpus: Corpus, plan: Plan | None = None) -> str:
    """Return the statistics of a corpus as text, with the quotas of a plan if there is one."""
    return "\n".join([*_parts(corpus), *(_quotas(corpus, plan) if plan else ())])


def coder_agreement(corpus: Corpus) -> str:
    """Return as text how far the two coders of a corpus agree under each scheme.

    Raises CorpusError if no record has both `labels_a` and `labels_b`.
    """
    parts = []
    for scheme in [find_scheme(name) for name in bundled_schemes()]:
        both = [
            record
            for record in corpus.passages
            if scheme.name in record.labels_a and scheme.name in record.labels_b
        ]
        if both:
            scores = agreement(
                [record.labels_a[scheme.name] for record in both],
                [record.labels_b[scheme.name] for record in both],
                scheme.label_names,
                [record.group for record in both],
            )
            parts.append(agreement_report(scheme.name, scores))
    if not parts:
        raise CorpusError(
            "no record has the labels of two coders; give records with labels_a and labels_b"
        )
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
        labelled = [record.labels[scheme] for record in passages if scheme in record.labels]
        counts = Counter(label for labels in labelled for label in labels)
        yield f"\n{scheme}: {len(labelled)} labelled, {len(passages) - len(labelled)} not"
        yield _shares(counts, len(labelled), "label")
    for name in _METADATA:
        counts = Counter(getattr(record, name) or "(none)" for record in passages)
        yield f"\n{_shares(counts, len(passages), name)}"


def _quotas(corpus: Corpus, plan: Plan) -> Iterator[str]:
    passages = corpus.passages
    schemes = [find_scheme(name) for name in bundled_schemes()]
    rows = [
        [one.what, one.count, one.minimum, "" if one.count >= one.minimum else "short"]
        for one in quotas(passages, plan, schemes)
    ]
    yield f"\n{table(rows, ['quota', 'count', 'minimum', ''])}"
    covered = [[topic, count, planned] for topic, count, planned in subjects(passages, plan)]
    yield f"\n{table(covered, ['sub-subjects of', 'covered', 'planned'])}"
    regions = Counter(record.region for record in passages)
    shares = [
        [name, f"{regions[name] / len(passages):.1%}", f"{share:.1%}"]
        for name, share in plan.regions.items()
    ]
    yield f"\n{table(shares, ['region', 'share', 'planned'])}"


def _shares(counts: Counter[str], whole: int, head: str) -> str:
    rows = [[name, count, f"{count / whole:.1%}"] for name, count in counts.most_common()]
    return table(rows, [head, "passages", "share"])
