"""The documents say what is true: every command and every example in them runs."""

import ast
import json
import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from command_line import run
from small_models import BEAT_TEXTS

from textclf.cli.app import app

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "corpus" / "README.md", *sorted(DOCS.glob("*.md"))]
SESSIONS = [ROOT / "README.md", DOCS / "usage.md", DOCS / "python.md", DOCS / "output.md"]
"""Pages whose Python blocks run, those of a page in order and as one session."""
UNTRIED = "-o models/"
"""Training the bundled models is tested by itself."""
SLOW = {
    "textclf curve labelled.csv --text-field body --label-field beat -o curve.csv",
    "textclf corpus check",
    "textclf corpus stats",
    "textclf corpus agree",
    "textclf corpus propose articles/ --scheme stance",
    "textclf corpus agree > agreement.txt",
    (
        "textclf corpus propose articles.csv --text-field body --scheme stance"
        " --abstain 0.8 -o proposed.jsonl"
    ),
    'textclf corpus check proposed.jsonl --scheme stance || echo "read the findings"',
    "textclf corpus stats proposed.jsonl",
    "textclf model export topic -o topic.joblib",
    "textclf train --scheme stance --terms seeds/terms/stance.toml -o terms_alone.textclf",
    "textclf predict articles/ -m terms_alone.textclf -o coded.csv",
}
"""Each has an example or another test beside it that does as much in less time."""
NEEDS_SHELL = re.compile(r"[|>*$]|--jobs|^(?!textclf )")
"""Pipes, several processes and other programs need one; all else runs in this process."""


def blocks(page, kind):
    return re.findall(rf"```{kind}\n(.*?)```", page.read_text("utf-8"), re.DOTALL)


def commands():
    """Return the commands of all pages, each with the output that is shown below it."""
    parts = [
        part.split("\n", maxsplit=1)
        for page in PAGES
        for block in blocks(page, "console")
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    ]
    return [
        pytest.param(command, shown, marks=[pytest.mark.slow] if command in SLOW else [])
        for command, shown in dict.fromkeys(map(tuple, parts))
        if UNTRIED not in command
    ]


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
    study = "textclf predict articles.csv --text-field body -m topic -o topics.csv\n"
    (here / "study.sh").write_text(study, "utf-8")
    held_out = [f"{label[0]},{json.dumps(f'{text} So it was.')}" for text, label in BEAT_TEXTS]
    (here / "held_out.csv").write_text("\n".join(["beat,body", *held_out]), "utf-8")
    checked = [f"{n},law,war,{'law' if n % 3 else 'war'},{n // 2}" for n in range(40)]
    header = "id,topic,other,topic_human,article"
    (here / "checked.csv").write_text("\n".join([header, *checked]), "utf-8")
    coders = [f"{n},law,{'war' if n % 3 else 'law'}" for n in range(40)]
    (here / "coders.csv").write_text("\n".join(["id,ann,bob", *coders]), "utf-8")
    articles = [json.dumps(text) for text, _ in BEAT_TEXTS]
    (here / "articles.csv").write_text("\n".join(["body", *articles]), "utf-8")
    return here


@pytest.mark.parametrize(("command", "shown"), commands())
def test_a_command_of_the_documents_runs_and_prints_what_is_shown(folder, command, shown):
    found = in_a_shell(command, folder) if NEEDS_SHELL.search(command) else here(command, folder)

    assert found.returncode == 0, found.stderr.decode()
    assert not shown or found.stdout.decode() == shown


def here(command, folder):
    return run(*shlex.split(command)[1:], cwd=folder)


def in_a_shell(command, folder):
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        check=False,
    )


@pytest.mark.parametrize("page", SESSIONS, ids=lambda page: page.name)
def test_the_python_examples_of_a_page_give_what_they_say(folder, monkeypatch, page):
    monkeypatch.chdir(folder)
    session = {}
    for block in blocks(page, "python"):
        run_example(block, session)


def run_example(block, session):
    """Run a block; an expression that a comment follows must have the value in the comment."""
    lines = [*block.splitlines(), ""]
    for statement in ast.parse(block).body:
        source = ast.get_source_segment(block, statement)
        following = lines[statement.end_lineno]
        if following.startswith("# "):
            assert repr(eval(source, session)) == following.removeprefix("# ")
        else:
            exec(source, session)


def test_every_command_is_documented():
    page = (DOCS / "usage.md").read_text("utf-8")

    assert not [name for name in names(typer.main.get_command(app)) if f"`{name}`" not in page]


def names(command, prefix="textclf"):
    if not hasattr(command, "commands"):
        return [prefix]
    return [name for key, one in command.commands.items() for name in names(one, f"{prefix} {key}")]


def test_the_page_of_public_names_is_what_the_script_writes():
    """Where this fails, run `python scripts/api_page.py`."""
    script = runpy.run_path(str(ROOT / "scripts" / "api_page.py"))

    assert (DOCS / "api.md").read_text("utf-8") == script["api_page"]()


def test_every_link_between_documents_leads_somewhere():
    for page in [*PAGES, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
