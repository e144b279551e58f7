"""Kills the server of the review page at random moments while answers are sent to it.

    python benchmarks/review_kills.py --kills 50

Two coders answer through servers of their own into one file. A server is killed by SIGKILL after
a random time, and started again; the coder sends the answer that had no reply once more. In the
end, each answer that a coder gave must be in the file once.
"""

import argparse
import http.client
import json
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from review_page import Client, ReviewProcess, write_pool

LABELS = ("sport", "weather", "other")
LONGEST = 1.5
"""Seconds that a server lives at most."""


class Coder:
    """Sends answers until it is told to stop; its server is killed now and then."""

    def __init__(self, name: str, arguments: tuple, rng: random.Random) -> None:
        self.name = name
        self.given: dict[str, str] = {}
        self._arguments = (*arguments, "--coder", name)
        self._rng = rng

    def answer_until_killed(self, number: int) -> None:
        with ReviewProcess(*self._arguments) as process:
            client = Client(process.url)
            moment = self._rng.uniform(0, LONGEST)
            killer = threading.Timer(moment, process.process.kill)
            killer.start()
            try:
                while True:
                    self._answer(client, number)
            except (OSError, http.client.HTTPException):
                pass
            finally:
                killer.cancel()

    def finish(self) -> None:
        """Send the answer that was in the air when the server was killed."""
        with ReviewProcess(*self._arguments) as process:
            if self.pending:
                self._send(Client(process.url), *self.pending)

    pending: tuple | None = None

    def _answer(self, client: Client, number: int) -> None:
        if self.pending:
            self._send(client, *self.pending)
        shown = client.call("next")
        if shown["unit"] is None:
            time.sleep(0.05)
            return
        key = f"{self.name}-{number}-{len(self.given)}-{self._rng.random()}"
        self._send(client, shown, key, self._rng.choice(LABELS))

    def _send(self, client: Client, shown: dict, key: str, label: str) -> None:
        self.pending = shown, key, label
        client.answer(shown, label, key=key)
        self.given[key] = label
        self.pending = None


def run(kills: int, seed: int) -> tuple[int, int, int]:
    """Return how many answers were given, lost and doubled."""
    with tempfile.TemporaryDirectory() as folder:
        pool, scheme = write_pool(folder, 20_000)
        file = Path(folder) / "mine.jsonl"
        arguments = (pool, "-s", scheme, "-o", file)
        coders = [Coder(name, arguments, random.Random(f"{seed}{name}")) for name in ("ann", "bob")]  # noqa: S311

        def work(coder: Coder) -> None:
            for number in range(kills // len(coders)):
                coder.answer_until_killed(number)
            coder.finish()

        threads = [threading.Thread(target=work, args=(coder,)) for coder in coders]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    stored = Counter(line["answer"]["key"] for line in lines)
    label = {line["answer"]["key"]: line["labels"]["beat"] for line in lines}
    given = {key: one for coder in coders for key, one in coder.given.items()}
    lost = sum(label.get(key) != one for key, one in given.items())
    doubled = sum(count - 1 for count in stored.values()) + len(stored.keys() - given.keys())
    return len(given), lost, doubled


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    given, lost, doubled = run(options.kills, options.seed)
    print(f"{options.kills} kills: {given} answers given, {lost} lost, {doubled} doubled")
    sys.exit(bool(lost or doubled))


if __name__ == "__main__":
    main()
