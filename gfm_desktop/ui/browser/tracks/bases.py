"""Which bases a language model expects: logos of REF, ALT and the change; entropy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor

from gfm_desktop.tracks.base_fit import WHERE
from gfm_desktop.tracks.base_probability import ENTROPY
from gfm_desktop.ui.browser import base_words, curves, logo_paint, logos, signals
from gfm_desktop.ui.browser.drawing import chip, hint, small
from gfm_desktop.ui.browser.logos import COLOURS_FROM, MOST_BITS
from gfm_desktop.ui.browser.predicted_track import FOLDED, PredictedTrack
from gfm_desktop.ui.browser.reduction import runs
from gfm_desktop.ui.browser.scale import MINUS
from gfm_desktop.ui.browser.signals import Pane
from gfm_desktop.ui.browser.track import AxisMark, Hit, TrackEntry
from gfm_desktop.ui.theme import scale_of
from gfm_desktop.workspace.prediction_state import Stage

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtGui import QPainter

    from gfm_desktop.ui.browser.logos import LogoPane, Stack
    from gfm_desktop.ui.browser.track import View
    from gfm_desktop.workspace.prediction_region import Region
    from gfm_desktop.workspace.predictions import Predictions
    from gfm_desktop.workspace.workspace import Workspace

_STRETCH = 200
_LEAST_BITS = 0.5
_LEAST_CHANGE = 0.1
_LIMITS_KEPT = 12


class BasesTrack(PredictedTrack):
    """Logos of the bases that a language model expects, and how sure it is."""

    key = "bases"
    title = "Expected bases"

    def __init__(self, workspace: Workspace, predictions: Predictions) -> None:
        """Draw what `predictions` has; nothing is asked for here."""
        self.stretch = _STRETCH
        super().__init__(workspace, predictions)
        self._stacks: tuple[Region, dict[str, Stack]] | None = None
        self._limits: dict[int, tuple[Region, tuple[float, float]]] = {}

    def height(self, view: View) -> int:
        """Return room for the panes, or for a sentence where nothing is drawn."""
        folded = not self._drawable(view)
        # The canvas asks for the height first: one sentence needs no spare room.
        self.stretch = 0 if folded else _STRETCH
        if folded:
            return round(FOLDED * scale_of())
        return logos.height_of(self._names(view))

    def axis(self, rect: QRectF, view: View) -> list[AxisMark]:
        """Return the name of each pane, and its scale with the unit."""
        marks = []
        for pane in self.panes(rect, view):
            marks.append(
                AxisMark((pane.top + pane.bottom) / 2, _TITLES[pane.name], True)
            )
            high, low = f"{pane.high:g}", f"{pane.low:g}".replace("-", MINUS)
            top = f"+{high}" if pane.name == "change" else high
            marks += [AxisMark(pane.top, top), AxisMark(pane.bottom, low)]
        return marks

    def data(self, view: View) -> str:
        """Return the probabilities of every predicted base on screen."""
        if not self._drawable(view):
            return ""
        return base_words.table(self._region(view))

    def paint(self, painter: QPainter, rect: QRectF, view: View) -> None:
        """Paint the logos, or in words why there is nothing yet."""
        if self._blank or self._says_only(view):
            return  # The sentence is held on screen: see `paint_pinned`.
        words, bad = self._sentence(view)
        painter.setFont(small(painter.font(), 0.84))
        region, shown = self._region(view), self.panes(rect, view)
        for pane in shown:
            logo_paint.paint_axis(painter, rect, pane, view)
            self._paint_missing(painter, pane, view)
            if pane.name in ("alt", "change") and region.alt is None:
                continue  # The variant lies in the locus beside this one.
            if pane.name == "entropy":
                self._paint_entropy(painter, pane, view)
            elif view.scale >= COLOURS_FROM:
                stack = self._stack(region, pane.name)
                logo_paint.paint_stack(painter, pane, view, stack)
            else:
                self._paint_far(painter, pane, view)
            if pane.name in ("ref", "alt"):
                colour = view.palette.ref if pane.name == "ref" else view.palette.alt
                logo_paint.paint_stripe(painter, rect, pane, colour)
        self._paint_gaps(painter, rect, view, words, bad=bad)
        if region.known.any():
            self._paint_legend(painter, rect, view)

    def hit(self, point: QPointF, rect: QRectF, view: View) -> Hit | None:
        """Read the probabilities under the mouse, or why there are none."""
        if not self._drawable(view):
            return None
        region = self._region(view)
        at = min(max(0, int(point.x() / view.scale)), len(view.interval) - 1)
        if not region.known[at]:
            return None
        genome = self._workspace.genome
        position = view.interval.start + at
        base = ""
        if genome is not None:
            base = genome.fetch(view.interval.contig, position, position + 1)
        return Hit(base_words.reading(region, at, base), name=base)

    def panes(self, rect: QRectF, view: View) -> list[LogoPane]:
        """Return the parts of the lane; none where nothing is drawn."""
        if not self._drawable(view):
            return []
        regions = map(self._region_of, self._beside(view))
        limits = [self._limits_of(region) for region in regions]
        bits, change = (max(some) for some in zip(*limits, strict=True))
        return logos.panes(self._names(view), rect.height(), bits, change)

    def legend(self, view: View) -> list[tuple[str, str]]:
        """Return what the legend says: texts, each with its colour's name or none."""
        region = self._region(view)
        parts = [(region.how, "")] if region.how else []
        parts += [(base_words.short(note), "") for note in region.notes[:1]]
        parts.append(("REF", "ref"))
        if region.variant is not None:
            parts.append((f"ALT {base_words.alleles(region.variant)}", "alt"))
        state = self._predictions.overlay_state()
        match state.stage:
            case Stage.WAITING:
                parts.append(("ALT: predicting", ""))
            case Stage.FAILED:
                parts.append((base_words.short(f"ALT failed: {state.message}"), ""))
            case Stage.IDLE if state.message:
                parts.append((base_words.short(state.message), ""))
        return parts

    def _limits_of(self, region: Region) -> tuple[float, float]:
        """Return where the axes of information and of change end: once a region."""
        known = self._limits.get(id(region))
        if known is not None and known[0] is region:
            return known[1]
        bits, change = logos.information(region.ref), np.zeros(0)
        if region.alt is not None:
            bits = np.concatenate([bits, logos.information(region.alt)])
            stack = logos.difference(region.ref, region.alt)
            change = np.concatenate([stack.low.ravel(), stack.high.ravel()])
        found = (
            logos.limit(bits, _LEAST_BITS),
            logos.limit(change, _LEAST_CHANGE),
        )
        if len(self._limits) >= _LIMITS_KEPT:
            self._limits.clear()
        self._limits[id(region)] = (region, found)
        return found

    def _names(self, view: View) -> list[str]:
        places = map(self._region_of, self._beside(view))
        if all(region.alt is None for region in places):
            return ["ref", "entropy"]
        return ["ref", "alt", "change", "entropy"]

    def _stack(self, region: Region, name: str) -> Stack:
        """Return the letters of a pane: reckoned once a region."""
        if self._stacks is None or self._stacks[0] is not region:
            self._stacks = (region, {})
        known = self._stacks[1]
        if name not in known:
            alt = region.ref if region.alt is None else region.alt
            if name == "change":
                known[name] = logos.difference(region.ref, alt)
            else:
                known[name] = logos.logo(region.ref if name == "ref" else alt)
        return known[name]

    def _paint_far(self, painter: QPainter, pane: LogoPane, view: View) -> None:
        region = self._region(view)
        if pane.name == "change":
            hint(painter, _box(pane, view), "Zoom in to see the change", view)
            return
        chosen = region.alt if pane.name == "alt" and region.alt else region.ref
        logo_paint.paint_information(painter, pane, view, logos.information(chosen))

    def _paint_entropy(self, painter: QPainter, pane: LogoPane, view: View) -> None:
        """Paint REF as an area, ALT over it, and the change filled."""
        region = self._region(view)
        ref = region.ref[ENTROPY] / MOST_BITS
        alt = None if region.alt is None else region.alt[ENTROPY] / MOST_BITS
        plain = Pane("entropy", "+", zero=pane.bottom, one=pane.top)
        drawing = signals.drawing(view, ref, alt)
        curves.paint_ref(painter, plain, view, drawing)
        curves.paint_alt(painter, plain, view, drawing)

    def _paint_missing(self, painter: QPainter, pane: LogoPane, view: View) -> None:
        """Hatch the bases of which the model tells nothing."""
        for first, end in runs(self._untold(pane, view)):
            left, width = first * view.scale, (end - first) * view.scale
            area = QRectF(left, pane.top, width, pane.bottom - pane.top)
            curves.paint_gap(painter, area, "", view, bad=False)

    def _untold(self, pane: LogoPane, view: View) -> NDArray[np.bool_]:
        region = self._region(view)
        absent = region.known & np.isnan(region.ref[ENTROPY])
        if pane.name in ("alt", "change") and region.alt is not None:
            absent = np.isnan(region.alt[ENTROPY]) & region.known
        return absent

    def _paint_legend(self, painter: QPainter, rect: QRectF, view: View) -> None:
        palette = view.palette
        tints = {"ref": QColor(palette.ref), "alt": QColor(palette.alt)}
        parts = [(text, tints.get(tint)) for text, tint in self.legend(view)]
        chip(painter, QPointF(rect.right() - 6, 0), parts, palette)


_TITLES = {
    "ref": "REF logo, bits",
    "alt": "ALT logo, bits",
    "change": f"ALT {MINUS} REF",
    "entropy": "Entropy, bits",
}


def _box(pane: LogoPane, view: View) -> QRectF:
    return QRectF(0, pane.top, view.width, pane.bottom - pane.top)


TRACK = TrackEntry(
    key=BasesTrack.key,
    title=BasesTrack.title,
    order=50,
    factory=lambda sources: BasesTrack(sources.workspace, sources.predicted.of(WHERE)),
)
