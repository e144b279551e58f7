"""The plainest `predict` goes without typer and numpy, and says what the long way says."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import run, run_process

from textclf.cli import predict_without_typer as module
from textclf.scoring._native import native

ARTICLE = "Snow fell on the pass all night, and more snow and wind are forecast for Skardu."


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "snow.txt").write_text(ARTICLE, "utf-8")
    (tmp_path / "more.jsonl").write_text('{"text": "The match was over."}\n{"txt": 1}\n', "utf-8")
    return tmp_path


@pytest.mark.skipif(native is None, reason="the native scorer was not built")
@pytest.mark.parametrize("style", ["text", "csv", "jsonl"])
def test_an_article_waits_for_neither_numpy_nor_typer(folder, style):
    code = (
        "import sys; from textclf.cli.predict_without_typer import run_plain_predict as run\n"
        f"assert run(['predict', 'snow.txt', '-m', 'topic', '-f', {style!r}])\n"
        "print(*{'numpy', 'typer', 'orjson'}.intersection(sys.modules), file=sys.stderr, end='')"
    )
    command = [sys.executable, "-c", code]

    found = subprocess.run(command, cwd=folder, capture_output=True, check=False)

    assert found.stderr == b""
    assert b"weather" in found.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["snow.txt"],
        ["snow.txt", "more.jsonl", "-m", "topic", "--model", "stance"],
        ["more.jsonl", "-f", "csv", "--evidence", "2"],
        ["--evidence", "0", "-f", "json", "*.txt"],
        ["snow.txt", "-o", "out.tsv"],
        ["snow.txt", "-o", "out.odd"],
        ["nowhere.txt"],
        ["snow.txt", "-m", "weather"],
        ["-"],
    ],
    ids=" ".join,
)
def test_the_short_way_says_what_the_long_way_says(folder, arguments):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_run", lambda *_: True)
        assert module.run_plain_predict(["predict", *arguments])
    results = []
    for way in ([], ["--jobs", "1"]):
        found = run("predict", *arguments, *way, cwd=folder, stdin=ARTICLE.encode())
        out = folder / "out.tsv"
        written = out.read_bytes() if out.exists() else b""
        out.unlink(missing_ok=True)
        said = re.sub(rb"in \d+\.\d s", b"in 0.0 s", found.stderr)
        results.append((found.returncode, found.stdout, said, written))

    assert results[0] == results[1]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no disk that is always full")
@pytest.mark.parametrize("arguments", [["predict", "snow.txt"], ["info"]], ids=" ".join)
def test_a_full_disk_is_reported_in_one_line(folder, arguments):
    with Path("/dev/full").open("wb") as full:
        found = run_process(*arguments, cwd=folder, stdout=full)

    assert found.returncode == 1
    assert found.stderr == b"textclf: standard output cannot be written: No space left on device\n"


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--help"],
        ["info"],
        ["predict"],
        ["predict", "--help"],
        ["predict", "-m", "topic"],
        ["predict", "snow.txt", "--jobs", "2"],
        ["predict", "snow.txt", "--model=topic"],
        ["predict", "snow.txt", "-mtopic"],
        ["predict", "snow.txt", "-m"],
        ["predict", "snow.txt", "-m", "-f"],
        ["predict", "snow.txt", "-f", "xml"],
        ["predict", "snow.txt", "-f", "csv", "-f", "csv"],
        ["predict", "snow.txt", "--evidence", "1", "--evidence", "2"],
        ["predict", "snow.txt", "-o", "a.csv", "-o", "b.csv"],
        ["predict", "snow.txt", "--evidence", "-1"],
        ["predict", "snow.txt", "--evidence", "many"],
        ["predict", "snow.txt", "--evidence", "\u00b2"],
        ["predict", "--", "snow.txt"],
    ],
    ids=" ".join,
)
def test_what_is_not_plain_is_left_to_the_long_way(arguments, monkeypatch):
    monkeypatch.setattr(
        "textclf.cli.predict_run.run_predict", lambda *_: pytest.fail("was labelled")
    )

    assert not module.run_plain_predict(arguments)
