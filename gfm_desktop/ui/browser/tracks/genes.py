"""Genes: packed into rows, exons thick, coding parts thicker, chevrons for strand."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont

from gfm_desktop.genome.interval import Interval
from gfm_desktop.ui.browser.drawing import faded, hairline, hint, small
from gfm_desktop.ui.browser.scale import span_label
from gfm_desktop.ui.browser.track import Hit, PlainTrack, TrackEntry
from gfm_desktop.ui.theme import scale_of

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from gfm_desktop.genome.annotation import Gene, GeneModels
    from gfm_desktop.ui.browser.track import View
    from gfm_desktop.ui.palette import Palette
    from gfm_desktop.workspace.workspace import Workspace

NAME = 20
"""Height of a name under its gene in pixels, at 100 % text size."""
DENSE_ROW = 18
MOST_ROWS = 6
_MARGIN = 6
_LETTER = 7.2
_GAP = 10.0
_CODING, _EXON, _ALONE = 14.0, 8.0, 12.0
_CHEVRON_EVERY = 34.0


@dataclass(frozen=True, slots=True)
class Placed:
    """A gene in its row.

    Attributes:
        gene: The gene.
        row: Row from the top, from 0.
        left: Pixel of its left end, which may lie off screen.
        right: Pixel of its right end.
        named: Whether its name is written.
    """

    gene: Gene
    row: int
    left: float
    right: float
    named: bool


@dataclass(frozen=True, slots=True)
class _Packing:
    """Rows of the genes of a stretch wider than the screen, good for one scale.

    Panning inside the stretch keeps every gene in its row.
    """

    source: object
    stretch: Interval
    scale: float
    text: float
    genes: tuple[tuple[Gene, int], ...]
    count: int
    named: bool


class GenesTrack(PlainTrack):
    """Canonical transcript of each gene."""

    key = "genes"
    title = "Genes"

    def __init__(self, workspace: Workspace) -> None:
        """Draw the workspace's gene models."""
        self._workspace = workspace
        self._packing: _Packing | None = None

    def height(self, view: View) -> int:
        """Return room for the rows on screen."""
        packing = self._packed(view)
        tall = _row_height()
        row = tall if packing is None or packing.named else DENSE_ROW
        count = 1 if packing is None else max(1, packing.count)
        return round(max(tall, count * row)) + _MARGIN

    def rows(self, view: View) -> list[Placed]:
        """Return the genes on screen with their rows, by start."""
        packing = self._packed(view)
        if packing is None:
            return []
        return [
            Placed(gene, row, view.x(gene.start), view.x(gene.end), packing.named)
            for gene, row in packing.genes
            if gene.interval.overlaps(view.interval)
        ]

    def paint(self, painter: QPainter, rect: QRectF, view: View) -> None:
        """Paint the genes, or say why there is none."""
        placed = self.rows(view)
        if not placed:
            none = self._workspace.annotation is None
            words = "No gene models are open" if none else "No gene here"
            hint(painter, rect, words, view.palette)
            return
        font = small(painter.font())
        font.setWeight(QFont.Weight.Medium)
        painter.setFont(font)
        following = _following(placed)
        narrow: dict[str, list[QRectF]] = {}
        ends: dict[int, float] = {}
        for item, limit in zip(placed, following, strict=True):
            if item.right - item.left < 3:
                box = self._box(item)
                box = box.adjusted(0, 3, max(0.0, 1.5 - box.width()), -3)
                narrow.setdefault(colour(item.gene, view.palette), []).append(box)
            else:
                self._paint_gene(painter, item, view)
            if item.named:
                room = (ends.get(item.row, -math.inf) + _GAP, limit - _GAP)
                ends[item.row] = self._paint_name(painter, rect, item, room, view)
        painter.setPen(Qt.PenStyle.NoPen)
        for name, boxes in narrow.items():
            painter.setBrush(QColor(name))
            painter.drawRects(boxes)

    def data(self, view: View) -> str:
        """Return the genes on screen, 1-based inclusive."""
        lines = ["gene\tcontig\tstart\tend\tstrand\ttranscript"]
        for gene in (item.gene for item in self.rows(view)):
            place = f"{gene.contig}\t{gene.start + 1}\t{gene.end}\t{gene.strand}"
            lines.append(f"{gene.name}\t{place}\t{gene.canonical.transcript_id}")
        return "\n".join(lines) + "\n"

    def hit(self, point: QPointF, rect: QRectF, view: View) -> Hit | None:
        """Return the gene, and the exon, under the mouse."""
        for item in self.rows(view):
            box = self._box(item)
            left, right = item.left - 3, item.right + 3
            if item.named:
                right = max(right, item.left + self._name_width(item.gene.name))
            tall = box.top() - 2 <= point.y() <= box.top() + self._pitch(item)
            if tall and left <= point.x() <= right:
                return _hit(item.gene, view.position(point.x()))
        return None

    def _packed(self, view: View) -> _Packing | None:
        models = self._workspace.annotation
        if models is None:
            return None
        stretch = _stretch(view.interval)
        known = self._packing
        if (
            known is None
            or known.source is not models
            or known.stretch != stretch
            or (known.scale, known.text) != (view.scale, scale_of())
        ):
            known = self._pack(models, stretch, view.scale)
            self._packing = known
        return known

    def _pack(self, models: GeneModels, stretch: Interval, scale: float) -> _Packing:
        genes = models.overlapping(stretch)
        rows = pack([self._span(gene, scale) for gene in genes], _GAP)
        named = max(rows, default=0) < MOST_ROWS
        if not named:
            # Names do not fit: pack the bodies alone; what is left shares a row.
            spans = [(g.start * scale, g.end * scale) for g in genes]
            rows = [min(row, MOST_ROWS - 1) for row in pack(spans, 1.0)]
        count = max(rows, default=-1) + 1
        paired = tuple(zip(genes, rows, strict=True))
        return _Packing(models, stretch, scale, scale_of(), paired, count, named)

    def _span(self, gene: Gene, scale: float) -> tuple[float, float]:
        left = gene.start * scale
        return left, max(gene.end * scale, left + self._name_width(gene.name))

    def _name_width(self, name: str) -> float:
        return len(name) * _LETTER * scale_of()

    def _pitch(self, item: Placed) -> float:
        return _row_height() if item.named else DENSE_ROW

    def _box(self, item: Placed) -> QRectF:
        top = _MARGIN / 2 + item.row * self._pitch(item)
        return QRectF(item.left, top, item.right - item.left, _CODING)

    def _paint_gene(self, painter: QPainter, item: Placed, view: View) -> None:
        tint, box = colour(item.gene, view.palette), self._box(item)
        middle = box.center().y()
        left, right = max(-4.0, item.left), min(view.width + 4, item.right)
        painter.setPen(hairline(faded(tint, 0.75)))
        painter.drawLine(QLineF(left, middle, right, middle))
        forward = item.gene.strand == "+"
        painter.setPen(hairline(faded(tint, 0.9), 1.2))
        painter.drawLines(_chevrons(item.left, left, right, middle, forward=forward))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tint))
        transcript = item.gene.canonical
        exon = _EXON if transcript.coding else _ALONE
        for spans, height in ((transcript.exons, exon), (transcript.coding, _CODING)):
            boxes = [
                QRectF(x, middle - height / 2, width, height)
                for x, width in _on_screen(spans, view)
            ]
            painter.drawRects(boxes)
        self._paint_strand_in_exons(painter, item, view)

    def _paint_strand_in_exons(
        self, painter: QPainter, item: Placed, view: View
    ) -> None:
        """Paint light chevrons in exons so wide that no intron shows the strand."""
        middle = self._box(item).center().y()
        painter.setPen(hairline(faded(view.palette.surface, 0.9), 1.4))
        forward = item.gene.strand == "+"
        for x, width in _on_screen(item.gene.canonical.exons, view):
            if width > 2 * _CHEVRON_EVERY:
                lines = _chevrons(
                    item.left, x + 6, x + width - 6, middle, forward=forward
                )
                painter.drawLines(lines)

    def _paint_name(
        self,
        painter: QPainter,
        rect: QRectF,
        item: Placed,
        room: tuple[float, float],
        view: View,
    ) -> float:
        """Write the name under the gene, held on screen while any of it is.

        Args:
            painter: Where to paint.
            rect: The lane.
            item: The gene.
            room: (left, right) pixels that its neighbours in the row leave free.
            view: What is on screen.

        Returns:
            Pixel of its right end.
        """
        width = painter.fontMetrics().horizontalAdvance(item.gene.name) + 4
        left = max(item.left, rect.left() + 4.0)
        left = min(left, max(item.left, item.right - width, room[1] - width))
        left = min(left, max(rect.right() - width, room[0]))
        top = self._box(item).bottom() + 1
        where = QRectF(left, top, width, painter.fontMetrics().height())
        painter.setPen(QColor(view.palette.text))
        painter.drawText(where, int(Qt.AlignmentFlag.AlignLeft), item.gene.name)
        return where.right()


