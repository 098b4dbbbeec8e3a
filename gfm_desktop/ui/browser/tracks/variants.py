"""Variants as lollipops: height is the score, shape the kind; bars where crowded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainterPath, QPolygonF

from gfm_desktop.genome.status import DESCRIPTIONS
from gfm_desktop.genome.variant import VariantKind
from gfm_desktop.ui.browser.drawing import chip, faded, hairline, hint, small
from gfm_desktop.ui.browser.lollipops import (
    NOTABLE,
    Lollipop,
    Stand,
    counts,
    crowded,
    placed,
)
from gfm_desktop.ui.browser.track import AxisMark, Hit, PlainTrack, TrackEntry
from gfm_desktop.ui.theme import level_color

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtGui import QPainter

    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.ui.browser.marks import ContigMarks
    from gfm_desktop.ui.browser.track import View
    from gfm_desktop.ui.palette import Palette
    from gfm_desktop.workspace.variant_row import VariantMarks, VariantRow
    from gfm_desktop.workspace.workspace import Workspace

HEIGHT = 112
_RADIUS = 4.6
_REACH = 8.0
_BAR = 4
FOLDED = 28
MOST_COPIED = 20_000
_BAR_HEIGHT = 26.0
_CUTS = (0.2, 0.5, 0.8)
_LONGEST = 24


@dataclass(frozen=True, slots=True, eq=False)
class _Scene:
    """What one view shows: put together once a view, not once a paint."""

    interval: Interval
    width: float
    source: VariantMarks
    marks: VariantMarks
    counts: NDArray[np.int64] | None
    most: float


class VariantsTrack(PlainTrack):
    """Lollipops of the open variant file."""

    key = "variants"
    title = "Variants"
    stretch = 160

    def __init__(self, workspace: Workspace, marks: ContigMarks) -> None:
        """Draw `marks`; the workspace says which one is selected."""
        self._workspace = workspace
        self._marks = marks
        self._scene: _Scene | None = None
        self._placed: tuple[object, list[Lollipop]] | None = None

    def height(self, view: View) -> int:
        """Return the fixed height; one line where no variants are open."""
        return HEIGHT if self._workspace.table is not None else FOLDED

    def stand(self, height: float, most: float = 1.0) -> Stand:
        """Return the vertical measures of a lane of this height."""
        return Stand(ceiling=16.0, floor=height - 24.0, ground=height - 8.0, most=most)

    def lollipops(self, view: View, height: float = HEIGHT) -> list[Lollipop]:
        """Return the lollipops of a view; where crowded only the notable ones."""
        scene = self._seen(view)
        if scene is None:
            return []
        chosen = self._workspace.selection
        key = (scene, height, chosen)
        if self._placed is None or self._placed[0] != key:
            stand = self.stand(height, scene.most)
            self._placed = (key, placed(scene.marks, view, stand, chosen))
        return self._placed[1]

    def subtitle(self, view: View) -> str:
        """Return how many lie in the view."""
        scene = self._seen(view)
        return "" if scene is None else f"{scene.marks.total:,} in view"

    def axis(self, rect: QRectF, view: View) -> list[AxisMark]:
        """Return the score's scale: the published cut-offs where it ends at 1."""
        scene = self._seen(view)
        if scene is None:
            return []
        stand = self.stand(rect.height(), scene.most)
        values = (*_CUTS, 1.0) if scene.most == 1.0 else (scene.most,)
        return [AxisMark(stand.top(value), f"{value:.3g}") for value in values]

    def data(self, view: View) -> str:
        """Return the variants on screen, at most `MOST_COPIED`, as written."""
        scene = self._seen(view)
        if scene is None:
            return ""
        lines = ["chrom\tpos\tid\tref\talt\tgene\tscore\tstatus"]
        numbers = scene.marks.row[:MOST_COPIED].tolist()
        for row in self._marks.rows(numbers):
            score = "" if row.score is None else f"{row.score:.4f}"
            place = f"{row.chrom}\t{row.pos or ''}\t{row.id}\t{row.ref}\t{row.alt}"
            lines.append(f"{place}\t{row.gene}\t{score}\t{row.status}")
        return "\n".join(lines) + "\n"

    def paint(self, painter: QPainter, rect: QRectF, view: View) -> None:
        """Paint bars, stems and heads."""
        scene = self._seen(view)
        if scene is None:
            none = self._workspace.table is None
            words = "No variants are open" if none else "Reading variants"
            hint(painter, rect, words, view.palette)
            return
        painter.setFont(small(painter.font(), 0.8))
        stand = self.stand(rect.height(), scene.most)
        _paint_grid(painter, rect, view.palette, stand)
        if scene.counts is not None:
            _paint_bars(painter, view, scene.counts, stand)
        items = self.lollipops(view, rect.height())
        if not items and not scene.marks.total:
            hint(painter, rect, "No variant here", view.palette)
        _paint_stems(painter, items, stand, view.palette)
        _paint_refused(painter, items, stand, view.palette)
        for item in items:
            if not item.refused:
                _paint_head(painter, item, stand, view.palette)
        self._paint_ring(painter, rect, items, stand, view.palette)
        if scene.counts is not None:
            words = f"bars: how many; lollipops: scores from {NOTABLE:g}"
            corner = QPointF(rect.right() - 6, 0)
            chip(painter, corner, [(words, None)], view.palette)

    def hit(self, point: QPointF, rect: QRectF, view: View) -> Hit | None:
        """Return the variant whose head is nearest to the mouse."""
        scene = self._seen(view)
        if scene is None:
            return None
        stand = self.stand(rect.height(), scene.most)
        items = self.lollipops(view, rect.height())
        near = [i for i in items if _distance(i, stand, point) <= _REACH]
        if near:
            nearest = min(near, key=lambda item: _distance(item, stand, point))
            row = self._marks.rows([nearest.row])[0]
            where = None if row.variant is None else row.variant.interval
            return Hit(described(row), row.row, where, row.id)
        if scene.counts is None or point.y() < stand.ground - _BAR_HEIGHT:
            return None
        bar = int(point.x() / view.width * len(scene.counts))
        count = int(scene.counts[min(max(0, bar), len(scene.counts) - 1)])
        noun = "variant" if count == 1 else "variants"
        return Hit(f"{count:,} {noun} here: zoom in to see each") if count else None

    def _seen(self, view: View) -> _Scene | None:
        source = self._marks.all
        if source is None:
            return None
        known = self._scene
        if (
            known is not None
            and known.source is source
            and known.interval == view.interval
            and known.width == view.width
        ):
            return known
        marks = self._marks.within(view.interval)
        if marks is None:
            return None
        bars = max(1, int(view.width / _BAR))
        numbers = counts(marks, view, bars) if crowded(marks, view) else None
        if known is not None and known.source is source:
            most = known.most
        else:
            most = max(1.0, float(np.nanmax(np.abs(source.score), initial=0.0)))
        self._scene = _Scene(view.interval, view.width, source, marks, numbers, most)
        return self._scene

    def _paint_ring(
        self,
        painter: QPainter,
        rect: QRectF,
        items: list[Lollipop],
        stand: Stand,
        palette: Palette,
    ) -> None:
        chosen = self._workspace.selection
        for item in items:
            if chosen is not None and item.row == chosen.row:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(hairline(palette.accent, 2.2))
                middle = _middle(item, stand)
                painter.drawEllipse(middle, _RADIUS + 4, _RADIUS + 4)
                _paint_name(painter, rect, middle, chosen, palette)


