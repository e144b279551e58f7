"""The review page in a real browser: Debian's chromium, driven by playwright.

axe-core is used where $AXE_CORE names its file axe.min.js.
"""

import json
import os
import shutil
from pathlib import Path

import pytest
from review_page import ReviewProcess, write_pool

from textclf.corpus.records import Corpus

pytest.importorskip("uvicorn", reason="the extra `review` is not installed")
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
AXE = os.environ.get("AXE_CORE", "")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM, reason="there is no chromium; install it, or set $CHROMIUM"),
]


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


class Page:
    """A page of the browser; its console and its requests are kept."""

    def __init__(self, browser, url, **options):
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.told, self.requested = [], []
        self.page.on("console", lambda one: self.told.append(one.text))
        self.page.on("pageerror", lambda one: self.told.append(str(one)))
        self.page.on("request", lambda one: self.requested.append(one.url))
        self.page.on("dialog", lambda one: self.told.append(f"dialog: {one.message}"))
        self.open(url)

    def open(self, url):
        self.page.goto(url)
        self.page.wait_for_selector("#labels button")

    @property
    def title(self):
        return self.page.inner_text("#title")

    def press(self, key, *, changes=True):
        """Press a key, and wait until another article is shown."""
        before = self.page.evaluate("document.body.dataset.shown")
        self.page.keyboard.press(key)
        if changes:
            self.page.wait_for_function(
                "before => document.body.dataset.shown !== before", arg=before
            )


@pytest.fixture
def started(tmp_path):
    pool, scheme = write_pool(tmp_path)
    file = tmp_path / "mine.jsonl"
    with ReviewProcess(pool, "-s", scheme, "-o", file, "--coder", "ann") as process:
        process.file, process.pool, process.scheme = file, pool, scheme
        yield process


def held(file):
    return {one.id: one.labels["beat"][0] for one in Corpus.read([file]).records}


def label_of(title):
    if any(word in title for word in ("Snow", "Rain")):
        return "weather"
    return "sport" if any(word in title for word in ("Cup", "Wickets")) else "other"


KEYS = {"sport": "1", "weather": "2", "other": "3"}


def test_fifty_answers_by_keyboard_alone_with_undo_skip_note_and_reload(browser, started):
    page = Page(browser, started.url)
    expected = {}
    while len(expected) < 50:
        title, number = page.title, len(expected)
        if number == 10:
            page.press("3")
            page.press("u")
            assert page.title == title, "the article comes back"
        if number == 20:
            page.page.reload()
            page.page.wait_for_selector("#labels button")
            assert page.title == title, "a reload loses no article"
        if number == 30:
            page.press(" ")
            assert page.title != title
            title = page.title
        if number == 40:
            page.press("n", changes=False)
            page.page.keyboard.type("1 and 2 are no answers here")
            page.page.keyboard.press("Tab")
            page.page.keyboard.press("Tab")
            page.page.keyboard.press("Enter")
            page.page.wait_for_selector("#noted:not([hidden])")
        page.press(KEYS[label_of(title)])
        expected[f"a{int(title.rsplit(' ', 1)[1]):03}"] = label_of(title)

    assert held(started.file) == expected
    assert "1 and 2 are no answers here" in started.file.read_text("utf-8")
    assert page.page.inner_text("#count") == "50 of 100"
    assert page.told == []
    assert {one.split("/")[2] for one in page.requested} == {started.url.split("/")[2]}


def test_two_coders_at_once_lose_nothing(browser, started):
    common = (started.pool, "-s", started.scheme, "-o", started.file)
    with ReviewProcess(*common, "--coder", "bob") as other:
        ann, bob = Page(browser, started.url), Page(browser, other.url)
        for _ in range(20):
            ann.press("1")
            bob.press("2")
    lines = started.file.read_text("utf-8").splitlines()
    coders = [json.loads(line)["answer"]["coder"] for line in lines]

    assert (coders.count("ann"), coders.count("bob")) == (20, 20)
    assert ann.told == bob.told == []


def test_a_hostile_article_is_shown_as_text_and_runs_nothing(browser, tmp_path):
    hostile = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'><b>bold</b>\u202e\0"
    pool, scheme = write_pool(tmp_path, 1)
    row = {"id": hostile, "title": hostile, "source": hostile, "text": f"{hostile}\n" * 3000}
    pool.write_text(json.dumps(row), "utf-8")
    with ReviewProcess(pool, "-s", scheme, "-o", tmp_path / "mine.jsonl") as process:
        page = Page(browser, process.url)
        assert "<script>alert(1)</script>" in page.title
        assert page.page.locator("#article script, #article img, #article b").count() == 0
        assert page.told == []
        assert all(process.url.split("/")[2] in one for one in page.requested)
        page.press("1")
        assert len(Corpus.read([tmp_path / "mine.jsonl"])) == 1


def test_a_server_that_is_gone_is_told_and_no_answer_counts_as_saved(browser, started):
    page = Page(browser, started.url)
    page.press("1")
    started.kill()
    page.press("1", changes=False)
    page.page.wait_for_selector("#problem:not([hidden])")

    assert page.page.inner_text("#problem").startswith("Not saved")
    assert page.page.inner_text("#count") == "1 of 100"
    assert len(held(started.file)) == 1


