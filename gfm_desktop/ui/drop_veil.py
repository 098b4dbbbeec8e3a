"""Files dropped anywhere on the window: a veil says what will happen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from gfm_desktop.genome.sniff import is_remote
from gfm_desktop.ui import theme
from gfm_desktop.ui.icons import pixmap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QDropEvent, QPaintEvent

_MARGIN = 14
_MARK = 48
_NAMES = 3


def dropped_files(event: QDropEvent) -> list[Path]:
    """Return the files of a drag; empty where it carries something else.

    Addresses of files on other computers are among them: opening says what to do.
    """
    found = []
    for url in event.mimeData().urls():
        if url.isLocalFile():
            found.append(Path(url.toLocalFile()))
        elif is_remote(url.toString()) and Path(url.path()).suffix:
            found.append(Path(url.toString()))
    return found


class DropVeil(QWidget):
    """Covers the window while files are dragged over it; lets the drop through."""

    def __init__(self, window: QWidget) -> None:
        """Start hidden."""
        super().__init__(window)
        self._window = window
        self.setObjectName("drop-veil")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._text = ""
        self.hide()

    def say(self, files: Sequence[Path]) -> None:
        """Cover the window and name the files."""
        names = ", ".join(path.name for path in files[:_NAMES])
        more = f" and {len(files) - _NAMES} more" if len(files) > _NAMES else ""
        self._text = f"Drop to open {names}{more}"
        self.setAccessibleName(self._text)
        self.setGeometry(self._window.rect())
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint a pale veil, a dashed frame and the words."""
        palette = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), theme.color(palette.surface, 0.86))
        pen = QPen(QColor(palette.accent), 2)
        pen.setDashPattern([5, 4])
        painter.setPen(pen)
        frame = QRectF(self.rect()).adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        painter.drawRoundedRect(frame, 12, 12)
        side = round(_MARK * theme.scale_of())
        mark = pixmap("drop", side, "accent", ratio=self.devicePixelRatioF())
        middle = self.rect().center()
        painter.drawPixmap(middle.x() - side // 2, middle.y() - side - 6, mark)
        font = self.font()
        font.setPointSizeF(font.pointSizeF() * 1.3)
        painter.setFont(font)
        painter.setPen(QColor(palette.text))
        below = QRectF(0, middle.y() + 6, self.width(), 60)
        where = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
        painter.drawText(below, where, self._text)
        painter.end()
