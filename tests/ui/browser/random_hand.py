"""A hand that does anything, in an order that a seed decides."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication

from gfm_desktop.genome.interval import Interval
from gfm_desktop.workspace.places import MOST_LOCI, SHORTEST_VIEW
from tests.ui.browser.hands import (
    ALT,
    CONTROL,
    MOVE,
    NONE,
    PRESS,
    RELEASE,
    SHIFT,
    TWICE,
    hover,
    mouse,
    press_key,
    turn,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from gfm_desktop.ui.browser.browser import BrowserPanel

_KEYS = (
    (Qt.Key.Key_Left, NONE),
    (Qt.Key.Key_Right, NONE),
    (Qt.Key.Key_Left, SHIFT),
    (Qt.Key.Key_Right, SHIFT),
    (Qt.Key.Key_Up, CONTROL),
    (Qt.Key.Key_Down, CONTROL),
    (Qt.Key.Key_Up, NONE),
    (Qt.Key.Key_Down, NONE),
    (Qt.Key.Key_Plus, NONE),
    (Qt.Key.Key_Minus, NONE),
    (Qt.Key.Key_Home, NONE),
    (Qt.Key.Key_End, NONE),
    (Qt.Key.Key_Home, CONTROL),
    (Qt.Key.Key_End, CONTROL),
    (Qt.Key.Key_Left, ALT),
    (Qt.Key.Key_Right, ALT),
)


class RandomHand:
    """Gestures on a browser, one a call of `act`.

    Attributes:
        acted: How often each gesture was made.
    """

    def __init__(self, panel: BrowserPanel, seed: int) -> None:
        self.panel, self.canvas = panel, panel.canvas
        self.workspace = panel.canvas.sources.workspace
        self.random = random.Random(seed)
        self.acted: dict[str, int] = {}
        self._acts: tuple[tuple[int, Callable[[], None]], ...] = (
            (20, self._drag),
            (20, self._wheel),
            (10, self._key),
            (10, self._hover),
            (5, self._click),
            (4, self._double_click),
            (4, self._draw_region),
            (4, self._go),
            (3, self._open_loci),
            (3, self._close_locus),
            (3, self._give_up),
            (3, self._take_lane),
            (2, self._hide_or_show),
            (2, self._select),
            (1, self._resize),
        )

    def act(self) -> None:
        """Make one gesture, and check what must hold after any."""
        weights = [weight for weight, _ in self._acts]
        ((_, act),) = self.random.choices(self._acts, weights)
        name = act.__name__
        self.acted[name] = self.acted.get(name, 0) + 1
        act()
        popup = QApplication.activePopupWidget()
        while popup is not None:
            popup.close()
            popup = QApplication.activePopupWidget()
        self.check()

    def check(self) -> None:
        """Check that every camera is inside its contig and every lane in its place."""
        canvas, genome = self.canvas, self.workspace.genome
        assert genome is not None
        loci = self.workspace.loci
        assert [pane.camera.interval for pane in canvas.panes] == list(loci)
        assert 1 <= len(loci) <= MOST_LOCI
        assert 0 <= self.workspace.active < len(loci)
        for pane in canvas.panes:
            camera, limit = pane.camera, genome.contigs[pane.camera.contig]
            assert camera.limit == limit
            assert camera.start >= 0
            assert camera.end <= limit + 1e-6
            assert min(SHORTEST_VIEW, limit) <= camera.length + 1e-6
            assert pane.left >= canvas.gutter
        placed = canvas.placed()
        bottoms = [0, *(one.bottom for one in placed)]
        assert all(one.top >= end for one, end in zip(placed, bottoms, strict=False))
        assert all(one.height >= 0 for one in placed)
        hidden = max(0, canvas.content_height() - canvas.room())
        assert 0 <= canvas.scroll_y <= hidden
        assert canvas.gestures.drag is None
        assert canvas.gestures.lane_drag is None
        assert canvas.dragged == ""

    def _place(self) -> tuple[float, float]:
        canvas = self.canvas
        x = self.random.uniform(0, canvas.width())
        return x, self.random.uniform(0, canvas.height())

    def _plot(self) -> tuple[float, float]:
        pane = self.random.choice(self.canvas.panes)
        x = self.random.uniform(pane.left, pane.right - 1)
        return x, self.random.uniform(self.canvas.header, self.canvas.height())

    def _drag(self) -> None:
        x, y = self._plot()
        mouse(self.canvas, PRESS, x, y)
        for _ in range(self.random.randint(1, 5)):
            x += self.random.uniform(-160, 160)
            y += self.random.uniform(-30, 30)
            mouse(self.canvas, MOVE, x, y)
        mouse(self.canvas, RELEASE, x, y)

    def _wheel(self) -> None:
        modifiers = self.random.choice((CONTROL, CONTROL, SHIFT, NONE))
        x, y = self._place()
        turn(self.canvas, x, y, self.random.choice((-3, -1, 1, 3)), modifiers)

    def _key(self) -> None:
        press_key(self.canvas, *self.random.choice(_KEYS))

    def _hover(self) -> None:
        x, y = self._place()
        hover(self.canvas, x, y)
        self.canvas.hit(QPointF(x, y))

    def _click(self) -> None:
        # Anywhere: also titles, crosses, labels and overviews.
        x, y = self._place()
        modifiers = self.random.choice((NONE, NONE, SHIFT, ALT))
        mouse(self.canvas, PRESS, x, y, modifiers)
        mouse(self.canvas, RELEASE, x, y, modifiers)

    def _double_click(self) -> None:
        x, y = self._place()
        mouse(self.canvas, TWICE, x, y, self.random.choice((NONE, ALT)))

    def _draw_region(self) -> None:
        x, y = self._plot()
        if self.random.random() < 0.5:
            y = self.canvas.header - 6.0
        for kind in (PRESS, MOVE, RELEASE):
            mouse(self.canvas, kind, x, y, SHIFT)
            x += self.random.uniform(-300, 300)
        self.canvas.forget_band()

    def _interval(self) -> Interval:
        genome = self.workspace.genome
        assert genome is not None
        contig, length = self.random.choice(list(genome.contigs.items()))
        size = round(length ** self.random.uniform(0.1, 1.0))
        start = self.random.randrange(length)
        return Interval(contig, start, start + max(1, size))

    def _go(self) -> None:
        self.workspace.go_to(self._interval())

    def _open_loci(self) -> None:
        count = self.random.choice((1,) * 10 + (2,) * 5 + (3, 3, 3, 5, MOST_LOCI))
        loci = [self._interval() for _ in range(count)]
        self.workspace.set_loci(loci, self.random.randrange(count))

    def _close_locus(self) -> None:
        self.workspace.close_locus(self.random.randrange(len(self.workspace.loci)))

    def _give_up(self) -> None:
        x, y = self._place()
        mouse(self.canvas, PRESS, x, y)
        mouse(self.canvas, MOVE, x + 40, y + 20)
        press_key(self.canvas, Qt.Key.Key_Escape, NONE)
        mouse(self.canvas, RELEASE, x + 40, y + 20)

    def _take_lane(self) -> None:
        """Drag a label, or its lower edge."""
        shown = self.canvas.visible()
        if not shown:
            return
        placed = self.random.choice(shown)
        top = self.canvas.top_of(placed)
        y = float(top + self.random.choice((5, placed.height - 2)))
        mouse(self.canvas, PRESS, 20, y)
        for _ in range(3):
            y += self.random.uniform(-120, 120)
            mouse(self.canvas, MOVE, 20, y)
        mouse(self.canvas, RELEASE, 20, y)

    def _hide_or_show(self) -> None:
        lane = self.random.choice(self.canvas.lanes)
        shown = [one for one in self.canvas.lanes if not one.look.hidden]
        if lane.look.hidden or len(shown) > 1:
            lane.book.change(lane.track.key, hidden=not lane.look.hidden)

    def _select(self) -> None:
        table = self.workspace.table
        if table is None or not len(table) or self.random.random() < 0.3:
            self.workspace.select(None)
        else:
            row = table.row(self.random.randrange(len(table)))
            self.workspace.show_variant(row)

    def _resize(self) -> None:
        wide, tall = self.random.randint(420, 1900), self.random.randint(220, 1000)
        self.panel.resize(wide, tall)
