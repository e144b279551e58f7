"""Seed terms: words and phrases that indicate a label, listed before any text is labelled.

Each scheme has one TOML file of seed terms.
"""

from dataclasses import dataclass
from pathlib import Path

from textclf._resources import bundled_path
from textclf.codebook.scheme import Scheme
from textclf.codebook.toml_table import TomlTable
from textclf.errors import CorpusError, choices
from textclf.text.lexicon import QUOTATION, Lexicon

_FORMAT = 1
_SENTENCES = "characters_within", "characters_without", "words_within", "words_without"


@dataclass(frozen=True, slots=True)
class TermGroup:
    """The terms of one sub-subject, the most typical first."""

    name: str
    terms: tuple[str, ...]
    label: str = ""
    """The label that each term indicates by itself; empty if no term does."""
    role: str = ""
    """The role of the group in its scheme, such as `identity` or `violence`."""


@dataclass(frozen=True, slots=True)
class TermList:
    """The seed terms of a scheme."""

    scheme: str
    groups: tuple[TermGroup, ...]
    characters_within: tuple[str, ...] = ()
    """Roles: character n-grams are learned only in sentences with a term of one of them."""
    characters_without: tuple[str, ...] = ()
    """Roles: character n-grams are not learned in sentences with a term of one of them. Every
    sentence with a quotation mark has the role `quotation`.
    """
    words_within: tuple[str, ...] = ()
    """As `characters_within`, for words."""
    words_without: tuple[str, ...] = ()
    """As `characters_without`, for words."""

    @classmethod
    def read(cls, path: Path, scheme: Scheme) -> "TermList":
        """Return the terms of a file; raises CorpusError with file, group and term."""
        table = TomlTable.read(path, CorpusError)
        if table.number("format") != _FORMAT:
            raise table.wrong("format", f"must be {_FORMAT}: this textclf reads no other")
        if table.text("scheme") != scheme.name:
            raise table.wrong(
                "scheme", f"must be {scheme.name!r}: these terms are another scheme's"
            )
        groups = tuple(_group(group, scheme) for group in table.tables("groups"))
        chosen = [_roles(table, key, groups) for key in _SENTENCES]
        table.close()
        _refuse_repeats(groups, str(path))
        return cls(scheme.name, groups, *chosen)

    def by_label(self) -> dict[str, tuple[str, ...]]:
        """Return the terms that indicate each label by themselves."""
        terms_of: dict[str, list[str]] = {}
        for group in self.groups:
            if group.label:
                terms_of.setdefault(group.label, []).extend(group.terms)
        return {label: tuple(terms) for label, terms in terms_of.items()}

    def lexicon(self) -> Lexicon | None:
        """Return the lexicon of the terms of each role; None if no group has a role."""
        roles: dict[str, list[str]] = {}
        for group in self.groups:
            if group.role:
                roles.setdefault(group.role, []).extend(group.terms)
        return Lexicon(tuple((r, tuple(t)) for r, t in roles.items())) if roles else None

    def all(self) -> frozenset[str]:
        """Return the terms of all groups, lower-cased."""
        return frozenset(term.lower() for group in self.groups for term in group.terms)


def bundled_terms(scheme: Scheme) -> TermList | None:
    """Return the bundled terms of a scheme, if there are any."""
    path = bundled_path("seeds") / "terms" / f"{scheme.name}.toml"
    return TermList.read(path, scheme) if path.is_file() else None


def _roles(table: TomlTable, key: str, groups: tuple[TermGroup, ...]) -> tuple[str, ...]:
    """Return the roles under a key; each must be the role of a group."""
    roles = {group.role for group in groups if group.role} | {QUOTATION}
    named = table.texts(key)
    unknown = next((role for role in named if role not in roles), None)
    if unknown is not None:
        raise table.wrong(key, f"there is no role {unknown!r}; {choices(unknown, sorted(roles))}")
    return named


def _group(table: TomlTable, scheme: Scheme) -> TermGroup:
    group = TermGroup(
        table.text("name"), table.texts("terms"), table.text("label", ""), table.text("role", "")
    )
    if group.label and group.label not in scheme.label_names:
        raise table.wrong(
            "label", f"cannot be {group.label!r}; {choices(group.label, scheme.label_names)}"
        )
    table.close()
    return group


def _refuse_repeats(groups: tuple[TermGroup, ...], place: str) -> None:
    seen: dict[tuple[str, str], str] = {}
    for group in groups:
        for term in group.terms:
            key = (group.label or group.name, term.lower())
            if key in seen:
                raise CorpusError(
                    f"{place}: {term!r} is in group {group.name!r} and in {seen[key]!r}; "
                    "keep one of them"
                )
            seen[key] = group.name
