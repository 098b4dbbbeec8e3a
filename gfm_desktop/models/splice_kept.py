"""Things that are kept up to a number of bytes: what was used last stays."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable


class Sized(Protocol):
    """Something that takes memory."""

    @property
    def nbytes(self) -> int:
        """Return how much."""
        ...


Value = TypeVar("Value", bound=Sized)


class Kept(Generic[Value]):
    """Values by key; not for several threads at a time.

    Attributes:
        limit: Bytes to keep after each `trim`.
        turns: What was wanted since so many `begin` is kept before all else: so many
            things take turns.
    """

    turns: int = 1

    def __init__(self, limit: int) -> None:
        """Start with none, to keep up to `limit` bytes after each `trim`."""
        self.limit = limit
        self._nbytes = 0
        self._now = 0
        self._found: OrderedDict[Hashable, Value] = OrderedDict()
        self._used: set[Hashable] = set()
        self._wanted: dict[Hashable, int] = {}

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._found)

    def begin(self) -> None:
        """Begin something: what is used from now on stays until `trim`."""
        self._now += 1
        self._used.clear()

    def get(self, key: Hashable, *, wanted: bool = True) -> Value | None:
        """Return what is kept under a key, which so was used last.

        Args:
            key: What to find it by.
            wanted: Whether it is wanted for itself, and so probably again soon; not
                only to make something else of it.
        """
        value = self._found.get(key)
        if value is not None:
            self._found.move_to_end(key)
            self._note(key, wanted)
        return value

    def put(self, key: Hashable, value: Value, *, wanted: bool = True) -> None:
        """Keep a value, in the place of one that may be there.

        Makes room by forgetting what was not used since `begin`, nor wanted lately, as
        far as it goes.
        """
        if key in self._found:
            self._forget(key)
        self._found[key] = value
        self._nbytes += value.nbytes
        self._note(key, wanted)
        if self._nbytes > self.limit:
            idle = [one for one in self._spare() if one not in self._used]
            self._forget_some(idle)

    def trim(self) -> None:
        """Forget until the rest fits, what was not wanted lately first."""
        if self._nbytes > self.limit:
            self._forget_some(self._spare())
            self._forget_some(list(self._found))

    def _note(self, key: Hashable, wanted: bool) -> None:
        self._used.add(key)
        if wanted:
            self._wanted[key] = self._now

    def _spare(self) -> list[Hashable]:
        """Return what was not wanted lately, what was used last behind."""
        before = self._now - self.turns
        return [one for one in self._found if self._wanted.get(one, before) <= before]

    def _forget_some(self, keys: Iterable[Hashable]) -> None:
        for key in keys:
            if self._nbytes <= self.limit:
                return
            self._forget(key)

    def _forget(self, key: Hashable) -> None:
        self._nbytes -= self._found.pop(key).nbytes
        self._wanted.pop(key, None)
        self._used.discard(key)
