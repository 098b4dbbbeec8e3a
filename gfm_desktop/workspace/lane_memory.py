"""The lanes of a project as its file keeps them, and how they find their tracks again.

Lanes of the app are kept by their name. Lanes of files are kept by their path: their
keys are numbers of one session, and the files come one after the other.
"""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from gfm_desktop.settings import SavedLane, SavedTrack
from gfm_desktop.workspace.lane_book import SUMMARIES, LaneLook, merged

if TYPE_CHECKING:
    from gfm_desktop.settings import RecentProject
    from gfm_desktop.workspace.workspace import Workspace

_KEPT = {part.name: str(part.type) for part in fields(LaneLook) if part.name != "key"}


def saved_lanes(workspace: Workspace) -> tuple[SavedLane, ...]:
    """Return the lanes from the top, each with what is not the usual about it."""
    return tuple(_saved(workspace, look) for look in workspace.lanes.looks)


def look_of(saved: SavedLane, key: str) -> LaneLook:
    """Return a lane's look; what cannot be used is left at its usual value."""
    good = {n: v for n, v in saved.look.items() if _is_good(n, v)}
    numbers = {
        n: float(v) for n, v in good.items() if "float" in _KEPT[n] and v is not None
    }
    return LaneLook(key, **{**good, **numbers})  # type: ignore[arg-type]


class LaneMemory:
    """Gives lanes the looks that a project remembers, as soon as they are there."""

    def __init__(self, workspace: Workspace) -> None:
        """Follow `workspace`; nothing is expected yet."""
        self._workspace = workspace
        self._genome = ""
        self._wanted: tuple[SavedLane, ...] = ()
        self._tracks: tuple[SavedTrack, ...] = ()
        self._given: set[int] = set()
        self._open: set[SavedTrack] = set()
        workspace.genome_changed.connect(self._follow_genome)
        workspace.track_files.changed.connect(self._follow_files)

    @property
    def tracks(self) -> tuple[SavedTrack, ...]:
        """Return the files with lanes: open, on their way, or not to be read.

        A file that cannot be read today stays with the project until it is removed.
        """
        return self._tracks

    @property
    def lanes(self) -> tuple[SavedLane, ...]:
        """Return the lanes from the top, those of files that are not open included."""
        found = list(saved_lanes(self._workspace))
        here = {_identity(saved) for saved in found}
        kept = {track.path for track in self._tracks}
        above = -1
        for saved in self._wanted:
            if _identity(saved) in here:
                names = [_identity(one) for one in found]
                above = names.index(_identity(saved))
            elif saved.path in kept:
                above += 1
                found.insert(above, saved)
        return tuple(found)

    def expect(self, project: RecentProject) -> None:
        """Remember what the project's genome should be shown with."""
        self._genome, self._wanted = project.genome, project.lanes
        self._tracks = project.tracks
        self._given.clear()
        genome = self._workspace.genome
        if genome is not None and str(genome.source) == self._genome:
            self._apply()

    def _follow_genome(self) -> None:
        genome = self._workspace.genome
        self._open.clear()
        if genome is None:
            return
        if str(genome.source) != self._genome:
            self._genome, self._wanted, self._tracks = str(genome.source), (), ()
        self._apply()

    def _follow_files(self) -> None:
        workspace = self._workspace
        now = {
            SavedTrack(kind=file.kind.value, path=str(file.path)): None
            for file in workspace.track_files.all
        }
        genome = workspace.genome
        if genome is None or str(genome.source) != self._genome:
            return  # Another project is on its way; these belong to the one before.
        removed = self._open - set(now)
        kept = (track for track in self._tracks if track not in removed)
        self._tracks = tuple(dict.fromkeys((*kept, *now)))
        self._open = set(now)
        keys = [file.key for file in self._workspace.track_files.all]
        if any(self._numbers(key) for key in keys):
            # In their place from the first moment, not below the others.
            self._workspace.lanes.admit(keys)
            self._apply()

    def _numbers(self, key: str) -> list[int]:
        """Return which of the wanted lanes is this one; empty for none."""
        file = self._workspace.track_files.of(key)
        return [
            number
            for number, saved in enumerate(self._wanted)
            if (saved.path and file is not None and Path(saved.path) == file.path)
            or (not saved.path and saved.name == key)
        ]

    def _apply(self) -> None:
        """Lay what is remembered over the lanes that have come."""
        lanes = self._workspace.lanes
        found = {n[0]: look for look in lanes.looks if (n := self._numbers(look.key))}
        new = set(found) - self._given
        if not new:
            return
        self._given |= new
        wanted = [
            look_of(self._wanted[number], found[number].key)
            if number in new
            else found[number]
            for number in sorted(found)
        ]
        lanes.restore(merged(wanted, lanes.looks))


def _identity(saved: SavedLane) -> tuple[str, str]:
    return saved.name, saved.path


def _saved(workspace: Workspace, look: LaneLook) -> SavedLane:
    file = workspace.track_files.of(look.key)
    usual = LaneLook(look.key)
    values = {name: getattr(look, name) for name in _KEPT}
    return SavedLane(
        name="" if file is not None else look.key,
        path="" if file is None else str(file.path),
        look={n: v for n, v in values.items() if v != getattr(usual, n)},
    )


def _is_good(name: str, value: object) -> bool:
    """Tell whether a value from a file can be a lane's."""
    kind = _KEPT.get(name, "")
    number = isinstance(value, int | float) and not isinstance(value, bool)
    match kind:
        case "bool":
            return isinstance(value, bool)
        case "float":
            return number and (name != "size" or 0.1 <= float(str(value)) <= 20)
        case "float | None":
            return number or value is None
        case "str":
            return isinstance(value, str) and (name != "summary" or value in SUMMARIES)
    return False
