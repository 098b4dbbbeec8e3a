"""Ctrl+C in the terminal closes the window properly: saved, and nothing left over."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from gfm_desktop import settings

SCRIPT = """
import os, subprocess, sys
from gfm_desktop.ui import app

def interrupt(window):
    # Some time later, when nothing happens: Qt's loop then runs no Python at all.
    pid = os.getpid()
    subprocess.Popen(["/bin/sh", "-c", f"sleep 0.5; kill -{sys.argv[1]} {pid}"])

sys.exit(app.run([], when_usable=interrupt))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_that_a_signal_closes_the_window_and_saves(number: signal.Signals) -> None:
    result = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(int(number))],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert "Traceback" not in result.stderr
    assert settings.load_settings().window.geometry
