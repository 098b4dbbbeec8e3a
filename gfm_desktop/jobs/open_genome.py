"""Make a genome ready: index it in the cache, so that opening it is instant."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from gfm_desktop.jobs.events import Finished, Progress

if TYPE_CHECKING:
    from collections.abc import Generator

    from gfm_desktop.jobs.context import JobContext


@dataclass(frozen=True, slots=True)
class OpenGenome:
    """Read and index a FASTA file; nothing is written beside it.

    Outputs: ``genome``, the path to open. Warnings: what the genome's notes say.

    Attributes:
        path: FASTA file, plain or packed.
    """

    path: str
    resumable: ClassVar[bool] = True

    @property
    def title(self) -> str:
        """Return what the job strip calls it."""
        return f"Open genome {Path(self.path).name}"

    def run(self, context: JobContext) -> Generator[Progress, None, Finished]:
        """Index the genome where that has not been done before.

        Raises:
            InputError: If the file is missing, empty, damaged or not FASTA.
        """
        yield Progress(0, None, "contigs", "Reading the genome")
        reference = context.reference(self.path)
        bases = sum(reference.contigs.values())
        count = len(reference.contigs)
        contigs = "1 contig" if count == 1 else f"{count:,} contigs"
        build = f", {reference.build}" if reference.build else ""
        return Finished(
            f"{Path(self.path).name}: {contigs}, {bases:,} bp{build}",
            outputs={"genome": self.path},
            warnings=tuple(reference.notes),
        )
