"""Where the browser looks, and the way there; a part of the workspace."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from psygnal import Signal

from gfm_desktop.genome.interval import Interval
from gfm_desktop.workspace.places import MOST_LOCI, Places, Trail, fit, fitted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gfm_desktop.genome.reference import Reference


class Looking:
    """The loci on show side by side, of which one is active, and Back and Forward."""

    locus_changed = Signal(Interval)
    """Another active locus: it moved, or another one became active."""
    loci_changed = Signal()
    """Any locus moved, came or went, or another one became active."""
    arrived = Signal()
    """A project is where it was left: what came before was nobody's choice."""
    message = Signal(str, str)
    """(level, text): level is "info", "warning" or "error"; shown as a toast."""

    def __init__(self) -> None:
        """Look at nothing: no genome is open."""
        self._genome: Reference | None = None
        self._places = Places()
        self._trail = Trail()

    @property
    def locus(self) -> Interval:
        """Return the active locus; an empty contig where nothing is open."""
        return self._places.locus

    @property
    def loci(self) -> tuple[Interval, ...]:
        """Return what the browser shows side by side, from the left; at least one."""
        return self._places.loci

    @property
    def active(self) -> int:
        """Return the index of the active locus among `loci`."""
        return self._places.active

    def go_to(self, locus: Interval, *, remember: bool = True) -> None:
        """Move the active locus, clipped to the contig, never below `SHORTEST_VIEW`.

        Args:
            locus: Where to go; its contig must be one of the genome's.
            remember: Whether Back returns to where the view is now; a drag moves
                many times and is remembered once.
        """
        if self._genome is None or locus.contig not in self._genome.contigs:
            return
        wanted = fit(locus, self._genome.contigs[locus.contig])
        self._show(self._places.moved(wanted), remember=remember)

    def set_loci(
        self, loci: Sequence[Interval], active: int = 0, *, remember: bool = True
    ) -> None:
        """Show several loci side by side, or a single one.

        Args:
            loci: From the left, of any contigs; fitted as `go_to` does. Those of
                contigs that the genome lacks are left out, and where none remains,
                nothing changes.
            active: Index of the active one.
            remember: Whether Back returns to the loci before.
        """
        if self._genome is None:
            return
        wanted = fitted(loci, self._genome.contigs)
        if len(wanted) > MOST_LOCI:
            text = f"{len(wanted)} loci: the first {MOST_LOCI} are shown."
            self.message.emit("warning", text)
        if wanted:
            shown = tuple(wanted[:MOST_LOCI])
            places = Places(shown, min(max(0, active), len(shown) - 1))
            self._show(places, remember=remember)

    def activate(self, index: int) -> None:
        """Make another locus the active one; Back does not know of it."""
        if 0 <= index < len(self.loci):
            self._show(replace(self._places, active=index), remember=False)

    def close_locus(self, index: int) -> None:
        """Take a locus away; the last one stays."""
        if 0 <= index < len(self.loci):
            self._show(self._places.without(index), remember=True)

    def remember_locus(self, locus: Interval) -> None:
        """Note where a drag or a wheel turn of the active locus began, for Back."""
        if locus.contig and locus != self.locus:
            self._trail.leave(self._places.moved(locus))

    def go_back(self) -> None:
        """Return to the loci before; does nothing at the beginning."""
        if (places := self._trail.back(self._places)) is not None:
            self._show(places, remember=False)

    def go_forward(self) -> None:
        """Undo one `go_back`."""
        if (places := self._trail.forward(self._places)) is not None:
            self._show(places, remember=False)

    def _show(self, places: Places, *, remember: bool) -> None:
        before = self._places
        if places == before:
            return
        if remember:
            self._trail.leave(before)
        self._places = places
        self.loci_changed.emit()
        if places.locus != before.locus:
            self.locus_changed.emit(places.locus)

    def _leave_contigs(self) -> None:
        """Forget the way, and all loci but one, as another genome comes.

        Quietly: listeners must not see places of a genome that is not open yet.
        """
        self._trail.clear()
        self._places = Places((self.locus,))

    def _begin_on(self, contig: str, length: int) -> None:
        """Look at a whole contig of another genome."""
        self._places = Places((Interval(contig, 0, length),))
        self.loci_changed.emit()
        self.locus_changed.emit(self.locus)
