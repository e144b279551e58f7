"""Builds the native scorer if there is a C compiler; without one, NumPy scores.

The native scorer has a table of characters: their lower case, and which of them belong to words or
are white space. It is made here from what `str` says in this Python.
"""

import unicodedata
from collections.abc import Iterable
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

_NATIVE = Path("textclf", "scoring", "_native")
_PAGE = 64
_DOTTED_I = 0x130
_WORD, _SPACE, _ALPHA, _STOP, _UPPER, _NON_ASCII = (1 << place for place in range(6))


class _Build(build_ext):
    """Writes the table of code points, then compiles."""

    def build_extension(self, ext: Extension) -> None:
        folder = Path(self.build_temp)
        folder.mkdir(parents=True, exist_ok=True)
        table = folder / "codepoints.c"
        table.write_text(code_points(), "ascii")
        ext.sources = [*ext.sources, str(table)]
        if self.compiler.compiler_type == "unix":
            ext.extra_compile_args = ["-O3", "-std=gnu11"]
        super().build_extension(ext)


def code_points() -> str:
    """Return the C tables: for each code point (lower case - code point) * 8 + class."""
    pages: dict[tuple[int, ...], int] = {}
    index = [
        pages.setdefault(tuple(map(_entry, range(start, start + _PAGE))), len(pages))
        for start in range(0, 0x110000, _PAGE)
    ]
    numbers = [number for page in pages for number in page]
    return "\n".join(
        [
            '#include "workspace.h"',
            f'const char unicode_version[] = "{unicodedata.unidata_version}";',
            _array("uint8_t ascii_class[256]", map(_class, range(256))),
            _array("uint16_t codepoint_index[]", index),
            _array("int32_t codepoint_page[]", numbers),
            "",
        ]
    )


def _entry(code_point: int) -> int:
    lowered = chr(code_point).lower()
    if len(lowered) > 1:
        if code_point != _DOTTED_I:
            raise SystemExit(f"U+{code_point:04X} lowers to {len(lowered)} characters")
        return 0
    return (ord(lowered) - code_point) * 8 + _kind(lowered)


def _kind(char: str) -> int:
    word = char.isalnum() or char == "_"
    return _WORD * word + _SPACE * char.isspace() + _ALPHA * char.isalpha()


def _class(byte: int) -> int:
    if byte > 127:  # noqa: PLR2004 - the end of ASCII
        return _NON_ASCII
    char = chr(byte)
    return _kind(char) + _STOP * (char in ".!?\n") + _UPPER * char.isupper()


def _array(name: str, numbers: Iterable[int]) -> str:
    return f"const {name} = {{{','.join(map(str, numbers))}}};"


if __name__ == "__main__":
    setup(
        cmdclass={"build_ext": _Build},
        ext_modules=[
            Extension(
                "textclf.scoring._native.native",
                sources=[
                    str(_NATIVE / f"{name}.c")
                    for name in (
                        "python_module",
                        "engine",
                        "workspace",
                        "stages_portable",
                        "stages_avx2",
                    )
                ],
                depends=[str(path) for path in _NATIVE.glob("*.h")],
                include_dirs=[str(_NATIVE)],
                optional=True,
            )
        ],
    )
