"""Read a variant file into one table on disk, once for each genome."""

from __future__ import annotations

import contextlib
import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from gfm_desktop import __version__, paths
from gfm_desktop.jobs.events import Finished, Partial, Progress

if TYPE_CHECKING:
    from collections.abc import Generator

    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.genome.variant_table import VariantTableSummary
    from gfm_desktop.jobs.context import JobContext

_NAME = "variants.parquet"
_SUMMARY = "summary.json"


@dataclass(frozen=True, slots=True)
class OpenVariants:
    """Read a VCF or BCF file; the same file with the same genome opens at once.

    Outputs: ``variants``, the file itself, and ``table``, the Parquet file of
    `genome.variant_table`. Counts: status to number of rows (`pending` are fit to be
    scored). Warnings: what must be said loudly, a genome that does not fit first.

    Attributes:
        path: VCF or BCF file, plain or packed.
        genome: FASTA file that REF is checked against.
    """

    path: str
    genome: str
    resumable: ClassVar[bool] = True

    @property
    def title(self) -> str:
        """Return what the job strip calls it."""
        return f"Open variants {Path(self.path).name}"

    def run(self, context: JobContext) -> Generator[Progress | Partial, None, Finished]:
        """Build the table, or find it in the cache.

        Raises:
            InputError: If a file is missing, empty or of another kind.
        """
        reference = context.reference(self.genome)
        opened = yield from open_table(Path(self.path), reference)
        yield Partial("variants", str(opened.table))
        rows = sum(opened.summary.counts.values())
        fit = opened.summary.counts.get("pending", 0)
        return Finished(
            f"{Path(self.path).name}: {opened.summary.records:,} records, "
            f"{rows:,} alleles, {fit:,} to be scored",
            counts=dict(opened.summary.counts),
            outputs={"variants": self.path, "table": str(opened.table)},
            warnings=opened.summary.warnings,
        )


@dataclass(frozen=True, slots=True)
class OpenedTable:
    """A variant table on disk.

    Attributes:
        table: Parquet file of `genome.variant_table`.
        summary: Counts and warnings of the reading.
        fingerprint: SHA-256 of the variant file.
    """

    table: Path
    summary: VariantTableSummary
    fingerprint: str


def open_table(
    variants: Path, reference: Reference
) -> Generator[Progress, None, OpenedTable]:
    """Return the table of a variant file, built where it is not in the cache.

    Args:
        variants: VCF or BCF file.
        reference: The open genome.

    Yields:
        Progress in records.

    Raises:
        InputError: If the file is missing, empty or not VCF.
    """
    from gfm_desktop.errors import InputError
    from gfm_desktop.genome import variant_table
    from gfm_desktop.genome.fingerprint import content_hash, write_whole

    yield Progress(0, None, "records", "Reading the variants")
    try:
        fingerprint = content_hash(variants)
    except OSError as error:
        raise InputError(
            f"The variants cannot be read: {error.strerror or error}.",
            where=str(variants),
            todo="Check that the file exists and that you may read it.",
        ) from error
    key = json.dumps([fingerprint, reference.fingerprint, __version__])
    name = hashlib.sha256(key.encode()).hexdigest()[:24]
    folder = paths.cache() / "variants" / name
    summary = _known(folder)
    if summary is None:
        folder.mkdir(parents=True, exist_ok=True)
        steps = variant_table.build_variant_table(variants, reference, folder / _NAME)
        summary = yield from _told(steps)
        text = json.dumps(asdict(summary))
        write_whole(folder / _SUMMARY, text.encode())
    return OpenedTable(folder / _NAME, summary, fingerprint)


def _told(
    steps: Generator[int, None, VariantTableSummary],
) -> Generator[Progress, None, VariantTableSummary]:
    with contextlib.closing(steps):
        while True:
            try:
                done = next(steps)
            except StopIteration as stop:
                summary: VariantTableSummary = stop.value
                return summary
            yield Progress(done, None, "records", "Reading the variants")


def _known(folder: Path) -> VariantTableSummary | None:
    from gfm_desktop.genome.variant_table import VariantTableSummary

    try:
        stored = json.loads((folder / _SUMMARY).read_bytes())
        summary = VariantTableSummary(
            counts=dict(stored["counts"]),
            warnings=tuple(stored["warnings"]),
            records=int(stored["records"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return summary if (folder / _NAME).is_file() else None
