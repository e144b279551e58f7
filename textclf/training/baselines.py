"""Baselines that a model must exceed: the most frequent label, and a count of keywords.

Keywords are the seed terms of the scheme if there are any. Else they are, for each label, the words
with the highest log-likelihood ratio (Dunning 1993), as nltk computes it. Words are compared by
their stems (Porter's Snowball stemmer, from nltk).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from nltk.metrics.association import BigramAssocMeasures
from nltk.stem.snowball import SnowballStemmer
from numpy.typing import NDArray

from textclf.codebook.scheme import Scheme
from textclf.codebook.scheme_file import bundled_schemes
from textclf.corpus.records import Answer, Corpus
from textclf.corpus.term_lists import TermList, bundled_terms
from textclf.text.tokens import words

_FOLDS = 5
_KEYWORDS = 20
"""Keywords of each label that are learned."""
_FEW = 3
"""A word in fewer texts is no keyword."""
_LONGEST = 8
"""The number of words in the longest seed term that is looked for."""


class Stems:
    """Turns texts into lists of stems, each distinct word stemmed once."""

    def __init__(self) -> None:
        self._stemmer = SnowballStemmer("english")
        self._known: dict[str, str] = {}

    def of(self, text: str) -> list[str]:
        """Return the stems of a text's words, in order.

        >>> Stems().of("bombs and bombings")
        ['bomb', 'and', 'bomb']
        """
        stems = []
        for word in words(text).texts:
            if word not in self._known:
                self._known[word] = self._stemmer.stem(word)
            stems.append(self._known[word])
        return stems


def baseline_answers(
    corpus: Corpus,
    scheme: Scheme,
    terms: TermList | None,
    folds: Sequence[tuple[NDArray[np.intp], NDArray[np.intp]]],
    first: int = 0,
) -> dict[str, list[Answer]]:
    """Return the answers of each baseline for the records from the first one on."""
    answers = corpus.answers(scheme)[first:]
    return {
        "keywords": keyword_answers(corpus, scheme, terms, folds)[first:],
        "majority": [majority(answers)] * len(answers),
    }


def keyword_baseline(corpus: Corpus, scheme: Scheme) -> dict[str, list[Answer]]:
    """Return the answers of the keyword rule for texts that a model is evaluated on.

    It looks for the bundled terms of the scheme; without these, for words that it learns from the
    other folds of the texts. Empty if there are too few groups of texts for folds.
    """
    terms = bundled_terms(scheme) if scheme.name in bundled_schemes() else None
    groups = {name: number for number, name in enumerate(sorted({r.group for r in corpus.records}))}
    if len(groups) < _FOLDS:
        return {}
    fold = np.array([groups[record.group] % _FOLDS for record in corpus.records])
    folds = [(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in range(_FOLDS)]
    return {"keywords": keyword_answers(corpus, scheme, terms, folds)}


def majority(answers: Sequence[Answer]) -> Answer:
    """Return the most frequent answer; of equals, the first in the alphabet."""
    counts = Counter(answers)
    return min(counts, key=lambda answer: (-counts[answer], answer))


def keyword_answers(
    corpus: Corpus,
    scheme: Scheme,
    terms: TermList | None,
    folds: Sequence[tuple[NDArray[np.intp], NDArray[np.intp]]],
) -> list[Answer]:
    """Return the answer of the keyword rule for each record, learned from the other folds."""
    stems = Stems()
    stemmed = [stems.of(record.text) for record in corpus.records]
    answers = corpus.answers(scheme)
    predicted: list[Answer] = [()] * len(stemmed)
    for train, test in folds:
        known = [answers[index] for index in train]
        if terms is None:
            rule = Keywords.learned(scheme, [stemmed[index] for index in train], known)
        else:
            rule = Keywords.of_terms(scheme, terms.by_label(), known, stems)
        for index in test:
            predicted[index] = rule.answer(stemmed[index])
    return predicted


@dataclass(frozen=True, slots=True)
class Keywords:
    """A rule that counts, for each label, how many of its keywords a text has."""

    scheme: Scheme
    keywords: Mapping[str, frozenset[str]]
    """For each label, stems, or sequences of stems separated by blanks."""
    otherwise: Answer
    """The answer for a text without a keyword."""
    longest: int = 1
    """The number of words in the longest keyword."""

    @classmethod
    def of_terms(
        cls,
        scheme: Scheme,
        terms: Mapping[str, Sequence[str]],
        answers: Sequence[Answer],
        stems: Stems,
    ) -> "Keywords":
        """Return the rule of a scheme's seed terms."""
        keywords = {
            label: frozenset(" ".join(stems.of(term)) for term in terms.get(label, ()))
            for label in scheme.label_names
        }
        return cls(scheme, keywords, majority(answers), _LONGEST)

    @classmethod
    def learned(
        cls, scheme: Scheme, texts: Sequence[Sequence[str]], answers: Sequence[Answer]
    ) -> "Keywords":
        """Return the rule of the words with the highest ratio for each label; texts are stems."""
        overall: Counter[str] = Counter()
        inside: dict[str, Counter[str]] = {label: Counter() for label in scheme.label_names}
        for text, answer in zip(texts, answers, strict=True):
            present = set(text)
            overall.update(present)
            for label in set(answer):
                inside[label].update(present)
        having = Counter(label for answer in answers for label in set(answer))
        keywords = {}
        for label, counts in inside.items():
            scored = {
                stem: BigramAssocMeasures.likelihood_ratio(
                    count, (overall[stem], having[label]), len(texts)
                )
                for stem, count in counts.items()
                if overall[stem] >= _FEW and count / having[label] > overall[stem] / len(texts)
            }
            best = sorted(scored, key=lambda stem: (-scored[stem], stem))[:_KEYWORDS]
            keywords[label] = frozenset(best)
        return cls(scheme, keywords, majority(answers))

    def hits(self, stems: Sequence[str]) -> dict[str, int]:
        """Return how many keywords of each label a text has; the text is given as stems."""
        grams = {
            " ".join(stems[i : i + n])
            for n in range(1, self.longest + 1)
            for i in range(len(stems) - n + 1)
        }
        return {label: len(keys & grams) for label, keys in self.keywords.items()}

    def answer(self, stems: Sequence[str]) -> Answer:
        """Return the labels of a text, which is given as stems."""
        hits = self.hits(stems)
        most = max(hits.values())
        if not most:
            return self.otherwise
        if self.scheme.kind == "multi":
            return tuple(label for label, count in hits.items() if count * 2 >= most)
        return (max(hits, key=lambda label: hits[label]),)
