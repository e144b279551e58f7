"""A bundle of a real study: it holds no texts unless asked to, and running it again checks it."""

import json
import subprocess
import sys
import zipfile

import pytest

from textclf.errors import InputError
from textclf.replication.bundle import write_bundle
from textclf.replication.check import check_bundle
from textclf.replication.methods import methods_paragraph
from textclf.replication.study import read_study
from textclf.replication.without_texts import without_texts

STUDY = """\
textclf predict articles.csv -m topic -o coded.csv
textclf predict articles.csv -m topic -o coded.jsonl --evidence 0
textclf explain note.txt -m topic -o page.html
"""
ARTICLES = {
    "a": "Heavy snowfall and a cold wave are forecast for the valley until Friday.",
    "b": "The captain scored twice and the club won the cup after extra time.",
}


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """The study, run: its folder has the inputs and what the commands wrote."""
    folder = tmp_path_factory.mktemp("study")
    rows = "".join(f"{name},{text}\n" for name, text in ARTICLES.items())
    (folder / "articles.csv").write_text(f"id,text\n{rows}", "utf-8")
    (folder / "note.txt").write_text(ARTICLES["a"], "utf-8")
    (folder / "study.sh").write_text(STUDY, "utf-8")
    for command in read_study(folder / "study.sh").commands:
        ran = subprocess.run(
            [sys.executable, "-m", "textclf", *command.arguments],
            cwd=folder,
            capture_output=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
    return folder


@pytest.fixture(scope="module")
def bundle(study, tmp_path_factory):
    path = tmp_path_factory.mktemp("bundle") / "study.zip"
    write_bundle(study / "study.sh", path)
    return path


def contents(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_bundle_holds_no_sentence_of_an_article(bundle):
    for name, data in contents(bundle).items():
        for text in ARTICLES.values():
            assert text.encode() not in data, name


def test_a_bundle_holds_commands_labels_models_cards_and_codebooks(bundle):
    parts = contents(bundle)

    assert parts["study.sh"].decode() == STUDY
    assert b"a,weather" in parts["files/coded.csv"]
    assert {name for name in parts if name.startswith("models/")} == {
        "models/topic.textclf",
        "models/topic.card.json",
        "models/topic.codebook.html",
    }
    assert json.loads(parts["manifest.json"])["commands"] == STUDY.splitlines()


def test_a_file_that_is_left_out_is_named_with_its_digest(bundle):
    files = {one["file"]: one for one in json.loads(contents(bundle)["manifest.json"])["files"]}

    assert files["page.html"]["kept"] == "left out"
    assert len(files["page.html"]["sha256"]) == 64
    assert files["articles.csv"]["kept"] == "without texts"


def test_with_texts_everything_is_kept_as_it_is(study, tmp_path):
    write_bundle(study / "study.sh", tmp_path / "whole.zip", with_texts=True)

    parts = contents(tmp_path / "whole.zip")
    assert parts["files/articles.csv"] == (study / "articles.csv").read_bytes()
    assert parts["files/page.html"] == (study / "page.html").read_bytes()
    assert check_bundle(tmp_path / "whole.zip").holds


def test_the_same_study_is_the_same_bytes(study, bundle, tmp_path):
    write_bundle(study / "study.sh", tmp_path / "again.zip")

    assert (tmp_path / "again.zip").read_bytes() == bundle.read_bytes()


def test_with_the_texts_the_commands_give_the_same_files_again(study, bundle):
    found = check_bundle(bundle, study)

    assert [one.outcome for one in found.commands] == ["same"] * 3
    assert found.holds


def test_without_the_texts_commands_that_need_them_are_not_run_and_it_is_said(bundle):
    found = check_bundle(bundle)

    assert [one.outcome for one in found.commands] == ["not run"] * 3
    assert "articles.csv whole; give its folder with --texts" in found.commands[0].reason
    assert not found.holds


def test_a_label_that_was_changed_after_the_run_is_found(study, tmp_path):
    changed = tmp_path / "changed"
    changed.mkdir()
    for path in study.iterdir():
        (changed / path.name).write_bytes(path.read_bytes())
    coded = (changed / "coded.csv").read_text("utf-8").replace("weather", "sport", 1)
    (changed / "coded.csv").write_text(coded, "utf-8")
    write_bundle(changed / "study.sh", tmp_path / "changed.zip")

    found = check_bundle(tmp_path / "changed.zip", study)

    assert (found.commands[0].outcome, found.commands[1].outcome) == ("differs", "same")
    assert not found.holds


def test_texts_that_are_not_those_of_the_study_are_refused(bundle, tmp_path):
    (tmp_path / "articles.csv").write_text("id,text\na,Another text.\n")

    with pytest.raises(InputError, match="is not the file of the study"):
        check_bundle(bundle, tmp_path)


def test_an_output_that_was_never_written_is_refused_with_its_command(tmp_path):
    (tmp_path / "study.sh").write_text("textclf predict a.csv -o coded.csv\n")

    with pytest.raises(InputError, match=r"study\.sh:1: coded\.csv is not there; run the commands"):
        write_bundle(tmp_path / "study.sh", tmp_path / "b.zip")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"manifest.json": b"{}"}, "is not a bundle"),
        ({"manifest.json": None}, "is not a bundle"),
        ({"files/coded.csv": b"id,topic\n"}, "coded.csv is not the file of the manifest"),
        ({"files/../../evil": b""}, "is no name of a bundled file"),
    ],
)
def test_a_damaged_or_hostile_bundle_is_refused(bundle, tmp_path, change, message):
    parts = {**contents(bundle), **change}
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as archive:
        for name, data in parts.items():
            if data is not None:
                archive.writestr(name, data)

    with pytest.raises(InputError, match=message):
        check_bundle(tmp_path / "bad.zip")


