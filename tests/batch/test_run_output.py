"""Runs that are stopped, killed, resumed, or that two write: nothing is lost, doubled or mixed."""

import hashlib
import json
import resource
import signal
import subprocess
import sys
import time
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
from command_line import run, run_process

from textclf.batch import predict_files as module
from textclf.batch import run_output
from textclf.batch.beside import Beside
from textclf.batch.encoded_batch import EncodedBatch, JournalEntry
from textclf.batch.predict_files import predict_files
from textclf.classifier.predict_options import PredictOptions
from textclf.classifier.prediction import Status
from textclf.errors import InputError
from textclf.io.input_documents import ReadOptions
from textclf.io.problems import Problem
from textclf.text.repeated_paragraphs import NOTHING_REPEATED

OPTIONS = ["predict", "-m", "topic", "--keep-repeated", "--no-run-record"]
COMMAND = [sys.executable, "-m", "textclf", *OPTIONS]
COUNT = 700
STYLES = ["out.jsonl", "out.json", "out.csv", "out.csv.gz", "out.xlsx", "out.parquet"]
SLOW = pytest.mark.slow
FAST_LIMITS = [("out.jsonl", 20_000), ("out.parquet", 1_000)]
"""A disk that is full after some articles are done, and one that is full before the first."""
predict = partial(
    predict_files,
    models=["topic"],
    options=PredictOptions(repeated=NOTHING_REPEATED),
    beside=Beside(record=False),
)


class StopError(Exception):
    """Stands for whatever ends a run."""


@pytest.fixture(scope="module")
def articles(tmp_path_factory):
    path = tmp_path_factory.mktemp("articles") / "articles.jsonl"
    words = ["snow", "wind", "cricket", "budget", "court"]
    rows = [
        {"id": n, "text": f"News of {words[n % 5]}, number {n}, came é from the town. " * (n % 4)}
        for n in range(COUNT)
    ]
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("\n".join([*lines[:300], "no JSON", "", *lines[300:]]) + "\n", "utf-8")
    return path


def stopped_at(number, articles, output, **more):
    """Run, and stop when so many articles are done, as a signal would."""

    def stop(done, _):
        if done >= number:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as found:
        predict([str(articles)], output, progress=stop, **more)
    return str(found.value)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def expected(articles, tmp_path):
    """Return what a run that nothing disturbs writes."""

    def written(name, **more):
        (tmp_path / "whole").mkdir(exist_ok=True)
        predict([str(articles)], tmp_path / "whole" / name, **more)
        return (tmp_path / "whole" / name).read_bytes()

    return written


def same(name, found, expected):
    """Return whether two files are the same; a workbook has the time of its making inside."""
    if name.endswith(".xlsx"):
        openpyxl = pytest.importorskip("openpyxl")
        books = [openpyxl.load_workbook(one).active.values for one in (found, expected)]
        return [*books[0]] == [*books[1]]
    return found.read_bytes() == expected.read_bytes()


@pytest.mark.parametrize("name", STYLES)
@pytest.mark.parametrize("number", [400, *(pytest.param(n, marks=SLOW) for n in (65, COUNT + 1))])
def test_a_resumed_run_writes_what_an_undisturbed_one_writes(
    name, number, articles, expected, tmp_path
):
    output = tmp_path / name
    expected(name)

    said = stopped_at(number, articles, output)
    assert names(tmp_path) == [f".{name}.run", "whole"]
    assert "articles are done and kept" in said
    predict([str(articles)], output, resume=True)

    assert same(name, output, tmp_path / "whole" / name)
    assert names(tmp_path) == sorted([name, "whole"])


def test_a_resumed_run_gives_the_account_of_the_whole(articles, tmp_path):
    whole = predict([str(articles)], tmp_path / "whole.csv")
    stopped_at(400, articles, tmp_path / "out.csv")

    found = predict([str(articles)], tmp_path / "out.csv", resume=True)

    assert (found.articles, found.failed) == (COUNT + 1, 1)
    assert (found.answers, found.removed) == (whole.answers, whole.removed)


