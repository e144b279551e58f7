"""The compiled engine, in C: `native`, None where it could not be built."""

try:
    from textclf.scoring._native import native
except ImportError:
    native = None  # type: ignore[assignment]

__all__ = ["native"]
