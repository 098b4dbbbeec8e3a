"""The large dashed box into which files are dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QLabel, QProgressBar, QVBoxLayout, QWidget

from gfm_desktop.ui import theme
from gfm_desktop.ui.icons import pixmap

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent


class DropTarget(QWidget):
    """The large dashed box: drop files, or press it to choose them."""

    pressed = Signal()

    def __init__(self, name: str, spoken: str, title: str, text: str) -> None:
        """Show what can be dropped.

        Args:
            name: Object name.
            spoken: What screen readers say.
            title: The large words.
            text: The small ones below.
        """
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(spoken)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._mark = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self.title = QLabel(title)
        self.title.setProperty("role", "heading")
        self.text = QLabel(text)
        self.text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.text.setProperty("role", "muted")
        self.busy = QProgressBar()
        self.busy.setObjectName(f"{name}-bar")
        self.busy.setRange(0, 0)
        self.busy.setTextVisible(False)
        self.busy.setMaximumWidth(260)
        self.busy.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 26, 20, 26)
        column.setSpacing(8)
        for widget in (self._mark, self.title, self.text, self.busy):
            column.addWidget(widget, 0, Qt.AlignmentFlag.AlignCenter)
        self._dress()

    def say(self, title: str, text: str, *, busy: bool) -> None:
        """Show other words, and whether something is being read."""
        self.title.setText(title)
        self.text.setText(text)
        self.busy.setVisible(busy)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Press with the mouse."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.pressed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Press with Space or Return."""
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.pressed.emit()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme and the text size."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._dress()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the dashed frame, stronger under mouse and focus."""
        palette = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        lit = self.underMouse() or self.hasFocus()
        pen = QPen(QColor(palette.accent if lit else palette.faint), 1.6)
        pen.setDashPattern([5, 4])
        painter.setPen(pen)
        painter.setBrush(
            QColor(palette.hover if self.underMouse() else palette.surface)
        )
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 10, 10)
        painter.end()

    def _dress(self) -> None:
        side = round(40 * theme.scale_of())
        ratio = self.devicePixelRatioF()
        self._mark.setPixmap(pixmap("drop", side, "accent", ratio=ratio))
