"""Read GenBank flat files with Biopython: sequence, features and gene models.

Biopython is imported inside the functions: it takes 0.4 s, and the window's own process
rarely needs it.
"""

from __future__ import annotations

import io
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from gfm_desktop import paths
from gfm_desktop.errors import InputError
from gfm_desktop.genome.feature_draft import Feature, FeatureDraft, LineNotes
from gfm_desktop.genome.feature_gff import merged
from gfm_desktop.genome.fingerprint import content_hash, known_hash
from gfm_desktop.genome.gene_parts import GeneKey, GeneParts, TranscriptParts, arrays_of
from gfm_desktop.genome.text_lines import open_lines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gfm_desktop.genome.feature_draft import Span
    from gfm_desktop.genome.gene_arrays import GeneArrays

_NAMES = ("gene", "locus_tag", "label", "standard_name", "product", "note")
_WITHOUT_GENE = frozenset({"source", "gap", "assembly_gap"})
_LINE = 70
"""Bases in a line of the FASTA file."""
_SHOWN = 12
"""Qualifiers that are kept of a feature; a protein's letters are not."""


def is_genbank(start: bytes) -> bool:
    """Tell whether a file that starts so is a GenBank flat file."""
    return start.lstrip().startswith(b"LOCUS ")


def to_fasta(path: Path, *, cache: Path | None = None) -> Path:
    """Return a FASTA file in the cache with the sequences of a GenBank file.

    Its contigs are named by accession and version, as `genes_of_genbank` names them:
    the two fit together. It is made once for a content.

    Args:
        path: The GenBank file, plain or packed.
        cache: The application's cache by default.

    Raises:
        InputError: If the file cannot be read or holds no sequence.
    """
    try:
        content = content_hash(path, cache=cache)
    except OSError as error:
        raise InputError(
            f"The GenBank file cannot be read: {error.strerror or error}.",
            where=str(path),
            todo="Check that the file exists and that you may read it.",
        ) from error
    folder = (cache or paths.cache()) / "genbank" / content[:32]
    fasta = folder / f"{path.name.partition('.')[0]}.fa"
    if fasta.exists():
        return fasta
    folder.mkdir(parents=True, exist_ok=True)
    temporary = fasta.with_suffix(".tmp")
    count = 0
    with temporary.open("w", encoding="ascii") as file, _records(path) as records:
        for record in records:
            bases = _bases(record)
            if not bases:
                continue
            count += 1
            file.write(f">{record.id} {_ascii(record.description)}\n")
            for start in range(0, len(bases), _LINE):
                file.write(bases[start : start + _LINE] + "\n")
    if not count:
        temporary.unlink()
        raise InputError(
            "The GenBank file holds no sequence.",
            where=str(path),
            todo="Open its genome (FASTA) first, then this file for its features; or "
            "fetch it again with its sequence (GenBank, full).",
        )
    temporary.replace(fasta)
    return fasta


def is_source_of(path: Path, fasta: Path) -> bool:
    """Tell whether `to_fasta` has made this FASTA file from the content of `path`."""
    content = known_hash(path)
    return content is not None and fasta.parent.name == content[:32]


def read_genbank(path: Path, draft: FeatureDraft) -> Iterator[int]:
    """Read a GenBank file; yields the number of features so far, now and then.

    A record belongs to the genome's contig of its name and length, or to the only one
    of its length.

    Args:
        path: The file, plain or packed.
        draft: Takes features and what is wrong.

    Raises:
        InputError: If the file is damaged.
    """
    number = 0
    with _records(path) as records:
        for record in records:
            contig = _contig(record, draft)
            for found in record.features:
                number += 1
                if found.type in _WITHOUT_GENE:
                    continue
                spans = _spans(found)
                if not spans:
                    draft.bad.refuse(number, f"the place of this {found.type} is open")
                    continue
                draft.add(_feature(found, contig, spans), number)
            yield number


