"""The rows of a run as they are exported: read, scored, and in file order."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gfm_desktop.errors import InputError
from gfm_desktop.genome.status import Status
from gfm_desktop.jobs.run_folder import Identity, Manifest, RunFolder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from gfm_desktop.genome.interval import Interval

_BATCH = 1 << 15
_FROM_TABLE = (
    "record", "line", "chrom", "pos", "id", "ref", "alt", "start", "norm_ref",
    "norm_alt", "status", "reason",
)  # fmt: skip
_NOT_SCORED = Manifest(
    Identity("", "", "", "", "", {}, ""),
    genome="",
    variants="",
    annotation="",
    table="",
    model="",
    model_name="",
)
"""What stands for the run where there is none: no columns, no model."""

Row = dict[str, Any]
"""One allele by column name. The columns ``dp_*`` and ``*_at`` and the positions in
``splice`` and ``pangolin`` are relative to the record's own POS, so that POS + DP is
the affected position."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a writer left on disk, and what the user must be told about it."""

    outputs: dict[str, str]
    warnings: tuple[str, ...] = ()


@dataclass(slots=True)
class ScoredTable:
    """A variant table joined with its score parts, read in batches.

    Attributes:
        manifest: What the run says of itself.
        path: Parquet file of the variant table.
        counts: Status to number of rows, those without a score included.
    """

    manifest: Manifest
    path: Path
    counts: dict[str, int]
    _scores: Any
    _place: Any = field(repr=False)
    _status: list[str] = field(repr=False)

    @classmethod
    def open(cls, folder: Path, *, table: str = "") -> ScoredTable:
        """Open a run folder.

        Args:
            folder: Folder of `jobs.run_folder`.
            table: Variant table; empty for the one that the manifest names.

        Raises:
            InputError: If the run, its table or its scores cannot be read.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        run = RunFolder(folder)
        manifest = run.read_manifest()
        path = Path(table or manifest.table)
        status = _read_statuses(path)
        try:
            parts = [pq.read_table(part) for part in run.parts]
        except (OSError, pa.ArrowException) as error:
            raise _unreadable(path, error) from error
        scores = pa.concat_tables(parts).combine_chunks() if parts else None
        place = np.full(len(status), -1, np.int64)
        if scores is not None:
            rows = scores["row"].to_numpy()
            place[rows] = np.arange(len(rows))
            new = scores["status"].to_pylist()
            for row in np.flatnonzero(place >= 0):
                status[row] = new[place[row]]
        return cls(manifest, path, _counted(status), scores, place, status)

    @classmethod
    def unscored(cls, path: Path) -> ScoredTable:
        """Open a variant table of which no run is on show: nothing has a score.

        Raises:
            InputError: If it cannot be read.
        """
        status = _read_statuses(path)
        place = np.full(len(status), -1, np.int64)
        return cls(_NOT_SCORED, path, _counted(status), None, place, status)

    @property
    def source(self) -> Path:
        """Return the variant file that the rows were read from."""
        return Path(self.manifest.variants)

    @property
    def scorer_columns(self) -> list[tuple[str, str, str]]:
        """Return name, kind (``float int str``) and description."""
        return list(self.manifest.columns)

    def within(self, region: Interval) -> NDArray[np.int64]:
        """Return the rows that begin in a region, as the browser shows them.

        Args:
            region: In the genome's names, 0-based half-open.

        Returns:
            Numbers of rows, ascending, shape (n,). Normalised positions count, or the
            file's own where an allele cannot be normalised.
        """
        import pyarrow.compute as pc
        import pyarrow.parquet as pq

        table = pq.read_table(self.path, columns=["contig", "start", "pos"])
        same = pc.equal(table["contig"], region.contig).fill_null(False).to_numpy()
        start = table["start"].fill_null(-1).to_numpy()
        start = np.where(start >= 0, start, table["pos"].fill_null(0).to_numpy() - 1)
        inside = same & (start >= region.start) & (start < region.end)
        return np.flatnonzero(inside).astype(np.int64)

    def counted(self, only: NDArray[np.int64]) -> dict[str, int]:
        """Return `counts` of some rows, by their numbers."""
        return _counted([self._status[number] for number in only.tolist()])

    def batches(self, only: NDArray[np.int64] | None = None) -> Iterator[list[Row]]:
        """Yield rows in the order of the table, at most some ten thousand at a time.

        Args:
            only: Numbers of the rows that are wanted, ascending; None for all.
        """
        import pyarrow.parquet as pq

        begin = 0
        with pq.ParquetFile(self.path) as file:
            for group in file.iter_batches(batch_size=_BATCH, columns=_FROM_TABLE):
                end = begin + len(group)
                here = np.arange(begin, end)
                if only is not None:
                    first, last = np.searchsorted(only, [begin, end])
                    here = only[first:last]
                    group = group.take(here - begin)
                begin = end
                rows: list[Row] = group.to_pylist()
                self._add_scores(rows, here)
                yield rows

    def _add_scores(self, rows: list[Row], numbers: NDArray[np.int64]) -> None:
        names = [name for name, _, _ in self.manifest.columns]
        place = self._place[numbers]
        scored = np.flatnonzero(place >= 0)
        found: list[Row] = []
        if len(scored):
            found = self._scores.take(place[scored]).drop_columns(["row"]).to_pylist()
        missing = dict.fromkeys(["gene", "score", *names])
        for row in rows:
            row |= missing
            start = row.pop("start")
            row["norm_pos"] = None if start is None else start + 1
        for index, values in zip(scored, found, strict=True):
            rows[index] |= values
            _relate_to_record(rows[index])


def _read_statuses(path: Path) -> list[str]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        found: list[str] = pq.read_table(path, columns=["status"])["status"].to_pylist()
    except (OSError, pa.ArrowException) as error:
        raise _unreadable(path, error) from error
    return found


def _unreadable(path: Path, error: Exception) -> InputError:
    return InputError(
        f"The scores cannot be read: {error}.",
        where=str(path),
        todo="Score the variants again; what is on disk is used again.",
    )


def _counted(status: Sequence[str]) -> dict[str, int]:
    found = Counter(status)
    return {str(one): found[one] for one in Status if found[one]}


def _relate_to_record(row: Row) -> None:
    """Count positions from the record's POS, not from the normalised one."""
    shift = row["norm_pos"] - row["pos"]
    for name, value in row.items():
        places = name.startswith("dp_") or name in ("gain_at", "loss_at")
        if places and value is not None:
            row[name] = value + shift
    if row.get("splice"):
        entries = (entry.split("|") for entry in row["splice"].split(","))
        row["splice"] = ",".join(_moved(entry, row["alt"], shift) for entry in entries)
    if row.get("pangolin"):
        row["pangolin"] = ",".join(
            _moved_change(entry, shift) for entry in row["pangolin"].split(",")
        )


def _moved(entry: list[str], alt: str, shift: int) -> str:
    places = [dp if dp in ("", ".") else str(int(dp) + shift) for dp in entry[6:]]
    return "|".join([alt, *entry[1:6], *places])


def _moved_change(entry: str, shift: int) -> str:
    """Move ``gene|position:change|position:change|Warnings:...``."""
    gene, *changes, warnings = entry.split("|")
    moved = (change.partition(":") for change in changes)
    return "|".join([gene, *(f"{int(p) + shift}:{c}" for p, _, c in moved), warnings])
