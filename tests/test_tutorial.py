"""The tutorial tells what happens: its commands run, and print the figures that it states."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "tutorial.md").read_text("utf-8")
COMMANDS = [
    line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.split("\n")
]
STUDY = [line for line in COMMANDS if re.match("textclf (?!scheme|bundle)", line)]


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """The folder in which all commands of the page have run, and what they printed."""
    pytest.importorskip("matplotlib")
    folder = tmp_path_factory.mktemp("study")
    (folder / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "tutorial_articles.py", folder / "scripts")
    (folder / "study.sh").write_text("\n".join(STUDY) + "\n", "utf-8")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    printed = {}
    for command in filter(None, COMMANDS):
        ran = subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=folder,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        printed[command] = ran.stdout
    return folder, printed


def stated(pattern):
    """Return the numbers of the page at the groups of a pattern, in which blanks are any space."""
    found = re.search(pattern.replace(" ", r"\s+"), PAGE)
    assert found, pattern
    return [float(number) for number in found.groups()]


@pytest.mark.slow
def test_the_figures_of_the_tutorial_are_those_that_its_commands_give(study):
    folder, printed = study
    scores = json.loads((folder / "scores.json").read_text("utf-8"))
    agreement = next(text for command, text in printed.items() if " agree " in command)
    training = next(text for command, text in printed.items() if " train " in command)
    with (folder / "share.csv").open(encoding="utf-8", newline="") as stream:
        shares = {row["method"]: row for row in csv.DictReader(stream)}

    assert "(nominal)           0.963 [0.885, 0.992]" in agreement
    assert stated(r"alpha is ([\d.]+) \[([\d.]+), ([\d.]+)\]") == [0.963, 0.885, 0.992]
    assert re.search(r"^accuracy +0\.782 ", training, re.MULTILINE)
    assert stated(r"accuracy out of fold is ([\d.]+),") == [0.782]
    accuracy = [round(number, 3) for number in scores["accuracy"]]
    assert stated(r"Accuracy is ([\d.]+) \[([\d.]+), ([\d.]+)\]") == accuracy
    precision = round(scores["labels"]["security"]["precision"][0], 2)
    assert stated(r"precision of security ([\d.]+):") == [precision]
    for method, pattern in (
        ("post-stratified", r"share to report is ([\d.]+)% \[([\d.]+)%, ([\d.]+)%\]"),
        ("naive", r"not the naive ([\d.]+)% \[([\d.]+)%, ([\d.]+)%\]"),
    ):
        row = [float(shares[method][name]) * 100 for name in ("share", "low", "high")]
        assert stated(pattern) == pytest.approx(row, abs=0.051)
    assert shares["post-stratified"]["report"] == "yes"


@pytest.mark.slow
def test_the_bundle_of_the_tutorial_gives_the_same_files_again(study):
    folder, printed = study

    with zipfile.ZipFile(folder / "study.zip") as bundle:
        methods = bundle.read("methods.md").decode()
    for quoted in re.findall(r"^> (.*)$", PAGE, re.MULTILINE):
        assert quoted in methods
    lines = printed["textclf bundle check study.zip --texts ."].splitlines()
    assert [line.split()[0] for line in lines] == ["same"] * len(STUDY)


@pytest.mark.slow
def test_the_true_share_of_the_tutorial_is_that_of_its_articles(study):
    folder, _ = study
    for command in ("write earlier.csv articles.csv", "code articles.csv all.csv"):
        subprocess.run(
            [sys.executable, "scripts/tutorial_articles.py", *command.split()],
            cwd=folder,
            check=True,
        )

    with (folder / "all.csv").open(encoding="utf-8", newline="") as stream:
        beats = [row["gold"] for row in csv.DictReader(stream)]
    assert stated(r"truth is known here: (\d+) of (\d+)") == [beats.count("security"), len(beats)]
