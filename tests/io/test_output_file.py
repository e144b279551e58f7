"""Every output is written whole or not at all, and nothing but a plain file is ever replaced."""

import os
import stat
import subprocess
import sys
import threading
import time

import pytest
from command_line import run, run_process

from textclf._atomic_file import open_atomic
from textclf.corpus.records import Corpus, Record
from textclf.errors import CorpusError, InputError
from textclf.io.output_file import write_text
from textclf.io.run_folder import sole_writer
from textclf.model.store import write_model

SLOW = """
import sys, time
from pathlib import Path
from textclf._atomic_file import open_atomic
with open_atomic(Path(sys.argv[1])) as stream:
    stream.write(b"new")
    stream.flush()
    print("begun", flush=True)
    time.sleep(60)
"""


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664])
def test_the_mode_of_a_file_that_was_there_is_kept(mode, tmp_path):
    path = tmp_path / "old.txt"
    path.touch()
    path.chmod(mode)

    write_text(path, "new")

    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("new", mode)


def test_a_link_is_followed_and_stays_a_link(tmp_path):
    (tmp_path / "far").mkdir()
    (tmp_path / "far" / "real.txt").write_text("old")
    (tmp_path / "link.txt").symlink_to(tmp_path / "far" / "real.txt")

    write_text(tmp_path / "link.txt", "new")

    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "far" / "real.txt").read_text() == "new"
    assert names(tmp_path / "far") == ["real.txt"]


def test_an_error_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "old.txt"
    path.write_text("old")

    with pytest.raises(TypeError), open_atomic(path) as stream:
        stream.write("no bytes")

    assert path.read_text() == "old"
    assert names(tmp_path) == ["old.txt"]


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGXCPU"])
def test_a_signal_that_ends_the_process_leaves_the_old_file_and_nothing_else(name, tmp_path):
    import signal  # noqa: PLC0415 - names of this system

    path = tmp_path / "old.txt"
    path.write_text("old")
    command = [sys.executable, "-c", SLOW, str(path)]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        # A shell starts what runs in its background deaf to some signals.
        preexec_fn=lambda: signal.signal(getattr(signal, name), signal.SIG_DFL),  # noqa: PLW1509
    ) as process:
        process.stdout.readline()
        process.send_signal(getattr(signal, name))

    assert process.returncode
    assert path.read_text() == "old"
    assert names(tmp_path) == ["old.txt"]


def test_a_file_that_is_planted_under_another_name_is_never_written_through(tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("mine")
    for name in (".out.txt.part", f".out.txt.{os.getpid()}"):
        (tmp_path / name).symlink_to(victim)

    write_text(tmp_path / "out.txt", "new")

    assert victim.read_text() == "mine"


def labelled(folder):
    rows = [f"{('rain', 'cup')[n % 2]},The {('rain', 'cup')[n % 2]} of day {n}." for n in range(12)]
    (folder / "labelled.csv").write_text("\n".join(["label,text", *rows]))
    (folder / "articles.jsonl").write_text('{"text": "Rain fell on the pass."}\n')
    return folder


@pytest.fixture
def folder(beat, tmp_path):
    """A folder with an input for each command that writes a file."""
    write_model(beat, tmp_path / "beat.textclf")
    return labelled(tmp_path)


DOORS = {
    "predict": ["predict", "articles.jsonl", "-m", "topic", "-f", "jsonl", "-o"],
    "train": ["train", "labelled.csv", "-o"],
    "export": ["model", "export", "beat.textclf", "-o"],
    "propose": ["corpus", "propose", "articles.jsonl", "-s", "sectarian_violence", "-o"],
    "render": ["scheme", "render", "topic", "-o"],
    "new": ["scheme", "new", "mine", "--labels", "a,b", "-o"],
    "explain": ["explain", "articles.jsonl", "--row", "1", "-o"],
}
ALL_DOORS = [
    pytest.param(one, marks=pytest.mark.slow) if one == "propose" else one for one in DOORS
]
"""It trains a model for each proposal."""


@pytest.mark.parametrize("door", ALL_DOORS)
def test_a_pipe_is_written_to_and_never_replaced(door, folder):
    os.mkfifo(folder / "pipe")
    found = []
    reader = threading.Thread(target=lambda: found.append((folder / "pipe").read_bytes()))
    reader.start()

    written = run(*DOORS[door], "pipe", cwd=folder)
    reader.join(60)

    assert not written.returncode, written.stderr
    assert len(found[0]) > 50
    assert stat.S_ISFIFO((folder / "pipe").stat().st_mode)


@pytest.mark.parametrize("door", ALL_DOORS)
def test_a_full_device_is_one_clear_line_and_never_replaced(door, folder):
    found = run(*DOORS[door], "/dev/full", cwd=folder)

    assert found.returncode == 1
    assert found.stderr.count(b"/dev/full: cannot be written: No space left on device\n") == 1
    assert b"Traceback" not in found.stderr
    assert stat.S_ISCHR(os.stat("/dev/full").st_mode)  # noqa: PTH116


def test_what_standard_output_was_redirected_to_is_added_to(tmp_path):
    labelled(tmp_path)
    log = tmp_path / "log.jsonl"
    log.write_text("kept\n")
    with log.open("ab") as stream:
        run_process(*DOORS["predict"], "/dev/stdout", cwd=tmp_path, stdout=stream)

    assert log.read_text("utf-8").startswith('kept\n{"text"')


def test_a_folder_is_refused_as_one(tmp_path):
    with pytest.raises(InputError, match="cannot be written: Is a directory"):
        write_text(tmp_path, "new")


def record(name):
    return Record(name, "Snow fell.", {"topic": ("weather",)})


def test_a_corpus_that_another_program_has_changed_is_not_overwritten(tmp_path):
    path = tmp_path / "corpus.jsonl"
    Corpus((record("a"),)).write(path)
    corpus = Corpus.read([path])
    time.sleep(0.01)
    code = f"""
from textclf.corpus.records import Corpus, Record
corpus = Corpus.read([{str(path)!r}])
Corpus((*corpus.records, Record("b", "Rain.", {{"topic": ("weather",)}}))).write({str(path)!r})
"""
    subprocess.run([sys.executable, "-c", code], check=True)

    with pytest.raises(CorpusError, match="another program has changed it since it was read"):
        Corpus((*corpus.records, record("c"))).write(path)
    again = Corpus.read([path])
    Corpus((*again.records, record("c"))).write(path)

    assert [one.id for one in Corpus.read([path]).records] == ["a", "b", "c"]


def test_a_second_writer_of_proposals_is_refused(tmp_path):
    labelled(tmp_path)
    with sole_writer(tmp_path / "out.jsonl"):
        found = run(*DOORS["propose"], "out.jsonl", cwd=tmp_path)

    assert found.returncode == 1
    assert f"another run is writing it (process {os.getpid()}, host".encode() in found.stderr
    assert names(tmp_path) == ["articles.jsonl", "labelled.csv"]
