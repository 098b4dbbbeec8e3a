from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton, QWidget

from gfm_desktop.jobs.events import Cancelled, Finished, Progress, Started
from gfm_desktop.ui import job_strip
from gfm_desktop.ui.job_meter import JobMeter, rate_words, time_words
from gfm_desktop.ui.job_strip import JobStrip

if TYPE_CHECKING:
    from conftest import ShellEngine
    from pytestqt.qtbot import QtBot

    from gfm_desktop.ui.engine_bridge import EngineBridge


@dataclass(frozen=True)
class Task:
    title: str
    resumable: ClassVar[bool] = False


@pytest.fixture
def strip(
    qtbot: QtBot, bridge: EngineBridge, monkeypatch: pytest.MonkeyPatch
) -> JobStrip:
    monkeypatch.setattr(job_strip, "APPEAR_MS", 0)
    made = JobStrip(bridge)
    qtbot.addWidget(made)
    made.show()
    return made


def press(qtbot: QtBot, strip: QWidget, name: str) -> None:
    button = strip.findChild(QToolButton, name)
    assert button is not None
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_that_a_job_shows_title_and_progress_until_it_ends(
    qtbot: QtBot, strip: JobStrip, bridge: EngineBridge, engine: ShellEngine
) -> None:
    assert strip.idle.isVisible()
    job_id = bridge.submit(Task("Score v.vcf"))
    qtbot.waitUntil(lambda: len(strip.jobs) == 1)
    assert strip.front.title.text() == "Score v.vcf"
    assert strip.front.words.text() == "Waiting for its turn"
    engine.tell(job_id, Started("Score v.vcf"), Progress(25, 100, "variants"))
    qtbot.waitUntil(lambda: strip.front.bar.value() == 250)
    assert strip.front.words.text() == "25 of 100 variants · 25 %"
    engine.tell(job_id, Finished("done"))
    qtbot.waitUntil(lambda: strip.jobs == ())
    assert strip.idle.isVisible()


def test_that_a_job_that_ends_at_once_is_never_shown(
    qtbot: QtBot, bridge: EngineBridge, engine: ShellEngine
) -> None:
    strip = JobStrip(bridge)
    qtbot.addWidget(strip)
    strip.show()
    job_id = bridge.submit(Task("Tile"))
    with qtbot.waitSignal(bridge.told):
        engine.tell(job_id, Finished("done"))
    assert strip.jobs == ()
    assert strip.idle.isVisible()


def test_that_pause_resume_and_cancel_reach_the_engine(
    qtbot: QtBot, strip: JobStrip, bridge: EngineBridge, engine: ShellEngine
) -> None:
    job_id = bridge.submit(Task("Score"))
    engine.tell(job_id, Started("Score"), Progress(1, 4, "variants"))
    qtbot.waitUntil(lambda: bool(strip.jobs) and strip.jobs[0].started)
    press(qtbot, strip.front, "job-pause")
    assert strip.front.words.text() == "Paused · 1 of 4 variants · 25 %"
    press(qtbot, strip.front, "job-pause")
    press(qtbot, strip.front, "job-cancel")
    assert strip.front.words.text() == "Stopping at the next batch"
    assert not strip.front.pause.isEnabled()
    assert engine.asked == [("pause", job_id), ("resume", job_id), ("cancel", job_id)]
    engine.tell(job_id, Cancelled())
    qtbot.waitUntil(lambda: strip.jobs == ())


def test_that_all_jobs_are_behind_a_button_the_running_one_in_front(
    qtbot: QtBot, strip: JobStrip, bridge: EngineBridge, engine: ShellEngine
) -> None:
    ids = [bridge.submit(Task(f"Job {i}")) for i in range(3)]
    engine.tell(ids[1], Started("Job 1"))
    qtbot.waitUntil(lambda: len(strip.jobs) == 3 and strip.jobs[0].started)
    assert [job.title for job in strip.jobs] == ["Job 1", "Job 0", "Job 2"]
    assert strip.more.text() == "2 more"
    press(qtbot, strip, "job-more")
    popup = strip.findChild(QWidget, "job-list")
    assert popup is not None
    assert popup.isVisible()
    for job_id in ids[1:]:
        engine.tell(job_id, Finished("done"))
    qtbot.waitUntil(lambda: len(strip.jobs) == 1)
    assert not popup.isVisible()
    assert strip.more.isHidden()


def test_that_rate_and_time_left_come_from_the_last_half_minute() -> None:
    meter = JobMeter()
    # A run that continues begins with what is done already.
    meter.update(Progress(1000, 2000, "variants"), 0.0)
    assert (meter.rate, meter.seconds_left) == (None, None)
    meter.update(Progress(1010, 2000, "variants"), 10.0)
    assert meter.rate == 1.0
    assert meter.seconds_left == 990
    assert meter.words() == (
        "1,010 of 2,000 variants · 50 % · 1.0/s · 16 min left"  # 990 s are 16.5 min
    )
    for second in range(11, 60):
        meter.update(Progress(1010 + 10 * (second - 10), 2000, "variants"), second)
    assert meter.rate == pytest.approx(10.0)


def test_that_a_new_stage_or_a_pause_forgets_the_rate() -> None:
    meter = JobMeter()
    meter.update(Progress(0, 100, "records"), 0.0)
    meter.update(Progress(50, 100, "records"), 5.0)
    assert meter.rate == 10.0
    meter.update(Progress(0, 80, "variants"), 6.0)
    assert meter.rate is None
    meter.update(Progress(8, 80, "variants"), 10.0)
    meter.restart()
    assert meter.rate is None
    assert meter.fraction == 0.1


def test_that_what_comes_before_the_first_unit_is_told() -> None:
    meter = JobMeter()
    meter.update(Progress(0, 128, "positions", "Loading the model"), 0.0)
    assert meter.words() == "Loading the model · 0 of 128 positions"
    meter.update(Progress(8, 128, "positions", "Predicting"), 1.0)
    assert meter.words() == "8 of 128 positions · 6 %"


def test_that_an_unknown_end_shows_what_is_known() -> None:
    meter = JobMeter()
    assert meter.words() == "Waiting for its turn"
    meter.update(Progress(0, None, "records", "Reading the variants"), 0.0)
    assert meter.words() == "Reading the variants"
    meter.update(Progress(1234, None, "records", "Reading the variants"), 1.0)
    assert meter.words() == "Reading the variants · 1,234 records"
    assert meter.fraction is None


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "1 s"), (59, "59 s"), (90, "2 min"), (3540, "59 min"), (7260, "2 h 1 min")],
)
def test_that_times_have_the_units_that_matter(seconds: float, words: str) -> None:
    assert time_words(seconds) == words


@pytest.mark.parametrize(
    ("rate", "words"),
    [(1234.4, "1,234/s"), (3.44, "3.4/s"), (0.5, "30/min"), (0.05, "3.0/min")],
)
def test_that_rates_have_two_digits(rate: float, words: str) -> None:
    assert rate_words(rate) == words
