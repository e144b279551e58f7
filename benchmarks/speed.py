"""How fast textclf is, beside what else scores texts: one run, one table.

    python benchmarks/speed.py [INPUT] [--documents 2000] [--turns 5] [--quick]

INPUT is any input that textclf reads; without one, passages of the shipped corpus are shuffled
into articles. Two things measured against each other take turns, and the ratio is taken turn by
turn: printed are its median, the least and the greatest. Times are CPU seconds of one thread, and
models are loaded before, but where it says otherwise.
"""

import argparse
import gc
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import Process
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import joblib
import numpy as np
from common import articles, competitors, sklearn_script
from common.timing import Job, line, peak, python, ratios, wall_ratios

from textclf.batch.results import encode_results
from textclf.classifier.multi_classifier import MultiClassifier
from textclf.classifier.predict_options import PredictOptions
from textclf.io.output_file import open_output
from textclf.io.record_writer import Format
from textclf.model.model import Model
from textclf.model.sklearn_export import to_pipeline
from textclf.model.store import find_model, read_model
from textclf.scoring.native_scorer import NativeScorer, instructions, why_unavailable
from textclf.scoring.numpy_scorer import NumpyScorer
from textclf.scoring.scorer import Scorer, make_scorer

TOLERANCE = 1e-6
MANY = 5
"""How many times as many articles two processes get, since they take a while to begin."""
SCHEMES = ("topic", "stance", "sectarian_violence")
PLAIN = PredictOptions(clean=False, evidence=0)
"""As a Pipeline answers: the whole page, and no evidence."""


