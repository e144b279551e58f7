"""The file of answers: nothing that was appended is lost, and nothing is stored twice."""

import json
import multiprocessing
import os
from pathlib import Path

import pytest

from textclf.codebook.aggregation_rule import AnyPassage
from textclf.codebook.scheme import Label, Scheme
from textclf.corpus.given_answers import GivenAnswer
from textclf.corpus.records import Corpus, Record, record_line
from textclf.errors import CorpusError, InputError
from textclf.review_page.answers import AnswerFile, only_session
from textclf.review_page.pool import Article, Pool
from textclf.review_page.session import ReviewSession
from textclf.review_page.settings import ReviewSettings
from textclf.review_page.units import Unit, fitting, units_of

VERSION = "rain 1 abc"
RAIN = Scheme("rain", (Label("rain"), Label("dry")))
WET = AnyPassage("rain")


def answer(name, label="rain", coder="ann", **given):
    given = GivenAnswer(VERSION, coder, key=given.pop("key", f"{coder}-{name}"), **given)
    return Record(name, f"Text of {name}.", {"rain": (label,)}, answer=given)


def ids(file):
    return [one.id for one in file.held("rain")]


def latest(file, coder):
    given = file.given_by(coder, "rain", decides=False)
    return given[-1].id if given else None


@pytest.fixture
def path(tmp_path):
    return tmp_path / "mine.jsonl"


def test_answers_are_there_when_the_file_is_opened_again(path):
    AnswerFile(path).append(answer("a"))
    file = AnswerFile(path)
    file.append(answer("b"))

    assert ids(file) == ids(AnswerFile(path)) == ["a", "b"]
    assert [one.text for one in Corpus.read([path]).records] == ["Text of a.", "Text of b."]


@pytest.mark.parametrize("left", [1, 20, 100])
def test_a_half_line_at_the_end_is_cut_off_and_told(path, left):
    whole, half = record_line(answer("a")), record_line(answer("b"))
    path.write_bytes(whole + half[:left])
    told = []

    file = AnswerFile(path, told.append)

    assert ids(file) == ["a"]
    assert path.read_bytes() == whole
    assert told == [f"{path}: its last line was cut short and is moved to {path}.cut"]
    assert Path(f"{path}.cut").read_bytes() == half[:left] + b"\n"


def test_a_whole_line_without_a_line_end_is_kept(path):
    path.write_bytes(record_line(answer("a")).rstrip())

    file = AnswerFile(path)
    file.append(answer("b"))

    assert ids(file) == ["a", "b"]
    assert len(path.read_bytes().splitlines()) == 2


def test_a_half_line_that_another_program_left_meanwhile_is_cut_off(path):
    file = AnswerFile(path)
    with path.open("ab") as other:
        other.write(record_line(answer("a"))[:30])

    file.append(answer("b"))

    assert ids(file) == ids(AnswerFile(path)) == ["b"]


def test_a_damaged_line_in_the_middle_is_refused_with_its_place(path):
    path.write_bytes(record_line(answer("a")) + b'{"id": \n' + record_line(answer("b")))

    with pytest.raises(CorpusError, match=r"mine.jsonl:2: is not JSON"):
        AnswerFile(path)


def test_an_answer_with_a_key_that_is_there_is_not_stored_again(path):
    file = AnswerFile(path)

    assert file.append(answer("a"))
    assert not file.append(answer("a"))
    assert not AnswerFile(path).append(answer("a"))
    assert len(path.read_bytes().splitlines()) == 1


def test_answers_of_another_program_are_seen(path):
    mine, other = AnswerFile(path), AnswerFile(path)
    other.append(answer("a", coder="bob"))
    mine.append(answer("b"))
    other.refresh()

    assert ids(mine) == ids(other) == ["a", "b"]


def test_the_latest_answer_is_that_of_the_coder_and_not_one_that_was_taken_back(path):
    file = AnswerFile(path)
    for one in (answer("a"), answer("b"), answer("c", coder="bob")):
        file.append(one)
    undo = GivenAnswer(VERSION, "ann", undo=True, key="u1")

    assert latest(file, "ann") == "b"
    file.append(Record("b", "", {}, answer=undo))
    assert latest(file, "ann") == "a"
    assert latest(file, "eve") is None


def test_an_answer_that_entered_the_random_sample_later_is_not_the_latest(path):
    file = AnswerFile(path)
    for one in (answer("a"), answer("b"), answer("a", key="k/drawn")):
        file.append(one)

    assert latest(file, "ann") == "b"


def test_a_file_that_cannot_be_written_is_refused(tmp_path):
    with pytest.raises(InputError, match="cannot be opened"):
        AnswerFile(tmp_path)


def test_a_disk_that_is_full_leaves_the_file_as_it_was(path, monkeypatch):
    file = AnswerFile(path)
    file.append(answer("a"))
    before, write = path.read_bytes(), os.write

    def half_written(number, data):
        write(number, data[:10])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", half_written)
    with pytest.raises(InputError, match="No space left"):
        file.append(answer("b"))

    assert path.read_bytes() == before


def _append_many(path, coder):
    file = AnswerFile(path)
    for number in range(40):
        file.append(answer(f"{number:02}", coder=coder))


