"""Every engine gives the same bytes, also where workers die midway; a run that hangs is given up.

The Dask cluster is a real one, of two worker processes that are in another folder than the run.
"""

import json
import os
import pickle
import re
import signal
import time
from functools import partial

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from small_models import SPORT, WEATHER

from textclf.batch.batches import Batch, Tiling, batches_of
from textclf.batch.encoded_batch import EncodedBatch
from textclf.batch.engines import engine_of
from textclf.batch.results import encode_results
from textclf.classifier.multi_classifier import MultiClassifier
from textclf.classifier.predict_options import PredictOptions
from textclf.errors import InputError, WorkerError
from textclf.io.input_documents import InputDocument
from textclf.io.read_inputs import expand, gather
from textclf.scoring.scorer import make_scorer

pytestmark = pytest.mark.filterwarnings("ignore")  # those of dask, and of threads beside a fork
TEASER = "Crowds join the procession in the city, and others follow it on the radio."
TEXTS = [f"{text} {n}\n{TEASER}" for n, text in enumerate([*SPORT, *WEATHER] * 40)]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """The address of a cluster of two worker processes."""
    from distributed import LocalCluster  # noqa: PLC0415 - it takes a second

    folder = tmp_path_factory.mktemp("cluster")
    before = os.getcwd()  # noqa: PTH109
    os.chdir(folder)
    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, local_directory=str(folder)
    ) as found:
        os.chdir(before)
        yield found


@pytest.fixture(params=["processes", "joblib", "joblib:threading", "dask"])
def engine(request):
    if request.param == "dask":
        return f"dask:{request.getfixturevalue('cluster').scheduler_address}"
    return request.param


