"""Work beside the loop that uses it: the next item is made, the last one written.

Unpacking, array arithmetic and Parquet run outside Python's lock, so that threads help.
"""

from __future__ import annotations

import contextlib
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_Item = TypeVar("_Item")


def ahead(items: Iterator[_Item]) -> Iterator[_Item]:
    """Yield the same items; the one after next is being made on a thread meanwhile.

    An exception of `items` is raised where its item would have come.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="gfm-ahead") as pool:
        made = pool.submit(_next, items)
        while found := made.result():
            made = pool.submit(_next, items)
            yield from found


@contextlib.contextmanager
def behind(work: Callable[[_Item], object]) -> Iterator[Callable[[_Item], None]]:
    """Give a function that runs `work` on a thread, one item after the other.

    It returns as soon as the item before is done, and raises what went wrong with
    that; leaving the block waits for the last item.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="gfm-behind") as pool:
        last: Future[object] | None = None

        def give(item: _Item) -> None:
            nonlocal last
            if last is not None:
                last.result()
            last = pool.submit(work, item)

        yield give
        if last is not None:
            last.result()


def _next(items: Iterator[_Item]) -> list[_Item]:
    """Return the next item in a list, or an empty one."""
    for item in items:
        return [item]
    return []
