"""Arrow columns from arrays: numbers, stretches of a text, and codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gfm_desktop.genome.record_arrays import Spans

UPPER = np.frombuffer(bytes(range(256)).upper(), np.uint8)
"""Byte to its upper case."""


def texts(
    letters: NDArray[np.uint8], spans: Spans, table: NDArray[np.uint8] | None = None
) -> Any:
    """Return stretches of a text as an Arrow array of strings.

    Args:
        letters: The text; the stretches must be UTF-8.
        spans: The stretches, fewer than 2 GB together.
        table: What each byte becomes; None leaves it.
    """
    import pyarrow as pa

    offsets = np.zeros(len(spans.length) + 1, np.int32)
    np.cumsum(spans.length, out=offsets[1:])
    data = letters[spans.places()]
    if table is not None:
        data = table[data]
    return pa.StringArray.from_buffers(
        len(spans.length), pa.py_buffer(offsets), pa.py_buffer(data)
    )


def coded(codes: NDArray[np.integer[Any]], names: Sequence[str]) -> Any:
    """Return repeated texts as an Arrow dictionary; a negative code is null."""
    import pyarrow as pa

    codes = codes.astype(np.int32, copy=False)
    missing = codes < 0
    places = pa.array(codes, mask=missing) if missing.any() else pa.array(codes)
    return pa.DictionaryArray.from_arrays(places, pa.array(names, pa.string()))


def numbers(values: NDArray[np.integer[Any]]) -> Any:
    """Return whole numbers as an Arrow array; a negative one is null."""
    import pyarrow as pa

    missing = values < 0
    return pa.array(values, mask=missing) if missing.any() else pa.array(values)