def _paint_name(
    painter: QPainter,
    rect: QRectF,
    middle: QPointF,
    chosen: VariantRow,
    palette: Palette,
) -> None:
    """Write the selected variant's alleles and score beside its ring."""
    alleles = f"{_cut(chosen.ref, 10)} → {_cut(chosen.alt, 10)}"
    score = "" if chosen.score is None else f"   {chosen.score:.2f}"
    metrics = painter.fontMetrics()
    width = metrics.horizontalAdvance(alleles + score) + 16
    right = middle.x() + 12 + width
    if right > rect.right() - 2:
        right = middle.x() - 12
    top = max(middle.y() - metrics.height() / 2 - 2, 1.0)
    chip(painter, QPointF(right, top), [(alleles + score, None)], palette)


def _paint_grid(
    painter: QPainter, rect: QRectF, palette: Palette, stand: Stand
) -> None:
    painter.setPen(hairline(palette.border))
    painter.drawLine(QLineF(rect.left(), stand.ground, rect.right(), stand.ground))
    if stand.most != 1.0:
        return
    pen = hairline(palette.grid)
    pen.setStyle(Qt.PenStyle.DashLine)
    painter.setPen(pen)
    tops = [stand.top(cut) for cut in _CUTS]
    painter.drawLines([QLineF(rect.left(), y, rect.right(), y) for y in tops])


def _paint_stems(
    painter: QPainter, items: list[Lollipop], stand: Stand, palette: Palette
) -> None:
    upright: dict[str, list[QRectF]] = {}
    slanted: dict[str, list[QLineF]] = {}
    for item in items:
        if item.refused:
            continue
        tint = _tint(item, stand, palette)
        if item.head == item.x:
            tall = stand.ground - item.top
            box = QRectF(item.x - 0.75, item.top, 1.5, tall)
            upright.setdefault(tint, []).append(box)
        else:
            line = QLineF(QPointF(item.x, stand.ground), QPointF(item.head, item.top))
            slanted.setdefault(tint, []).append(line)
    painter.setPen(Qt.PenStyle.NoPen)
    for tint, boxes in upright.items():
        painter.setBrush(faded(tint, 0.75))
        painter.drawRects(boxes)
    for tint, lines in slanted.items():
        painter.setPen(hairline(faded(tint, 0.75), 1.3))
        painter.drawLines(lines)