def test_a_run_can_be_resumed_again_and_again_with_other_jobs(articles, expected, tmp_path):
    output, shown = tmp_path / "out.csv", tmp_path / "read.txt"
    whole = expected("out.csv", beside=Beside(tmp_path / "whole" / "read.txt"))

    stopped_at(65, articles, output, beside=Beside(shown))
    stopped_at(200, articles, output, beside=Beside(shown), resume=True, jobs=2)
    stopped_at(500, articles, output, beside=Beside(shown), resume=True)
    predict([str(articles)], output, beside=Beside(shown), resume=True, jobs=2)

    assert output.read_bytes() == whole
    assert shown.read_bytes() == (tmp_path / "whole" / "read.txt").read_bytes()


@pytest.mark.parametrize("number", [65, 300, 500])
def test_a_run_over_row_groups_is_resumed_between_two_of_them(number, articles, tmp_path):
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    lines = articles.read_text("utf-8").splitlines()
    texts = [json.loads(line)["text"] for line in lines if line.startswith("{")]
    pq.write_table(pa.table({"text": texts}), tmp_path / "in.parquet", row_group_size=70)
    predict([str(tmp_path / "in.parquet")], tmp_path / "whole.csv")

    stopped_at(number, tmp_path / "in.parquet", tmp_path / "out.csv", jobs=2)
    predict([str(tmp_path / "in.parquet")], tmp_path / "out.csv", resume=True)

    assert (tmp_path / "out.csv").read_bytes() == (tmp_path / "whole.csv").read_bytes()


SIDES = [("read.txt", "p.csv", "r.csv"), ("read.txt", "p.xlsx", "r.jsonl")]


def beside(folder, sides):
    return Beside(*[folder / name for name in sides])


def without_times(path):
    """Return a run record without what is another in each run."""
    found = json.loads(path.read_bytes())
    options = found["options"].items()
    found["options"] = {name: value for name, value in options if "/" not in str(value)}
    for name in ("--resume", "--jobs"):
        del found["options"][name]
    return {
        name: value
        for name, value in found.items()
        if name not in {"started", "ended", "seconds", "command", "output"}
    }


@pytest.mark.parametrize("sides", SIDES)
@pytest.mark.parametrize("more", [{}, {"copies": True, "models": ["stance"]}])
def test_the_files_beside_the_output_are_resumed_as_it_is(
    articles, expected, tmp_path, sides, more
):
    output, whole = tmp_path / "out.csv", tmp_path / "whole"
    expected("out.csv", beside=beside(whole, sides), **more)
    settings = {"beside": beside(tmp_path, sides), **more}

    stopped_at(65, articles, output, **settings)
    stopped_at(300, articles, output, **settings, resume=True, jobs=2)
    stopped_at(COUNT, articles, output, **settings, resume=True)
    assert names(tmp_path) == [".out.csv.run", "whole"]
    predict([str(articles)], output, **settings, resume=True)

    assert names(tmp_path) == sorted([*names(whole), "whole"])
    for name in ("out.csv", *sides):
        assert same(name, tmp_path / name, whole / name), name
    record = without_times(tmp_path / "out.csv.run.json")
    assert record == without_times(whole / "out.csv.run.json")
    assert record["rows"] == {"read": COUNT + 2, "written": COUNT, "rejected": 1, "blank": 1}


@pytest.mark.parametrize("side", ["none/r.csv", "folder.csv"])
def test_a_file_beside_the_output_that_cannot_be_written_is_named_before_the_run(
    articles, tmp_path, side
):
    (tmp_path / "folder.csv").mkdir()

    with pytest.raises(InputError, match=f"{side}: cannot be written"):
        predict([str(articles)], tmp_path / "o.csv", beside=Beside(rejects=tmp_path / side))

    assert names(tmp_path) == ["folder.csv"]


def test_a_run_that_is_restarted_begins_the_files_beside_the_output_again(
    articles, expected, tmp_path
):
    output, whole = tmp_path / "out.csv", tmp_path / "whole"
    expected("out.csv", beside=beside(whole, SIDES[0]))
    stopped_at(300, articles, output, beside=beside(tmp_path, SIDES[0]))

    predict([str(articles)], output, beside=beside(tmp_path, SIDES[0]), restart=True)

    for name in ("out.csv", *SIDES[0]):
        assert same(name, tmp_path / name, whole / name), name


