"""Make a GenBank file ready that is genome and gene models at once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from gfm_desktop.errors import InputError
from gfm_desktop.jobs.events import Finished, Progress

if TYPE_CHECKING:
    from collections.abc import Generator

    from gfm_desktop.jobs.context import JobContext


@dataclass(frozen=True, slots=True)
class OpenGenBank:
    """Take sequence and genes out of a GenBank file; nothing is written beside it.

    Outputs: ``genome``, the FASTA file to open; ``annotation``, the GenBank file
    itself, or nothing where it names no gene. Warnings: what is wrong with it.

    Attributes:
        path: GenBank file with its sequence, plain or packed.
    """

    path: str
    resumable: ClassVar[bool] = True

    @property
    def title(self) -> str:
        """Return what the job strip calls it."""
        return f"Open genome {Path(self.path).name}"

    def run(self, context: JobContext) -> Generator[Progress, None, Finished]:
        """Write the sequences into the cache and read the genes.

        Raises:
            InputError: If the file is missing, damaged, or holds no sequence.
        """
        from gfm_desktop.genome.genbank import to_fasta

        yield Progress(0, None, "contigs", "Reading the sequence")
        fasta = str(to_fasta(Path(self.path)))
        reference = context.reference(fasta)
        yield Progress(len(reference.contigs), None, "contigs", "Reading the genes")
        annotation, notes, genes = self.path, tuple(reference.notes), 0
        try:
            models = context.genes(self.path, fasta)
        except InputError as error:
            # A plasmid may have features and no gene: they get a lane of their own.
            annotation, notes = "", (*notes, error.what)
        else:
            genes = 0 if models is None else len(models)
            notes = (*notes, *(() if models is None else models.notes))
        bases, count = sum(reference.contigs.values()), len(reference.contigs)
        contigs = "1 contig" if count == 1 else f"{count:,} contigs"
        return Finished(
            f"{Path(self.path).name}: {contigs}, {bases:,} bp, {genes:,} genes",
            outputs={"genome": fasta, "annotation": annotation},
            warnings=notes,
        )
