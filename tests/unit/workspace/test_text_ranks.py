from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from gfm_desktop.workspace.text_ranks import name_ranks, text_ranks

TEXTS = st.lists(
    st.none() | st.text("ab.é", max_size=14) | st.sampled_from(["rs1", "rs12", "rs2"]),
    max_size=30,
)


@settings(max_examples=60, deadline=None)
@given(texts=TEXTS, skipped=st.integers(0, 3))
def test_that_ranks_sort_like_the_texts(texts: list[str | None], skipped: int) -> None:
    column = pa.array(texts, pa.string()).slice(skipped)
    shown = texts[skipped:]
    ranks = text_ranks(column)
    assert ((ranks < 0) == [t in (None, "", ".") for t in shown]).all()
    given = [(t.encode(), rank) for t, rank in zip(shown, ranks, strict=True)
             if t not in (None, "", ".")]  # fmt: skip
    for one, rank in given:
        for other, another in given:
            assert (one < other) == (rank < another)
            assert (one == other) == (rank == another)


def test_that_one_long_text_among_short_ones_is_ranked() -> None:
    texts = ["b", "a" * 5_000 + "z", "a" * 5_000, "a", "b" * 3]
    assert text_ranks(pa.array(texts)).tolist() == [3, 2, 1, 0, 4]


def test_that_repeated_names_are_ranked_and_empty_ones_are_not() -> None:
    codes = np.array([2, 0, -1, 1, 3, 2])
    ranks = name_ranks(codes, ["b", "", "c", "a"])
    assert ranks[[1, 0]].tolist() == sorted(ranks[[1, 0]].tolist())
    assert ranks[4] < ranks[1] < ranks[0] == ranks[5]
    assert ranks[[2, 3]].tolist() == [-1, -1]
    assert name_ranks(np.empty(0, int), []).tolist() == []
