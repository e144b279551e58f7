"""The server of the review page, as a real process: who is let in, and what is stored."""

import getpass
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from review_page import Client, ReviewProcess, write_pool

from textclf.codebook.proposals import merge_proposals, read_proposals
from textclf.codebook.scheme_file import read_scheme
from textclf.corpus.records import Corpus

pytest.importorskip("uvicorn", reason="the extra `review` is not installed")

HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(2)">'


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("review")
    pool, scheme = write_pool(folder)
    hostile = {"id": HOSTILE, "title": f"\u202e{HOSTILE}", "text": f"a\0b \ud800 {HOSTILE}"}
    with pool.open("a") as file:
        file.write("\n" + json.dumps(hostile))
    with ReviewProcess(pool, "-s", scheme, "-o", folder / "mine.jsonl", "--coder", "ann") as page:
        page.file = folder / "mine.jsonl"
        page.client = Client(page.url)
        yield page


def held(page):
    return {one.id: one.labels["beat"][0] for one in Corpus.read([page.file]).records}


def test_the_address_is_good_once_and_the_cookie_is_out_of_reach_of_scripts(tmp_path):
    pool, scheme = write_pool(tmp_path)
    with ReviewProcess(pool, "-s", scheme, "-o", tmp_path / "mine.jsonl") as page:
        stranger = Client(page.url, enter=False)
        assert stranger.request("GET", "/")[0] == 403
        assert stranger.request("GET", "/?token=guessed")[0] == 403
        status, headers, opening = stranger.request("GET", stranger.path)
        assert (status, b'http-equiv="refresh"' in opening) == (200, True)
        assert "location" not in headers, "a redirection would be without the cookie"
        assert "HttpOnly" in headers["set-cookie"]
        assert "SameSite=strict" in headers["set-cookie"]
        assert "set-cookie" not in stranger.request("GET", stranger.path)[1], "once alone"
        assert stranger.request("GET", "/")[0] == 403, "without the cookie"
        stranger.cookie = headers["set-cookie"].partition(";")[0]
        assert stranger.request("GET", "/")[0] == 200
        stranger.cookie = f'odd={{"a":1}}; {stranger.cookie}; =; x y=\\'
        assert stranger.request("GET", "/")[0] == 200, "beside cookies that others have set"


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({}, 200),
        ({"Host": "evil.example"}, 421),
        ({"Host": "localhost:1"}, 421),
        ({"Host": None}, 400),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": None}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Cookie": None}, 403),
        ({"Cookie": "textclf_review_1=x"}, 403),
        ({"Cookie": '="=;;\\'}, 403),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content-Length": "100001"}, 413),
    ],
)
def test_a_request_that_may_be_of_another_site_is_refused(page, changed, status):
    assert page.client.request("POST", "/api/status", **changed)[0] == status


@pytest.mark.parametrize(
    "path",
    [
        "/../../../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/page.js/../server.py",
        "/server.py",
        "//etc/passwd",
        "/api/../page.css",
        "/api/nothing",
    ],
)
def test_a_path_of_a_request_is_never_opened(page, path):
    assert page.client.request("GET", path)[0] in {404, 405}


def test_every_answer_forbids_scripts_of_others_and_frames_and_allows_no_other_site(page):
    for method, path in [("GET", "/"), ("GET", "/nothing"), ("POST", "/api/status")]:
        _, headers, _ = page.client.request(method, path)
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert not [name for name in headers if name.startswith("access-control")]
    assert page.client.request("OPTIONS", "/api/answer", Origin="http://evil.example")[0] == 403