def genes_of_genbank(path: Path) -> GeneArrays:
    """Return the gene models of a GenBank file; contigs are accession and version.

    Raises:
        InputError: If the file is damaged or names no gene.
    """
    genes: dict[GeneKey, GeneParts] = {}
    bad = LineNotes("feature")
    number = 0
    with _records(path) as records:
        for record in records:
            coding: list[tuple[GeneKey, Any, list[Span]]] = []
            for found in record.features:
                number += 1
                name = _qualifier(found, "locus_tag") or _qualifier(found, "gene")
                if not name or found.type in _WITHOUT_GENE:
                    continue
                spans = _spans(found)
                if not spans:
                    bad.refuse(number, f"the place of this {found.type} is open")
                    continue
                strand = "-" if found.location.strand == -1 else "+"
                key = (str(record.id), strand, name)
                gene = genes.setdefault(key, GeneParts())
                gene.name = gene.name or _qualifier(found, "gene")
                if found.type == "gene":
                    gene.span = (spans[0][0], spans[-1][1])
                elif found.type == "CDS":
                    coding.append((key, found, spans))
                elif found.type.endswith("RNA"):
                    parts = TranscriptParts(_new_name(gene, found), exons=set(spans))
                    gene.transcripts[parts.name] = parts
            for key, found, spans in coding:
                _give_coding(genes[key], found, spans)
    if not genes:
        raise InputError(
            "The GenBank file names no gene.",
            where=str(path),
            todo="Open it as features beside its genome (FASTA).",
        )
    return arrays_of(genes, [bad.words] if bad.count else [])


def _give_coding(gene: GeneParts, found: Any, spans: list[Span]) -> None:
    """Give a CDS to the first transcript that holds it, or make it one."""
    for parts in gene.transcripts.values():
        exons = sorted(parts.exons)
        inside = all(any(a <= s and e <= b for a, b in exons) for s, e in spans)
        if inside and not parts.coding:
            parts.coding = set(spans)
            return
    parts = TranscriptParts(_new_name(gene, found), exons=set(spans), coding=set(spans))
    gene.transcripts[parts.name] = parts


def _new_name(gene: GeneParts, found: Any) -> str:
    names = ("transcript_id", "protein_id", "product", "locus_tag", "gene")
    name = next((n for n in (_qualifier(found, q) for q in names) if n), found.type)
    if name not in gene.transcripts:
        return name
    number = 2
    while f"{name} ({number})" in gene.transcripts:
        number += 1
    return f"{name} ({number})"


@contextmanager
def _records(path: Path) -> Iterator[Iterator[Any]]:
    """Give the records of a file; what Biopython complains about is passed over.

    Raises:
        InputError: If the file is damaged.
    """
    from Bio import SeqIO

    parse: Any = SeqIO.parse
    # Odd LOCUS lines of plasmid editors raise warnings and are read all the same.
    with open_lines(path) as lines, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        binary: Any = lines
        text = io.TextIOWrapper(binary, encoding="utf-8", errors="replace")
        try:
            yield parse(text, "genbank")
        except (ValueError, AssertionError, IndexError, KeyError) as error:
            raise InputError(
                f"The GenBank file is damaged: {error}.",
                where=str(path),
                todo="Fetch it again.",
            ) from error
        finally:
            text.detach()


def _contig(record: Any, draft: FeatureDraft) -> str:
    """Return the genome's contig of a record; its accession where there is none."""
    genome = draft.reference
    if genome is None:
        return str(record.id)
    length = len(record.seq)
    source = next((f for f in record.features if f.type == "source"), None)
    chromosome = "" if source is None else _qualifier(source, "chromosome")
    names = (record.id, record.id.partition(".")[0], record.name, chromosome)
    for name in filter(None, names):
        found = genome.resolve(str(name), length=length)
        if found is not None:
            return found
    same = [name for name, size in genome.contigs.items() if size == length]
    return same[0] if len(same) == 1 else str(record.id)


def _spans(found: Any) -> list[Span]:
    """Return the parts of a feature's place, ascending; none where it is not known."""
    if found.location is None:
        return []
    try:
        parts = [
            (int(part.start), int(part.end))
            for part in found.location.parts
            if part.ref is None  # The rest lies on another record.
        ]
    except TypeError:
        return []
    return merged(span for span in parts if span[0] < span[1])


def _feature(found: Any, contig: str, spans: list[Span]) -> Feature:
    name = next((n for n in (_qualifier(found, q) for q in _NAMES) if n), found.type)
    fields = {"type": found.type}
    for key in found.qualifiers:
        if key != "translation" and len(fields) < _SHOWN:
            fields[key] = _qualifier(found, key)
    return Feature(
        contig,
        spans[0][0],
        spans[-1][1],
        name,
        found.location.strand or 0,
        pieces=spans if len(spans) > 1 else (),
        thick=spans if found.type == "CDS" else (),
        fields=fields,
    )


def _qualifier(found: Any, name: str) -> str:
    values = found.qualifiers.get(name) or [""]
    return str(values[0]).strip()


def _bases(record: Any) -> str:
    from Bio.Seq import UndefinedSequenceError

    try:
        return str(record.seq)
    except UndefinedSequenceError:
        return ""


def _ascii(text: str) -> str:
    return " ".join(text.encode("ascii", "replace").decode().split())
