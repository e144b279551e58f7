"""What is read of a text whatever its layout, and that offsets can be mapped to the original."""

from itertools import groupby

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from textclf.corpus.records import Corpus
from textclf.text.document import Document
from textclf.text.repeated_paragraphs import Repeated
from textclf.text.sentences import sentences

LETTERS = st.text(
    st.sampled_from(
        "abcA .\n\t-&;\\n\u00ad\u200b\ufb01a\u0301\ud800\u00a0\u2019\uff21\u0130\u1e9b\u0323"
    ),
    max_size=60,
)
ARTICLES = [
    (name, [one.text for one in passages])
    for name, group in groupby(
        (one for one in Corpus.read().passages if one.article), key=lambda one: one.title
    )
    for passages in [list(group)]
]
ARTICLE = st.sampled_from(ARTICLES)
FURNITURE = st.sampled_from(
    ["Advertisement", "Also read: Ten canals to see", "Share on Facebook", "Back to top"]
)


def read(text):
    document = Document.read(text)
    return document.text, document.body_start, document.passages


@given(
    article=ARTICLE, gaps=st.lists(st.sampled_from(["\n", "\n\n", "\r\n", "\n \n\n"]), min_size=1)
)
def test_a_text_reads_alike_however_its_paragraphs_are_apart(article, gaps):
    title, paragraphs = article
    lines = [title, *paragraphs]
    joined = "".join(line + gaps[n % len(gaps)] for n, line in enumerate(lines))

    assert read(f"  \n{joined}\n\t ") == read("\n".join(lines))


@given(article=ARTICLE, added=FURNITURE, data=st.data())
def test_a_text_reads_alike_with_a_line_of_boilerplate_between_its_paragraphs(article, added, data):
    title, paragraphs = article
    lines = [title, *paragraphs]
    at = data.draw(st.integers(2, len(lines)))
    gap = data.draw(st.sampled_from(["\n", "\n\n"]))

    assert read(gap.join([*lines[:at], added, *lines[at:]])) == read("\n".join(lines))


@given(article=ARTICLE)
def test_passages_are_the_same_on_one_line(article):
    _, paragraphs = article
    lines, one_line = "\n".join(paragraphs), " ".join(paragraphs)

    apart, together = (Document.read(text, clean=False) for text in (lines, one_line))

    def in_sentences(text):
        found = (
            text_line[one.start : one.end]
            for text_line in text.split("\n")
            for one in sentences(text_line)
        )
        return list(found)

    assume(in_sentences(apart.text) == in_sentences(together.text))
    assert [(one.start, one.end) for one in apart.passages] == [
        (one.start, one.end) for one in together.passages
    ]


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        (
            "The canal was closed for\nrepairs on Monday.",
            "The canal was closed for repairs on Monday.",
        ),
        ("One stopped.\nTwo ran.", "One stopped.\nTwo ran."),
        ("It rained.\n\nThe road\n\nADVERTISEMENT\n\nis dry.", "It rained.\nThe road is dry."),
        ("Two demon-\nstrations were held.", "Two demonstrations were held."),
        ("A wooden-\nhulled ferry sank.", "A wooden-hulled ferry sank."),
        ("The anti-\nShia mob ran.", "The anti-Shia mob ran."),
        ("A  b\tc\u00a0d", "A b c d"),
        ("Rain fell.\\n\\nThe river rose.", "Rain fell.\nThe river rose."),
        ("Oil &amp; gas at 5&nbsp;% &#8217;", "Oil & gas at 5 % ’"),
        ("gunmen amp; arsonists", "gunmen & arsonists"),
        ("Gunmen opened fire on the\nworshippers of Quetta, pol\nice said on Friday night.", None),
    ],
)
def test_what_broke_a_text_on_its_way_is_repaired(text, read_as):
    document = Document.read(text)

    if read_as is None:
        assert "\n" not in document.text
    else:
        assert document.text == read_as


def test_text_that_was_cut_at_a_width_inside_words_is_joined():
    text = "Gunmen opened fire on worshippers leaving an imambargah in the old city on Friday."
    cut = "\n".join(text[at : at + 25] for at in range(0, len(text), 25))

    assert Document.read(cut).text == text


def test_a_wrapped_text_reads_as_if_it_never_had_been():
    text = (
        "LAHORE: The minister Khan\nNawaz of the valley met Gen.\nRaza on Monday and then he\n"
        "left for the old town of\nMultan by the night train."
    )

    document = Document.read(text)

    assert "\n" not in document.text
    assert len(list(sentences(document.text))) == 1


@pytest.mark.parametrize("gap", ["\n", "\n\n", "\r\n\r\n"])
def test_a_first_line_that_looks_like_a_title_is_read_and_is_no_passage(gap):
    text = gap.join(["Canal dries up", "Water stopped on Monday. Nobody will say why it did."])

    document = Document.read(text)

    assert document.text.startswith("Canal dries up\n")
    assert [document.text[one.start : one.end] for one in document.passages] == [
        "Water stopped on Monday. Nobody will say why it did."
    ]
    assert document.passage_at(0) is None


@pytest.mark.parametrize(
    "first", ["Water stopped on Monday.", "water stopped", "“We know,” he said:", "x" * 200]
)
def test_a_first_line_that_is_a_sentence_is_no_title(first):
    document = Document.read(
        f"{first}\nIt came back on Friday, and the whole town went to look at it."
    )

    assert document.body_start == 0


