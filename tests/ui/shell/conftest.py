"""The real window over an engine that runs jobs at once, or waits for orders."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QApplication

from gfm_desktop.engine.engine import Priority
from gfm_desktop.engine.inline import InlineEngine
from gfm_desktop.settings import Settings
from gfm_desktop.ui.engine_bridge import EngineBridge
from gfm_desktop.ui.main_window import MainWindow, dress
from gfm_desktop.workspace.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from gfm_desktop.engine.engine import EventSink
    from gfm_desktop.jobs.events import Event
    from gfm_desktop.jobs.job import Job

GENOME = "ACGTACGTAC" * 600
VCF = (
    "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
    "chr1\t101\trs1\tA\tG\t.\t.\t.\nchr1\t202\trs2\tC\tG\t.\t.\t.\n"
    "chr1\t303\trs3\tT\tG\t.\t.\t.\n"
)


class ShellEngine:
    """Opens files at once, and keeps every other job until a test speaks for it."""

    def __init__(self) -> None:
        self.inline = InlineEngine()
        self.jobs: dict[str, Job] = {}
        self.sinks: dict[str, EventSink] = {}
        self.asked: list[tuple[str, str]] = []
        self.closed = False
        self._numbers = itertools.count(1)

    def submit(
        self, job: Job, on_event: EventSink, *, priority: Priority = Priority.BATCH
    ) -> str:
        if type(job).__name__.startswith("Open"):
            return self.inline.submit(job, on_event, priority=priority)
        job_id = f"held-{next(self._numbers)}"
        self.jobs[job_id] = job
        self.sinks[job_id] = on_event
        return job_id

    def tell(self, job_id: str, *events: Event) -> None:
        for event in events:
            self.sinks[job_id](job_id, event)

    def held(self, kind: str) -> str:
        """Return the newest held job of a class."""
        found = [i for i, job in self.jobs.items() if type(job).__name__ == kind]
        return found[-1]

    def cancel(self, job_id: str) -> None:
        self.asked.append(("cancel", job_id))

    def pause(self, job_id: str) -> None:
        self.asked.append(("pause", job_id))

    def resume(self, job_id: str) -> None:
        self.asked.append(("resume", job_id))

    def close(self) -> None:
        self.closed = True
        self.inline.close()


@pytest.fixture
def engine() -> ShellEngine:
    return ShellEngine()


@pytest.fixture
def bridge(qtbot: QtBot, engine: ShellEngine) -> Iterator[EngineBridge]:
    made = EngineBridge(engine)
    yield made
    made.close()


@pytest.fixture
def settings() -> Iterator[Settings]:
    made = Settings(theme="light")
    yield made
    # The next test's window must not find this one's theme.
    dress(Settings(theme="light"))


@pytest.fixture
def window(
    qtbot: QtBot, bridge: EngineBridge, settings: Settings
) -> Iterator[MainWindow]:
    dress(settings)
    made = MainWindow(Workspace(), bridge, settings)
    qtbot.addWidget(made)
    made.resize(1400, 900)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.workspace.set_genome(None)
    made.close()
    QApplication.processEvents()


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    genome, variants = tmp_path / "g.fa", tmp_path / "v.vcf"
    genome.write_text(f">chr1\n{GENOME}\n")
    variants.write_text(VCF)
    return [variants, genome]


@pytest.fixture
def opened(window: MainWindow, files: list[Path], qtbot: QtBot) -> MainWindow:
    window.opening.open(files)
    qtbot.waitUntil(lambda: window.workspace.variants is not None)
    return window
