"""Writes docs/api.md: signature and docstring of every public name of textclf.

It reads the source and imports nothing, so that the page does not depend on the Python that runs.

    python scripts/api_page.py
"""

import ast
import re
from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "textclf"
PAGE = ROOT / "docs" / "api.md"

_HEAD = """# Public names

This page lists every name that `import textclf` offers, with its signature.
`scripts/api_page.py` writes it from the docstrings; [python.md](python.md) shows the names at work.
"""
_QUOTE = "'"
_WIDTH = 88
"""Characters of a signature on one line."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def api_page() -> str:
    """Return the page as Markdown."""
    parts = [_HEAD]
    for module, name in _public_names():
        tree = ast.parse((PACKAGE / f"{module.replace('.', '/')}.py").read_text("utf-8"))
        found = [node for node in tree.body if getattr(node, "name", None) == name]
        parts.append(f"## {name}\n")
        for node in found[-1:]:
            if isinstance(node, ast.ClassDef):
                parts += _of_class(node)
            elif isinstance(node, Function):
                parts += _of_functions([one for one in found if isinstance(one, Function)])
        if not found:
            parts.append("The version, as text.\n")
    return "\n".join(parts)


def _public_names() -> Iterator[tuple[str, str]]:
    """Yield module and name of what the stub imports, sorted by name."""
    stub = ast.parse((PACKAGE / "__init__.pyi").read_text("utf-8"))
    pairs = [
        (alias.name, str(node.module))
        for node in stub.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    ]
    for name, module in sorted(pairs, key=lambda pair: pair[0].lower()):
        yield module, name


def _of_class(node: ast.ClassDef) -> Iterator[str]:
    bases = [ast.unparse(base) for base in node.bases]
    methods = [one for one in node.body if isinstance(one, Function)]
    init = next((one for one in methods if one.name == "__init__"), None)
    listed = f"({', '.join(bases)})" if bases else ""
    made = _signature(init, node.name) if init else f"{node.name}{listed}"
    yield f"```python\nclass {made.removesuffix(' -> None')}\n```\n"
    if init and bases:
        yield f"Bases: {', '.join(f'`{base}`' for base in bases)}.\n"
    yield _text(ast.get_docstring(node))
    yield from _fields(node)
    for name in dict.fromkeys(one.name for one in methods if not one.name.startswith("_")):
        yield f"### {node.name}.{name}\n"
        yield from _of_functions([one for one in methods if one.name == name])


def _fields(node: ast.ClassDef) -> Iterator[str]:
    """Yield a list of the fields of a class, or of the members of an enumeration."""
    rows = []
    for one, after in zip(node.body, [*node.body[1:], None], strict=True):
        doc = ""
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            doc = " ".join(cleandoc(str(after.value.value)).split())
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name):
            name, kind = one.target.id, f": {ast.unparse(one.annotation)}"
            default = _default(one.value)
        elif isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name):
            name, kind, default = one.targets[0].id, "", f" = {ast.unparse(one.value)}"
        else:
            continue
        if not name.startswith("_"):
            rows.append(f"- `{name}{kind}{default}`{f': {doc}' if doc else ''}\n")
    if rows:
        yield "".join(rows)


def _default(value: ast.expr | None) -> str:
    """Return the default of a field, also of one that `dataclasses.field` describes."""
    if isinstance(value, ast.Call) and ast.unparse(value.func) == "field":
        given = {one.arg: one.value for one in value.keywords}
        factory = given.get("default_factory")
        return f" = {ast.unparse(factory)}()" if factory else _default(given.get("default"))
    return f" = {ast.unparse(value)}" if value else ""


def _of_functions(nodes: list[Function]) -> Iterator[str]:
    """Yield the signatures of a function, those of its overloads if it has some, and its text."""
    shown = nodes[:-1] or nodes
    names = {ast.unparse(one) for one in nodes[-1].decorator_list}
    if names & {"property", "cached_property"}:
        returns = nodes[-1].returns
        lines = [f"{nodes[-1].name}: {ast.unparse(returns) if returns else 'Any'}  # property"]
    else:
        way = "@classmethod\n" if "classmethod" in names else ""
        lines = [f"{way}def {_signature(one, one.name)}" for one in shown]
    yield "```python\n{}\n```\n".format("\n".join(lines))
    yield _text(ast.get_docstring(nodes[-1]))


def _signature(node: Function, name: str) -> str:
    """Return name, parameters and result; a long list has one parameter a line."""
    arguments = node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    lacking = [None] * (len(positional) - len(arguments.defaults))
    pairs = list(zip(positional, [*lacking, *arguments.defaults], strict=True))
    parts = [_parameter(one, value) for one, value in pairs if one.arg not in ("self", "cls")]
    if arguments.vararg:
        parts.append(f"*{_parameter(arguments.vararg, None)}")
    elif arguments.kwonlyargs:
        parts.append("*")
    parts += map(_parameter, arguments.kwonlyargs, arguments.kw_defaults)
    result = f" -> {ast.unparse(node.returns).strip(_QUOTE)}" if node.returns else ""
    line = f"{name}({', '.join(parts)}){result}"
    if len(line) <= _WIDTH:
        return line
    return f"{name}(\n{''.join(f'    {part},{chr(10)}' for part in parts)}){result}"


def _parameter(argument: ast.arg, default: ast.expr | None) -> str:
    kind = f": {ast.unparse(argument.annotation)}" if argument.annotation else ""
    if default is None:
        return f"{argument.arg}{kind}"
    return f"{argument.arg}{kind}{' = ' if kind else '='}{ast.unparse(default)}"


def _text(docstring: str | None) -> str:
    """Return a docstring as Markdown, its examples in blocks."""
    paragraphs = re.split(r"\n\s*\n", docstring or "")
    blocks = [
        f"```pycon\n{one}\n```" if one.startswith(">>>") else " ".join(one.split())
        for one in paragraphs
    ]
    return "\n\n".join(blocks) + "\n"


if __name__ == "__main__":
    PAGE.write_text(api_page(), "utf-8")
    print(f"wrote {PAGE}")
