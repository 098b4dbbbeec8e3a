"""A genome and a call set of any size, made from a seed, for the benchmarks of reading.

The genome has random bases and short repeats. The records are in order and look like
one person's calls against it: of a hundred, 84 are substitutions, 14 insertions or
deletions (one in ten of them not as far left as it could stand) and 2 have two ALT
alleles; every REF agrees with the genome.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

LETTERS = np.frombuffer(b"ACGT", np.uint8)
WIDTH = 60
CONTIGS = 4
_LONGEST = 24
_SHIFTED = 0.1
_HEADER = """##fileformat=VCFv4.2
##FILTER=<ID=PASS,Description="All filters passed">
##INFO=<ID=AC,Number=A,Type=Integer,Description="Allele count">
##INFO=<ID=AF,Number=A,Type=Float,Description="Allele frequency">
##INFO=<ID=AN,Number=1,Type=Integer,Description="Alleles called">
##INFO=<ID=DP,Number=1,Type=Integer,Description="Depth">
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Depth">
##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Quality">
"""


def make_genome(path: Path, *, bases: int, seed: int = 7) -> list[bytes]:
    """Write a FASTA file of `CONTIGS` contigs; return their letters."""
    random = np.random.default_rng(seed)
    contigs = []
    with path.open("wb") as file:
        for number in range(CONTIGS):
            letters = LETTERS[random.integers(0, 4, bases // CONTIGS)]
            _repeat(letters, random)
            whole = len(letters) // WIDTH * WIDTH
            file.write(b">chr%d made for a benchmark\n" % (number + 1))
            rows = letters[:whole].reshape(-1, WIDTH)
            ends = np.full((len(rows), 1), ord("\n"), np.uint8)
            file.write(np.hstack([rows, ends]).tobytes())
            if whole < len(letters):
                file.write(letters[whole:].tobytes() + b"\n")
            contigs.append(letters.tobytes())
    return contigs


def _repeat(letters: NDArray[np.uint8], random: np.random.Generator) -> None:
    """Put short repeats of 1 to 4 bases in place, one in 2,000 bases."""
    for start in random.integers(0, len(letters) - 64, len(letters) // 2_000):
        unit, length = random.integers(1, 5), random.integers(8, 40)
        letters[start : start + length] = np.resize(
            letters[start : start + unit], length
        )


def make_vcf(
    path: Path, contigs: list[bytes], *, records: int, samples: int = 0, seed: int = 11
) -> None:
    """Write a VCF file, packed with bgzip; `path` ends in ``.vcf.gz``.

    Args:
        path: Where to write.
        contigs: Letters of chr1, chr2, ... as `make_genome` returned them.
        records: Number of records.
        samples: Columns of genotypes.
        seed: Another seed makes other records.
    """
    import pysam

    random = np.random.default_rng(seed)
    plain = path.with_suffix("")
    with plain.open("wb") as file:
        names = "".join(f"\tS{number + 1}" for number in range(samples))
        columns = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO"
        file.write(_HEADER.encode())
        for number, letters in enumerate(contigs, start=1):
            file.write(b"##contig=<ID=chr%d,length=%d>\n" % (number, len(letters)))
        file.write(f"{columns}{chr(9) + 'FORMAT' * bool(samples)}".rstrip().encode())
        file.write(f"{names}\n".encode())
        for number, letters in enumerate(contigs, start=1):
            share = records // len(contigs)
            if number == len(contigs):
                share = records - share * (number - 1)
            lines = _lines(f"chr{number}", letters, share, samples, random)
            file.write("".join(lines).encode())
    pysam.tabix_compress(str(plain), str(path), force=True)
    plain.unlink()


def _lines(
    chrom: str, letters: bytes, count: int, samples: int, random: np.random.Generator
) -> list[str]:
    text = letters.decode()
    room = len(text) - 2 * _LONGEST
    starts = np.sort(random.choice(room, count, replace=False)).tolist()
    kinds = random.random(count).tolist()
    lengths = np.minimum(random.geometric(0.35, count), _LONGEST - 1).tolist()
    picks = random.integers(1, 4, count).tolist()
    shifted = (random.random(count) < _SHIFTED).tolist()
    numbers = random.integers(10, 60, (count, 3)).tolist()
    known = random.integers(1, 2_000_000_000, count).tolist()
    lines = []
    for n, start in enumerate(starts):
        ref, alt = _alleles(text, start, kinds[n], lengths[n], picks[n], shifted[n])
        depth, quality, alleles = numbers[n]
        name = f"rs{known[n]}" if known[n] % 10 else "."
        each = alt.count(",") + 1
        info = f"AC={','.join(['1'] * each)};AF={','.join(['0.5'] * each)};AN=2"
        line = f"{chrom}\t{start + 1}\t{name}\t{ref}\t{alt}\t{quality * 7}.77\tPASS"
        line += f"\t{info};DP={depth}"
        if samples:
            line += "\tGT:DP:GQ" + f"\t0/1:{alleles}:{quality}" * samples
        lines.append(line + "\n")
    return lines


def _alleles(
    text: str, start: int, kind: float, length: int, pick: int, shifted: bool
) -> tuple[str, str]:
    base = text[start]
    other = "ACGT"[("ACGT".index(base) + pick) % 4]
    if kind < 0.84:
        return base, other
    if kind < 0.91:
        # A deletion stands as far left as it can where its last base is not the first.
        length += (text[start + length] == base) is not shifted
        return text[start : start + length + 1], base
    if kind < 0.98:
        inserted = text[start + 1 : start + length] + (base if shifted else other)
        return base, base + inserted
    if pick == 1:
        return text[start : start + 3], f"{base}{text[start + 2]},{base}"
    return base, f"{other},{base}{other}"
