"""What the user has open. Changed on the GUI thread only; everyone listens.

No Qt here: the signals are psygnal's, so that tests and scripts need no window.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from psygnal import Signal

from gfm_desktop.genome.interval import Interval
from gfm_desktop.jobs.events import Failed
from gfm_desktop.workspace.lane_book import LaneBook
from gfm_desktop.workspace.looking import Looking
from gfm_desktop.workspace.open_values import (
    ScoreRun,
    ScoringState,
    Ticket,
    VariantSet,
)
from gfm_desktop.workspace.places import SHORTEST_VIEW, fit
from gfm_desktop.workspace.regions import Regions
from gfm_desktop.workspace.track_files import TrackFiles

if TYPE_CHECKING:
    from pathlib import Path

    from gfm_desktop.genome.annotation import GeneModels
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.genome.variant import Variant
    from gfm_desktop.workspace.score_table import ScoreTable, VariantRow

__all__ = [
    "BROWSER",
    "SHORTEST_VIEW",
    "ScoreRun",
    "ScoringState",
    "Ticket",
    "VariantSet",
    "Workspace",
    "fit",
]

BROWSER = "browser"
"""What `Workspace.panel_wanted` calls the genome browser."""


class Workspace(Looking):
    """The open genome, annotation, variants and scores, the locus and the selection.

    Every setter emits its signal after the change, and only on a real change.

    What is under way lies here as well (`opening`, `waiting`, `scoring`), so that
    services such as `workspace.scoring.Scoring` are cheap to make anew anywhere.

    Attributes:
        track_files: Files with lanes of their own; closed with the genome.
        lanes: How the browser's lanes are set.
        regions: Regions of interest; they come and go with the genome.
    """

    genome_changed = Signal()
    annotation_changed = Signal()
    variants_changed = Signal()
    scores_changed = Signal()
    """New score parts or another run; `table` has been refreshed before."""
    selection_changed = Signal(object)
    """Carries a `VariantRow` or None."""
    failed = Signal(Failed)
    """What could not be done, with its details; `message` says it in words after."""
    opening_changed = Signal()
    waiting_changed = Signal()
    scoring_changed = Signal(object)
    """Carries a `ScoringState`, or None when no scoring is under way any more."""
    model_changed = Signal(str)
    """Carries the id of the model that is chosen for scoring."""
    library_changed = Signal()
    """A model was added, downloaded or removed."""
    network_changed = Signal(bool)
    """Whether the app may use the network; whoever keeps the settings writes it."""
    prediction_wanted = Signal(Interval)
    """A region that the browser's tracks are to predict."""
    saturation_wanted = Signal(str)
    """Name of a gene of which all substitutions are to be scored; empty for the one in
    the middle of the view."""
    labels_offered = Signal()
    """There are labels to learn from: `take_labels` gives them to the first asker."""
    panel_wanted = Signal(str)
    """Key of a panel that should come to the front, or `BROWSER`; panels do not know
    each other, and the window listens."""

    def __init__(self) -> None:
        """Start empty: no genome, nothing selected."""
        super().__init__()
        self.track_files = TrackFiles()
        self.lanes = LaneBook()
        self.regions = Regions(self)
        self._annotation: GeneModels | None = None
        self._variants: VariantSet | None = None
        self._run: ScoreRun | None = None
        self._table: ScoreTable | None = None
        self._selection: VariantRow | None = None
        self._tickets: dict[str, Ticket] = {}
        self._waiting: tuple[Path, ...] = ()
        self._scoring: ScoringState | None = None
        self._model = ""
        self._network_allowed = False
        self._labels: Path | None = None

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
    def selection(self) -> VariantRow | None:
        """Return the selected variant."""
        return self._selection

    @property
    def opening(self) -> tuple[Path, ...]:
        """Return the files that are being read."""
        return tuple(ticket.path for ticket in self._tickets.values())

    @property
    def waiting(self) -> tuple[Path, ...]:
        """Return the files that wait for a genome to be read against."""
        return self._waiting

    @property
    def scoring(self) -> ScoringState | None:
        """Return the scoring that is under way."""
        return self._scoring

    @property
    def model(self) -> str:
        """Return the id of the model chosen for scoring; empty where none was."""
        return self._model

    @property
    def network_allowed(self) -> bool:
        """Tell whether the user has allowed the app to use the network."""
        return self._network_allowed

    def choose_model(self, model: str) -> None:
        """Choose the model for scoring, in whichever panel it was clicked."""
        if model != self._model:
            self._model = model
            self.model_changed.emit(model)

    def allow_network(self, allowed: bool) -> None:
        """Let the app use the network, or no longer."""
        if allowed != self._network_allowed:
            self._network_allowed = allowed
            self.network_changed.emit(allowed)

    def offer_labels(self, path: Path) -> None:
        """Show the page on which a model is taught, with a file of labels."""
        self._labels = path
        self.panel_wanted.emit("finetune")
        self.labels_offered.emit()

    def take_labels(self) -> Path | None:
        """Return the labels that were offered, once; None where there are none."""
        path, self._labels = self._labels, None
        return path

    def take_ticket(self, kind: str, path: Path) -> tuple[Ticket, Ticket | None]:
        """Note that a file is being read; returns its ticket and the one replaced."""
        before = self._tickets.get(kind)
        ticket = self._tickets[kind] = Ticket(path)
        self.opening_changed.emit()
        return ticket, before

    def return_ticket(self, kind: str, ticket: Ticket) -> bool:
        """Note that the reading has ended; False where a newer one has begun."""
        if self._tickets.get(kind) is not ticket:
            return False
        del self._tickets[kind]
        self.opening_changed.emit()
        return True

    def tickets(self) -> dict[str, Ticket]:
        """Return what is being read, by kind."""
        return dict(self._tickets)

    def set_waiting(self, paths: tuple[Path, ...]) -> None:
        """Keep files until a genome is open."""
        if paths != self._waiting:
            self._waiting = paths
            self.waiting_changed.emit()

    def set_scoring(self, state: ScoringState | None) -> None:
        """Show how far the scoring is; None when it has ended."""
        if state != self._scoring:
            self._scoring = state
            self.scoring_changed.emit(state)

    def report(self, failed: Failed) -> None:
        """Tell everyone what could not be done: the details first, then the words."""
        self.failed.emit(failed)
        place = f" [{failed.where}]" if failed.where else ""
        todo = f" {failed.todo}" if failed.todo else ""
        self.message.emit("error", f"{failed.what}{place}{todo}")

    def set_genome(self, genome: Reference | None) -> None:
        """Show another genome; closes what belonged to the one before."""
        self.set_variants(None, None)
        self.set_annotation(None)
        self.track_files.clear()
        if self._genome is not None and self._genome is not genome:
            self._genome.close()
        self._genome = genome
        self._leave_contigs()
        self.genome_changed.emit()
        if genome is not None:
            self._begin_on(*next(iter(genome.contigs.items())))

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

    def set_run(self, run: ScoreRun | None, *, recount: bool = False) -> None:
        """Show a run's scores, or the same run's newest parts.

        Args:
            run: The run; None shows the variants without scores.
            recount: Take the run's counts from the table.
        """
        if self._table is not None:
            self._table.attach(run.folder if run else None)
            if run is not None and recount:
                run = replace(run, counts=self._table.counts())
        self._run = run
        self.scores_changed.emit()
        chosen = self._selection
        # A hypothetical variant has no row of the table.
        if chosen is not None and chosen.row >= 0 and self._table is not None:
            self._selection = self._table.row(chosen.row)
            self.selection_changed.emit(self._selection)

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
        same = variant.contig == self.locus.contig
        half = len(self.locus) // 2 if same and len(self.locus) <= 20 * flank else 0
        half = half or flank
        start = max(0, middle - half)
        self.go_to(Interval(variant.contig, start, middle + half + 1))
