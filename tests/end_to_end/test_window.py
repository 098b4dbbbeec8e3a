"""A user's job from files to the REF/ALT overlay, in the real window and worker."""

from __future__ import annotations

import importlib.util
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QElapsedTimer, QPointF, Qt, QTimer

from gfm_desktop import cli
from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.status import Status
from gfm_desktop.workspace.prediction_state import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

# The test suite has no packages (import mode "importlib"): load the kit by its path.
_spec = importlib.util.spec_from_file_location(
    "window_kit", Path(__file__).with_name("window_kit.py")
)
assert _spec is not None
assert _spec.loader is not None
kit = importlib.util.module_from_spec(_spec)
sys.modules["window_kit"] = kit
_spec.loader.exec_module(kit)

SCORING_MS = 240_000
LARGEST_GAP_MS = 100


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[kit.Desk]:
    desk = kit.make_desk()
    qtbot.waitExposed(desk.window)
    yield desk
    desk.close()


def press(qtbot: QtBot, desk: kit.Desk, name: str) -> None:
    button = desk.widget(name)
    assert button.isEnabled(), f"{name} cannot be pressed: {button.toolTip()}"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def score(qtbot: QtBot, desk: kit.Desk) -> None:
    press(qtbot, desk, "tool-score")
    qtbot.waitUntil(lambda: desk.workspace.scoring is not None, timeout=5_000)
    qtbot.waitUntil(lambda: desk.workspace.scoring is None, timeout=SCORING_MS)


