"""Data preparation: which bases are learnt from, which are held out, and their hashes.

Three parts: ``train``, ``validation`` (for the learning curve) and ``test`` (for the
evaluations of the card). Human regions and yeast chromosomes go whole into one part.
What is not controlled: paralogous genes, repeats such as Alu and Ty elements, and
segmental duplications have relatives on both sides of the split.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pretraining.settings import SPECIES, DataSettings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

PARTS = ("train", "validation", "test")
UNKNOWN = 4
"""Code of every letter but A, C, G, T (0 to 3)."""
CORPUS = "corpus.npz"
LIST = "data.json"


@dataclass(frozen=True, slots=True)
class Contig:
    """One sequence of the corpus.

    Attributes:
        species: Index into `settings.SPECIES`.
        name: Its name in the FASTA file.
        part: Index into `PARTS`.
        start: Where it begins in `Corpus.codes`.
        length: Bases.
        gene: Gene of a human region; empty for yeast.
    """

    species: int
    name: str
    part: int
    start: int
    length: int
    gene: str = ""


@dataclass(frozen=True, slots=True)
class Corpus:
    """All bases.

    Attributes:
        codes: uint8, all contigs one after another; 0 to 3 for A, C, G, T, else 4.
        contigs: Where each lies.
        ends: int64, places in `codes` of both ends of every human exon.
    """

    codes: NDArray[np.uint8]
    contigs: tuple[Contig, ...]
    ends: NDArray[np.int64]

    def of(self, species: int, part: str) -> list[Contig]:
        """Return the contigs of one species and part."""
        return [self.contigs[number] for number in self.numbers(species, part)]

    def numbers(self, species: int, part: str) -> list[int]:
        """Return the same contigs as indices of `contigs`."""
        wanted = (species, PARTS.index(part))
        found = enumerate(self.contigs)
        return [n for n, contig in found if (contig.species, contig.part) == wanted]

    def bases(self, contig: Contig) -> NDArray[np.uint8]:
        """Return the codes of a contig (a view)."""
        return self.codes[contig.start : contig.start + contig.length]

    def save(self, path: Path) -> None:
        """Write it whole."""
        names = np.array([json.dumps([c.name, c.gene]) for c in self.contigs])
        rows = [[c.species, c.part, c.start, c.length] for c in self.contigs]
        half = path.with_suffix(".half.npz")
        np.savez(
            half,
            codes=self.codes,
            names=names,
            rows=np.array(rows, np.int64),
            ends=self.ends,
        )
        half.replace(path)


def load(path: Path) -> Corpus:
    """Return the corpus that `prepare` wrote."""
    with np.load(path) as found:
        contigs = []
        for text, row in zip(found["names"], found["rows"], strict=True):
            name, gene = json.loads(str(text))
            species, part, start, length = (int(n) for n in row)
            contigs.append(Contig(species, name, part, start, length, gene))
        return Corpus(found["codes"], tuple(contigs), found["ends"])


def prepare(settings: DataSettings, folder: Path, out: Path) -> Corpus:
    """Read the data, part it, and write `CORPUS` and `LIST`.

    Args:
        settings: Which files and which split.
        folder: Where the files lie.
        out: Where to write.

    Raises:
        SystemExit: If a file is not the one whose hash the configuration names.
    """
    hashes = checked(settings, folder)
    human = dict(sequences(folder / settings.human_fasta))
    yeast = dict(sequences(folder / settings.yeast_fasta))
    genes = region_genes(folder / settings.human_genes)
    parts = human_parts(settings, folder / settings.human_map, human, genes)
    contigs: list[Contig] = []
    arrays: list[NDArray[np.uint8]] = []
    start = 0
    for species, table in enumerate((human, yeast)):
        for name, text in table.items():
            part = parts[name] if species == 0 else yeast_part(settings, name)
            gene = genes.get(name, "") if species == 0 else ""
            contigs.append(Contig(species, name, part, start, len(text), gene))
            arrays.append(encoded(text))
            start += len(text)
    ends = exon_ends(folder / settings.human_genes, contigs)
    corpus = Corpus(np.concatenate(arrays), tuple(contigs), ends)
    out.mkdir(parents=True, exist_ok=True)
    corpus.save(out / CORPUS)
    summary = {"sha256": hashes, "parts": summary_of(corpus)}
    (out / LIST).write_text(json.dumps(summary, indent=1), encoding="utf-8")
    return corpus


def checked(settings: DataSettings, folder: Path) -> dict[str, str]:
    """Return file to SHA-256 of all data files.

    Raises:
        SystemExit: If one differs from what the configuration says.
    """
    names = (
        settings.human_fasta,
        settings.human_genes,
        settings.human_map,
        settings.yeast_fasta,
        settings.yeast_genes,
    )
    found = {}
    for name in names:
        with (folder / name).open("rb") as file:
            found[name] = hashlib.file_digest(file, "sha256").hexdigest()
    wrong = [n for n, h in settings.sha256.items() if n in found and found[n] != h]
    if wrong:
        raise SystemExit(f"another SHA-256 than in the configuration: {wrong}")
    return found


def sequences(path: Path) -> Iterator[tuple[str, str]]:
    """Yield name and letters of every record of a gzipped FASTA file."""
    name, lines = "", list[str]()
    with gzip.open(path, "rt", encoding="ascii") as file:
        for line in file:
            if line.startswith(">"):
                if name:
                    yield name, "".join(lines)
                name, lines = line[1:].split()[0], []
            else:
                lines.append(line.strip())
    if name:
        yield name, "".join(lines)


def encoded(text: str) -> NDArray[np.uint8]:
    """Return codes of letters in any case."""
    table = np.full(256, UNKNOWN, np.uint8)
    for code, letter in enumerate(b"ACGT"):
        table[letter] = table[letter + 32] = code
    return table[np.frombuffer(text.encode("ascii"), np.uint8)]


def yeast_part(settings: DataSettings, name: str) -> int:
    """Return the part of a chromosome."""
    if name in settings.yeast_test:
        return PARTS.index("test")
    return PARTS.index("validation" if name in settings.yeast_validation else "train")


def region_genes(path: Path) -> dict[str, str]:
    """Return region to gene name, from the annotation."""
    found = {}
    for columns in annotation(path):
        note = columns[8]
        found.setdefault(columns[0], note.split('gene_name "')[1].split('"')[0])
    return found


def annotation(path: Path) -> Iterator[list[str]]:
    """Yield the nine columns of every line of a gzipped GTF file."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            if not line.startswith("#") and line.strip():
                yield line.rstrip("\n").split("\t")


