"""Proposals for a codebook: what coders met while they coded, and a scheme file with it merged in.

A file of proposals is JSON lines. Each has what is proposed, the label it speaks of, and the
article that is its example.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unicodedata import category

from textclf._atomic_file import open_atomic
from textclf.codebook.scheme import Scheme
from textclf.codebook.scheme_file import read_scheme, scheme_path
from textclf.errors import SchemeError, choices

KINDS = ("edge_case", "says_it", "looks_like_it")
"""A hard case; a term that says a label; a term that looks like another label only."""
LONGEST = 500
"""Characters of a case or a term, at most."""
_VERSION = re.compile(r'^(version\s*=\s*")([^"]*)(")', re.MULTILINE)
_KEY_WORDS = 4


@dataclass(frozen=True, slots=True)
class Proposal:
    """One proposal. Raises SchemeError for one that makes no sense."""

    kind: str
    text: str
    """The case in words, or the term."""
    label: str
    scheme: str
    """Name, version and short digest of the scheme it was made under."""
    coder: str = ""
    time: str = ""
    article: str = ""
    """The id of the article that is its example."""
    note: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise SchemeError(f"there is no proposal {self.kind!r}; {choices(self.kind, KINDS)}")
        if not self.text.strip() or len(self.text) > LONGEST:
            raise SchemeError(f"a proposal must have 1 to {LONGEST} characters")
        for character in " ".join(self.text.split()):
            if category(character) in {"Cc", "Cs"}:
                raise SchemeError(
                    f"a proposal may not have the character U+{ord(character):04X}; leave it out"
                )

    def case(self) -> str:
        """Return the edge case that it becomes.

        >>> Proposal("says_it", "pogrom", "mention", "sectarian_violence 1.3").case()
        'the term "pogrom"'
        """
        words = " ".join(self.text.split())
        if self.kind == "edge_case":
            return words
        only = ", which only looks like another label" if self.kind == "looks_like_it" else ""
        return f'the term "{words}"{only}'

    def as_dict(self) -> dict[str, Any]:
        """Return the plain data of its JSON line, without empty fields."""
        return {name: value for name, value in asdict(self).items() if value}


def read_proposals(path: Path, scheme: Scheme) -> list[Proposal]:
    """Return the proposals of a file that are for a scheme.

    Raises SchemeError with file and line for a line that is no proposal, or has a label that the
    scheme does not have.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as reason:
        why = getattr(reason, "strerror", None) or "it is not UTF-8"
        raise SchemeError(f"{path}: cannot be read: {why}") from None
    found = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            proposal = _proposal(json.loads(line))
            if proposal.scheme.partition(" ")[0] == scheme.name:
                scheme.index(proposal.label)
                found.append(proposal)
        except (ValueError, SchemeError) as reason:
            raise SchemeError(f"{path}:{number}: is no proposal: {reason}") from None
    return found


def merge_proposals(name: str, files: Sequence[Path], output: Path | None) -> list[Proposal]:
    """Return the proposals of files for a scheme; with an output, write the scheme with them.

    The output may be the file of the scheme itself. Raises SchemeError for a scheme, a proposal or
    a result that is wrong; nothing is written then.
    """
    path = scheme_path(name)
    scheme = read_scheme(path)
    found = [proposal for file in files for proposal in read_proposals(file, scheme)]
    if output is None or not found:
        return found
    text = merged(path.read_text("utf-8-sig"), scheme, found)
    try:
        with TemporaryDirectory() as folder:
            trial = Path(folder) / output.name
            trial.write_text(text, "utf-8")
            read_scheme(trial)
        with open_atomic(output) as stream:
            stream.write(text.encode())
    except OSError as reason:
        raise SchemeError(f"{output}: cannot be written: {reason.strerror}") from None
    return found


def merged(text: str, scheme: Scheme, proposals: Sequence[Proposal]) -> str:
    """Return the text of a scheme file with proposals as edge cases, under the next version.

    Everything else, comments too, stays as it is. A case that the scheme has is left out.
    """
    known = {edge_case.case for edge_case in scheme.edge_cases}
    keys = {edge_case.key for edge_case in scheme.edge_cases}
    blocks = []
    for proposal in proposals:
        case = proposal.case()
        if case in known:
            continue
        known.add(case)
        key = _key(proposal.text, keys)
        keys.add(key)
        blocks.append(
            f"[[edge_cases]]\nkey = {json.dumps(key)}\n"
            f"case = {json.dumps(case, ensure_ascii=False)}\n"
            f"label = {json.dumps(proposal.label, ensure_ascii=False)}\n"
        )
    if not blocks:
        return text
    raised = _VERSION.sub(lambda one: f"{one[1]}{next_version(one[2])}{one[3]}", text, count=1)
    return f"{raised.rstrip()}\n{''.join(blocks)}"


def next_version(version: str) -> str:
    """Return the version that follows.

    >>> next_version("1.4"), next_version("2"), next_version("draft")
    ('1.5', '2.1', 'draft.1')
    """
    head, dot, last = version.rpartition(".")
    return f"{head}.{int(last) + 1}" if dot and last.isdecimal() else f"{version}.1"


def _proposal(data: object) -> Proposal:
    names = [field.name for field in fields(Proposal)]
    if not isinstance(data, dict) or not all(isinstance(one, str) for one in data.values()):
        raise SchemeError("it is not a JSON object of texts")
    for name in data:
        if name not in names:
            raise SchemeError(f"there is no field {name!r}; {choices(name, names)}")
    for name in ("kind", "text", "label", "scheme"):
        if name not in data:
            raise SchemeError(f"{name} is missing")
    return Proposal(**data)


def _key(text: str, taken: set[str]) -> str:
    """Return a short name that no edge case has."""
    words = re.findall(r"[a-z0-9]+", text.lower())[:_KEY_WORDS]
    base = "_".join(words) or "case"
    number = 2
    key = base
    while key in taken:
        key, number = f"{base}_{number}", number + 1
    return key
