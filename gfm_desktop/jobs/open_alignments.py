"""Make alignments ready: check them against the genome, find or make their index."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from gfm_desktop.jobs.events import Finished, Progress

if TYPE_CHECKING:
    from collections.abc import Generator

    from gfm_desktop.jobs.context import JobContext


@dataclass(frozen=True, slots=True)
class OpenAlignments:
    """Open a BAM or CRAM file against a genome.

    Outputs: ``store``, the JSON file of `genome.alignments.Alignments`, and ``title``.
    Warnings: contigs that the genome lacks, an index that was not used, a missing end.

    Attributes:
        path: BAM or CRAM file, sorted by position.
        genome: FASTA file whose contigs its names are matched with; what a CRAM's
            reads are put together from.
    """

    path: str
    genome: str
    resumable: ClassVar[bool] = True

    @property
    def title(self) -> str:
        """Return what the job strip calls it."""
        return f"Open alignments {Path(self.path).name}"

    def run(self, context: JobContext) -> Generator[Progress, None, Finished]:
        """Check the file and index it where that has not been done before.

        Raises:
            InputError: If a file is missing, damaged, unsorted, of another kind, or
                made with another genome.
        """
        from gfm_desktop.genome.alignment_opening import prepare
        from gfm_desktop.genome.alignments import Alignments

        path = Path(self.path)
        steps = prepare(path, context.reference(self.genome))
        while True:
            try:
                step = next(steps)
            except StopIteration as stop:
                store: Path = stop.value
                break
            yield Progress(step.done, step.total, "bp", step.message)
        made = Alignments.load(store)
        return Finished(
            f"{path.name}: alignments on {_counted(len(made.contigs))}",
            outputs={"store": str(store), "title": path.name},
            warnings=made.notes,
        )


def _counted(contigs: int) -> str:
    return "1 contig" if contigs == 1 else f"{contigs:,} contigs"
