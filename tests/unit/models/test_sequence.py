"""Letters become numbers the same way for every model."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gfm_desktop.models.sequence import one_hot, reverse_complement


def test_that_bases_are_columns_and_everything_else_is_zero() -> None:
    expected = np.zeros((8, 4), np.float32)
    expected[[0, 1, 2, 3, 4], [0, 1, 2, 3, 0]] = 1
    np.testing.assert_array_equal(one_hot("ACGTaNR-"), expected)


@given(st.text("ACGTN", max_size=50))
def test_that_the_other_strand_is_the_mirrored_one_hot(sequence: str) -> None:
    turned = one_hot(reverse_complement(sequence))
    np.testing.assert_array_equal(turned, one_hot(sequence)[::-1, ::-1])
    assert reverse_complement(reverse_complement(sequence)) == sequence


def test_that_letters_outside_ascii_count_as_unknown() -> None:
    assert one_hot("AÄ").sum() == 1
