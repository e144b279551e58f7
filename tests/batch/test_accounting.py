"""A run accounts for every row, writes down how it came about, and finds copies."""

import csv
import hashlib
import json
from pathlib import Path

import pytest

from textclf.batch.beside import Beside
from textclf.batch.predict_files import predict_files
from textclf.classifier.prediction import Status
from textclf.errors import InputError
from textclf.io.read_inputs import expand

STORY = (
    "A mob burned a church in the town of Shahpur on Friday, and two worshippers were killed, "
    "police said. The mob gathered after a rumour that pages of a holy book had been torn. "
    "Officers fired tear gas, closed the road to the old market and held eleven men overnight."
)
OTHER = "Rain and wind will lash Murree on Monday, the met office said, and schools will close."
LINES = [
    {"id": "first", "text": STORY},
    {"id": "rain", "text": OTHER},
    {"id": "again", "text": f"By Our Correspondent\n{STORY.replace('eleven', '11')}"},
]


@pytest.fixture
def stories(tmp_path: Path) -> Path:
    path = tmp_path / "in.jsonl"
    lines = [json.dumps(one) for one in LINES]
    path.write_text("\n".join([*lines[:2], "", "{broken", "{broken too", lines[2], ""]))
    return path


def run(path: Path, name: str = "out.jsonl", **settings: object):
    output = path.with_name(name)
    summary = predict_files([str(path)], output, models=["topic", "stance"], **settings)
    return summary, output


