"""The window stays alive while a model learns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QElapsedTimer, Qt, QTimer

from gfm_desktop.ui.widgets.finetune_panel import TRAIN, FineTunePanel
from gfm_desktop.workspace.finetuning_runs import RunStatus

from . import window_kit as kit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

LARGEST_GAP_MS = 100
MOTIF = "TGTAAATA"


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[kit.Desk]:
    desk = kit.make_desk()
    qtbot.waitExposed(desk.window)
    yield desk
    desk.close()


def labels(folder: Path, count: int = 240) -> Path:
    """Write sequences of which half have a motif."""
    random = np.random.default_rng(5)
    path = folder / "planted.csv"
    rows = ["sequence,label"]
    for number in range(count):
        letters = "".join(random.choice(list("ACGT"), 100))
        if number % 2:
            at = int(random.integers(0, 90))
            letters = letters[:at] + MOTIF + letters[at + len(MOTIF) :]
        rows.append(f"{letters},{number % 2}")
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_that_the_window_stays_alive_while_a_model_learns(
    qtbot: QtBot, desk: kit.Desk, tmp_path: Path
) -> None:
    desk.window.commands.fine_tune()
    panel = desk.widget("finetune-panel")
    assert isinstance(panel, FineTunePanel)
    panel.choose(labels(tmp_path))
    qtbot.waitUntil(lambda: panel.setup.button.isEnabled(), timeout=120_000)
    panel.go(TRAIN)
    gaps: list[float] = []
    clock = QElapsedTimer()
    heartbeat = QTimer(desk.window, interval=10, timerType=Qt.TimerType.PreciseTimer)
    heartbeat.timeout.connect(lambda: gaps.append(clock.restart()))
    qtbot.mouseClick(panel.setup.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.tuning.run is not None, timeout=60_000)
    run = panel.tuning.run
    assert run is not None
    qtbot.waitUntil(lambda: (run.folder / "report.json").is_file(), timeout=120_000)
    # This machine is shared: what blocks the window does so in every window of time,
    # a neighbour's burst does not.
    for _attempt in range(4):
        gaps.clear()
        clock.start()
        heartbeat.start()
        qtbot.wait(1_500)
        heartbeat.stop()
        if max(gaps) <= LARGEST_GAP_MS:
            break
    assert len(gaps) > 50
    assert max(gaps) <= LARGEST_GAP_MS
    panel.tuning.cancel()
    qtbot.waitUntil(lambda: not run.status.under_way, timeout=60_000)
    assert run.status in (RunStatus.STOPPED, RunStatus.FINISHED)
