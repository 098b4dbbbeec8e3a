"""What the files are that a user opens or drops: genome, genes, variants, tracks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from gfm_desktop.genome.sniff import describe, first_bytes, is_remote
from gfm_desktop.workspace.track_files import TrackKind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class FileKind(StrEnum):
    """Kinds of files of which one is open at a time, in the order of opening."""

    GENOME = "genome"
    ANNOTATION = "annotation"
    VARIANTS = "variants"


Kind = FileKind | TrackKind

ENDINGS: dict[Kind, tuple[str, ...]] = {
    FileKind.GENOME: (".fa", ".fasta", ".fna", ".fas"),
    FileKind.ANNOTATION: (".gtf", ".gff3", ".gff"),
    FileKind.VARIANTS: (".vcf", ".bcf"),
    TrackKind.SIGNAL: (".bw", ".bigwig", ".bedgraph", ".bdg", ".wig"),
    TrackKind.ALIGNMENTS: (".bam", ".cram"),
    TrackKind.FEATURES: (".bed", ".bb", ".bigbed", ".gb", ".gbk", ".gbff", ".genbank"),
}
"""Usual endings, without that of the packing."""

_TITLES: dict[Kind, str] = {
    FileKind.GENOME: "Genomes",
    FileKind.ANNOTATION: "Gene models",
    FileKind.VARIANTS: "Variants",
    TrackKind.SIGNAL: "Signals",
    TrackKind.ALIGNMENTS: "Alignments",
    TrackKind.FEATURES: "Features",
}
_PACKED = (".gz", ".bgz", ".bgzf")
_INDEX = (".fai", ".gzi", ".tbi", ".csi", ".bai", ".crai")
_WANTED = (
    "Open a genome (FASTA), gene models (GTF or GFF3), variants (VCF or BCF), or a "
    "track: bigWig, bedGraph, BED, bigBed, GenBank, BAM or CRAM."
)
_MAGIC: tuple[tuple[bytes, Kind], ...] = (
    (b">", FileKind.GENOME),
    (b"##fileformat=VCF", FileKind.VARIANTS),
    (b"#CHROM\tPOS", FileKind.VARIANTS),
    (b"BCF\x02", FileKind.VARIANTS),
    (b"##gff-version", FileKind.ANNOTATION),
    # Annotations of SpliceAI, CI-SpliceAI and Pangolin: `genome.gene_tables`.
    (b"#NAME\tCHROM\tSTRAND\tTX_START", FileKind.ANNOTATION),
    (b"gene_id,chr,strand,start,end,jn_start", FileKind.ANNOTATION),
    (b"SQLite format 3\x00", FileKind.ANNOTATION),
    (b"BAM\x01", TrackKind.ALIGNMENTS),
    (b"CRAM", TrackKind.ALIGNMENTS),
    (b"LOCUS  ", TrackKind.FEATURES),
    # bigWig and bigBed in either byte order: Kent et al. 2010, supplement, table 5.
    (b"\x26\xfc\x8f\x88", TrackKind.SIGNAL),
    (b"\x88\x8f\xfc\x26", TrackKind.SIGNAL),
    (b"\xeb\xf2\x89\x87", TrackKind.FEATURES),
    (b"\x87\x89\xf2\xeb", TrackKind.FEATURES),
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file that is not opened.

    Attributes:
        path: The file.
        why: What is the matter with it, beginning with its name.
    """

    path: Path
    why: str


@dataclass(frozen=True, slots=True)
class SortedFiles:
    """Files by kind: one genome, annotation and variant file, and any tracks.

    Attributes:
        files: What can be opened, genome first.
        refused: What cannot, each with the reason.
        indexes: Indexes that came along; the app finds or makes its own.
        tracks: Files that get a lane each, in the order in which they were given.
    """

    files: dict[FileKind, Path]
    refused: tuple[Refusal, ...] = ()
    indexes: tuple[Path, ...] = ()
    tracks: tuple[tuple[TrackKind, Path], ...] = ()

    @property
    def advice(self) -> str:
        """Return what to do about the refused files."""
        return _WANTED if self.refused else ""


