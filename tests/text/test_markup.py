"""Tags are not read, wrongly decoded characters are read right, and all spans can be found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textclf.text.document import Document
from textclf.text.normalize import normalize

PIECES = st.sampled_from(
    [
        *("<p>", "</p>", "<b", ">", "&lt;", "b", "&gt;", "&amp;", "nbsp;", "lt;", "p gt;", "<!--"),
        *("-->", "<script>", "</script>", "â€™", "Ã©", "Â", " ", "\n", "Rain fell.", "é"),
    ]
)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("<p>Rain <b>fell</b>.</p><p>Snow</p>", "\nRain fell.\n\nSnow\n"),
        ("Rain<br/>Snow<BR class='x'>Hail", "Rain\nSnow\nHail"),
        ('Rain <a href="x?a=1&amp;b=2">fell</a>.', "Rain fell."),
        ("Rain<script>var storm = 'hail';</script> fell.", "Rain\n fell."),
        ("Rain<!-- hail --> fell.", "Rain fell."),
        ("Rain <!-- fell.", "Rain <!-- fell."),
        ("&lt;p class=&quot;a&quot;&gt;Rain&lt;/p&gt;", "\nRain\n"),
        ("Rain&amp;nbsp;fell &amp;amp; rose.", "Rain fell & rose."),
        ("Rain lt;b gt;fell amp; rose.", "Rain fell & rose."),
        ("3 < 4 and x <y> z, a <b and c> d", "3 < 4 and x <y> z, a <b and c> d"),
        ("Itâ€™s â€œrainâ€\ufffd at the cafÃ©, Â£5", "It’s “rain” at the café, £5"),
        ("São Paulo, CAFÉ” and Ã", "São Paulo, CAFÉ” and Ã"),
    ],
)
def test_markup_is_not_read(text, read):
    assert normalize(text).text == read


@given(pieces=st.lists(PIECES, max_size=12))
def test_every_span_of_the_read_text_is_a_span_of_the_original(pieces):
    document = Document.read("".join(pieces))

    for span in document.passages:
        found = document.in_original(span.start, span.end)
        assert 0 <= found.start < found.end <= len(document.original)


def test_evidence_stands_in_the_text_that_the_user_gave():
    document = Document.read("<p>The <b>ferry</b> sank &amp; all were saved.</p>")
    start = document.text.index("ferry")

    found = document.in_original(start, start + 5)

    assert document.original[found.start : found.end] == "ferry"
