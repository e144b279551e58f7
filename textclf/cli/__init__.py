"""The command line: each command parses its arguments, calls one function, and prints.

Data goes to standard output, messages go to standard error. Exit codes: 0 done; 1 could not
run; 2 wrong usage; 3 done, but some inputs failed; 4 a check failed; 130 interrupted.
"""

import gc
import os
import sys
from pathlib import Path

from textclf.cli.console import tell
from textclf.cli.predict_without_typer import run_plain_predict
from textclf.errors import TextclfError

_GARBAGE = 50_000
"""Objects made before Python looks for unused cycles: records are in no cycle."""


def run() -> None:
    """Run one command, and end the process.

    `main` returns after `predict` without typer. The process then ends without freeing its memory
    piece by piece, which takes time that one article would notice. All other commands leave `main`
    by SystemExit and end as usual: the libraries that train remove temporary files at the end.
    """
    gc.set_threshold(_GARBAGE)
    main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def main() -> None:
    """Run the command, and turn an error into one line and an exit code."""
    # Our arrays are small: starting BLAS threads takes longer than they save.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # closed before the start
            setattr(sys, name, Path(os.devnull).open(mode))  # noqa: SIM115 - until the end
    try:
        if not run_plain_predict(sys.argv[1:]):
            from textclf.cli.app import app  # noqa: PLC0415 - start-up time

            app()
    except TextclfError as error:
        tell(" ".join(str(error).split()))
        _flush_stdout()
        sys.exit(1)
    except BrokenPipeError:
        # The reader, such as `head`, has closed the pipe: end without a message.
        _flush_stdout()
        sys.exit(0)
    except KeyboardInterrupt:
        sys.exit(130)


def _flush_stdout() -> None:
    """Write the buffer of standard output, or drop it if it cannot be written."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
