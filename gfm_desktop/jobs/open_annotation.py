"""Make gene models ready: parse them once and keep the parsed copy in the cache."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from gfm_desktop.jobs.events import Finished, Progress

if TYPE_CHECKING:
    from collections.abc import Generator

    from gfm_desktop.jobs.context import JobContext


@dataclass(frozen=True, slots=True)
class OpenAnnotation:
    """Read a GTF or GFF3 file against a genome.

    Outputs: ``annotation``, the path to load. Warnings: what the file's notes say.

    Attributes:
        path: GTF or GFF3 file, plain or packed.
        genome: FASTA file whose contigs its names are matched with.
    """

    path: str
    genome: str
    resumable: ClassVar[bool] = True

    @property
    def title(self) -> str:
        """Return what the job strip calls it."""
        return f"Open genes {Path(self.path).name}"

    def run(self, context: JobContext) -> Generator[Progress, None, Finished]:
        """Parse the gene models where that has not been done before.

        Raises:
            InputError: If a file is missing, damaged or of another kind.
        """
        yield Progress(0, None, "genes", "Reading the gene models")
        genes = context.genes(self.path, self.genome)
        notes = tuple(genes.notes) if genes is not None else ()
        number = len(genes) if genes is not None else 0
        return Finished(
            f"{Path(self.path).name}: {number:,} genes",
            outputs={"annotation": self.path},
            warnings=notes,
        )
