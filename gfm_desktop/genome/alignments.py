"""Alignments (BAM, CRAM): made ready once, then read stretch by stretch.

Which reads count: all but unmapped, secondary, failed and duplicate ones, as `samtools
depth` and IGV's coverage have it (IGV also shows secondary alignments unless told
otherwise). Supplementary alignments count, and both mates of a pair where they overlap.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import warnings
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gfm_desktop.errors import InputError
from gfm_desktop.genome.cram_reference import nowhere_else
from gfm_desktop.genome.pileup import Pileup

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from numpy.typing import NDArray

    from gfm_desktop.genome.coverage import Coverage
    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.genome.reference import Reference

SKIPPED = 0x4 | 0x100 | 0x200 | 0x400
"""Flags of reads that do not count: unmapped, secondary, failed, duplicate."""
STORE = "alignments.json"
DENSITY = "density.npz"


@dataclass(frozen=True, slots=True)
class ReadFilter:
    """Which reads and bases count.

    Attributes:
        mapping_quality: Least mapping quality of a read.
        base_quality: Least Phred quality of a base; other bases of its read count.
    """

    mapping_quality: int = 0
    base_quality: int = 0


@dataclass(frozen=True, slots=True)
class Alignments:
    """An alignment file that is ready to be read.

    Attributes:
        path: The file.
        stamp: Its size in bytes and modification time in ns when it was opened.
        kind: ``"BAM"`` or ``"CRAM"``.
        index: Its index.
        reference: Link to the genome for `pysam`; empty for BAM.
        contigs: The genome's name of a contig to the file's.
        notes: What must be told.
    """

    path: str
    stamp: tuple[int, int]
    kind: str
    index: str
    reference: str
    contigs: dict[str, str]
    notes: tuple[str, ...] = ()

    @classmethod
    def load(cls, store: Path) -> Alignments:
        """Read what `save` wrote.

        Raises:
            InputError: If it is gone or damaged.
        """
        try:
            stored = json.loads(store.read_bytes())
            stored["stamp"] = tuple(map(int, stored["stamp"]))
            stored["contigs"] = dict(stored["contigs"])
            stored["notes"] = tuple(map(str, stored["notes"]))
            return cls(**stored)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(
                "What was made of the alignments cannot be read any more.",
                where=str(store),
                todo="Open the file again.",
            ) from error

    def text(self) -> str:
        """Return it as JSON."""
        return json.dumps(asdict(self))

    @contextlib.contextmanager
    def opened(self) -> Iterator[Any]:
        """Open the file as a `pysam.AlignmentFile`.

        Raises:
            InputError: If the file or its index is gone, changed or damaged.
        """
        import pysam

        self._refuse_changed()
        before = pysam.set_verbosity(0)
        try:
            with (
                nowhere_else(),
                file_of(
                    Path(self.path),
                    index_filename=self.index,
                    reference_filename=self.reference or None,
                ) as file,
            ):
                yield file
        except (OSError, ValueError) as error:
            raise self._damaged(error) from error
        finally:
            pysam.set_verbosity(before)

    def read(
        self, interval: Interval, reference: Reference, chosen: ReadFilter
    ) -> Generator[int, None, Coverage]:
        """Count the reads over an interval.

        Args:
            interval: Where, in the genome's names.
            reference: The open genome.
            chosen: Which reads and bases count.

        Yields:
            How many reads were counted so far.

        Raises:
            InputError: If the file cannot be read here.
        """
        bases = reference.fetch(interval.contig, interval.start, interval.end)
        pileup = Pileup(interval, bases, least_quality=chosen.base_quality)
        name = self.contigs.get(interval.contig)
        if name is None:
            return pileup.result()
        with self.opened() as file:
            for read in file.fetch(name, interval.start, interval.end):
                if read.flag & SKIPPED or not read.cigartuples:
                    continue
                if read.mapping_quality < chosen.mapping_quality:
                    continue
                if pileup.add(
                    read.reference_start,
                    read.cigartuples,
                    read.query_sequence,
                    reverse=read.is_reverse,
                    qualities=read.query_qualities if chosen.base_quality else None,
                ):
                    pileup.count()
                    yield pileup.reads
        return pileup.result()

    def _refuse_changed(self) -> None:
        try:
            now = stamp_of(Path(self.path))
        except OSError as error:
            raise InputError(
                "The alignments are gone or cannot be read any more.",
                where=self.path,
                todo="Put the file back, or open it where it is now.",
            ) from error
        if now != self.stamp or not Path(self.index).is_file():
            raise InputError(
                "The alignments or their index have changed since they were opened.",
                where=self.path,
                todo="Open the file again.",
            )

    def _damaged(self, error: Exception) -> InputError:
        return InputError(
            f"The alignments cannot be read here: {error}.",
            where=self.path,
            todo="The file may be damaged or incomplete: check it with "
            "`samtools quickcheck`, or fetch it again.",
        )


def file_of(path: Path, **options: Any) -> Any:
    """Open a file as a `pysam.AlignmentFile`, also one that has lost its end.

    That is told when the file is opened for the first time; what is there can be
    looked at all the same.

    Raises:
        OSError: If it is no alignment file.
        ValueError: If its header is damaged.
    """
    import pysam

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pysam.AlignmentFile(
            str(path), check_sq=False, ignore_truncation=True, **options
        )


def stamp_of(path: Path) -> tuple[int, int]:
    """Return size and modification time of a file.

    Raises:
        OSError: If there is none.
    """
    about = path.stat()
    return about.st_size, about.st_mtime_ns


def read_density(store: Path, contig: str) -> NDArray[np.float32] | None:
    """Return how many bytes of reads each `alignment_index.WINDOW` bp have.

    Args:
        store: What `OpenAlignments` made.
        contig: The genome's name; None is returned where the file has no such contig.

    Raises:
        InputError: If it is gone or damaged.
    """
    name = hashlib.sha256(contig.encode()).hexdigest()[:16]
    try:
        with (store.parent / DENSITY).open("rb") as opened, np.load(opened) as file:
            return file[name] if name in file.files else None
    except (OSError, ValueError, EOFError, KeyError) as error:
        raise InputError(
            "What was made of the alignments cannot be read any more.",
            where=str(store),
            todo="Open the file again.",
        ) from error
