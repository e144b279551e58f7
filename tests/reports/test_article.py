"""An article with its evidence marked, to the character, whatever it holds."""

import re

import pytest
from small_models import SPORT

from textclf.classifier.multi_classifier import MultiClassifier
from textclf.classifier.predict_options import PredictOptions
from textclf.classifier.prediction import DocumentResult, Evidence, Prediction, Status
from textclf.codebook.scheme import SchemeId
from textclf.io.input_documents import InputDocument
from textclf.reports.article import article_page, article_text, contributions_text, explained
from textclf.scoring.numpy_scorer import NumpyScorer
from textclf.text.document import Document

TEXT = "Snow closed the pass. The cup final was moved."
SKY = Prediction(
    SchemeId("sky", "1", "0a0b"),
    "single",
    ("snow",),
    0.8,
    (("dry", 0.05), ("snow", 0.8), ("rain", 0.15)),
    Status.OK,
)
SEA = Prediction(
    SchemeId("sea", "1", "0c0d"), "single", ("calm",), 0.7, (("calm", 0.7),), Status.OK
)


def span(start, end, weight, text=TEXT):
    return Evidence(start, end, text[start:end], weight, "snow", 0)


def result_of(text, *spans, also=(), **fields):
    sky = SKY.with_evidence(spans)
    removed = Document.read(text).removed
    return DocumentResult((sky, *also), text=text, removed=removed, **fields)


def shown_article(result):
    """Return what stands below the table in a terminal."""
    return article_text(result).split("\n\n", 1)[1]


def test_a_terminal_shows_the_spans_that_speak_for_the_label_in_brackets():
    result = result_of(TEXT, span(0, 4, 1.5), span(26, 29, -0.75))

    assert article_text(result) == (
        "scheme  label  probability  status  other labels\n"
        "sky     snow   80%          ok      rain 15%, dry 5%\n\n"
        "[Snow +1.50] closed the pass. The cup final was moved.\n\n"
    )


def test_a_terminal_shows_the_article_once_for_all_schemes():
    calm = SEA.with_evidence((span(0, 4, 0.25), span(26, 35, 1.0)))
    result = result_of(TEXT, span(0, 4, 1.5), span(30, 35, 0.5), also=[calm])

    assert article_text(result) == (
        "   scheme  label  probability  status  other labels\n"
        "1  sky     snow   80%          ok      rain 15%, dry 5%\n"
        "2  sea     calm   70%          ok\n\n"
        "[Snow 1:+1.50 2:+0.25] closed the pass. The [cup  2:+0.44][final 1:+0.50 2:+0.56] "
        "was moved.\n\n"
    )


def test_a_terminal_shows_the_title_above_the_text():
    spoken = Evidence(4, 8, "snow", 2.0, "snow", None, in_title=True)
    result = result_of(TEXT, spoken, span(0, 4, 1.5), title="New snow")

    assert shown_article(result).startswith("New [snow +2.00]\n\n[Snow +1.50] closed")


def test_a_terminal_shows_what_was_not_read():
    result = result_of(f"Home / News / Snow\n\n{TEXT}")

    assert article_text(result).endswith("not read (breadcrumb): Home / News / Snow\n")


def test_a_terminal_shows_the_twelve_strongest_spans_only():
    text = " ".join(["snow"] * 20)
    spans = [span(5 * n, 5 * n + 4, 1 + n / 10, text) for n in range(20)]

    shown = shown_article(result_of(text, *spans))

    assert shown.count("[") == 12
    assert "[snow +2.90]" in shown
    assert "+1.70" not in shown


def marked_in(page):
    """Return the marked article of a page of one scheme."""
    (marked,) = re.findall(r'<div class="text">(.*?)</div>', page, re.DOTALL)
    return marked


def test_spans_that_overlap_share_their_weight_out_by_length():
    marked = marked_in(article_page(result_of(TEXT, span(0, 4, 2.0), span(2, 4, 1.0))))

    assert marked.startswith(
        '<mark style="--w:0.50" title="+1.000">Sn</mark>'
        '<mark style="--w:1.00" title="+2.000">ow</mark> closed'
    )


def test_a_page_marks_what_speaks_against_the_label_as_such():
    spans = [span(0, 4, 2.0), span(26, 29, -1.0)]

    marked = marked_in(article_page(result_of(TEXT), [spans]))

    assert '<mark style="--w:1.00" title="+2.000">Snow</mark>' in marked
    assert '<mark class="against" style="--w:0.50" title="-1.000">cup</mark>' in marked


@pytest.mark.parametrize("spans", [[], [span(0, 4, 1.0)], [span(2, 30, 1.0)]])
def test_a_page_shows_in_grey_what_was_not_read_and_nothing_else(spans):
    text = f"{TEXT}\n\nThe road opens on Sunday.\n\nAbout admin\n\nAll posts"

    marked = marked_in(article_page(result_of(text, *spans)))

    assert re.findall("<del>(.*?)</del>", marked, re.DOTALL) == ["About admin\n\nAll posts"]


def test_a_page_is_chosen_by_scheme_without_a_script():
    """One of several `details` of one name is open, the first at the beginning."""
    page = article_page(result_of(TEXT, also=[SEA], id="snow.txt"))

    assert "<title>snow.txt</title>" in page
    assert re.findall("<details(.*?)><summary>(.*?)</summary>", page) == [
        (' name="scheme" open', "sky: snow 80% (ok)"),
        (' name="scheme"', "sea: calm 70% (ok)"),
    ]
    assert "<script" not in page


def test_a_page_takes_no_name_for_its_own():
    script = "<script>alert(1)</script>"

    assert "<script" not in article_page(result_of(TEXT, id=script))


def test_all_that_is_listed_adds_up_to_the_score():
    spans = [span(0, 4, 1.5), span(26, 29, -0.75)]

    shown = contributions_text(DocumentResult((SKY,)), [spans], [{"snow": 0.25}])

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
    item = InputDocument("x", "x", SPORT[0])

    plain, full = (
        explained(multi_classifier, item, PredictOptions(), everything=everything, as_page=as_page)
        for everything in (False, True)
    )

    sign = "<mark" if as_page else "(bias"
    assert sign not in plain
    assert sign in full
