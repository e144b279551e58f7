"""Kill runs at random moments, and fill the disk at each write: nothing may be lost or doubled.

    python benchmarks/kill_runs.py [KILLS]

Half of the kills hit `predict`, in turn with one job and with two, half of these with files beside
the output; a quarter `train`, and a quarter writers of one corpus. A run that is killed is resumed,
or done again, and its files are compared with those of a run that nothing disturbed. As root on
Linux, a small file system is filled too.
"""

import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUN = [sys.executable, "-m", "textclf"]
WORDS = ("snow", "wind", "cricket", "budget", "court", "storm", "minister", "match")
CHANCE = random.Random(7)  # noqa: S311 - no secret
ADD = """
import sys
from textclf.corpus.records import Corpus, Record
for number in range(1_000):
    corpus = Corpus.read([sys.argv[1]])
    new = Record(f"{sys.argv[2]}-{number}", "Snow fell.", {"topic": ("weather",)})
    try:
        Corpus((*corpus.records, new)).write(sys.argv[1])
    except Exception as reason:
        if "another program has changed it" not in str(reason):
            raise
    else:
        print(new.id, flush=True)
"""


def main() -> None:
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        kill_predict(folder, kills // 4)
        kill_files_beside(folder, kills // 2 - kills // 4)
        kill_train(folder, kills // 4)
        kill_corpus(folder, kills - kills // 2 - kills // 4)
        fill_disk(folder)


def quiet(*command: object, folder: Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*RUN, *map(str, command)], cwd=folder, capture_output=True, check=False)


def killed(command: list[object], folder: Path, seconds: float) -> bool:
    """Start a command and kill it after some seconds; return whether it was still at work."""
    with subprocess.Popen(
        [*RUN, *map(str, command)],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            return True
    return False


def articles(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8") as stream:
        for number in range(count):
            text = " ".join(f"The {CHANCE.choice(WORDS)} of day {number}." for _ in range(30))
            stream.write(json.dumps({"id": number, "text": text}) + "\n")


def kill_predict(folder: Path, kills: int) -> None:
    articles(folder / "articles.jsonl", 3_000)
    command = ["predict", "articles.jsonl", "-m", "topic", "--keep-repeated", "-o"]
    hit = resumed = wrong = lost = doubled = torn = 0
    for name in ("whole.jsonl", "whole.csv"):
        quiet(*command, name, folder=folder)
    started = time.monotonic()
    quiet(*command, "timed.jsonl", folder=folder)
    seconds = time.monotonic() - started
    while hit < kills:
        name = CHANCE.choice(("out.jsonl", "out.csv"))
        (folder / name).unlink(missing_ok=True)
        whole = (folder / f"whole.{name[4:]}").read_bytes()
        again: list[object] = [*command, name, "--resume"]
        while hit < kills:
            if not killed([*again, "--jobs", 1 + hit % 2], folder, CHANCE.uniform(0, seconds)):
                break
            hit += 1
            resumed += (folder / f".{name}.run").exists()
            # Killed behind its last step, the run is complete. Before, there must be no file.
            torn += (folder / name).exists() and (folder / name).read_bytes() != whole
        if not (folder / name).exists():
            quiet(*again, folder=folder)
        found = (folder / name).read_bytes()
        rows, right = found.splitlines(), set(whole.splitlines())
        lost += len(right - set(rows))
        doubled += len(rows) - len(set(rows))
        torn += len(set(rows) - right)
        wrong += found != whole
    print(
        f"predict: {hit} kills, {resumed} left a run to resume; rows lost {lost}, doubled "
        f"{doubled}, torn {torn}; files that differ {wrong}"
    )


def kill_files_beside(folder: Path, kills: int) -> None:
    """Kill runs that write five files: all of them must be whole in the end, and none too early."""
    lines = (folder / "articles.jsonl").read_bytes().splitlines(keepends=True)
    for number in range(0, len(lines), 50):
        lines[number] = CHANCE.choice((b"{broken\n", b"\n"))
    (folder / "some.jsonl").write_bytes(b"".join(lines[:1_500]))
    names = ("out.csv", "read.txt", "passages.csv", "rejects.xlsx")
    for side in ("whole", "killed"):
        (folder / side).mkdir()
    started = time.monotonic()
    quiet(*_beside("whole", names), folder=folder)
    seconds = time.monotonic() - started
    command = [*_beside("killed", names), "--resume"]
    hit = resumed = early = wrong = 0
    while hit < kills:
        for one in (folder / "killed").iterdir():
            one.unlink()
        while hit < kills:
            if not killed([*command, "--jobs", 1 + hit % 2], folder, CHANCE.uniform(0, seconds)):
                break
            hit += 1
            resumed += (folder / "killed" / ".out.csv.run").exists()
            # The output comes last.
            early += (folder / "killed" / "out.csv").exists() and _differ(folder, names)
        if not (folder / "killed" / "out.csv").exists():
            quiet(*command, folder=folder)
        wrong += _differ(folder, names)
    print(
        f"files beside the output: {hit} kills, {resumed} left a run to resume; outputs that came "
        f"too early {early}; runs whose files differ {wrong}"
    )


def _beside(side: str, names: tuple[str, ...]) -> list[object]:
    output, read, passages, rejects = (f"{side}/{name}" for name in names)
    return [
        *("predict", "some.jsonl", "-m", "stance", "--copies", "-o", output),
        *("--show-text", read, "--passages", passages, "--rejects", rejects),
    ]


def _differ(folder: Path, names: tuple[str, ...]) -> bool:
    """Return whether a file is not as that of an undisturbed run, or is missing, or one more."""
    found = []
    for side in ("whole", "killed"):
        # A workbook holds the time of its making, and a run record those of the run.
        files = [*(folder / side).glob("[!.]*")]
        data = [one.read_bytes() for one in files if one.suffix in {".csv", ".txt"}]
        record = json.loads((folder / side / f"{names[0]}.run.json").read_bytes())
        shares = [record[name] for name in ("rows", "statuses", "labels", "copies", "warnings")]
        found.append((sorted(one.name for one in files), sorted(data), shares))
    return found[0] != found[1]


def kill_train(folder: Path, kills: int) -> None:
    with (folder / "labelled.csv").open("w", encoding="utf-8") as stream:
        stream.write("label,text\n")
        for number in range(200):
            word = WORDS[number % 2]
            stream.write(f"{word},The {word} of day {number} was {CHANCE.choice(WORDS)}.\n")
    command = ["train", "labelled.csv", "-o", "mine.textclf"]
    started = time.monotonic()
    quiet(*command, folder=folder)
    seconds = time.monotonic() - started
    old = (folder / "mine.textclf").read_bytes()
    hit = wrong = 0
    for _ in range(kills * 2):
        # Most of the moments lie about the end, where the file is written.
        hit += killed(command, folder, seconds * CHANCE.choice((CHANCE.random(), 1.0, 0.95)))
        wrong += (folder / "mine.textclf").read_bytes() != old
        if hit == kills:
            break
    print(f"train: {hit} kills; models that are not whole or not the same {wrong}")


def kill_corpus(folder: Path, kills: int) -> None:
    """Kill two programs that add to one corpus; all that they said is added must be there."""
    path = folder / "corpus.jsonl"
    path.write_text("")
    said: set[str] = set()
    for number in range(kills):
        command = [sys.executable, "-c", ADD, str(path)]
        two = [
            subprocess.Popen([*command, f"{number}{one}"], stdout=subprocess.PIPE) for one in "ab"
        ]
        time.sleep(CHANCE.uniform(0.3, 1.5))
        for one in two:
            one.kill()
        for one in two:
            said |= set(one.communicate()[0].decode().split("\n")[:-1])
    lines = path.read_text("utf-8").splitlines()
    names = [json.loads(line)["id"] for line in lines]
    print(
        f"corpus: {2 * kills} kills, {len(said)} records said to be added; lost "
        f"{len(said - set(names))}, doubled {len(names) - len(set(names))}"
    )


def fill_disk(folder: Path) -> None:
    """Run each writer on a file system with little room: the old file must stay as it is."""
    disk = folder / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        print("full disk: not tried, since nothing can be mounted here")
        return
    articles(folder / "few.jsonl", 20)
    bad = tries = 0
    predict = ["predict", "articles.jsonl", "-m", "topic", "--keep-repeated", "-o"]
    commands: list[list[object]] = [
        *([*predict, f"disk/old.{end}"] for end in ("jsonl", "csv", "csv.gz", "json", "txt")),
        ["train", "labelled.csv", "-o", "disk/old.textclf"],
        ["model", "export", "topic", "-o", "disk/old.joblib"],
        ["corpus", "propose", "few.jsonl", "-s", "topic", "-o", "disk/old.jsonl"],
        ["scheme", "render", "topic", "-f", "html", "-o", "disk/old.html"],
        ["explain", "articles.jsonl", "--row", "1", "-o", "disk/old.html"],
    ]
    try:
        for command in commands:
            # Proposing trains for a minute before it writes.
            for room in (0,) if "propose" in command else (0, 4_096, 65_536, 400_000):
                target = folder / str(command[-1])
                target.write_bytes(b"old")
                filler = disk / "filler"
                filler.write_bytes(bytes(max(0, (1 << 20) - 3 * 4_096 - room)))
                found = quiet(*command, folder=folder)
                whole = not found.returncode
                said = b"cannot be written: No space left on device"
                one_line = found.stderr.count(said) == 1 and b"Traceback" not in found.stderr
                tries += 1
                if not whole and not (one_line and target.read_bytes() == b"old"):
                    bad += 1
                    print("full disk:", *command, room, found.stderr.decode()[-300:])
                filler.unlink()
                run = disk / f".{target.name}.run"
                for left in (*run.glob("*"), *disk.glob(".*.part")):
                    left.unlink()
                if run.exists():
                    run.rmdir()
                target.unlink()
    finally:
        subprocess.run(["umount", str(disk)], check=False)  # noqa: S607
    print(f"full disk: {tries} runs; without one clear line, or not the old file: {bad}")


if __name__ == "__main__":
    main()