def test_the_page_has_no_script_or_style_inside(page):
    html = page.client.request("GET", "/")[2].decode()

    assert html.count("<script") == 1
    assert '<script type="module" src="/page.js"></script>' in html
    assert not [sign for sign in ("<style", "style=", "onclick", "javascript:") if sign in html]
    for name in ("page.js", "article.js"):
        script = page.client.request("GET", f"/{name}")[2].decode()
        assert not [sign for sign in ("innerHTML", "outerHTML", "eval(", "http:") if sign in script]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"labels": ["sport"], "key": "k"}, "unit must have"),
        ({"unit": {"number": -1, "position": 0}, "labels": ["sport"], "key": "k"}, "unit must"),
        ({"unit": {"number": 0.5, "position": 0}, "labels": ["sport"], "key": "k"}, "unit must"),
        ({"unit": {"number": 10**30, "position": 0}, "labels": [], "key": "k"}, "unit must"),
        ({"unit": {"number": 999, "position": 0}, "labels": ["sport"], "key": "k"}, "no article"),
        ({"unit": {"number": 0, "position": 1}, "labels": ["sport"], "key": "k"}, "no passage"),
        ({"unit": {"number": 0, "position": 0}, "labels": ["spor"], "key": "k"}, "did you mean"),
        ({"unit": {"number": 0, "position": 0}, "labels": [], "key": "k"}, "takes one label"),
        ({"unit": {"number": 0, "position": 0}, "labels": "sport", "key": "k"}, "list of texts"),
        ({"unit": {"number": 0, "position": 0}, "labels": ["sport"]}, "needs a key"),
        ({"unit": {"number": 0, "position": 0}, "labels": ["sport"], "key": 7}, "must be a text"),
    ],
)
def test_an_answer_that_makes_no_sense_is_refused_in_one_line(page, body, reason):
    before = held(page)
    status, _, data = page.client.request("POST", "/api/answer", body)

    assert status == 409
    assert reason in data.decode()
    assert data.decode().count("\n") == 0
    assert held(page) == before


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b"[" * 50_000])
def test_a_body_that_is_no_json_object_is_refused(page, body):
    assert page.client.request("POST", "/api/answer", body)[0] == 400


def test_an_answer_is_in_the_file_before_the_next_article_comes(page):
    shown = page.client.call("next")
    page.client.answer(shown, "sport", key="first")

    assert held(page)[shown["id"]] == "sport"


def test_an_answer_that_is_sent_twice_is_stored_once(page):
    shown = page.client.call("next")
    for _ in range(2):
        page.client.answer(shown, "weather", key="twice")

    assert page.file.read_text("utf-8").count('"twice"') == 1


def test_an_article_comes_again_until_it_is_answered_or_skipped(page):
    shown = page.client.call("next")

    assert page.client.call("next")["unit"] == shown["unit"]
    assert page.client.call("skip", unit=shown["unit"])["unit"] != shown["unit"]


def test_undo_gives_the_article_back_and_is_in_the_file(page):
    shown = page.client.call("next")
    page.client.answer(shown, "other", key="wrong")
    again = page.client.call("undo", key="back")

    assert again["unit"] == page.client.call("next")["unit"] == shown["unit"]
    assert shown["id"] not in held(page)
    held_before = held(page)
    page.client.call("undo", key="back")
    assert held(page) == held_before, "nothing more is taken back for the same key"


def test_a_changed_answer_replaces_the_one_before(page):
    shown = page.client.call("next")
    page.client.answer(shown, "other", key="one")
    page.client.answer(shown, "sport", key="two", note="on second thought")

    assert held(page)[shown["id"]] == "sport"
    assert page.client.call("show", unit=shown["unit"])["note"] == "on second thought"


def test_a_hostile_article_is_data_without_signs_that_change_the_page(page):
    shown = page.client.call("show", unit={"number": 60, "position": 0})
    text = "".join(piece for _, block in shown["blocks"] for piece, _ in block)

    assert HOSTILE in text
    assert shown["title"][0][0].endswith(HOSTILE)
    assert not [sign for sign in ("\0", "\u202e", "\ud800") if sign in json.dumps(shown)]
    page.client.answer(shown, "other", key="hostile")
    assert held(page)[HOSTILE] == "other"


