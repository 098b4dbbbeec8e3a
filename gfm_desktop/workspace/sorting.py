"""Stable sorting of a million keys in a few milliseconds.

Sorting whole numbers in place is ten times faster than `numpy.argsort`, so a key and
the place where it stands are packed into one number: equal keys then keep their order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BITS = 63


def stable_order(
    keys: NDArray[np.floating[Any]] | NDArray[np.integer[Any]], *, descending: bool
) -> NDArray[np.int64]:
    """Return the places of keys in order; equal ones keep the order they have.

    Args:
        keys: (n,) numbers. NaN, and of whole numbers the negative ones, stand for
            what is missing: they come last in both directions.
        descending: Largest first.
    """
    if np.issubdtype(keys.dtype, np.integer):
        whole = keys.astype(np.int64)
        most = whole.max(initial=0)
        missing = whole < 0
        if descending:
            whole = most - whole
        whole[missing] = most + 1
        return _of_whole(whole)
    # Adding 0 makes one of the two zeros.
    return _of_fractions((-keys if descending else keys) + np.float64(0.0))


def _of_whole(keys: NDArray[np.int64]) -> NDArray[np.int64]:
    if not np.any(keys[1:] < keys[:-1]):
        return np.arange(len(keys))
    places = len(keys).bit_length()
    if int(keys.max()).bit_length() + places > _BITS:
        return np.argsort(keys, kind="stable")
    packed = keys << places
    packed |= np.arange(len(keys))
    packed.sort()
    packed &= (1 << places) - 1
    return packed


def _of_fractions(keys: NDArray[np.float64]) -> NDArray[np.int64]:
    """Sort by the first 32 bits, then put right what needs the others."""
    with np.errstate(over="ignore"):
        bits = keys.astype(np.float32).view(np.int32).astype(np.int64)
    bits ^= (bits >> 32) & 0x7FFFFFFF  # negative numbers: the larger, the lower
    bits += 1 << 31
    bits[np.isnan(keys)] = 1 << 32
    order = _of_whole(bits)
    found = keys[order]
    wrong = found[1:] < found[:-1]
    if wrong.any():
        group = np.cumsum(np.diff(bits[order], prepend=-1) != 0)
        mended = np.zeros(len(keys) + 1, np.bool_)
        mended[group[1:][wrong]] = True
        here = mended[group]
        some = order[here]
        order[here] = some[np.lexsort((some, keys[some], group[here]))]
    return order