def test_a_title_of_its_own_is_read_before_the_text_and_led_back_to_itself():
    document = Document.read("Water stopped.", title=" Canal \n dries up")

    assert document.text == "Canal dries up\nWater stopped."
    assert document.in_original(0, 5) == (1, 6)
    assert document.stands_apart(5)
    assert not document.stands_apart(len(document.text))
    assert document.in_original(document.body_start, len(document.text)) == (0, 14)
    assert len(document.passages) == 1


def test_a_title_that_the_text_begins_with_is_read_once():
    text = "CANAL dries up\nWater stopped on Monday, and nobody in the town will say why."

    document = Document.read(text, title="Canal dries up")

    assert document.text == text
    assert document.title == ""
    assert document.body_start == len("CANAL dries up\n")


def test_an_article_of_a_title_alone_is_read_whole_and_has_no_passage():
    document = Document.read("", title="Canal dries up")

    assert document.text == "Canal dries up"
    assert document.passages == ()
    assert document.passage_at(0) is None


def test_a_repeated_paragraph_is_left_out_and_said_to_be():
    teaser = "Crowds join the main procession in the city."
    repeated = Repeated.fit(f"Story {name} is told here at length.\n{teaser}" for name in "abc")

    document = Document.read(f"Rain fell on Swat.\n{teaser}", repeated=repeated)

    assert document.text == "Rain fell on Swat."
    assert [one.reason for one in document.removed] == ["repeated in this input"]


def test_nothing_is_left_out_where_cleaning_is_off():
    text = "Home / News / Rain\n\nRain fell on Swat.\n\nAbout admin"

    assert Document.read(text, clean=False).removed == ()


@given(text=LETTERS, title=LETTERS)
def test_every_place_of_the_read_text_leads_back_to_the_original(text, title):
    document = Document.read(text, title=title)

    for start in range(len(document.text)):
        span = document.in_original(start, start + 1)
        whole = document.title if document.stands_apart(start + 1) else document.original
        assert 0 <= span.start <= span.end <= len(whole)
        if not document.text[start].isspace():
            assert span.start < span.end


@given(text=LETTERS)
def test_what_was_not_repaired_is_the_same_character_in_both(text):
    document = Document.read(text, clean=False)

    for start, char in enumerate(document.text):
        span = document.in_original(start, start + 1)
        if span.end - span.start == 1 and text[span.start].isascii() and not char.isspace():
            assert text[span.start : span.end] == char


@given(text=LETTERS)
def test_passages_stand_in_order_and_hold_all_that_is_not_blank_but_the_title(text):
    document = Document.read(text)

    joined = "".join(document.text[span.start : span.end] for span in document.passages)
    assert "".join(joined.split()) == "".join(document.text[document.body_start :].split())


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("mili\u00adtants", "militants"),
        ("bo\u200bmb", "bomb"),
        ("\ufb01re", "fire"),
        ("Ka\u0301bul", "K\u00e1bul"),
        ("\uff22\uff4f\uff4d\uff42", "Bomb"),
        ("10\u00a0km", "10 km"),
        ("Brand\u2122 \u00bd", "Brand\u2122 \u00bd"),
        ("a\ud800b", "a\ufffdb"),
        ("a\x00b", "ab"),
    ],
)
def test_characters_that_hide_a_word_are_repaired_and_others_left(text, read_as):
    assert Document.read(text).text == read_as


def test_a_repaired_word_is_evidence_at_its_place_in_the_original():
    original = "The mili\u00adtants \ufb02ed."
    document = Document.read(original)
    start = document.text.index("militants")

    span = document.in_original(start, start + len("militants"))

    assert original[span.start : span.end] == "mili\u00adtants"


def test_a_passage_takes_no_sentence_beyond_400_characters():
    text = "The canal was closed for repairs on Monday. " * 60

    passages = Document.read(text).passages

    assert all(one.end - one.start <= 400 for one in passages)
    assert all(one.end - one.start > 300 for one in passages[:-1])


def test_a_sentence_that_is_longer_is_a_passage_of_its_own():
    long = "The canal " + "and the river " * 60 + "ran dry."

    passages = Document.read(f"It rained. {long} It stopped.").passages

    assert [one.end - one.start > 400 for one in passages] == [False, True, False]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Gen. Khan met Dr. Rao. They left.", 2),
        ("It rose 2.5 points. Why? Nobody knew!", 3),
        ("S. K. Menon spoke.", 1),
        ("\u201cNo.\u201d She sat down.", 2),
        ("He left... Then he came.", 2),
    ],
)
def test_a_sentence_does_not_end_at_an_abbreviation(text, count):
    assert len(list(sentences(text))) == count


def test_a_place_between_two_passages_belongs_to_the_later_and_one_behind_all_to_the_last():
    document = Document.read("a" * 300 + ".\n" + "B" * 300 + ".")

    assert [document.passage_at(place) for place in (0, 300, 301, 302, 900)] == [0, 0, 1, 1, 1]
    assert Document.read("").passage_at(0) == 0


def test_paragraphs_are_the_lines_of_what_is_read():
    document = Document.read("Canal dries up\nWater stopped on Monday.\n\nIt came back on Friday.")

    assert [document.text[one.start : one.end] for one in document.paragraphs] == [
        "Canal dries up",
        "Water stopped on Monday.",
        "It came back on Friday.",
    ]
