"""What the mouse reads over a gene: exon, coding exon, base and codon."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gfm_desktop.genome.interval import Interval
from gfm_desktop.ui.browser.scale import span_label

if TYPE_CHECKING:
    from gfm_desktop.genome.annotation import Gene, Transcript

Span = tuple[int, int]


def gene_words(gene: Gene, transcript: Transcript, position: int) -> str:
    """Return gene, transcript, and what of it lies at a 0-based position."""
    exons = transcript.exons
    many = f"{len(exons)} exons" if len(exons) != 1 else "1 exon"
    lines = [
        f"{gene.name}  ({gene.strand} strand)",
        f"{gene.interval}, {span_label(gene.end - gene.start)}",
        f"{transcript.transcript_id or gene.gene_id}, {many}",
    ]
    forward = gene.strand == "+"
    exon = rank_at(exons, position, forward=forward)
    if exon is not None:
        rank, (start, end) = exon
        where = Interval(gene.contig, start, end)
        lines.append(f"Exon {rank} of {len(exons)}: {where}")
    coding = rank_at(transcript.coding, position, forward=forward)
    if coding is not None:
        rank, _ = coding
        base = coding_base(transcript.coding, position, forward=forward)
        lines.append(
            f"Coding exon {rank} of {len(transcript.coding)}, "
            f"coding base {base:,}, codon {(base + 2) // 3:,}"
        )
    return "\n".join(lines)


def rank_at(
    spans: tuple[Span, ...], position: int, *, forward: bool
) -> tuple[int, Span] | None:
    """Return the number, from 1 along the strand, of the span over a position.

    Args:
        spans: (start, end), ascending on the contig.
        position: 0-based.
        forward: Whether the strand is the forward one.
    """
    for index, (start, end) in enumerate(spans):
        if start <= position < end:
            return (index + 1 if forward else len(spans) - index), (start, end)
    return None


def coding_base(coding: tuple[Span, ...], position: int, *, forward: bool) -> int:
    """Return the number of a coding base, from 1 along the strand.

    The annotation decides where coding begins; where a transcript is known only from
    its middle on, so is this number.
    """
    if forward:
        before = sum(
            min(end, position + 1) - start for start, end in coding if start <= position
        )
    else:
        before = sum(
            end - max(start, position) for start, end in coding if end > position
        )
    return before
