"""The lanes that there are: those of the app, and one for each opened file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from gfm_desktop.discovery import discover
from gfm_desktop.ui.browser import tracks
from gfm_desktop.ui.browser.lanes import Lane
from gfm_desktop.ui.widgets.listening import listen

if TYPE_CHECKING:
    from gfm_desktop.ui.browser.track import (
        FileTrackEntry,
        Sources,
        Track,
        TrackEntry,
    )
    from gfm_desktop.workspace.track_files import TrackFile


class LaneRack(QObject):
    """Makes the tracks and keeps them in the order of the workspace's lane book."""

    changed = Signal()
    """Lanes came, went, moved, or one is set otherwise."""

    def __init__(self, sources: Sources, parent: QObject | None = None) -> None:
        """Make the app's own tracks and those of the files that are open."""
        super().__init__(parent)
        self._sources = sources
        self._book = sources.workspace.lanes
        entries: list[TrackEntry] = list(discover(tracks, "TRACK").values())
        entries.sort(key=lambda entry: entry.order)
        found: list[FileTrackEntry] = list(discover(tracks, "FILE_TRACK").values())
        self._of_files = {entry.kind: entry for entry in found}
        self._orders = {entry.key: entry.order for entry in entries}
        self._tracks: dict[str, Track] = {}
        self._files: dict[str, TrackFile] = {}
        self._lanes: tuple[Lane, ...] = ()
        self._hidden: dict[str, bool] = {}
        for entry in entries:
            self._tracks[entry.key] = entry.factory(sources)
        self._book.admit(self._tracks)
        listen(self, sources.workspace.track_files.changed, self._follow_files)
        listen(self, self._book.changed, self._follow_book)
        self._follow_files()
        self._follow_book()

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """Return all lanes from the top, also hidden ones."""
        return self._lanes

    def _follow_files(self) -> None:
        """Make a lane for each new file, and take those away whose file is closed."""
        now = {file.key: file for file in self._sources.workspace.track_files.all}
        for key in [key for key in self._files if key not in now]:
            self._tracks.pop(key).seen(shown=False)
            del self._files[key]
            self._book.forget(key)
        for key, file in now.items():
            entry = self._of_files.get(file.kind)
            if entry is None or self._files.get(key) == file:
                continue
            self._files[key] = file
            self._tracks[key] = entry.factory(self._sources, file)
            if key not in self._book.order:
                self._book.admit([key])
                self._book.move(key, self._below(entry.order))
        self._follow_book()

    def _below(self, order: int) -> str | None:
        """Return the first of the app's lanes whose place is below a new lane's."""
        keys = self._book.order
        return next((key for key in keys if self._orders.get(key, -1) > order), None)

    def _follow_book(self) -> None:
        before = {lane.track.key: lane for lane in self._lanes}
        hidden = {key: self._book.look(key).hidden for key in self._tracks}
        for key, track in self._tracks.items():
            known = before.get(key)
            fresh = known is None or known.track is not track
            if fresh or self._hidden.get(key) != hidden[key]:
                track.seen(shown=not hidden[key])
        self._hidden = hidden
        self._lanes = tuple(
            before[key]
            if key in before and before[key].track is self._tracks[key]
            else Lane(self._tracks[key], self._book)
            for key in self._book.order
            if key in self._tracks
        )
        self.changed.emit()
