"""How much of REF is kept follows how many strands are asked about at one place."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from gfm_desktop.models.splice_cone import Edit, Span
from gfm_desktop.models.splice_question import Question
from gfm_desktop.models.splice_reckoning import _alike, are_near, strands_at_once


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


@pytest.mark.parametrize(
    ("asked", "near"),
    [
        ([], False),
        ([("A", 5_000)], False),
        ([("+", 5_000), ("-", -5_001)], False),
        ([("+", 5_000), ("-", -5_001), ("+", 5_400), ("-", -5_401)], True),
        ([("A", 5_000), ("A", 5_010), ("A", 20_000), ("A", 20_010)], True),
        ([("A", 5_000), ("A", 10_000), ("A", 15_000), ("A", 15_010)], False),
    ],
)
def test_that_variants_are_near_where_most_have_a_neighbour_on_their_strand(
    asked: list[tuple[str, int]], near: bool
) -> None:
    assert are_near([question(*one) for one in asked]) is near


def test_that_variants_that_share_little_are_answered_in_smaller_groups() -> None:
    far = [question("A", place) for place in range(0, 60_000, 10_000)]
    assert [len(group) for group in _alike(far)] == [3, 3]
    strands = [question(name, 0) for name in "ABAB"]
    assert [len(group) for group in _alike(strands)] == [2, 2]
