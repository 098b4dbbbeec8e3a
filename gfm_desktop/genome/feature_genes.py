"""Gene models in BED12 and bigBed: blocks are exons, thick parts are coding."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.errors import InputError
from gfm_desktop.genome import sniff
from gfm_desktop.genome.feature_bed import layout_of, read_bed
from gfm_desktop.genome.feature_bigbed import read_bigbed
from gfm_desktop.genome.feature_draft import FeatureDraft
from gfm_desktop.genome.gene_parts import GeneKey, GeneParts, TranscriptParts, arrays_of
from gfm_desktop.genome.text_lines import open_lines

if TYPE_CHECKING:
    from pathlib import Path

    from gfm_desktop.genome.feature_draft import FeatureColumns
    from gfm_desktop.genome.gene_arrays import GeneArrays

_BIGBED = (b"\xeb\xf2\x89\x87", b"\x87\x89\xf2\xeb")
"""Magic number in either byte order: Kent et al. 2010, supplement, table 5."""
_SYMBOLS = ("name2", "geneName", "geneSymbol")
"""Columns of published bigBed gene files that hold the gene's symbol."""


def is_bigbed(start: bytes) -> bool:
    """Tell whether a file that starts so is bigBed."""
    return start.startswith(_BIGBED)


def is_bed(start: bytes) -> bool:
    """Tell whether the first line of features of a text is BED with 12 columns."""
    for line in start.decode("utf-8", "replace").split("\n")[:200]:
        if line.strip() and not line.startswith(("#", "track", "browser")):
            fields = line.rstrip("\r").split("\t" if "\t" in line else None)
            numbers = len(fields) >= 12 and fields[1].isdigit() and fields[2].isdigit()
            return numbers and layout_of(fields).standard == 12
    return False


def genes_of_bed(path: Path) -> GeneArrays:
    """Read transcripts from BED12 or bigBed, each a gene unless a symbol joins them.

    Raises:
        InputError: If it is damaged or no line is a feature with its blocks.
    """
    draft = FeatureDraft(None)
    if is_bigbed(sniff.first_bytes(path)):
        for _ in read_bigbed(path, draft):
            pass
    else:
        with open_lines(path) as lines:
            for _ in read_bed(lines, draft):
                pass
    if not len(draft):
        raise InputError(
            f"No gene can be read from this file. {draft.bad.words}".rstrip(),
            where=str(path),
            todo="Open BED with 12 columns, GTF or GFF3.",
        )
    return arrays_of(_genes(draft.columns()), list(draft.notes()))


def _genes(columns: FeatureColumns) -> dict[GeneKey, GeneParts]:
    genes: dict[GeneKey, GeneParts] = {}
    ends: dict[GeneKey, int] = {}
    owners = np.repeat(np.arange(len(columns.contigs)), np.diff(columns.contig_at))
    for number, name in enumerate(columns.names):
        contig = columns.contigs[int(owners[number])]
        start, end = int(columns.start[number]), int(columns.end[number])
        symbol = _symbol(columns.fields[number]) or name or f"{contig}:{start + 1}"
        strand = "-" if columns.strand[number] < 0 else "+"
        key = (contig, strand, symbol)
        if key in ends and ends[key] <= start:
            # The same name further along: another copy, not one huge gene.
            key = (contig, strand, f"{symbol} ({start + 1:,})")
        ends[key] = max(end, ends.get(key, 0))
        gene = genes.setdefault(key, GeneParts(symbol))
        transcript = name or symbol
        while transcript in gene.transcripts:
            transcript += "'"
        parts = TranscriptParts(transcript, span=(start, end))
        for target, at, spans in (
            (parts.exons, columns.piece_at, columns.pieces),
            (parts.coding, columns.thick_at, columns.thick),
        ):
            first, last = int(at[number]), int(at[number + 1])
            target.update((int(a), int(b)) for a, b in spans[first:last])
        gene.transcripts[transcript] = parts
    return genes


def _symbol(fields: str) -> str:
    found = dict(line.partition("\t")[::2] for line in fields.split("\n") if line)
    return next((found[name] for name in _SYMBOLS if found.get(name)), "")
