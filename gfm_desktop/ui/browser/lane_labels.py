"""Labels beside the lanes: title, second line and axis, painted when they change."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPixmap

from gfm_desktop.ui import theme
from gfm_desktop.ui.browser.header_paint import LEFT, MARGIN, label_font, write
from gfm_desktop.ui.theme import color

if TYPE_CHECKING:
    from collections.abc import Callable

    from gfm_desktop.ui.browser.lanes import Placed
    from gfm_desktop.ui.browser.surface import Surface
    from gfm_desktop.ui.browser.track import AxisMark

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_KEPT = 64
_JOINTS = "_.-/ "
_MOST_LINES = 3


@dataclass(frozen=True, slots=True)
class Words:
    """What a label says.

    Attributes:
        title: The lane's name.
        subtitle: A second line; may be empty.
        marks: The axis.
    """

    title: str
    subtitle: str
    marks: tuple[AxisMark, ...]


class LaneLabels:
    """Pictures of the labels of a canvas."""

    def __init__(self, canvas: Surface) -> None:
        """Begin without any."""
        self._canvas = canvas
        self._kept: dict[object, QPixmap] = {}
        self._last: dict[str, tuple[object, QPixmap]] = {}

    def forget(self) -> None:
        """Paint all labels anew: colours or letters may be others."""
        self._kept.clear()
        self._last.clear()

    def draw(self, painter: QPainter, placed: Placed) -> None:
        """Draw a lane's label at its place."""
        canvas = self._canvas
        words = words_of(canvas, placed)
        ratio = canvas.devicePixelRatioF()
        key = (words, placed.height, canvas.gutter, ratio)
        # Compared with the last one first: a key of words takes long to look up.
        last = self._last.get(placed.lane.track.key)
        if last is None or last[0] != key:
            last = self._last[placed.lane.track.key] = (key, self._of(key))
        painter.drawPixmap(0, canvas.top_of(placed), last[1])

    def _of(self, key: tuple[Words, int, int, float]) -> QPixmap:
        words, height, _, ratio = key
        if key not in self._kept:
            while len(self._kept) >= _KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = self._painted(words, height, ratio)
        return self._kept[key]

    def _painted(self, words: Words, height: int, ratio: float) -> QPixmap:
        canvas = self._canvas
        wide, tall = math.ceil(canvas.gutter * ratio), math.ceil(height * ratio)
        pixmap = QPixmap(wide, max(1, tall))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(color(theme.current().background))
        with QPainter(pixmap) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(canvas.font())
            _paint(painter, canvas, words, height)
        return pixmap


def paint_label(painter: QPainter, canvas: Surface, placed: Placed) -> None:
    """Paint a lane's label at its place, as lines and text."""
    top = canvas.top_of(placed)
    painter.save()
    box = QRectF(0, top, canvas.gutter, placed.height)
    painter.setClipRect(box, Qt.ClipOperation.IntersectClip)
    painter.translate(0, top)
    _paint(painter, canvas, words_of(canvas, placed), placed.height)
    painter.restore()


def words_of(canvas: Surface, placed: Placed) -> Words:
    """Return title, second line and axis: the active pane's, else any pane's.

    A lane has one scale in all panes, but a pane may be too wide to show anything.
    """
    track, active = placed.lane.track, canvas.pane.index
    subtitle = ""
    marks: tuple[AxisMark, ...] = ()
    for pane in sorted(canvas.panes, key=lambda pane: pane.index != active):
        view, offset = canvas.views[pane.index]
        subtitle = subtitle or track.subtitle(view)
        rect = QRectF(offset, 0, pane.width, placed.height)
        marks = marks or tuple(track.axis(rect, view))
    return Words(placed.lane.title, subtitle, marks)


def lines_of(
    title: str, width_of: Callable[[str], float], width: float, most: int
) -> list[str]:
    """Return a title in lines, broken where the name of a file has its joints.

    Args:
        title: What is to be written.
        width_of: Gives the width of a text in its font.
        width: Room of a line; the last one may be longer and is to be shortened.
        most: Most lines.
    """
    lines: list[str] = []
    while len(lines) < most - 1 and width_of(title) > width:
        ends = (n for n in range(1, len(title)) if width_of(title[:n]) <= width)
        end = max(ends, default=1)
        joint = max(title.rfind(mark, 0, end) for mark in _JOINTS) + 1
        end = joint if 3 * joint > end else end
        lines.append(title[:end].rstrip())
        title = title[end:]
    return [*lines, title]


def _paint(painter: QPainter, canvas: Surface, words: Words, height: int) -> None:
    palette = theme.current()
    title = label_font(canvas.font(), strong=True, factor=0.95)
    line = QFontMetricsF(title).height()
    # A short lane has its title in the middle; a tall one at the top.
    top = 5.0 if height > 2.2 * line else (height - line) / 2
    width = canvas.gutter - 2 * MARGIN
    painter.setFont(title)
    painter.setPen(color(palette.text))
    # One line is left to what is shown.
    room = min(_MOST_LINES, max(1, int((height - top) / line) - 1))
    lines = lines_of(words.title, QFontMetricsF(title).horizontalAdvance, width, room)
    for text in lines:
        # The names of files differ at their ends.
        box = QRectF(MARGIN, top, width, line)
        write(painter, box, text, LEFT, Qt.TextElideMode.ElideMiddle)
        top += line
    top -= line
    painter.setFont(label_font(canvas.font()))
    if words.subtitle and height > top + 2 * line:
        painter.setPen(color(palette.muted))
        write(painter, QRectF(MARGIN, top + line, width, line), words.subtitle, LEFT)
    for mark in words.marks:
        painter.setPen(color(palette.text if mark.strong else palette.muted))
        box = QRectF(MARGIN, mark.y - line / 2, width + 3, line)
        write(painter, box, mark.text, LEFT if mark.strong else _RIGHT)
