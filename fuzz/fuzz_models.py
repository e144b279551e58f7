"""Load mutated model files: each must load or be a ModelError, and must do nothing else.

    python fuzz/fuzz_models.py [--count 1000] [--seed 0] [MODEL ...]

Bytes are flipped, cut, repeated and moved; values of the header are replaced, with and without
digests that hold. An audit hook records what loading does: a model file may open no other file,
import nothing, and start no process. Printed are the counts; the exit code is 1 with a finding.
"""

from __future__ import annotations

import argparse
import copy
import difflib  # noqa: F401 - our error messages import it once, whatever the file
import hashlib
import json
import random
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import textclf.scoring.numpy_scorer  # noqa: F401 - the native scorer imports it when it needs it
from textclf.classifier.multi_classifier import MultiClassifier
from textclf.errors import ModelError
from textclf.model.file import from_bytes
from textclf.model.safetensors import pack, unpack
from textclf.model.store import bundled_models
from textclf.scoring.scorer import make_scorer

_LONGEST = 5.0
"""Seconds that a file may take."""
_FORBIDDEN = (
    *("open", "import", "exec", "compile", "os.", "subprocess.", "socket.", "ctypes."),
    *("shutil.", "marshal.", "pickle.", "tempfile."),
)
_ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 2**31, 2**64, 10**400, 0.5, -0.0, 1e308, -1e308),
    *(float("inf"), float("-inf"), float("nan"), "", "a", "\x00", "\ud800", "x" * 10_000),
    *([], {}, [[]], [0], ["a"], {"a": 1}, [None] * 100),
)

watching = False
events: Counter[str] = Counter()


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if watching and event.startswith(_FORBIDDEN):
        events[f"{event} {str(arguments[:1])[:80]}"] += 1


def places(value: object, found: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """Return each container and key of a JSON value."""
    keys = (
        list(value)
        if isinstance(value, dict)
        else range(len(value))
        if isinstance(value, list)
        else ()
    )
    for key in keys:
        found.append((value, key))
        places(value[key], found)  # type: ignore[index]
    return found


def mutated_bytes(data: bytes, chance: random.Random) -> bytes:
    """Return a file with damaged bytes, most of them in its header."""
    found = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 8))):
        end = len(found) if chance.random() < 0.3 else min(len(found), 20_000)
        at = chance.randrange(max(1, end))
        kind = chance.randrange(5)
        if kind == 0 and found:
            found[at % len(found)] = chance.randrange(256)
        elif kind == 1:
            del found[at : at + chance.choice((1, 8, 100, len(found)))]
        elif kind == 2:
            found[at:at] = found[at : at + chance.choice((1, 8, 100))]
        elif kind == 3:
            found[at:at] = chance.randbytes(chance.choice((1, 8)))
        else:
            found[:8] = chance.choice((0, 1, 2**63, 2**64 - 1, at)).to_bytes(8, "little")
    return bytes(found)


def _mutate_tensor(
    header: dict[str, Any], tensors: dict[str, memoryview[Any]], chance: random.Random
) -> None:
    name = chance.choice(list(tensors))
    view = tensors[name]
    flat = bytearray(view.tobytes())
    if not flat:
        return
    for _ in range(chance.choice((1, 8, 64))):
        flat[chance.randrange(len(flat))] = chance.choice((0, 1, 127, 128, 255))
    tensors[name] = memoryview(bytes(flat)).cast("B").cast(view.format, view.shape or ())
    if isinstance(header.get("sha256"), dict):
        header["sha256"][name] = hashlib.sha256(bytes(flat)).hexdigest()


def mutated_header(data: bytes, chance: random.Random) -> bytes:
    """Return a file whose header has other values, and whose digests hold."""
    metadata, tensors = unpack(data, "model")
    header = json.loads(metadata["textclf"])
    for _ in range(chance.choice((1, 1, 1, 2, 5))):
        everywhere = places(header, [])
        container, key = chance.choice(everywhere)
        kind = chance.randrange(4)
        if kind == 0:
            del container[key]
        elif kind == 1 and isinstance(container, dict):
            container[f"{key}_"] = container.pop(key)
        elif kind == 2 and isinstance(container, list):
            container.insert(0, copy.deepcopy(container[key]))
        else:
            container[key] = copy.deepcopy(chance.choice(_ODD))
        if not header:
            break
    if chance.random() < 0.3:
        _mutate_tensor(header, tensors, chance)
    text = json.dumps(header, sort_keys=True)
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return pack({"sha256": digest, "textclf": text}, tensors)


def outcome(data: bytes, *, thorough: bool) -> str:
    """Return what becomes of a file: loaded, refused, or a finding."""
    global watching  # noqa: PLW0603 - the hook cannot be taken away
    began = time.process_time()
    watching = True
    try:
        model = from_bytes(data, "model.textclf", thorough=thorough)
        watching = False
        result = MultiClassifier([model], make_scorer).classify("Police shot two men. It rained.")
        result.as_dict()
        found = "loaded"
    except ModelError as reason:
        watching = False
        found = "refused" if "\n" not in str(reason) else "a message of several lines"
    except Exception:  # noqa: BLE001 - each is a finding
        watching = False
        found = traceback.format_exc()
    took = time.process_time() - began
    return found if took < _LONGEST else f"took {took:.1f} s"


def fuzz(files: list[bytes], count: int, seed: int) -> tuple[Counter[str], dict[str, bytes]]:
    """Return how many files had each outcome, and one file of each finding."""
    chance = random.Random(seed)  # noqa: S311 - nothing to keep secret
    ways: tuple[Callable[[bytes, random.Random], bytes], ...] = (mutated_bytes, mutated_header)
    counts: Counter[str] = Counter()
    findings: dict[str, bytes] = {}
    for data in files:  # whatever is imported once is imported here
        outcome(data, thorough=True)
    events.clear()
    for _ in range(count):
        data = chance.choice(ways)(chance.choice(files), chance)
        found = outcome(data, thorough=chance.random() < 0.5)
        counts[found] += 1
        if found not in {"loaded", "refused"}:
            findings.setdefault(found, data)
    return counts, findings


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="*", type=Path)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    sys.addaudithook(_watch)
    files = [path.read_bytes() for path in given.models or bundled_models()]
    counts, findings = fuzz(files, given.count, given.seed)
    for found, number in counts.most_common():
        print(f"{number:>8} {found.strip().splitlines()[-1]}")
    for found in list(findings)[:10]:
        print(found)
    print(f"{given.count} files, {len(findings)} findings, forbidden events: {dict(events)}")
    sys.exit(bool(findings or events))


if __name__ == "__main__":
    main()
