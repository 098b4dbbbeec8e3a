"""A message inside a panel: glyph, words, and what to do, on a quiet fill."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPalette
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from gfm_desktop.ui.widgets.chip import paint_glyph
from gfm_desktop.ui.widgets.look import Tone, tone_colours
from gfm_desktop.ui.widgets.texts import plain

if TYPE_CHECKING:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QPaintEvent


class Notice(QWidget):
    """Words that must not be overlooked; hidden while there are none."""

    def __init__(
        self, name: str, parent: QWidget | None = None, *, large: bool = False
    ) -> None:
        """Start hidden; a large one is in the letters of a heading."""
        super().__init__(parent)
        self.setObjectName(name)
        self._tone = Tone.QUIET
        self._text = plain()
        self._text.setObjectName(f"{name}-text")
        if large:
            self._text.setProperty("role", "heading")
        self._text.setSizePolicy(
            QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred
        )
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        column = QVBoxLayout(self)
        column.setContentsMargins(12 + self._glyph() + 8, 8, 12, 8)
        column.addWidget(self._text)
        self.hide()

    @property
    def text(self) -> str:
        """Return the words on show."""
        return self._text.text()

    @property
    def tone(self) -> Tone:
        """Return the tone on show."""
        return self._tone

    def say(self, text: str, tone: Tone) -> None:
        """Show other words; empty ones hide the notice."""
        self._tone = tone
        self._text.setText(text)
        self.setAccessibleName(text)
        self._colour()
        self.setVisible(bool(text))
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == event.Type.PaletteChange:
            self._colour()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint fill and glyph; the label paints the words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = tone_colours(self._tone, self.palette())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.fill)
        painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
        size = self._glyph()
        line = QFontMetricsF(self._text.font()).height()
        box = QRectF(12, 8 + (line - size) / 2, size, size)
        paint_glyph(painter, box, tone=self._tone, colour=colours.text)
        painter.end()

    def _glyph(self) -> int:
        return round(QFontMetricsF(self.font()).capHeight()) + 1

    def _colour(self) -> None:
        ink = tone_colours(self._tone, self.palette()).text
        palette = self._text.palette()
        if palette.color(QPalette.ColorRole.WindowText) != ink:
            palette.setColor(QPalette.ColorRole.WindowText, ink)
            self._text.setPalette(palette)
