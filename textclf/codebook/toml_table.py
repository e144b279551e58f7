"""Reads the TOML files of textclf with checks: each error names the file, the key and the remedy.

The callers say which keys a file has.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from textclf.errors import TextclfError, choices, nearest


class TomlTable:
    """A table of a file: a method reads one key, and `close` refuses keys that were not read."""

    def __init__(self, values: Mapping[str, Any], place: str, error: type[TextclfError]) -> None:
        self._values = dict(values)
        self._asked: list[str] = []
        self.place = place
        self.error = error

    @classmethod
    def read(cls, path: Path, error: type[TextclfError]) -> "TomlTable":
        """Return the whole file as a table; `error` is the class of its errors."""
        import tomllib  # noqa: PLC0415 - start-up time

        try:
            return cls(tomllib.loads(path.read_text("utf-8-sig")), str(path), error)
        except OSError as reason:
            raise error(f"{path}: cannot be read: {reason.strerror}") from None
        except UnicodeDecodeError:
            raise error(f"{path}: is not UTF-8 text; save it as UTF-8") from None
        except tomllib.TOMLDecodeError as reason:
            raise error(f"{path}: is not valid TOML: {reason}") from None
        except RecursionError:
            raise error(f"{path}: its tables and lists are nested too deep") from None
        except ValueError as reason:  # a number of thousands of digits, a date that is none
            raise error(f"{path}: is not valid TOML: {str(reason).partition(';')[0]}") from None

    def text(self, key: str, default: str | None = None) -> str:
        """Return a non-empty string; without a default the key is required."""
        value = self._take(key, default)
        if not isinstance(value, str) or not (value.strip() or value == default):
            raise self.wrong(key, "must be a non-empty string in quotes")
        return value

    def one_of(self, key: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        """Return a string that is one of `allowed`."""
        value = self.text(key, default)
        if value not in allowed:
            raise self.wrong(key, f"cannot be {value!r}; {choices(value, allowed)}")
        return value

    def number(self, key: str) -> int:
        """Return a whole number; the key is required."""
        value = self._take(key, None)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.wrong(key, "must be a whole number, without quotes")
        return value

    def numbers(self, key: str) -> tuple[int, ...]:
        """Return a list of whole numbers; empty if the key is missing."""
        value = self._take(key, [])
        if not isinstance(value, list) or not all(type(number) is int for number in value):
            raise self.wrong(key, "must be a list of whole numbers, such as [15, 30]")
        return tuple(value)

    def shares(self, key: str) -> dict[str, float]:
        """Return a table of numbers from 0 to 1; empty if the key is missing."""
        inner = self.table(key)
        return {name: inner.share(name) for name in inner.keys}

    def share(self, key: str, default: float | None = None) -> float:
        """Return a number from 0 to 1; without a default the key is required."""
        value = self._take(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise self.wrong(key, "must be a number from 0 to 1, without quotes")
        return float(value)

    def flag(self, key: str) -> bool:
        """Return true or false; false if the key is missing."""
        value = self._take(key, default=False)
        if not isinstance(value, bool):
            raise self.wrong(key, "must be true or false, without quotes")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of non-empty strings; empty if the key is missing."""
        value = self._take(key, [])
        if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
            raise self.wrong(key, 'must be a list of non-empty strings, such as ["a", "b"]')
        return tuple(value)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that the table has, in the order of the file."""
        return tuple(self._values)

    def table(self, key: str) -> "TomlTable":
        """Return the table under a key; an empty one if the key is missing."""
        value = self._take(key, {})
        if not isinstance(value, dict):
            raise self.wrong(key, f"must be a table, under [{key}]")
        return TomlTable(value, f"{self.place}: {key}", self.error)

    def tables(self, key: str) -> list["TomlTable"]:
        """Return the tables of a list; empty if the key is missing."""
        value = self._take(key, [])
        if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
            raise self.wrong(key, f"must be a list of tables, each under [[{key}]]")
        return [
            TomlTable(v, f"{self.place}: {key}[{number}]", self.error)
            for number, v in enumerate(value, start=1)
        ]

    def mapping(self, key: str) -> dict[str, tuple[str, ...]]:
        """Return a table of lists of strings; empty if the key is missing."""
        value = self._take(key, {})
        if not isinstance(value, dict):
            raise self.wrong(key, 'must be a table, such as { one = ["other"] }')
        inner = TomlTable(value, f"{self.place}: {key}", self.error)
        return {name: inner.texts(name) for name in value}

    def value(self, key: str) -> Any:  # noqa: ANN401 - TOML holds any type
        """Return the value of a key, unchecked; None if the key is missing."""
        self._asked.append(key)
        return self._values.get(key)

    def wrong(self, key: str, what: str) -> TextclfError:
        """Return the error for a key of this table; `what` says what is wrong."""
        return self.error(f"{self.place}: {key} {what}")

    def close(self) -> None:
        """Refuse a key that was not read: it is most often a typing mistake."""
        left = [key for key in self._values if key not in self._asked]
        if left:
            raise self.error(
                f"{self.place}: there is no key {left[0]!r}; {choices(left[0], self._asked)}"
            )

    def _take(self, key: str, default: object) -> Any:  # noqa: ANN401 - TOML holds any type
        self._asked.append(key)
        if key in self._values:
            return self._values[key]
        if default is None:
            near = nearest(key, [k for k in self._values if k not in self._asked])
            hint = f"; is {near!r} meant to be it?" if near else ""
            raise self.error(f"{self.place}: {key} is missing{hint}")
        return default