@pytest.fixture
def multi_classifier(beat, rain):
    return MultiClassifier([beat, rain], make_scorer)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Inputs of each kind, with names that start from the present folder."""
    monkeypatch.chdir(tmp_path)
    rows = [json.dumps({"text": text}) for text in TEXTS]
    (tmp_path / "in.jsonl").write_text("\n".join([*rows[:99], "", "no JSON", *rows[99:]]))
    pq.write_table(pa.table({"text": TEXTS}), "in.parquet", row_group_size=100)
    (tmp_path / "many").mkdir()
    for number, text in enumerate(TEXTS[:150]):
        (tmp_path / "many" / f"{number:03}.txt").write_text(text)
    (tmp_path / "in.csv").write_text(
        "text\n" + "".join(f'"{text}"\n' for text in TEXTS), newline=""
    )
    return tmp_path


def encoded(given, multi_classifier, **how):
    options = PredictOptions(evidence=2)
    paths = expand([given])
    return list(encode_results(paths, multi_classifier, "csv", options=options, **how))


def data(parts):
    return b"".join(part.data for part in parts)


@pytest.mark.parametrize("given", ["in.jsonl", "in.parquet", "many", "in.csv"])
@pytest.mark.usefixtures("folder")
def test_every_engine_gives_the_bytes_of_one_process(given, engine, multi_classifier):
    alone = encoded(given, multi_classifier)

    found = encoded(given, multi_classifier, jobs=2, engine=engine_of(engine))

    assert data(found) == data(alone)
    assert data(found).count(b"\n") > 150
    removed = [
        sum(part.removed.get("repeated in this input", 0) for part in parts)
        for parts in (found, alone)
    ]
    assert removed[0] == removed[1] > 100
    assert sum(part.items for part in found) == sum(part.items for part in alone)


def mortal(number, *, folder):
    """Return a number, but kill this process when it meets number 1 for the first time."""
    mark = folder / "killed"
    if number == 1 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def fatal(number):
    if number == 7:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def hanging(number):
    time.sleep(60 * (number == 7))
    return number


@pytest.mark.parametrize("engine", ["processes", "dask"], indirect=True)
def test_what_a_worker_did_that_was_killed_is_done_again(engine, tmp_path):
    found = engine_of(engine)(partial(mortal, folder=tmp_path), range(10), 2)

    assert list(found) == list(range(10))
    assert (tmp_path / "killed").exists()


def test_a_task_that_kills_every_worker_is_an_error_that_names_it():
    with pytest.raises(WorkerError, match=r"^7: .* signal 9 \(Killed\)"):
        list(engine_of("processes")(fatal, range(20), 2))


def test_a_worker_of_the_cluster_that_is_killed_midway_changes_no_byte(
    folder, cluster, multi_classifier
):
    (folder / "long.jsonl").write_text((folder / "in.jsonl").read_text() * 4)
    alone = encoded("long.jsonl", multi_classifier)
    parts = []

    options = PredictOptions(evidence=2)
    engine = engine_of(f"dask:{cluster.scheduler_address}")
    for part in encode_results(
        ["long.jsonl"], multi_classifier, "csv", options=options, jobs=4, engine=engine
    ):
        if len(parts) == 3:
            worker = next(iter(cluster.workers.values()))
            os.kill(worker.process.pid, signal.SIGKILL)
        parts.append(part)

    assert data(parts) == data(alone)


class Counted:
    """Work that notes each time it is unpickled."""

    def __init__(self, folder):
        self.folder = folder

    def __setstate__(self, state):
        self.__dict__ = state
        (self.folder / f"{os.getpid()}-{time.monotonic_ns()}").touch()

    def __call__(self, thing):
        time.sleep(0.01)
        return thing


@pytest.mark.parametrize("engine", ["joblib", "dask"], indirect=True)
def test_the_models_travel_once_a_worker_and_not_once_a_task(engine, tmp_path):
    list(engine_of(engine)(Counted(tmp_path), range(50), 2))

    workers = [path.name.partition("-")[0] for path in tmp_path.iterdir()]
    assert len(workers) == len(set(workers)) <= 2


@pytest.mark.parametrize("engine", ["processes", "dask"], indirect=True)
def test_a_run_without_any_result_for_the_stated_time_is_given_up(engine):
    with pytest.raises(
        WorkerError, match=r"7: .*gave no result in 5 seconds; raise --task-timeout"
    ):
        list(engine_of(engine, 5)(hanging, range(8), 2))


@pytest.mark.usefixtures("folder")
def test_a_batch_of_a_file_is_ranges_of_it_and_holds_no_text():
    batches = list(batches_of(gather(["in.jsonl", "in.parquet"]), 64))

    assert sum(not batch.documents for batch in batches) > 3
    assert all(len(pickle.dumps(batch)) < 1_000 for batch in batches if not batch.documents)


@pytest.mark.parametrize("parts", [[(0, 3), (4, 2)], [(0, 3), (2, 4)], [(0, 3)], [(3, 3), (0, 3)]])
def test_parts_that_do_not_make_up_the_input_are_an_error(parts):
    tiling = Tiling()
    item = InputDocument("1", "in.csv", "Rain.")
    list(tiling.handed_out([Batch([item] * 3), Batch([item] * 3, 3)]))

    with pytest.raises(WorkerError, match=r"^the part.* item .*; run the command again$"):
        list(tiling.came_back(EncodedBatch(b"", items=n, start=at) for at, n in parts))


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("spark", "there is no engine 'spark'; there are: processes, joblib, dask:tcp://host:port"),
        ("dask:", "there is no engine 'dask:'"),
        ("dask:tcp://127.0.0.1:1", "dask:tcp://127.0.0.1:1: there is no such cluster: "),
        ("joblib:none", "joblib has no backend 'none': "),
    ],
)
def test_an_engine_that_is_not_there_is_one_line(name, reason, monkeypatch):
    monkeypatch.setattr("textclf.batch.dask_cluster._CONNECT", 1)

    with pytest.raises(InputError, match=f"^{re.escape(reason)}"):
        list(engine_of(name)(hanging, range(3), 2))


def test_a_timeout_of_nothing_is_an_error():
    with pytest.raises(InputError, match="the task timeout is 0 seconds; give more than 0"):
        engine_of("processes", 0)
