"""The command line as a user meets it: real files and pipes, and processes where they matter."""

import contextlib
import csv
import gzip
import io
import json
import os
import pty
import re
import signal
import subprocess
import sys
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from command_line import run, run_process
from small_models import BEAT_TEXTS, SPORT, SUBJECT_TEXTS, WEATHER

HEAVY = ["sklearn", "scipy", "nltk", "joblib"]
SNOW = "Snow fell on the pass all night, and more snow and wind are forecast for Skardu."


@pytest.fixture
def article(tmp_path):
    path = tmp_path / "snow.txt"
    path.write_text(SNOW, "utf-8")
    return path


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained")
    rows = [{"text": text, "label": label[0]} for text, label in BEAT_TEXTS]
    write_csv(folder / "beats.csv", rows)
    found = run("train", folder / "beats.csv", "-o", folder / "beat.textclf", cwd=folder)
    assert found.returncode == 0, found.stderr
    return folder / "beat.textclf"


def write_csv(path, rows):
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text.decode("utf-8"))))


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["predict", "--help"], ["predict", "snow.txt", "-f", "jsonl"]],
    ids=str,
)
def test_neither_help_nor_prediction_imports_the_learning_libraries(article, arguments):
    code = (
        "import sys\n"
        "from textclf.cli import main\n"
        f"sys.argv = ['textclf', *{arguments!r}]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"loaded = [name for name in {HEAVY!r} if name in sys.modules]\n"
        "sys.exit(repr(loaded) if loaded else 0)\n"
    )

    found = subprocess.run(
        [sys.executable, "-c", code], cwd=article.parent, capture_output=True, check=False
    )

    assert found.returncode == 0, found.stderr


def test_an_article_is_labelled_under_all_three_schemes(article):
    found = run_process("predict", article.name, cwd=article.parent)

    text = found.stdout.decode()
    assert found.returncode == 0
    assert "weather" in text
    assert all(name in text for name in ("topic", "stance", "sectarian_violence"))
    assert "because of: " in text
    assert found.stderr == b""


def test_a_record_of_json_holds_what_it_promises(article):
    found = run("predict", article.name, "-f", "jsonl", cwd=article.parent)

    record = json.loads(found.stdout)
    topic = record["schemes"]["topic"]
    assert record["id"] == "snow.txt"
    assert topic["label"] == "weather"
    assert topic["status"] == "ok"
    assert sum(topic["probs"].values()) == pytest.approx(1, abs=1e-2)
    assert all(SNOW[one["start"] : one["end"]] == one["text"] for one in topic["evidence"])
    assert len(record["schemes"]["sectarian_violence"]["passages"]) == 1


def test_a_table_comes_back_with_its_columns_and_ours(tmp_path):
    write_csv(
        tmp_path / "in.csv", [{"key": n, "text": t} for n, t in enumerate([SNOW, "", SPORT[0]])]
    )

    found = run("predict", "in.csv", "-m", "topic", cwd=tmp_path)

    rows = rows_of(found.stdout)
    assert [row["key"] for row in rows] == ["0", "1", "2"]
    assert [row["topic_status"] for row in rows] == ["ok", "empty", "ok"]
    assert rows[0]["topic"] == "weather"
    assert rows[1]["topic"] == ""
    assert list(rows[0])[:2] == ["key", "text"]


def test_on_a_terminal_nothing_is_drawn_among_the_results(article):
    shown = on_a_terminal("predict", article, "-m", "topic", "-f", "jsonl")

    assert json.loads(shown)["schemes"]["topic"]["label"] == "weather"


def test_a_run_into_a_file_draws_its_progress_wipes_it_and_ends_on_one_line(article, tmp_path):
    shown = on_a_terminal("predict", article, "-m", "topic", "-o", tmp_path / "out.csv")

    assert "1 articles, " in shown
    assert re.search(r"a second\r\x1b\[K[^\r]*out\.csv: 1 row in \d+\.\d s; answers: 1 ok", shown)


