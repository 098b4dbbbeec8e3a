"""An automatic scale that is kept while bases move, and found anew when they rest.

A picture that breathes under the hand is hard to follow, and would be painted anew at
each step. Axis and picture ask here, so that they always agree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.ui.browser.signal_scale import Extent
    from gfm_desktop.workspace.workspace import Workspace

REST_MS = 150
"""How long loci stay until their scale is found anew."""


class HeldScale(QObject):
    """The ends of one lane's scale."""

    rested = Signal()
    """What is on screen rests: the scale may be another one now."""

    def __init__(self, workspace: Workspace) -> None:
        """Follow the workspace's loci; nothing is held yet."""
        super().__init__()
        self._workspace = workspace
        self._loci: tuple[Interval, ...] = ()
        self._look: Hashable = None
        self._held: Extent | None = None
        self._timer = QTimer(self, singleShot=True, interval=REST_MS)
        self._timer.timeout.connect(self.rested)

    @property
    def moving(self) -> bool:
        """Tell whether a scale is held that may not be that of what is on screen."""
        return self._timer.isActive()

    def ends(self, look: Hashable, reckon: Callable[[], Extent]) -> Extent:
        """Return the ends of the scale.

        Args:
            look: The user's settings; others are obeyed at once.
            reckon: Finds the ends that hold what is on screen.
        """
        loci = self._workspace.loci
        if loci != self._loci or look != self._look:
            if look == self._look and _moved(self._loci, loci):
                self._timer.start()
            else:
                self._timer.stop()
            self._loci, self._look = loci, look
        if self._held is None or not self.moving:
            self._held = reckon()
        return self._held


def _moved(before: tuple[Interval, ...], now: tuple[Interval, ...]) -> bool:
    """Tell whether loci are those from before, dragged by less than their length."""
    return len(before) == len(now) and all(
        a.contig == b.contig
        and len(a) == len(b)
        and abs(a.start - b.start) < max(1, len(a))
        for a, b in zip(before, now, strict=True)
    )
