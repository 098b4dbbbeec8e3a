"""What lanes of packed features do alike: genes, and features of opened files.

Bodies move with their bases, so they are painted once and moved. Names are held on
screen while any of their feature is, and numbers stay in the middle of what is seen of
a block: these are written anew each time.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from functools import partial
from typing import TYPE_CHECKING

from gfm_desktop.ui.browser.block_paint import paint_strands
from gfm_desktop.ui.browser.bodies import paint_sheet
from gfm_desktop.ui.browser.body_text import Writer, paint_names
from gfm_desktop.ui.browser.density import (
    HEIGHT,
    Density,
    paint_counted,
    paint_density,
)
from gfm_desktop.ui.browser.drawing import hint
from gfm_desktop.ui.browser.pile import NEITHER, Layout, Pile, Piles
from gfm_desktop.ui.browser.track import AxisMark, PlainTrack
from gfm_desktop.ui.theme import scale_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QRectF
    from PySide6.QtGui import QPainter

    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.ui.browser.track import View
    from gfm_desktop.ui.palette import Palette
    from gfm_desktop.workspace.workspace import Workspace

MARGIN = 6
"""Pixels above and below the rows together."""


class PiledTrack(PlainTrack):
    """A lane of features in rows, or of their counts where there are too many."""

    key: str
    numbered = False
    """Whether the blocks of a feature are counted, as exons are."""

    def __init__(self, workspace: Workspace) -> None:
        """Begin without any pile."""
        self._workspace = workspace
        self._piles = Piles()
        self._writer = Writer()
        self._on_screen: View | None = None

    @abstractmethod
    def layout(self, view: View) -> Layout | None:
        """Return the features around the view, in rows or counted; None without any."""

    @abstractmethod
    def nothing(self) -> str:
        """Return what a view without any feature says."""

    @abstractmethod
    def tint(self, palette: Palette, role: int) -> str:
        """Return the colour of a role as ``#rrggbb``; see `pile.roles_of`."""

    @abstractmethod
    def least(self) -> float:
        """Return the height of a lane without any row, in pixels."""

    def height(self, view: View) -> int:
        """Return room for the rows on screen."""
        layout = self.layout(view)
        if isinstance(layout, Density):
            return round(HEIGHT * scale_of())
        if layout is None:
            return round(self.least()) + MARGIN
        rows = layout.count * layout.geometry.pitch
        return round(max(self.least(), rows)) + MARGIN

    def subtitle(self, view: View) -> str:
        """Return what does not fit."""
        layout = self.layout(view)
        if isinstance(layout, Pile) and layout.squeezed:
            return "more than fit"
        return ""

    def axis(self, rect: QRectF, view: View) -> Sequence[AxisMark]:
        """Return the count of the tallest column, where features are counted."""
        layout = self.layout(view)
        if not isinstance(layout, Density):
            return ()
        return (AxisMark(10.0, f"{layout.most:,}"),)

    def shifts(self, view: View) -> bool:
        """Return that bodies and columns move with their bases."""
        self._on_screen = view
        return True

    def stamp(self) -> object:
        """Return the pile on screen, and what colours it."""
        seen = self._on_screen
        layout = None if seen is None else self.layout(seen)
        return layout, self._workspace.lanes.look(self.key)

    def paint(self, painter: QPainter, rect: QRectF, view: View) -> None:
        """Paint the bodies or the columns."""
        layout = self._around(view)
        if isinstance(layout, Density):
            plain = self.tint(view.palette, NEITHER)
            paint_density(painter, rect, layout, view, plain)
        elif layout is not None:
            paint_sheet(painter, layout.sheet, view, partial(self.tint, view.palette))

    def paint_pinned(self, painter: QPainter, rect: QRectF, view: View) -> None:
        """Write names and numbers, or say why there is none."""
        layout = self.layout(view)
        if isinstance(layout, Density):
            paint_counted(painter, rect, view)
            return
        if layout is None or not len(layout.on_screen(view)):
            hint(painter, rect, self.nothing(), view)
            return
        writer = self._writer
        numbers = writer if self.numbered else None
        tint = partial(self.tint, view.palette)
        paint_strands(painter, rect, layout, view, tint, numbers)
        paint_names(painter, rect, layout, view, writer)

    def _around(self, view: View) -> Layout | None:
        """Return the pile of what is on screen also for a picture beyond its edges.

        That has other rows than the pile of a wider view may have.
        """
        seen, shown = self._on_screen, view.interval
        if seen is not None and math.isclose(seen.scale, view.scale, rel_tol=1e-9):
            part = seen.interval
            inside = shown.start <= part.start and part.end <= shown.end
            if inside and shown.contig == part.contig:
                layout = self.layout(seen)
                if layout is not None and _holds(layout, shown):
                    return layout
        return self.layout(view)


def _holds(layout: Layout, shown: Interval) -> bool:
    stretch = layout.stretch
    return stretch.start <= shown.start and shown.end <= stretch.end
