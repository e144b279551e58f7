"""Progress: the rate, and the time left where the size of the work is known."""

import pytest

from textclf.cli import console
from textclf.cli.console import Progress


class Terminal:
    """Keeps what is drawn, as a terminal would show it in the end."""

    def __init__(self):
        self.line = ""

    def isatty(self):
        return True

    def write(self, text):
        self.line = text.rpartition("\x1b[K")[2]

    def flush(self):
        pass


@pytest.fixture
def clock(monkeypatch):
    class Clock:
        now = 100.0

        def monotonic(self):
            return self.now

    found = Clock()
    monkeypatch.setattr(console, "time", found)
    return found


def test_progress_shows_rate_share_and_time_left(monkeypatch, clock):
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    with Progress("articles", beside_output=False) as progress:
        clock.now += 10  # the first reading, which has no share
        progress.draw(100, 0.1)
        assert terminal.line == "100 articles, 10 a second, 10%"
        clock.now += 30
        progress.draw(1_600, 0.25)
        assert terminal.line == "1,600 articles, 40 a second, 25%, 2:30 left"
    assert terminal.line == ""


def test_progress_shows_the_rate_alone_where_the_size_is_not_known(monkeypatch, clock):
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    with Progress("articles", beside_output=False) as progress:
        clock.now += 2
        progress.draw(100)
        assert terminal.line == "100 articles, 50 a second"
