"""All that a model is, in memory: its scheme, its linear form, its decision and its card."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from textclf._lazy_numpy import np
from textclf.codebook.scheme import Scheme
from textclf.scoring.weights import DecisionRule, LinearWeights


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A trained model, wholly data: what a model file holds."""

    scheme: Scheme
    form: LinearWeights
    decision: DecisionRule
    card: Mapping[str, Any]
    """What it was trained on, how well it did out of fold, and what it may be used for."""

    def strongest(self, label: str, most: int) -> tuple[str, ...]:
        """Return the words and word runs that speak most for a label, strongest first.

        Strong is what weighs much beside its part in the norm, in a view of words.
        """
        place = self.scheme.index(label)
        found: list[tuple[float, str]] = []
        for view in self.form.views:
            if view.view.analyzer == "word":
                strength = view.weights[:, place] / view.scale
                top = np.argsort(-strength, kind="stable")[:most]
                found += [(float(strength[i]), view.terms[i]) for i in top]
        ranked = sorted(found, key=lambda one: (-one[0], one[1]))
        return tuple(dict.fromkeys(term for _, term in ranked))[:most]

    def abstain_for(self, share: float) -> float:
        """Return the probability below which to abstain so that a share of texts is answered.

        It is read off the card, from texts out of fold, between two shares interpolated.
        """
        rows = sorted(self.card["out_of_fold"]["coverage"], key=lambda row: float(row["answered"]))
        shares = [row["answered"] for row in rows]
        return float(np.interp(share, shares, [row["abstain"] for row in rows]))
