"""Write the gene models of a region into a file for other programs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from gfm_desktop import __version__
from gfm_desktop.errors import InputError
from gfm_desktop.genome.interval import Interval
from gfm_desktop.jobs.events import Finished, Progress
from gfm_desktop.jobs.export.bed_lines import (
    BedFeature,
    bed_line,
    plain,
    spans_text,
)
from gfm_desktop.jobs.export.formats import (
    check_format,
    comments,
    refuse_source,
    whole_file,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    from gfm_desktop.genome.annotation import Gene, Transcript
    from gfm_desktop.genome.feature_draft import Span
    from gfm_desktop.jobs.context import JobContext

GENE_FORMATS = (".bed", ".gtf", ".tsv")
TABLE_HEAD = "\t".join(
    (
        *("gene", "gene_id", "contig", "start", "end", "strand", "transcript"),
        *("transcript_start", "transcript_end", "exons", "coding"),
    )
)
"""Columns of the table; places are 1-based and include both ends."""
_STEP = 500
"""Genes between two chances to cancel."""


@dataclass(frozen=True, slots=True)
class ExportGenes:
    """Write genes as ``.bed`` (a line a transcript), ``.gtf`` or ``.tsv``.

    Every gene that shares a base with the region is written, whole. Outputs: ``out``.

    Attributes:
        annotation: The gene models' file.
        genome: FASTA file, whose names of contigs are written.
        contig: The genome's name of a contig.
        start: First base, 0-based.
        end: End, exclusive.
        out: File to write.
        every: Whether all transcripts are written, not the canonical ones alone.
    """

    annotation: str
    genome: str
    contig: str
    start: int
    end: int
    out: str
    every: bool = False
    resumable: ClassVar[bool] = True

    @property
    def title(self) -> str:
        """Return what the job strip calls it."""
        return f"Export {Path(self.out).name}"

    def run(self, context: JobContext) -> Generator[Progress, None, Finished]:
        """Write the file, whole.

        Raises:
            InputError: If the gene models cannot be read, there is none, or the file
                cannot be written.
            OptionError: If the format is unknown.
        """
        ending = check_format(self.out, GENE_FORMATS)
        refuse_source(self.out, self.annotation, self.genome)
        models = context.genes(self.annotation, self.genome)
        region = Interval(self.contig, self.start, self.end)
        genes = [] if models is None else models.overlapping(region)
        if not genes:
            raise InputError(
                f"There is no gene in {region}.",
                where=self.annotation,
                todo="Choose a region that has some.",
            )
        lines = _LINES[ending]
        name = Path(self.annotation).name
        with (
            whole_file(Path(self.out)) as temporary,
            temporary.open("w", encoding="utf-8") as file,
        ):
            about = f"gene models of {name} in {region}"
            file.write(comments([f"GFM Desktop {__version__}: {about}"]))
            if ending == ".tsv":
                file.write(f"{TABLE_HEAD}\n")
            for done, gene in enumerate(genes, start=1):
                chosen = gene.transcripts if self.every else (gene.canonical,)
                file.writelines(lines(gene, chosen))
                if done % _STEP == 0:
                    yield Progress(done, len(genes), "genes", "Writing the genes")
        count = "1 gene" if len(genes) == 1 else f"{len(genes):,} genes"
        return Finished(f"Wrote {count} to {self.out}", outputs={"out": self.out})


def _bed(gene: Gene, transcripts: Iterable[Transcript]) -> Iterator[str]:
    strand = {"+": 1, "-": -1}.get(gene.strand, 0)
    for one in transcripts:
        # A gene's name alone would not tell its transcripts apart.
        known = one.transcript_id and gene.name not in one.transcript_id
        name = f"{gene.name} {one.transcript_id}" if known else one.transcript_id
        yield bed_line(
            BedFeature(
                gene.contig,
                one.start,
                one.end,
                name or gene.name,
                strand,
                one.exons,
                one.coding,
            )
        )


def _table(gene: Gene, transcripts: Iterable[Transcript]) -> Iterator[str]:
    for one in transcripts:
        cells = (
            plain(gene.name),
            plain(gene.gene_id) or ".",
            gene.contig,
            str(gene.start + 1),
            str(gene.end),
            gene.strand,
            plain(one.transcript_id) or ".",
            str(one.start + 1),
            str(one.end),
            spans_text(one.exons),
            spans_text(one.coding),
        )
        yield "\t".join(cells) + "\n"


def _gtf(gene: Gene, transcripts: Iterable[Transcript]) -> Iterator[str]:
    """Yield gene, transcripts, exons and coding parts (GTF 2.2, 1-based inclusive).

    Coding parts have no frame: gene models do not keep it, and it is not made up.
    """
    facts = f'gene_id "{_quoted(gene.gene_id)}"; gene_name "{_quoted(gene.name)}";'

    def line(kind: str, span: Span, more: str = "") -> str:
        place = f"{span[0] + 1}\t{span[1]}\t.\t{gene.strand}\t."
        return f"{gene.contig}\tGFM_Desktop\t{kind}\t{place}\t{facts}{more}\n"

    yield line("gene", (gene.start, gene.end))
    for one in transcripts:
        more = f' transcript_id "{_quoted(one.transcript_id)}";'
        yield line("transcript", (one.start, one.end), more)
        order = one.exons if gene.strand == "+" else one.exons[::-1]
        for number, span in enumerate(order, start=1):
            yield line("exon", span, f"{more} exon_number {number};")
        for span in one.coding:
            yield line("CDS", span, more)


def _quoted(text: str) -> str:
    return plain(text).replace('"', "'").replace(";", ",")


_LINES: dict[str, Callable[[Gene, Iterable[Transcript]], Iterator[str]]] = {
    ".bed": _bed,
    ".gtf": _gtf,
    ".tsv": _table,
}