def _paint_bars(
    painter: QPainter, view: View, counts: NDArray[np.int64], stand: Stand
) -> None:
    pixels = view.width / len(counts)
    # The square root keeps single variants visible beside clusters.
    heights = np.sqrt(counts / max(1, int(counts.max()))) * _BAR_HEIGHT
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(faded(view.palette.ref, 0.4))
    bars = [
        QRectF(i * pixels, stand.ground - tall, max(1.0, pixels - 1), tall)
        for i, tall in enumerate(heights.tolist())
        if tall
    ]
    painter.drawRects(bars)


def _paint_refused(
    painter: QPainter, items: list[Lollipop], stand: Stand, palette: Palette
) -> None:
    r = 2.8
    lines = []
    for item in items:
        if item.refused:
            middle = _middle(item, stand)
            x, y = middle.x(), middle.y()
            lines.append(QLineF(x - r, y - r, x + r, y + r))
            lines.append(QLineF(x - r, y + r, x + r, y - r))
    painter.setPen(hairline(palette.faint, 1.3))
    painter.drawLines(lines)


def _paint_head(
    painter: QPainter, item: Lollipop, stand: Stand, palette: Palette
) -> None:
    middle = _middle(item, stand)
    if item.score is None:
        painter.setBrush(QColor(palette.surface))
        painter.setPen(hairline(palette.muted, 1.4))
    else:
        painter.setBrush(QColor(_tint(item, stand, palette)))
        painter.setPen(hairline(palette.surface, 1.0))
    painter.drawPath(shape(item.kind, middle, _RADIUS))


def _middle(item: Lollipop, stand: Stand) -> QPointF:
    """Return where the head is: a refused record has no stem and lies on the ground."""
    return QPointF(item.head, stand.ground - 4 if item.refused else item.top)


def _tint(item: Lollipop, stand: Stand, palette: Palette) -> str:
    if item.score is None:
        return palette.muted
    return level_color(palette, item.score / stand.most, _CUTS)


def shape(kind: VariantKind | None, middle: QPointF, radius: float) -> QPainterPath:
    """Return the outline of a head: the kind is told without colour."""
    path = QPainterPath()
    x, y, r = middle.x(), middle.y(), radius
    match kind:
        case VariantKind.INSERTION | VariantKind.DELETION:
            up = -1 if kind is VariantKind.INSERTION else 1
            tip, base = y + up * r * 1.2, y - up * r * 0.9
            corners = [QPointF(x, tip), QPointF(x + r * 1.15, base)]
            corners += [QPointF(x - r * 1.15, base), QPointF(x, tip)]
            path.addPolygon(QPolygonF(corners))
        case VariantKind.MNV:
            path.addRect(QRectF(x - r * 0.9, y - r * 0.9, r * 1.8, r * 1.8))
        case VariantKind.DELINS:
            corners = [QPointF(x, y - r * 1.25), QPointF(x + r * 1.25, y)]
            corners += [QPointF(x, y + r * 1.25), QPointF(x - r * 1.25, y)]
            path.addPolygon(QPolygonF([*corners, corners[0]]))
        case _:
            path.addEllipse(middle, r, r)
    return path


def described(row: VariantRow) -> str:
    """Return a variant in a few lines: place, alleles, score or why there is none."""
    place = "" if row.pos is None else f"{row.chrom}:{row.pos:,} "
    lines = [f"{place}{_cut(row.ref)} → {_cut(row.alt)}"]
    name = " · ".join(part for part in (row.id, str(row.kind or "")) if part)
    lines += [name] if name else []
    if row.score is not None:
        gene = f" in {row.gene}" if row.gene else ""
        lines.append(f"Score {row.score:.2f}{gene}")
    else:
        reason = row.reason or DESCRIPTIONS[row.status]
        lines.append(reason[:1].upper() + reason[1:])
    return "\n".join(lines)


def _cut(allele: str, longest: int = _LONGEST) -> str:
    long = len(allele) > longest
    return f"{allele[:longest]}… ({len(allele):,} bp)" if long else allele


def _distance(item: Lollipop, stand: Stand, point: QPointF) -> float:
    return float(QLineF(point, _middle(item, stand)).length())


TRACK = TrackEntry(
    key=VariantsTrack.key,
    title=VariantsTrack.title,
    order=30,
    factory=lambda sources: VariantsTrack(sources.workspace, sources.marks),
)
