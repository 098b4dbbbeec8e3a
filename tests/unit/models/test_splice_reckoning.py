"""How much of REF is kept follows how many strands are asked about at one place."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from gfm_desktop.models.splice_cone import Edit, Span
from gfm_desktop.models.splice_incremental import Question
from gfm_desktop.models.splice_reckoning import strands_at_once


@dataclass(frozen=True)
class Named:
    """A strand that is only told apart."""

    key: str
    seen: Span = field(default_factory=lambda: Span(0, 1))

    def letters(self, start: int, end: int) -> str:
        return "N" * (end - start)


def question(strand: str, place: int) -> Question:
    span = Span(place - 50, place + 51)
    return Question(Named(strand), Edit.of(place, "A", "C"), span, span)


@pytest.mark.parametrize(
    ("asked", "strands"),
    [
        ([], 1),
        ([("A", 5_000), ("A", 90_000)], 1),
        ([("A", 5_000), ("B", 90_000)], 1),
        ([("+", 5_000), ("-", -5_001)], 2),
        ([("A", 5_000), ("A", 9_000), ("B", -7_000), ("C", -8_000), ("D", 70_000)], 3),
    ],
)
def test_that_strands_count_where_they_are_asked_about_at_one_place(
    asked: list[tuple[str, int]], strands: int
) -> None:
    assert strands_at_once([question(*one) for one in asked]) == strands
