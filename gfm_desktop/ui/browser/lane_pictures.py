"""Pictures of lanes that are kept: painted once, moved while the bases move.

A lane is painted into a picture of its own, and the canvas puts the pictures together.
Moving the mouse paints no lane; what has changed in one lane paints that lane. A track
that `shifts` is painted half a screen wider on either side, and a drag moves the
picture by whole pixels of the device; before it runs out it is painted anew, one lane
at a time, while nobody waits.

A zoom paints every lane. Where a frame may last only so long (`hurry`), the lanes that
are not painted by then show their old picture stretched, and the next frames paint
them: a hand that turns a wheel never waits for ten lanes.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRectF, Qt, QTimer
from PySide6.QtGui import QPainter, QPixmap

from gfm_desktop.ui import theme
from gfm_desktop.ui.theme import color

if TYPE_CHECKING:
    from gfm_desktop.ui.browser.lanes import Placed
    from gfm_desktop.ui.browser.navigation import Camera
    from gfm_desktop.ui.browser.panes import Pane
    from gfm_desktop.ui.browser.surface import Surface

_MARGIN = 0.5
"""Part of a pane's width that is painted on either side of it, beforehand."""
_SOON = 0.15
"""Part of a pane's width that is left of a margin when it is time for another."""
_ROOMIEST = 2.1
"""How many times too wide a picture may be that is painted into: it has margins."""
_OFF = 0.02
"""Pixels of the device by which a moved picture may be off: none that can be seen."""
_REST_MS = 40
"""How long a scale stays before more than the screen is painted."""


@dataclass(slots=True)
class _Picture:
    """A painted stretch of a lane.

    Attributes:
        pixmap: The picture.
        contig: Contig.
        start: Its left edge in bp, exact to fractions of a base.
        scale: Pixels per bp.
        width: Pixels.
        stamps: What the lane's picture depended on; empty where it is of no use.
        wide: Whether it was painted with margins.
    """

    pixmap: QPixmap
    contig: str
    start: float
    scale: float
    width: float
    stamps: tuple[object, ...]
    wide: bool


