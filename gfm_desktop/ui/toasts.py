"""Short messages over the window's lower right corner; errors stay until read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleEvent, QColor, QPainter
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from gfm_desktop.ui import theme
from gfm_desktop.ui.icons import icon, pixmap

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QEnterEvent, QPaintEvent

WIDTH = 400
"""Width at the normal text size, in pixels."""
MOST = 3
"""More at once would cover the window; the messages panel has them all."""
_GAP = 10
_STRIPE = 4


@dataclass(frozen=True, slots=True)
class Look:
    """How a level looks and how long it stays.

    Attributes:
        icon: Drawing.
        ink: Attribute of the palette.
        seconds: How long it stays; 0 until it is closed.
    """

    icon: str
    ink: str
    seconds: int


LOOKS: dict[str, Look] = {
    "info": Look("success", "good", 6),
    "warning": Look("warning", "warning", 20),
    "error": Look("error", "bad", 40),
}


class Toast(QWidget):
    """One message: icon, words, at most one button, and a way to close it."""

    def __init__(self, parent: QWidget, level: str, text: str) -> None:
        """Show `text`; it closes itself after the level's time."""
        super().__init__(parent)
        self.setObjectName("toast")
        self.level = level
        self.text = text
        self.times = 1
        self.dismissed = False
        self._look = LOOKS.get(level, LOOKS["info"])
        self.words = QLabel(text)
        self.words.setObjectName("toast-text")
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.button = QPushButton()
        self.button.setObjectName("toast-button")
        self.button.hide()
        self.close_button = QToolButton()
        self.close_button.setObjectName("toast-close")
        self.close_button.setAccessibleName("Close this message")
        self.close_button.setIcon(icon("close", "muted"))
        self.close_button.clicked.connect(self.dismiss)
        self._mark = QLabel()
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.dismiss)
        self._build()
        self.setAccessibleName(f"{level}: {text}")
        self._dress()
        self._wait()

    def again(self) -> None:
        """Count the same message once more and let it stay longer."""
        self.times += 1
        self.words.setText(f"{self.text}  ({self.times} times)")
        self._wait()

    def offer(self, title: str, do: Callable[[], None]) -> None:
        """Add the button."""
        self.button.setText(title)
        self.button.setAccessibleName(title)
        self.button.clicked.connect(do)
        self.button.show()

    def needed_height(self) -> int:
        """Return the height that the words need at the present width."""
        return self._row.totalHeightForWidth(self.width())

    def dismiss(self) -> None:
        """Go away."""
        self.dismissed = True
        self.hide()
        self.deleteLater()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Stay while the mouse is on it."""
        super().enterEvent(event)
        self._timer.stop()

    def leaveEvent(self, event: QEvent) -> None:
        """Start to wait anew."""
        super().leaveEvent(event)
        self._wait()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme and the text size."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._dress()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint a card with a stripe in the level's colour."""
        palette = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QColor(palette.border))
        painter.setBrush(QColor(palette.raised))
        painter.drawRoundedRect(box, 7, 7)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(getattr(palette, self._look.ink)))
        painter.drawRoundedRect(
            QRectF(5, 8, _STRIPE, self.height() - 16), _STRIPE / 2, _STRIPE / 2
        )
        painter.end()

    def _build(self) -> None:
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(18, 10, 8, 10)
        row.setSpacing(10)
        row.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(8)
        column.addWidget(self.words)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        row.addLayout(column, 1)
        row.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)

    def _dress(self) -> None:
        ratio = self.devicePixelRatioF()
        side = round(20 * theme.scale_of())
        mark = pixmap(self._look.icon, side, self._look.ink, ratio=ratio)
        self._mark.setPixmap(mark)

    def _wait(self) -> None:
        if self._look.seconds:
            self._timer.start(1000 * self._look.seconds)


class Toasts(QObject):
    """Stacks the messages of a window, the newest at the bottom."""

    def __init__(self, window: QWidget) -> None:
        """Follow the window's size."""
        super().__init__(window)
        self._window = window
        self._toasts: list[Toast] = []
        window.installEventFilter(self)

    @property
    def toasts(self) -> tuple[Toast, ...]:
        """Return the messages on show."""
        return tuple(t for t in self._toasts if isValid(t) and not t.dismissed)

    def say(self, level: str, text: str) -> Toast:
        """Show a message; the same one again is counted, not repeated."""
        for toast in self.toasts:
            if (toast.level, toast.text) == (level, text):
                toast.again()
                return toast
        toast = Toast(self._window, level, text)
        toast.destroyed.connect(self._gone)
        self._toasts.append(toast)
        while len(self._toasts) > MOST:
            # An error is the last to make room.
            order = sorted(self._toasts, key=lambda t: t.level == "error")
            self._remove(order[0])
        # Placed before it is shown: elsewhere it might come up under the mouse.
        self._place()
        toast.show()
        alert = QAccessibleEvent(toast, QAccessible.Event.Alert)
        QAccessible.updateAccessibility(alert)
        return toast

    def clear(self) -> None:
        """Take all messages away."""
        for toast in self.toasts:
            self._remove(toast)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the corner when the window changes its size."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            self._place()
        return False

    def _remove(self, toast: Toast) -> None:
        self._toasts.remove(toast)
        toast.dismiss()

    def _gone(self) -> None:
        if isValid(self._window):
            self._place()

    def _place(self) -> None:
        """Stack upwards from above the status bar."""
        self._toasts = list(self.toasts)
        width = min(round(WIDTH * theme.scale_of()), self._window.width() - 4 * _GAP)
        bottom = self._window.height() - 3 * _GAP - self._window.fontMetrics().height()
        for toast in reversed(self._toasts):
            toast.setFixedWidth(max(120, width))
            toast.setFixedHeight(toast.needed_height())
            bottom -= toast.height()
            toast.move(self._window.width() - toast.width() - 2 * _GAP, bottom)
            bottom -= _GAP
            toast.raise_()
