"""Write the depth of reads over a region, or all counts, for other programs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from gfm_desktop.errors import InputError
from gfm_desktop.genome.alignments import Alignments, ReadFilter
from gfm_desktop.genome.coverage import BASES, TABLE_HEAD
from gfm_desktop.genome.interval import Interval
from gfm_desktop.jobs.events import Finished, Progress
from gfm_desktop.jobs.export.formats import check_format, whole_file
from gfm_desktop.jobs.export.value_files import VALUE_FORMATS, beside, write_series
from gfm_desktop.jobs.read_coverage import TILE

if TYPE_CHECKING:
    from collections.abc import Generator

    from numpy.typing import NDArray

    from gfm_desktop.genome.coverage import Coverage
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.jobs.context import JobContext

_WRITING = "Writing the counts"
COUNTS = {
    **{base: f"reads with {base}" for base in BASES},
    "deletions": "reads that lack the base",
    "insertions": "reads with bases inserted behind",
}
"""Key to what is counted, beside the depth."""


@dataclass(frozen=True, slots=True)
class ExportCoverage:
    """Count the reads of a region and write what was counted.

    ``.bw`` and ``.bedgraph`` hold the depth, as the track shows it, and one file beside
    it each of the other counts, such as ``NAME.A.bw`` and ``NAME.deletions.bw``.
    ``.tsv`` has a line a base with all of them, strand by strand.

    Outputs: ``out``, and the other files by their key in `COUNTS`.

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
        outputs = {"out": self.out}
        if ending == ".tsv":
            yield from self._table(counting, region)
        else:
            yield from self._values(counting, region)
            outputs |= {key: str(beside(Path(self.out), key)) for key in COUNTS}
        return Finished(f"Wrote {self.out}", outputs=outputs)

    def _values(
        self, counting: _Counting, region: Interval
    ) -> Generator[Progress, None, None]:
        stem = Path(counting.alignments.path).stem
        names = {"": f"depth of {stem}"}
        names |= {key: f"{what} of {stem}" for key, what in COUNTS.items()}
        writing = write_series(
            Path(self.out),
            region,
            counting.series,
            contigs=counting.reference.contigs,
            names=names,
        )
        for done in writing:
            yield Progress(done, len(region), "bp", _WRITING)

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

    def series(
        self, contig: str, start: int, end: int
    ) -> dict[str, NDArray[np.float32]]:
        """Return depth and `COUNTS`, in tiles: a deep region has many reads."""
        tiles = [
            _series(self.count(Interval(contig, first, min(first + TILE, end))))
            for first in range(start, end, TILE)
        ]
        return {
            key: np.concatenate([tile[key] for tile in tiles]).astype(np.float32)
            for key in ("", *COUNTS)
        }


def _series(counted: Coverage) -> dict[str, NDArray[np.int64]]:
    both = counted.bases.sum(axis=0, dtype=np.int64)
    return {
        "": counted.depth,
        **dict(zip(BASES, both, strict=True)),
        "deletions": counted.deletions,
        "insertions": counted.insertions,
    }
