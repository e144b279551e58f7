"""Text report of proposed labels: coverage and conflicts of the seed terms."""

from textclf.reports.tables import table
from textclf.training.weak_labels import Proposals

_CONFLICTS = 8


def proposals_report(found: Proposals) -> str:
    """Return how many texts got a proposal, and the coverage of each label's terms."""
    texts = len(found.proposals)
    made = sum(bool(one.record.labels) for one in found.proposals)
    bare = sum(not one.hits for one in found.proposals)
    torn = sum(len(one.hits) > 1 for one in found.proposals)
    rows = [[one.label, one.terms, one.held, one.alone, one.proposed] for one in found.coverage]
    return "\n".join(
        [
            f"{made} of {texts} texts got a proposal",
            f"{bare} hold no term, {torn} hold terms of several labels",
            "",
            table(rows, ["label", "terms", "texts with one", "with no other's", "proposed"]),
            *(["", "terms of both:"] if found.conflicts else []),
            *(f"{a} and {b}: {n} texts" for a, b, n in found.conflicts[:_CONFLICTS]),
        ]
    )
