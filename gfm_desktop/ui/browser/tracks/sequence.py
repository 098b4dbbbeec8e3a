"""The genome's bases: letters where they fit, colours where they do not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF

from gfm_desktop.errors import GfmError
from gfm_desktop.genome.interval import Interval
from gfm_desktop.ui.browser.drawing import hint, small
from gfm_desktop.ui.browser.reduction import runs
from gfm_desktop.ui.browser.track import Hit, PlainTrack, TrackEntry
from gfm_desktop.ui.theme import scale_of

if TYPE_CHECKING:
    from PySide6.QtCore import QPointF
    from PySide6.QtGui import QPainter

    from gfm_desktop.ui.browser.track import View
    from gfm_desktop.workspace.workspace import Workspace

LETTERS_FROM = 8.0
"""Pixels per bp from which letters are drawn."""
BLOCKS_FROM = 1.0
"""Pixels per bp from which colours are drawn."""
WIDEST = 5_000
"""bp beyond which the file is never read: painting must not wait for a disk."""
_HEIGHT = 28
_FOLDED = 22
_GAP_FROM = 12.0


@dataclass(frozen=True, slots=True)
class Block:
    """Bases of one letter side by side.

    Attributes:
        x: Pixel of the left edge.
        width: In pixels.
        letter: A, C, G, T or N.
    """

    x: float
    width: float
    letter: str


class SequenceTrack(PlainTrack):
    """Coloured bases; a selected variant's REF is told by the guide line above it."""

    key = "sequence"
    title = "Sequence"

    def __init__(self, workspace: Workspace) -> None:
        """Read bases from the workspace's genome."""
        self._workspace = workspace
        self._cached: tuple[object, Interval, str] | None = None
        self._problem = ""

    def height(self, view: View) -> int:
        """Return room for letters, or for the hint."""
        return round((_HEIGHT if self.visible(view) else _FOLDED) * scale_of())

    def visible(self, view: View) -> bool:
        """Tell whether bases are drawn at this zoom."""
        return view.scale >= BLOCKS_FROM and len(view.interval) <= WIDEST

    def bases(self, view: View) -> str:
        """Return the letters on screen, upper case; empty where too wide or closed."""
        genome = self._workspace.genome
        if genome is None or not self.visible(view):
            return ""
        if self._cached is not None:
            source, interval, text = self._cached
            if source is genome and interval == view.interval:
                return text
        where = view.interval
        try:
            text = genome.fetch(where.contig, where.start, where.end)
            self._problem = ""
        except GfmError as error:
            # A paint event cannot raise: the lane says it until the file is back.
            text, self._problem = "", error.what
        self._cached = (genome, where, text)
        return text

    def blocks(self, view: View) -> list[Block]:
        """Return a block a base where letters fit, else runs of one letter."""
        text = self.bases(view)
        if not text:
            return []
        if view.scale >= LETTERS_FROM:
            return [Block(i * view.scale, view.scale, b) for i, b in enumerate(text)]
        codes = np.frombuffer(text.encode("ascii"), np.uint8)
        return [
            Block(first * view.scale, (end - first) * view.scale, chr(code))
            for code in np.unique(codes).tolist()
            for first, end in runs(codes == code)
        ]

    def paint(self, painter: QPainter, rect: QRectF, view: View) -> None:
        """Paint letters, colours, or the way to see them."""
        if not self.visible(view):
            hint(painter, rect, "Zoom in to see bases", view.palette)
            return
        blocks = self.blocks(view)
        if not blocks:
            hint(painter, rect, self._problem or "No genome is open", view.palette)
            return
        letters = view.scale >= LETTERS_FROM
        gap = 1.0 if view.scale >= _GAP_FROM else 0.0
        cell = rect.adjusted(0, 3, 0, -3)
        boxes: dict[str, list[QRectF]] = {}
        for block in blocks:
            box = QRectF(block.x, cell.top(), block.width - gap, cell.height())
            boxes.setdefault(block.letter, []).append(box)
        painter.setPen(Qt.PenStyle.NoPen)
        for letter, places in boxes.items():
            painter.setBrush(QColor(view.palette.base(letter)))
            painter.drawRects(places)
        if letters:
            self._paint_letters(painter, boxes, view)

    def data(self, view: View) -> str:
        """Return the bases on screen as FASTA."""
        text = self.bases(view)
        return f">{view.interval}\n{text}\n" if text else ""

    def hit(self, point: QPointF, rect: QRectF, view: View) -> Hit | None:
        """Name the base under the mouse."""
        text = self.bases(view)
        if not text:
            return None
        position = min(view.position(point.x()), view.interval.end - 1)
        letter = text[position - view.interval.start]
        where = Interval(view.interval.contig, position, position + 1)
        return Hit(f"{letter}  {where.contig}:{position + 1:,}", None, where, letter)

    def _paint_letters(
        self, painter: QPainter, boxes: dict[str, list[QRectF]], view: View
    ) -> None:
        font = small(painter.font(), min(1.0, 0.55 + view.scale / 40))
        font.setWeight(QFont.Weight.DemiBold)
        # Large text must not run into the cell beside it.
        spare = 0.86 * view.scale / QFontMetricsF(font).horizontalAdvance("G")
        if spare < 1:
            font.setPointSizeF(font.pointSizeF() * spare)
        painter.setFont(font)
        painter.setPen(QColor(view.palette.base_text))
        metrics = painter.fontMetrics()
        rise = (metrics.ascent() - metrics.descent()) / 2
        for letter, places in boxes.items():
            half = metrics.horizontalAdvance(letter) / 2
            for box in places:
                x = round(box.center().x() - half)
                painter.drawText(x, round(box.center().y() + rise), letter)


TRACK = TrackEntry(
    key=SequenceTrack.key,
    title=SequenceTrack.title,
    order=10,
    factory=lambda sources: SequenceTrack(sources.workspace),
)
