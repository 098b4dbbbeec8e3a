"""Read GFF3 and GTF as features: a transcript is one feature with its exons as blocks.

Gene models are read by `gene_file`; this is for files that lie beside them, with
repeats, regulatory elements or a second annotation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gfm_desktop.genome.feature_bed import STEP
from gfm_desktop.genome.feature_draft import Feature
from gfm_desktop.genome.gff_lines import attributes_of, place_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gfm_desktop.genome.feature_draft import FeatureDraft, Span

_BLOCKS = frozenset(
    {"exon", "CDS", "five_prime_UTR", "three_prime_UTR", "UTR", "5UTR", "3UTR"}
)
_MARKS = frozenset({"start_codon", "stop_codon", "Selenocysteine"})
_NAMES = ("Name", "gene_name", "gene", "transcript_name", "transcript_id", "gene_id",
          "ID", "locus_tag", "product")  # fmt: skip
_STRANDS = {"+": 1, "-": -1}
_SHOWN = 12
"""Attributes that are kept of a feature."""


@dataclass(slots=True)
class _Line:
    """One line that may become a feature, or take blocks."""

    number: int
    contig: str
    kind: str
    span: Span
    strand: int
    score: float
    facts: dict[str, str]
    exons: list[Span] = field(default_factory=list)
    coding: list[Span] = field(default_factory=list)


def read_gff(lines: Iterable[bytes], draft: FeatureDraft) -> Iterator[int]:
    """Read GFF3 or GTF; yields the number of lines so far, now and then.

    Args:
        lines: The file's lines.
        draft: Takes features and bad lines.
    """
    plain: list[_Line] = []
    owners: dict[tuple[str, str], _Line] = {}
    parts: list[tuple[str, _Line]] = []
    inner: set[tuple[str, str]] = set()
    for number, raw in enumerate(lines, start=1):
        if number % STEP == 0:
            yield number
        if raw.startswith(b"##FASTA"):
            break
        text = raw.decode("utf-8", "replace").removeprefix("\ufeff").strip("\r\n")
        if not text.strip() or text.startswith(("#", "track ", "browser ")):
            continue
        line = _line(text, number, draft)
        if line is None:
            continue
        own, parents = _links(line)
        if line.kind in _MARKS:
            continue  # A start or stop codon lies in its CDS.
        if line.kind in _BLOCKS and parents:
            parts.extend((parent, line) for parent in parents)
            continue
        inner.update((line.contig, parent) for parent in parents)
        key = (line.contig, own)
        known = owners.get(key) if own else None
        if known is not None and known.kind == line.kind:
            # GFF3 writes a feature in several pieces as lines of one ID.
            known.exons.extend([] if known.exons else [known.span])
            known.exons.append(line.span)
            continue
        plain.append(line)
        if own:
            owners[key] = line
    _give(parts, owners, plain)
    for line in plain:
        _, parents = _links(line)
        own = line.facts.get("ID") or line.facts.get("transcript_id", "")
        if line.kind == "gene" and (line.contig, own or _gene(line)) in inner:
            continue  # Its transcripts are shown.
        draft.add(_feature(line), line.number)


def _line(text: str, number: int, draft: FeatureDraft) -> _Line | None:
    columns = text.split("\t")
    place = place_of(columns)
    if isinstance(place, str):
        draft.bad.refuse(number, place)
        return None
    facts, _ = attributes_of(columns[8])
    score = columns[5].strip()
    try:
        value = math.nan if score in (".", "") else float(score)
    except ValueError:
        draft.bad.refuse(number, f'the score is "{score[:30]}", no number')
        return None
    strand = _STRANDS.get(columns[6], 0)
    return _Line(number, columns[0], columns[2], place, strand, value, facts)


def _gene(line: _Line) -> str:
    return f"gene {line.facts.get('gene_id', '')}"


def _links(line: _Line) -> tuple[str, list[str]]:
    """Return what a line goes by, and whose part it is; GTF names both on each line."""
    facts = line.facts
    if "ID" in facts or "Parent" in facts:
        return facts.get("ID", ""), [p for p in facts.get("Parent", "").split(",") if p]
    transcript = facts.get("transcript_id", "")
    if line.kind == "gene":
        return _gene(line), []
    if line.kind in _BLOCKS or line.kind in _MARKS:
        return "", [transcript] if transcript else []
    return transcript, [_gene(line)] if "gene_id" in facts else []


def _give(
    parts: list[tuple[str, _Line]],
    owners: dict[tuple[str, str], _Line],
    plain: list[_Line],
) -> None:
    """Give exons and coding parts to whom they belong, or make that feature."""
    for parent, line in parts:
        key = (line.contig, parent)
        owner = owners.get(key)
        if owner is None:
            # Old GTF has no transcript lines.
            owner = _Line(
                line.number, line.contig, "transcript", line.span, line.strand,
                math.nan, line.facts,
            )  # fmt: skip
            owners[key] = owner
            plain.append(owner)
        (owner.coding if line.kind == "CDS" else owner.exons).append(line.span)


def _feature(line: _Line) -> Feature:
    pieces = merged(line.exons or line.coding)
    inside = [(max(a, line.span[0]), b) for a, b in merged(line.coding)]
    start = min(line.span[0], *(a for a, _ in pieces)) if pieces else line.span[0]
    end = max(line.span[1], *(b for _, b in pieces)) if pieces else line.span[1]
    name = next((line.facts[n] for n in _NAMES if line.facts.get(n)), "")
    fields = {"type": line.kind, **line.facts}
    return Feature(
        line.contig,
        start,
        end,
        name,
        line.strand,
        line.score,
        pieces=pieces if len(pieces) > 1 else (),
        thick=inside,
        fields=dict(list(fields.items())[:_SHOWN]),
    )


def merged(spans: Iterable[Span]) -> list[Span]:
    """Return spans in order, those that touch or overlap as one."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found
