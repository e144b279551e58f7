"""A trained model in memory: its scheme, its linear weights, its decision rule and its card."""

from dataclasses import dataclass

from textclf._lazy_numpy import np
from textclf.codebook.scheme import Scheme
from textclf.model.card import ModelCard
from textclf.scoring.decision_rule import DecisionRule
from textclf.scoring.weights import LinearWeights
from textclf.text.features import WordNgrams


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A trained model: the data of a model file."""

    scheme: Scheme
    linear_weights: LinearWeights
    decision: DecisionRule
    card: ModelCard
    digest: str = ""
    """The SHA-256 that the header of the model file states, which covers all parts of the file;
    empty if the model was not read from a file."""

    @property
    def name_and_digest(self) -> str:
        """The name and version of the scheme it learned, and the first twelve digits of `digest`.

        It names one trained model: the same scheme can have several.
        """
        return " ".join([self.scheme.name, self.scheme.version, self.digest[:12]]).rstrip()

    def __repr__(self) -> str:
        terms = sum(len(part.terms) for part in self.linear_weights.groups)
        return f"<Model {self.scheme.id}: {len(self.scheme.labels)} labels, {terms:,} features>"

    def strongest(self, label: str, most: int) -> tuple[str, ...]:
        """Return the words and word n-grams with the greatest weight for a label, in that order.

        The weight is divided by the normalization weight (idf), so that rare terms do not lead.
        Only feature groups of words are read.
        """
        column = self.scheme.index(label)
        candidates: list[tuple[float, str]] = []
        for part in self.linear_weights.groups:
            if isinstance(part.group, WordNgrams):
                strength = part.weights[:, column] / part.idf
                top = np.argsort(-strength, kind="stable")[:most]
                candidates += [(float(strength[i]), part.terms[i]) for i in top]
        ranked = sorted(candidates, key=lambda one: (-one[0], one[1]))
        return tuple(dict.fromkeys(term for _, term in ranked))[:most]

    def abstain_for(self, share: float) -> float:
        """Return the probability below which to abstain, so that a share of texts is answered.

        It is interpolated between the coverage levels of the card.
        """
        levels = sorted(self.card.cross_validation.coverage)
        shares = [level.answered for level in levels]
        return float(np.interp(share, shares, [level.abstain for level in levels]))
