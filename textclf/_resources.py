"""Where the files that travel with the package lie: corpus, models and seeds."""

from pathlib import Path

_PACKAGE = Path(__file__).parent


def bundled_path(kind: str) -> Path:
    """Return the folder of the shipped `corpus`, `models` or `seeds`.

    An installed package carries them inside itself; a checkout holds them beside the package.
    """
    inside = _PACKAGE / "share" / kind
    return inside if inside.is_dir() else _PACKAGE.parent / kind