def test_the_browser_may_be_killed_at_any_moment(browser, started):
    page = Page(browser, started.url)
    for _ in range(5):
        page.press("1")
    page.page.keyboard.press("2")
    page.context.close()
    lines = started.file.read_text("utf-8").splitlines()

    assert len(lines) in {5, 6}
    assert len(held(started.file)) == len(lines)


def test_search_codebook_and_keys_work_from_the_keyboard(browser, started):
    page = Page(browser, started.url)
    page.press("?", changes=False)
    assert page.page.locator("#codebook[open]").count() == 1
    assert "rain stops a match" in page.page.inner_text("#codebook")
    page.press("1", changes=False)
    page.press("Escape", changes=False)
    assert not held(started.file), "keys answer nothing while a dialog is open"
    page.press("/", changes=False)
    page.page.keyboard.type("wickets")
    page.press("Enter")
    assert "Wickets" in page.title
    assert "10 articles" in page.page.inner_text("#filter")
    assert page.page.evaluate("document.activeElement.id") == "title"


def test_an_edge_case_is_proposed_from_the_keyboard(browser, started):
    page = Page(browser, started.url)
    page.press("p", changes=False)
    page.page.keyboard.type("1 hail on the pitch")
    page.page.keyboard.press("Enter")
    page.page.wait_for_function("document.getElementById('last').textContent.includes('Proposed')")

    stored = json.loads(started.file.with_suffix(".proposals.jsonl").read_text("utf-8"))
    assert stored["text"] == "1 hail on the pitch"
    assert not held(started.file)
    page.press("1")
    assert page.told == []


@pytest.mark.parametrize("keys", [["0"], ["1", "1", "Enter"]])
def test_where_several_labels_may_hold_a_coder_can_say_that_none_does(browser, tmp_path, keys):
    pool, scheme = write_pool(tmp_path)
    several = scheme.read_text("utf-8").replace('"single"', '"multi"')
    scheme.write_text(several, "utf-8")
    file = tmp_path / "mine.jsonl"
    with ReviewProcess(pool, "-s", scheme, "-o", file) as process:
        page = Page(browser, process.url)
        for key in keys[:-1]:
            page.press(key, changes=False)
        page.press(keys[-1])
        (record,) = Corpus.read([file]).records
        assert record.labels == {"beat": ()}
        assert page.told == []


def test_a_note_stays_with_its_article_until_it_is_answered(browser, started):
    page = Page(browser, started.url)
    first = page.title
    page.press("n", changes=False)
    page.page.keyboard.type("a hard one")
    page.page.click("text=Keep the note")
    page.press(" ")
    page.press("1")
    assert not page.page.locator("#noted").is_visible()
    number = int(first.rsplit(" ", 1)[1])
    page.press("/", changes=False)
    page.page.fill("#number", str(number + 1))
    page.press("Enter")
    assert (page.title, page.page.inner_text("#noted")) == (first, "Note: a hard one")
    page.press("2")
    notes = {one.id: one.answer.note for one in Corpus.read([started.file]).records}
    assert sorted(notes.values()) == ["", "a hard one"]
    assert notes[f"a{number:03}"] == "a hard one"


def test_after_the_end_no_key_answers_and_the_next_step_is_named(browser, started):
    page = Page(browser, started.url)
    page.press("1")
    page.page.click("#finish")
    page.page.wait_for_function("document.getElementById('about').textContent.includes('train')")
    assert str(started.file) in page.page.inner_text("#about")
    page.press("2", changes=False)
    assert not page.page.locator("#problem").is_visible()
    assert len(held(started.file)) == 1


def test_the_address_opens_the_page_after_a_click_on_another_site(browser, started):
    page = browser.new_context().new_page()
    page.route(
        "http://other.example/",
        lambda route: route.fulfill(
            content_type="text/html", body=f'<a href="{started.url}">open</a>'
        ),
    )
    page.goto("http://other.example/")
    page.click("a")
    page.wait_for_selector("#labels button")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_is_cut_off_at_any_width(browser, started, width, scheme):
    options = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme}
    page = Page(browser, started.url, **options)

    assert page.page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.page.locator("#labels button").first.is_visible()
    if not AXE:
        pytest.skip("axe-core is not here: $AXE_CORE does not name axe.min.js")
    # As a browser would run it for a developer: outside of the policy of the page.
    session = page.context.new_cdp_session(page.page)
    code = Path(AXE).read_text("utf-8")
    serious = []
    for opened in ("", "?", "/", "p", "n"):
        if opened:
            page.press(opened, changes=False)
        session.send("Runtime.evaluate", {"expression": code})
        found = session.send(
            "Runtime.evaluate",
            {
                "expression": "axe.run().then(found => JSON.stringify(found.violations))",
                "awaitPromise": True,
            },
        )
        serious += [
            (one["id"], [node["html"] for node in one["nodes"]])
            for one in json.loads(found["result"]["value"])
            if one["impact"] in {"serious", "critical"}
        ]
        page.press("Escape", changes=False)
    assert serious == []
