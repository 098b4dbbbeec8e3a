"""What the files are that a user opens or drops: genome, gene models, variants."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from gfm_desktop.genome.sniff import describe, first_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class FileKind(StrEnum):
    """Kinds of files, in the order in which they are opened."""

    GENOME = "genome"
    ANNOTATION = "annotation"
    VARIANTS = "variants"


ENDINGS: dict[FileKind, tuple[str, ...]] = {
    FileKind.GENOME: (".fa", ".fasta", ".fna", ".fas"),
    FileKind.ANNOTATION: (".gtf", ".gff3", ".gff"),
    FileKind.VARIANTS: (".vcf", ".bcf"),
}
"""Usual endings, without that of the packing."""

_PACKED = (".gz", ".bgz", ".bgzf")
_INDEX = (".fai", ".gzi", ".tbi", ".csi")
_WANTED = "Open a genome (FASTA), gene models (GTF or GFF3) or variants (VCF or BCF)."


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
    """Files by kind, one of each at most.

    Attributes:
        files: What can be opened, genome first.
        refused: What cannot, each with the reason.
        indexes: Indexes that came along; the app makes its own.
    """

    files: dict[FileKind, Path]
    refused: tuple[Refusal, ...] = ()
    indexes: tuple[Path, ...] = ()

    @property
    def advice(self) -> str:
        """Return what to do about the refused files."""
        return _WANTED if self.refused else ""


def sort_files(paths: Sequence[Path]) -> SortedFiles:
    """Tell what each file is; every path ends in exactly one of the three lists.

    The content decides; the ending only where the content does not tell, so that an
    empty or damaged VCF is still read, and its reader says what is wrong with it.

    Args:
        paths: Files as the user gave them; one that is named twice counts once.
    """
    files: dict[FileKind, Path] = {}
    refused: list[Refusal] = []
    indexes: list[Path] = []
    for path in dict.fromkeys(paths):
        found = kind_of(path)
        if isinstance(found, Refusal):
            refused.append(found)
        elif found is None:
            indexes.append(path)
        elif found in files:
            first = files[found].name
            why = f"{path.name}: {first} is opened; one file of a kind at a time"
            refused.append(Refusal(path, why))
        else:
            files[found] = path
    ordered = {kind: files[kind] for kind in FileKind if kind in files}
    return SortedFiles(ordered, tuple(refused), tuple(indexes))


def kind_of(path: Path) -> FileKind | Refusal | None:
    """Return the kind of a file, why it is none, or None for an index.

    Args:
        path: Any path; it need not exist.
    """
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
    kind = _by_content(start) or _by_ending(path)
    return kind or Refusal(path, f"{path.name} is {describe(start)}")


def open_filter() -> str:
    """Return the filter of a file dialog: everything first, then each kind."""
    titles = {
        FileKind.GENOME: "Genomes",
        FileKind.ANNOTATION: "Gene models",
        FileKind.VARIANTS: "Variants",
    }
    patterns = {
        kind: [f"*{end}{packed}" for end in ends for packed in ("", ".gz")]
        for kind, ends in ENDINGS.items()
    }
    every = " ".join(pattern for some in patterns.values() for pattern in some)
    single = [f"{titles[kind]} ({' '.join(some)})" for kind, some in patterns.items()]
    return ";;".join([f"Genomes, genes, variants ({every})", *single, "All files (*)"])


def _by_content(start: bytes) -> FileKind | None:
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b">"):
        return FileKind.GENOME
    if text.startswith((b"##fileformat=VCF", b"#CHROM\tPOS", b"BCF\x02")):
        return FileKind.VARIANTS
    if text.startswith(b"##gff-version") or _looks_like_genes(text):
        return FileKind.ANNOTATION
    return None


def _looks_like_genes(text: bytes) -> bool:
    """Tell whether the first line that is no comment has the nine columns of GTF."""
    for line in text.split(b"\n")[:200]:
        if line.strip() and not line.startswith(b"#"):
            fields = line.split(b"\t")
            return len(fields) >= 9 and fields[3].isdigit() and fields[4].isdigit()
    return False


def _by_ending(path: Path) -> FileKind | None:
    ending = _ending(path)
    return next((kind for kind, ends in ENDINGS.items() if ending in ends), None)


def _ending(path: Path) -> str:
    name = path.name.lower()
    for packed in _PACKED:
        name = name.removesuffix(packed)
    return f".{name.rpartition('.')[2]}" if "." in name else ""
