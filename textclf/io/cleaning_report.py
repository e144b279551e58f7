"""The cleaning report: what is read of a text, and what is removed as boilerplate and why."""

from textclf.text.document import Document


def cleaning_report(document: Document, name: str) -> str:
    r"""Return the passages that are read and the spans that are removed, in their order.

    >>> document = Document.read("Rain fell on Swat.\nBack to top")
    >>> print(cleaning_report(document, "rain"), end="")
    == rain
    [1] Rain fell on Swat.
    -- navigation: Back to top
    <BLANKLINE>
    """
    title = document.text[: document.body_start].rstrip("\n")
    parts = [f"== {_one_line(name)}\n"]
    if title:
        parts.append(f"title: {title}\n")
    entries = [
        (one.start, f"-- {one.reason}: {_one_line(document.original[one.start : one.end])}\n")
        for one in document.removed
    ]
    for number, span in enumerate(document.passages, start=1):
        start = document.in_original(span.start, span.end).start
        entries.append((start, f"[{number}] {_one_line(document.text[span.start : span.end])}\n"))
    parts += [text for _, text in sorted(entries)]
    return "".join([*parts, "\n"])


def _one_line(text: str) -> str:
    return " ".join(text.split())
