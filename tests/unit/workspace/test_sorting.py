from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gfm_desktop.workspace.sorting import stable_order

CLOSE = (0.0, -0.0, 1.0, 1 + 1e-12, 1 - 1e-12, 1e300, -1e300, -5.5, -5.5 - 1e-13)


def _expected(keys: list[float], descending: bool) -> list[int]:
    return sorted(range(len(keys)), key=lambda i: -keys[i] if descending else keys[i])


@settings(max_examples=60, deadline=None)
@given(
    keys=st.lists(st.sampled_from(CLOSE) | st.floats(allow_nan=False), max_size=40),
    descending=st.booleans(),
)
def test_that_fractions_sort_exactly_and_keep_ties_in_order(
    keys: list[float], descending: bool
) -> None:
    order = stable_order(np.array(keys, np.float64), descending=descending)
    assert order.tolist() == _expected(keys, descending)


@settings(max_examples=60, deadline=None)
@given(
    keys=st.lists(st.integers(0, 3) | st.integers(0, 2**62), max_size=40),
    descending=st.booleans(),
)
def test_that_whole_numbers_sort_exactly_and_keep_ties_in_order(
    keys: list[int], descending: bool
) -> None:
    order = stable_order(np.array(keys, np.int64), descending=descending)
    expected = sorted(
        range(len(keys)), key=lambda i: -keys[i] if descending else keys[i]
    )
    assert order.tolist() == expected


@pytest.mark.parametrize("kind", [np.int32, np.uint8, np.float32])
def test_that_narrow_numbers_do_not_overflow(kind: type) -> None:
    keys = np.array([200, 3, 200, 0], kind)
    assert stable_order(keys, descending=True).tolist() == [0, 2, 1, 3]
    assert stable_order(keys, descending=False).tolist() == [3, 1, 0, 2]


def test_that_many_keys_that_differ_in_their_last_digits_are_in_order() -> None:
    keys = 0.5 + np.random.default_rng(5).permutation(5_000) * 1e-13
    order = stable_order(keys, descending=False)
    assert np.array_equal(order, np.argsort(keys, kind="stable"))
