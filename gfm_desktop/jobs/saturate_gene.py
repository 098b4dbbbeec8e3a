"""Write every substitution of a gene's exons and their neighbourhood, to be scored.

The file is a VCF like any other, so all that follows (statuses, results, resuming)
is as for a file of the user's. Its name is a hash of what it holds: the same gene,
genome and flank give the same file, and scores of it that are there are not reckoned
again.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from gfm_desktop import __version__, paths
from gfm_desktop.errors import InputError, OptionError
from gfm_desktop.genome.fingerprint import write_whole
from gfm_desktop.jobs.events import Finished, Progress

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from gfm_desktop.genome.annotation import Gene
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.jobs.context import JobContext

LARGEST_FLANK = 10_000
"""bp on each side of an exon."""
_BASES = "ACGT"
_LIKE_IT = 3
"""Genes that are named where there is none of the name."""


@dataclass(frozen=True, slots=True)
class SaturateGene:
    """Write all SNVs of the exons of a gene's canonical transcript, and beside them.

    Outputs: ``variants``, a VCF file in the cache. Counts: ``variants``.

    Attributes:
        gene: Name or identifier.
        annotation: GTF or GFF3 file.
        genome: FASTA file.
        flank: bp on each side of every exon that are changed as well; what lies
            outside the transcript is left out, as scores are within it.
    """

    gene: str
    annotation: str
    genome: str
    flank: int = 50
    resumable: ClassVar[bool] = True

    @property
    def title(self) -> str:
        """Return what the job strip calls it."""
        return f"List substitutions of {self.gene}"

    def run(self, context: JobContext) -> Generator[Progress, None, Finished]:
        """Write the file where it is not there yet.

        Raises:
            InputError: If a file cannot be used.
            OptionError: If there is no such gene, or the flank makes no sense.
        """
        if not 0 <= self.flank <= LARGEST_FLANK:
            raise OptionError(
                f"The flank must be from 0 to {LARGEST_FLANK:,} bp, not "
                f"{self.flank:,}.",
                where="--flank",
            )
        yield Progress(0, None, "variants", f"Listing substitutions of {self.gene}")
        reference = context.reference(self.genome)
        genes = context.genes(self.annotation, self.genome)
        gene = genes.find(self.gene) if genes is not None else None
        if gene is None:
            near = genes.search(self.gene, _LIKE_IT) if genes is not None else []
            names = ", ".join(one.name for one in near)
            raise OptionError(
                f"The gene models have no gene “{self.gene}”.",
                where="--saturate",
                todo=f"Perhaps one of: {names}." if names else "Check the name.",
            )
        spans = stretches(gene, self.flank)
        key = json.dumps([reference.fingerprint, gene.contig, spans, __version__])
        name = hashlib.sha256(key.encode()).hexdigest()[:16]
        folder = paths.cache() / "saturation"
        path = folder / f"{_safe(gene.name)}-{name}.vcf"
        lines = list(_lines(reference, gene, spans))
        if not lines:
            raise InputError(
                f"The genome has no known base in the exons of {gene.name}.",
                where=self.genome,
                todo="Open the genome that the gene models belong to.",
            )
        if not path.is_file():
            folder.mkdir(parents=True, exist_ok=True)
            length = reference.contigs[gene.contig]
            head = [
                "##fileformat=VCFv4.2",
                f"##contig=<ID={gene.contig},length={length}>",
                "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO",
            ]
            write_whole(path, ("\n".join([*head, *lines]) + "\n").encode())
        bases = sum(end - start for start, end in spans)
        return Finished(
            f"{gene.name}: {len(lines):,} substitutions of {bases:,} bp",
            counts={"variants": len(lines)},
            outputs={"variants": str(path)},
        )


def stretches(gene: Gene, flank: int) -> list[tuple[int, int]]:
    """Return the exons and what lies beside them, 0-based half-open, merged.

    Args:
        gene: Its canonical transcript counts.
        flank: bp on each side of an exon, inside the transcript.
    """
    transcript = gene.canonical
    exons = transcript.exons or ((transcript.start, transcript.end),)
    found: list[tuple[int, int]] = []
    for exon_start, exon_end in sorted(exons):
        start = max(exon_start - flank, transcript.start)
        end = min(exon_end + flank, transcript.end)
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _lines(
    reference: Reference, gene: Gene, spans: list[tuple[int, int]]
) -> Iterator[str]:
    """Yield VCF lines; a base that is not known has none."""
    for start, end in spans:
        letters = reference.fetch(gene.contig, start, end)
        for position, base in enumerate(letters, start + 1):
            if base in _BASES:
                for alt in _BASES.replace(base, ""):
                    yield f"{gene.contig}\t{position}\t.\t{base}\t{alt}\t.\t.\t."


def _safe(name: str) -> str:
    """Return a gene's name as a file may have it."""
    return "".join(c if c.isalnum() or c in "-_" else "_" for c in name)[:40]
