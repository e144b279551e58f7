"""The file of answers: nothing that was appended is lost, and nothing is stored twice."""

import json
import multiprocessing
import os

import pytest

from textclf.corpus.given_answers import GivenAnswer
from textclf.corpus.records import Corpus, Record, record_line
from textclf.errors import CorpusError, InputError
from textclf.review_page.answers import AnswerFile

VERSION = "rain 1 abc"


def answer(name, label="rain", coder="ann", **given):
    given = GivenAnswer(VERSION, coder, key=given.pop("key", f"{coder}-{name}"), **given)
    return Record(name, f"Text of {name}.", {"rain": (label,)}, answer=given)


def ids(file):
    return [one.id for one in file.held("rain")]


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
    assert told == [f"{path}: its last line was cut short and is removed"]


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

    assert file.latest("ann", "rain", decides=False).id == "b"
    file.append(Record("b", "", {}, answer=undo))
    assert file.latest("ann", "rain", decides=False).id == "a"
    assert file.latest("eve", "rain", decides=False) is None


def test_an_answer_that_entered_the_random_sample_later_is_not_the_latest(path):
    file = AnswerFile(path)
    for one in (answer("a"), answer("b"), answer("a", key="k/drawn")):
        file.append(one)

    assert file.latest("ann", "rain", decides=False).id == "b"


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
