from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from gfm_desktop.genome.ahead import ahead, behind

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_that_items_come_in_order_and_one_more_is_made_meanwhile() -> None:
    made, ready = [], threading.Event()

    def items() -> Iterator[int]:
        for number in range(5):
            made.append(number)
            if number == 1:
                ready.set()
            yield number

    found = ahead(items())
    assert next(found) == 0
    assert ready.wait(10)
    assert list(found) == [1, 2, 3, 4]
    assert made == [0, 1, 2, 3, 4]


def test_that_an_error_comes_where_its_item_would_have_come() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("broken")

    found = ahead(items())
    assert next(found) == 1
    with pytest.raises(ValueError, match="broken"):
        next(found)


def test_that_stopping_early_leaves_no_thread() -> None:
    before = threading.active_count()
    found = ahead(iter(range(9)))
    next(found)
    found.close()  # type: ignore[attr-defined]
    assert threading.active_count() == before


def test_that_work_behind_is_done_in_order_before_the_block_is_left() -> None:
    done: list[int] = []
    with behind(done.append) as give:
        for number in range(4):
            give(number)
    assert done == [0, 1, 2, 3]


@pytest.mark.parametrize("items", [1, 2])
def test_that_an_error_of_the_work_behind_is_raised(items: int) -> None:
    def fail(item: int) -> None:
        raise OSError(f"disk full at {item}")

    def work() -> None:
        with behind(fail) as give:
            for number in range(items):
                give(number)

    with pytest.raises(OSError, match="disk full at 0"):
        work()