def records(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.parametrize("apart", [False, True])
def test_rows_read_are_rows_written_rejected_and_blank(stories: Path, apart: bool) -> None:
    rejects = stories.with_name("rejects.csv") if apart else None
    summary, output = run(stories, beside=Beside(rejects=rejects))

    assert summary.read == 6
    assert (summary.articles, summary.rejected, summary.blanks) == (
        (3, 2, 1) if apart else (5, 0, 1)
    )
    assert summary.failed == 2
    assert len(records(output)) == summary.articles
    for counts in summary.statuses.values():
        assert sum(counts.values()) == summary.read - summary.blanks
    assert f"= {summary.articles} written + {summary.rejected} rejected + 1 blank" in str(summary)


def test_rejects_say_file_row_reason_and_how_the_row_begins(stories: Path) -> None:
    rejects = stories.with_name("rejects.csv")
    run(stories, beside=Beside(rejects=rejects))

    with rejects.open(newline="") as file:
        first, second = csv.DictReader(file)

    assert (first["file"], first["row"], second["row"]) == (str(stories), "4", "5")
    assert first["reason"].startswith("is not JSON")
    assert second["raw"] == "{broken too"
    offset = int(second["offset"])
    assert stories.read_bytes()[offset:].startswith(b"{broken too")


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_rejects_of_a_table_say_at_which_byte_their_rows_begin(tmp_path: Path, mark: bytes) -> None:
    path, rejects = tmp_path / "in.csv", tmp_path / "rejects.csv"
    good = "1,\u201cRain\u201d fell on Swat.\r\n".encode()
    bad = [b'2,"an open quote,\r\n', b"3,one,more\r\n", b"4\r\n"]
    lines = [b"id,text\r\n", good, bad[0], good, b"\r\n", b"\r\n", bad[1], good, bad[2], b"\r\n"]
    path.write_bytes(mark + b"".join(lines))

    summary, _ = run(path, beside=Beside(rejects=rejects))

    with rejects.open(newline="") as file:
        rows = list(csv.DictReader(file))
    data = path.read_bytes()
    assert [row["row"] for row in rows] == ["3", "7", "9"]
    for row, line in zip(rows, bad, strict=True):
        assert data[int(row["offset"]) :].startswith(line)
        assert row["raw"] == line.decode().strip()
    assert (summary.articles, summary.rejected, summary.blanks) == (3, 3, 2)


def test_blank_rows_between_the_rows_of_a_workbook_are_counted(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in (["Export"], [], ["id", "text"], ["1", OTHER], [], [], ["2", STORY], [None, ""]):
        book.active.append(row)
    book.save(tmp_path / "in.xlsx")

    summary, _ = run(tmp_path / "in.xlsx")

    assert (summary.articles, summary.blanks, summary.read) == (2, 2, 4)


@pytest.mark.parametrize("suffix", ["csv", "json", "jsonl"])
def test_where_the_first_rows_are_rejects_the_next_begins_the_output(
    tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / "in.jsonl"
    good = json.dumps({"id": "x", "text": OTHER})
    path.write_text(f"{good}\n" + "{broken\n" * 400 + f"{good}\n")
    path.write_text("{broken\n" * 400 + f"{good}\n")
    summary, output = run(path, f"out.{suffix}", beside=Beside(rejects=tmp_path / "r.jsonl"))

    assert (summary.articles, summary.rejected) == (1, 400)
    text = output.read_text()
    if suffix == "csv":
        assert text.splitlines()[0].startswith("id,text,topic,")
    else:
        assert json.loads(text)
    assert len(text.splitlines()) == {"csv": 2, "json": 3, "jsonl": 1}[suffix]


def test_the_record_of_a_run_holds_the_digests_of_what_it_read_and_wrote(stories: Path) -> None:
    summary, output = run(stories)
    record = json.loads(output.with_name("out.jsonl.run.json").read_text())

    for one in (*record["inputs"], record["output"], *record["models"]):
        data = Path(one["file"]).read_bytes()
        assert (one["bytes"], one["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
    assert [one["scheme"]["name"] for one in record["models"]] == ["topic", "stance"]
    assert records(output)[0]["schemes"]["topic"]["model"] == record["models"][0]["name"]
    assert record["models"][0]["name"].split()[-1] == record["models"][0]["digest"][:12]
    assert record["rows"] == {"read": 6, "written": 5, "rejected": 0, "blank": 1}
    assert record["statuses"]["topic"] == {"ok": 3, "error": 2}
    assert record["labels"]["topic"] == {"conflict": 2, "weather": 1}
    assert record["copies"] == summary.copies == 0
    assert record["started"] <= record["ended"]


def test_the_record_holds_the_priors_that_were_estimated(stories: Path) -> None:
    output = stories.with_name("o.csv")
    predict_files([str(stories)], output, models=["stance"], prior="estimate")
    (model,) = json.loads(output.with_name("o.csv.run.json").read_text())["models"]

    assert model["prior"]["none"] != 0.91
    assert sum(model["prior"].values()) == pytest.approx(1, abs=1e-5)


def test_a_run_record_can_be_left_out_and_is_never_an_input(stories: Path) -> None:
    _, output = run(stories, beside=Beside(record=False))
    record = output.with_name("out.jsonl.run.json")
    assert not record.exists()

    run(stories)
    assert str(record) not in expand([str(stories.parent)])


@pytest.mark.parametrize("jobs", [1, 3])
def test_a_copy_names_the_first_article_of_its_kind(stories: Path, jobs: int) -> None:
    summary, output = run(stories, jobs=jobs, copies=True)

    assert {one["id"]: one.get("copy_of") for one in records(output) if "error" not in one} == {
        "first": None,
        "rain": None,
        "again": "first",
    }
    assert summary.copies == 1


def test_copies_that_are_left_out_have_a_record_without_a_label(stories: Path) -> None:
    summary, output = run(stories, drop_copies=True)

    (again,) = [one for one in records(output) if one["id"] == "again"]
    assert again["copy_of"] == "first"
    assert (again["schemes"]["topic"]["status"], again["schemes"]["topic"]["label"]) == (
        "copy",
        None,
    )
    assert summary.labels["topic"] == {"conflict": 1, "weather": 1}
    assert summary.answers[Status.COPY] == 2


def test_a_table_of_passages_has_the_text_of_each_and_marks_those_that_decided(
    stories: Path,
) -> None:
    passages = stories.with_name("p.csv")
    _, output = run(stories, beside=Beside(passages=passages))
    with passages.open(newline="") as file:
        rows = list(csv.DictReader(file))

    for one in records(output):
        prediction = one["schemes"]["stance"]
        own = [row for row in rows if row["id"] == one["id"]]
        assert {row["scheme"] for row in own} <= {"stance"}
        assert [row["label"] for row in own] == [part["label"] for part in prediction["passages"]]
        text = {line["id"]: line["text"] for line in LINES}.get(one["id"], "")
        for row in own:
            start, end = int(row["start"]), int(row["end"])
            assert row["text"] == " ".join(text[start:end].split())


def test_a_name_that_is_no_table_is_refused_before_the_run(stories: Path) -> None:
    with pytest.raises(InputError, match="--passages"):
        run(stories, beside=Beside(passages=stories.with_name("p.doc")))
    assert not stories.with_name("out.jsonl").exists()


def test_all_probabilities_add_a_column_for_each_label(stories: Path) -> None:
    _, output = run(stories, "out.csv", all_probabilities=True)
    with output.open(newline="") as file:
        first = next(csv.DictReader(file))

    total = sum(float(value) for name, value in first.items() if name.startswith("topic_prob_"))
    assert total == pytest.approx(1, abs=0.002)
    assert first["topic_prob_conflict"] == first["topic_prob"]


def test_the_record_of_a_run_counts_problems_by_kind(stories: Path) -> None:
    _, output = run(stories)
    (one,) = json.loads(output.with_name("out.jsonl.run.json").read_text())["warnings"]

    assert (one["first"], one["count"]) == (f"{stories}:4", 2)
    assert one["text"].startswith("is not JSON")


def test_copies_are_found_only_if_they_are_asked_for(stories: Path) -> None:
    summary, output = run(stories)
    assert summary.copies == 0
    assert not any("copy_of" in one for one in records(output))