def test_a_file_that_is_no_zip_is_refused(tmp_path):
    (tmp_path / "bad.zip").write_bytes(b"PK")

    with pytest.raises(InputError, match=r"bad\.zip: is not a bundle"):
        check_bundle(tmp_path / "bad.zip")


@pytest.mark.parametrize(
    ("name", "data", "kept"),
    [
        ("a.csv", b"\xef\xbb\xbfid;Body;topic\r\n1;It;dry\r\n", b"id;topic\r\n1;dry\r\n"),
        ("a.csv", b"id,note\n1," + b"x" * 201 + b"\n", b"id\r\n1\r\n"),
        ("a.tsv", b"id\tmy_text\n1\tRain\n", b"id\r\n1\r\n"),
        ("a.csv", b"id,Article text,Headline,tweet\n1,Rain,Rain,Rain\n", b"id\r\n1\r\n"),
        (
            "a.jsonl",
            b'{"id": 1, "text": "Rain", "topic": {"passages": [], "label": "x"}}\n',
            b'{"id": 1, "topic": {"label": "x"}}\n',
        ),
        ("a.html", b"<p>Rain</p>", None),
        ("a.csv.gz", b"\x1f\x8b", None),
        ("a.csv", b"\xff\xfeid", None),
        ("m.textclf", b"m", b"m"),
    ],
)
def test_texts_are_taken_out_of_tables_and_unknown_files_are_left_out(name, data, kept):
    assert without_texts(name, data) == kept


def test_a_column_that_a_command_names_as_text_is_left_out(tmp_path):
    command = "textclf predict a.csv --text-field Meldung,b.Zeile --title-field=Kopf -o a.jsonl"
    (tmp_path / "study.sh").write_text(f"{command}\n")

    columns = read_study(tmp_path / "study.sh").text_columns()

    data = b"id,meldung,b.zeile,Kopf,label\n1,Regen,Schnee,Wetter,x\n"
    assert without_texts("a.csv", data, columns) == b"id,label\r\n1,x\r\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("beat.textclf a.csv", "coded by hand and not trained on, macro-F1 was 0.70 [0.60, 0.80]"),
        ("beat.textclf a.csv --allow-training-rows", "coded by hand, macro-F1 was 0.70"),
        ("a.csv --predicted a --gold b", "coded by hand, macro-F1 was 0.70"),
        ("a.csv --predicted a --gold b --weight-field w", "(weighted by the sample, 95% intervals"),
    ],
)
def test_the_paragraph_of_methods_claims_only_what_was_checked(tmp_path, arguments, sentence):
    scores = {"texts": 9, "macro_f1": [0.7, 0.6, 0.8], "accuracy": [0.7, 0.6, 0.8]}
    (tmp_path / "s.json").write_text(json.dumps(scores))
    (tmp_path / "study.sh").write_text(f"textclf evaluate {arguments} -o s.json\n")

    assert sentence in methods_paragraph(read_study(tmp_path / "study.sh"))
