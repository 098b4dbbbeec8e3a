"""Where we are: the contig with the view's box, and ticks with positions."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor

from gfm_desktop.genome.interval import Interval
from gfm_desktop.ui.browser.drawing import faded, hairline, small
from gfm_desktop.ui.browser.region_paint import (
    paint_flags,
    paint_on_overview,
    region_at,
    words_of,
)
from gfm_desktop.ui.browser.scale import round_step, span_label, tick_label
from gfm_desktop.ui.browser.still_text import still_text
from gfm_desktop.ui.browser.track import Hit, PlainTrack
from gfm_desktop.ui.theme import scale_of

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from gfm_desktop.ui.browser.track import View
    from gfm_desktop.workspace.workspace import Workspace

OVERVIEW = 26
"""Height of the overview bar in pixels; the ticks lie below it."""
_TICKS = 40
_LABELS = 25
"""Height of the ticks and their labels; regions of interest lie above them."""
_BAR = QRectF(0, 9, 0, 10)
_NARROWEST_BOX = 6.0


class Tick(NamedTuple):
    """One mark of the ruler.

    Attributes:
        x: Pixel of the middle of its base.
        position: 0-based base.
        label: What it says; empty for a minor mark.
    """

    x: float
    position: int
    label: str


class RulerTrack(PlainTrack):
    """Overview bar above, ticks below. Dragging on it selects a region."""

    key = "ruler"
    title = "Position"

    def __init__(self, workspace: Workspace) -> None:
        """Show where the workspace's locus lies on its contig."""
        self._workspace = workspace

    def height(self, view: View) -> int:
        """Return room for the overview and a line of labels."""
        return OVERVIEW + round(_TICKS * scale_of())

    def contig_length(self, view: View) -> int:
        """Return the contig's length; the view's end where no genome is open."""
        genome = self._workspace.genome
        known = genome.contigs.get(view.interval.contig) if genome else None
        return known or view.interval.end

    def ticks(self, view: View, label_width: float = 110.0) -> list[Tick]:
        """Return major and minor ticks, at least `label_width` between the labels."""
        step = round_step(label_width / view.scale)
        minor = max(1, step // 5 if step % 5 == 0 else step // 2)
        # Ticks lie on round 1-based positions, as the labels say them.
        first = math.ceil((view.interval.start + 1) / minor) * minor
        return [
            Tick(
                view.x(number - 0.5),
                number - 1,
                tick_label(number, step) if number % step == 0 else "",
            )
            for number in range(first, view.interval.end + 1, minor)
        ]

    def box(self, view: View, bar: float) -> QRectF:
        """Return the view's box on a bar `bar` pixels wide, wide enough to be seen."""
        per_base = bar / max(1, self.contig_length(view))
        left = view.interval.start * per_base
        width = len(view.interval) * per_base
        if width < _NARROWEST_BOX:
            left -= (_NARROWEST_BOX - width) / 2
            width = _NARROWEST_BOX
        left = min(max(left, 0.0), bar - width)
        return QRectF(left, _BAR.top() - 4, width, _BAR.height() + 8)

    def locus_at(self, x: float, view: View, bar: float) -> Interval:
        """Return the view with its middle at pixel `x` of a bar `bar` pixels wide."""
        length = self.contig_length(view)
        size = len(view.interval)
        middle = int(x / bar * length)
        start = min(max(0, middle - size // 2), length - size)
        return Interval(view.interval.contig, start, start + size)

    def paint(self, painter: QPainter, rect: QRectF, view: View) -> None:
        """Paint bar, box and ticks."""
        painter.setFont(small(painter.font()))
        self._paint_overview(painter, rect, view)
        band = QRectF(0, OVERVIEW, 0, rect.bottom() - _LABELS * scale_of() - OVERVIEW)
        paint_flags(painter, rect, view, self._workspace.regions, band)
        palette = view.palette
        letters, tall = still_text(painter), painter.fontMetrics().height()
        base = rect.bottom() - 0.5
        # By its length: each number would have to be laid out for itself.
        sample = letters.width("8" * len(f"{view.interval.end:,}")) * 1.7
        majors: list[QLineF] = []
        minors: list[QLineF] = []
        painter.setPen(QColor(palette.muted))
        for tick in self.ticks(view, max(90.0, sample)):
            line = QLineF(tick.x, base - (8 if tick.label else 4), tick.x, base)
            (majors if tick.label else minors).append(line)
            if tick.label:
                width = letters.width(tick.label) + 4
                left = min(max(tick.x - width / 2, rect.left()), rect.right() - width)
                letters.write(painter, left + 2, base - 10 - tall, tick.label)
        painter.setPen(hairline(palette.muted))
        painter.drawLines(majors)
        painter.setPen(hairline(faded(palette.muted, 0.55)))
        painter.drawLines(minors)
        painter.drawLine(QLineF(rect.left(), base, rect.right(), base))

    def subtitle(self, view: View) -> str:
        """Return how much is on screen."""
        return span_label(len(view.interval))

    def hit(self, point: QPointF, rect: QRectF, view: View) -> Hit | None:
        """Say what a drag here does."""
        if point.y() < OVERVIEW:
            length = span_label(self.contig_length(view))
            text = f"{view.interval.contig}, {length}: click or drag to go there"
            return Hit(tooltip=text, name="overview")
        region = region_at(self._workspace.regions, view, point)
        if region is not None:
            words = f"{words_of(region)}\nDrag to select another region"
            return Hit(tooltip=words, interval=region.interval, name=region.name)
        return Hit(tooltip="Drag to select a region", name="ruler")

    def _paint_overview(self, painter: QPainter, rect: QRectF, view: View) -> None:
        palette = view.palette
        left, width = rect.left(), rect.width()
        bar = QRectF(left + 0.5, _BAR.top(), width - 1, _BAR.height())
        painter.setPen(hairline(palette.border))
        painter.setBrush(QColor(palette.grid))
        painter.drawRoundedRect(bar, 3, 3)
        length = self.contig_length(view)
        paint_on_overview(painter, bar, view, self._workspace.regions, length)
        painter.setPen(hairline(palette.accent, 1.5))
        painter.setBrush(faded(palette.accent, 0.28))
        box = self.box(view, width).translated(left, 0)
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        painter.setBrush(Qt.BrushStyle.NoBrush)
