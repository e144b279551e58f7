"""What a run costs at each size, with one worker and with two, and a run whose workers are killed.

    python benchmarks/scale.py [--articles 10000 100000] [--jobs 1 2] [--model topic] [--kills 10]
        [--texts FILE]

The articles are the texts of the shipped corpus, or of a file of JSON lines with a field `text`,
over and over. Each has an id of its own, and each of its paragraphs has its number, so that none
is repeated. One line is printed for each run: articles, jobs, wall seconds, CPU seconds of all
processes, and of the one that reads and writes, articles a second, and the largest memory of one
process. Then the largest number of articles goes through a Dask cluster of two worker processes,
one of which is killed every few seconds, and the output must be the bytes of the run with one
worker.
"""

import argparse
import hashlib
import json
import os
import resource
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from itertools import cycle, islice
from pathlib import Path

from textclf.batch.engines import engine_of
from textclf.batch.predict_files import predict_files
from textclf.classifier.predict_options import PredictOptions

HEADER = "  articles  jobs   wall s    CPU s  its own  a second     MB"
CORPUS = Path(__file__).resolve().parent.parent / "corpus"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--model", nargs="+", default=["topic"])
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--texts", type=Path)
    given = parser.parse_args()
    texts = texts_of(given.texts) if given.texts else corpus_articles()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print(HEADER)
        for articles in given.articles:
            source = folder / f"{articles}.jsonl"
            write_articles(source, articles, texts)
            for jobs in given.jobs:
                print(measured(source, articles, jobs, given.model, folder), flush=True)
        if given.kills:
            print(killed(source, given.model, given.kills, folder))


def texts_of(path: Path) -> list[str]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in lines]


def corpus_articles() -> list[str]:
    """Return the texts of the corpus, four in an article."""
    texts = [text for file in sorted(CORPUS.glob("*.jsonl")) for text in texts_of(file)]
    return ["\n".join(texts[at : at + 4]) for at in range(0, len(texts), 4)]


def write_articles(path: Path, number: int, texts: Sequence[str]) -> None:
    with path.open("w", encoding="utf-8") as stream:
        for key, text in enumerate(islice(cycle(texts), number)):
            numbered = text.replace("\n", f"\nReport {key}. ")
            stream.write(json.dumps({"id": key, "text": f"Report {key}. {numbered}"}) + "\n")


def measured(source: Path, articles: int, jobs: int, models: Sequence[str], folder: Path) -> str:
    """Return the line of one run, which has a process of its own."""
    if (child := os.fork()) == 0:
        predict_files(
            [str(source)],
            folder / f"{jobs}.jsonl",
            models=models,
            options=PredictOptions(evidence=0),
            jobs=jobs,
        )
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        own = resource.getrusage(resource.RUSAGE_SELF)
        found = {
            "cpu": usage.ru_utime + usage.ru_stime + own.ru_utime + own.ru_stime,
            "own": own.ru_utime + own.ru_stime,
            "memory": max(usage.ru_maxrss, own.ru_maxrss) / 1000,
        }
        (folder / "usage.json").write_text(json.dumps(found))
        os._exit(0)
    began = time.monotonic()
    if os.waitpid(child, 0)[1]:
        sys.exit("a run failed")
    wall = time.monotonic() - began
    usage = json.loads((folder / "usage.json").read_text())
    return (
        f"{articles:>10,} {jobs:>5} {wall:>8.1f} {usage['cpu']:>8.1f} {usage['own']:>8.1f} "
        f"{articles / wall:>9,.0f} {usage['memory']:>6.0f}"
    )


def killed(source: Path, models: Sequence[str], kills: int, folder: Path) -> str:
    """Return what became of a run on a cluster whose workers are killed now and then."""
    from distributed import LocalCluster  # noqa: PLC0415 - only here

    done = threading.Event()
    count = 0
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:

        def reap() -> None:
            """Kill one of two workers that are at work; a worker that begins is left alone."""
            nonlocal count
            while count < kills and not done.wait(3):
                nannies = list(cluster.workers.values())
                if len(nannies) == len(cluster.scheduler.workers) > 1:
                    os.kill(nannies[count % len(nannies)].process.pid, signal.SIGKILL)
                    count += 1

        reaper = threading.Thread(target=reap)
        reaper.start()
        began = time.monotonic()
        summary = predict_files(
            [str(source)],
            folder / "killed.jsonl",
            models=models,
            options=PredictOptions(evidence=0),
            engine=engine_of(f"dask:{cluster.scheduler_address}"),
        )
        seconds = time.monotonic() - began
        done.set()
        reaper.join()
    alike = digest(folder / "killed.jsonl") == digest(folder / "1.jsonl")
    verdict = "the same bytes" if alike else "OTHER BYTES"
    return f"{summary.articles:,} articles, {count} kills, {seconds:.0f} s: {verdict}"


def digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


if __name__ == "__main__":
    main()
