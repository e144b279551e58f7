"""numpy, imported by its first use: to answer one article, the compiled engine needs none of it.

Only rooms that such an answer passes through take it from here.
"""

from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import numpy as np
else:

    class _Numpy:
        def __getattr__(self, name: str) -> object:
            import numpy  # noqa: ICN001, PLC0415 - start-up time

            return getattr(numpy, name)

    np = _Numpy()

Buffer: TypeAlias = Any
"""Numbers in memory that know their type and shape: bytes, a memoryview or an array."""

__all__ = ["Buffer", "np"]
