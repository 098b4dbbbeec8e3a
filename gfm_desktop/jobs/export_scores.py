"""Write the scores of a run into a file for other programs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from gfm_desktop.errors import OptionError
from gfm_desktop.genome.status import Status
from gfm_desktop.jobs.events import Finished, Progress
from gfm_desktop.jobs.export.formats import SCORE_FORMATS, check_format, refuse_source
from gfm_desktop.jobs.export.program_tag import program_tag
from gfm_desktop.jobs.export.scored_table import ScoredTable
from gfm_desktop.jobs.export.table_files import write_parquet, write_tsv_file
from gfm_desktop.jobs.export.vcf_file import write_vcf

if TYPE_CHECKING:
    from collections.abc import Generator

    from gfm_desktop.jobs.context import JobContext


@dataclass(frozen=True, slots=True)
class ExportScores:
    """Write every record with its score and status as ``.vcf .vcf.gz .tsv .parquet``.

    Outputs: ``out``, and ``index`` for ``.vcf.gz``. Counts: status to number of rows.

    Attributes:
        folder: Run folder of `ScoreVariants` (its output ``run``).
        out: File to write.
        command: Command line to note in the file; empty lets the program say which
            one gives the same numbers.
        table: Parquet file of `genome.variant_table`; empty for the run's own.
        program_tag: Also write the INFO field that the model's own program writes;
            VCF only.
    """

    folder: str
    out: str
    command: str = ""
    table: str = ""
    program_tag: bool = False
    resumable: ClassVar[bool] = True

    @property
    def title(self) -> str:
        """Return what the job strip calls it."""
        return f"Export {Path(self.out).name}"

    def run(self, context: JobContext) -> Generator[Progress, None, Finished]:
        """Write the file, whole.

        Raises:
            InputError: If the run cannot be read or the file not written.
            OptionError: If the format is unknown, or has no place for a tag.
        """
        del context
        ending = check_format(self.out, SCORE_FORMATS)
        out = Path(self.out)
        yield Progress(0, None, "alleles", "Reading the scores")
        table = ScoredTable.open(Path(self.folder), table=self.table)
        refuse_source(self.out, str(table.source))
        tag = program_tag(table.manifest) if self.program_tag else None
        if tag is not None and not ending.startswith(".vcf"):
            raise OptionError(
                f"A {ending} file has no INFO field for {tag.id}.",
                where="--program-tag",
                todo="Write .vcf or .vcf.gz; the table has its columns anyway.",
            )
        match ending:
            case ".tsv":
                written = yield from write_tsv_file(table, out)
            case ".parquet":
                written = yield from write_parquet(table, out)
            case _:
                written = yield from write_vcf(
                    table, out, command=self.command, tag=tag
                )
        warnings = list(written.warnings)
        waiting = table.counts.get(Status.PENDING, 0)
        if waiting:
            warnings.append(
                f"{waiting:,} alleles are not scored yet; the file says so of each."
            )
        return Finished(
            f"Wrote {sum(table.counts.values()):,} alleles to {self.out}",
            counts=table.counts,
            outputs=written.outputs,
            warnings=tuple(warnings),
        )
