"""Pages of all articles that have a label, and an index with a link to each."""

import re
from urllib.parse import unquote

import pytest
from small_models import SPORT, WEATHER

from textclf.classifier.multi_classifier import MultiClassifier
from textclf.errors import InputError
from textclf.reports.article_pages import write_pages
from textclf.scoring.numpy_scorer import NumpyScorer


@pytest.fixture
def multi_classifier(beat, rain):
    return MultiClassifier([beat, rain], NumpyScorer)


@pytest.fixture
def articles(tmp_path):
    folder = tmp_path / "articles"
    folder.mkdir()
    for number, text in enumerate([SPORT[0], WEATHER[0], SPORT[1]]):
        (folder / f"<b>{number}.txt").write_text(text, "utf-8")
    return str(folder)


def test_each_article_with_the_label_has_a_page_that_the_index_links(
    tmp_path, articles, multi_classifier
):
    pages = tmp_path / "pages"

    count = write_pages([articles], multi_classifier, "sport", pages)

    index = (pages / "index.html").read_text("utf-8")
    linked = [unquote(name) for name in re.findall('href="(.*?)"', index)]
    assert count == 2
    assert sorted([*linked, "index.html"]) == sorted(path.name for path in pages.iterdir())
    assert "captain" in (pages / linked[0]).read_text("utf-8")
    assert "<b>" not in index


def test_the_label_of_one_scheme_may_be_asked_for(tmp_path, articles, multi_classifier):
    assert write_pages([articles], multi_classifier, "beat=weather", tmp_path / "pages") == 1


@pytest.mark.parametrize("where", ["sprot", "beat=rain", "beats=sport", ""])
def test_a_label_that_no_model_gives_is_an_error(tmp_path, articles, multi_classifier, where):
    with pytest.raises(InputError, match="no model gives the label"):
        write_pages([articles], multi_classifier, where, tmp_path / "pages")

    assert not (tmp_path / "pages").exists()


def test_a_folder_that_holds_files_is_left_alone(tmp_path, articles, multi_classifier):
    with pytest.raises(InputError, match="holds files already"):
        write_pages([articles], multi_classifier, "sport", tmp_path)
