"""Genes: packed into rows, exons thick and numbered, chevrons for strand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gfm_desktop.ui.browser.bodies import Geometry
from gfm_desktop.ui.browser.density import Density
from gfm_desktop.ui.browser.gene_words import gene_words
from gfm_desktop.ui.browser.pile import MINUS, NAME, Layout, Manner, Pile
from gfm_desktop.ui.browser.piled_track import MARGIN, PiledTrack
from gfm_desktop.ui.browser.track import Hit, TrackAction, TrackEntry
from gfm_desktop.ui.browser.track_exports import ExportsGenes
from gfm_desktop.ui.theme import scale_of
from gfm_desktop.workspace.track_files import TrackKind
from gfm_desktop.workspace.track_opening import TrackOpening

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QPointF, QRectF

    from gfm_desktop.genome.annotation import Gene, GeneModels, Transcript
    from gfm_desktop.genome.feature_slice import FeatureSlice, SortedSpans
    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.ui.browser.track import View
    from gfm_desktop.ui.palette import Palette
    from gfm_desktop.workspace.runner import Runner
    from gfm_desktop.workspace.workspace import Workspace

CANONICAL, EVERY, SQUISHED = "canonical transcripts", "all transcripts", "squished"
_TALL = Geometry(MARGIN / 2, 18.0, thick=14.0, thin=8.0, alone=12.0)
_FLAT = Geometry(MARGIN / 2, 9.0, thick=7.0, thin=4.0, alone=6.0, chevron=2.0)
_MANNERS = {
    CANONICAL: Manner(_TALL, named=True, most_named=6, most=6),
    EVERY: Manner(_TALL, named=True, most_named=30, most=30),
    SQUISHED: Manner(_FLAT, named=False, most_named=0, most=60),
}
_NAMED_IN_DENSITY = 8


@dataclass(frozen=True, slots=True)
class Placed:
    """A gene, or one transcript of it, in its row.

    Attributes:
        gene: The gene.
        transcript: The transcript that is drawn.
        row: Row from the top, from 0.
        left: Pixel of its left end, which may lie off screen.
        right: Pixel of its right end.
        named: Whether its name is written.
    """

    gene: Gene
    transcript: Transcript
    row: int
    left: float
    right: float
    named: bool


@dataclass(frozen=True, slots=True)
class _Transcripts:
    """Gene models as `pile.Features`."""

    models: GeneModels
    every: bool

    @property
    def identity(self) -> object:
        return (self.models, self.every)

    def spans(self, contig: str) -> SortedSpans | None:
        return self.models.spans(contig, every=self.every)

    def columns(self, interval: Interval) -> FeatureSlice:
        return self.models.columns(interval, every=self.every)

    def label(self, number: int) -> str:
        gene = self.models.gene_name(number)
        if not self.every:
            return gene
        name = self.models.transcript_name(number)
        return name if not name or gene in name else f"{gene} · {name}"


class GenesTrack(ExportsGenes, PiledTrack):
    """Genes by their canonical transcript, or all transcripts."""

    key = "genes"
    title = "Genes"
    styles: tuple[str, ...] = (CANONICAL, EVERY, SQUISHED)
    numbered = True

    def __init__(self, workspace: Workspace, runner: Runner | None = None) -> None:
        """Draw the workspace's gene models.

        Args:
            workspace: What is open.
            runner: Reads the gene models again, where they shall have a lane of their
                own; None offers no such thing.
        """
        super().__init__(workspace)
        self._runner = runner
        self._models: GeneModels | None = None

    def least(self) -> float:
        """Return the height of a gene with its name."""
        return _TALL.thick + NAME * scale_of()

    def vacant(self, view: View) -> bool:
        """Tell whether no gene models are open."""
        return self._workspace.annotation is None

    def nothing(self) -> str:
        """Say whether there are no genes, or none here."""
        none = self._workspace.annotation is None
        return "No gene models are open" if none else "No gene here"

    def tint(self, palette: Palette, role: int) -> str:
        """Return the user's colour, or that of a strand; the chevrons say it too."""
        own = self._workspace.lanes.look(self.key).colour
        return own or (palette.minus if role == MINUS else palette.plus)

    def layout(self, view: View) -> Layout | None:
        """Return the genes around the view, in rows or counted; None without any."""
        models = self._workspace.annotation
        if models is not self._models:
            self._piles.clear()
            self._models = models
        if models is None:
            return None
        style = self.style
        source = _Transcripts(models, style != CANONICAL)
        return self._piles.of(source, _MANNERS[style], view)

    @property
    def every_transcript(self) -> bool:
        """Tell whether all transcripts are on show, not the canonical ones alone."""
        return self.style != CANONICAL

    @property
    def style(self) -> str:
        """Return how the user wants genes drawn."""
        chosen = self._workspace.lanes.look(self.key).style
        return chosen if chosen in _MANNERS else CANONICAL

    def rows(self, view: View) -> list[Placed]:
        """Return the genes on screen with their rows, by start; none where counted."""
        layout = self.layout(view)
        if not isinstance(layout, Pile):
            return []
        return [self._placed(layout, n, view) for n in layout.on_screen(view).tolist()]

    def data(self, view: View) -> str:
        """Return the genes on screen, 1-based inclusive."""
        lines = ["gene\tcontig\tstart\tend\tstrand\ttranscript"]
        models = self._workspace.annotation
        if models is not None:
            source = _Transcripts(models, self.style != CANONICAL)
            found = source.columns(view.interval)
            for number, start, end, strand in zip(
                *(c.tolist() for c in (found.number, found.start, found.end)),
                found.strand.tolist(),
                strict=True,
            ):
                sign = "+" if strand > 0 else "-"
                place = f"{view.interval.contig}\t{start + 1}\t{end}\t{sign}"
                name = models.gene_name(number)
                lines.append(f"{name}\t{place}\t{models.transcript_name(number)}")
        return "\n".join(lines) + "\n"

    def hit(self, point: QPointF, rect: QRectF, view: View) -> Hit | None:
        """Return the gene, and the exon, under the mouse."""
        layout, models = self.layout(view), self._workspace.annotation
        if layout is None or models is None:
            return None
        if isinstance(layout, Density):
            return self._hit_counted(layout, models, view.position(point.x()))
        index = layout.at(point.x(), point.y(), view)
        if index is None:
            return None
        found = self._placed(layout, index, view)
        gene = found.gene
        words = gene_words(gene, found.transcript, view.position(point.x()))
        return Hit(words, None, gene.interval, gene.name)

    def actions(self) -> Sequence[TrackAction]:
        """Return the way to keep these genes beside others."""
        if self._runner is None:
            return ()
        models = self._workspace.annotation
        title = "Show these genes in a track of their own"
        return (TrackAction(title, self._keep, enabled=models is not None),)

    def _keep(self) -> None:
        models, runner = self._workspace.annotation, self._runner
        if models is not None and runner is not None:
            opening = TrackOpening(self._workspace, runner)
            opening.open(TrackKind.FEATURES, models.path)

    def _hit_counted(
        self, density: Density, models: GeneModels, position: int
    ) -> Hit | None:
        where, count = density.bin_at(position)
        if not count:
            return None
        numbers = models.columns(where).number[:_NAMED_IN_DENSITY].tolist()
        names = ", ".join(dict.fromkeys(map(models.gene_name, numbers)))
        more = ", ..." if count > _NAMED_IN_DENSITY else ""
        noun = "gene" if self.style == CANONICAL else "transcript"
        many = f"{count:,} {noun}{'' if count == 1 else 's'}"
        return Hit(f"{many} in {where}: {names}{more}\nZoom in to see them.")

    def _placed(self, pile: Pile, index: int, view: View) -> Placed:
        models = self._workspace.annotation
        assert models is not None, "a pile of genes has gene models"
        number = int(pile.features.number[index])
        gene, transcript = models.owner(view.interval.contig, number)
        left, right = pile.features.start[index], pile.features.end[index]
        x = (view.x(int(left)), view.x(int(right)))
        return Placed(gene, transcript, int(pile.rows[index]), *x, pile.named)


TRACK = TrackEntry(
    key=GenesTrack.key,
    title=GenesTrack.title,
    order=20,
    factory=lambda sources: GenesTrack(sources.workspace, sources.runner),
)
