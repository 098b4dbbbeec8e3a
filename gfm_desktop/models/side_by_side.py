"""Run independent pieces of a model's work beside each other, one thread each.

Many small operations gain little from threads of their own: to wake a second thread
takes longer than most of them. Whole pieces do gain. And a piece that runs on one
thread gives the same bits however many run beside it.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Result = TypeVar("Result")


def side_by_side(tasks: Sequence[Callable[[], Result]]) -> list[Result]:
    """Return the results of tasks, in their order.

    As many run at a time as PyTorch was given threads; inside a task PyTorch has one.

    Args:
        tasks: Functions that may run in any thread. A thread has no inference mode of
            its own; a task enters it.
    """
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        if threads == 1 or len(tasks) < 2:
            return [task() for task in tasks]
        # New threads, so that none keeps a number of threads from before.
        with ThreadPoolExecutor(min(threads, len(tasks))) as pool:
            return list(pool.map(_called, tasks))
    finally:
        torch.set_num_threads(threads)


def _called(task: Callable[[], Result]) -> Result:
    return task()
