"""Runs the command line as `python -m textclf`."""

from textclf.cli import run

run()
