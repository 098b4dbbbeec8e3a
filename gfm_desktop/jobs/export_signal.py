"""Write the values of a signal in a region into a file for other programs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from gfm_desktop.errors import InputError
from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.signal_store import SignalStore
from gfm_desktop.jobs.events import Finished, Progress
from gfm_desktop.jobs.export.formats import check_format, refuse_source
from gfm_desktop.jobs.export.value_files import VALUE_FORMATS, write_values

if TYPE_CHECKING:
    from collections.abc import Generator

    from gfm_desktop.jobs.context import JobContext


@dataclass(frozen=True, slots=True)
class ExportSignal:
    """Write what `OpenSignal` opened as ``.bw``, ``.bedgraph`` or ``.tsv``.

    Outputs: ``out``.

    Attributes:
        path: The signal's file.
        store: What `OpenSignal` made of it.
        genome: FASTA file, for the names and lengths of contigs.
        contig: The genome's name of a contig.
        start: First base, 0-based.
        end: End, exclusive.
        out: File to write.
    """

    path: str
    store: str
    genome: str
    contig: str
    start: int
    end: int
    out: str
    resumable: ClassVar[bool] = True

    @property
    def title(self) -> str:
        """Return what the job strip calls it."""
        return f"Export {Path(self.out).name}"

    def run(self, context: JobContext) -> Generator[Progress, None, Finished]:
        """Write the file, whole.

        Raises:
            InputError: If the signal cannot be read, has nothing on the contig, or the
                file cannot be written.
            OptionError: If the format is unknown.
        """
        check_format(self.out, VALUE_FORMATS)
        contigs = context.reference(self.genome).contigs
        region = Interval(self.contig, self.start, self.end)
        out, source = Path(self.out), Path(self.path)
        refuse_source(self.out, self.path)
        store = SignalStore(Path(self.store), source, contigs)
        try:
            if self.contig not in store.pyramid.contigs:
                raise InputError(
                    f"The signal has no values on {self.contig}.",
                    where=self.path,
                    todo="Choose a region where it has some.",
                )
            writing = write_values(
                out, region, store.values.values, contigs=contigs, name=source.stem
            )
            for done in writing:
                yield Progress(done, len(region), "bp", "Writing the values")
        finally:
            store.close()
        return Finished(f"Wrote {self.out}", outputs={"out": self.out})
