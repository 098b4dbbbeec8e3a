"""The program's own icons: drawn in one colour, which follows the theme.

The drawings in ``resources/icons`` say ``currentColor``. They are rendered at the size
and in the colour that is asked for, at each paint, so that they are sharp at any
scaling and a theme switch needs no message.
"""

from __future__ import annotations

import functools

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from gfm_desktop import paths
from gfm_desktop.ui import theme

APP = "gfm-desktop"
"""The program's mark, in its own colours."""
_KEPT: list[QIconEngine] = []
"""Qt owns the engines; Python must not collect their other half."""


def icon(name: str, ink: str = "text") -> QIcon:
    """Return an icon that follows the theme.

    Args:
        name: File in ``resources/icons``, without its ending.
        ink: Attribute of the palette, such as ``"text"`` or ``"bad"``.

    Raises:
        FileNotFoundError: If there is no such drawing.
    """
    _drawing(name)
    engine = _Engine(name, ink)
    _KEPT.append(engine)
    return QIcon(engine)


def pixmap(name: str, size: int, ink: str = "text", *, ratio: float = 1.0) -> QPixmap:
    """Return a drawing as a picture.

    Args:
        name: File in ``resources/icons``, without its ending.
        size: Width and height in device-independent pixels.
        ink: Attribute of the palette.
        ratio: Device pixels per device-independent pixel.
    """
    code = str(getattr(theme.current(), ink))
    return _picture(name, QSize(round(size * ratio), round(size * ratio)), code, ratio)


@functools.cache
def _drawing(name: str) -> str:
    return (paths.resources() / "icons" / f"{name}.svg").read_text(encoding="utf-8")


@functools.lru_cache(maxsize=512)
def _renderer(name: str, code: str) -> QSvgRenderer:
    text = _drawing(name).replace("currentColor", code)
    return QSvgRenderer(QByteArray(text.encode()))


def _picture(name: str, size: QSize, code: str, ratio: float) -> QPixmap:
    picture = QPixmap(size)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    _renderer(name, code).render(painter, QRectF(QRect(QPoint(0, 0), size)))
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture


class _Engine(QIconEngine):
    """Paints one drawing in the theme's present colour."""

    def __init__(self, name: str, ink: str) -> None:
        super().__init__()
        self._name = name
        self._ink = ink

    def paint(
        self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State
    ) -> None:
        """Paint into `rect`; a disabled icon is faint."""
        renderer = _renderer(self._name, self._code(mode))
        side = min(rect.width(), rect.height())
        x = rect.x() + (rect.width() - side) / 2
        y = rect.y() + (rect.height() - side) / 2
        renderer.render(painter, QRectF(x, y, side, side))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """Return a picture of `size` device pixels."""
        return _picture(self._name, size, self._code(mode), 1.0)

    def clone(self) -> QIconEngine:
        """Return another engine of the same drawing."""
        other = _Engine(self._name, self._ink)
        _KEPT.append(other)
        return other

    def _code(self, mode: QIcon.Mode) -> str:
        palette = theme.current()
        faint = mode == QIcon.Mode.Disabled
        return str(palette.faint if faint else getattr(palette, self._ink))
