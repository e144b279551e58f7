"""The command line: it parses, calls one function of the library, and prints.

Data goes to standard output, all else to standard error. Exit codes: 0 done; 1 could not
run; 2 wrong usage; 3 done, but some inputs failed; 4 a check failed; 130 interrupted.
"""

import gc
import os
import sys
from pathlib import Path

from textclf.cli.fast_path import predicted
from textclf.errors import TextclfError

_GARBAGE = 50_000
"""Objects made before unused ones are sought: records refer to nothing that refers to them."""


def run() -> None:
    """Be the process of one command: what it leaves in memory is not tidied, which takes time."""
    gc.set_threshold(_GARBAGE)
    main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def main() -> None:
    """Run the command; the one place where an error becomes a line and an exit code."""
    # Our arrays are small: threads of numpy's own would cost more to start than they bring.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # it was closed before we began
            setattr(sys, name, Path(os.devnull).open("w"))  # noqa: SIM115 - until the end
    try:
        if not predicted(sys.argv[1:]):
            from textclf.cli.app import app  # noqa: PLC0415 - start-up time

            app()
    except TextclfError as error:
        print(f"textclf: {_one_line(str(error))}", file=sys.stderr)  # noqa: T201
        _let_go()
        sys.exit(1)
    except BrokenPipeError:
        # The reader, such as `head`, has enough: close our side without a word.
        _let_go()
        sys.exit(0)
    except KeyboardInterrupt:
        sys.exit(130)


def _let_go() -> None:
    """Write what standard output still holds, or drop it where it cannot be written."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _one_line(message: str) -> str:
    return " ".join(message.split()).encode("utf-8", "backslashreplace").decode("utf-8")
