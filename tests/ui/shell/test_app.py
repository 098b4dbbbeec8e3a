"""The program as a user starts it, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys

SCRIPT = """
import json, sys
from gfm_desktop.ui import app
from PySide6.QtWidgets import QAbstractItemView

def look(window):
    table = window.findChild(QAbstractItemView, "variant-table")
    said = {
        "heavy": [m for m in ("torch", "pandas", "sklearn") if m in sys.modules],
        "rows": table.model().rowCount() if table is not None else 0,
        "locus": str(window.workspace.locus) if window.workspace.genome else "",
        "visible": window.isVisible(),
    }
    print(json.dumps(said), flush=True)
    window.close()

if __name__ == "__main__":
    sample = sys.argv[1] == "sample"
    sys.exit(app.run([], sample=sample, when_usable=look))
"""


def start(argument: str) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", SCRIPT, argument],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    said: dict[str, object] = json.loads(done.stdout.splitlines()[0])
    return said


def test_that_the_sample_opens_without_torch_in_the_windows_process() -> None:
    assert start("sample") == {
        "heavy": [],
        "rows": 3502,
        "locus": "chr22:20,000,001-21,000,000",
        "visible": True,
    }


def test_that_without_files_the_start_page_opens() -> None:
    said = start("nothing")
    assert (said["rows"], said["locus"], said["visible"]) == (0, "", True)
