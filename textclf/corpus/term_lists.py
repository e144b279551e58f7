"""Seed terms: words and phrases that point to a label, written down before any text is labelled.

They lie in TOML files, one a scheme. This room knows schemes, but no documents and no models.
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
    """Terms of one sub-subject, the most telling first."""

    name: str
    terms: tuple[str, ...]
    label: str = ""
    """The label that each of them points to by itself; empty where none does alone."""
    role: str = ""
    """What the group is to its scheme, such as `identity` or `violence`."""


@dataclass(frozen=True, slots=True)
class TermList:
    """The seed terms of a scheme."""

    scheme: str
    groups: tuple[TermGroup, ...]
    characters_within: tuple[str, ...] = ()
    """Roles: characters are learned only in sentences that hold a term of one of them."""
    characters_without: tuple[str, ...] = ()
    """Roles: characters are not learned in sentences that hold a term of one of them; `quotation`
    is one that every sentence with a quotation mark has.
    """
    words_within: tuple[str, ...] = ()
    """As `characters_within`, of words."""
    words_without: tuple[str, ...] = ()
    """As `characters_without`, of words."""

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
        """Return the terms that point to each label by themselves."""
        found: dict[str, list[str]] = {}
        for group in self.groups:
            if group.label:
                found.setdefault(group.label, []).extend(group.terms)
        return {label: tuple(terms) for label, terms in found.items()}

    def lexicon(self) -> Lexicon | None:
        """Return the phrases of each role, as marks of a view; None where no group has a role."""
        roles: dict[str, list[str]] = {}
        for group in self.groups:
            if group.role:
                roles.setdefault(group.role, []).extend(group.terms)
        return Lexicon(tuple((r, tuple(t)) for r, t in roles.items())) if roles else None

    def all(self) -> frozenset[str]:
        """Return the terms of all groups, lower-cased."""
        return frozenset(term.lower() for group in self.groups for term in group.terms)


def bundled_terms(scheme: Scheme) -> TermList | None:
    """Return the terms that travel with textclf for a scheme, if there are any."""
    path = bundled_path("seeds") / "terms" / f"{scheme.name}.toml"
    return TermList.read(path, scheme) if path.is_file() else None


def _roles(table: TomlTable, key: str, groups: tuple[TermGroup, ...]) -> tuple[str, ...]:
    """Return the roles under a key; each must be one of a group."""
    roles = {group.role for group in groups if group.role} | {QUOTATION}
    found = table.texts(key)
    odd = next((role for role in found if role not in roles), None)
    if odd is not None:
        raise table.wrong(key, f"names no role {odd!r}; {choices(odd, sorted(roles))}")
    return found


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
                    f"{place}: {term!r} stands in group {group.name!r} and in {seen[key]!r}; "
                    "keep one of them"
                )
            seen[key] = group.name