def test_rejects_before_the_first_record_are_resumed(tmp_path):
    """The columns come with the first record, and the byte order mark with the first row."""
    path = tmp_path / "in.csv"
    path.write_bytes(b"\xef\xbb\xbfid,text\n" + b'1,"x"y"\n' * 700 + b"2,Rain fell.\n" * 200)
    settings = {"reading": ReadOptions(text_field="text"), "copies": True}
    for name in ("whole", "out"):
        (tmp_path / name).mkdir()
    predict(
        [str(path)],
        tmp_path / "whole" / "o.csv",
        **settings,
        beside=beside(tmp_path / "whole", SIDES[0]),
    )
    failed = beside(tmp_path / "out", SIDES[0])
    reached = []

    def stop(_, share):
        reached.append(share)
        if len(reached) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        predict([str(path)], tmp_path / "out" / "o.csv", **settings, beside=failed, progress=stop)
    predict([str(path)], tmp_path / "out" / "o.csv", **settings, beside=failed, resume=True)

    found = (tmp_path / "out" / "o.csv").read_bytes()
    assert found == (tmp_path / "whole" / "o.csv").read_bytes()
    assert found.startswith(b"\xef\xbb\xbfid,text,topic,")
    rejects = (tmp_path / "out" / "r.csv").read_bytes()
    assert rejects == (tmp_path / "whole" / "r.csv").read_bytes()
    assert rejects.count(b"file,row,offset") == 1
    assert rejects.count(b"\n") == 701


@pytest.mark.parametrize("step", range(6))
def test_a_run_that_is_stopped_while_its_files_take_their_places_is_completed(
    step, articles, expected, tmp_path, monkeypatch
):
    output, whole, taken = tmp_path / "out.csv", tmp_path / "whole", []
    expected("out.csv", beside=beside(whole, SIDES[1]))
    real = run_output.replace

    def stops(path, target):
        if len(taken) == step:
            raise KeyboardInterrupt
        taken.append(target)
        real(path, target)

    with monkeypatch.context() as patch, suppress(KeyboardInterrupt):
        patch.setattr(run_output, "replace", stops)
        predict([str(articles)], output, beside=beside(tmp_path, SIDES[1]))
    assert output.exists() == (step >= 5)
    predict([str(articles)], output, beside=beside(tmp_path, SIDES[1]), resume=True)

    assert names(tmp_path) == sorted([*names(whole), "whole"])
    for name in ("out.csv", *SIDES[1]):
        assert same(name, tmp_path / name, whole / name), name
    record = json.loads((tmp_path / "out.csv.run.json").read_bytes())
    assert record["output"]["sha256"] == hashlib.sha256(output.read_bytes()).hexdigest()


BYTES_AND_ERROR = {"data", "shown", "passages", "rejects", "error"}


@pytest.mark.parametrize("name", sorted({*EncodedBatch._fields} - BYTES_AND_ERROR))
def test_the_journal_gives_back_each_count_of_a_batch(name):
    values = {
        "messages": ("one",),
        "notes": (("a.csv", "read as CSV"),),
        "problems": (Problem("a.csv:3", "is empty"),),
        "removed": {"byline": 2},
        "answers": {Status.OK: 3},
        "statuses": {"topic": {"ok": 3}},
        "labels": {"topic": {"sport": 2}},
        "priors": {"topic": {"sport": 0.25}},
    }
    batch = EncodedBatch(b"")._replace(**{name: values.get(name, 5)})

    found = JournalEntry.of(JournalEntry(batch, [1], [2]).line())

    assert found == JournalEntry(batch, [1], [2])


def test_nothing_that_is_done_is_labelled_again(articles, tmp_path, monkeypatch):
    stopped_at(400, articles, tmp_path / "out.csv")
    labelled = []
    classifier = module.load_all(["topic"])
    real = classifier.predict_documents

    def counted(documents, options):
        labelled.extend(documents)
        return real(documents, options)

    monkeypatch.setattr(classifier, "predict_documents", counted)
    monkeypatch.setattr(module, "load_all", lambda *_, **__: classifier)
    predict([str(articles)], tmp_path / "out.csv", resume=True)

    assert len(labelled) <= COUNT - 400 + 1  # one more, for the columns


