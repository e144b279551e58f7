"""An article with its evidence marked, to the character, whatever it holds."""

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_models import SPORT

from textclf.classifier.classifier import MultiClassifier, PredictOptions
from textclf.classifier.prediction import DocumentResult, Evidence, Prediction, Status
from textclf.reports.article import contributions_text, explained, explained_page, explained_text
from textclf.scoring.numpy_scorer import NumpyScorer
from textclf.text.document import Document

TEXT = "Snow closed the pass. The cup final was moved."
SKY = Prediction(
    "sky 1 0a0b",
    "single",
    ("snow",),
    0.8,
    (("dry", 0.05), ("snow", 0.8), ("rain", 0.15)),
    Status.OK,
)


def place(start, end, weight, text=TEXT):
    return Evidence(start, end, text[start:end], weight, "snow", 0)


def page_of(text, places, **record):
    document = Document.read(text)
    annotation = DocumentResult((SKY,), removed=document.removed, **record)
    return explained_page(document, annotation, [places])


def article_of(page):
    """Return the marked article of a page, and the same without its tags."""
    (marked,) = re.findall(r'<div class="text">(.*?)</div>', page, re.DOTALL)
    return marked, unescape(re.sub(r"<[^>]*>", "", marked))


def test_a_terminal_shows_the_places_that_speak_for_the_label_in_brackets():
    document = Document.read(TEXT)
    places = [place(0, 4, 1.5), place(26, 29, -0.75)]

    shown = explained_text(document, DocumentResult((SKY,)), [places])

    assert shown == (
        "sky: snow 80% (ok)\n[Snow +1.50] closed the pass. The cup final was moved.\n\n"
    )


def test_a_terminal_shows_what_was_not_read():
    document = Document.read(f"Home / News / Snow\n\n{TEXT}")

    shown = explained_text(document, DocumentResult((SKY,), removed=document.removed), [[]])

    assert shown.endswith("not read (breadcrumb): Home / News / Snow\n")


def test_a_terminal_shows_the_twelve_strongest_places_only():
    text = " ".join(["snow"] * 20)
    places = [place(5 * n, 5 * n + 4, 1 + n / 10, text) for n in range(20)]

    shown = explained_text(Document.read(text), DocumentResult((SKY,)), [places])

    assert shown.count("[") == 12
    assert "[snow +2.90]" in shown
    assert "+1.70" not in shown


def test_places_that_overlap_share_their_weight_out_by_length():
    places = [place(0, 4, 2.0), place(2, 4, 1.0)]

    marked, _ = article_of(page_of(TEXT, places))

    assert marked.startswith(
        '<mark style="--w:0.50" title="+1.000">Sn</mark>'
        '<mark style="--w:1.00" title="+2.000">ow</mark> closed'
    )


def test_a_page_marks_what_speaks_against_the_label_as_such():
    marked, _ = article_of(page_of(TEXT, [place(0, 4, 2.0), place(26, 29, -1.0)]))

    assert '<mark style="--w:1.00" title="+2.000">Snow</mark>' in marked
    assert '<mark class="against" style="--w:0.50" title="-1.000">cup</mark>' in marked


def test_a_page_shows_the_answer_and_its_probabilities_the_highest_first():
    page = page_of(TEXT, [], id="snow.txt")

    assert "<title>snow.txt</title>" in page
    assert "<h2>sky: snow 80% (ok)</h2>" in page
    assert re.findall(r"<td>(\w+)</td><td>(\d+%)</td>", page) == [
        ("snow", "80%"),
        ("rain", "15%"),
        ("dry", "5%"),
    ]


@pytest.mark.parametrize("places", [[], [place(0, 4, 1.0)], [place(2, 30, 1.0)]])
def test_a_page_shows_in_grey_what_was_not_read_and_nothing_else(places):
    text = f"{TEXT}\n\nThe road opens on Sunday.\n\nAbout admin\n\nAll posts"

    marked, _ = article_of(page_of(text, places))

    assert re.findall("<del>(.*?)</del>", marked, re.DOTALL) == ["About admin\n\nAll posts"]


def test_a_page_shows_in_grey_what_was_not_read_at_the_top():
    marked, _ = article_of(page_of(f"Home / News / Snow\n\n{TEXT}", []))

    assert marked == f"<del>Home / News / Snow</del>\n\n{TEXT}"


@given(
    text=st.text(st.sampled_from("a<>&\"' \n$é\U0001f600"), max_size=30),
    spans=st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), st.floats(-2, 2)), max_size=5),
)
def test_a_page_without_its_marks_is_the_article_to_the_character(text, spans):
    length = len(text)
    places = [
        Evidence(min(i, j, length), min(max(i, j), length), "", weight, "snow", 0)
        for i, j, weight in spans
    ]

    _, plain = article_of(page_of(text, places))

    assert plain == text


def test_a_page_takes_no_text_for_its_own():
    script = "<script>alert(1)</script>"
    hostile = Prediction(
        f"sky {script}", "single", (script,), 0.9, ((script, 0.9), ("dry", 0.1)), Status.OK
    )
    text = f"{script} said {script}"
    places = [Evidence(0, 25, script, 1.0, script, 0)]

    page = explained_page(Document.read(text), DocumentResult((hostile,), id=script), [places])

    assert "<script" not in page
    assert page.count("&lt;script&gt;") == 7


def test_each_scheme_has_its_own_section():
    other = Prediction("sea 1 0c0d", "single", ("calm",), 0.7, (("calm", 0.7),), Status.OK)

    page = explained_page(Document.read(TEXT), DocumentResult((SKY, other)), [[], []])

    assert re.findall("<h2>(.*?)</h2>", page) == ["sky: snow 80% (ok)", "sea: calm 70% (ok)"]


def test_all_that_is_listed_adds_up_to_the_score():
    places = [place(0, 4, 1.5), place(26, 29, -0.75)]

    shown = contributions_text(DocumentResult((SKY,)), [places], [{"snow": 0.25}])

    assert shown.splitlines()[1:] == [
        "  snow",
        "     +1.5000  Snow",
        "     -0.7500  cup",
        "     +0.2500  (bias of the label)",
        "     +1.0000  score",
        "",
    ]


@pytest.mark.parametrize("as_page", [False, True])
def test_a_label_that_nothing_speaks_for_is_explained_only_where_all_is_asked_for(rain, as_page):
    multi_classifier = MultiClassifier([rain], NumpyScorer)

    plain, full = (
        explained(multi_classifier, SPORT[0], "x", PredictOptions(), everything, as_page)
        for everything in (False, True)
    )

    sign = "<mark" if as_page else "(bias"
    assert sign not in plain
    assert sign in full
