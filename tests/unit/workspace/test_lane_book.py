from __future__ import annotations

import pytest

from gfm_desktop.workspace.lane_book import LaneBook, LaneLook, merged


@pytest.fixture
def book() -> LaneBook:
    book = LaneBook()
    book.admit(["a", "b", "c"])
    return book


@pytest.mark.parametrize(
    ("key", "before", "order"),
    [
        ("c", "a", ("c", "a", "b")),
        ("a", None, ("b", "c", "a")),
        ("a", "c", ("b", "a", "c")),
        ("a", "a", ("a", "b", "c")),
        ("x", "a", ("a", "b", "c")),
    ],
)
def test_that_a_lane_moves_above_another_one(
    book: LaneBook, key: str, before: str | None, order: tuple[str, ...]
) -> None:
    book.move(key, before)
    assert book.order == order


def test_that_only_real_changes_are_told(book: LaneBook) -> None:
    told: list[str] = []
    book.changed.connect(lambda: told.append("changed"))
    book.admit(["a"])
    book.change("a", hidden=False)
    book.move("a", "b")
    book.restore(book.looks)
    book.forget("x")
    assert told == []
    book.change("a", hidden=True)
    assert told == ["changed"]


def test_that_an_earlier_state_comes_back_and_newer_lanes_stay(book: LaneBook) -> None:
    before = book.looks
    book.move("a", None)
    book.change("b", colour="#ff0000", low=0.0, high=1.0)
    book.admit(["new"])
    book.restore(before)
    assert book.order == ("a", "b", "c", "new")
    assert book.look("b") == LaneLook("b")


def test_that_looks_of_another_day_are_laid_over_the_lanes_of_today() -> None:
    now = [LaneLook("a"), LaneLook("new"), LaneLook("b"), LaneLook("c")]
    wanted = [LaneLook("c", size=1.6), LaneLook("gone"), LaneLook("a"), LaneLook("b")]
    keys = [look.key for look in merged(wanted, now)]
    assert keys == ["c", "a", "new", "b"]
    assert merged(wanted, now)[0].size == 1.6
    assert merged(now, now) == now
    assert merged([], now) == now


def test_that_a_lane_that_is_asked_for_is_shown_and_told_of(book: LaneBook) -> None:
    key = book.order[0]
    sought: list[str] = []
    book.sought.connect(sought.append)
    book.change(key, hidden=True)
    book.show(key)
    assert not book.look(key).hidden
    book.show(key)
    assert sought == [key, key]
    before = book.order
    book.show("nobody")
    assert (book.order, sought) == (before, [key, key])
