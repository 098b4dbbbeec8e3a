"""Write the depth of reads over a region, or all counts, for other programs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from gfm_desktop.errors import InputError
from gfm_desktop.genome.alignments import Alignments, ReadFilter
from gfm_desktop.genome.coverage import TABLE_HEAD
from gfm_desktop.genome.interval import Interval
from gfm_desktop.jobs.events import Finished, Progress
from gfm_desktop.jobs.export.formats import check_format, whole_file
from gfm_desktop.jobs.export.value_files import VALUE_FORMATS, write_values
from gfm_desktop.jobs.read_coverage import TILE

if TYPE_CHECKING:
    from collections.abc import Generator

    from numpy.typing import NDArray

    from gfm_desktop.genome.coverage import Coverage
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.jobs.context import JobContext

_WRITING = "Writing the counts"


@dataclass(frozen=True, slots=True)
class ExportCoverage:
    """Count the reads of a region and write what was counted.

    ``.bw`` and ``.bedgraph`` hold the depth, as the track shows it. ``.tsv`` has a line
    a base with the counts of each base, deletions and insertions.

    Outputs: ``out``.

    Attributes:
        store: What `OpenAlignments` made.
        genome: FASTA file.
        contig: Contig name as the genome spells it.
        start: 0-based first base.
        end: 0-based end, exclusive.
        out: File to write.
        mapping_quality: Least mapping quality of a read.
        base_quality: Least Phred quality of a base.
    """

    store: str
    genome: str
    contig: str
    start: int
    end: int
    out: str
    mapping_quality: int = 0
    base_quality: int = 0
    resumable: ClassVar[bool] = True

    @property
    def title(self) -> str:
        """Return what the job strip calls it."""
        return f"Export {Path(self.out).name}"

    def run(self, context: JobContext) -> Generator[Progress, None, Finished]:
        """Count and write, tile by tile.

        Raises:
            InputError: If a file or the region cannot be used.
            OptionError: If the format is unknown.
        """
        ending = check_format(self.out, VALUE_FORMATS)
        counting = _Counting(
            Alignments.load(Path(self.store)),
            context.reference(self.genome),
            ReadFilter(self.mapping_quality, self.base_quality),
        )
        contigs = counting.reference.contigs
        if not 0 <= self.start < self.end <= contigs.get(self.contig, 0):
            raise InputError(
                f"{self.contig}:{self.start + 1:,}-{self.end:,} is not on the genome.",
                where=self.genome,
            )
        region = Interval(self.contig, self.start, self.end)
        if ending == ".tsv":
            yield from self._table(counting, region)
        else:
            name = f"depth of {Path(counting.alignments.path).stem}"
            out = Path(self.out)
            args = (out, region, counting.depth)
            for done in write_values(*args, contigs=contigs, name=name):
                yield Progress(done, len(region), "bp", _WRITING)
        return Finished(f"Wrote {self.out}", outputs={"out": self.out})

    def _table(
        self, counting: _Counting, region: Interval
    ) -> Generator[Progress, None, None]:
        with (
            whole_file(Path(self.out)) as temporary,
            temporary.open("w", encoding="utf-8") as file,
        ):
            file.write(f"{TABLE_HEAD}\n")
            for start in range(region.start, region.end, TILE):
                end = min(start + TILE, region.end)
                counted = counting.count(Interval(region.contig, start, end))
                file.writelines(f"{row}\n" for row in counted.rows(start, end))
                yield Progress(end - region.start, len(region), "bp", _WRITING)


@dataclass(frozen=True, slots=True)
class _Counting:
    alignments: Alignments
    reference: Reference
    chosen: ReadFilter

    def count(self, interval: Interval) -> Coverage:
        """Return the counts of an interval, however many reads it has."""
        steps = self.alignments.read(interval, self.reference, self.chosen)
        while True:
            try:
                next(steps)
            except StopIteration as stop:
                counted: Coverage = stop.value
                return counted

    def depth(self, contig: str, start: int, end: int) -> NDArray[np.float32]:
        """Return the depth of each base, in tiles: a deep region has many reads."""
        pieces = [
            self.count(Interval(contig, first, min(first + TILE, end))).depth
            for first in range(start, end, TILE)
        ]
        return np.concatenate(pieces).astype(np.float32)
