"""What a fine-tuned model predicts: a pane for each class, REF and ALT over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor

from gfm_desktop.tracks import finetuned_prediction
from gfm_desktop.ui.browser import base_words, curves, signal_scale, signals
from gfm_desktop.ui.browser.change_labels import paint_changes
from gfm_desktop.ui.browser.drawing import chip, faded, small
from gfm_desktop.ui.browser.predicted_track import FOLDED, PredictedTrack
from gfm_desktop.ui.browser.reduction import runs
from gfm_desktop.ui.browser.scale import MINUS, signed
from gfm_desktop.ui.browser.signal_scale import Extent, ScaleGroups, groups_of
from gfm_desktop.ui.browser.signals import Pane
from gfm_desktop.ui.browser.track import AxisMark, Hit, TrackEntry
from gfm_desktop.ui.theme import scale_of
from gfm_desktop.workspace.prediction_state import Stage

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtGui import QPainter

    from gfm_desktop.ui.browser.track import View
    from gfm_desktop.workspace.prediction_region import Region
    from gfm_desktop.workspace.predictions import Predictions
    from gfm_desktop.workspace.workspace import Workspace

    Values = NDArray[np.float32]

MOST_PANES = 6
"""Of a model with more classes, those whose values reach highest are shown."""
_STRETCH = 120
_LEGEND = 16
_LOWEST_PANE = 40
_BETWEEN = 15


class FineTunedTrack(PredictedTrack):
    """One line for each class, label or value of a fine-tuned model."""

    key = "finetuned"
    title = "Fine-tuned"
    scaled = True

    def __init__(
        self,
        workspace: Workspace,
        predictions: Predictions,
        groups: ScaleGroups | None = None,
    ) -> None:
        """Draw what `predictions` has; nothing is asked for here.

        Args:
            workspace: What is open.
            predictions: Where the arrays come from.
            groups: The browser's lanes that may share their scale; its own where None.
        """
        self.stretch = _STRETCH
        super().__init__(workspace, predictions)
        self._groups = groups or ScaleGroups(workspace.lanes)
        self._groups.join(self)
        self._ends_shown: tuple[float, float] | None = None

    def extent(self, view: View) -> Extent | None:
        """Return the ends of the model's own scale; None where nothing is drawn."""
        return Extent(*limits(self._region(view))) if self._drawable(view) else None

    def stamp(self) -> object:
        """Return what the picture depends on: the last news, the look and the scale."""
        return super().stamp(), self._workspace.lanes.looks, self._ends_shown

    def height(self, view: View) -> int:
        """Return room for the panes; none where there is no such model at all."""
        folded = not self._drawable(view)
        self.stretch = 0 if folded else _STRETCH
        if not self._predictions.model.available:
            return 0
        panes = 0 if folded else len(self.shown(view))
        if not panes:
            self.stretch = 0
            return round(FOLDED * scale_of())
        return round((_LEGEND + panes * (_LOWEST_PANE + _BETWEEN)) * scale_of())

    def shown(self, view: View) -> list[str]:
        """Return the keys of the signals that have a pane."""
        region = self._region(view)
        if len(region.ref) <= MOST_PANES:
            return list(region.ref)
        highest = {
            name: float(np.nanmax(v, initial=-np.inf)) for name, v in region.ref.items()
        }
        chosen = sorted(highest, key=lambda name: -highest[name])[:MOST_PANES]
        return [name for name in region.ref if name in chosen]

    def axis(self, rect: QRectF, view: View) -> list[AxisMark]:
        """Return the name of each pane, and its scale."""
        if not self._drawable(view):
            return []
        region = self._region(view)
        low, high = self._ends(view)
        marks = []
        for name, pane in self.panes(rect, view):
            title = region.titles.get(name, name)
            marks.append(AxisMark(pane.y(0.5), title, strong=True))
            ends = ((pane.one, high), (pane.zero, low))
            marks += [AxisMark(y, f"{v:.3g}".replace("-", MINUS)) for y, v in ends]
        return marks

    def data(self, view: View) -> str:
        """Return REF and ALT of every predicted base on screen."""
        if not self._drawable(view):
            return ""
        region = self._region(view)
        lines = ["contig\tposition\tsignal\tref\talt"]
        for name, ref in region.ref.items():
            alt = None if region.alt is None else region.alt[name]
            for at in np.flatnonzero(np.isfinite(ref)).tolist():
                other = "" if alt is None or np.isnan(alt[at]) else f"{alt[at]:.5g}"
                place = f"{view.interval.contig}\t{view.interval.start + at + 1}"
                title = region.titles.get(name, name)
                lines.append(f"{place}\t{title}\t{ref[at]:.5g}\t{other}")
        return "\n".join(lines) + "\n"

    def paint(self, painter: QPainter, rect: QRectF, view: View) -> None:
        """Paint the lines, or in words why there is nothing yet."""
        if self._blank or self._says_only(view):
            return  # The sentence is held on screen: see `paint_pinned`.
        words, bad = self._sentence(view)
        painter.setFont(small(painter.font(), 0.84))
        region, ends = self._region(view), self._ends(view)
        for name, pane in self.panes(rect, view):
            curves.paint_frame(painter, rect, pane, view)
            drawing = signals.drawing(view, *self._scaled(region, name, ends))
            self._paint_missing(painter, region, name, pane, view)
            curves.paint_ref(painter, pane, view, drawing)
            curves.paint_alt(painter, pane, view, drawing)
            if region.limits == ends == (0.0, 1.0):
                paint_changes(painter, rect, pane, view, drawing)
        self._paint_gaps(painter, rect, view, words, bad=bad)
        if region.known.any():
            self._paint_legend(painter, rect, view)

    def _says_only(self, view: View) -> bool:
        return not self._drawable(view) or not self.shown(view)

    def hit(self, point: QPointF, rect: QRectF, view: View) -> Hit | None:
        """Read every class under the mouse, or why there is nothing."""
        if not self._drawable(view):
            return None
        region = self._region(view)
        at = min(max(0, int(point.x() / view.scale)), len(view.interval) - 1)
        if not region.known[at]:
            return None
        position = view.interval.start + at
        lines = [f"{view.interval.contig}:{position + 1:,}"]
        for name, ref in region.ref.items():
            if np.isnan(ref[at]):
                continue
            line = f"{region.titles.get(name, name)}  REF {ref[at]:.3f}"
            alt = None if region.alt is None else region.alt[name][at]
            if alt is not None and not np.isnan(alt):
                line += f"  ALT {alt:.3f}  ({signed(float(alt - ref[at]))})"
            lines.append(line)
        if reason := region.reason(position, alt=region.alt is not None):
            lines.append(reason[:1].upper() + reason[1:])
        return Hit("\n".join(lines))

    def panes(self, rect: QRectF, view: View) -> list[tuple[str, Pane]]:
        """Return the signals on show with their parts of the lane, from the top."""
        names = self.shown(view)
        legend, between = _LEGEND * scale_of(), _BETWEEN * scale_of()
        pitch = (rect.height() - legend) / max(1, len(names))
        return [
            (
                name,
                Pane(
                    name,
                    "+",
                    zero=legend + (number + 1) * pitch - between / 2,
                    one=legend + number * pitch + between / 2,
                ),
            )
            for number, name in enumerate(names)
        ]

    def legend(self, view: View) -> list[tuple[str, str]]:
        """Return what the legend says: texts, each with its colour's name or none."""
        region = self._region(view)
        parts = [(text, "") for text in (region.how, region.units) if text]
        parts += [(base_words.short(note), "") for note in region.notes[:1]]
        parts.append(("REF", "ref"))
        if region.variant is not None:
            name = f"ALT {base_words.alleles(region.variant)}"
            parts += [(name, "alt"), ("gain", "gain"), ("loss", "loss")]
        state = self._predictions.overlay_state()
        if state.stage is Stage.FAILED:
            parts.append((base_words.short(f"ALT failed: {state.message}"), ""))
        elif state.stage is Stage.WAITING:
            parts.append(("ALT: predicting", ""))
        return parts

    def _ends(self, view: View) -> tuple[float, float]:
        """Return the ends of the axis: the model's own, unless the user set others."""
        look = self._workspace.lanes.look(self.key)
        if look.low is None and look.high is None and not look.group:
            self._ends_shown = limits(self._region(view))
        else:
            found = signal_scale.ends(self._groups.extent(self, view), look)
            self._ends_shown = (found.low, found.high)
        return self._ends_shown

    def _scaled(
        self, region: Region, name: str, ends: tuple[float, float]
    ) -> tuple[Values, Values | None]:
        """Return REF and ALT as shares of the axis, 0 at its foot; inside of it."""
        low, high = ends
        ref = np.clip((region.ref[name] - low) / (high - low), 0.0, 1.0)
        if region.alt is None:
            return ref, None
        return ref, np.clip((region.alt[name] - low) / (high - low), 0.0, 1.0)

    def _paint_missing(
        self, painter: QPainter, region: Region, name: str, pane: Pane, view: View
    ) -> None:
        for first, end in runs(region.known & np.isnan(region.ref[name])):
            left, width = first * view.scale, (end - first) * view.scale
            area = QRectF(left, pane.one, width, pane.zero - pane.one)
            curves.paint_gap(painter, area, "", view, bad=False)

    def _paint_legend(self, painter: QPainter, rect: QRectF, view: View) -> None:
        palette = view.palette
        tints = {
            "ref": QColor(palette.ref),
            "alt": QColor(palette.alt),
            "gain": faded(palette.gain, 0.65),
            "loss": faded(palette.loss, 0.65),
        }
        parts = [(text, tints.get(tint)) for text, tint in self.legend(view)]
        chip(painter, QPointF(rect.right() - 6, 0), parts, palette)


def limits(region: Region) -> tuple[float, float]:
    """Return the ends of the axis: those of the values, or of what is on screen."""
    if region.limits is not None:
        return region.limits
    every = [*region.ref.values(), *(region.alt or {}).values()]
    known = [v[np.isfinite(v)] for v in every]
    found = np.concatenate([*known, np.zeros(1, np.float32)])
    low, high = float(found.min()), float(found.max())
    return (low, high) if high > low else (low, low + 1.0)


TRACK = TrackEntry(
    key=FineTunedTrack.key,
    title=FineTunedTrack.title,
    order=60,
    factory=lambda sources: FineTunedTrack(
        sources.workspace,
        sources.predicted.of(finetuned_prediction.TRACK.name),
        groups_of(sources),
    ),
)