def test_a_proposal_is_stored_with_its_article_and_merged_by_the_command(page, tmp_path):
    shown = page.client.call("show", unit={"number": 2, "position": 0})
    proposal = {"kind": "edge_case", "text": "hail on the pitch", "label": "sport"}
    file = page.client.call("propose", unit=shown["unit"], **proposal)["file"]

    stored = json.loads(Path(file).read_text("utf-8"))
    assert file == str(page.file.with_suffix(".proposals.jsonl"))
    assert {name: stored[name] for name in proposal} == proposal
    assert (stored["article"], stored["coder"]) == (shown["id"], "ann")
    scheme = page.file.parent / "beat.toml"
    merge_proposals(str(scheme), [Path(file)], tmp_path / "new.toml")
    assert read_scheme(tmp_path / "new.toml").edge_cases[-1].case == "hail on the pitch"
    for wrong in ({"kind": "x"}, {"label": "x"}, {"text": ""}):
        body = {"unit": shown["unit"], **proposal, **wrong}
        assert page.client.request("POST", "/api/propose", body)[0] == 409


def test_a_proposal_that_would_spoil_the_file_or_the_codebook_is_refused(page):
    body = {"unit": {"number": 2, "position": 0}, "kind": "edge_case", "text": "hail"}
    body["label"] = "sport"
    file = page.file.with_suffix(".proposals.jsonl")
    before = file.read_bytes() if file.exists() else b""
    for wrong in (
        {"text": "a\x7fb"},
        {"text": "a \ud800"},
        {"unit": {"number": 2, "position": 999}},
        {"unit": {"number": 999, "position": 0}},
    ):
        assert page.client.request("POST", "/api/propose", {**body, **wrong})[0] == 409
    file.write_bytes(before + b'{"kind": "edge_ca')
    page.client.call("propose", **body)

    assert len(file.read_bytes().splitlines()) == len(before.splitlines()) + 1
    assert len(read_proposals(file, read_scheme(page.file.parent / "beat.toml"))) > 0


def test_search_offers_the_articles_that_are_found_and_nothing_else(page):
    shown = page.client.call("search", word="wickets", source="Post", kind="")

    assert shown["found"] == 10
    assert "Wickets" in shown["title"][0][0]
    assert page.client.call("search", word="", kind="")["found"] is None


def test_ctrl_c_ends_cleanly_and_says_how_many_answers_there_are(tmp_path):
    pool, scheme = write_pool(tmp_path)
    file = tmp_path / "mine.jsonl"
    with ReviewProcess(pool, "-s", scheme, "-o", file, "--coder", "ann") as page:
        client = Client(page.url)
        client.answer(client.call("next"), "sport", key="k")

        assert page.interrupt() == 0
        assert f"{file}: 1 answers of ann under {scheme}" in page.log()
        assert "Traceback" not in page.log()


def test_the_second_coder_gets_what_the_first_has_answered_and_sees_no_model(tmp_path):
    pool, scheme = write_pool(tmp_path)
    common = (pool, "-s", scheme, "-o", tmp_path / "mine.jsonl")
    with ReviewProcess(*common, "--coder", "ann") as page:
        client, ids = Client(page.url), []
        for number in range(3):
            shown = client.call("next")
            ids.append(shown["id"])
            client.answer(shown, "sport", key=f"ann-{number}")
    with ReviewProcess(*common, "--coder", "bob", "--order", "double", "--overlap", "3") as page:
        client = Client(page.url)
        assert client.call("start")["blind"]
        seen = []
        for number in range(3):
            shown = client.call("next")
            seen.append(shown["id"])
            assert shown["model"] is None
            client.answer(shown, ["weather", "sport", "sport"][number], key=f"bob-{number}")
        assert sorted(seen) == sorted(ids)
    with ReviewProcess(*common, "--coder", "eve", "--order", "adjudicate") as page:
        client = Client(page.url)
        shown = client.call("next")
        assert shown["id"] == seen[0]
        assert [(one["coder"], one["labels"]) for one in shown["others"]] == [
            ("ann", ["sport"]),
            ("bob", ["weather"]),
        ]
        assert client.answer(shown, "weather", key="eve-0")["unit"] is None
    records = {one.id: one for one in Corpus.read([tmp_path / "mine.jsonl"]).records}
    assert records[seen[0]].labels == {"beat": ("weather",)}
    assert records[seen[0]].labels_a == {"beat": ("sport",)}


