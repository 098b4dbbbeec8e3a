"""How the user has set the lanes of the browser: order, size, colour, scale.

No Qt here: undo, projects and the command line that draws a picture read the same
values as the painters.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from psygnal import Signal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

WHISKERS = "whiskers"
SUMMARIES = (WHISKERS, "mean", "max", "min")
"""What one pixel says of many values: `WHISKERS` shows the three others at once."""


@dataclass(frozen=True, slots=True)
class LaneLook:
    """What a lane looks like; empty and None mean the track's own choice.

    Attributes:
        key: The track.
        hidden: Whether it is left out.
        size: Factor on the track's own height.
        title: The user's name for it.
        colour: ``"#rrggbb"``.
        style: One of the track's `styles`.
        summary: One of `SUMMARIES`.
        low: Value at the bottom of a fixed scale.
        high: Value at the top of a fixed scale.
        group: Tracks of one name share their automatic scale.
        percentile: Where an automatic scale ends, of the values on show; below 100 a
            few very large values run out of the lane.
        choice: What else the track lets choose, in its own words, such as the number
            of a genetic code.
    """

    key: str
    hidden: bool = False
    size: float = 1.0
    title: str = ""
    colour: str = ""
    style: str = ""
    summary: str = WHISKERS
    low: float | None = None
    high: float | None = None
    group: str = ""
    percentile: float = 100.0
    choice: str = ""


def merged(wanted: Iterable[LaneLook], now: Iterable[LaneLook]) -> list[LaneLook]:
    """Return the lanes of `now` with the looks and the order of `wanted`.

    Lanes that only `wanted` knows are left out; one that only `now` knows stays below
    the lane that is above it now.
    """
    standing = {look.key: look for look in now}
    found = [look for look in wanted if look.key in standing]
    known = {look.key for look in found}
    above = ""
    for key, look in standing.items():
        if key not in known:
            keys = [one.key for one in found]
            found.insert(keys.index(above) + 1 if above else 0, look)
        above = key
    return found


class LaneBook:
    """The looks of all lanes, in their order from the top.

    Attributes:
        changed: Emitted after every real change.
    """

    changed = Signal()
    sought = Signal(str)
    """Key of a lane that somebody wants to see, wherever it lies."""
    bases_wanted = Signal(str)
    """Name of the base colours that a lane's menu chose; they are a setting of the
    whole window, and whoever keeps the settings listens."""

    def __init__(self) -> None:
        """Begin without any lane."""
        self._looks: dict[str, LaneLook] = {}

    @property
    def order(self) -> tuple[str, ...]:
        """Return the keys of all lanes from the top, also hidden ones."""
        return tuple(self._looks)

    @property
    def looks(self) -> tuple[LaneLook, ...]:
        """Return the looks of all lanes from the top."""
        return tuple(self._looks.values())

    def look(self, key: str) -> LaneLook:
        """Return a lane's look; the plain one for a lane that is not known."""
        return self._looks.get(key) or LaneLook(key)

    def admit(self, keys: Iterable[str]) -> None:
        """Take lanes in at the bottom that are not known yet."""
        new = {key: LaneLook(key) for key in keys if key not in self._looks}
        if new:
            self._looks.update(new)
            self.changed.emit()

    def forget(self, key: str) -> None:
        """Drop a lane whose track is gone."""
        if self._looks.pop(key, None) is not None:
            self.changed.emit()

    def change(self, key: str, **fields: Any) -> None:
        """Change some fields of a lane's look.

        Args:
            key: The lane; it is taken in where it is not known.
            fields: Fields of `LaneLook` and their new values.
        """
        look = replace(self.look(key), **fields)
        if self._looks.get(key) != look:
            self._looks[key] = look
            self.changed.emit()

    def show(self, key: str) -> None:
        """Bring a lane back where it is hidden, and to where it can be seen."""
        if key in self._looks:
            self.change(key, hidden=False)
            self.sought.emit(key)

    def change_many(self, changes: Mapping[str, Mapping[str, Any]]) -> None:
        """Change several lanes at once, told once: one step for undo.

        Args:
            changes: Lanes that are known, each with fields and their new values.
        """
        self.restore(
            [replace(look, **changes.get(key, {})) for key, look in self._looks.items()]
        )

    def move(self, key: str, before: str | None) -> None:
        """Put a lane above another one, or at the bottom where `before` is None."""
        if key not in self._looks or key == before:
            return
        rest = [one for one in self._looks if one != key]
        at = rest.index(before) if before in rest else len(rest)
        rest.insert(at, key)
        if tuple(rest) != self.order:
            self._looks = {one: self._looks[one] for one in rest}
            self.changed.emit()

    def restore(self, looks: Iterable[LaneLook]) -> None:
        """Show an earlier state: its lanes first, in its order; others stay below."""
        wanted = {look.key: look for look in looks}
        rest = {k: v for k, v in self._looks.items() if k not in wanted}
        new = {**wanted, **rest}
        if tuple(new.values()) != self.looks:
            self._looks = new
            self.changed.emit()
