"""What is too long is a document with an error, and takes no memory."""

import gzip
import io
import subprocess
import sys
from pathlib import Path

import pytest

from textclf.io.input_documents import ReadOptions
from textclf.io.limits import bounded_lines
from textclf.io.read_inputs import read_items

SHORT = ReadOptions(max_text=10)
LONG = "a long text"
PEAK = r"""
import re, sys
from pathlib import Path
from textclf.io.input_documents import ReadOptions
from textclf.io.read_inputs import read_items
reading = ReadOptions(lines=sys.argv[2] == "lines")
for item in read_items([sys.argv[1]], reading):
    print(len(item.text), item.error)
# The peak of this process: `ru_maxrss` would be that of the process that has started it.
print(int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) // 1024)
"""


def test_a_line_is_cut_one_byte_after_the_most_and_the_rest_is_skipped():
    lines = bounded_lines(io.BytesIO(b"abcd\n" + b"x" * 200_000 + b"\nabc\nabcdefgh"), 4)

    assert list(lines) == [b"abcd\n", b"xxxxx", b"abc\n", b"abcde"]


@pytest.mark.parametrize(
    ("name", "data", "texts", "place"),
    [
        ("a.txt", LONG, [""], "a.txt"),
        ("a.csv", f"text\n{LONG}\nshort\n", ["", "short"], "a.csv:2"),
        ("a.csv", f'text\n"{LONG[:5]}\n{LONG[5:]}"\nshort\n', ["", "short"], "a.csv:2"),
        ("a.jsonl", f'{{"text": "{LONG}"}}\n{{"text": "short"}}\n', ["", "short"], "a.jsonl:1"),
    ],
)
def test_a_longer_text_is_an_error_and_what_follows_is_read(tmp_path, name, data, texts, place):
    (tmp_path / name).write_text(data)

    found = list(read_items([str(tmp_path / name)], SHORT))

    assert [item.text for item in found] == texts
    assert found[0].place.endswith(place)
    assert "more than 10 characters" in found[0].error


def test_a_text_of_just_the_most_characters_is_read_whatever_its_bytes(tmp_path):
    (tmp_path / "a.txt").write_text("😀" * 10)
    (tmp_path / "b.txt").write_text("😀" * 11)

    one, other = read_items([str(tmp_path / "a.txt"), str(tmp_path / "b.txt")], SHORT)

    assert one.text == "😀" * 10
    assert "--max-text" in other.error


def test_each_long_line_of_a_text_file_is_an_error(tmp_path):
    (tmp_path / "a.txt").write_text(f"{LONG}\nshort\n")

    one, other = read_items([str(tmp_path / "a.txt")], SHORT._replace(lines=True))

    assert "more than 10 characters" in one.error
    assert other.text == "short"


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peaks are read in /proc")
@pytest.mark.parametrize(
    ("name", "how"), [("a.txt.gz", "whole"), ("a.txt.gz", "lines"), ("a.jsonl.gz", "whole")]
)
def test_a_small_file_that_unpacks_to_a_line_of_many_megabytes_takes_little_memory(
    tmp_path, name, how
):
    bomb = tmp_path / name
    with gzip.open(bomb, "wb", compresslevel=1) as stream:
        for _ in range(100):
            stream.write(b"a" * 1_000_000)

    command = [sys.executable, "-c", PEAK, str(bomb), how]
    *items, peak = subprocess.run(
        command, capture_output=True, text=True, check=True
    ).stdout.splitlines()

    assert "more than" in items[-1]
    assert int(peak) < 80
