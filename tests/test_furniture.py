"""The cheap look at a line never passes over one that a rule holds of."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textclf import furniture as room

# All words of the file: those that its rules are made of are among them.
WORDS = sorted(set(re.findall(r"[A-Za-z-]{2,}", Path(room.__file__).read_text("utf-8"))))
BEGUN = [
    *("about the author", "you may also like", "your email address will not be published", "©"),
    *("story continues below", "home / ", "home » ", "updated on: 3", "this story is from 2020"),
    *("also read: ", "watch | ", "sign up for our", "follow us on", "click here to", "tags: "),
    *("published in Dawn, June 3rd, 2020", "all rights reserved", "By ALI KHAN-The", "By Ali Khan"),
    *("our correspondent", "a staff reporter", "by the special writer", "the news desk"),
]
BODY = st.sampled_from(["", " ", "x" * 30, "rain fell " * 4, "rain fell " * 16, ": . " * 40])
ENDS = st.sampled_from(["", ".", " – APP", "—(Reuters).", " (Dawn)", "-(The Star) .", " ©", "s.”"])
CASES = st.sampled_from([str, str.upper, str.title])
LINES = st.builds(
    lambda start, case, body, end: case(start) + body + end,
    st.sampled_from(BEGUN) | st.sampled_from(WORDS),
    CASES,
    BODY,
    ENDS,
)


def shapes(found):
    return [(one.start, one.end, one.reason) for one in found]


@settings(max_examples=400)
@given(lines=st.lists(LINES, min_size=1, max_size=8), gap=st.sampled_from(["\n", "\n\n", "\r\n"]))
def test_a_look_at_a_line_finds_what_reading_it_whole_would(lines, gap):
    page = gap.join(lines)
    found = room.furniture(page)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room, "_may_be_furniture", lambda _: True)
        assert shapes(found) == shapes(room.furniture(page))


def test_a_page_without_furniture_is_left_whole():
    assert not room.furniture("Rain fell on Swat.\n\nThe river rose by a foot, officials said.")
