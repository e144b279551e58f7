"""Figures of a report: drawn by matplotlib, some through scikit-learn's display classes.

A figure is kept as matplotlib's object, so that it goes into a page as SVG and into a paper as PDF.
"""

import io
import re
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from textclf.errors import InputError

Figure = Any
"""A matplotlib figure. matplotlib is an extra, so that its types are not known here."""


class NamedFigure(NamedTuple):
    """A figure with its name, which is that of its file, and its caption."""

    name: str
    caption: str
    figure: Figure


_BLUE, _ORANGE, _GREEN = "#0072b2", "#d55e00", "#009e73"
"""Colours that colour-blind people tell apart (Okabe and Ito 2008), on white and on black."""
_INK = "#010203"
"""Black on paper; on a page, the colour of its text."""
_PALE = "#cccdce"
"""Grey on paper; on a page, the colour of its lines."""
_STYLE = {
    "svg.fonttype": "none",  # text stays text, to be found, scaled and read aloud
    "svg.hashsalt": "textclf",  # the same figure gives the same bytes
    "font.size": 9,
    "font.family": "sans-serif",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.facecolor": "none",
    "figure.facecolor": "none",
    "legend.frameon": False,
    "axes.grid": True,
    "grid.linewidth": 0.5,
    "grid.color": _PALE,
    **dict.fromkeys(("text.color", "axes.labelcolor", "xtick.color", "ytick.color"), _INK),
    "axes.edgecolor": _INK,
}
_ON_PAGE = {
    _INK: "currentColor",
    _PALE: "var(--line)",
    _BLUE: "var(--blue)",
    _ORANGE: "var(--orange)",
    _GREEN: "var(--green)",
}
"""The colours of a page, which are others in the dark: `reports.evaluation_page` sets them."""
_COLUMNS = 3
"""Small figures beside each other, one for each label."""


def confusion_matrix(
    truth: NDArray[np.intp],
    given: NDArray[np.intp],
    labels: Sequence[str],
) -> Figure:
    """Return how often each label was given for each true one.

    `truth` and `given` have shape (texts,) and hold indices of `labels`. A cell holds the number
    of texts; its colour is the share of the texts of its row.
    """
    _need_matplotlib()
    from matplotlib.colors import LinearSegmentedColormap  # noqa: PLC0415 - an extra
    from sklearn.metrics import ConfusionMatrixDisplay  # noqa: PLC0415 - start-up time
    from sklearn.metrics import confusion_matrix as counted  # noqa: PLC0415 - start-up time

    cells = counted(truth, given, labels=range(len(labels)))
    shares = cells / np.maximum(cells.sum(axis=1, keepdims=True), 1e-12)
    # From transparent to blue, so that empty cells have the colour of the page.
    shades = LinearSegmentedColormap.from_list("blue", [(0, 0.45, 0.7, 0.0), (0, 0.45, 0.7, 1.0)])
    side = 2.2 + 0.42 * len(labels)
    with _style():
        figure, (axes,) = _axes(1, side, side)
        drawn = ConfusionMatrixDisplay(shares, display_labels=labels)
        drawn.plot(
            ax=axes,
            cmap=shades,
            colorbar=False,
            xticks_rotation="vertical",
            im_kw={"vmin": 0, "vmax": 1},
        )
        for place, text in np.ndenumerate(drawn.text_):
            text.set_text(f"{cells[place]:.0f}" if cells[place] else "")
            text.set_color("#ffffff" if shares[place] > 0.5 else _INK)  # noqa: PLR2004 - half
            text.set_fontsize(8)
        axes.grid(visible=False)
        axes.set(xlabel="machine", ylabel="human")
    return figure


