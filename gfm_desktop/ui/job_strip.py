"""The jobs under way, in the status bar: progress, rate, time left, pause, cancel."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSize, Qt, QTimer
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gfm_desktop.jobs.events import ENDINGS, Event, Progress, Started
from gfm_desktop.ui.icons import icon
from gfm_desktop.ui.job_meter import JobMeter

if TYPE_CHECKING:
    from gfm_desktop.jobs.job import Job
    from gfm_desktop.ui.engine_bridge import EngineBridge

APPEAR_MS = 400
"""A job that ends sooner is never shown: a flash tells nobody anything."""
_BAR_WIDTH = 150


@dataclass(slots=True)
class JobState:
    """What the strip knows of one job.

    Attributes:
        job_id: Its id.
        title: What it is called.
        meter: Its progress.
        started: Whether it runs, or waits in the queue.
        paused: Whether the user holds it.
        stopping: Whether it was asked to stop.
    """

    job_id: str
    title: str
    meter: JobMeter = field(default_factory=JobMeter)
    started: bool = False
    paused: bool = False
    stopping: bool = False

    @property
    def words(self) -> str:
        """Return how it stands."""
        if self.stopping:
            return "Stopping at the next batch"
        if self.paused:
            return f"Paused · {self.meter.words()}"
        return self.meter.words() if self.started else "Waiting for its turn"


class JobRow(QWidget):
    """One job: title, bar, words, pause and cancel."""

    def __init__(self, bridge: EngineBridge, parent: QWidget | None = None) -> None:
        """Show nothing until `show_job`."""
        super().__init__(parent)
        self._bridge = bridge
        self._job: JobState | None = None
        self.title = QLabel()
        self.title.setObjectName("job-title")
        self.bar = QProgressBar()
        self.bar.setObjectName("job-bar")
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(_BAR_WIDTH)
        self.words = QLabel()
        self.words.setObjectName("job-words")
        self.words.setProperty("role", "muted")
        self.pause = self._button("job-pause", "pause", "Pause")
        self.cancel = self._button("job-cancel", "close", "Cancel")
        self.pause.clicked.connect(self._pause)
        self.cancel.clicked.connect(self._cancel)
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 0, 4, 0)
        row.setSpacing(8)
        for widget in (self.title, self.bar, self.words, self.pause, self.cancel):
            row.addWidget(widget)
        row.addStretch(1)

    def show_job(self, job: JobState) -> None:
        """Show how a job stands."""
        if self._job is None or self._job.job_id != job.job_id:
            self.title.setText(job.title)
        self._job = job
        fraction = job.meter.fraction if job.started else None
        self.bar.setRange(0, 0 if fraction is None and not job.paused else 1000)
        self.bar.setValue(round(1000 * (fraction or 0)))
        words = job.words
        self.words.setText(words)
        self.bar.setAccessibleName(f"{job.title}: {words}")
        self.pause.setIcon(icon("resume" if job.paused else "pause"))
        name = "Resume" if job.paused else "Pause"
        self.pause.setAccessibleName(f"{name} {job.title}")
        self.pause.setToolTip(f"{name} at the next batch")
        self.cancel.setAccessibleName(f"Cancel {job.title}")
        for button in (self.pause, self.cancel):
            button.setEnabled(not job.stopping)

    def _button(self, name: str, drawing: str, words: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName(name)
        button.setAccessibleName(words)
        button.setToolTip(f"{words}; what is finished is kept")
        button.setIcon(icon(drawing))
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        return button

    def _pause(self) -> None:
        job = self._job
        if job is None:
            return
        job.paused = not job.paused
        if job.paused:
            self._bridge.pause(job.job_id)
        else:
            job.meter.restart()
            self._bridge.resume(job.job_id)
        self.show_job(job)

    def _cancel(self) -> None:
        job = self._job
        if job is not None:
            job.stopping = True
            self._bridge.cancel(job.job_id)
            self.show_job(job)


class JobStrip(QWidget):
    """The job at the front in one line, and all others behind a button."""

    def __init__(self, bridge: EngineBridge, parent: QWidget | None = None) -> None:
        """Follow every job of the bridge from now on."""
        super().__init__(parent)
        self.setObjectName("job-strip")
        self.setAccessibleName("Jobs under way")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._bridge = bridge
        self._jobs: dict[str, JobState] = {}
        self._shown: dict[str, JobState] = {}
        self.idle = QLabel("Ready")
        self.idle.setProperty("role", "muted")
        self.front = JobRow(bridge)
        self.more = QToolButton()
        self.more.setObjectName("job-more")
        self.more.setIcon(icon("jobs"))
        self.more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.more.clicked.connect(self._show_all)
        self._list = JobList(bridge, self)
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.idle)
        row.addWidget(self.front)
        row.addWidget(self.more)
        row.addStretch(1)
        bridge.submitted.connect(self._submitted)
        bridge.told.connect(self._event)
        bridge.held.connect(self._held)
        self._show()

    @property
    def jobs(self) -> tuple[JobState, ...]:
        """Return the jobs on show, the one at the front first."""
        running = [job for job in self._shown.values() if job.started]
        waiting = [job for job in self._shown.values() if not job.started]
        return (*running, *waiting)

    def sizeHint(self) -> QSize:
        """Return one line; its width never pushes the window wider."""
        return QSize(300, self.front.sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Return little: words are cut before the window grows."""
        return QSize(120, self.front.sizeHint().height())

    def _submitted(self, job_id: str, job: Job) -> None:
        self._jobs[job_id] = JobState(job_id, job.title)
        QTimer.singleShot(APPEAR_MS, self, lambda: self._appear(job_id))

    def _appear(self, job_id: str) -> None:
        if job_id in self._jobs:
            self._shown[job_id] = self._jobs[job_id]
            self._show()

    def _event(self, job_id: str, event: Event) -> None:
        job = self._jobs.get(job_id)
        if job is None:
            return
        if isinstance(event, Started):
            job.started = True
        elif isinstance(event, Progress):
            job.started = True
            job.meter.update(event, time.monotonic())
        elif isinstance(event, ENDINGS):
            del self._jobs[job_id]
            self._shown.pop(job_id, None)
        if job_id in self._shown or isinstance(event, ENDINGS):
            self._show()

    def _held(self, job_id: str, paused: bool) -> None:
        job = self._jobs.get(job_id)
        if job is not None and job.paused is not paused:
            job.paused = paused
            if not paused:
                job.meter.restart()
            self._show()

    def _show(self) -> None:
        jobs = self.jobs
        self.idle.setVisible(not jobs)
        self.front.setVisible(bool(jobs))
        self.more.setVisible(len(jobs) > 1)
        if jobs:
            self.front.show_job(jobs[0])
        others = len(jobs) - 1
        self.more.setText(f"{others} more")
        self.more.setAccessibleName(f"Show all {len(jobs)} jobs")
        if len(jobs) < 2:
            self._list.hide()
        if self._list.isVisible():
            self._list.show_jobs(jobs)

    def _show_all(self) -> None:
        self._list.show_jobs(self.jobs)
        self._list.adjustSize()
        above = QPoint(0, -self._list.sizeHint().height() - 6)
        self._list.move(self.mapToGlobal(above))
        self._list.show()


class JobList(QFrame):
    """All jobs, one a line, above the strip."""

    def __init__(self, bridge: EngineBridge, parent: QWidget) -> None:
        """Start empty and hidden."""
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("job-list")
        self.setProperty("card", "true")
        self._bridge = bridge
        self._rows: list[JobRow] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(8, 8, 8, 8)

    def show_jobs(self, jobs: tuple[JobState, ...]) -> None:
        """Show these jobs and no others."""
        while len(self._rows) < len(jobs):
            self._rows.append(JobRow(self._bridge, self))
            self._column.addWidget(self._rows[-1])
        for row in self._rows[len(jobs) :]:
            row.hide()
            row.deleteLater()
        del self._rows[len(jobs) :]
        for row, job in zip(self._rows, jobs, strict=True):
            row.show_job(job)
        if self.isVisible():
            self.adjustSize()
