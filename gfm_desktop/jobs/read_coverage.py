"""Count the reads of a region, in tiles that are kept by content in the cache."""

from __future__ import annotations

import hashlib
import json
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from gfm_desktop import __version__
from gfm_desktop.errors import InputError
from gfm_desktop.genome.interval import Interval
from gfm_desktop.jobs.events import Finished, Partial, Progress
from gfm_desktop.jobs.tile_cache import make_room, tiles_folder

if TYPE_CHECKING:
    from collections.abc import Generator

    from gfm_desktop.genome.alignments import Alignments, ReadFilter
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.jobs.context import JobContext

TILE = 16_384
"""bp of a tile: some 20 ms at thirty reads deep, and at most 200 kB."""


@dataclass(frozen=True, slots=True)
class ReadCoverage:
    """Count bases, insertions and deletions of the reads over a region.

    A `Partial` of kind ``"coverage"`` tells the path of each tile
    (`genome.coverage.Coverage`), from left to right. Tiles lie on a grid of `TILE` bp.

    Attributes:
        store: What `OpenAlignments` made.
        genome: FASTA file.
        contig: Contig name as the genome spells it.
        start: 0-based first base.
        end: 0-based end, exclusive.
        mapping_quality: Least mapping quality of a read.
        base_quality: Least Phred quality of a base.
    """

    store: str
    genome: str
    contig: str
    start: int
    end: int
    mapping_quality: int = 0
    base_quality: int = 0
    resumable: ClassVar[bool] = True

    @property
    def title(self) -> str:
        """Return what the job strip calls it."""
        return f"Read alignments {self.contig}:{self.start + 1:,}-{self.end:,}"

    def run(self, context: JobContext) -> Generator[Progress | Partial, None, Finished]:
        """Count what the cache does not hold.

        Raises:
            InputError: If a file or the region cannot be used.
        """
        from gfm_desktop.genome.alignments import Alignments, ReadFilter

        alignments = Alignments.load(Path(self.store))
        reference = context.reference(self.genome)
        chosen = ReadFilter(self.mapping_quality, self.base_quality)
        tiles = self._tiles(reference)
        first, last = tiles[0].start, tiles[-1].end
        for tile in tiles:
            path = self._path(tile, alignments, reference)
            if not path.is_file():
                yield from self._count(tile, path, alignments, reference, chosen)
            yield Partial("coverage", str(path))
            yield Progress(tile.end - first, last - first, "bp", READING)
        make_room(tiles_folder())
        return Finished(f"Read {Path(alignments.path).name}")

    def _count(
        self,
        tile: Interval,
        path: Path,
        alignments: Alignments,
        reference: Reference,
        chosen: ReadFilter,
    ) -> Generator[Progress, None, None]:
        steps = alignments.read(tile, reference, chosen)
        while True:
            try:
                reads = next(steps)
            except StopIteration as stop:
                stop.value.save(path)
                return
            yield Progress(reads, None, "reads", READING)

    def _tiles(self, reference: Reference) -> list[Interval]:
        length = reference.contigs.get(self.contig, 0)
        if not 0 <= self.start < self.end <= length:
            raise InputError(
                f"{self.contig}:{self.start + 1:,}-{self.end:,} is not on the genome.",
                where=self.genome,
            )
        first = self.start - self.start % TILE
        return [
            Interval(self.contig, start, min(start + TILE, length))
            for start in range(first, self.end, TILE)
        ]

    def _path(
        self, tile: Interval, alignments: Alignments, reference: Reference
    ) -> Path:
        about = [
            alignments.path,
            alignments.stamp,
            reference.fingerprint,
            astuple(tile),
            self.mapping_quality,
            self.base_quality,
            __version__,
        ]
        name = hashlib.sha256(json.dumps(about).encode()).hexdigest()[:32]
        return tiles_folder() / f"{name}.npz"


READING = "Reading alignments"
"""What progress says meanwhile."""