def by_command_line(
    vcf: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> list[dict[str, object]]:
    """Score the same file with `gfm score`, sharing nothing with the window's run."""
    from pyarrow import parquet

    monkeypatch.setenv("GFM_DATA_DIR", str(folder / "other-data"))
    monkeypatch.setenv("GFM_CACHE_DIR", str(folder / "other-cache"))
    out = folder / "scores.parquet"
    arguments = ["score", "--genome", str(kit.sample_file(kit.GENOME))]
    arguments += ["--annotation", str(kit.sample_file(kit.GENES))]
    arguments += ["--variants", str(vcf), "--model", "ci-spliceai"]
    assert cli.main([*arguments, "--out", str(out)]) == 0
    return parquet.read_table(out).to_pylist()


def test_that_three_clicks_lead_from_a_vcf_to_the_overlay_of_its_top_variant(
    qtbot: QtBot, desk: kit.Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vcf = kit.near_splice_sites(tmp_path, 8, others=4)
    # First click: the file (dropped on the window).
    desk.open(qtbot, kit.sample_file(kit.GENOME), kit.sample_file(kit.GENES), vcf)
    workspace = desk.workspace
    assert workspace.variants.counts == {
        "pending": 12,
        "ref_mismatch": 1,
        "malformed": 1,
    }
    # Second click: score.
    score(qtbot, desk)
    counts = workspace.table.counts()
    assert counts == {
        Status.SCORED: 8,
        Status.NOT_IN_GENE: 4,
        Status.REF_MISMATCH: 1,
        Status.MALFORMED: 1,
    }
    table = desk.widget("variant-table")
    order = workspace.table.order()
    qtbot.waitUntil(lambda: table.model().row_at(0).row == order[0], timeout=10_000)
    scores = [row.score for row in workspace.table.rows(order)]
    known = [s for s in scores if s is not None]
    assert scores[: len(known)] == sorted(known, reverse=True)
    assert len(known) == 8
    assert known[0] > 0.01, "the sample has no variant of any effect here"
    # Third click: the top row.
    where = table.visualRect(table.model().index(0, 1)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=where)
    top = workspace.table.row(int(order[0]))
    assert workspace.selection == top
    assert workspace.locus.start <= top.variant.start < workspace.locus.end
    predictions = desk.window.browser.predictions
    qtbot.waitUntil(
        lambda: predictions.overlay_state().stage is Stage.READY, timeout=60_000
    )
    check_overlay(desk, top)
    check_lollipop(qtbot, desk, workspace.table.row(int(order[1])))
    # The command line gives the same numbers, to the last bit.
    rows = by_command_line(vcf, tmp_path, monkeypatch)
    window = workspace.table.rows(range(len(workspace.table)))
    assert [(r["pos"], r["score"], r["status"], r["gene"] or "") for r in rows] == [
        (w.pos, w.score, str(w.status), w.gene) for w in window
    ]


def check_overlay(desk: kit.Desk, row: object) -> None:
    """The drawn difference of REF and ALT is the score."""
    near = Interval(row.variant.contig, row.variant.start - 50, row.variant.start + 51)
    region = desk.window.browser.predictions.region(near)
    assert region.variant == row.variant
    differences = [
        np.nanmax(np.abs(region.alt[name] - region.ref[name]))
        for name in region.ref
        if not np.isnan(region.ref[name]).all()
    ]
    assert max(differences) == pytest.approx(row.score, abs=1e-6)


def check_lollipop(qtbot: QtBot, desk: kit.Desk, row: object) -> None:
    """A variant's lollipop stands over its base, and a click on it selects the row."""
    start = row.variant.start
    workspace = desk.workspace
    workspace.go_to(Interval(row.variant.contig, start - 300, start + 500))
    canvas = desk.widget("browser-canvas")
    view, _ = canvas.view()
    lane = canvas.lane_rect("variants")
    track = next(
        p.lane.track for p in canvas.placed() if p.lane.track.key == "variants"
    )
    shown = {item.row: item for item in track.lollipops(view, lane.height())}
    item = shown[row.row]
    middle = canvas.x_of(start + 0.5)
    assert canvas.gutter + item.x == pytest.approx(middle, abs=1.0)
    point = QPointF(canvas.gutter + item.head, lane.top() + item.top)
    assert canvas.hit(point).row == row.row
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=point.toPoint())
    assert workspace.selection is not None
    assert workspace.selection.row == row.row


def test_that_a_run_survives_the_death_of_its_worker(
    qtbot: QtBot, desk: kit.Desk, tmp_path: Path
) -> None:
    vcf = kit.near_splice_sites(tmp_path, 14)
    desk.open(qtbot, kit.sample_file(kit.GENOME), kit.sample_file(kit.GENES), vcf)
    press(qtbot, desk, "tool-score")
    qtbot.waitUntil(lambda: desk.workspace.run is not None, timeout=60_000)
    assert desk.workspace.scoring is not None, "the run ended before it was disturbed"
    before = desk.engine.worker_pid
    os.kill(before, signal.SIGKILL)
    qtbot.waitUntil(lambda: desk.workspace.scoring is None, timeout=SCORING_MS)
    assert desk.workspace.table.counts() == {Status.SCORED: 14}
    assert desk.engine.worker_pid not in (0, before)


def test_that_cancel_stops_the_run_and_keeps_what_is_scored(
    qtbot: QtBot, desk: kit.Desk, tmp_path: Path
) -> None:
    vcf = kit.near_splice_sites(tmp_path, 40)
    desk.open(qtbot, kit.sample_file(kit.GENOME), kit.sample_file(kit.GENES), vcf)
    press(qtbot, desk, "tool-score")
    qtbot.waitUntil(lambda: desk.workspace.run is not None, timeout=60_000)
    press(qtbot, desk, "tool-stop")
    qtbot.waitUntil(lambda: desk.workspace.scoring is None, timeout=20_000)
    counts = desk.workspace.table.counts()
    assert 0 < counts[Status.SCORED] < 40
    assert counts[Status.SCORED] + counts[Status.PENDING] == 40
    assert desk.widget("tool-score").isEnabled()


def test_that_the_window_stays_alive_while_the_worker_scores(
    qtbot: QtBot, desk: kit.Desk, tmp_path: Path
) -> None:
    vcf = kit.near_splice_sites(tmp_path, 30)
    desk.open(qtbot, kit.sample_file(kit.GENOME), kit.sample_file(kit.GENES), vcf)
    gaps: list[float] = []
    clock = QElapsedTimer()
    heartbeat = QTimer(desk.window, interval=10, timerType=Qt.TimerType.PreciseTimer)
    heartbeat.timeout.connect(lambda: gaps.append(clock.restart()))
    press(qtbot, desk, "tool-score")
    qtbot.waitUntil(lambda: desk.workspace.run is not None, timeout=60_000)
    # This machine is shared: what blocks the window does so in every window of
    # time, a neighbour's burst does not.
    for _attempt in range(4):
        gaps.clear()
        clock.start()
        heartbeat.start()
        qtbot.wait(1_500)
        heartbeat.stop()
        if max(gaps) <= LARGEST_GAP_MS:
            break
    scoring = desk.workspace.scoring
    assert scoring is not None, "the run ended before the measurement"
    press(qtbot, desk, "tool-stop")
    qtbot.waitUntil(lambda: desk.workspace.scoring is None, timeout=20_000)
    assert len(gaps) > 50
    assert max(gaps) <= LARGEST_GAP_MS


WINDOW = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from gfm_desktop.ui import app

def usable(window):
    window.commands.score()
    timer = QTimer(window, interval=50)
    def look():
        if window.workspace.scoring is None and window.workspace.run is not None:
            counts = window.workspace.table.counts()
            heavy = {"torch", "transformers", "sklearn", "pandas"} & set(sys.modules)
            print("HEAVY", sorted(heavy), "COUNTS", counts, flush=True)
            window.close()
    timer.timeout.connect(look)
    timer.start()

sys.exit(app.run([Path(p) for p in sys.argv[1:]], when_usable=usable))
"""


def test_that_the_windows_process_never_imports_torch(tmp_path: Path) -> None:
    import subprocess

    vcf = kit.near_splice_sites(tmp_path, 2)
    files = [str(kit.sample_file(kit.GENOME)), str(kit.sample_file(kit.GENES))]
    done = subprocess.run(
        [sys.executable, "-c", WINDOW, *files, str(vcf)],
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "HEAVY [] COUNTS {'scored': 2}" in done.stdout, done.stdout + done.stderr
