"""Jobs for tests must be importable in the worker, which gets our `sys.path`."""

from __future__ import annotations

import contextlib
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).parent))
# Read when torch loads OpenMP; spinning beside a busy core is many times slower.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from gfm_desktop.engine.inline import InlineEngine
from gfm_desktop.engine.pool import PoolEngine, one_worker_per_gpu
from gfm_desktop.engine.process import ProcessEngine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gfm_desktop.engine.engine import Engine


@pytest.fixture(params=["inline", "process", "threads", "pool"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Give every engine in turn, closed at the end."""
    with contextlib.ExitStack() as stack:
        made: Engine
        match request.param:
            case "inline":
                made = InlineEngine()
            case "process":
                made = ProcessEngine()
            case "threads":
                threads = stack.enter_context(ThreadPoolExecutor(2))
                made = PoolEngine(threads, workers=2)
            case _:
                processes = stack.enter_context(one_worker_per_gpu(["", ""]))
                made = PoolEngine(processes, workers=2)
        yield made
        made.close()


@pytest.fixture
def process() -> Iterator[ProcessEngine]:
    """Give a process engine with short patience, closed at the end."""
    made = ProcessEngine(cancel_grace=0.3)
    yield made
    made.close()
