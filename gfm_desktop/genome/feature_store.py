"""Features of a file on disk, ready to be looked at without being read.

A store is a folder of numpy columns that are mapped, so that a million features open in
the window's own process within milliseconds.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from gfm_desktop import paths
from gfm_desktop.errors import InputError
from gfm_desktop.genome.feature_slice import FeatureSlice, SortedSpans, ragged
from gfm_desktop.genome.interval import Interval

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from gfm_desktop.genome.feature_draft import FeatureColumns

LAYOUT = 1
"""Raised whenever the columns or their meaning change: older stores are made anew."""
_COLUMNS = (
    "start",
    "end",
    "strand",
    "score",
    "colour",
    "piece_at",
    "pieces",
    "thick_at",
    "thick",
)
_PARTS = (*_COLUMNS, "furthest", "ends", "names", "fields", "order")


def store_folder(content: str, genome: str, *, cache: Path | None = None) -> Path:
    """Return where the store of a file lies, read against a genome.

    Args:
        content: SHA-256 of the file.
        genome: Fingerprint of the genome; contig names and limits are its own.
        cache: The application's cache by default.
    """
    name = f"{content[:24]}-{genome[:16]}-{LAYOUT}"
    return (cache or paths.cache()) / "features" / name


@dataclass(frozen=True, slots=True)
class Named:
    """A feature that was found by name.

    Attributes:
        name: As the file has it.
        where: Its place.
        number: What the store calls it.
    """

    name: str
    where: Interval
    number: int


class FeatureStore:
    """The features of a file, by place and by name; coordinates 0-based half-open.

    Attributes:
        folder: Where it lies.
        title: What the file calls itself.
        notes: What was told when it was made.
    """

    def __init__(
        self, folder: Path, *, about: dict[str, Any], parts: dict[str, NDArray[Any]]
    ) -> None:
        """Keep mapped columns; use `load` instead."""
        self.folder = folder
        self.title: str = about["title"]
        self.notes: tuple[str, ...] = tuple(about["notes"])
        self._contigs: list[str] = about["contigs"]
        self._at: list[int] = about["contig_at"]
        self._parts = parts
        self._spans: dict[str, SortedSpans] = {}

    @classmethod
    def load(cls, folder: Path) -> FeatureStore:
        """Map the columns of a store.

        Raises:
            InputError: If it is missing, of another layout or damaged.
        """
        try:
            about = json.loads((folder / "about.json").read_bytes())
            if about["layout"] != LAYOUT:
                raise ValueError("another layout")
            parts = {name: _mapped(folder / f"{name}.npy") for name in _PARTS}
        except (OSError, ValueError, KeyError, EOFError) as error:
            raise InputError(
                f"The features that were read are gone or damaged: {error}.",
                where=str(folder),
                todo="Open the file again.",
            ) from error
        return cls(folder, about=about, parts=parts)

    @staticmethod
    def is_ready(folder: Path) -> bool:
        """Tell whether a store lies there, whole."""
        return (folder / "about.json").exists()

    @staticmethod
    def save(
        folder: Path, columns: FeatureColumns, *, title: str, notes: Sequence[str]
    ) -> None:
        """Write a store, whole or not at all.

        Args:
            folder: Where; what lies there is replaced.
            columns: The features.
            title: What the file calls itself.
            notes: What must be told about it.
        """
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = folder.with_name(f"{folder.name}.{os.getpid()}.tmp")
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir()
        for name in _COLUMNS:
            np.save(temporary / f"{name}.npy", getattr(columns, name))
        furthest, ends = columns.end.copy(), columns.end.copy()
        for first, last in zip(columns.contig_at, columns.contig_at[1:], strict=False):
            np.maximum.accumulate(furthest[first:last], out=furthest[first:last])
            ends[first:last].sort()
        np.save(temporary / "furthest.npy", furthest)
        np.save(temporary / "ends.npy", ends)
        _save_texts(temporary, "names", columns.names)
        _save_texts(temporary, "fields", columns.fields)
        keys = [name.casefold() for name in columns.names]
        named = [n for n, key in enumerate(keys) if key]
        named.sort(key=keys.__getitem__)
        np.save(temporary / "order.npy", np.array(named, np.int64))
        about = {
            "layout": LAYOUT,
            "title": title,
            "notes": list(notes),
            "contigs": columns.contigs,
            "contig_at": columns.contig_at.tolist(),
        }
        (temporary / "about.json").write_text(json.dumps(about))
        shutil.rmtree(folder, ignore_errors=True)
        temporary.replace(folder)

    def __len__(self) -> int:
        """Return the number of features."""
        return self._at[-1] if self._at else 0

    @property
    def contigs(self) -> tuple[str, ...]:
        """Return the genome's names of the contigs that have features."""
        return tuple(self._contigs)

    def spans(self, contig: str) -> SortedSpans | None:
        """Return the spans of a contig's features; None where it has none."""
        if contig not in self._spans:
            if contig not in self._contigs:
                return None
            part = self._range(contig)
            names = ("start", "end", "furthest", "ends")
            self._spans[contig] = SortedSpans(*(self._parts[n][part] for n in names))
        return self._spans[contig]

    def columns(self, interval: Interval) -> FeatureSlice:
        """Return the features that share a base with `interval`."""
        spans = self.spans(interval.contig)
        found = np.empty(0, np.int64)
        if spans is not None:
            first = self._range(interval.contig).start
            found = first + spans.between(interval.start, interval.end)
        parts = self._parts
        piece_at, pieces = ragged(parts["piece_at"], found)
        thick_at, thick = ragged(parts["thick_at"], found)
        return FeatureSlice(
            found,
            parts["start"][found],
            parts["end"][found],
            parts["strand"][found],
            parts["colour"][found],
            piece_at,
            parts["pieces"][pieces],
            thick_at,
            parts["thick"][thick],
        )

    def label(self, number: int) -> str:
        """Return the name of a feature; empty where it has none."""
        return self._text("names", number)

    def score(self, number: int) -> float:
        """Return the score of a feature; NaN where it has none."""
        return float(self._parts["score"][number])

    def fields(self, number: int) -> list[tuple[str, str]]:
        """Return what else the file says of a feature, name and value."""
        lines = self._text("fields", number).split("\n")
        pairs = (line.partition("\t") for line in lines if line)
        return [(name, value) for name, _, value in pairs]

    def where(self, number: int) -> Interval:
        """Return the place of a feature."""
        contig = int(np.searchsorted(self._at, number, side="right")) - 1
        start, end = self._parts["start"][number], self._parts["end"][number]
        return Interval(self._contigs[contig], int(start), int(end))

    def find(self, name: str) -> Named | None:
        """Return the first feature of this exact name (any case), or None."""
        wanted = name.strip().casefold()
        found = next(self._from(wanted), None) if wanted else None
        if found is None or found.name.casefold() != wanted:
            return None
        return found

    def search(self, prefix: str, limit: int = 20) -> list[Named]:
        """Return features whose name begins with `prefix` (any case), by name.

        Args:
            prefix: Beginning of a name.
            limit: Most features to return.
        """
        wanted = prefix.strip().casefold()
        found: list[Named] = []
        if wanted:
            for one in self._from(wanted):
                if len(found) >= limit or not one.name.casefold().startswith(wanted):
                    break
                found.append(one)
        return found

    def _from(self, wanted: str) -> Iterator[Named]:
        """Yield features by name, from the first that is not before `wanted`."""
        order = self._parts["order"]
        low, high = 0, len(order)
        while low < high:  # a binary search that reads twenty names of a million
            middle = (low + high) // 2
            if self.label(int(order[middle])).casefold() < wanted:
                low = middle + 1
            else:
                high = middle
        for place in range(low, len(order)):
            number = int(order[place])
            yield Named(self.label(number), self.where(number), number)

    def _range(self, contig: str) -> slice:
        place = self._place[contig]
        return slice(self._at[place], self._at[place + 1])

    @cached_property
    def _place(self) -> dict[str, int]:
        return {name: number for number, name in enumerate(self._contigs)}

    @cached_property
    def _offsets(self) -> dict[str, NDArray[np.int64]]:
        """Return where each text begins: the head of its column."""
        size = len(self) + 1
        parts = self._parts
        return {n: parts[n][: 8 * size].view(np.int64) for n in ("names", "fields")}

    def _text(self, column: str, number: int) -> str:
        first, last = self._offsets[column][number : number + 2].tolist()
        return self._parts[column][first:last].tobytes().decode()


def _mapped(path: Path) -> NDArray[Any]:
    """Map a column; as a plain array, whose slices cost less than a memmap's."""
    column: NDArray[Any] = np.load(path, mmap_mode="r").view(np.ndarray)
    return column


def _save_texts(folder: Path, name: str, texts: Sequence[str]) -> None:
    """Write texts as one column of bytes: first where each begins, then all."""
    encoded = [text.encode() for text in texts]
    head = 8 * (len(encoded) + 1)
    lengths = np.array([len(text) for text in encoded], np.int64)
    offsets = head + np.append(0, np.cumsum(lengths)).astype(np.int64)
    body = offsets.astype("<i8").tobytes() + b"".join(encoded)
    np.save(folder / f"{name}.npy", np.frombuffer(body, np.uint8))