def test_an_article_that_was_looked_for_enters_the_random_sample_when_it_is_drawn(tmp_path):
    pool, scheme = write_pool(tmp_path, 12)
    file = tmp_path / "mine.jsonl"
    with ReviewProcess(pool, "-s", scheme, "-o", file, "--goal", "6") as page:
        client = Client(page.url)
        shown = client.call("show", unit={"number": 5, "position": 0})
        client.answer(shown, "other", key="looked-for")
        for number in range(11):
            shown = client.answer(client.call("next"), "sport", key=f"k{number}")
        assert shown["unit"] is None
    given = {one.id: one.answer for one in Corpus.read([file]).records}
    assert len(given) == 12
    assert {one.order for one in given.values()} == {"random"}
    assert {one.inclusion for one in given.values()} == {0.5}


def test_answers_under_another_version_of_the_codebook_are_found_again(tmp_path):
    pool, scheme = write_pool(tmp_path)
    arguments = (pool, "-s", scheme, "-o", tmp_path / "mine.jsonl")
    with ReviewProcess(*arguments) as page:
        client = Client(page.url)
        shown = client.call("next")
        client.answer(client.answer(shown, "sport", key="k1"), "other", key="k2")
        assert client.call("search", kind="older")["found"] == 0
    scheme.write_text(scheme.read_text("utf-8").replace('version = "1"', 'version = "2"'), "utf-8")
    with ReviewProcess(*arguments) as page:
        client = Client(page.url)
        assert client.call("search", kind="older")["found"] == 2
        (only,) = client.call("search", kind="older", called="sport")["list"]
        assert only["unit"] == shown["unit"]
        assert client.call("search", kind="contradicting") == {"found": 0, "list": []}


RAIN = """format = 2
name = "rain"
version = "1"
kind = "single"
unit = "passage"
title = "Rain"
question = "Does it rain?"
[aggregation]
rule = "any"
label = "rain"
[[labels]]
name = "rain"
definition = "It rains."
[[labels]]
name = "dry"
definition = "It does not."
"""


def test_passages_are_answered_one_by_one_and_the_document_follows(tmp_path):
    sentences = [f"Sentence {number} of the report on the fair. " * 8 for number in range(4)]
    pool, scheme = tmp_path / "pool.jsonl", tmp_path / "rain.toml"
    pool.write_text(
        json.dumps({"id": "a", "title": "Fair", "text": "\n\n".join(sentences)}), "utf-8"
    )
    scheme.write_text(RAIN, "utf-8")
    file = tmp_path / "mine.jsonl"
    with ReviewProcess(pool, "-s", scheme, "-o", file) as page:
        client = Client(page.url)
        shown = client.call("next")
        assert (shown["unit"]["position"], shown["passages"]) == (1, 4)
        shown = client.answer(shown, "dry", key="k1")
        assert shown["unit"]["position"] == 2
        shown = client.answer(shown, "rain", key="k2")
        assert shown["document"] is None
        assert client.answer(shown, "dry", key="k3", rest=True)["unit"] is None
        whole = client.call("show", unit={"number": 0, "position": 4})
        assert whole["document"] == ["rain"]
        assert whole["answers"] == [["dry"], ["rain"], ["dry"], ["dry"]]
        assert client.call("undo", key="u")["unit"]["position"] == 3, "all that R gave"
        assert client.call("show", unit={"number": 0, "position": 1})["answers"][2:] == [None, None]
    records = Corpus.read([file]).records
    assert [(one.id, one.article, one.position) for one in records] == [
        ("a#1", "a", 1),
        ("a#2", "a", 2),
    ]
    assert records[0].text.startswith("Sentence 0")