class LanePictures(QObject):
    """Keeps the pictures of a canvas and paints those that do not fit any more.

    Attributes:
        painted: How many pictures were painted so far, for tests and benchmarks.
        hurry: Seconds of a frame after which a zoom stretches what is left.
        stretched: Whether the last frame has a stretched picture; another frame is on
            its way then.
    """

    def __init__(self, canvas: Surface) -> None:
        """Begin without any."""
        super().__init__(canvas)
        self._canvas = canvas
        self._pictures: dict[tuple[str, int], _Picture] = {}
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._paint_ahead)
        self.painted = 0
        self.hurry = math.inf
        self.stretched = False
        self._begun = 0.0
        self._again = QTimer(self, singleShot=True)
        self._again.timeout.connect(canvas.update)

    def begin(self) -> None:
        """Begin a frame."""
        self.stretched = False
        self._begun = time.perf_counter()

    def forget(self, *, stamped: bool = True) -> None:
        """Paint every lane anew; without `stamped` only those that cannot tell."""
        lanes = {lane.track.key: lane.track for lane in self._canvas.lanes}
        for (key, _), picture in self._pictures.items():
            track = lanes.get(key)
            if stamped or track is None or track.stamp() is None:
                picture.stamps = ()

    def draw(self, painter: QPainter, pane: Pane, placed: Placed, top: float) -> None:
        """Draw a lane's part of a pane, at a height in pixels of the canvas."""
        view, offset = self._canvas.views[pane.index]
        track, height = placed.lane.track, placed.height
        moving = track.shifts(view)
        picture, stamps = self._pictures.get((track.key, pane.index)), _stamps(placed)
        late = time.perf_counter() - self._begun > self.hurry
        if late and picture is not None and _is_zoomed(picture, pane):
            _draw_stretched(painter, picture, pane, QRectF(0, top, 0, height))
            self.stretched = True
            self._again.start(0)
            return
        picture, shift = self._fitting(picture, pane, placed, stamps, moving=moving)
        ratio = picture.pixmap.devicePixelRatio()
        painter.drawPixmap(
            QRectF(pane.left, top, pane.width, height),
            picture.pixmap,
            QRectF(shift * ratio, 0, pane.width * ratio, height * ratio),
        )
        if moving:
            painter.save()
            painter.setClipRect(
                QRectF(pane.left, top, pane.width, height),
                Qt.ClipOperation.IntersectClip,
            )
            painter.translate(pane.left - offset, top)
            track.paint_pinned(painter, QRectF(offset, 0, pane.width, height), view)
            painter.restore()
            if _runs_out(picture, shift, pane) and not self._timer.isActive():
                self._timer.start(0 if picture.wide else _REST_MS)

    def _fitting(
        self,
        picture: _Picture | None,
        pane: Pane,
        placed: Placed,
        stamps: tuple[object, ...],
        *,
        moving: bool,
    ) -> tuple[_Picture, float]:
        """Return a picture that shows the pane, and its pixel at the pane's left."""
        shift = None if picture is None else _shift(picture, pane, stamps)
        if picture is not None and shift is not None:
            return picture, shift
        # After a jump, a zoom or news the screen comes first, the margins later.
        ran_out = picture is not None and _continues(picture, pane, stamps)
        fresh = self._paint(pane, placed, wide=moving and ran_out)
        return fresh, _shift(fresh, pane, fresh.stamps) or 0.0

    def _paint_ahead(self) -> None:
        """Paint one lane that runs out, and come again where there are more."""
        canvas = self._canvas
        for pane in canvas.panes:
            for placed in canvas.visible():
                picture = self._pictures.get((placed.lane.track.key, pane.index))
                moving = placed.lane.track.shifts(canvas.views[pane.index][0])
                if picture is None or not moving:
                    continue
                shift = _shift(picture, pane, _stamps(placed))
                if shift is not None and _runs_out(picture, shift, pane):
                    self._paint(pane, placed, wide=True)
                    self._timer.start(0)
                    return

    def _paint(self, pane: Pane, placed: Placed, *, wide: bool) -> _Picture:
        """Paint a lane, with a margin on both sides where `wide`."""
        canvas, track, height = self._canvas, placed.lane.track, placed.height
        ratio = canvas.devicePixelRatioF()
        left, right = _margins(pane, ratio) if wide else (0.0, 0.0)
        scale, width = pane.scale, pane.width + left + right
        start = pane.camera.start - left / scale
        camera = replace(pane.camera, start=start, length=width / scale)
        larger = replace(pane, left=pane.left - left, width=width, camera=camera)
        view, offset = larger.view()
        key = (track.key, pane.index)
        pixmap = self._blank(key, width, height, ratio)
        # As a context manager: a painter left open by an error is a crash of Qt.
        with QPainter(pixmap) as painter:
            painter.setFont(canvas.font())
            self._fill(painter, larger, height)
            painter.translate(-offset, 0)
            track.paint(painter, QRectF(offset, 0, width, height), view)
        self.painted += 1
        stamps = _stamps(placed)
        picture = _Picture(pixmap, camera.contig, start, scale, width, stamps, wide)
        self._pictures[key] = picture
        self._make_room()
        return picture

    def _make_room(self) -> None:
        """Let go of what is scrolled away, hidden or closed, once that is half of all.

        What is left is twice the canvas: a picture of it, and the margins.
        """
        canvas = self._canvas
        lanes = {placed.lane.track.key for placed in canvas.visible()}
        count = len(canvas.panes)
        if len(self._pictures) > 2 * count * len(lanes):
            kept = self._pictures.items()
            self._pictures = {
                key: one for key, one in kept if key[0] in lanes and key[1] < count
            }

    def _fill(self, painter: QPainter, pane: Pane, height: int) -> None:
        """Paint what lies behind a lane; the picture has no holes."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(0, 0, pane.width, height)
        painter.fillRect(box, color(theme.current().surface))
        painter.save()
        painter.translate(-pane.left, 0)
        for paint in self._canvas.underlays:
            paint(painter, pane, box.translated(pane.left, 0))
        painter.restore()

    def _blank(
        self, key: tuple[str, int], width: float, height: int, ratio: float
    ) -> QPixmap:
        """Return a picture to paint into: the lane's old one where it has the room.

        Megabytes of fresh memory cost as much as the painting. A screen is painted
        into the left half of what had margins, which will be wanted again.
        """
        wide, tall = math.ceil(width * ratio), max(1, math.ceil(height * ratio))
        old = self._pictures.get(key)
        if old is not None and old.pixmap.height() == tall:
            there = old.pixmap.width()
            fits = wide <= there <= _ROOMIEST * wide
            if fits and old.pixmap.devicePixelRatio() == ratio:
                del self._pictures[key]
                return old.pixmap
        pixmap = QPixmap(wide, tall)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(color(theme.current().surface))
        return pixmap


def _is_zoomed(picture: _Picture, pane: Pane) -> bool:
    """Tell whether a picture shows some of a pane at another scale."""
    camera, end = pane.camera, picture.start + picture.width / picture.scale
    if not picture.stamps or picture.contig != camera.contig:
        return False
    if math.isclose(picture.scale, pane.scale, rel_tol=1e-12):
        return False
    return picture.start < camera.end and camera.start < end


def _draw_stretched(
    painter: QPainter, picture: _Picture, pane: Pane, lane: QRectF
) -> None:
    """Draw what a picture of another scale has of a pane, base over base.

    Args:
        painter: Paints the canvas.
        picture: As `_is_zoomed` wants it.
        pane: Where to draw.
        lane: Top and height of the lane, in pixels of the canvas.
    """
    camera, ratio = pane.camera, picture.pixmap.devicePixelRatio()
    whole = QRectF(pane.left, lane.top(), pane.width, lane.height())
    painter.fillRect(whole, color(theme.current().surface))
    start = max(camera.start, picture.start)
    end = min(camera.end, picture.start + picture.width / picture.scale)
    tall = min(lane.height(), picture.pixmap.height() / ratio)
    into = QRectF(
        pane.left + (start - camera.start) * pane.scale,
        lane.top(),
        (end - start) * pane.scale,
        tall,
    )
    part = QRectF(
        (start - picture.start) * picture.scale * ratio,
        0,
        (end - start) * picture.scale * ratio,
        tall * ratio,
    )
    painter.drawPixmap(into, picture.pixmap, part)


def _stamps(placed: Placed) -> tuple[object, ...]:
    """Return what a lane's picture depends on beside the place."""
    return placed.height, placed.lane.track.stamp()