def on_a_terminal(*arguments):
    """Return what a person sees who runs textclf: output and progress on one terminal."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "textclf", *map(str, arguments)]
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    parts = []
    with contextlib.suppress(OSError):  # the end of a terminal
        while part := os.read(ours, 65536):
            parts.append(part)
    os.close(ours)
    assert process.wait() == 0
    return b"".join(parts).decode()


@pytest.mark.parametrize(
    "name", ["out.jsonl", "out.csv", "out.tsv", "out.json", "out.txt", "out.csv.gz"]
)
def test_the_suffix_of_the_output_tells_its_format(article, name):
    found = run("predict", article.name, "-o", name, cwd=article.parent)

    data = (article.parent / name).read_bytes()
    text = (gzip.decompress(data) if name.endswith(".gz") else data).decode()
    assert found.returncode == 0
    assert found.stdout == b""
    assert "weather" in text


def test_standard_input_is_one_document_without_a_format():
    text = f"{SNOW}\n{SPORT[0]}\n"

    whole = run("predict", "-", "-f", "jsonl", stdin=text.encode())
    lines = run("predict", "-", "--lines", "-f", "jsonl", stdin=text.encode())
    objects = run("predict", "-", "-f", "jsonl", stdin=json.dumps({"text": SNOW}).encode())

    assert len(whole.stdout.splitlines()) == 1
    assert len(lines.stdout.splitlines()) == 2
    assert json.loads(objects.stdout)["text"] == SNOW


def test_a_folder_is_read_in_order_and_one_bad_file_fails_alone(tmp_path):
    (tmp_path / "a.txt").write_text(SNOW, "utf-8")
    (tmp_path / "b.txt").write_bytes(b"\x00\x01\x02")
    (tmp_path / "c.txt").write_bytes("caf\u00e9 closed by snow".encode("cp1252"))
    (tmp_path / "d.txt").write_bytes(SNOW.encode("utf-16"))

    found = run("predict", tmp_path, "-f", "jsonl", "-m", "topic")

    records = [json.loads(line) for line in found.stdout.splitlines()]
    assert found.returncode == 3
    assert [Path(record["id"]).name for record in records] == ["a.txt", "b.txt", "c.txt", "d.txt"]
    assert [one["schemes"]["topic"]["status"] for one in records] == ["ok", "error", "ok", "ok"]
    assert "a binary file" in records[1]["error"]
    assert records[3]["schemes"]["topic"]["label"] == "weather"
    assert b"c.txt: not UTF-8: read as cp1252" in found.stderr


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (b"", "empty"),
        (b" \n\t ", "empty"),
        (
            "\u06cc\u06c1 \u062e\u0628\u0631 \u0627\u0631\u062f\u0648 \u0645\u06cc\u06ba".encode(),
            "other_language",
        ),
        (b"zzqx vvkp", "out_of_vocabulary"),
        (b"\xed\xa0\x80 snow and wind", "ok"),
    ],
    ids=["nothing", "blanks", "Urdu", "no words", "half a surrogate"],
)
def test_no_label_is_made_up(tmp_path, text, status):
    (tmp_path / "odd.txt").write_bytes(text)

    found = run("predict", "odd.txt", "-m", "topic", "-f", "jsonl", cwd=tmp_path)

    answer = json.loads(found.stdout)["schemes"]["topic"]
    assert found.returncode == 0
    assert answer["status"] == status
    assert (answer["label"] is None) is (status != "ok")


def test_a_lone_surrogate_in_json_survives(tmp_path):
    (tmp_path / "in.jsonl").write_text('{"text": "snow \\ud800 and wind"}\n', "utf-8")

    found = run("predict", "in.jsonl", "-m", "topic", cwd=tmp_path)

    assert found.returncode == 0
    assert json.loads(found.stdout)["text"] == "snow \ud800 and wind"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["predict", "nowhere.txt"], "nowhere.txt: there is no such file or folder"),
        (["predict", "snow.txt", "-m", "topik"], "did you mean 'topic'"),
        (["predict", "snow.txt", "--abstain", "7"], "give a probability between 0 and 1"),
        (["predict", "snow.txt", "-o", "out.docx"], "its suffix names no output format"),
        (["explain", "nowhere.txt"], "there is no such file"),
        (["explain", "articles.csv"], "choose one with --id or --row"),
        (["explain", "."], "is a folder, and explain shows one article"),
        (["explain", "snow.txt", "snow.txt"], "not 2; give one input"),
        (["explain", "-", "--row", "1"], "standard input is one article here"),
        (["explain", "snow.txt", "--row", "2"], "there is no article with number 2"),
        (["explain", "snow.txt", "--row", "1", "--id", "a"], "give one of them"),
        (["explain", "snow.txt", "--where", "sport"], "give a folder with --output"),
        (["explain", "snow.txt", "--where", "sport", "--all", "-o", "x"], "leave out --id"),
        (["explain", "-", "--prior", "estimate"], "give the shares predict printed"),
        (["train", "snow.txt", "-o", "x.textclf"], "is not a table"),
        (["train", "snow.txt", "--scheme", "topci", "-o", "x.textclf"], "did you mean 'topic'"),
        (["evaluate", "nobody", "snow.txt"], "there is no model 'nobody'"),
        (["scheme", "show", "topci"], "did you mean 'topic'"),
        (["model", "show", "topci"], "did you mean 'topic'"),
        (["corpus", "stats", "nowhere"], "there is no such file or folder"),
        (["corpus", "hydrate", "snow.txt"], "there is no seed record of this document"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_done_is_one_line_and_exit_code_one(article, arguments, message):
    found = run(*arguments, cwd=article.parent)

    assert found.returncode == 1
    assert found.stdout == b""
    assert message in found.stderr.decode()
    assert len(found.stderr.splitlines()) == 1


@pytest.mark.parametrize("arguments", [["predict"], ["predict", "a", "--what"], ["what"]], ids=str)
def test_wrong_usage_is_exit_code_two(arguments):
    assert run(*arguments).returncode == 2


def test_a_reader_that_has_enough_ends_it_quietly(tmp_path):
    (tmp_path / "in.txt").write_text(f"{SNOW}\n" * 400, "utf-8")
    command = f"{sys.executable} -m textclf predict in.txt --lines -m topic | head -1"

    found = subprocess.run(
        ["/bin/sh", "-c", command], cwd=tmp_path, capture_output=True, check=False
    )

    assert found.stderr == b""
    assert found.stdout == b"in.txt:1\n"


def test_progress_is_drawn_for_a_terminal_and_the_output_is_the_same(tmp_path):
    (tmp_path / "in.txt").write_text(f"{SNOW}\n" * 60, "utf-8")
    command = [sys.executable, "-m", "textclf", "predict", "in.txt", "--lines", "-m", "topic"]
    ours, theirs = pty.openpty()

    seen = subprocess.run(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=theirs, check=True)
    os.close(theirs)
    drawn = os.read(ours, 10_000)
    os.close(ours)

    plain = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
    assert b"articles" in drawn
    assert plain.stderr == b""
    assert seen.stdout == plain.stdout


def test_explain_marks_the_evidence_in_the_article(article):
    found = run("explain", article.name, "-m", "topic", cwd=article.parent)

    assert found.returncode == 0
    assert "[Snow +" in found.stdout.decode()


def test_explain_assumes_the_prior_it_is_given(article):
    options = ["-m", "sectarian_violence"]

    plain = run("explain", article.name, *options, cwd=article.parent)
    stated = run("explain", article.name, *options, "--prior", "mention=0.6", cwd=article.parent)

    assert stated.returncode == 0, stated.stderr
    assert stated.stdout != plain.stdout


@pytest.mark.parametrize("option", [["--row", "2"], ["--id", "b"]], ids=" ".join)
def test_explain_shows_an_article_of_a_table_as_predict_reads_it(tmp_path, option):
    """The last line stands in three of the articles, so that predict does not read it."""
    teaser = "Crowds join the procession in the city. - Agency"
    rows = [
        {"id": name, "title": f"Title {name}", "text": f"{text}\n{teaser}"}
        for name, text in zip("abc", (SPORT[0], SNOW, SPORT[1]), strict=True)
    ]
    write_csv(tmp_path / "rows.csv", rows)

    found = run("explain", "rows.csv", "-m", "topic", *option, cwd=tmp_path)

    shown = found.stdout.decode()
    assert found.returncode == 0, found.stderr
    assert "Title b" in shown
    assert "[Snow" in shown
    assert "captain" not in shown
    assert f"not read (repeated in this input): {teaser}" in shown


def test_explain_writes_pages_of_all_articles_with_a_label(article):
    found = run(
        "explain", ".", "-m", "topic", "--where", "weather", "-o", "pages", cwd=article.parent
    )

    assert found.returncode == 0, found.stderr
    assert found.stderr == b"textclf: pages/index.html: 1 pages\n"
    assert len(list((article.parent / "pages").iterdir())) == 2


def test_explain_writes_one_page_that_needs_nothing_else(article):
    article.write_text(f"<script>alert(1)</script> {SNOW}", "utf-8")

    found = run("explain", article.name, "-o", "why.html", cwd=article.parent)

    page = (article.parent / "why.html").read_text("utf-8")
    assert found.returncode == 0
    assert "<mark" in page
    assert "<script" not in page
    assert "http" not in page.replace('lang="en"', "")


def test_a_model_of_ones_own_labels_and_is_judged(trained, tmp_path):
    write_csv(tmp_path / "new.csv", [{"text": t, "label": la[0]} for t, la in BEAT_TEXTS])

    labelled = run("predict", "new.csv", "-m", trained, cwd=tmp_path)
    judged = run("evaluate", trained, "new.csv", "--allow-training-rows", cwd=tmp_path)
    failed = run(
        *("evaluate", trained, "new.csv", "--allow-training-rows", "--fail-under", "1.1"),
        cwd=tmp_path,
    )
    refused = run("evaluate", trained, "new.csv", cwd=tmp_path)

    assert [row["beat"] for row in rows_of(labelled.stdout)] == [la[0] for _, la in BEAT_TEXTS]
    assert re.search(r"macro-F1 +1\.000 ", judged.stdout.decode())
    assert (judged.returncode, failed.returncode, refused.returncode) == (0, 4, 1)
    assert b"the model was trained on, the first is new.csv:2" in refused.stderr


@pytest.mark.slow
def test_seed_terms_alone_make_a_model(tmp_path):
    (tmp_path / "mine.toml").write_text(
        'format = 1\nscheme = "sectarian_violence"\n'
        '[[groups]]\nname = "yes"\nlabel = "mention"\nterms = ["sect killing", "sect attack"]\n'
        '[[groups]]\nname = "no"\nlabel = "no_mention"\nterms = ["road crash", "crash site"]\n',
        "utf-8",
    )
    terms = ["--scheme", "sectarian_violence", "--terms", "mine.toml"]

    trained = run("train", *terms, "-o", "mine.textclf", cwd=tmp_path)
    bare = run("train", "-o", "mine.textclf", cwd=tmp_path)

    assert trained.returncode == 0, trained.stderr
    assert "held-out seed terms, no measure of articles" in trained.stdout.decode()
    assert bare.returncode == 1
    assert b"give labelled texts, or a scheme and its seed terms" in bare.stderr


def test_a_share_of_the_articles_is_answered_where_asked(trained, tmp_path):
    write_csv(tmp_path / "new.csv", [{"text": BEAT_TEXTS[0][0]}, {"text": "A goal in the rain."}])

    found = run("predict", "new.csv", "-m", trained, "--coverage", "0.5", cwd=tmp_path)
    wrong = run("predict", "new.csv", "-m", trained, "--coverage", "50", cwd=tmp_path)

    assert [row["beat_status"] for row in rows_of(found.stdout)] == ["ok", "abstained"]
    assert b"coverage is 50.0; give a share above 0" in wrong.stderr


@pytest.mark.slow
def test_several_labels_in_a_cell_make_a_multi_label_model(tmp_path):
    rows = [{"body": text, "tags": "; ".join(labels)} for text, labels in SUBJECT_TEXTS]
    write_csv(tmp_path / "tags.tsv", rows)
    (tmp_path / "tags.tsv").rename(tmp_path / "tags.csv")
    columns = ["--label-field", "tags", "--label-sep", ";"]

    trained = run("train", "tags.csv", *columns, "-o", "tags.textclf", cwd=tmp_path)
    judged = run(
        "evaluate", "tags.textclf", "tags.csv", *columns, "--allow-training-rows", cwd=tmp_path
    )
    labelled = run("predict", "tags.csv", "-m", "tags.textclf", "-f", "jsonl", cwd=tmp_path)

    assert trained.returncode == 0, trained.stderr
    assert judged.returncode == 0, judged.stderr
    first = json.loads(labelled.stdout.splitlines()[0])["schemes"]["tags"]
    assert isinstance(first["labels"], list)


@pytest.mark.slow
def test_lists_of_zero_and_one_make_a_multi_label_model(tmp_path):
    names = ["outdoors", "sport", "weather"]
    lines = [
        json.dumps({"text": text, "labels": [int(name in labels) for name in names]})
        for text, labels in SUBJECT_TEXTS
    ]
    (tmp_path / "in.jsonl").write_text("\n".join(lines), "utf-8")
    columns = ["--label-field", "labels"]

    trained = run(
        "train",
        "in.jsonl",
        *columns,
        "--label-names",
        ",".join(names),
        "-o",
        "m.textclf",
        cwd=tmp_path,
    )
    judged = run(
        "evaluate", "m.textclf", "in.jsonl", *columns, "--allow-training-rows", cwd=tmp_path
    )

    assert trained.returncode == 0, trained.stderr
    assert "outdoors" in judged.stdout.decode()


def test_verify_reports_a_damaged_model(trained, tmp_path):
    bad = tmp_path / "bad.textclf"
    bad.write_bytes(trained.read_bytes()[:-7])

    found = run("model", "verify", trained, bad)

    assert found.returncode == 4
    assert "beat.textclf: ok" in found.stdout.decode()
    assert "bad.textclf: " in found.stdout.decode()


def test_models_are_listed_shown_and_exported(trained, tmp_path):
    listed = run("model", "list", cwd=tmp_path, TEXTCLF_MODELS=str(trained.parent))
    shown = run("model", "show", trained)
    exported = run("model", "export", trained, "-o", tmp_path / "beat.joblib")

    assert [line.split()[0] for line in listed.stdout.decode().splitlines()[1:]] == [
        "beat",
        "sectarian_violence",
        "stance",
        "topic",
    ]
    assert "out of fold" in shown.stdout.decode()
    assert exported.returncode == 0
    assert (tmp_path / "beat.joblib").stat().st_size > 0


def test_a_scheme_is_started_checked_and_printed(tmp_path):
    started = run("scheme", "new", "protest", "--labels", "protest, none", cwd=tmp_path)
    checked = run("scheme", "check", "protest.toml", cwd=tmp_path)
    again = run("scheme", "new", "protest", "--labels", "a, b", cwd=tmp_path)
    page = run("scheme", "render", "topic", "-o", "topic.html", cwd=tmp_path)

    assert (started.returncode, checked.returncode, page.returncode) == (0, 0, 0)
    assert again.returncode == 1
    assert "exists already" in again.stderr.decode()
    assert "medtop:17000000" in (tmp_path / "topic.html").read_text("utf-8")


def test_a_corpus_with_a_mistake_fails_its_check(tmp_path):
    record = {"id": "a", "text": WEATHER[0], "labels": {"topic": "wether"}}
    (tmp_path / "mine.jsonl").write_text(json.dumps(record) + "\nnot json\n", "utf-8")

    found = run("corpus", "check", "mine.jsonl", cwd=tmp_path)

    text = found.stdout.decode()
    assert found.returncode == 4
    assert "mine.jsonl:1: " in text
    assert "did you mean 'weather'" in text
    assert "mine.jsonl:2: is not JSON" in text


def test_an_interrupt_is_exit_code_130(tmp_path):
    (tmp_path / "long.txt").write_text(f"{SNOW}\n" * 50_000, "utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "textclf", "predict", "long.txt", "--lines", "--keep-repeated"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        # A shell starts what runs in its background deaf to interrupts.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )
    process.stdout.readline()

    process.send_signal(signal.SIGINT)

    errors = process.communicate(timeout=60)[1]
    assert process.returncode == 130
    assert b"Traceback" not in errors


def test_a_prior_moves_the_answers_and_estimate_warns_in_one_line(tmp_path):
    rows = [{"text": f"The mob burned {n} houses of Christians.", "id": n} for n in range(9)]
    write_csv(tmp_path / "in.csv", [*rows, {"text": SNOW, "id": 9}])
    command = ["predict", "in.csv", "-m", "sectarian_violence"]

    plain, never, guessed = (
        run(*command, *more, cwd=tmp_path)
        for more in ([], ["--prior", "mention=0.000001"], ["--prior", "estimate"])
    )
    jobs = run_process(*command, "--prior", "estimate", "--jobs", "2", cwd=tmp_path)

    said = b"textclf: text from 'text', id from 'id' (in.csv)\n"
    assert plain.stderr == never.stderr == said
    assert {row["sectarian_violence"] for row in rows_of(plain.stdout)} > {"no_mention"}
    assert {row["sectarian_violence"] for row in rows_of(never.stdout)} == {"no_mention"}
    assert guessed.stderr.startswith(
        b"textclf: warning: prior estimated from 10 articles: sectarian_violence: mention 0."
    )
    assert guessed.stderr.count(b"\n") == 2
    assert (guessed.stdout, guessed.stderr) == (jobs.stdout, jobs.stderr)
    assert guessed.stdout != plain.stdout


def test_an_estimate_reads_standard_input_once_more(tmp_path):
    (tmp_path / "snow.txt").write_text(SNOW, "utf-8")
    command = ["predict", "-m", "stance", "--prior", "estimate", "-f", "csv"]

    piped = run(*command, "-", stdin=SNOW.encode(), cwd=tmp_path)
    filed = run(*command, "snow.txt", cwd=tmp_path)

    assert piped.stderr == filed.stderr
    assert rows_of(piped.stdout)[0]["stance_prob"] == rows_of(filed.stdout)[0]["stance_prob"]


@pytest.mark.parametrize(
    ("prior", "wrong"),
    [
        ("mentoin=0.1", b"no model has a label 'mentoin'; did you mean 'mention'?"),
        ("sport=0.1", b"the model of scheme 'topic' states no prior"),
    ],
)
def test_a_prior_that_no_model_can_take_is_one_line(article, prior, wrong):
    found = run("predict", article, "--prior", prior)

    assert found.returncode == 1
    assert wrong in found.stderr
    assert found.stderr.count(b"\n") == 1


def test_a_model_shows_the_prior_that_it_assumes_and_its_source():
    found = run("model", "show", "sectarian_violence")

    assert b"prior: mention 0.02, no_mention 0.98 (months of three dailies" in found.stdout


@pytest.mark.slow
def test_own_labels_teach_on_a_shipped_base(tmp_path):
    own = [(f"The zorb {n} burned, {w} said.", "mention") for n, w in enumerate(SPORT[:5] * 2)]
    own += [(f"Snow, {n}: {w}", "no_mention") for n, w in enumerate(WEATHER[:5] * 2)]
    write_csv(tmp_path / "mine.csv", [{"body": t, "code": c, "title": "Seen"} for t, c in own])
    options = ["--text-field", "body", "--label-field", "code", "-o", "mine.textclf"]

    found = run(
        "train",
        "mine.csv",
        "--base",
        "sectarian_violence",
        *options,
        "--random-sample",
        cwd=tmp_path,
    )
    shown = run("model", "show", "mine.textclf", cwd=tmp_path)

    assert found.returncode == 0, found.stderr
    assert b"out of fold, 20 own texts alone" in found.stdout
    assert b"prior: mention 0.5, no_mention 0.5 (20 own texts, a random sample)" in shown.stdout


def test_too_few_own_labels_are_refused_with_the_number_that_is_needed(tmp_path):
    write_csv(tmp_path / "mine.csv", [{"text": SNOW, "label": "no_mention"}] * 3)

    found = run(
        "train", "mine.csv", "--base", "sectarian_violence", "-o", "x.textclf", cwd=tmp_path
    )

    assert found.returncode == 1
    assert b"own texts labelled under scheme 'sectarian_violence': 3;" in found.stderr
    assert b"20 or more are needed" in found.stderr


@pytest.mark.parametrize(
    ("options", "wrong"),
    [
        (["-o", "snow.csv"], "snow.csv: is an input too; give --output another file"),
        (["--show-text", "snow.csv"], "snow.csv: is an input too; give --show-text another file"),
        (["-o", "a.txt", "--show-text", "a.txt"], "a.txt: is both outputs"),
    ],
)
def test_an_output_never_takes_the_place_of_an_input_or_of_another(
    trained, tmp_path, options, wrong
):
    write_csv(tmp_path / "snow.csv", [{"text": SNOW}])
    before = (tmp_path / "snow.csv").read_bytes()

    found = run("predict", "snow.csv", "-m", trained, *options, cwd=tmp_path)

    assert found.returncode == 1
    assert wrong in found.stderr.decode()
    assert (tmp_path / "snow.csv").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["snow.csv"]


def test_the_text_that_was_read_is_shown_in_a_file_of_its_own(trained, tmp_path):
    write_csv(tmp_path / "snow.csv", [{"text": f"ADVERTISEMENT\n\n{SNOW}"}])

    found = run(
        "predict", "snow.csv", "-m", trained, "-o", "a.csv", "--show-text", "b.txt", cwd=tmp_path
    )

    assert found.returncode == 0, found.stderr
    shown = (tmp_path / "b.txt").read_text("utf-8")
    assert SNOW in shown
    assert "not read" in found.stderr.decode()


@pytest.mark.parametrize("suffix", ["xlsx", "parquet"])
def test_a_table_of_another_format_is_labelled_learned_from_and_scored_alike(tmp_path, suffix):
    rows = [{"text": text, "beat": label[0]} for text, label in BEAT_TEXTS]
    path = tmp_path / f"beats.{suffix}"
    write_csv(tmp_path / "plain.csv", rows)
    if suffix == "xlsx":
        book = openpyxl.Workbook()
        for cells in [list(rows[0]), *(list(row.values()) for row in rows)]:
            book.active.append(cells)
        book.save(path)
    else:
        pq.write_table(pa.Table.from_pylist(rows), path)

    coded = run("predict", path, "-m", "topic", "-f", "csv", cwd=tmp_path)
    plain = run("predict", "plain.csv", "-m", "topic", cwd=tmp_path)
    trained = run("train", path, "--label-field", "beat", "-o", "beat.textclf", cwd=tmp_path)
    columns = ["--label-field", "beat", "--allow-training-rows"]
    scored = run("evaluate", "beat.textclf", path, *columns, cwd=tmp_path)
    again = run("predict", path, "-m", "topic", "-o", f"coded.{suffix}", cwd=tmp_path)
    options = ["-m", "stance", "-f", "csv", "--prefix", "again_"]
    read = run("predict", f"coded.{suffix}", *options, cwd=tmp_path)

    assert coded.stdout == plain.stdout
    assert (trained.returncode, scored.returncode, again.returncode) == (0, 0, 0)
    assert [row["topic"] for row in rows_of(read.stdout)] == [
        row["topic"] for row in rows_of(plain.stdout)
    ]
