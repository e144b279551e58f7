"""Corpus statistics: counts, shares of labels and metadata, quotas of the sampling plan."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from textclf.codebook.scheme_file import bundled_schemes, find_scheme
from textclf.corpus.answer_files import are_answers, read_answers
from textclf.corpus.records import Corpus, Record
from textclf.corpus.sampling_plan import Plan, bundled_plan, quotas, subjects
from textclf.errors import CorpusError, InputError
from textclf.evaluation.coder_agreement import CodedTexts, disagreements
from textclf.evaluation.coder_agreement import coder_agreement as agreement_of
from textclf.evaluation.coder_tables import texts_by_coder
from textclf.reports.disagreements import agreement_text
from textclf.reports.tables import table
from textclf.text.tokens import words

_DISPUTES = 12
"""Disagreements that are listed, at most."""
_METADATA = ("genre", "region", "period", "style", "seed", "batch", "licence")


def corpus_stats_of_files(files: Sequence[str], plan: Path | None = None) -> str:
    """Return the statistics of corpus files; without files, of the bundled corpus and its plan."""
    quota_plan = Plan.read(plan) if plan else None if files else bundled_plan()
    return corpus_stats(Corpus.read(files), quota_plan)


def corpus_stats(corpus: Corpus, plan: Plan | None = None) -> str:
    """Return the statistics of a corpus as text, with the quotas of a plan if there is one."""
    return "\n".join([*_parts(corpus), *(_quotas(corpus, plan) if plan else ())])


def coder_agreement_of_files(files: Sequence[str]) -> str:
    """Return as text how far coders agree under each scheme; without files, in the bundled corpus.

    Coders who answered on the review page are kept apart by name. Raises CorpusError for records
    without the labels of two coders, and InputError if there is no scheme under which two coders
    answered the same text.
    """
    if not files or not are_answers(files):
        return coder_agreement(Corpus.read(files))
    found, reasons = [], []
    for scheme, records in read_answers(files).items():
        try:
            coded, _ = texts_by_coder(records, scheme)
            found.append(_agreement(scheme, coded, list(coded.answers)))
        except InputError as reason:
            reasons.append(f"{scheme}: {reason}")
    if not found:
        raise InputError("; ".join(reasons))
    return "\n\n".join([*found, *reasons])


def coder_agreement(corpus: Corpus) -> str:
    """Return as text how far the two coders of a corpus agree under each scheme.

    Raises CorpusError if no record has both `labels_a` and `labels_b`.
    """
    passages = corpus.passages
    schemes = {name for one in passages for name in one.labels_a if name in one.labels_b}
    if not schemes:
        raise CorpusError(
            "no record has the labels of two coders; give records with labels_a and labels_b"
        )
    heads = ["first coder", "second coder"]
    return "\n\n".join(
        _agreement(name, _coded_texts(passages, name), heads) for name in sorted(schemes)
    )


def _coded_texts(passages: Sequence[Record], scheme: str) -> CodedTexts:
    """Return the texts that both coders of a corpus have answered."""
    both = [one for one in passages if scheme in one.labels_a and scheme in one.labels_b]
    answers = {
        "first": tuple(one.labels_a[scheme] for one in both),
        "second": tuple(one.labels_b[scheme] for one in both),
    }
    groups = tuple(one.group for one in both)
    return CodedTexts(tuple(one.id for one in both), answers, groups)


def _agreement(scheme: str, coded: CodedTexts, heads: Sequence[str]) -> str:
    """Return how far coders agree under a scheme, and their most frequent disagreements."""
    rows = coded.rows
    differ = Counter(
        tuple(" ".join(one or ()) for one in rows[number]) for number in disagreements(coded)
    )
    disputes = [[*pair, count] for pair, count in differ.most_common(_DISPUTES)]
    return "\n".join(
        [
            f"{scheme}: {agreement_text(agreement_of(coded))}",
            *(["", table(disputes, [*heads, "texts"])] if disputes else []),
        ]
    )


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
