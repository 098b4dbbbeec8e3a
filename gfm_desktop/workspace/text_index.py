"""What the text columns of a variant table are searched and sorted by.

Made when it is first asked for, or before (`TextIndex.prepare`), and then kept: scores
arrive all the time while a run goes on, the text stays.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import numpy as np

from gfm_desktop.workspace.arrow_arrays import codes
from gfm_desktop.workspace.text_ranks import name_ranks, text_ranks

if TYPE_CHECKING:
    from numpy.typing import NDArray

RANKED = ("id", "ref", "alt", "reason")
"""Columns of text that are sorted by their letters."""


class TextIndex:
    """Answers for one Arrow table; may be asked from any thread."""

    def __init__(self, text: Any) -> None:
        """Take the table; nothing is made yet."""
        self._text = text
        self._lock = threading.Lock()
        self._ranks: dict[str, NDArray[np.int32]] = {}
        self._ids: Any = None

    def prepare(self) -> None:
        """Make everything now, so that no question waits for it."""
        self.containing("")
        for name in RANKED:
            self.ranks(name)

    def ranks(self, name: str) -> NDArray[np.int32]:
        """Return (n,) numbers that sort like a column of `RANKED`, -1 for nothing."""
        with self._lock:
            if name not in self._ranks:
                column = self._text[name].combine_chunks()
                if name == "id":
                    self._ranks[name] = text_ranks(column)
                else:
                    self._ranks[name] = name_ranks(*codes(self._text[name]))
            return self._ranks[name]

    def containing(self, word: str) -> NDArray[np.bool_]:
        """Return (n,) True where the identifier contains a word, in any case."""
        import pyarrow.compute as pc

        with self._lock:
            if self._ids is None:
                self._ids = _lower(self._text["id"])
            ids = self._ids
        found = pc.match_substring(ids, word.lower()).fill_null(False)
        return np.asarray(found.to_numpy(), np.bool_)

    def change(self, ref: str, alt: str) -> NDArray[np.bool_]:
        """Return (n,) True where upper-case REF and ALT are these."""
        return self._is("ref", ref) & self._is("alt", alt)

    def _is(self, name: str, allele: str) -> NDArray[np.bool_]:
        places, names = codes(self._text[name])
        same = np.array([text.upper() == allele for text in names] + [False])
        return np.asarray(same[places], np.bool_)


def _lower(column: Any) -> Any:
    """Return the column in lower case: itself where it is so, as most are."""
    import pyarrow.compute as pc

    lower = pc.utf8_lower(column)
    return column if lower.equals(column) else lower
