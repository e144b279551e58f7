"""Runs textclf as a user does: in a process of its own."""

import os
import subprocess
import sys


def run(*arguments, stdin=None, cwd=None, stdout=subprocess.PIPE, **environment):
    """Run textclf in a process of its own, from a folder that is not the project's."""
    return subprocess.run(
        [sys.executable, "-m", "textclf", *map(str, arguments)],
        input=stdin,
        stdout=stdout,
        stderr=subprocess.PIPE,
        cwd=cwd,
        env={**os.environ, "NLTK_DATA": "/nowhere", **environment},
        check=False,
    )
