"""What cannot be done is refused in one line that names the culprit, with no traceback."""

import shutil

import pytest
from command_line import run

from textclf._resources import bundled_path
from textclf.text.control_characters import with_signs


def run_textclf(*arguments):
    result = run(*arguments)
    result.stdout, result.stderr = result.stdout.decode(), result.stderr.decode()
    return result


def only_line(result, code):
    assert result.returncode == code
    assert "Traceback" not in result.stderr
    # A table says in a line how it is read, before the error.
    *read, line = result.stderr.splitlines()
    assert all(one.startswith("textclf: text from ") for one in read)
    return line


def test_labels_that_each_occur_once_cannot_be_learned_from(tmp_path):
    table = tmp_path / "a.csv"
    table.write_text("text,label\none text,a\nanother story,b\nthird piece,c\n")

    line = only_line(run_textclf("train", table, "-o", tmp_path / "m.textclf"), 1)

    assert "each label is that of a single text" in line


@pytest.mark.parametrize("jobs", ["0", "-2"])
def test_training_needs_a_job(tmp_path, jobs):
    line = only_line(run_textclf("train", "a.csv", "-o", tmp_path / "m.textclf", "--jobs", jobs), 1)

    assert f"there are {jobs} jobs" in line


@pytest.mark.parametrize(
    ("toml", "why"),
    [("a = " + "[" * 100_000, "nested too deep"), ("a = " + "1" * 5000, "5000 digits")],
    ids=["deep", "long number"],
)
def test_a_scheme_file_that_python_cannot_parse_is_refused(tmp_path, toml, why):
    scheme = tmp_path / "s.toml"
    scheme.write_text(toml)

    line = only_line(
        run_textclf("train", "--scheme", scheme, "a.csv", "-o", tmp_path / "m.textclf"), 1
    )

    assert "s.toml" in line
    assert why in line


def test_a_damaged_model_does_not_stop_the_list(tmp_path, monkeypatch):
    shutil.copy(bundled_path("models") / "stance.textclf", tmp_path / "good.textclf")
    (tmp_path / "bad.textclf").write_bytes(b"no model")
    (tmp_path / "folder.textclf").mkdir()
    monkeypatch.setenv("TEXTCLF_MODELS", str(tmp_path))

    result = run_textclf("model", "list")

    assert result.returncode == 3
    assert "good" in result.stdout
    assert len(result.stderr.splitlines()) == 2


def test_proposing_goes_on_where_an_input_cannot_be_read_and_says_so(tmp_path):
    (tmp_path / "seen.csv").write_text("text\nSnow closed the pass\n")
    (tmp_path / "damaged.txt").write_bytes(b"\x00\x01\x02")
    made = tmp_path / "made.jsonl"

    found = run_textclf(
        "corpus", "propose", tmp_path / "seen.csv", tmp_path / "damaged.txt", "--scheme", "stance",
        "-o", made,
    )  # fmt: skip

    assert found.returncode == 3
    assert "damaged.txt" in found.stderr
    assert "Traceback" not in found.stderr
    assert len(made.read_text().splitlines()) >= 1


def test_control_characters_are_signs_in_messages_and_in_text_records(tmp_path):
    name = tmp_path / "a\x1b[31m.txt"
    name.write_text("Rain \x1b[31mand\x1b[0m wind lash Murree")

    result = run_textclf("predict", name, "-m", "topic")

    assert "\x1b" not in result.stdout
    assert "a␛[31m.txt" in result.stdout
    assert "\x1b" not in run_textclf("predict", tmp_path / "no\x1b[31m.txt").stderr


def test_tabs_line_ends_and_letters_stay_as_they_are():
    assert with_signs("a\tb\nCafé — “x” 😀\x9b") == "a\tb\nCafé — “x” 😀\ufffd"
