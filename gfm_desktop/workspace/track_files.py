"""Files that are shown as tracks of their own, beside genome, genes and variants."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from psygnal import Signal

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path


class TrackKind(StrEnum):
    """What a file of this sort holds."""

    SIGNAL = "signal"
    ALIGNMENTS = "alignments"
    FEATURES = "features"


@dataclass(frozen=True, slots=True)
class TrackFile:
    """An open file with a lane of its own.

    Attributes:
        key: Name of its lane, such as ``"signal-1"``; never used twice in a session.
        kind: What it holds.
        path: The file that the user opened.
        title: What its label says; no other open file has the same.
        store: Path of what its job made ready; empty where it made nothing.
        notes: What must be told: lines passed over, contigs the genome lacks.
    """

    key: str
    kind: TrackKind
    path: Path
    title: str
    store: str = ""
    notes: tuple[str, ...] = ()


class TrackFiles:
    """All of them, in the order in which they were opened."""

    changed = Signal()

    def __init__(self) -> None:
        """Begin with none."""
        self._files: dict[str, TrackFile] = {}
        self._counts: dict[TrackKind, int] = {}

    @property
    def all(self) -> tuple[TrackFile, ...]:
        """Return the open files."""
        return tuple(self._files.values())

    def of(self, key: str) -> TrackFile | None:
        """Return the file of a lane, or None."""
        return self._files.get(key)

    def add(
        self,
        kind: TrackKind,
        path: Path,
        *,
        title: str = "",
        store: str = "",
        notes: tuple[str, ...] = (),
    ) -> TrackFile:
        """Open a file; one that is open already keeps its lane and is renewed.

        Args:
            kind: What it holds.
            path: The file.
            title: What its label says, unless another file's does; the file's name
                where empty.
            store: Path of what its job made ready.
            notes: What must be told about it.
        """
        open_now = (f for f in self.all if (f.kind, f.path) == (kind, path))
        before = next(open_now, None)
        key = self._new_key(kind) if before is None else before.key
        taken = {other.title for other in self.all if other.key != key}
        file = TrackFile(key, kind, path, _title(title, path, taken), store, notes)
        if file != before:
            self._files[key] = file
            self.changed.emit()
        return file

    def remove(self, key: str) -> None:
        """Close a file; does nothing where it is not open."""
        if self._files.pop(key, None) is not None:
            self.changed.emit()

    def clear(self) -> None:
        """Close all files."""
        if self._files:
            self._files.clear()
            self.changed.emit()

    def _new_key(self, kind: TrackKind) -> str:
        # Never again: a late answer must not reach another file's lane.
        number = self._counts.get(kind, 0) + 1
        self._counts[kind] = number
        return f"{kind}-{number}"


def _title(title: str, path: Path, taken: Collection[str]) -> str:
    """Return the shortest title that no other file has."""
    candidates = (title, path.name, f"{path.parent.name}/{path.name}")
    return next((one for one in candidates if one and one not in taken), str(path))