def _continues(picture: _Picture, pane: Pane, stamps: tuple[object, ...]) -> bool:
    """Tell whether a pane shows some of a picture that is good, and more."""
    camera = pane.camera
    if picture.stamps != stamps or picture.contig != camera.contig:
        return False
    if not math.isclose(picture.scale, pane.scale, rel_tol=1e-12):
        return False
    end = picture.start + picture.width / picture.scale
    return picture.start <= camera.end and camera.start <= end


def _shift(picture: _Picture, pane: Pane, stamps: tuple[object, ...]) -> float | None:
    """Return the pixel of a picture that is at the pane's left; None: no use."""
    if not _continues(picture, pane, stamps):
        return None
    ratio = picture.pixmap.devicePixelRatio()
    exact = (pane.camera.start - picture.start) * pane.scale * ratio
    whole = round(exact)
    if abs(exact - whole) > _OFF or whole < 0:
        return None
    shift = whole / ratio
    return None if shift + pane.width > picture.width + 1e-6 else shift


def _runs_out(picture: _Picture, shift: float, pane: Pane) -> bool:
    """Tell whether there is little left on a side where the contig goes on."""
    camera, least = pane.camera, _SOON * pane.width
    left, right = shift, picture.width - shift - pane.width
    before = camera.start * pane.scale
    after = (camera.limit - camera.end) * pane.scale
    return left < min(least, before - 1) or right < min(least, after - 1)


def _margins(pane: Pane, ratio: float) -> tuple[float, float]:
    """Return the pixels to paint left and right of a pane: whole ones of the device."""
    camera: Camera = pane.camera
    most = math.floor(_MARGIN * pane.width * ratio)
    before = math.floor(max(0.0, camera.start) * pane.scale * ratio)
    after = math.ceil(max(0.0, camera.limit - camera.end) * pane.scale * ratio)
    return min(most, before) / ratio, min(most, after) / ratio
