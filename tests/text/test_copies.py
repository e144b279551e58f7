"""Copies of an article are found, whatever an editor did to them, and other articles are not."""

import pytest

from textclf.text import pair_store
from textclf.text.copies import CopyFinder, sketch_of
from textclf.text.repeated_paragraphs import folded_paragraphs

STORY = (
    "The provincial government approved a new canal on Tuesday after years of dispute with "
    "growers downstream. Officials said work would begin before the monsoon and cost forty billion "
    "rupees.\nOpposition members walked out of the assembly and called the decision a robbery of "
    "the delta. \u201cWe will go to court,\u201d their leader told reporters outside the gate.\n"
    "Farmers in two districts blocked a highway for an hour. Police watched and nobody was hurt."
)
OTHER = (
    "The home side won the second one-day match by six wickets on Tuesday after their opener made "
    "an unbeaten hundred. Officials said the third match would begin an hour earlier because of "
    "fog.\nThe visitors lost four wickets in the first ten overs and never got back into the game."
)
EDITS = {
    "nothing": STORY,
    "byline and credit": f"By Our Correspondent\n{STORY}\n(This story has not been edited.)",
    "straight quotes": STORY.replace("\u201c", '"').replace("\u201d", '"'),
    "one paragraph": STORY.replace("\n", " "),
    "capitals": STORY.upper(),
    "two words": STORY.replace("forty", "40").replace("reporters", "journalists"),
    "last sentence gone": STORY.rpartition(" Police")[0],
}


def found(*texts: str) -> dict[str, str]:
    with CopyFinder() as finder:
        for number, text in enumerate(texts):
            finder.add(f"a.csv:{number}", str(number), sketch_of(folded_paragraphs(text)))
        return dict(finder.copies())


@pytest.mark.parametrize("name", EDITS)
def test_an_edited_copy_is_found(name: str) -> None:
    assert found(STORY, OTHER, EDITS[name]) == {"a.csv:2": "0"}


def test_all_copies_name_the_first_one() -> None:
    assert set(found(*EDITS.values()).values()) == {"0"}
    assert len(found(*EDITS.values())) == len(EDITS) - 1


def test_articles_of_their_own_are_no_copies() -> None:
    assert found(STORY, OTHER, "", "", "Rain fell.", "Rain fell on Swat.") == {}


def test_short_texts_are_copies_if_their_letters_are_the_same() -> None:
    assert found("Rain fell on Swat.", "RAIN fell, on Swat") == {"a.csv:1": "0"}


def test_an_article_without_an_id_is_named_by_its_place() -> None:
    with CopyFinder() as finder:
        for place in ("a.txt", "b.txt"):
            finder.add(place, place, sketch_of(folded_paragraphs(STORY)))
        assert finder.copies() == {"b.txt": "a.txt"}


def test_a_place_that_comes_twice_is_no_copy_of_itself() -> None:
    with CopyFinder() as finder:
        for _ in range(2):
            finder.add("a.txt", "a.txt", sketch_of(folded_paragraphs(STORY)))
        assert finder.copies() == {}


def test_what_does_not_fit_into_memory_is_compared_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    expected = found(*EDITS.values(), OTHER)
    monkeypatch.setattr(pair_store, "_HELD", 5)
    assert found(*EDITS.values(), OTHER) == expected
