"""Predicted splice sites: REF and ALT over each other, gain and loss filled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor

from gfm_desktop.ui.browser import curves, signals
from gfm_desktop.ui.browser.change_labels import paint_changes
from gfm_desktop.ui.browser.drawing import chip, faded, hint, small
from gfm_desktop.ui.browser.predicted_track import FOLDED, PredictedTrack
from gfm_desktop.ui.browser.scale import MINUS, signed
from gfm_desktop.ui.browser.track import AxisMark, Hit, TrackEntry
from gfm_desktop.ui.theme import scale_of
from gfm_desktop.workspace.prediction_model import FIRST
from gfm_desktop.workspace.prediction_state import Stage

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtGui import QPainter

    from gfm_desktop.genome.variant import Variant
    from gfm_desktop.ui.browser.signals import Drawing, Pane, Step
    from gfm_desktop.ui.browser.track import View
    from gfm_desktop.workspace.prediction_region import Region
    from gfm_desktop.workspace.predictions import Predictions
    from gfm_desktop.workspace.workspace import Workspace

_STRETCH = 240
_MOST_GENES = 3
_SHORT_ALLELE = 8
_LONGEST = 90


class SpliceTrack(PredictedTrack):
    """Acceptor and donor, each in its own pane on every strand that has genes."""

    key = "splice"
    title = "Splice sites"

    def __init__(self, workspace: Workspace, predictions: Predictions) -> None:
        """Draw what `predictions` has; nothing is asked for here."""
        self.stretch = _STRETCH
        super().__init__(workspace, predictions)
        self._drawings: dict[str, tuple[Region, float, Drawing]] = {}

    def height(self, view: View) -> int:
        """Return room for the panes, or for a sentence where nothing is drawn."""
        # Whole chromosomes have thousands of genes: asked only where one is drawn.
        strands = self.strands(view) if self._drawable(view) else []
        folded = not strands
        # The canvas asks for the height first: one sentence needs no spare room.
        self.stretch = 0 if folded else _STRETCH
        if folded:
            return round(FOLDED * scale_of())
        return signals.height_of(strands)

    def vacant(self, view: View) -> bool:
        """Tell whether nothing of the view is predicted, or no gene is there."""
        return super().vacant(view) or not self.strands(view)

    def strands(self, view: View) -> list[str]:
        """Return the strands with genes on screen; both where none are open.

        Of all loci side by side: every pane has the same rows.
        """
        models = self._workspace.annotation
        if models is None:
            return ["+", "-"]
        places = self._beside(view)
        found = {gene.strand for at in places for gene in models.overlapping(at)}
        return [strand for strand in ("+", "-") if strand in found]

    def values(
        self, view: View, pane: Pane
    ) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
        """Return REF and ALT over the view, one value a base, NaN where unknown."""
        region = self._region(view)
        alt = None if region.alt is None else region.alt[pane.name]
        return region.ref[pane.name], alt

    def curve(self, view: View, values: NDArray[np.float32]) -> list[Step]:
        """Return the steps of a signal in pixels; see `signals.curve`."""
        return signals.curve(view, values)

    def axis(self, rect: QRectF, view: View) -> list[AxisMark]:
        """Return the name of each pane, and its scale."""
        marks = []
        for pane in self._panes(rect, view):
            title = f"{pane.signal.capitalize()} {_sign(pane.strand)}"
            marks.append(AxisMark(pane.y(0.5), title, strong=True))
            marks += [AxisMark(pane.one, "1"), AxisMark(pane.zero, "0")]
        return marks

    def data(self, view: View) -> str:
        """Return REF and ALT of every predicted base on screen."""
        if not self._drawable(view):
            return ""
        lines = ["contig\tposition\tsignal\tstrand\tref\talt"]
        for pane in signals.panes(self.strands(view), 1.0):
            ref, alt = self.values(view, pane)
            for at in np.flatnonzero(~np.isnan(ref)).tolist():
                place = f"{view.interval.contig}\t{view.interval.start + at + 1}"
                other = "" if alt is None or np.isnan(alt[at]) else f"{alt[at]:.4f}"
                values = f"{ref[at]:.4f}\t{other}"
                lines.append(f"{place}\t{pane.signal}\t{pane.strand}\t{values}")
        return "\n".join(lines) + "\n"

    def paint(self, painter: QPainter, rect: QRectF, view: View) -> None:
        """Paint both alleles, or in words why there is nothing yet."""
        if self._blank or self._says_only(view):
            return  # The sentence is held on screen: see `paint_pinned`.
        words, bad = self._sentence(view)
        shown = self._panes(rect, view)
        if not shown:
            hint(painter, rect, "No gene here: nothing to predict", view)
            return
        painter.setFont(small(painter.font(), 0.84))
        for pane in shown:
            curves.paint_frame(painter, rect, pane, view)
        region = self._region(view)
        self._paint_gaps(painter, rect, view, words, bad=bad)
        drawn = [(pane, self._drawing(view, pane)) for pane in shown]
        for pane, drawing in drawn:
            curves.paint_ref(painter, pane, view, drawing)
            curves.paint_alt(painter, pane, view, drawing)
        for pane, drawing in drawn:
            paint_changes(painter, rect, pane, view, drawing)
        if region.known.any():
            self._paint_legend(painter, rect, view)

    def hit(self, point: QPointF, rect: QRectF, view: View) -> Hit | None:
        """Read the values under the mouse; the highest REF or ALT of the pixel."""
        shown = self._panes(rect, view)
        if not shown:
            return None
        pane = min(shown, key=lambda p: abs((p.zero + p.one) / 2 - point.y()))
        ref, alt = self.values(view, pane)
        first = min(max(0, int(point.x() / view.scale)), len(ref) - 1)
        end = max(first + 1, min(len(ref), int((point.x() + 1) / view.scale)))
        pixel = ref[first:end] if alt is None else np.fmax(ref, alt)[first:end]
        if np.isnan(pixel).all():
            return None
        at = first + int(np.nanargmax(pixel))
        place = f"{view.interval.contig}:{view.interval.start + at + 1:,}"
        lines = [f"{pane.signal.capitalize()}, {_sign(pane.strand)} strand, {place}"]
        if not np.isnan(ref[at]):
            lines.append(f"REF {ref[at]:.3f}")
        if alt is not None and not np.isnan(alt[at]):
            lines.append(f"ALT {alt[at]:.3f}  ({signed(float(alt[at] - ref[at]))})")
        return Hit("\n".join(lines), name=pane.name)

    def _panes(self, rect: QRectF, view: View) -> list[Pane]:
        if not self._drawable(view):
            return []
        return signals.panes(self.strands(view), rect.height())

    @property
    def _widest(self) -> int:
        return signals.WIDEST

    def _drawing(self, view: View, pane: Pane) -> Drawing:
        """Return what a pane shows: reckoned once a view, not once a paint."""
        region = self._region(view)
        known = self._drawings.get(pane.name)
        if known is not None and known[0] is region and known[1] == view.width:
            return known[2]
        drawing = signals.drawing(view, *self.values(view, pane))
        self._drawings[pane.name] = (region, view.width, drawing)
        return drawing

    def legend(self, view: View) -> list[tuple[str, str]]:
        """Return what the legend says: texts, each with its colour's name or none.

        Genes with their strands, the alleles, and how ALT's prediction stands.
        """
        parts = [(text, "") for text in self._genes(view)]
        parts.append(("REF", "ref"))
        variant = self._region(view).variant
        if variant is not None:
            place = f"{variant.position:,} {_alleles(variant)}"
            parts += [(f"ALT {place}", "alt"), ("gain", "gain"), ("loss", "loss")]
        state = self._predictions.overlay_state()
        match state.stage:
            case Stage.WAITING:
                parts.append(("ALT: predicting", ""))
            case Stage.FAILED:
                parts.append((_short(f"ALT failed: {state.message}"), ""))
            case Stage.IDLE if state.message:
                parts.append((_short(state.message), ""))
        return parts

    def _genes(self, view: View) -> list[str]:
        """Return the genes on screen with their strands, in one text, or none."""
        models = self._workspace.annotation
        if models is None:
            return ["no gene models: both strands"]
        genes = models.overlapping(view.interval)
        names = [f"{gene.name} ({_sign(gene.strand)})" for gene in genes]
        if len(names) > _MOST_GENES:
            names[_MOST_GENES:] = [f"{len(names) - _MOST_GENES} more"]
        return [", ".join(names)] if names else []

    def _paint_legend(self, painter: QPainter, rect: QRectF, view: View) -> None:
        palette = view.palette
        tints: dict[str, QColor | None] = {
            "": None,
            "ref": QColor(palette.ref),
            "alt": QColor(palette.alt),
            "gain": faded(palette.gain, 0.65),
            "loss": faded(palette.loss, 0.65),
        }
        parts = [(text, tints[tint]) for text, tint in self.legend(view)]
        chip(painter, QPointF(rect.right() - 6, 0), parts, palette)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1].rstrip()}…"


def _alleles(variant: Variant) -> str:
    ref, alt = (
        allele if len(allele) <= _SHORT_ALLELE else f"{len(allele):,} bp"
        for allele in (variant.ref, variant.alt)
    )
    return f"{ref}>{alt}"


def _sign(strand: str) -> str:
    return "+" if strand == "+" else MINUS


TRACK = TrackEntry(
    key=SpliceTrack.key,
    title=SpliceTrack.title,
    order=40,
    factory=lambda sources: SpliceTrack(sources.workspace, sources.predicted.of(FIRST)),
)
