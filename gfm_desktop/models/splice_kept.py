"""Things that are kept up to a number of bytes: what was used last stays."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Hashable


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
    """

    def __init__(self, limit: int) -> None:
        """Start with none, to keep up to `limit` bytes after each `trim`."""
        self.limit = limit
        self._nbytes = 0
        self._found: OrderedDict[Hashable, Value] = OrderedDict()
        self._used: set[Hashable] = set()

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._found)

    def begin(self) -> None:
        """Begin something: what is used from now on stays until `trim`."""
        self._used.clear()

    def get(self, key: Hashable) -> Value | None:
        """Return what is kept under a key, which so was used last."""
        value = self._found.get(key)
        if value is not None:
            self._found.move_to_end(key)
            self._used.add(key)
        return value

    def put(self, key: Hashable, value: Value) -> None:
        """Keep a value, in the place of one that may be there.

        Makes room by forgetting what was not used since `begin`, as far as it goes.
        """
        if (old := self._found.pop(key, None)) is not None:
            self._nbytes -= old.nbytes
        self._found[key] = value
        self._used.add(key)
        self._nbytes += value.nbytes
        while self._nbytes > self.limit and next(iter(self._found)) not in self._used:
            self._forget()

    def trim(self) -> None:
        """Forget what was not used for longest, until the rest fits."""
        while self._nbytes > self.limit and self._found:
            self._forget()

    def _forget(self) -> None:
        _, dropped = self._found.popitem(last=False)
        self._nbytes -= dropped.nbytes