def test_half_a_batch_and_half_a_line_of_the_journal_are_written_again(
    articles, expected, tmp_path
):
    output = tmp_path / "out.jsonl"
    stopped_at(400, articles, output)
    folder = tmp_path / ".out.jsonl.run"
    with (folder / "part0").open("ab") as part, (folder / "journal.jsonl").open("ab") as journal:
        part.write(b'{"id": 400, "te')
        journal.write(b'{"sizes": [10')

    predict([str(articles)], output, resume=True)

    assert output.read_bytes() == expected("out.jsonl")


def test_bytes_that_never_reached_the_disk_are_written_again(articles, expected, tmp_path):
    output = tmp_path / "out.jsonl"
    stopped_at(500, articles, output)
    part = tmp_path / ".out.jsonl.run" / "part0"
    data = part.read_bytes()
    part.write_bytes(data[:-5_000] + bytes(5_000))

    predict([str(articles)], output, resume=True)

    assert output.read_bytes() == expected("out.jsonl")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"options": PredictOptions(repeated=NOTHING_REPEATED, evidence=2)}, "--evidence was 8"),
        ({"models": ["stance"]}, "scheme stance"),
        ({"prefix": "our_"}, "--prefix was not given and is now our_"),
        ({"style": "tsv"}, "--format was csv and is now tsv"),
        ({"all_probabilities": True}, "--all-probabilities was not given and is now True"),
        ({"copies": True}, "--copies was not given and is now True"),
        ({"beside": Beside(rejects=Path("r.csv"), record=False)}, "--rejects was not given and is"),
        ({"beside": Beside()}, "--no-run-record was True and is now not given"),
        ({"inputs": ["articles", "other"]}, "other.jsonl is a new input"),
        ({"touch": True}, "articles.jsonl has changed"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_another_model_option_or_input_is_refused_by_name(change, named, articles, tmp_path):
    own = tmp_path / "articles.jsonl"
    own.write_bytes(articles.read_bytes())
    (tmp_path / "other.jsonl").write_text('{"text": "Rain."}\n')
    stopped_at(200, own, tmp_path / "out.csv")
    if change.pop("touch", False):
        own.write_bytes(articles.read_bytes() + b'{"text": "One more."}\n')
    inputs = [str(tmp_path / f"{name}.jsonl") for name in change.pop("inputs", ["articles"])]

    with pytest.raises(InputError, match="cannot be resumed") as found:
        predict(inputs, tmp_path / "out.csv", resume=True, **change)

    assert named in str(found.value)
    assert (tmp_path / ".out.csv.run" / "part0").stat().st_size > 10_000


def test_what_a_run_left_is_never_taken_without_a_word(articles, expected, tmp_path):
    output = tmp_path / "out.csv"
    stopped_at(200, articles, output)

    with pytest.raises(InputError, match="--resume, or discard it with --restart"):
        predict([str(articles)], output)
    assert (tmp_path / ".out.csv.run" / "part0").stat().st_size > 10_000
    predict([str(articles)], output, restart=True)

    assert output.read_bytes() == expected("out.csv")
    assert not (tmp_path / ".out.csv.run").exists()


def test_an_input_that_goes_away_while_the_run_begins_does_not_end_it(articles, tmp_path):
    gone = tmp_path / "gone.jsonl"
    gone.write_text('{"id": 1, "text": "Rain."}\n')

    def remove(*_):
        gone.unlink(missing_ok=True)

    found = predict([str(articles), str(gone)], tmp_path / "out.csv", progress=remove)

    assert (found.articles, found.failed) == (COUNT + 2, 2)


def test_a_folder_that_others_could_write_is_not_resumed(articles, tmp_path):
    stopped_at(200, articles, tmp_path / "out.csv")
    (tmp_path / ".out.csv.run").chmod(0o777)

    with pytest.raises(InputError, match="is not the folder of a run of yours"):
        predict([str(articles)], tmp_path / "out.csv", resume=True)


def test_the_folder_of_a_run_is_for_its_user_alone(articles, tmp_path):
    stopped_at(200, articles, tmp_path / "out.csv")

    assert (tmp_path / ".out.csv.run").stat().st_mode & 0o777 == 0o700


def test_a_first_input_that_is_wrong_leaves_nothing(articles, tmp_path):
    (tmp_path / "odd.csv").write_text("note\nno text column\n")

    with pytest.raises(InputError):
        predict([str(tmp_path / "odd.csv"), str(articles)], tmp_path / "out.csv")

    assert names(tmp_path) == ["odd.csv"]


def test_standard_input_cannot_be_resumed_and_leaves_nothing_in_the_way(articles, tmp_path):
    output = tmp_path / "out.csv"
    command = [*COMMAND, "-", "--input-format", "jsonl", "-o", str(output)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE)
    process.stdin.write(articles.read_bytes() * 3)
    process.stdin.flush()
    until((tmp_path / ".out.csv.run").exists)
    process.kill()
    process.stdin.close()
    process.wait()

    found = run_process(*command[3:], stdin=articles.read_bytes())

    assert found.returncode == 3
    assert names(tmp_path) == ["out.csv"]


def until(holds):
    assert any(holds() or time.sleep(0.02) for _ in range(3000))


def test_a_second_run_is_refused_and_names_the_process_that_writes(articles, tmp_path):
    command = [*COMMAND, "-", "--input-format", "jsonl", "-o", str(tmp_path / "out.csv")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        process.stdin.write(articles.read_bytes() * 3)
        process.stdin.flush()
        until((tmp_path / ".out.csv.run").exists)

        for more in ([], ["--resume"], ["--restart"]):
            found = run(*OPTIONS, articles, "-o", tmp_path / "out.csv", *more)
            assert found.returncode == 1
            assert (
                f"another run is writing it (process {process.pid}, host ".encode() in found.stderr
            )
            assert found.stderr.count(b"\n") == 1
        process.kill()


@pytest.mark.parametrize("_trial", [0, *(pytest.param(n, marks=SLOW) for n in (1, 2, 3))])
def test_two_runs_with_one_output_never_mix(_trial, articles, tmp_path):
    output = tmp_path / "out.jsonl"
    commands = [[*COMMAND, str(articles), "-o", str(output), "--prefix", one] for one in "ab"]
    started = [subprocess.Popen(one, stderr=subprocess.PIPE) for one in commands]
    said = [one.communicate()[1] for one in started]

    codes = [one.returncode for one in started]
    assert 3 in codes, said
    assert all(
        code == 3 or (code == 1 and b"another run is writing it" in err)
        for code, err in zip(codes, said, strict=True)
    ), said
    rows = [json.loads(line) for line in output.read_text("utf-8").splitlines()]
    assert len(rows) == COUNT + 1
    assert len({"apredictions" in row for row in rows}) == 1
    assert names(tmp_path) == ["out.jsonl"]


@SLOW
def test_kills_at_many_moments_lose_and_double_nothing(articles, expected, tmp_path):
    output = tmp_path / "out.jsonl"
    command = [*COMMAND, str(articles), "-o", str(output), "--resume"]
    whole = expected("out.jsonl")
    sizes = []
    for kill in range(6):
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        part = tmp_path / ".out.jsonl.run" / "part0"
        before = part.stat().st_size if part.exists() else 0
        limit = time.monotonic() + 20
        while process.poll() is None and time.monotonic() < limit:
            if part.exists() and part.stat().st_size > before + kill * 1000:
                break
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)
        process.wait()
        sizes.append(before)
        if process.returncode == 3:
            break

    run_process(*command[3:])

    assert sizes == sorted(sizes)
    assert output.read_bytes() == whole


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        pytest.param(name, limit, marks=[] if (name, limit) in FAST_LIMITS else SLOW)
        for name in ("out.jsonl", "out.csv.gz", "out.parquet")
        for limit in (1_000, 20_000, 60_000)
    ],
)
def test_a_full_disk_leaves_the_old_file_whole_and_says_so_once(name, limit, articles, tmp_path):
    output = tmp_path / name
    output.write_bytes(b"old")

    found = subprocess.run(
        [*COMMAND, str(articles), "-o", str(output)],
        capture_output=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )

    lines = [line for line in found.stderr.splitlines() if b"cannot be written" in line]
    assert found.returncode == 1
    assert len(lines) == 1
    assert b"File too large" in lines[0]
    assert b"Traceback" not in found.stderr
    assert output.read_bytes() == b"old"
    if b"--resume" in lines[0]:
        run(*OPTIONS, articles, "-o", output, "--resume")
        assert not (tmp_path / f".{name}.run").exists()
    assert names(tmp_path) == [name]
