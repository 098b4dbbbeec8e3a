"""Regions of interest in the browser: shading behind the lanes, flags in the ruler."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor

from gfm_desktop.ui import theme
from gfm_desktop.ui.browser.drawing import faded, hairline, small

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtGui import QPainter

    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.ui.browser.panes import Pane
    from gfm_desktop.ui.browser.track import View
    from gfm_desktop.ui.palette import Palette
    from gfm_desktop.workspace.region_file import Region
    from gfm_desktop.workspace.regions import Regions

_MOST = 400
"""Regions of a view that are painted each; of more only so many, evenly chosen."""
_NARROWEST = 3.0
"""Pixels of a region that is narrower than that."""
_EDGED = 6.0
"""Pixels from which on a shading has edges."""
_PADDING = 4.0


class _Index:
    """The regions of one state of the list as arrays, contig by contig."""

    def __init__(self, regions: tuple[Region, ...]) -> None:
        self.regions = regions
        places: dict[str, list[int]] = {}
        for index, region in enumerate(regions):
            places.setdefault(region.interval.contig, []).append(index)
        self.spans: dict[str, NDArray[np.int64]] = {
            contig: np.array(
                [(i, regions[i].interval.start, regions[i].interval.end) for i in some],
                np.int64,
            )
            for contig, some in places.items()
        }

    def within(self, view: Interval) -> list[Region]:
        """Return the regions of a view, the widest first: narrow ones lie on top."""
        spans = self.spans.get(view.contig)
        if spans is None:
            return []
        index, start, end = spans.T
        found = index[(start < view.end) & (end > view.start)]
        if len(found) > _MOST:
            found = found[np.linspace(0, len(found) - 1, _MOST).astype(np.int64)]
        shown = [self.regions[i] for i in found.tolist()]
        return sorted(shown, key=lambda region: -len(region.interval))


_INDEXES: WeakKeyDictionary[Regions, _Index] = WeakKeyDictionary()


def regions_in(regions: Regions, view: Interval) -> list[Region]:
    """Return the regions of a view to paint, without looking at all others."""
    return _index(regions).within(view)


def colour_of(region: Region, palette: Palette) -> QColor:
    """Return a region's own colour, or the theme's."""
    return QColor(region.colour or palette.levels[1])


def paint_regions(regions: Regions, painter: QPainter, pane: Pane, box: QRectF) -> None:
    """Shade the regions of interest, behind a lane.

    Args:
        regions: The regions.
        painter: Where to paint.
        pane: Where the bases are.
        box: The lane's part of the pane, in pixels of the canvas.
    """
    palette = theme.current()
    view, _ = pane.view()
    for region in regions_in(regions, view.interval):
        left, right = _sides(pane.x_of(region.interval.start), region, pane.scale)
        area = QRectF(left, box.top(), right - left, box.height()).intersected(box)
        colour = colour_of(region, palette)
        painter.fillRect(area, faded(colour, 0.13))
        if right - left >= _EDGED:
            painter.setPen(hairline(faded(colour, 0.45)))
            painter.drawLines(
                [
                    QLineF(x, box.top(), x, box.bottom())
                    for x in (round(left) + 0.5, round(right) - 0.5)
                    if box.left() <= x <= box.right()
                ]
            )


def paint_flags(
    painter: QPainter, rect: QRectF, view: View, regions: Regions, band: QRectF
) -> None:
    """Paint a plate a region with its name, between overview and ticks.

    Args:
        painter: Where to paint.
        rect: The visible part of the ruler.
        view: What is on screen.
        regions: The regions.
        band: Top and bottom of the plates.
    """
    shown = regions_in(regions, view.interval)
    if not shown:
        return
    painter.save()
    painter.setFont(small(painter.font(), 0.94))
    metrics = painter.fontMetrics()
    painter.setPen(Qt.PenStyle.NoPen)
    plates = []
    for region in shown:
        x = view.x(region.interval.start)
        left, right = _sides(x, region, view.scale)
        plate = QRectF(left, band.top(), right - left, band.height())
        painter.setBrush(faded(colour_of(region, view.palette), 0.30))
        painter.drawRoundedRect(plate, 2, 2)
        painter.setBrush(colour_of(region, view.palette))
        painter.drawRect(QRectF(left, band.bottom() - 2, right - left, 2))
        plates.append((max(left, rect.left()), min(right, rect.right()), region))
    painter.setPen(QColor(view.palette.text))
    free = -np.inf
    plates.sort(key=lambda plate: plate[:2])
    following = [left for left, _, _ in plates[1:]] + [np.inf]
    for (left, right, region), after in zip(plates, following, strict=True):
        width = metrics.horizontalAdvance(region.name) + 2 * _PADDING
        inside = right - left >= width
        begin = left if inside else right
        # Beside its plate a name must not stand on the next one.
        room = rect.right() if inside else min(rect.right(), after)
        if not region.name or begin < free or begin + width > room:
            continue
        place = QRectF(begin + _PADDING, band.top(), width, band.height() - 1)
        where = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(place, int(where), region.name)
        free = begin + width
    painter.restore()


def paint_on_overview(
    painter: QPainter, bar: QRectF, view: View, regions: Regions, length: int
) -> None:
    """Mark the contig's regions on the overview bar.

    Args:
        painter: Where to paint.
        bar: The bar, which shows the whole contig.
        view: What is on screen.
        regions: The regions.
        length: bp of the contig.
    """
    spans = _index(regions).spans.get(view.interval.contig)
    if spans is None:
        return
    per_base = bar.width() / max(1, length)
    pixel = np.floor(spans[:, 1] * per_base).astype(np.int64)
    # One mark a pixel is all that can be seen.
    _, first = np.unique(pixel, return_index=True)
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    for index, start, end in spans[first].tolist():
        width = max(2.0, (end - start) * per_base)
        left = min(bar.left() + start * per_base, bar.right() - width)
        painter.setBrush(colour_of(regions.all[index], view.palette))
        painter.drawRect(QRectF(left, bar.top(), width, bar.height()))
    painter.restore()


def region_at(regions: Regions, view: View, point: QPointF) -> Region | None:
    """Return the region under a pixel, also where it is drawn wider than it is."""
    reach = _NARROWEST / view.scale / 2
    middle = view.interval.start + point.x() / view.scale
    near = [
        region
        for region in regions_in(regions, view.interval)
        if region.interval.start - reach <= middle <= region.interval.end + reach
    ]
    return near[-1] if near else None


def words_of(region: Region) -> str:
    """Return a region in a few lines: name, place, note."""
    lines = [region.name, str(region.interval), region.note]
    return "\n".join(line for line in lines if line)


def _sides(left: float, region: Region, scale: float) -> tuple[float, float]:
    """Return both sides in pixels, apart enough to be seen."""
    width = len(region.interval) * scale
    more = max(0.0, _NARROWEST - width) / 2
    return left - more, left + width + more


def _index(regions: Regions) -> _Index:
    found = _INDEXES.get(regions)
    if found is None or found.regions is not regions.all:
        found = _INDEXES[regions] = _Index(regions.all)
    return found
