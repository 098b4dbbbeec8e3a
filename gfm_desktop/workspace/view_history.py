"""Undo and redo of the view: where the browser looks, and how its lanes are set."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from time import monotonic
from typing import TYPE_CHECKING

from psygnal import Signal

from gfm_desktop.workspace.lane_book import merged

if TYPE_CHECKING:
    from collections.abc import Callable, Set

    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.workspace.lane_book import LaneLook
    from gfm_desktop.workspace.workspace import Workspace

PAUSE = 0.6
"""Seconds of rest that end a burst: a drag or many turns of a wheel are one step."""
MOST_STEPS = 200


@dataclass(frozen=True, slots=True)
class ViewState:
    """What undo brings back.

    Attributes:
        loci: What is shown side by side.
        active: Index of the active locus.
        looks: The lanes from the top, and how each is set.
    """

    loci: tuple[Interval, ...]
    active: int
    looks: tuple[LaneLook, ...]

    def without(self, keys: Set[str]) -> ViewState:
        """Return the state without some lanes."""
        kept = (look for look in self.looks if look.key not in keys)
        return replace(self, looks=tuple(kept))


class ViewHistory:
    """The views before and after the present one.

    Lanes that come and go with their files are no steps, and neither is making
    another locus the active one. Another genome begins a new history, and so does a
    project that has come back to where it was left.
    """

    changed = Signal()
    """Something can be undone or redone, or no longer."""

    def __init__(
        self, workspace: Workspace, *, clock: Callable[[], float] = monotonic
    ) -> None:
        """Follow `workspace`.

        Args:
            workspace: Whose view.
            clock: Seconds that never run backwards.
        """
        self._workspace = workspace
        self._clock = clock
        self._undo: list[ViewState] = []
        self._redo: list[ViewState] = []
        self._now = self._read()
        self._kind: tuple[str, ...] = ()
        self._last = -PAUSE
        self._new: frozenset[str] = frozenset()
        self._begun = workspace.genome is not None
        self._showing = False
        self._told = (False, False)
        workspace.genome_changed.connect(self._restart)
        workspace.loci_changed.connect(self._moved)
        workspace.arrived.connect(self._arrive)
        workspace.lanes.changed.connect(self._note)

    @property
    def can_undo(self) -> bool:
        """Tell whether there is a view before."""
        return bool(self._undo)

    @property
    def can_redo(self) -> bool:
        """Tell whether a view was undone."""
        return bool(self._redo)

    def undo(self) -> None:
        """Return to the view before the last change; does nothing at the beginning."""
        if self._undo:
            self._redo.append(self._now)
            self._show(self._undo.pop())

    def redo(self) -> None:
        """Take one `undo` back."""
        if self._redo:
            self._undo.append(self._now)
            self._show(self._redo.pop())

    def rest(self) -> None:
        """End a burst: the next change is another step."""
        self._kind = ()

    def _show(self, state: ViewState) -> None:
        workspace = self._workspace
        self._showing = True
        workspace.lanes.restore(merged(state.looks, workspace.lanes.looks))
        workspace.set_loci(state.loci, state.active, remember=False)
        self._showing = False
        self._now = self._read()
        self.rest()
        self._tell()

    def _tell(self) -> None:
        can = (self.can_undo, self.can_redo)
        if can != self._told:
            self._told = can
            self.changed.emit()

    def _read(self) -> ViewState:
        workspace = self._workspace
        return ViewState(workspace.loci, workspace.active, workspace.lanes.looks)

    def _restart(self) -> None:
        self._undo.clear()
        self._redo.clear()
        self._begun = False
        self._now = self._read()
        self._new = frozenset()
        self.rest()
        self._tell()

    def _arrive(self) -> None:
        """Begin where a project was left, not at the whole contig before it."""
        self._restart()
        self._begun = True

    def _moved(self) -> None:
        if self._begun:
            self._note()
        else:
            # The first locus of a genome is where its history begins.
            self._begun, self._now = True, self._read()

    def _note(self) -> None:
        before, now = self._now, self._read()
        if now == before or self._showing:
            return
        if not self._begun:
            self._now = now
            return
        self._now = now
        kind = _kind(before, now)
        if not kind:
            return
        time = self._clock()
        fresh = time - self._last > PAUSE
        self._last = time
        if fresh:
            self._new = frozenset()
        if self._is_of_files(before, now):
            return
        if fresh or kind != self._kind:
            self._undo.append(before)
            del self._undo[:-MOST_STEPS]
        self._kind = kind
        self._redo.clear()
        self._tell()

    def _is_of_files(self, before: ViewState, now: ViewState) -> bool:
        """Tell whether only lanes came, went, or found their place after coming."""
        keys = {look.key for look in before.looks}
        new = {look.key for look in now.looks} - keys
        gone = keys - {look.key for look in now.looks}
        if new:
            self._new = self._new | new
        moved = self._new | gone
        return bool(moved) and before.without(moved) == now.without(moved)


def _kind(before: ViewState, now: ViewState) -> tuple[str, ...]:
    """Return what changed, the same for all changes of a burst; empty for no step."""
    if before.loci != now.loci:
        return ("loci",)
    if before.looks == now.looks:
        return ()
    old = {look.key: look for look in before.looks}
    changed = [
        f"{look.key}.{part.name}"
        for look in now.looks
        for part in fields(look)
        if look.key in old
        and getattr(look, part.name) != getattr(old[look.key], part.name)
    ]
    return tuple(changed) or ("order",)
