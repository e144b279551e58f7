"""A result in HTML: a table and the marked text, to the character, whatever the text holds."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_models import BOTH, SPORT

from textclf.batch.results import iter_results
from textclf.classifier.multi_classifier import MultiClassifier
from textclf.classifier.prediction import DocumentResult, Evidence, Prediction, Status
from textclf.classifier.result_html import result_html
from textclf.codebook.scheme import SchemeId
from textclf.scoring.numpy_scorer import NumpyScorer
from textclf.text.boilerplate import RemovedSpan

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&amp; </div></details>"


class Parsed(HTMLParser):
    """What a browser would see: all tags, the cells of the table, marked and removed text."""

    VOID = ("img", "meta", "br")

    def __init__(self, html):
        super().__init__()
        self.open, self.tags, self.attributes = [], [], []
        self.cells, self.texts, self.marked, self.removed = [], [], [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in self.VOID:
            self.open.append(tag)
        if tag in ("td", "th"):
            self.cells.append("")
        if tag == "div" and dict(attrs).get("class") in ("text", "text title"):
            self.texts.append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] in ("td", "th"):
            self.cells[-1] += data
        if "details" in self.open and "div" in self.open[2:]:
            self.texts[-1] += data
        if self.open and self.open[-1] == "mark":
            self.marked.append(data)
        if self.open and self.open[-1] == "del":
            self.removed.append(data)


def result_of(text, spans=(), **fields):
    prediction = Prediction(
        SchemeId("sky", "1", "0a0b"),
        "single",
        ("snow",),
        0.8,
        (("dry", 0.05), ("snow", 0.8), ("rain", 0.15)),
        Status.OK,
        evidence=tuple(spans),
    )
    return DocumentResult((prediction,), text=text, **fields)


def test_a_notebook_shows_a_table_above_the_text_with_its_evidence_marked(beat, rain):
    result = MultiClassifier([beat, rain], NumpyScorer).classify(SPORT[0])

    seen = Parsed(result._repr_html_())

    assert seen.cells[:5] == ["scheme", "label", "probability", "status", "other labels"]
    assert [seen.cells[5], seen.cells[6], seen.cells[8]] == ["beat", "sport", "ok"]
    assert seen.cells[10] == "rain"
    assert seen.texts == [SPORT[0], SPORT[0]]
    assert "captain" in seen.marked
    assert not seen.open


def test_a_title_is_marked_by_its_own_offsets(beat):
    result = MultiClassifier([beat], NumpyScorer).classify(
        "The road is shut.", title="The captain scored a late goal"
    )

    seen = Parsed(result._repr_html_())

    assert seen.texts == ["The captain scored a late goal", "The road is shut."]
    assert "captain" in "".join(seen.marked)


def test_a_result_without_its_text_names_its_evidence_in_the_table(beat):
    full = MultiClassifier([beat], NumpyScorer).classify(SPORT[0])
    seen = Parsed(DocumentResult(full.predictions, "a.txt")._repr_html_())

    assert "details" not in seen.tags
    assert "captain" in seen.cells[-1]


def test_hostile_text_stays_text(subjects):
    text = f"{HOSTILE} {BOTH[0]}"
    result = MultiClassifier([subjects], NumpyScorer).classify(text, title=HOSTILE)

    seen = Parsed(result._repr_html_())

    assert {"script", "img"}.isdisjoint(seen.tags)
    assert not [name for name, _ in seen.attributes if name.startswith("on")]
    assert seen.texts == [HOSTILE, text]
    assert not seen.open


def test_hostile_names_of_labels_and_schemes_stay_text():
    prediction = Prediction(
        SchemeId(HOSTILE, HOSTILE, "0"), "single", (HOSTILE,), 0.9, ((HOSTILE, 0.9),), Status.OK
    )
    result = DocumentResult((prediction,), error=HOSTILE, text="Snow.")

    seen = Parsed(result_html(result, group='"><script>'))

    assert {"script", "img"}.isdisjoint(seen.tags)
    assert seen.cells[5:7] == [HOSTILE, HOSTILE]


@given(
    text=st.lists(
        st.sampled_from([*"a<>&\"' \n$é\U0001f600", "<b>", "</div>", "&lt;"]),
        min_size=1,
        max_size=12,
    ).map("".join),
    spans=st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), st.floats(-2, 2)), max_size=5),
    removed=st.tuples(st.integers(0, 30), st.integers(0, 30)),
)
def test_the_text_is_shown_to_the_character(text, spans, removed):
    length = len(text)
    found = [
        Evidence(min(i, j, length), min(max(i, j), length), "", weight, "snow", 0)
        for i, j, weight in spans
    ]
    start, end = sorted(min(at, length) for at in removed)

    seen = Parsed(result_of(text, found, removed=(RemovedSpan(start, end, "x"),))._repr_html_())

    assert seen.texts == [text]
    assert "".join(seen.removed) == text[start:end]


def test_a_lone_surrogate_does_not_stop_a_notebook():
    assert "snow \\ud800" in result_of("snow \ud800")._repr_html_().encode("utf-8").decode()


@pytest.mark.parametrize("keep", [False, True])
def test_results_of_files_hold_their_text_only_if_asked(tmp_path, beat, keep):
    path = tmp_path / "a.txt"
    path.write_text(SPORT[0], "utf-8")
    multi_classifier = MultiClassifier([beat], NumpyScorer)

    ((result, _),) = iter_results([str(path)], multi_classifier, keep_text=keep)

    assert result.text == (SPORT[0] if keep else "")
