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


def stable_order(keys: NDArray[Any], *, descending: bool) -> NDArray[np.int64]:
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
    return _of_fractions(np.negative(keys) if descending else keys)


def _of_whole(keys: NDArray[np.int64]) -> NDArray[np.int64]:
    if not np.any(keys[1:] < keys[:-1]):
        return np.arange(len(keys))
    if int(keys.max()).bit_length() + len(keys).bit_length() > _BITS:
        return np.argsort(keys, kind="stable")
    packed, places = _packed(keys)
    return packed & places


def _packed(keys: NDArray[np.integer[Any]]) -> tuple[NDArray[np.int64], int]:
    """Return keys and places as sorted numbers, and the bits of the place."""
    bits = len(keys).bit_length()
    packed = keys.astype(np.int64)
    packed <<= bits
    packed |= np.arange(len(keys))
    packed.sort()
    return packed, (1 << bits) - 1


def _of_fractions(keys: NDArray[np.floating[Any]]) -> NDArray[np.int64]:
    """Sort by the first 32 bits, then put right what needs the others."""
    with np.errstate(over="ignore"):
        narrow = keys.astype(np.float32)
    packed, places = _packed(_ordered_bits(narrow))
    order = packed & places
    if np.array_equal(narrow, keys, equal_nan=True):
        return order
    packed |= places
    pairs = np.flatnonzero(packed[1:] == packed[:-1])
    if np.any(keys[order[pairs]] > keys[order[pairs + 1]]):
        tied = np.zeros(len(keys), np.bool_)
        tied[pairs] = tied[pairs + 1] = True
        some = order[tied]
        order[tied] = some[np.lexsort((some, keys[some], packed[tied]))]
    return order


def _ordered_bits(keys: NDArray[np.float32]) -> NDArray[np.uint32]:
    """Return whole numbers that sort as the keys do, NaN last."""
    keys = keys + np.float32(0.0)  # makes one of the two zeros
    keys[np.isnan(keys)] = np.nan  # of one sign
    # Of negative numbers all bits are turned, of the others the sign.
    turned = (keys.view(np.int32) >> 31).view(np.uint32) | np.uint32(1 << 31)
    return keys.view(np.uint32) ^ turned