def sort_files(paths: Sequence[Path]) -> SortedFiles:
    """Tell what each file is; every path ends in exactly one of the four lists.

    The content decides; the ending only where the content does not tell, so that an
    empty or damaged VCF is still read, and its reader says what is wrong with it.

    Args:
        paths: Files as the user gave them; one that is named twice counts once.
    """
    files: dict[FileKind, Path] = {}
    refused: list[Refusal] = []
    indexes: list[Path] = []
    tracks: list[tuple[TrackKind, Path]] = []
    for path in dict.fromkeys(paths):
        found = kind_of(path)
        if isinstance(found, Refusal):
            refused.append(found)
        elif found is None:
            indexes.append(path)
        elif isinstance(found, TrackKind):
            tracks.append((found, path))
        elif found in files:
            first = files[found].name
            why = f"{path.name}: {first} is opened; one file of a kind at a time"
            refused.append(Refusal(path, why))
        else:
            files[found] = path
    ordered = {kind: files[kind] for kind in FileKind if kind in files}
    return SortedFiles(ordered, tuple(refused), tuple(indexes), tuple(tracks))


def kind_of(path: Path) -> Kind | Refusal | None:
    """Return the kind of a file, why it is none, or None for an index.

    Args:
        path: Any path; it need not exist.
    """
    if is_remote(str(path)):
        why = "is on another computer: download it, then open the copy"
        return Refusal(path, f"{path.name} {why}")
    if path.is_dir():
        return Refusal(path, f"{path.name} is a folder")
    if _ending(path) in _INDEX:
        return None
    try:
        start = first_bytes(path)
    except FileNotFoundError:
        return Refusal(path, f"{path.name} does not exist")
    except OSError as error:
        return Refusal(path, f"{path.name} cannot be read ({error.strerror or error})")
    named = _by_ending(path)
    kind = _by_content(start) or named
    if kind is TrackKind.SIGNAL and named is TrackKind.FEATURES:
        kind = named  # A BED file whose names are numbers.
    return kind or Refusal(path, f"{path.name} is {describe(start)}")


def open_filter() -> str:
    """Return the filter of a file dialog: everything first, then each kind."""
    patterns = {
        kind: [f"*{end}{packed}" for end in ends for packed in ("", ".gz")]
        for kind, ends in ENDINGS.items()
    }
    every = " ".join(pattern for some in patterns.values() for pattern in some)
    single = [f"{_TITLES[kind]} ({' '.join(some)})" for kind, some in patterns.items()]
    everything = f"Genomes, genes, variants, tracks ({every})"
    return ";;".join([everything, *single, "All files (*)"])


def _by_content(start: bytes) -> Kind | None:
    bare = start.removeprefix(b"\xef\xbb\xbf")
    for text in (start, bare.lstrip()):
        for magic, kind in _MAGIC:
            if text.startswith(magic):
                return kind
    return _by_columns(bare)


def _by_columns(text: bytes) -> Kind | None:
    """Return the kind that a ``track`` line or the first line of numbers tells.

    GTF and GFF3 have nine columns with the place in the fourth and fifth, BED and
    bedGraph theirs in the second and third; four columns with a number in the fourth
    are a signal.
    """
    for line in text.split(b"\n")[:200]:
        words = line.split()
        if not words or line.startswith((b"#", b"browser")):
            continue
        if words[0] in (b"fixedStep", b"variableStep") or _track_type(line):
            return TrackKind.SIGNAL
        if words[0] == b"track":
            continue
        fields = line.rstrip(b"\r").split(b"\t")
        if len(fields) >= 9 and fields[3].isdigit() and fields[4].isdigit():
            return FileKind.ANNOTATION
        if len(words) >= 3 and words[1].isdigit() and words[2].isdigit():
            signal = len(words) == 4 and _is_number(words[3])
            return TrackKind.SIGNAL if signal else TrackKind.FEATURES
        return None
    return None


def _track_type(line: bytes) -> bool:
    types = (b"type=bedgraph", b"type=wiggle_0", b'type="bedgraph', b'type="wiggle_0')
    return line.startswith(b"track") and any(t in line.lower() for t in types)


def _is_number(word: bytes) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _by_ending(path: Path) -> Kind | None:
    ending = _ending(path)
    return next((kind for kind, ends in ENDINGS.items() if ending in ends), None)


def _ending(path: Path) -> str:
    name = path.name.lower()
    for packed in _PACKED:
        name = name.removesuffix(packed)
    return f".{name.rpartition('.')[2]}" if "." in name else ""
