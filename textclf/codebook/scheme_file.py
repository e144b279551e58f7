"""Scheme files: reads a scheme from a TOML file, finds bundled ones, and starts a new file."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from textclf._atomic_file import open_atomic
from textclf.codebook.aggregation_rule import (
    OLD_KEYS,
    Aggregation,
    aggregation_from_dict,
    aggregation_from_old_keys,
)
from textclf.codebook.scheme import EdgeCase, Exclusion, Kind, Label, Scheme, Unit, infer_scheme
from textclf.codebook.toml_table import TomlTable
from textclf.errors import SchemeError, choices

_FORMAT = 2
_BUNDLED = Path(__file__).parent / "schemes"


def find_scheme(name: str) -> Scheme:
    """Return the scheme of a `.toml` file, or the bundled scheme of that name."""
    return read_scheme(scheme_path(name))


def scheme_path(name: str) -> Path:
    """Return the file of a scheme, given as a `.toml` file or by the name of a bundled scheme."""
    path = Path(name)
    if path.suffix == ".toml":
        return path
    if name in bundled_schemes():
        return _BUNDLED / f"{name}.toml"
    raise SchemeError(
        f"there is no scheme {name!r}: give a .toml file, or a bundled scheme; "
        f"{choices(name, bundled_schemes())}"
    )


def bundled_schemes() -> tuple[str, ...]:
    """Return the names of the schemes that are part of textclf."""
    return tuple(sorted(path.stem for path in _BUNDLED.glob("*.toml")))


def read_scheme(path: Path) -> Scheme:
    """Return the scheme of a TOML file; raises SchemeError with the file and the key."""
    table = TomlTable.read(path, SchemeError)
    labels, edge_cases = table.tables("labels"), table.tables("edge_cases")
    if table.number("format") != _FORMAT:
        raise table.wrong(
            "format",
            f"must be {_FORMAT}; in a file of format 1 rename takes to includes, leaves to "
            "excludes, ties to tie_breaks and rulings to edge_cases",
        )
    try:
        scheme = Scheme(
            name=table.text("name"),
            title=table.text("title"),
            question=table.text("question"),
            kind=cast("Kind", table.one_of("kind", ("single", "multi"))),
            unit=cast("Unit", table.one_of("unit", ("document", "passage"), "document")),
            version=table.text("version"),
            source=table.text("source", ""),
            tie_breaks=table.text("tie_breaks", ""),
            aggregation=_aggregation(table),
            lead_words=table.numbers("lead_words"),
            prior=tuple(table.shares("prior").items()),
            prior_source=table.text("prior_source", ""),
            limits=table.text("limits", ""),
            at_least_one=table.flag("at_least_one"),
            implies=tuple(table.mapping("implies").items()),
            labels=tuple(_label(label) for label in labels),
            edge_cases=tuple(_edge_case(edge_case) for edge_case in edge_cases),
        )
    except SchemeError as reason:
        where = str(reason)
        raise SchemeError(where if where.startswith(str(path)) else f"{path}: {where}") from None
    table.close()
    return scheme


def new_scheme_file(path: Path, name: str, labels: Sequence[str], kind: str) -> None:
    """Write a scheme file to fill in; raises SchemeError if the file exists already."""
    if kind not in {"single", "multi"}:
        raise SchemeError(f"kind cannot be {kind!r}; {choices(kind, ['single', 'multi'])}")
    scheme = infer_scheme(name, labels, kind)  # type: ignore[arg-type]
    lines = [
        "format = 2",
        f"name = {_quoted(scheme.name)}",
        'version = "0.1"',
        f"title = {_quoted(scheme.name.replace('_', ' ').capitalize())}",
        'question = "What does a coder answer about each text?"',
        f"kind = {_quoted(kind)}  # single: one label for each text; multi: any number",
        'unit = "document"  # or "passage"',
        'tie_breaks = "What decides between two labels that both fit?"',
        *_rules(scheme),
    ]
    other = _quoted(scheme.label_names[0])
    for label in scheme.labels:
        lines += [
            "",
            "[[labels]]",
            f"name = {_quoted(label.name)}",
            'definition = "What must a text say to have this label?"',
            'includes = ["a case that belongs here"]',
            f'# excludes = [{{ case = "only looks like it", to = {other} }}]',
        ]
    lines += [
        "",
        "# Hard cases, and the label that you decided for each:",
        "# [[edge_cases]]",
        '# case = "..."',
    ]
    lines += [f"# label = {other}", ""]
    try:
        with open_atomic(path, new=True) as stream:
            stream.write("\n".join(lines).encode())
    except FileExistsError:
        raise SchemeError(f"{path}: exists already; name another file with --output") from None
    except OSError as reason:
        raise SchemeError(f"{path}: cannot be written: {reason.strerror}") from None


def _aggregation(table: TomlTable) -> Aggregation | None:
    """Return the rule of the table `[aggregation]`, or of the older keys; None for no rule."""
    rule = table.value("aggregation")
    old = {key: table.value(key) for key in OLD_KEYS if key in table.keys}
    if rule is None:
        return aggregation_from_old_keys(**old)
    if old:
        raise table.wrong(next(iter(old)), "is an older form of [aggregation]; delete it")
    return aggregation_from_dict(rule)


def _label(table: TomlTable) -> Label:
    excludes = table.tables("excludes")
    label = Label(
        name=table.text("name"),
        title=table.text("title", ""),
        definition=table.text("definition"),
        code=table.text("code", ""),
        includes=table.texts("includes"),
        excludes=tuple(
            Exclusion(exclusion.text("case"), exclusion.text("to")) for exclusion in excludes
        ),
    )
    for part in (*excludes, table):
        part.close()
    return label


def _edge_case(table: TomlTable) -> EdgeCase:
    edge_case = EdgeCase(table.text("case"), table.text("label"), table.text("key", ""))
    table.close()
    return edge_case


def _rules(scheme: Scheme) -> list[str]:
    """Return the lines with the rules of a scheme; all are comments for the user to take up."""
    first, last = _quoted(scheme.label_names[0]), _quoted(scheme.label_names[-1])
    if scheme.kind == "multi":
        return [
            "# at_least_one = true  # every text has a label",
            f"# implies = {{ {last} = [{first}] }}",
        ]
    return [
        "",
        "# How passages decide the label of a document; without this table it is read whole.",
        "# Take one of the three rules:",
        "# [aggregation]",
        '# rule = "any"  # the label, if any passage has it',
        f"# label = {first}",
        '# rule = "plurality"  # the label of the most passages, else the default',
        f"# default = {last}",
        "# min_passages = 2",
        "# min_share = 0.3",
        '# rule = "mean"  # the label of the greatest mean probability, else the default',
        f"# default = {last}",
        "# min_mean = 0.5",
    ]


def _quoted(text: str) -> str:
    """Return a TOML basic string; every JSON string is one."""
    return json.dumps(text, ensure_ascii=False)
