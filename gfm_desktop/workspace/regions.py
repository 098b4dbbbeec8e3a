"""Regions of interest: a list that belongs to a genome and comes back with it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from psygnal import Signal

from gfm_desktop import paths
from gfm_desktop.errors import GfmError, InputError
from gfm_desktop.genome.fingerprint import write_whole
from gfm_desktop.genome.interval import Interval
from gfm_desktop.workspace.region_file import Region, bed_text, read_bed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from psygnal import SignalInstance

    from gfm_desktop.genome.reference import Reference

_STEPS = 200
"""Changes that can be undone."""


class Ground(Protocol):
    """What regions need of the workspace."""

    @property
    def genome(self) -> Reference | None:
        """Return the open genome."""
        ...

    @property
    def locus(self) -> Interval:
        """Return what the browser shows."""
        ...

    @property
    def genome_changed(self) -> SignalInstance:
        """Return the signal that another genome is shown."""
        ...

    @property
    def message(self) -> SignalInstance:
        """Return the signal that carries a level and a text."""
        ...


class Regions:
    """The regions of the open genome, in the user's order.

    Every change is written at once into the app's data, under the fingerprint of the
    genome: another copy of the same FASTA file has the same regions.

    Attributes:
        changed: Emitted after every real change, also when another genome is shown.
    """

    changed = Signal()

    def __init__(self, workspace: Ground) -> None:
        """Follow the genome of `workspace`."""
        self._workspace = workspace
        self._all: tuple[Region, ...] = ()
        self._before: list[tuple[Region, ...]] = []
        workspace.genome_changed.connect(self._follow)

    @property
    def all(self) -> tuple[Region, ...]:
        """Return all regions; a value that `restore` takes back."""
        return self._all

    @property
    def can_undo(self) -> bool:
        """Tell whether a change of the list can be taken back."""
        return bool(self._before)

    def within(self, view: Interval) -> list[tuple[int, Region]]:
        """Return the regions that share a base with a view, with their places."""
        return [(i, r) for i, r in enumerate(self._all) if r.interval.overlaps(view)]

    def at(self, contig: str, position: int) -> int | None:
        """Return the place of the shortest region over a 0-based position."""
        base = Interval(contig, position, position + 1)
        found = self.within(base)
        return min(found, key=lambda one: len(one[1].interval))[0] if found else None

    def add(self, interval: Interval, *, name: str = "", note: str = "") -> int | None:
        """Add a region and return its place; one that is there already is returned.

        Args:
            interval: Cut to its contig, which must be one of the genome's.
            name: ``"Region 3"`` or the like where empty.
            note: What there is to say.
        """
        genome = self._workspace.genome
        length = None if genome is None else genome.contigs.get(interval.contig)
        if length is None or not len(interval.clipped(length)):
            return None
        place = interval.clipped(length)
        there = (i for i, region in enumerate(self._all) if region.interval == place)
        known = next(there, None)
        if known is not None:
            return known
        region = Region(place, name or self._new_name(), note)
        self.restore((*self._all, region))
        return len(self._all) - 1

    def mark(self, interval: Interval) -> int | None:
        """Add a region under a new name, say so, and return its place."""
        index = self.add(interval)
        if index is not None:
            region = self._all[index]
            text = f"{region.name} is marked: {region.interval}."
            self._workspace.message.emit("info", text)
        return index

    def add_view(self) -> int | None:
        """Add what the browser shows."""
        return self.mark(self._workspace.locus)

    def add_middle(self) -> int | None:
        """Add the base in the middle of what the browser shows."""
        locus = self._workspace.locus
        middle = (locus.start + locus.end) // 2
        return self.mark(Interval(locus.contig, middle, middle + 1))

    def change(self, index: int, **fields: Any) -> None:
        """Change some fields of a region: `name`, `note`, `colour`, `interval`."""
        self.change_all([index], **fields)

    def change_all(self, indices: Iterable[int], **fields: Any) -> None:
        """Change some fields of several regions, as one step."""
        chosen = set(indices)
        self.restore(
            replace(r, **fields) if i in chosen else r for i, r in enumerate(self._all)
        )

    def remove(self, indices: Iterable[int]) -> None:
        """Take regions away by their places."""
        gone = set(indices)
        self.restore(r for i, r in enumerate(self._all) if i not in gone)

    def move(self, indices: Iterable[int], before: int) -> None:
        """Put regions in front of another one, in their order.

        Args:
            indices: Places of those that move.
            before: Place that they come in front of; the number of regions for the end.
        """
        moving = sorted(set(indices))
        head = [r for i, r in enumerate(self._all) if i < before and i not in moving]
        tail = [r for i, r in enumerate(self._all) if i >= before and i not in moving]
        self.restore((*head, *(self._all[i] for i in moving), *tail))

    def restore(self, regions: Iterable[Region]) -> None:
        """Show other regions: an earlier state, or what was read."""
        wanted = tuple(regions)
        if wanted == self._all:
            return
        self._before.append(self._all)
        del self._before[:-_STEPS]
        self._set(wanted)

    def undo(self) -> None:
        """Take the last change of the list back; does nothing at the beginning."""
        if self._before:
            self._set(self._before.pop())

    def read(self, path: Path) -> int:
        """Add the regions of a BED file; returns how many are new.

        What could not be read is said as a warning.

        Raises:
            InputError: If no region can be read from it, or no genome is open.
        """
        genome = self._genome()
        found = read_bed(path, genome)
        known = set(self._all)
        new = tuple(r for r in dict.fromkeys(found.regions) if r not in known)
        self.restore((*self._all, *new))
        if found.refused:
            self._workspace.message.emit("warning", f"{path.name}: {found.words}.")
        return len(new)

    def write(self, path: Path, indices: Sequence[int] = ()) -> None:
        """Write regions as BED.

        Args:
            path: An existing file is replaced whole.
            indices: Places of those to write; empty for all.

        Raises:
            InputError: If the file cannot be written.
        """
        chosen = [self._all[i] for i in indices] if indices else self._all
        _write(path, bed_text(chosen))

    def _new_name(self) -> str:
        names = {region.name for region in self._all}
        number = len(self._all) + 1
        while f"Region {number}" in names:
            number += 1
        return f"Region {number}"

    def _set(self, regions: tuple[Region, ...]) -> None:
        self._all = regions
        self._save()
        self.changed.emit()

    def _genome(self) -> Reference:
        genome = self._workspace.genome
        if genome is None:
            raise InputError(
                "Regions lie on a genome, and none is open.",
                todo="Open the genome first.",
            )
        return genome

    def _save(self) -> None:
        genome = self._workspace.genome
        if genome is None:
            return
        try:
            _write(_home(genome), bed_text(self._all))
        except GfmError as problem:
            self._workspace.message.emit("warning", str(problem))

    def _follow(self) -> None:
        """Show the regions of the genome that is open now."""
        genome = self._workspace.genome
        self._before.clear()
        self._all = () if genome is None else self._load(genome)
        self.changed.emit()

    def _load(self, genome: Reference) -> tuple[Region, ...]:
        path = _home(genome)
        if not path.is_file():
            return ()
        try:
            found = read_bed(path, genome)
        except InputError as problem:
            _put_aside(path)
            self._workspace.message.emit("warning", str(problem))
            return ()
        if found.refused:
            _put_aside(path)
            text = f"Of the regions of this genome, {found.words}."
            self._workspace.message.emit("warning", text)
        return found.regions


def _home(genome: Reference) -> Path:
    return paths.data() / "regions" / f"{genome.fingerprint[:32]}.bed"


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text.encode("utf-8"))
    except OSError as error:
        raise InputError(
            f"The regions cannot be written: {error.strerror or error}.",
            where=str(path),
            todo="Check that the folder exists and that you may write there.",
        ) from error


def _put_aside(path: Path) -> None:
    """Keep a damaged file: the next change would write over it."""
    try:
        path.with_suffix(".damaged.bed").write_bytes(path.read_bytes())
    except OSError:
        return