@dataclass(frozen=True)
class Setting:
    """On what is measured, and how much of it."""

    texts: Sequence[str]
    turns: int
    folder: Path
    input: str
    lengths: tuple[int, int]
    """Articles of the two runs whose memory is compared."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("input", nargs="?", default="")
    parser.add_argument("--documents", type=int, default=2000)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="few articles, one turn")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        setting = Setting(
            list(articles.some(12 if given.quick else given.documents, given.input)),
            1 if given.quick else given.turns,
            Path(folder),
            given.input,
            (12, 60) if given.quick else (10_000, 100_000),
        )
        megabytes = sum(len(text.encode()) for text in setting.texts) / 1e6
        print(f"{len(setting.texts)} articles, {megabytes:.2f} MB, {setting.turns} turns")
        print(f"native scorer: {why_unavailable() or instructions()}")
        print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} before it began")
        print(f"\n{'':<60} {'ratio':>7} {'least':>7} {'most':>7}   goal")
        for part in (scorers, others, schemes_and_threads, end_to_end, one_article, memory):
            for found in part(setting):
                print(found, flush=True)


def scorers(setting: Setting) -> Iterator[str]:
    """Measure both engines beside scikit-learn with the same features and probabilities."""
    kinds: dict[str, tuple[Callable[[Sequence[str]], list[str]], str, str]] = {
        "": (list, "40", ""),
        ", ASCII": (articles.ascii_only, "", "4"),
        ", a third not ASCII": (articles.third_beyond_ascii, "", "3"),
    }
    for features, model in {"words": words("topic"), "words + characters": whole("topic")}.items():
        pipeline = to_pipeline(model)
        for which, (made, *goals) in kinds.items():
            texts = made(setting.texts)
            for name, make, goal in zip(
                ("native", "numpy"), (NativeScorer, NumpyScorer), goals, strict=True
            ):
                if make is NativeScorer and why_unavailable():
                    continue
                scorer = make([model.linear_weights])
                hold_alike(model, scorer, pipeline, texts[:200])
                found = ratios(
                    partial(scorer.score, texts),
                    partial(pipeline.predict_proba, texts),
                    setting.turns,
                )
                yield line(f"{name}, {features}{which}: scikit-learn", found, goal)


def others(setting: Setting) -> Iterator[str]:
    """Measure the native scorer with a model of words beside other libraries and `wc -w`."""
    if why_unavailable():
        return
    scorer = NativeScorer([words("topic").linear_weights])
    score = partial(scorer.score, setting.texts)
    for name, made, goal in (
        ("fastText, dim 100, its default", competitors.fasttext(100), "12"),
        ("fastText, dim 10", competitors.fasttext(10), "6"),
        ("spaCy textcat_bow", competitors.spacy(), ""),
        ("Vowpal Wabbit", competitors.vowpal_wabbit(), ""),
    ):
        if made is None:
            yield f"{name}: is not installed"
        else:
            found = ratios(score, partial(made, setting.texts), setting.turns)
            yield line(f"kernel, words: {name}", found, goal)
    binary = NativeScorer([words("sectarian_violence").linear_weights])
    many = [*setting.texts] * (1 if setting.turns == 1 else MANY)
    path = setting.folder / "words.txt"
    path.write_text("\n".join(many), "utf-8")
    found = ratios(competitors.word_count(path), partial(binary.score, many), setting.turns)
    yield line("wc -w: kernel, words, two labels", found, "at most 3")


def schemes_and_threads(setting: Setting) -> Iterator[str]:
    """Measure what two schemes more cost, and what a second thread brings."""
    topic, all_three = (
        make_scorer([whole(name).linear_weights for name in some])
        for some in (SCHEMES[:1], SCHEMES)
    )
    all_three.score(setting.texts)
    found = ratios(
        partial(topic.score, setting.texts),
        partial(all_three.score, setting.texts),
        setting.turns,
    )
    yield line("topic alone: three schemes", found, "at most 1.5")
    halves = setting.texts[::2], setting.texts[1::2]
    for name, scorer in (("topic", topic), ("three schemes", all_three)):
        with ThreadPoolExecutor(2) as pool:
            side_by_side: Job = partial(run_all, pool.map, scorer.score, halves)
            in_turn: Job = partial(run_all, map, scorer.score, halves)
            found = wall_ratios(side_by_side, in_turn, setting.turns)
            yield line(f"{name}, two threads: one thread, wall time", found, "1.7")
            found = ratios(side_by_side, in_turn, setting.turns)
            yield line(f"{name}, two threads: one thread, CPU", found, "1")


def run_all(mapping: Callable[..., Iterable[object]], *job: object) -> None:
    for _ in mapping(*job):
        pass


def run_apart(jobs: Sequence[Job]) -> None:
    """Run each job in a process of its own, which neither asks nor tells the others anything."""
    processes = [Process(target=job) for job in jobs]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    if any(process.exitcode for process in processes):
        raise SystemExit("a process failed")


def end_to_end(setting: Setting) -> Iterator[str]:
    """Measure the way from a file of articles to a file of records, beside a script."""
    jsonl = articles.write_jsonl(setting.texts, setting.folder / "in.jsonl")
    table = articles.write_csv(setting.texts, setting.folder / "in.csv")
    files = articles.write_folder(setting.texts, setting.folder / "in")
    topic, three = [whole("topic")], [whole(name) for name in SCHEMES]
    for what, source, models, options, goal in (
        ("JSONL, topic", jsonl, topic, PLAIN, "20"),
        ("CSV, topic", table, topic, PLAIN, ""),
        ("folder, topic", files, topic, PLAIN, ""),
        ("JSONL, topic, words alone", jsonl, [words("topic")], PLAIN, ""),
        ("JSONL, topic, cleaned", jsonl, topic, PredictOptions(evidence=0), ""),
        ("JSONL, three schemes by passage", jsonl, three, PLAIN, ""),
        ("JSONL, three schemes, cleaned, with evidence", jsonl, three, PredictOptions(), ""),
    ):
        multi_classifier = MultiClassifier(models, make_scorer)
        pipelines = [to_pipeline(without_groups(model)) for model in models]
        found = ratios(
            partial(label, multi_classifier, source, setting.folder, options),
            partial(sklearn_script.code, pipelines, source, setting.folder / "theirs"),
            setting.turns,
        )
        yield line(f"{what}: script with joblib's Pipeline", found, goal)
    one, all_three = (MultiClassifier(models, make_scorer) for models in (topic, three))
    label(all_three, jsonl, setting.folder, PLAIN)
    found = ratios(
        partial(label, one, jsonl, setting.folder, PLAIN),
        partial(label, all_three, jsonl, setting.folder, PLAIN),
        setting.turns,
    )
    yield line("JSONL, topic: three schemes by passage", found, "at most 1.5")
    many = MANY * [*setting.texts]
    jsonl = articles.write_jsonl(many, setting.folder / "many.jsonl")
    halves = []
    for number in range(2):
        own = setting.folder / f"half{number}"
        own.mkdir()
        half = slice(number * len(many) // 2, (number + 1) * len(many) // 2)
        halves.append(articles.write_jsonl(many[half], own / "half.jsonl"))
    gc.freeze()  # as workers do, for which it would count: what is held here is none of the work
    for what, multi_classifier, options in (
        ("topic", one, PLAIN),
        ("three schemes", all_three, PLAIN),
        ("topic, with evidence", one, PredictOptions()),
        ("three schemes, with evidence", all_three, PredictOptions()),
    ):
        two_jobs: Job = partial(label, multi_classifier, jsonl, setting.folder, options, 2)
        one_job: Job = partial(label, multi_classifier, jsonl, setting.folder, options, 1)
        found = wall_ratios(two_jobs, one_job, setting.turns)
        yield line(f"JSONL times {MANY}, {what}, --jobs 2: --jobs 1, wall time", found, "1.7")
        found = ratios(two_jobs, one_job, setting.turns)
        yield line(f"JSONL times {MANY}, {what}, --jobs 2: --jobs 1, CPU", found, "1")
        each = [partial(label, multi_classifier, half, half.parent, options) for half in halves]
        found = wall_ratios(partial(run_apart, each), one_job, setting.turns)
        yield line(f"JSONL halved, {what}, two runs side by side: one, wall", found)


def one_article(setting: Setting) -> Iterator[str]:
    """Measure one article as a whole process: imports, model, answer, end."""
    article = setting.folder / "one.txt"
    article.write_text(setting.texts[0], "utf-8")
    pipeline = setting.folder / "topic.joblib"
    joblib.dump(to_pipeline(whole("topic")), pipeline)
    theirs = python(sklearn_script.__file__, str(pipeline), str(article), os.devnull)
    for what, names, goal in (("topic", SCHEMES[:1], "20"), ("three schemes", SCHEMES, "")):
        given = [part for name in names for part in ("-m", name)]
        ours = python("-m", "textclf", "predict", str(article), *given)
        found = ratios(ours, theirs, setting.turns)
        yield line(f"one article, whole process, {what}: script", found, goal)


def memory(setting: Setting) -> Iterator[str]:
    """Measure the memory of a long run beside that of a short one, at their peaks."""
    peaks = []
    for count in setting.lengths:
        source = articles.write_jsonl(
            articles.some(count, setting.input), setting.folder / "long.jsonl"
        )
        command = ("predict", str(source), "--evidence", "0", "-f", "jsonl", "-o", os.devnull)
        peaks.append(peak("-m", "textclf", *command))
    short, long = setting.lengths
    what = f"memory, {short} articles: {long} ({peaks[0]:.0f} and {peaks[1]:.0f} MB)"
    yield line(what, [peaks[1] / peaks[0]], "at most 1.2")


def whole(name: str) -> Model:
    return read_model(find_model(name))


def words(name: str) -> Model:
    """Return a shipped model of which only the words are left."""
    model = whole(name)
    return replace(
        model, linear_weights=replace(model.linear_weights, groups=model.linear_weights.groups[:1])
    )


def without_groups(model: Model) -> Model:
    """Return a model without the feature groups that scikit-learn does not have."""
    groups = tuple(part for part in model.linear_weights.groups if not part.group.lexicon)
    return replace(model, linear_weights=replace(model.linear_weights, groups=groups))


def hold_alike(model: Model, scorer: Scorer, pipeline: object, texts: Sequence[str]) -> None:
    """Stop where an engine and the Pipeline do not give the same probabilities."""
    decision = replace(model.decision, epsilon=0.0)
    ours = decision.probabilities(scorer.score(texts)[0].scores)
    order = np.argsort(model.scheme.label_names)
    apart = np.abs(ours[:, order] - pipeline.predict_proba(texts)).max()
    if apart > TOLERANCE:
        raise SystemExit(f"the probabilities are not those of scikit-learn: {apart} apart")


def label(
    multi_classifier: MultiClassifier,
    source: Path,
    folder: Path,
    options: PredictOptions,
    jobs: int = 1,
) -> None:
    """Do what `textclf predict SOURCE -o FILE` does, with models that are loaded."""
    style: Format = "csv" if source.suffix == ".csv" else "jsonl"
    parts = encode_results([str(source)], multi_classifier, style, options=options, jobs=jobs)
    with open_output(folder / f"ours.{style}", None) as stream:
        stream.writelines(part.data for part in parts)


if __name__ == "__main__":
    main()
