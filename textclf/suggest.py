"""The nearest of the allowed names, for an error that says what would have been right."""

from collections.abc import Iterable


def nearest(name: str, allowed: Iterable[str]) -> str | None:
    """Return the allowed name that `name` was most likely meant to be, if any is near."""
    from difflib import get_close_matches  # noqa: PLC0415 - start-up time

    near = get_close_matches(name, list(allowed), n=1, cutoff=0.6)
    return near[0] if near else None


def choices(name: str, allowed: Iterable[str]) -> str:
    """Return the end of an error message: a near name where there is one, then all of them.

    >>> choices("favour", ["against", "favor", "none"])
    "did you mean 'favor'? There are: against, favor, none"
    """
    names = list(allowed)
    near = nearest(name, names)
    listed = ", ".join(names) or "none"
    return f"did you mean {near!r}? There are: {listed}" if near else f"there are: {listed}"
