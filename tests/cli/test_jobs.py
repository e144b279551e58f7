"""`textclf predict --jobs N` as a user meets it: whoever labels, ends or is ended, it is as one."""

import csv
import gzip
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from command_line import run
from small_models import SPORT, WEATHER

SNOW = "Snow fell on the pass all night, and more snow and wind are forecast for Skardu."
PREDICT = [sys.executable, "-m", "textclf", "predict", "-m", "topic"]
SPAWN = """
import multiprocessing, sys
if __name__ == "__main__":
    from textclf.cli import main
    multiprocessing.set_start_method("spawn")
    main()
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder of inputs, some of which fail half way."""
    here = tmp_path_factory.mktemp("jobs")
    rows = [{"id": n, "note": "é; ,", "text": f"{t} {n}"} for n, t in enumerate(texts())]
    lines = [json.dumps(row, ensure_ascii=bool(row["id"] % 2)) for row in rows]
    odd = ["no JSON", "", '{"id": "b", "note": "", "title": "no text"}', '{"text": 7, "note": ""}']
    half = '{"id": "half", "note": "", "text": "snow \\ud800 and wind"}'
    cp1252 = '{"id": "cp", "note": "", "text": "café closed by snow"}'.encode("cp1252")
    whole = "\n".join([*lines[:100], *odd, *lines[100:150], half]).encode()
    (here / "rows.jsonl").write_bytes(b"\n".join([whole, cp1252, "\n".join(lines).encode()]))
    (here / "good.jsonl").write_text("\n".join(lines), "utf-8")
    (here / "odd.jsonl").write_text('{"note": "no text here"}\n', "utf-8")
    with (here / "rows.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows[:90])
        stream.write("1,too few\n")
        writer.writerows(rows[90:])
    (here / "lines.txt").write_text(f"{SNOW}\n" * 100_000, "utf-8")
    (here / "many").mkdir()
    for n, text in enumerate(texts()[:150]):
        (here / "many" / f"{n:03}.txt").write_text(text, "utf-8")
    (here / "many" / "100.txt").write_bytes("café closed by snow".encode("cp1252"))
    (here / "many" / "110.txt.gz").write_bytes(gzip.compress(SNOW.encode()))
    (here / "many" / "120.txt.gz").write_bytes(b"no gzip")
    (here / "many" / "130.txt").write_bytes(b"snow\0")
    (here / "spawn.py").write_text(SPAWN, "utf-8")
    return here


def texts():
    return [*SPORT, *WEATHER, SNOW, "", f"{SNOW}\n\n" * 40] * 14


def several(folder, *arguments, command=PREDICT):
    """Return what a process with workers gives: its code, its output, its messages."""
    found = subprocess.run([*command, *arguments], cwd=folder, capture_output=True, check=False)
    return found.returncode, found.stdout, found.stderr


def one(folder, *arguments):
    """Return what one process gives."""
    found = run("predict", "-m", "topic", *arguments, cwd=folder)
    return found.returncode, found.stdout, found.stderr


SLOW = pytest.mark.slow
GOOD = ["good.jsonl", "--evidence", "3"]
CSV = ["rows.csv", "--evidence", "0", "--prefix", "our_"]
ODD = ["good.jsonl", "odd.jsonl", "--evidence", "0"]
MANY = ["many", "--evidence", "0"]


@pytest.mark.parametrize(
    ("style", "given"),
    [
        *(("jsonl", MANY), ("tsv", CSV)),
        *(
            pytest.param(style, given, marks=SLOW)
            for styles, given in [(("text", "csv"), GOOD), (("json", "csv"), ODD)]
            for style in styles
        ),
        pytest.param("json", CSV, marks=SLOW),
        pytest.param("csv", MANY, marks=SLOW),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_several_jobs_write_what_one_writes(folder, style, given):
    assert several(folder, *given, "-f", style, "--jobs", "2") == one(folder, *given, "-f", style)


@pytest.mark.parametrize("style", ["jsonl", pytest.param("csv", marks=SLOW)])
def test_several_jobs_tell_what_one_tells_of_what_cannot_be_read(folder, style):
    code, out, err = several(folder, "rows.jsonl", "-f", style, "--jobs", "3")

    assert (code, out, err) == one(folder, "rows.jsonl", "-f", style)
    assert b"rows.jsonl:101: is not JSON" in err


@SLOW
@pytest.mark.parametrize("given", ["rows.jsonl", "many"])
def test_processes_that_are_no_copies_write_the_same(folder, given):
    spawn = [sys.executable, "spawn.py", "predict", "-m", "topic"]

    found = several(folder, given, "--jobs", "2", command=spawn)

    assert found == one(folder, given)
    assert found[0] == 3


def test_a_name_that_is_of_one_process_alone_is_read_there(folder, tmp_path):
    files = " ".join(f"many/{n:03}.txt" for n in range(70))
    predict = f"{sys.executable} spawn.py predict -m topic --jobs 2 {files} /dev/fd/3"
    shell = f"exec {predict} 3< many/001.txt > {tmp_path}/out"

    # A worker that reads its own third file waits for ever.
    subprocess.run(["/bin/sh", "-c", shell], cwd=folder, check=True, timeout=60)

    answers = (tmp_path / "out").read_text("utf-8").split("/dev/fd/3\n")
    assert answers[1] in answers[0]


def test_a_reader_that_has_enough_ends_them_quietly(folder):
    pipe = f"{' '.join(PREDICT)} lines.txt --lines --keep-repeated --jobs 2 | head -1"

    found = subprocess.run(["/bin/sh", "-c", pipe], cwd=folder, capture_output=True, check=False)

    assert (found.stdout, found.stderr) == (b"lines.txt:1\n", b"")


@pytest.fixture
def started(folder, tmp_path):
    """A run in a group of its own, as a terminal has it, with both of its workers at work."""
    lines = [
        "lines.txt",
        "--lines",
        "--keep-repeated",
        "-f",
        "jsonl",
    ]  # the more bytes, the sooner some are written
    command = [*PREDICT, *lines, "--jobs", "2", "-o", str(tmp_path / "out.csv")]
    (tmp_path / "out.csv").write_bytes(b"old")
    process = subprocess.Popen(
        command,
        cwd=folder,
        stderr=subprocess.PIPE,
        start_new_session=True,
        # A shell starts what runs in its background deaf to interrupts, and nohup to hang-ups.
        preexec_fn=lambda: [  # noqa: PLW1509
            signal.signal(one, signal.SIG_DFL) for one in (signal.SIGINT, signal.SIGHUP)
        ],
    )
    until(lambda: part_of(tmp_path) and len(workers(process)) == 2)
    yield process
    process.stderr.close()
    until(lambda: not workers(process))


def until(holds):
    """Wait for what soon holds."""
    assert any(holds() or time.sleep(0.1) for _ in range(300))


def workers(process):
    """Return the processes of its group that live, but for itself."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, group, *_ = path.read_text("utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        if int(group) == process.pid and state != "Z" and int(path.parent.name) != process.pid:
            found.append(int(path.parent.name))
    return found


def part_of(folder):
    """Return how much of the output is kept so far."""
    return sum(path.stat().st_size for path in folder.glob(".out.csv.run/part0"))


@pytest.mark.parametrize(
    "stop", [signal.SIGINT, *(pytest.param(s, marks=SLOW) for s in (signal.SIGTERM, signal.SIGHUP))]
)
def test_an_interrupt_or_a_request_to_end_keeps_what_is_done(started, tmp_path, stop):
    os.killpg(started.pid, stop)

    err = started.communicate(timeout=60)[1]

    assert started.returncode == 130
    assert b"articles are done and kept: to go on, give the same command with --resume" in err
    assert err.count(b"\n") == 1
    assert {path.name for path in tmp_path.iterdir()} == {"out.csv", ".out.csv.run"}
    assert (tmp_path / "out.csv").read_bytes() == b"old"


def test_what_a_killed_worker_was_at_is_done_again_by_another(tmp_path):
    (tmp_path / "in.txt").write_text(f"{SNOW}\n" * 3_000, "utf-8")
    command = [*PREDICT, "in.txt", "--lines", "-f", "jsonl", "--jobs", "2", "-o", "out.jsonl"]
    with subprocess.Popen(command, cwd=tmp_path, start_new_session=True) as process:
        until(lambda: len(workers(process)) == 2)
        os.kill(workers(process)[0], signal.SIGKILL)

    code, expected, _ = one(tmp_path, "in.txt", "--lines", "-f", "jsonl")
    assert process.returncode == code == 0
    assert (tmp_path / "out.jsonl").read_bytes() == expected


def test_workers_that_are_killed_again_and_again_end_the_run_and_what_is_done_is_kept(
    started, tmp_path
):
    while started.poll() is None:
        for worker in workers(started):
            with suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)
        time.sleep(0.01)

    err = started.communicate(timeout=60)[1].decode()

    assert started.returncode == 1
    assert err.startswith("textclf: lines.txt:")
    assert "ended too early, 3 times, the last with signal 9 (Killed); " in err
    assert "if memory ran out, give fewer jobs; " in err
    assert "are done and kept" in err
    assert err.count("\n") == 1
    assert (tmp_path / "out.csv").read_bytes() == b"old"


@SLOW
def test_workers_go_where_the_run_is_killed(started):
    started.kill()

    # They hold its standard error open as long as they live.
    assert started.communicate(timeout=60)[1] == b""
    assert started.returncode == -signal.SIGKILL
