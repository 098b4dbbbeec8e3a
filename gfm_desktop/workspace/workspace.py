"""What the user has open. Changed on the GUI thread only; everyone listens.

No Qt here: the signals are psygnal's, so that tests and scripts need no window.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from psygnal import Signal

from gfm_desktop.genome.interval import Interval

if TYPE_CHECKING:
    from pathlib import Path

    from gfm_desktop.genome.annotation import GeneModels
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.genome.variant import Variant
    from gfm_desktop.scoring.card import OptionValue
    from gfm_desktop.workspace.score_table import ScoreTable, VariantRow

SHORTEST_VIEW = 20
"""Fewest bp on screen: letters would be wider than a thumb below that."""


@dataclass(frozen=True, slots=True)
class VariantSet:
    """An opened variant file: its table on disk and how its records stand.

    Attributes:
        path: The file that the user opened.
        table: Parquet file of `genome.variant_table`.
        counts: Status to number of rows; `pending` are fit to be scored.
        warnings: What must be said loudly (wrong build, truncated file, ...).
    """

    path: Path
    table: Path
    counts: dict[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ScoreRun:
    """One scoring run over the open variants, finished or under way.

    Attributes:
        folder: Run folder with Parquet parts and manifest (`jobs.run_folder`).
        model: Model id or folder.
        scorer: Scorer name.
        options: The scorer's settings.
        counts: Status to number of rows so far.
    """

    folder: Path
    model: str
    scorer: str
    options: dict[str, OptionValue] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)


class Workspace:
    """The open genome, annotation, variants and scores, the locus and the selection.

    Every setter emits its signal after the change, and only on a real change.
    """

    genome_changed = Signal()
    annotation_changed = Signal()
    variants_changed = Signal()
    scores_changed = Signal()
    """New score parts or another run; `table` has been refreshed before."""
    locus_changed = Signal(Interval)
    selection_changed = Signal(object)
    """Carries a `VariantRow` or None."""
    message = Signal(str, str)
    """(level, text): level is "info", "warning" or "error"; shown as a toast."""

    def __init__(self) -> None:
        """Start empty: no genome, nothing selected."""
        self._genome: Reference | None = None
        self._annotation: GeneModels | None = None
        self._variants: VariantSet | None = None
        self._run: ScoreRun | None = None
        self._table: ScoreTable | None = None
        self._locus = Interval("", 0, 0)
        self._selection: VariantRow | None = None
        self._back: list[Interval] = []
        self._forward: list[Interval] = []

    @property
    def genome(self) -> Reference | None:
        """Return the open genome."""
        return self._genome

    @property
    def annotation(self) -> GeneModels | None:
        """Return the open gene models."""
        return self._annotation

    @property
    def variants(self) -> VariantSet | None:
        """Return the open variant file."""
        return self._variants

    @property
    def run(self) -> ScoreRun | None:
        """Return the scoring run on show."""
        return self._run

    @property
    def table(self) -> ScoreTable | None:
        """Return the table of variants with the scores of `run`, if any."""
        return self._table

    @property
    def locus(self) -> Interval:
        """Return what the browser shows; an empty contig where nothing is open."""
        return self._locus

    @property
    def selection(self) -> VariantRow | None:
        """Return the selected variant."""
        return self._selection

    def set_genome(self, genome: Reference | None) -> None:
        """Show another genome; closes what belonged to the one before."""
        self.set_variants(None, None)
        self.set_annotation(None)
        if self._genome is not None and self._genome is not genome:
            self._genome.close()
        self._genome = genome
        self._back.clear()
        self._forward.clear()
        self.genome_changed.emit()
        if genome is not None:
            contig, length = next(iter(genome.contigs.items()))
            self._locus = Interval(contig, 0, length)
            self.locus_changed.emit(self._locus)

    def set_annotation(self, annotation: GeneModels | None) -> None:
        """Show other gene models."""
        if annotation is not self._annotation:
            self._annotation = annotation
            self.annotation_changed.emit()

    def set_variants(
        self, variants: VariantSet | None, table: ScoreTable | None
    ) -> None:
        """Show another variant file with its (unscored) table."""
        if variants is self._variants and table is self._table:
            return
        self.select(None)
        if self._table is not None and self._table is not table:
            self._table.close()
        self._variants, self._table, self._run = variants, table, None
        self.variants_changed.emit()

    def set_run(self, run: ScoreRun | None) -> None:
        """Show a run's scores, or the same run's newest parts."""
        self._run = run
        if self._table is not None:
            self._table.attach(run.folder if run else None)
        self.scores_changed.emit()
        if self._selection is not None and self._table is not None:
            self._selection = self._table.row(self._selection.row)
            self.selection_changed.emit(self._selection)

    def go_to(self, locus: Interval, *, remember: bool = True) -> None:
        """Move the browser, clipped to the contig and never below `SHORTEST_VIEW`.

        Args:
            locus: Where to go; its contig must be one of the genome's.
            remember: Whether Back returns to where the view is now; a drag moves
                many times and is remembered once.
        """
        if self._genome is None or locus.contig not in self._genome.contigs:
            return
        wanted = fit(locus, self._genome.contigs[locus.contig])
        if wanted == self._locus:
            return
        if remember:
            self._back.append(self._locus)
            self._forward.clear()
        self._locus = wanted
        self.locus_changed.emit(wanted)

    def remember_locus(self, locus: Interval) -> None:
        """Note where a drag or a wheel turn began, for Back."""
        if locus.contig and locus != self._locus:
            self._back.append(locus)
            self._forward.clear()

    def go_back(self) -> None:
        """Return to the locus before; does nothing at the beginning."""
        if self._back:
            self._forward.append(self._locus)
            self.go_to(self._back.pop(), remember=False)

    def go_forward(self) -> None:
        """Undo one `go_back`."""
        if self._forward:
            self._back.append(self._locus)
            self.go_to(self._forward.pop(), remember=False)

    def select(self, row: VariantRow | None) -> None:
        """Select a variant; does not move the browser."""
        if row != self._selection:
            self._selection = row
            self.selection_changed.emit(row)

    def show_variant(self, row: VariantRow, *, flank: int = 150) -> None:
        """Select a variant and bring it to the middle of the browser.

        Args:
            row: The variant.
            flank: bp to show on each side where the view is not already closer
                than ten times that.
        """
        variant: Variant | None = row.variant
        self.select(row)
        if variant is None:
            return
        middle = variant.start + len(variant.ref) // 2
        same = variant.contig == self._locus.contig
        half = len(self._locus) // 2 if same and len(self._locus) <= 20 * flank else 0
        half = half or flank
        start = max(0, middle - half)
        self.go_to(Interval(variant.contig, start, middle + half + 1))


def fit(locus: Interval, length: int) -> Interval:
    """Return `locus` widened to `SHORTEST_VIEW` and moved inside the contig.

    Args:
        locus: Wanted stretch, which may run past the contig's end.
        length: Length of the contig in bp.
    """
    size = min(max(len(locus), SHORTEST_VIEW), length)
    middle = (locus.start + locus.end) // 2
    start = locus.start if len(locus) == size else middle - size // 2
    start = min(max(start, 0), length - size)
    return Interval(locus.contig, start, start + size)