def test_two_coders_on_one_file_lose_nothing(path):
    context = multiprocessing.get_context("spawn")
    coders = ["ann", "bob"]
    processes = [context.Process(target=_append_many, args=(path, one)) for one in coders]
    for one in processes:
        one.start()
    for one in processes:
        one.join()

    lines = [json.loads(line) for line in path.read_bytes().splitlines()]
    found = [(line["answer"]["coder"], line["id"]) for line in lines]
    assert sorted(found) == [(one, f"{number:02}") for one in coders for number in range(40)]


@pytest.mark.parametrize(
    "held",
    [
        b'{"id":"x1","text":"A."}\n{"id":"x2","text":"B."}',
        b'[{"id": "x1", "text": "A."}]',
        b'{"id": "x1", "text": "A."}',
        b"Dear editor, ",
        b'{"name": "cut sh',
    ],
)
def test_a_file_that_holds_no_answers_is_refused_and_stays_as_it_was(path, held):
    path.write_bytes(held)

    with pytest.raises(CorpusError):
        AnswerFile(path)

    assert path.read_bytes() == held


def test_a_file_with_a_wrong_line_keeps_its_half_line(path):
    held = b'{"id": "x1", "text": "A."}\n{"id": "x2", "te'
    path.write_bytes(held)

    with pytest.raises(CorpusError, match=r"mine.jsonl:1: labels is missing"):
        AnswerFile(path)

    assert path.read_bytes() == held


@pytest.mark.parametrize("again", [True, False])
def test_no_answer_goes_to_a_file_that_was_replaced_or_removed(path, again):
    file = AnswerFile(path)
    file.append(answer("a"))
    path.rename(path.with_suffix(".before"))
    if again:
        path.write_bytes(record_line(answer("a")))

    for write in (file.refresh, lambda: file.append(answer("b"))):
        with pytest.raises(InputError, match="was replaced or removed by another program"):
            write()


def test_an_answer_behind_a_damaged_line_is_not_stored_twice(path):
    file = AnswerFile(path)
    with path.open("ab") as other:
        other.write(b'{"id": \n' + record_line(answer("a")))
    before = path.read_bytes()

    for _ in range(2):
        with pytest.raises(CorpusError, match=r"mine.jsonl:1: is not JSON"):
            file.append(answer("a"))

    assert path.read_bytes() == before


def test_an_answer_to_another_text_with_the_same_id_is_ignored_and_told(path):
    AnswerFile(path).append(answer("a"), answer("b"), answer("c"))
    pool = Pool(
        [Article(0, "a", "", "Text of a.", "", "", ""), Article(1, "b", "", "New.", "", "", "")]
    )
    told = []

    file = AnswerFile(path, told.append, fitting(pool, RAIN))

    assert ids(file) == ["a", "c"]
    (line,) = told
    assert line.startswith(f"{path}: 1 answers are ignored, the first of 'b': ")


def test_a_coder_has_one_session_at_a_time_and_another_coder_has_one_too(path):
    pytest.importorskip("fcntl", reason="this system does not lock files")
    with (
        only_session(path, "ann"),
        only_session(path, "bob"),
        pytest.raises(InputError, match="ann answers into it already"),
        only_session(path, "ann"),
    ):
        pass
    with only_session(path, "ann"):
        pass
    assert not list(path.parent.iterdir())


def test_a_folder_that_cannot_lock_files_is_refused(path, monkeypatch):
    fcntl = pytest.importorskip("fcntl", reason="this system does not lock files")

    def refuse(*_):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(InputError, match="cannot be locked: Operation not supported"):
        AnswerFile(path)


def test_the_answers_of_a_long_article_are_written_at_once(path, monkeypatch):
    scheme = Scheme("rain", (Label("rain"), Label("dry")), unit="passage", aggregation=WET)
    text = "\n\n".join(f"Sentence {number} of the report. " * 10 for number in range(60))
    file = AnswerFile(path)
    pool = Pool([Article(0, "a", "", text, "", "", "")])
    session = ReviewSession(pool, scheme, file, ReviewSettings(path))
    synced, sync = [], os.fsync
    monkeypatch.setattr(os, "fsync", lambda number: synced.append(sync(number)))

    session.answer(Unit(0, 1), ["dry"], "k", rest=True)
    assert (len(session.answered), len(synced)) == (len(units_of(pool.article(0), scheme)), 1)
    assert len(synced) < len(session.answered)
    session.undo("u")
    assert (len(session.answered), len(synced)) == (0, 2)


def test_a_half_answered_article_of_the_overlap_comes_again(path):
    scheme = Scheme("rain", (Label("rain"), Label("dry")), unit="passage", aggregation=WET)
    text = "\n\n".join(f"Sentence {number} of the report. " * 10 for number in range(4))
    pool = Pool([Article(0, "a", "", text, "", "", "")])
    file = AnswerFile(path)
    ReviewSession(pool, scheme, file, ReviewSettings(path, "bob")).answer(
        Unit(0, 1), ["dry"], "k", rest=True
    )
    settings = ReviewSettings(path, "ann", "double")
    first = ReviewSession(pool, scheme, file, settings)
    first.answer(Unit(0, 1), ["dry"], "k1")

    shown = ReviewSession(pool, scheme, file, settings).next()

    assert shown["unit"] == {"number": 0, "position": 2}
    first.answer(Unit(0, 2), ["dry"], "k2", rest=True)
    assert {one.answer.order for one in first.answered.values()} == {"double"}
