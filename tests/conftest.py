"""Shared set-up: no screen, private folders, and no stray warnings."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

# Before Qt is imported anywhere: tests need no screen.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# Before torch is: threads that spin beside a busy core make the tests ten times slower.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def private_folders(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Point cache, data and config to a fresh folder; children inherit it."""
    home = tmp_path_factory.mktemp("home")
    for variable in ("GFM_CACHE_DIR", "GFM_DATA_DIR", "GFM_CONFIG_DIR"):
        monkeypatch.setenv(variable, str(home / variable[4:-4].lower()))
    return home


@pytest.fixture(autouse=True)
def no_stray_log_lines(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail a test that logs at WARNING or above without expecting it."""
    yield
    stray = [
        r.getMessage()
        for r in caplog.get_records("call")
        if r.levelno >= logging.WARNING
    ]
    assert not stray, f"unexpected log lines: {stray}"