def precision_recall(
    truth: NDArray[np.bool_],
    probs: NDArray[np.float64],
    labels: Sequence[str],
    weights: NDArray[np.float64] | None = None,
) -> Figure:
    """Return the precision-recall curve of each label, with its average precision.

    `truth` and `probs` have shape (texts, labels). A label without a true text is left out.
    """
    _need_matplotlib()
    from sklearn.metrics import PrecisionRecallDisplay  # noqa: PLC0415 - start-up time

    shown = [column for column in range(len(labels)) if truth[:, column].any()]
    with _style():
        figure, all_axes = _axes(len(shown), 2.4, 2.2)
        for axes, column in zip(all_axes, shown, strict=False):
            drawn = PrecisionRecallDisplay.from_predictions(
                truth[:, column],
                probs[:, column],
                sample_weight=weights,
                ax=axes,
                curve_kwargs={"color": _BLUE},
            )
            axes.get_legend().remove()
            axes.set(xlim=(0, 1.02), ylim=(0, 1.05), aspect="auto", xlabel="", ylabel="")
            axes.set_title(f"{labels[column]}  AP {drawn.average_precision:.2f}", fontsize=8)
        figure.supxlabel("recall", fontsize=9)
        figure.supylabel("precision", fontsize=9)
    return figure


