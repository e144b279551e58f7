"""Writes a scheme file for a person to fill in."""

import json
from collections.abc import Sequence
from pathlib import Path

from textclf.codebook.scheme import Scheme, infer_scheme
from textclf.errors import SchemeError, choices


def new_scheme_file(path: Path, name: str, labels: Sequence[str], kind: str) -> None:
    """Write a scheme file to fill in; raises SchemeError where it would overwrite one."""
    if kind not in {"single", "multi"}:
        raise SchemeError(f"kind cannot be {kind!r}; {choices(kind, ['single', 'multi'])}")
    scheme = infer_scheme(name, labels, kind)  # type: ignore[arg-type]
    lines = [
        "format = 2",
        f"name = {_quoted(scheme.name)}",
        'version = "0.1"',
        f"title = {_quoted(scheme.name.replace('_', ' ').capitalize())}",
        'question = "What does a coder answer about each text?"',
        f"kind = {_quoted(kind)}  # single: one label a text; multi: any number",
        'unit = "document"  # or "passage"',
        'tie_breaks = "What decides between two labels that both fit?"',
        *(_rules(scheme)),
    ]
    other = _quoted(scheme.label_names[0])
    for label in scheme.labels:
        lines += [
            "",
            "[[labels]]",
            f"name = {_quoted(label.name)}",
            'definition = "What makes a text take this label?"',
            'includes = ["a case that belongs here"]',
            f'# excludes = [{{ case = "only looks like it", to = {other} }}]',
        ]
    lines += [
        "",
        "# Hard cases that you meet, and how you ruled:",
        "# [[edge_cases]]",
        '# case = "..."',
    ]
    lines += [f"# label = {other}", ""]
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write("\n".join(lines))
    except FileExistsError:
        raise SchemeError(f"{path}: is there already; name another file with --output") from None
    except OSError as reason:
        raise SchemeError(f"{path}: cannot be written: {reason.strerror}") from None


def _rules(scheme: Scheme) -> list[str]:
    first = _quoted(scheme.label_names[0])
    if scheme.kind == "single":
        return [
            f"# any_passage = {first}  # a document takes it where any passage does",
            f"# mean_over = {first}  # it takes another of a mean probability of mean_least",
        ]
    return [
        "# at_least_one = true  # a text never goes without a label",
        f"# implies = {{ {_quoted(scheme.label_names[-1])} = [{first}] }}",
    ]


def _quoted(text: str) -> str:
    """Return a TOML basic string: JSON's strings are ones."""
    return json.dumps(text, ensure_ascii=False)