def test_a_second_session_of_one_coder_is_refused(tmp_path):
    pool, scheme = write_pool(tmp_path)
    arguments = (pool, "-s", scheme, "-o", tmp_path / "mine.jsonl")
    with ReviewProcess(*arguments) as page:
        command = [sys.executable, "-m", "textclf", "review", *map(str, arguments)]
        second = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
        assert second.returncode
        assert "answers into it already" in second.stderr
        client = Client(page.url)
        client.answer(client.call("next"), "sport", key="k")
    (record,) = Corpus.read([tmp_path / "mine.jsonl"]).records
    assert record.answer.coder == getpass.getuser(), "where no --coder is given"


NOTEBOOK = """
import sys, textclf
records = textclf.review(["Rain and wind.", "The cup final."], sys.argv[1], output=sys.argv[2],
                         browser=False)
print([(one.text, one.labels["beat"]) for one in records])
"""


def test_in_a_notebook_the_page_returns_the_records_when_the_coder_has_finished(tmp_path):
    _, scheme = write_pool(tmp_path)
    file = tmp_path / "mine.jsonl"
    with ReviewProcess(command=["-c", NOTEBOOK, scheme, file]) as page:
        client = Client(page.url)
        shown = client.call("show", unit={"number": 1, "position": 0})
        client.answer(shown, "sport", key="k")
        assert client.call("end") == {"answers": 1}
        assert page.process.wait(60) == 0
        assert "[('The cup final.', ('sport',))]" in page.log()


@pytest.mark.slow
def test_the_order_teach_learns_in_the_background_and_a_button_trains_a_model(tmp_path):
    pool, scheme = write_pool(tmp_path, 200)
    file = tmp_path / "mine.jsonl"
    with ReviewProcess(pool, "-s", scheme, "-o", file, "--order", "teach") as page:
        client = Client(page.url)
        shown = client.call("next")
        for number in range(60):
            title = shown["title"][0][0]
            label = "sport" if title.startswith(("Cup", "Wickets")) else "weather"
            label = "other" if title.startswith(("Budget", "School")) else label
            shown = client.answer(shown, label, key=f"k{number}")
            if number in {20, 45}:
                wait_for(client, lambda status: status["learner"])
        assert not client.call("status")["error"]
        client.call("train")
        training = wait_for(client, lambda one: one["training"]["state"] != "running")["training"]
    orders = {one.answer.order for one in Corpus.read([file]).records}
    assert orders == {"random", "teach"}
    assert (training["state"], training["answers"]) == ("done", 60)
    assert (tmp_path / "mine.textclf").is_file()


def wait_for(client, is_true):
    for _ in range(1200):
        status = client.call("status")
        if is_true(status):
            return status
        time.sleep(0.1)
    raise AssertionError(status)


def test_the_background_processes_end_with_the_server_that_is_killed(tmp_path):
    pool, _ = write_pool(tmp_path, 20_000)
    with ReviewProcess(pool, "-s", "topic", "-o", tmp_path / "mine.jsonl") as page:
        children = Path(f"/proc/{page.process.pid}/task/{page.process.pid}/children")
        if not children.exists():
            pytest.skip("this system does not list the children of a process")
        client = Client(page.url)
        wait_for(client, lambda status: status["predicted"])
        found = children.read_text().split()
        page.kill()
    assert found
    for _ in range(100):
        alive = [one for one in found if Path(f"/proc/{one}/cmdline").exists()]
        alive = [one for one in alive if Path(f"/proc/{one}/cmdline").read_bytes()]
        if not alive:
            return
        time.sleep(0.1)
    raise AssertionError(alive)
