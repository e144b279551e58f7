"""The documents say what is true: every command and every example in them runs."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from small_models import BEAT_TEXTS

from textclf.cli.app import app

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "corpus" / "README.md", ROOT / "docs" / "architecture.md"]
SLOW = "-o models/"
"""Training the shipped models is tested by itself."""


def blocks(page, kind):
    return re.findall(rf"```{kind}\n(.*?)```", page.read_text("utf-8"), re.DOTALL)


def commands():
    lines = [
        line[2:]
        for page in PAGES
        for block in blocks(page, "console")
        for line in block.splitlines()
        if line.startswith("$ ")
    ]
    return [line for line in lines if SLOW not in line]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with the files that the documents speak of."""
    here = tmp_path_factory.mktemp("docs")
    (here / "docs").mkdir()
    (here / "articles").mkdir()
    (here / "seeds" / "terms").mkdir(parents=True)
    shutil.copy(ROOT / "seeds" / "terms" / "stance.toml", here / "seeds" / "terms")
    shutil.copy(ROOT / "docs" / "sample.txt", here / "docs")
    shutil.copy(ROOT / "docs" / "sample.txt", here / "articles")
    labelled = [f"{label[0]},{json.dumps(text)}" for text, label in BEAT_TEXTS]
    (here / "labelled.csv").write_text("\n".join(["beat,body", *labelled]), "utf-8")
    articles = [json.dumps(text) for text, _ in BEAT_TEXTS]
    (here / "articles.csv").write_text("\n".join(["body", *articles]), "utf-8")
    return here


@pytest.mark.parametrize("command", commands())
def test_a_command_of_the_documents_runs(folder, command):
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

    found = subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        check=False,
    )

    assert found.returncode == 0, found.stderr.decode()


@pytest.mark.parametrize("block", blocks(ROOT / "README.md", "python"))
def test_an_example_of_the_readme_gives_what_it_says(block):
    lines = block.strip().splitlines()
    space = {}
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        if after.startswith("# "):
            assert repr(eval(line, space)) == after.removeprefix("# ")
        else:
            exec(line, space)


def test_every_command_is_documented():
    page = (ROOT / "README.md").read_text("utf-8")

    assert not [name for name in names(typer.main.get_command(app)) if f"`{name}`" not in page]


def names(command, prefix="textclf"):
    if not hasattr(command, "commands"):
        return [prefix]
    return [name for key, one in command.commands.items() for name in names(one, f"{prefix} {key}")]


def test_every_link_between_documents_leads_somewhere():
    for page in [*PAGES, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
