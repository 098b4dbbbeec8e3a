"""A scoring run on disk: a manifest and score parts, each complete or absent."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import sys
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from gfm_desktop import paths
from gfm_desktop.errors import GfmError, InputError
from gfm_desktop.genome.fingerprint import write_whole
from gfm_desktop.jobs import run_lock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from gfm_desktop.genome.status import Status
    from gfm_desktop.models.option import OptionValue
    from gfm_desktop.scoring.card import ScorerCard, VariantScore

    NewColumns = Callable[
        [NDArray[np.int64], list[float | None]], Mapping[str, Sequence[float | None]]
    ]

MANIFEST = "manifest.json"
_LOCK = "running.lock"
_PART = re.compile(r"scores-(\d{6,})\.parquet")
_WHOLE = b"gfm_replaces_all_before"
"""Marks a part that was made of all parts with a smaller number."""
_ARROW = {"float": "float64", "int": "int64", "str": "string"}


@dataclass(frozen=True, slots=True)
class Identity:
    """All that a run's numbers depend on; its hash names the run folder.

    Attributes:
        genome: Fingerprint of the genome.
        variants: Fingerprint of the variant file.
        annotation: Fingerprint of the gene models; empty where there are none.
        weights: SHA-256 of the model's weights.
        scorer: Scorer name.
        options: All its settings, defaults included.
        version: Program version.
        model_options: Choices of the model's family that were made.
    """

    genome: str
    variants: str
    annotation: str
    weights: str
    scorer: str
    options: dict[str, OptionValue]
    version: str
    model_options: dict[str, OptionValue] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Return 20 hexadecimal digits."""
        text = json.dumps(asdict(self), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:20]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a run folder says of itself.

    Attributes:
        identity: What the numbers depend on.
        genome: Path of the genome file.
        variants: Path of the variant file.
        annotation: Path of the gene models; empty where there are none.
        table: Path of the variant table (`genome.variant_table`).
        model: Model id or folder, as the user chose it.
        model_name: What people call the model.
        columns: Name, kind and description of the scorer's own columns.
        counts: Status to number of rows, refusals included; empty until complete.
        warnings: What the user was told.
        complete: Whether every row has a status.
        background: Sites a trinucleotide that percentiles compare with; 0 before
            there are any.
    """

    identity: Identity
    genome: str
    variants: str
    annotation: str
    table: str
    model: str
    model_name: str
    columns: tuple[tuple[str, str, str], ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    complete: bool = False
    background: int = 0


@dataclass(frozen=True, slots=True)
class Claim:
    """A shard's right to write into a folder that the divider of the work has locked.

    Attributes:
        holder: What `RunFolder.locked` gave; the right ends with the lock.
        first: Number of the shard's first part.
        most: How many parts it may write.
    """

    holder: str
    first: int
    most: int


class RunFolder:
    """One folder under `paths.runs`, named by what its numbers depend on.

    Attributes:
        path: The folder.
    """

    def __init__(self, path: Path, *, claim: Claim | None = None) -> None:
        """Point to a folder, which need not exist yet.

        Args:
            path: The folder.
            claim: For a shard, which part numbers are its own.
        """
        self.path = path
        self._claim = claim
        self._next: int | None = None

    @classmethod
    def of(cls, identity: Identity) -> RunFolder:
        """Return the folder of a run with this identity; makes it if needed."""
        path = paths.runs() / identity.id
        path.mkdir(parents=True, exist_ok=True)
        return cls(path)

    @property
    def parts(self) -> list[Path]:
        """Return the complete score parts in the order in which they were written."""
        found = [p for p in self.path.iterdir() if _PART.fullmatch(p.name)]
        return sorted(found, key=lambda part: (len(part.name), part.name))

    def read_manifest(self) -> Manifest:
        """Return the manifest.

        Raises:
            InputError: If there is none, or it cannot be read.
        """
        try:
            stored = json.loads((self.path / MANIFEST).read_bytes())
            identity = Identity(**stored.pop("identity"))
            columns = tuple((str(n), str(k), str(d)) for n, k, d in stored["columns"])
            warnings = tuple(stored["warnings"])
            rest = stored | {"columns": columns, "warnings": warnings}
            return Manifest(identity=identity, **rest)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(
                f"The scoring run cannot be read: {error}.",
                where=str(self.path),
                todo="Score the variants again.",
            ) from error

    def write_manifest(self, manifest: Manifest) -> None:
        """Write the manifest, whole."""
        text = json.dumps(asdict(manifest), indent=1)
        write_whole(self.path / MANIFEST, text.encode())

    def forget_scores(self) -> None:
        """Delete all score parts."""
        for part in self.parts:
            part.unlink()
        self._next = None

    def write_part(
        self, rows: Sequence[int], scores: Sequence[VariantScore], card: ScorerCard
    ) -> Path:
        """Write one part, whole, and return its path.

        Args:
            rows: Row of the variant table that each score belongs to.
            scores: As many scores.
            card: Tells the scorer's own columns.

        Raises:
            GfmError: If the claim of a shard has ended; nothing is written.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        columns: dict[str, Any] = {
            "row": pa.array(rows, pa.int64()),
            "status": pa.array([str(s.status) for s in scores], pa.string()),
            "reason": pa.array([s.reason for s in scores], pa.string()),
            "gene": pa.array([s.gene for s in scores], pa.string()),
            "score": pa.array([s.score for s in scores], pa.float64()),
        }
        for column in card.columns:
            values = [s.columns.get(column.name) for s in scores]
            columns[column.name] = pa.array(values, getattr(pa, _ARROW[column.kind])())
        path = self._next_part()
        temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
        pq.write_table(pa.table(columns), temporary, compression="zstd")
        self._check_claim(temporary)
        temporary.replace(path)
        return path

    def next_number(self) -> int:
        """Return the number of the part that comes next.

        Raises:
            RuntimeError: If a shard has used up its numbers: the next is another's.
        """
        mine = range(sys.maxsize)
        if self._claim is not None:
            mine = range(self._claim.first, self._claim.first + self._claim.most)
        if self._next is None:
            numbers = [int(part.stem.removeprefix("scores-")) for part in self.parts]
            self._next = max((n for n in numbers if n in mine), default=mine[0] - 1) + 1
        if self._next not in mine:
            raise RuntimeError(f"part {self._next} belongs to another shard")
        return self._next

    def _next_part(self) -> Path:
        number = self.next_number()
        self._next = number + 1
        return self.path / f"scores-{number:06d}.parquet"

    def _check_claim(self, unwanted: Path) -> None:
        """Refuse to write after the lock was given up: the rows may be another's now.

        A worker that nobody can interrupt comes here when its batch ends, perhaps
        long after its engine was closed.
        """
        if (
            self._claim is None
            or run_lock.text_of(self.path / _LOCK) == self._claim.holder
        ):
            return
        unwanted.unlink(missing_ok=True)
        raise GfmError(
            "The scoring that this shard belongs to has ended.",
            where=str(self.path),
            todo="Score the variants again; what was finished before is kept.",
        )

    def done(self) -> tuple[NDArray[np.int64], Counter[str]]:
        """Return the rows that have a status, sorted, and the statuses' counts.

        A part that cannot be read (a full disk, a power cut) is deleted: its rows are
        scored again.
        """
        rows: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
        counts: Counter[str] = Counter()
        for found, statuses in self._statuses():
            rows.append(found)
            counts.update(statuses)
        return np.sort(np.concatenate(rows)), counts

    def rows_with(self, status: Status) -> set[int]:
        """Return the rows that have a status."""
        return {
            row
            for rows, statuses in self._statuses()
            for row, one in zip(rows.tolist(), statuses, strict=True)
            if one == status
        }

    def _statuses(self) -> Iterator[tuple[NDArray[np.int64], list[str]]]:
        """Yield rows and statuses of every part that can be read."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        for part in self._current():
            try:
                table = pq.read_table(part, columns=["row", "status"])
            except (OSError, pa.ArrowException):
                part.unlink()
                continue
            yield table["row"].to_numpy(), table["status"].to_pylist()

    def _current(self) -> list[Path]:
        """Return the parts, after deleting those that a rewritten part replaces."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        parts = self.parts
        for place in range(len(parts) - 1, 0, -1):
            try:
                about = pq.read_schema(parts[place]).metadata or {}
            except (OSError, pa.ArrowException):
                continue
            if _WHOLE in about:
                for old in parts[:place]:
                    old.unlink(missing_ok=True)
                return parts[place:]
        return parts

    def rewrite(self, columns: NewColumns) -> Path:
        """Put all parts into one, with the values of some columns replaced.

        The new part is complete before the old ones go: after a crash the next
        reader deletes what is left of them, and readers that do not know take the
        later value of a row, which is the new one.

        Args:
            columns: Gets the rows and scores; returns name to values of columns.

        Returns:
            The one part.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        old = self._current()
        table = pa.concat_tables([pq.read_table(part) for part in old])
        values = columns(table["row"].to_numpy(), table["score"].to_pylist())
        for name, column in values.items():
            place = table.schema.get_field_index(name)
            field = table.schema.field(place)
            table = table.set_column(place, field, pa.array(column, field.type))
        path = self._next_part()
        temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
        about = {**(table.schema.metadata or {}), _WHOLE: b"1"}
        pq.write_table(
            table.replace_schema_metadata(about), temporary, compression="zstd"
        )
        temporary.replace(path)
        for part in old:
            part.unlink()
        return path

    @contextlib.contextmanager
    def locked(self) -> Iterator[str]:
        """Keep others from writing into the same folder; gives the text of the lock.

        Raises:
            GfmError: If another living process is writing.
        """
        lock = self.path / _LOCK
        owner = run_lock.living_owner(lock)
        if owner is not None:
            raise GfmError(
                f"The same scoring is already running (process {owner}).",
                where=str(self.path),
                todo="Wait for it, or cancel it there; what it finished is kept.",
            )
        holder = run_lock.new_text()
        lock.write_text(holder, encoding="ascii")
        for half in self.path.glob("*.tmp"):
            half.unlink()
        try:
            yield holder
        finally:
            lock.unlink(missing_ok=True)
