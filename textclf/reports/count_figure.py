"""A picture of the share of labels over time, with the band of its 95% interval."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from textclf.errors import InputError
from textclf.prevalence.archive import NO_DATE
from textclf.prevalence.counts import Count
from textclf.prevalence.dates import PERIODS, first_day

_WIDTH = 7.0
_HEIGHT = 2.6
"""Inches of a picture, and of its part for one label."""
_SUFFIXES = (".svg", ".pdf", ".png")


def draw_counts(counts: Sequence[Count], by: Sequence[str], path: Path) -> None:
    """Draw shares over the periods of one column, with a part for each label, into a file.

    A line for each value of the other columns. Estimates that rest on the errors in the whole
    archive, and naive ones, have open points. Raises InputError without a period among the columns,
    without matplotlib, and for another kind of file than .svg, .pdf and .png.
    """
    time = next((number for number, name in enumerate(by) if name in PERIODS), None)
    if time is None:
        raise InputError("--figure draws shares over time; give --by month, or another period")
    if path.suffix.lower() not in _SUFFIXES:
        raise InputError(f"{path}: give a figure the suffix {', '.join(_SUFFIXES)}")
    try:
        import matplotlib as mpl  # noqa: PLC0415 - an extra
    except ImportError:
        raise InputError("--figure needs matplotlib: pip install 'textclf[report]'") from None
    mpl.use("Agg")
    # Text stays text in an SVG, and the same counts give the same bytes.
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "textclf"}):
        _draw(_lines(counts, time), path)


def _lines(
    counts: Sequence[Count], time: int
) -> dict[str, dict[tuple[str, ...], list[tuple[str, Count]]]]:
    """Return the periods and counts of each line, by label and other columns."""
    lines: dict[str, dict[tuple[str, ...], list[tuple[str, Count]]]] = {}
    first = {(one.label, one.group): one for one in reversed(counts)}
    for one in reversed(first.values()):
        period = one.group[time]
        if period != NO_DATE:
            other = one.group[:time] + one.group[time + 1 :]
            lines.setdefault(one.label, {}).setdefault(other, []).append((period, one))
    return lines


def _draw(lines: dict[str, dict[tuple[str, ...], list[tuple[str, Count]]]], path: Path) -> None:
    from matplotlib import pyplot as plt  # noqa: PLC0415 - an extra

    figure, parts = plt.subplots(
        len(lines),
        sharex=True,
        squeeze=False,
        figsize=(_WIDTH, _HEIGHT * len(lines)),
        layout="constrained",
    )
    for axes, (label, several) in zip(parts[:, 0], lines.items(), strict=True):
        for other, points in several.items():
            _line(axes, " ".join(other), points)
        axes.set_title(label, loc="left", fontsize="medium")
        axes.set_ylabel("share of articles")
        axes.set_ylim(bottom=0)
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:.3g}")
        axes.spines[["top", "right"]].set_visible(False)
        if any(several):
            axes.legend(frameon=False, fontsize="small")
    figure.autofmt_xdate()
    metadata = {"Date": None} if path.suffix.lower() == ".svg" else {}
    try:
        figure.savefig(path, metadata=metadata)
    except OSError as reason:
        raise InputError(f"{path}: cannot be written: {reason.strerror or reason}") from None
    finally:
        plt.close(figure)


def _line(axes: Any, name: str, points: Sequence[tuple[str, Count]]) -> None:  # noqa: ANN401
    """Draw one line with its band; a period without rows is a gap."""
    days = [first_day(period) for period, _ in points]
    found = [one.estimate for _, one in points]
    (line,) = axes.plot(days, [one.value for one in found], linewidth=1, label=name or None)
    for (_, one), day in zip(points, days, strict=True):
        face = line.get_color() if one.report else "white"
        axes.plot(day, one.estimate.value, "o", ms=4, mec=line.get_color(), mfc=face)
    axes.fill_between(
        days,
        [one.low for one in found],
        [one.high for one in found],
        where=[not math.isnan(one.low) for one in found],
        color=line.get_color(),
        alpha=0.2,
        linewidth=0,
    )