def exon_ends(path: Path, contigs: Sequence[Contig]) -> NDArray[np.int64]:
    """Return the places in the corpus of both ends of every human exon, sorted."""
    starts = {c.name: c.start for c in contigs if c.species == 0}
    found = set()
    for columns in annotation(path):
        if columns[2] == "exon" and columns[0] in starts:
            # GTF counts from 1 and includes the end.
            found |= {starts[columns[0]] + int(columns[i]) - 1 for i in (3, 4)}
    return np.array(sorted(found), np.int64)


def human_parts(
    settings: DataSettings,
    path: Path,
    lengths: Mapping[str, str],
    genes: Mapping[str, str],
) -> dict[str, int]:
    """Return region to part: groups of regions that overlap stay together.

    Args:
        settings: Salt and shares.
        path: Table of where each region lies on the genome.
        lengths: All regions.
        genes: Region to gene.
    """
    group = groups(path, list(lengths))
    first: dict[str, str] = {}
    for name in lengths:
        gene = genes.get(name, name)
        first[group[name]] = min(first.get(group[name], gene), gene)
    parts = {}
    for name in lengths:
        text = settings.salt + first[group[name]]
        place = int(hashlib.sha256(text.encode()).hexdigest(), 16) % 100
        test = place < settings.test_percent
        later = place < settings.test_percent + settings.validation_percent
        parts[name] = PARTS.index(
            "test" if test else "validation" if later else "train"
        )
    return parts


def groups(path: Path, names: Sequence[str]) -> dict[str, str]:
    """Return region to the name of its group of regions that overlap on a genome.

    A region without a place on GRCh38 is placed by GRCh37; each assembly is compared
    with itself, and groups of either join.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    owner = {name: name for name in names}

    def root(name: str) -> str:
        while owner[name] != name:
            name = owner[name]
        return name

    spans = sorted(
        (r["assembly"], r["chrom"], int(r["start_1based"]), int(r["end"]), r["lrg_id"])
        for r in rows
        if r["lrg_id"] in owner
    )
    before: tuple[str, str, int, str] | None = None
    for assembly, chrom, start, end, name in spans:
        if before and before[:2] == (assembly, chrom) and start <= before[2]:
            owner[root(name)] = root(before[3])
            end = max(end, before[2])
        before = (assembly, chrom, end, name)
    return {name: root(name) for name in names}


def summary_of(corpus: Corpus) -> dict[str, dict[str, dict[str, object]]]:
    """Return species to part to bases and names, for the data list of the card."""
    result: dict[str, dict[str, dict[str, object]]] = {}
    for species, label in enumerate(SPECIES):
        result[label] = {}
        for part in PARTS:
            contigs = corpus.of(species, part)
            held = part != "train" or species == 1
            result[label][part] = {
                "bases": sum(c.length for c in contigs),
                "sequences": len(contigs),
                "names": [f"{c.name} {c.gene}".strip() for c in contigs if held],
            }
    return result
