"""What the user has open. Changed on the GUI thread only; everyone listens.

No Qt here: the signals are psygnal's, so that tests and scripts need no window.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from psygnal import Signal

from gfm_desktop.genome.interval import Interval
from gfm_desktop.jobs.events import Failed
from gfm_desktop.workspace.lane_book import LaneBook
from gfm_desktop.workspace.places import (
    MOST_LOCI,
    SHORTEST_VIEW,
    Places,
    Trail,
    fit,
    fitted,
)
from gfm_desktop.workspace.regions import Regions
from gfm_desktop.workspace.track_files import TrackFiles

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from gfm_desktop.genome.annotation import GeneModels
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.genome.variant import Variant
    from gfm_desktop.models.option import OptionValue
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
        model_options: Choices of the model's family that were made.
    """

    folder: Path
    model: str
    scorer: str
    options: dict[str, OptionValue] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    model_options: dict[str, OptionValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ScoringState:
    """The scoring that is under way, as every panel may show it.

    Attributes:
        job_id: Its job, to be cancelled or paused.
        model: Model id or folder.
        scorer: Scorer name; empty for the model's recommended one.
        done: Units finished.
        total: Units in all; None while that is not known.
        message: What is being done, in a few words.
    """

    job_id: str
    model: str
    scorer: str = ""
    done: int = 0
    total: int | None = None
    message: str = ""


@dataclass(slots=True, eq=False)
class Ticket:
    """One file that is being read; a newer one of its kind takes its place.

    Attributes:
        path: The file.
        job_id: The job that reads it; empty until it is submitted.
    """

    path: Path
    job_id: str = ""


class Workspace:
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
    locus_changed = Signal(Interval)
    """Another active locus: it moved, or another one became active."""
    loci_changed = Signal()
    """Any locus moved, came or went, or another one became active."""
    selection_changed = Signal(object)
    """Carries a `VariantRow` or None."""
    message = Signal(str, str)
    """(level, text): level is "info", "warning" or "error"; shown as a toast."""
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
        self.track_files = TrackFiles()
        self.lanes = LaneBook()
        self.regions = Regions(self)
        self._genome: Reference | None = None
        self._annotation: GeneModels | None = None
        self._variants: VariantSet | None = None
        self._run: ScoreRun | None = None
        self._table: ScoreTable | None = None
        self._places = Places()
        self._trail = Trail()
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
    def locus(self) -> Interval:
        """Return the active locus; an empty contig where nothing is open."""
        return self._places.locus

    @property
    def loci(self) -> tuple[Interval, ...]:
        """Return what the browser shows side by side, from the left; at least one."""
        return self._places.loci

    @property
    def active(self) -> int:
        """Return the index of the active locus among `loci`."""
        return self._places.active

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
        self._trail.clear()
        # Quietly: listeners must not see another genome's loci, nor places of none.
        self._places = Places((self.locus,))
        self.genome_changed.emit()
        if genome is not None:
            contig, length = next(iter(genome.contigs.items()))
            self._places = Places((Interval(contig, 0, length),))
            self.loci_changed.emit()
            self.locus_changed.emit(self.locus)

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

    def go_to(self, locus: Interval, *, remember: bool = True) -> None:
        """Move the active locus, clipped to the contig, never below `SHORTEST_VIEW`.

        Args:
            locus: Where to go; its contig must be one of the genome's.
            remember: Whether Back returns to where the view is now; a drag moves
                many times and is remembered once.
        """
        if self._genome is None or locus.contig not in self._genome.contigs:
            return
        wanted = fit(locus, self._genome.contigs[locus.contig])
        self._show(self._places.moved(wanted), remember=remember)

    def set_loci(
        self, loci: Sequence[Interval], active: int = 0, *, remember: bool = True
    ) -> None:
        """Show several loci side by side, or a single one.

        Args:
            loci: From the left, of any contigs; fitted as `go_to` does. Those of
                contigs that the genome lacks are left out, and where none remains,
                nothing changes.
            active: Index of the active one.
            remember: Whether Back returns to the loci before.
        """
        if self._genome is None:
            return
        wanted = fitted(loci, self._genome.contigs)
        if len(wanted) > MOST_LOCI:
            text = f"{len(wanted)} loci: the first {MOST_LOCI} are shown."
            self.message.emit("warning", text)
        if wanted:
            shown = tuple(wanted[:MOST_LOCI])
            places = Places(shown, min(max(0, active), len(shown) - 1))
            self._show(places, remember=remember)

    def activate(self, index: int) -> None:
        """Make another locus the active one; Back does not know of it."""
        if 0 <= index < len(self.loci):
            self._show(replace(self._places, active=index), remember=False)

    def close_locus(self, index: int) -> None:
        """Take a locus away; the last one stays."""
        if 0 <= index < len(self.loci):
            self._show(self._places.without(index), remember=True)

    def remember_locus(self, locus: Interval) -> None:
        """Note where a drag or a wheel turn of the active locus began, for Back."""
        if locus.contig and locus != self.locus:
            self._trail.leave(self._places.moved(locus))

    def go_back(self) -> None:
        """Return to the loci before; does nothing at the beginning."""
        if (places := self._trail.back(self._places)) is not None:
            self._show(places, remember=False)

    def go_forward(self) -> None:
        """Undo one `go_back`."""
        if (places := self._trail.forward(self._places)) is not None:
            self._show(places, remember=False)

    def _show(self, places: Places, *, remember: bool) -> None:
        before = self._places
        if places == before:
            return
        if remember:
            self._trail.leave(before)
        self._places = places
        self.loci_changed.emit()
        if places.locus != before.locus:
            self.locus_changed.emit(places.locus)

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
