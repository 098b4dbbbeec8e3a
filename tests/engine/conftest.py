"""Jobs for tests must be importable in the worker, which gets our `sys.path`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).parent))
# Read when torch loads OpenMP; spinning beside a busy core is many times slower.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from gfm_desktop.engine.inline import InlineEngine
from gfm_desktop.engine.process import ProcessEngine

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(params=["inline", "process"])
def engine(request: pytest.FixtureRequest) -> Iterator[InlineEngine | ProcessEngine]:
    """Give every engine in turn, closed at the end."""
    made = InlineEngine() if request.param == "inline" else ProcessEngine()
    yield made
    made.close()


@pytest.fixture
def process() -> Iterator[ProcessEngine]:
    """Give a process engine with short patience, closed at the end."""
    made = ProcessEngine(cancel_grace=0.3)
    yield made
    made.close()
