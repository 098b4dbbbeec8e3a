"""The variants of the contigs on show, read in a thread and sliced in the painter."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal

from gfm_desktop.errors import GfmError
from gfm_desktop.genome.interval import Interval
from gfm_desktop.ui.browser.score_density import ScoreDensity
from gfm_desktop.ui.score_scale import ScoreScale, scale_of
from gfm_desktop.ui.widgets.cards import scorer_of
from gfm_desktop.workspace.score_table import VariantMarks

if TYPE_CHECKING:
    from gfm_desktop.scoring.card import ScorerCard
    from gfm_desktop.workspace.score_table import ScoreTable, VariantRow
    from gfm_desktop.workspace.workspace import Workspace

_EVERYTHING = 1 << 62
_ROWS_KEPT = 512


@dataclass(frozen=True, slots=True, eq=False)
class _Answer:
    """What the thread has read.

    Attributes:
        marks: Contig to all its marks.
        densities: Contig to how many there are, by place and score.
        scale: The measure of the run's scores, on all contigs.
    """

    marks: dict[str, VariantMarks] = field(default_factory=dict)
    densities: dict[str, ScoreDensity] = field(default_factory=dict)
    scale: ScoreScale = field(default_factory=ScoreScale)


class ContigMarks(QObject):
    """Keeps the marks of the contigs on show, so that painting never asks the table.

    A million variants are 26 MB here. Reading is asked for when contigs, variants or
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
        self._wanted: tuple[str, ...] = ()
        self._known = _Answer()
        self._rows: dict[int, VariantRow] = {}
        self._relay.arrived.connect(self._take)
        workspace.variants_changed.connect(self._forget)
        workspace.scores_changed.connect(self.refresh)
        workspace.loci_changed.connect(self._follow)
        self.refresh()

    @property
    def contig(self) -> str:
        """Return the contig of the active locus."""
        return self._workspace.locus.contig

    @property
    def all(self) -> VariantMarks | None:
        """Return all marks of the active contig; None where no variants are open."""
        return self.of(self.contig)

    @property
    def scale(self) -> ScoreScale:
        """Return the measure of the run's scores: one for all contigs."""
        return self._known.scale

    def of(self, contig: str) -> VariantMarks | None:
        """Return all marks of a contig on show; None until they are read."""
        return self._known.marks.get(contig)

    def density(self, contig: str) -> ScoreDensity | None:
        """Return how many variants of a contig there are, by place and score."""
        return self._known.densities.get(contig)

    @property
    def stamp(self) -> object:
        """Return what is another object whenever anything here has changed."""
        return self._known

    def within(self, interval: Interval) -> VariantMarks | None:
        """Return the marks that begin inside `interval`, without waiting."""
        marks = self.of(interval.contig)
        if marks is None:
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
        """Read the contigs again, in the thread."""
        self._generation += 1
        self._rows.clear()
        table, genome = self._workspace.table, self._workspace.genome
        contigs = {} if genome is None else genome.contigs
        wholes = [Interval(c, 0, contigs[c]) for c in self._shown() if c in contigs]
        if table is None or not wholes:
            self._known, self._wanted = _Answer(), ()
            self.changed.emit()
            return
        self._wanted = tuple(whole.contig for whole in wholes)
        run = self._workspace.run
        card = None if run is None else scorer_of(run.model, run.scorer)
        self._executor.submit(_read, table, wholes, card, self._generation, self._relay)

    def _shown(self) -> list[str]:
        """Return the contigs on show, each once."""
        return list(dict.fromkeys(locus.contig for locus in self._workspace.loci))

    def _forget(self) -> None:
        self._known, self._wanted = _Answer(), ()
        self.refresh()

    def _follow(self) -> None:
        shown = self._shown()
        if set(shown) <= set(self._wanted):
            return
        self.refresh()

    def _take(self, generation: int, answer: object) -> None:
        if generation != self._generation:
            return
        if isinstance(answer, GfmError):
            self._workspace.message.emit("error", str(answer))
        elif isinstance(answer, _Answer):
            self._known = answer
            self.changed.emit()


class _Relay(QObject):
    """Carries an answer from the reading thread to the window's."""

    arrived = Signal(int, object)
    """Generation, and `_Answer` or the error."""


def _read(
    table: ScoreTable,
    wholes: list[Interval],
    card: ScorerCard | None,
    generation: int,
    relay: _Relay,
) -> None:
    answer: object
    try:
        marks = {w.contig: table.in_interval(w, limit=_EVERYTHING) for w in wholes}
        scale = scale_of(table.scores, card)
        densities = {c: ScoreDensity(some, scale) for c, some in marks.items()}
        answer = _Answer(marks, densities, scale)
    except GfmError as error:
        answer = error
    relay.arrived.emit(generation, answer)
