"""The review page as the tests use it: a real process, spoken to over HTTP."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

TEXTS = [
    ("Snow shuts the pass", "Snow fell on the pass all night and the road was white by dawn."),
    ("Rain on the coast", "The met office forecasts rain and strong wind for the coast."),
    ("Cup final", "The captain scored twice and the club won the cup after extra time."),
    ("Wickets before lunch", "Her spinner took five wickets before lunch at the ground."),
    ("Budget passed", "The finance minister told parliament that taxes will rise in July."),
    ("School reopens", "Teachers and pupils went back to school after the strike ended."),
]
BEAT = """format = 2
name = "beat"
version = "1"
kind = "single"
title = "Beat"
question = "Which desk does the article belong to?"
[[labels]]
name = "sport"
definition = "Matches, clubs and players."
includes = ["a club's finances"]
[[labels]]
name = "weather"
definition = "Forecasts and what the weather does."
[[labels]]
name = "other"
definition = "All else."
[[edge_cases]]
key = "rain_stops_play"
case = "rain stops a match"
label = "sport"
"""


def write_pool(folder, count=60, name="pool.jsonl"):
    """Write a pool of articles, and the scheme of the beat; return the paths of both."""
    rows = []
    for number in range(count):
        title, text = TEXTS[number % len(TEXTS)]
        row = {"id": f"a{number:03}", "title": f"{title} {number}", "text": f"{text} No. {number}."}
        row |= {"source": ("Ledger", "Post")[number % 2], "date": f"2025-0{1 + number % 3}-02"}
        rows.append(json.dumps(row))
    pool, scheme = Path(folder) / name, Path(folder) / "beat.toml"
    pool.write_text("\n".join(rows), "utf-8")
    scheme.write_text(BEAT, "utf-8")
    return pool, scheme


class ReviewProcess:
    """A running `textclf review`."""

    def __init__(self, *arguments, command=()):
        self._log = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - until exit
        command = command or ["-m", "textclf", "review", *arguments, "--no-browser"]
        # A background job of a shell ignores Ctrl-C, and so would the processes that it starts.
        if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
            with suppress(ValueError):  # in a thread
                signal.signal(signal.SIGINT, signal.default_int_handler)
        self.process = subprocess.Popen(
            [sys.executable, *map(str, command)],
            stdout=self._log,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        self.url = self._address()

    def _address(self):
        for _ in range(1200):
            found = re.search(r"http://\S+", self.log())
            if found:
                return found[0]
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise AssertionError(f"no address: {self.log()}")

    def log(self):
        self._log.seek(0)
        return self._log.read()

    def interrupt(self):
        """Press Ctrl-C, and return the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(30)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.kill()
        self._log.close()


class Client:
    """A browser in the main: it opens the address, keeps the cookie, and asks."""

    def __init__(self, url, *, enter=True):
        parts = urlsplit(url)
        self.host, self.path = parts.netloc, f"{parts.path}?{parts.query}"
        self.cookie = ""
        if enter:
            _, headers, _ = self.request("GET", self.path)
            self.cookie = headers.get("set-cookie", "").partition(";")[0]

    def request(self, method, path, body=None, **changed):
        """Return status, headers and body; `changed` replaces headers, None leaves one out."""
        headers = {"Host": self.host, "Cookie": self.cookie or None}
        if method == "POST":
            headers |= {"Origin": f"http://{self.host}", "Content-Type": "application/json"}
        headers |= {name.replace("_", "-"): value for name, value in changed.items()}
        connection = http.client.HTTPConnection(self.host, timeout=30)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            data = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
            if method == "POST":
                headers.setdefault("Content-Length", str(len(data)))
            for name, value in headers.items():
                if value is not None:
                    connection.putheader(name, value)
            connection.endheaders(data if method == "POST" else None)
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, found, answer.read()
        finally:
            connection.close()

    def call(self, name, **body):
        status, _, data = self.request("POST", f"/api/{name}", body)
        assert status == 200, data.decode()
        return json.loads(data)

    def answer(self, shown, *labels, key, **more):
        return self.call("answer", unit=shown["unit"], labels=list(labels), key=key, **more)
