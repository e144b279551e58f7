"""The house rules that tools can hold: format, lint, types, import floors, and the door."""

import ast
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

import textclf

ROOT = Path(__file__).parents[1]
COMMANDS = {
    "format": [sys.executable, "-m", "ruff", "format", "--check", "."],
    "lint": [sys.executable, "-m", "ruff", "check", "."],
    "types": [sys.executable, "-m", "mypy"],
    "import floors": [str(Path(sys.executable).with_name("lint-imports"))],
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_the_code_keeps_the_house_rules(command):
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert found.returncode == 0, found.stdout + found.stderr


def test_the_door_lists_all_that_it_opens():
    stub = ast.parse((ROOT / "textclf" / "__init__.pyi").read_text("utf-8"))
    brought = [a.name for node in stub.body if isinstance(node, ast.ImportFrom) for a in node.names]

    assert sorted(textclf.__all__) == sorted(brought)
    named = [name for name in brought if name != "__version__"]
    assert all(getattr(textclf, name).__name__ == name for name in named)
    assert textclf.__version__ == version("textclf")


def test_help_waits_for_no_number_crunching():
    code = "import sys; from textclf.cli import app; sys.exit('numpy' in sys.modules)"

    assert not subprocess.run([sys.executable, "-c", code], check=False).returncode


def test_every_error_stands_in_the_drawn_tree():
    drawn = textclf.errors.__doc__
    errors = [name for name in vars(textclf.errors) if name.endswith("Error")]

    assert all(name in drawn for name in errors)
    assert all(issubclass(getattr(textclf.errors, name), textclf.TextclfError) for name in errors)


def test_no_file_has_400_lines():
    lengths = {
        path.relative_to(ROOT): path.read_text("utf-8").count("\n")
        for path in (ROOT / "textclf").rglob("*.py")
    }

    assert not {str(path): length for path, length in lengths.items() if length >= 400}


def test_what_is_private_to_a_package_or_a_module_is_imported_there_alone():
    wrong = []
    for path in sorted((ROOT / "textclf").rglob("*.py")):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        tree = ast.parse(path.read_text("utf-8"))
        for node in (one for one in ast.walk(tree) if isinstance(one, ast.ImportFrom)):
            for alias in node.names:
                parts = f"{node.module}.{alias.name}".split(".")
                for depth, part in enumerate(parts):
                    owner = ".".join(parts[:depth])
                    private = part.startswith("_") and not part.startswith("__")
                    if private and not f"{module}.".startswith(f"{owner}."):
                        wrong.append(f"{module} imports {'.'.join(parts)}")
    assert not wrong
