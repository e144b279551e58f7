"""Shows what is read of a text and what is not, for a person to look over before a long run."""

from textclf.text.document import Document


def read_text(document: Document, name: str) -> str:
    r"""Return a text's paragraphs in their order, those that are not read with the reason.

    >>> print(read_text(Document.read("Rain fell on Swat.\nBack to top"), "rain"), end="")
    == rain
    [1] Rain fell on Swat.
    -- navigation: Back to top
    <BLANKLINE>
    """
    title = document.text[: document.body_start].rstrip("\n")
    parts = [f"== {_line(name)}\n"]
    if title:
        parts.append(f"title: {title}\n")
    passages = document.passages
    marks = [
        (one.start, f"-- {one.reason}: {_line(document.original[one.start : one.end])}\n")
        for one in document.removed
    ]
    for number, span in enumerate(passages, start=1):
        start = document.in_original(span.start, span.end).start
        marks.append((start, f"[{number}] {_line(document.text[span.start : span.end])}\n"))
    parts += [text for _, text in sorted(marks)]
    return "".join([*parts, "\n"])


def _line(text: str) -> str:
    return " ".join(text.split())
