"""The command line: it parses, calls one function of the library, and prints.

Data goes to standard output, all else to standard error. Exit codes: 0 done; 1 could not
run; 2 wrong usage; 3 done, but some inputs failed; 4 a check failed; 130 interrupted.
"""

import os
import sys

from textclf.cli.app import app
from textclf.errors import TextclfError


def main() -> None:
    """Run the command; the one place where an error becomes a line and an exit code."""
    # Our arrays are small: threads of numpy's own would cost more to start than they bring.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        app()
    except TextclfError as error:
        print(f"textclf: {_one_line(str(error))}", file=sys.stderr)  # noqa: T201
        sys.exit(1)
    except BrokenPipeError:
        # The reader, such as `head`, has enough: close our side without a word.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt:
        sys.exit(130)


def _one_line(message: str) -> str:
    return " ".join(message.split()).encode("utf-8", "backslashreplace").decode("utf-8")
