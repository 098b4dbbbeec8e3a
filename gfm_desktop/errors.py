"""Errors that a user can act on; everything else is a bug."""

from __future__ import annotations


class GfmError(Exception):
    """Something the user can mend: what happened, where, and what to do.

    Attributes:
        what: One sentence that says what happened.
        where: File, line or option concerned; empty where there is none.
        todo: What the user can do about it; empty where nothing can be done.
    """

    def __init__(self, what: str, *, where: str = "", todo: str = "") -> None:
        """Keep the three parts apart so that a window can lay them out."""
        self.what = what
        self.where = where
        self.todo = todo
        super().__init__(what, where, todo)

    def __str__(self) -> str:
        """Return the message as one paragraph, for a terminal."""
        place = f" [{self.where}]" if self.where else ""
        advice = f" {self.todo}" if self.todo else ""
        return f"{self.what}{place}{advice}"

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle with keyword arguments, so that it crosses a process boundary."""
        return _rebuild, (type(self), self.what, self.where, self.todo)


def _rebuild(kind: type[GfmError], what: str, where: str, todo: str) -> GfmError:
    return kind(what, where=where, todo=todo)


class InputError(GfmError):
    """A file that the user gave cannot be used."""


class ModelError(GfmError):
    """A model folder or its weights cannot be used."""


class OptionError(GfmError):
    """An option has no meaning here (the command line's exit code 2)."""
