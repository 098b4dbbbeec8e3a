"""Arrow columns as NumPy arrays: numbers, and codes for repeated text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def numbers(column: Any, *, fill: int) -> NDArray[np.int64]:
    """Return whole numbers, `fill` where one is missing."""
    import pyarrow as pa
    import pyarrow.compute as pc

    whole = column.cast(pa.int64())
    # Without a missing one they are looked at where they lie, not copied.
    filled = pc.fill_null(whole, fill) if whole.null_count else whole
    return np.asarray(filled.to_numpy(), dtype=np.int64)


def floats(column: Any) -> NDArray[np.float64]:
    """Return numbers, NaN where one is missing."""
    import pyarrow as pa
    import pyarrow.compute as pc

    filled = pc.fill_null(column.cast(pa.float64()), float("nan"))
    return np.asarray(filled.to_numpy(), dtype=np.float64)


def codes(column: Any) -> tuple[NDArray[np.int32], list[str]]:
    """Return each entry's place among the distinct texts (-1: none), and those."""
    import pyarrow as pa

    whole = column.combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        whole = pa.concat_arrays(whole.chunks) if whole.num_chunks else pa.array([], "")
    if not pa.types.is_dictionary(whole.type):
        whole = whole.cast(pa.string()).dictionary_encode()
    places = whole.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return places.astype(np.int32), [str(v or "") for v in whole.dictionary.to_pylist()]


def coded(column: Any, known: Sequence[str], other: int) -> NDArray[np.uint8]:
    """Return an index into `known` for each entry; `other` for any other text."""
    places, names = codes(column)
    lookup = {name: code for code, name in enumerate(known)}
    table = np.array([lookup.get(n, other) for n in names] + [other], np.uint8)
    return table[places]


def merge_names(
    known: tuple[str, ...], column: Any
) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    """Return `known` and the new names, and an index into them (-1: empty)."""
    places, names = codes(column)
    merged = {name: code for code, name in enumerate(known)}
    for name in names:
        if name:
            merged.setdefault(name, len(merged))
    table = np.array([merged.get(name, -1) for name in names] + [-1], np.int32)
    return tuple(merged), table[places]
