"""What the statistics of a corpus count and mark."""

import pytest
from small_models import PLAN

from textclf.corpus.records import Corpus, Record
from textclf.corpus.sampling_plan import Plan
from textclf.errors import CorpusError
from textclf.reports.corpus_stats import coder_agreement, corpus_stats, corpus_stats_of_files

TEXT = "Rain fell on the mill."


def record(name, **more):
    return Record(name, TEXT, {"stance": ("none",)}, region="india", **more)


def lines(text):
    return [" ".join(line.split()) for line in text.splitlines()]


def test_boilerplate_is_counted_apart_from_passages():
    byline = Record("f", "By Our Reporter", {}, article="a", boilerplate="byline")

    found = lines(corpus_stats(Corpus((record("p", article="a"), byline))))

    assert found[0] == "1 passages, 5 words, 5 distinct"
    assert found[1] == "1 whole articles with 1 passages, 0 single passages"
    assert "1 lines of page boilerplate" in found
    assert "india 1 100.0%" in found


def test_an_unfilled_quota_is_marked(tmp_path):
    path = tmp_path / "plan.toml"
    path.write_text(PLAN, "utf-8")

    found = lines(corpus_stats(Corpus((record("p"), record("q"))), Plan.read(path)))

    assert "passages 2 3 short" in found
    assert "words 10 9" in found
    assert "india 100.0% 75.0%" in found
    assert "sky 0 2" in found


def test_the_bundled_corpus_is_counted_beside_its_plan():
    assert "cases of topic/heat_now" in corpus_stats_of_files([])


def test_agreement_is_reported_by_scheme_label_and_dispute():
    none, against = {"stance": ("none",)}, {"stance": ("against",)}
    records = [
        *(record(f"n{i}", labels_a=none, labels_b=none) for i in range(6)),
        *(record(f"a{i}", labels_a=against, labels_b=against) for i in range(3)),
        record("d", labels_a=none, labels_b=against),
    ]

    found = lines(coder_agreement(Corpus(tuple(records))))

    assert found[0] == "stance: 10 texts, 10 with two or more answers, 2 coders"
    assert any(line.startswith("Krippendorff's alpha (nominal) 0.791 [") for line in found)
    assert any(line.startswith("against 0.791 [") and line.endswith("3 4") for line in found)
    assert found[-1] == "none against 1"


def test_a_corpus_that_was_coded_once_has_no_agreement():
    with pytest.raises(CorpusError, match="no record has the labels of two coders"):
        coder_agreement(Corpus((record("p"),)))
