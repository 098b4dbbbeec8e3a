"""How much of REF is kept follows how many strands are asked about at one place."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from gfm_desktop.models.splice_cone import Edit, Span
from gfm_desktop.models.splice_question import Question
from gfm_desktop.models.splice_reckoning import _alike, strands_at_once


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


def test_that_questions_of_one_shape_are_divided_evenly() -> None:
    asked = [question("A", place) for place in range(0, 200, 20)]
    wide = Span(-60, 61)
    other = Question(Named("A"), Edit.of(0, "A", "C"), wide, wide)
    groups = _alike([other, *asked, other])
    assert sorted(map(len, groups)) == [2, 5, 5]
    assert sorted(number for group in groups for number in group) == list(range(12))
    assert [0, 11] in groups
    assert _alike([]) == []