def _row_height() -> float:
    return _CODING + NAME * scale_of()


def _following(placed: list[Placed]) -> list[float]:
    """Return for each gene where the next one of its row begins."""
    next_left: dict[int, float] = {}
    limits = []
    for item in reversed(placed):
        limits.append(next_left.get(item.row, math.inf))
        next_left[item.row] = item.left
    return limits[::-1]


def colour(gene: Gene, palette: Palette) -> str:
    """Return the colour of a gene's strand; the chevrons say it too."""
    return palette.plus if gene.strand == "+" else palette.minus


def pack(spans: list[tuple[float, float]], gap: float) -> list[int]:
    """Return the row of each span: the first in which it touches none before it.

    Args:
        spans: (left, right) sorted by left.
        gap: Least distance between two spans of a row.
    """
    ends: list[float] = []
    rows = []
    for left, right in spans:
        row = next((n for n, end in enumerate(ends) if end + gap <= left), len(ends))
        if row == len(ends):
            ends.append(right)
        else:
            ends[row] = right
        rows.append(row)
    return rows


def _stretch(interval: Interval) -> Interval:
    """Return whole blocks that hold the view and half a screen on both sides."""
    size = 1 << max(10, (len(interval) - 1).bit_length())
    first = max(0, interval.start - size // 2) // size
    last = (interval.end + size // 2) // size + 1
    return Interval(interval.contig, first * size, last * size)


def _on_screen(
    spans: tuple[tuple[int, int], ...], view: View
) -> list[tuple[float, float]]:
    """Return (x, width) of the spans on screen, clipped, at least a pixel wide."""
    found = []
    for start, end in spans:
        if end > view.interval.start and start < view.interval.end:
            left = max(-4.0, view.x(start))
            found.append((left, max(1.0, min(view.width + 4, view.x(end)) - left)))
    return found


def _chevrons(
    origin: float, left: float, right: float, middle: float, *, forward: bool
) -> list[QLineF]:
    """Return arrow heads between two pixels; they move with the gene, not the view."""
    back = -3.0 if forward else 3.0
    # In step with the gene's own left end, so that a pan does not make them crawl.
    x = left + (origin - left) % _CHEVRON_EVERY + _CHEVRON_EVERY / 2
    lines = []
    while x < right - 4:
        lines.append(QLineF(x + back, middle - 3, x, middle))
        lines.append(QLineF(x + back, middle + 3, x, middle))
        x += _CHEVRON_EVERY
    return lines


def _hit(gene: Gene, position: int) -> Hit:
    transcript = gene.canonical
    exons = transcript.exons
    lines = [
        f"{gene.name}  ({gene.strand} strand)",
        f"{gene.interval}, {span_label(gene.end - gene.start)}",
        f"{transcript.transcript_id}, {len(exons)} exons",
    ]
    for number, (start, end) in enumerate(exons):
        if start <= position < end:
            rank = number + 1 if gene.strand == "+" else len(exons) - number
            where = Interval(gene.contig, start, end)
            lines.append(f"Exon {rank} of {len(exons)}: {where}")
    return Hit("\n".join(lines), None, gene.interval, gene.name)


TRACK = TrackEntry(
    key=GenesTrack.key,
    title=GenesTrack.title,
    order=20,
    factory=lambda sources: GenesTrack(sources.workspace),
)