def reliability(probs: NDArray[np.float64], right: NDArray[np.bool_]) -> Figure:
    """Return the share of right answers at each stated probability, in ten equal groups of texts.

    `probs` and `right` have shape (texts,): the probability of the given answer, and whether it
    is right.
    """
    _need_matplotlib()
    from sklearn.calibration import CalibrationDisplay  # noqa: PLC0415 - start-up time

    with _style():
        figure, (axes,) = _axes(1, 4.2, 3.6)
        bins = int(np.clip(len(probs) // 20, 2, 10))
        drawn = CalibrationDisplay.from_predictions(
            right, probs, n_bins=bins, strategy="quantile", ax=axes, name="answers", color=_BLUE
        )
        # Wilson's interval (1927) of the share in each group shows how much is chance.
        edges = np.unique(np.quantile(probs, np.linspace(0, 1, bins + 1)))
        inside = np.histogram(probs, edges)[0]
        inside = inside[inside > 0]
        if len(inside) == len(drawn.prob_true):
            low, high = _wilson(drawn.prob_true, inside)
            axes.vlines(drawn.prob_pred, low, high, color=_BLUE, alpha=0.4)
        axes.set(
            xlabel="stated probability",
            ylabel="share of right answers",
            xlim=(0, 1.02),
            ylim=(0, 1.02),
        )
        axes.lines[0].set_color(_INK)
        _legend(axes)
    return figure


def thresholds(truth: NDArray[np.bool_], probs: NDArray[np.float64], label: str) -> Figure:
    """Return precision, recall and F1 of one label if it is given from each probability on.

    `truth` and `probs` have shape (texts,).
    """
    _need_matplotlib()
    order = np.argsort(-probs, kind="stable")
    found = np.cumsum(truth[order])
    precision = found / np.arange(1, len(order) + 1)
    recall = found / max(int(truth.sum()), 1)
    f1 = 2 * found / (np.arange(1, len(order) + 1) + max(int(truth.sum()), 1))
    with _style():
        figure, (axes,) = _axes(1, 4.2, 3.2)
        for name, values, colour in (
            ("precision", precision, _BLUE),
            ("recall", recall, _ORANGE),
            ("F1", f1, _GREEN),
        ):
            axes.step(probs[order], values, where="post", color=colour, label=name)
        axes.set(xlabel=f"{label} is given from this probability on", xlim=(0, 1), ylim=(0, 1.05))
        _legend(axes)
    return figure


def coverage(probs: NDArray[np.float64], right: NDArray[np.bool_]) -> Figure:
    """Return the share of right answers if only the surest texts are answered.

    `probs` and `right` have shape (texts,).
    """
    _need_matplotlib()
    order = np.argsort(-probs, kind="stable")
    answered = np.arange(1, len(order) + 1)
    share = np.cumsum(right[order]) / answered
    low, high = _wilson(share, answered)
    with _style():
        figure, (axes,) = _axes(1, 4.2, 3.2)
        axes.plot(answered / len(order), share, color=_BLUE)
        axes.fill_between(answered / len(order), low, high, color=_BLUE, alpha=0.15, linewidth=0)
        axes.set(
            xlabel="share of texts that are answered, the surest first",
            ylabel="share of right answers",
            xlim=(0, 1.02),
            ylim=(0, 1.05),
        )
    return figure


def scores_by_group(
    names: Sequence[str],
    values: Sequence[float],
    low: Sequence[float],
    high: Sequence[float],
    score: str,
) -> Figure:
    """Return the score of each group, such as a source or a month, with its interval."""
    _need_matplotlib()
    rows = np.arange(len(names))
    with _style():
        figure, (axes,) = _axes(1, 5.2, 1.0 + 0.26 * len(names))
        axes.hlines(rows, low, high, color=_BLUE, alpha=0.5)
        axes.plot(values, rows, "o", color=_BLUE, markersize=4)
        axes.set_yticks(rows, names)
        axes.set(xlabel=score, xlim=(0, 1.02), ylim=(len(names) - 0.5, -0.5))
    return figure


def as_svg(shown: NamedFigure) -> str:
    """Return the SVG of a figure for a page, in the colours of the page.

    Its name begins each id, so that several figures can stand on one page.
    """
    name, caption, figure = shown
    stream = io.StringIO()
    with _style():
        figure.savefig(stream, format="svg", metadata={"Date": None}, bbox_inches="tight")
    svg = stream.getvalue()
    svg = svg[svg.index("<svg") :]
    for colour, on_page in _ON_PAGE.items():
        svg = svg.replace(colour, on_page)
    svg = re.sub(r'\bid="', f'id="{name}-', svg)
    svg = re.sub(r'(href="#|url\(#)', rf"\1{name}-", svg)
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.DOTALL)
    return svg.replace("<svg", f'<svg role="img" aria-label="{escape(caption)}"', 1)


def write_figures(figures: Sequence[NamedFigure], folder: Path) -> list[Path]:
    """Write each figure as PDF and SVG in the colours of paper, and return the files.

    Raises InputError if the folder cannot be written to.
    """
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, _, figure in figures:
            for ending in ("pdf", "svg"):
                path = folder / f"{name}.{ending}"
                date = {"CreationDate": None} if ending == "pdf" else {"Date": None}
                with _style():
                    figure.savefig(path, bbox_inches="tight", metadata=date)
                written.append(path)
    except OSError as reason:
        raise InputError(f"{folder}: figures cannot be written: {reason.strerror}") from None
    return written


def _need_matplotlib() -> None:
    try:
        import matplotlib as mpl  # noqa: F401, PLC0415 - an extra
    except ImportError:
        raise InputError(
            "figures need matplotlib; install it with pip install 'textclf[report]'"
        ) from None


def _style() -> Any:  # noqa: ANN401 - a context of matplotlib
    import matplotlib as mpl  # noqa: PLC0415 - an extra

    return mpl.rc_context(_STYLE)


def _axes(count: int, width: float, height: float) -> tuple[Figure, list[Any]]:
    """Return a figure with axes in rows of three, each of a width and height in inches."""
    # Figure itself and not pyplot: pyplot would choose a window system and keep all figures.
    from matplotlib.figure import Figure as Drawing  # noqa: PLC0415 - an extra

    columns = max(1, min(count, _COLUMNS))
    rows = max(1, -(-count // columns))
    figure = Drawing(figsize=(width * columns, height * rows), layout="constrained")
    axes = list(np.ravel(figure.subplots(rows, columns, squeeze=False)))
    for unused in axes[count:]:
        unused.set_axis_off()
    return figure, axes


def _legend(axes: Any) -> None:  # noqa: ANN401 - matplotlib's axes
    axes.legend(loc="best", fontsize=8, labelcolor=_INK)


def _wilson(
    share: NDArray[np.float64], count: NDArray[np.intp]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the ends of Wilson's 95% interval of shares, each of `count` texts."""
    z = 1.959964
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * np.sqrt(share * (1 - share) / count + z * z / (4 * count**2))
    return middle - half, middle + half
