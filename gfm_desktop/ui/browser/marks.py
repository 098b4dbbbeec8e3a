"""The variants of the contig on show, read in a thread and sliced in the painter."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal

from gfm_desktop.errors import GfmError
from gfm_desktop.genome.interval import Interval
from gfm_desktop.workspace.score_table import VariantMarks

if TYPE_CHECKING:
    from gfm_desktop.workspace.score_table import ScoreTable, VariantRow
    from gfm_desktop.workspace.workspace import Workspace

_EVERYTHING = 1 << 62
_ROWS_KEPT = 512


class ContigMarks(QObject):
    """Keeps the marks of one contig, so that painting never asks the table.

    A million variants are 26 MB here. Reading is asked for when contig, variants or
    scores change; until the answer is in, the marks before are shown (same contig) or
    none (another contig). Late answers are dropped.
    """

    changed = Signal()

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        """Follow the workspace."""
        super().__init__(parent)
        self._workspace = workspace
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="contig-marks")
        # It has no parent: a thread that is still reading may outlive this object.
        self._relay = _Relay()
        # Otherwise its idle thread would outlive the window.
        executor = self._executor
        self.destroyed.connect(
            lambda: executor.shutdown(wait=False, cancel_futures=True)
        )
        self._generation = 0
        self._contig = ""
        self._marks: VariantMarks | None = None
        self._rows: dict[int, VariantRow] = {}
        self._relay.arrived.connect(self._take)
        workspace.variants_changed.connect(self._forget)
        workspace.scores_changed.connect(self.refresh)
        workspace.locus_changed.connect(self._follow)
        self.refresh()

    @property
    def contig(self) -> str:
        """Return the contig whose marks are at hand."""
        return self._contig

    @property
    def all(self) -> VariantMarks | None:
        """Return all marks of the contig; None where no variants are open."""
        return self._marks

    def within(self, interval: Interval) -> VariantMarks | None:
        """Return the marks that begin inside `interval`, without waiting."""
        marks = self._marks
        if marks is None or interval.contig != self._contig:
            return None
        first, last = np.searchsorted(marks.start, (interval.start, interval.end))
        part = slice(int(first), int(last))
        return VariantMarks(
            row=marks.row[part],
            start=marks.start[part],
            kind=marks.kind[part],
            status=marks.status[part],
            score=marks.score[part],
            total=int(last - first),
        )

    def rows(self, numbers: list[int]) -> list[VariantRow]:
        """Return whole rows of a few variants, for labels and tooltips."""
        table = self._workspace.table
        if table is None:
            return []
        missing = [n for n in numbers if n not in self._rows]
        if missing:
            if len(self._rows) > _ROWS_KEPT:
                self._rows.clear()
                missing = numbers
            found = table.rows(missing)
            self._rows.update(zip(missing, found, strict=True))
        return [self._rows[n] for n in numbers]

    def refresh(self) -> None:
        """Read the contig again, in the thread."""
        self._generation += 1
        self._rows.clear()
        table = self._workspace.table
        contig = self._workspace.locus.contig
        genome = self._workspace.genome
        if table is None or genome is None or contig not in genome.contigs:
            self._marks, self._contig = None, ""
            self.changed.emit()
            return
        if contig != self._contig:
            self._marks = None
        self._contig = contig
        whole = Interval(contig, 0, genome.contigs[contig])
        self._executor.submit(_read, table, whole, self._generation, self._relay)

    def _forget(self) -> None:
        self._marks, self._contig = None, ""
        self.refresh()

    def _follow(self, locus: Interval) -> None:
        if locus.contig != self._contig:
            self.refresh()

    def _take(self, generation: int, answer: object) -> None:
        if generation != self._generation:
            return
        if isinstance(answer, GfmError):
            self._workspace.message.emit("error", str(answer))
        elif isinstance(answer, VariantMarks):
            self._marks = answer
            self.changed.emit()


class _Relay(QObject):
    """Carries an answer from the reading thread to the window's."""

    arrived = Signal(int, object)
    """Generation, and `VariantMarks` or the error."""


def _read(table: ScoreTable, whole: Interval, generation: int, relay: _Relay) -> None:
    answer: object
    try:
        answer = table.in_interval(whole, limit=_EVERYTHING)
    except GfmError as error:
        answer = error
    relay.arrived.emit(generation, answer)
