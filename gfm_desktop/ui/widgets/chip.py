"""A status as a chip: a glyph of its own shape, a word, a quiet fill."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gfm_desktop.genome.status import DESCRIPTIONS, Status
from gfm_desktop.ui.widgets.look import LABELS, TONES, Tone, tone_colours

if TYPE_CHECKING:
    from PySide6.QtGui import QColor, QPaintEvent, QPalette

_MARGIN = 7.0
_GAP = 5.0


def chip_width(font: QFont, text: str) -> float:
    """Return the width that a chip needs, in pixels."""
    metrics = QFontMetricsF(font)
    return _glyph_size(font) + metrics.horizontalAdvance(text) + 2 * _MARGIN + _GAP


def chip_height(font: QFont) -> float:
    """Return the height that a chip needs, in pixels."""
    return QFontMetricsF(font).height() + 5


def paint_chip(
    painter: QPainter,
    rect: QRectF,
    *,
    text: str,
    tone: Tone,
    palette: QPalette,
    font: QFont,
) -> None:
    """Paint a chip at the left of `rect`, in its middle; text is elided to fit."""
    colours = tone_colours(tone, palette)
    width = min(rect.width(), chip_width(font, text))
    height = min(rect.height(), chip_height(font))
    box = QRectF(rect.left(), rect.center().y() - height / 2, width, height)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colours.fill)
    painter.drawRoundedRect(box, height / 2, height / 2)
    size = _glyph_size(font)
    glyph = QRectF(box.left() + _MARGIN, box.center().y() - size / 2, size, size)
    paint_glyph(painter, glyph, tone=tone, colour=colours.text)
    left = glyph.right() + _GAP
    room = box.right() - _MARGIN - left
    painter.setPen(colours.text)
    painter.setFont(font)
    shown = QFontMetricsF(font).elidedText(
        text, Qt.TextElideMode.ElideRight, room + 1.0
    )
    painter.drawText(
        QRectF(left, box.top(), room + 2, height),
        int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft),
        shown,
    )
    painter.restore()


def paint_glyph(painter: QPainter, box: QRectF, *, tone: Tone, colour: QColor) -> None:
    """Paint a tick, a ring, a triangle or a cross."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    pen = QPen(colour, max(1.4, box.width() / 6))
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.drawPath(_glyph(box, tone))


def _glyph(box: QRectF, tone: Tone) -> QPainterPath:
    def at(x: float, y: float) -> QPointF:
        return QPointF(box.left() + x * box.width(), box.top() + y * box.height())

    path = QPainterPath()
    match tone:
        case Tone.GOOD:
            path.moveTo(at(0.08, 0.55))
            path.lineTo(at(0.4, 0.85))
            path.lineTo(at(0.95, 0.18))
        case Tone.QUIET:
            path.addEllipse(box.adjusted(1, 1, -1, -1))
        case Tone.CAUTION:
            path.moveTo(at(0.5, 0.05))
            path.lineTo(at(1.0, 0.92))
            path.lineTo(at(0.0, 0.92))
            path.closeSubpath()
        case Tone.BAD:
            path.moveTo(at(0.12, 0.12))
            path.lineTo(at(0.88, 0.88))
            path.moveTo(at(0.88, 0.12))
            path.lineTo(at(0.12, 0.88))
    return path


def _glyph_size(font: QFont) -> float:
    return round(QFontMetricsF(font).capHeight())


class StatusChip(QWidget):
    """A chip as a widget, with the full description as tooltip."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start with the status that says least."""
        super().__init__(parent)
        self._status = Status.PENDING
        self._words = ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_status(Status.PENDING)

    @property
    def status(self) -> Status:
        """Return the status on show."""
        return self._status

    def set_status(self, status: Status, *, words: str = "", about: str = "") -> None:
        """Show a status.

        Args:
            status: Gives colour and shape.
            words: What it says in place of the status' own words.
            about: What the tooltip says then.
        """
        self._status, self._words = status, words or LABELS[status]
        self.setToolTip(about or DESCRIPTIONS[status])
        self.setAccessibleName(f"Status: {self._words}")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return the size of the whole chip."""
        width = chip_width(self.font(), self._words)
        return QSize(int(width) + 1, int(chip_height(self.font())) + 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the chip."""
        painter = QPainter(self)
        paint_chip(
            painter,
            QRectF(self.rect()),
            text=self._words,
            tone=TONES[self._status],
            palette=self.palette(),
            font=self.font(),
        )
        painter.end()
