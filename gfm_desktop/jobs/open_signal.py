"""Make a signal ready to be shown: summed up once, kept in the cache."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from gfm_desktop.genome.signal_store import SignalStore, make
from gfm_desktop.jobs.events import Finished, Progress

if TYPE_CHECKING:
    from collections.abc import Generator

    from gfm_desktop.jobs.context import JobContext


@dataclass(frozen=True, slots=True)
class OpenSignal:
    """Read a bigWig, bedGraph or wiggle file and build its summary pyramid.

    Outputs: ``store``, the folder of `genome.signal_store`; ``title``, the file's name
    with its ending, which tells a.bw from a.bedgraph. Warnings: what the file's notes
    say.

    Attributes:
        path: The file, text also packed.
        genome: FASTA file whose contigs its names are matched with.
    """

    path: str
    genome: str
    resumable: ClassVar[bool] = True

    @property
    def title(self) -> str:
        """Return what the job strip calls it."""
        return f"Open signal {Path(self.path).name}"

    def run(self, context: JobContext) -> Generator[Progress, None, Finished]:
        """Build the pyramid where that has not been done before.

        Raises:
            InputError: If the file is missing, damaged, of another kind, on another
                computer, or fits none of the genome's contigs.
        """
        contigs = context.reference(self.genome).contigs
        making = make(Path(self.path), contigs)
        while True:
            try:
                done, total, unit, message = next(making)
            except StopIteration as end:
                folder: Path = end.value
                break
            yield Progress(done, total, unit, message)
        store = SignalStore(folder, Path(self.path), contigs)
        store.close()
        covered = sum(store.pyramid.covered(name) for name in store.pyramid.contigs)
        count = len(store.pyramid.contigs)
        on = "1 contig" if count == 1 else f"{count:,} contigs"
        return Finished(
            f"{Path(self.path).name}: values of {covered:,} bp on {on}",
            outputs={"store": str(folder), "title": Path(self.path).name},
            warnings=store.notes,
        )
