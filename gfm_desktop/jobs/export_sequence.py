"""Write the bases of a region into a FASTA file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from gfm_desktop.errors import InputError
from gfm_desktop.genome.interval import Interval
from gfm_desktop.jobs.events import Finished, Progress
from gfm_desktop.jobs.export.formats import check_format, refuse_source, whole_file

if TYPE_CHECKING:
    from collections.abc import Generator

    from gfm_desktop.jobs.context import JobContext

SEQUENCE_FORMATS = (".fa",)
_LINE = 60
_CHUNK = 100_000 * _LINE
"""Bases that are read and written at a time: whole lines."""


@dataclass(frozen=True, slots=True)
class ExportSequence:
    """Write bases as ``.fa``: the letters as the genome's file has them, 60 a line.

    Outputs: ``out``.

    Attributes:
        genome: FASTA file.
        contig: The genome's name of a contig.
        start: First base, 0-based.
        end: End, exclusive.
        out: File to write.
    """

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
            InputError: If the genome cannot be read, has no such place, or the file
                cannot be written.
            OptionError: If the format is unknown.
        """
        check_format(self.out, SEQUENCE_FORMATS)
        refuse_source(self.out, self.genome)
        genome = context.reference(self.genome)
        region = Interval(self.contig, self.start, self.end)
        if not 0 < len(region) <= region.end <= genome.contigs.get(region.contig, 0):
            raise InputError(
                f"{region} is not inside the genome.",
                where=self.genome,
                todo="Choose a region of the open genome.",
            )
        # As `samtools faidx` calls it: name and place are one word.
        head = f">{region.contig}:{region.start + 1}-{region.end}"
        with (
            whole_file(Path(self.out)) as temporary,
            temporary.open("w", encoding="ascii") as file,
        ):
            file.write(f"{head} {genome.build or ''}".rstrip() + "\n")
            for start in range(region.start, region.end, _CHUNK):
                end = min(region.end, start + _CHUNK)
                bases = genome.fetch_raw(region.contig, start, end)
                lines = (bases[i : i + _LINE] for i in range(0, len(bases), _LINE))
                file.writelines(f"{line}\n" for line in lines)
                yield Progress(end - region.start, len(region), "bp", "Writing bases")
        return Finished(
            f"Wrote {len(region):,} bp to {self.out}", outputs={"out": self.out}
        )
