"""Write the variants of a region, each with its score and its status."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from gfm_desktop import __version__
from gfm_desktop.errors import InputError, OptionError
from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.status import Status
from gfm_desktop.jobs.events import Finished, Progress
from gfm_desktop.jobs.export.formats import (
    check_format,
    comments,
    refuse_source,
    whole_file,
)
from gfm_desktop.jobs.export.scored_table import ScoredTable
from gfm_desktop.jobs.export.table_files import cell, write_tsv
from gfm_desktop.jobs.export.vcf_file import write_vcf
from gfm_desktop.jobs.export.vcf_header import command_of

if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import TextIO

    import numpy as np
    from numpy.typing import NDArray

    from gfm_desktop.jobs.context import JobContext
    from gfm_desktop.jobs.export.scored_table import Row

VARIANT_FORMATS = (".tsv", ".bed")
SCORED_FORMATS = (*VARIANT_FORMATS, ".vcf", ".vcf.gz")
"""Of variants that a run has scored."""
_BED_ABOUT = (
    "columns: contig, start, end, id, score (the number itself, . where there is none),"
    " strand, REF, ALT, gene, status, reason"
)


@dataclass(frozen=True, slots=True)
class ExportVariants:
    """Write the variants that begin in a region; none of them is left out.

    ``.tsv`` has the columns of `ExportScores`; ``.bed`` six columns of BED, whose score
    is the number itself, and five of our own; ``.vcf`` the records of the file with
    their scores, all alleles of each. Outputs: ``out``, and ``index`` for ``.vcf.gz``.
    Counts: status to number of rows.

    Attributes:
        variants: The variants' file.
        table: What `OpenVariants` made of it.
        folder: Run folder of `ScoreVariants`; empty where nothing is scored.
        contig: The genome's name of a contig.
        start: First base, 0-based.
        end: End, exclusive.
        out: File to write.
    """

    variants: str
    table: str
    folder: str
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
            InputError: If table or scores cannot be read, there is no variant, or the
                file cannot be written.
            OptionError: If the format is unknown, or needs scores and has none.
        """
        del context
        ending = check_format(self.out, SCORED_FORMATS)
        if ending not in VARIANT_FORMATS and not self.folder:
            raise OptionError(
                f"Variants without scores are not written as {ending}.",
                where=self.out,
                todo="Score them first, or write .tsv or .bed.",
            )
        refuse_source(self.out, self.variants)
        yield Progress(0, None, "alleles", "Reading the variants")
        region = Interval(self.contig, self.start, self.end)
        table = self._open()
        only = table.within(region)
        if not len(only):
            raise InputError(
                f"There is no variant in {region}.",
                where=self.variants,
                todo="Choose a region that has some.",
            )
        counts = table.counted(only)
        outputs = {"out": self.out}
        warnings = [_waiting(counts)] if self.folder and _waiting(counts) else []
        if ending in VARIANT_FORMATS:
            yield from self._text(ending, table, only)
        else:
            lines = {row["line"] for rows in table.batches(only) for row in rows}
            written = yield from write_vcf(table, Path(self.out), only=lines)
            outputs, warnings = written.outputs, [*warnings, *written.warnings]
        many = "1 allele" if len(only) == 1 else f"{len(only):,} alleles"
        return Finished(
            f"Wrote {many} to {self.out}",
            counts=counts,
            outputs=outputs,
            warnings=tuple(warnings),
        )

    def _open(self) -> ScoredTable:
        if self.folder:
            return ScoredTable.open(Path(self.folder), table=self.table)
        return ScoredTable.unscored(Path(self.table))

    def _text(
        self, ending: str, table: ScoredTable, only: NDArray[np.int64]
    ) -> Generator[Progress, None, None]:
        place = Interval(self.contig, self.start, self.end)
        about = f"variants of {Path(self.variants).name} in {place}"
        notes = [f"GFM Desktop {__version__}: {about}"]
        if self.folder:
            notes.append(f"scores of the whole file: {command_of(table.manifest)}")
        with (
            whole_file(Path(self.out)) as temporary,
            temporary.open("w", encoding="utf-8") as file,
        ):
            if ending == ".tsv":
                file.write(comments(notes))
                yield from write_tsv(table, file, only)
            else:
                file.write(comments([*notes, _BED_ABOUT]))
                yield from self._bed(table, only, file)

    def _bed(
        self, table: ScoredTable, only: NDArray[np.int64], file: TextIO
    ) -> Generator[Progress, None, None]:
        done = 0
        for rows in table.batches(only):
            file.writelines(_bed_row(self.contig, row) for row in rows)
            done += len(rows)
            yield Progress(done, len(only), "alleles", "Writing the variants")


def _bed_row(contig: str, row: Row) -> str:
    """Return a line: the bases of REF as in the file, in the genome's contig."""
    start = row["pos"] - 1
    end = start + max(1, len(row["ref"]))
    name = row["id"]
    if name in (None, "", "."):
        name = f"{contig}:{row['pos']}:{row['ref']}:{row['alt']}"
    own = (row[key] for key in ("ref", "alt", "gene", "status", "reason"))
    fields = (contig, start, end, name, row["score"], None, *own)
    return "\t".join(map(cell, fields)) + "\n"


def _waiting(counts: dict[str, int]) -> str:
    waiting = counts.get(Status.PENDING, 0)
    if not waiting:
        return ""
    return f"{waiting:,} alleles are not scored yet; the file says so of each."
