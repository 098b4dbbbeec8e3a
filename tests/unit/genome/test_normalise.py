from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gfm_desktop.genome.normalise import normalise
from gfm_desktop.genome.reference import Reference
from gfm_desktop.genome.variant import Variant, VariantKind

WriteFasta = Callable[..., Path]


class ToyGenome:
    """Bases in memory, with the one method that is needed."""

    def __init__(self, bases: str) -> None:
        self.bases = bases

    def fetch(self, contig: str, start: int, end: int) -> str:
        assert 0 <= start <= end <= len(self.bases)
        return self.bases[start:end]


def _normalised(bases: str, start: int, ref: str, alt: str) -> Variant:
    genome = ToyGenome(bases)
    return normalise(genome, Variant("c", start, ref, alt))  # type: ignore[arg-type]


def _applied(bases: str, variant: Variant) -> str:
    end = variant.start + len(variant.ref)
    assert bases[variant.start : end] == variant.ref
    return bases[: variant.start] + variant.alt + bases[end:]


def _leftmost_shortest(bases: str, changed: str) -> tuple[int, str, str]:
    """Try every VCF spelling of a change; the shortest, then the leftmost, wins."""
    spellings = []
    for start in range(len(bases)):
        for end in range(start + 1, len(bases) + 1):
            new = len(changed) - (len(bases) - end)
            fits = changed[:start] == bases[:start] and changed[new:] == bases[end:]
            if new > start and fits:
                ref, alt = bases[start:end], changed[start:new]
                spellings.append((len(ref) + len(alt), start, ref, alt))
    _, start, ref, alt = min(spellings)
    return start, ref, alt


@st.composite
def spelled_variants(draw: st.DrawFn) -> tuple[str, int, str, str]:
    """Draw a genome of few letters (many repeats) and some spelling of a change."""
    bases = draw(st.text("AC", min_size=4, max_size=14))
    start = draw(st.integers(0, len(bases) - 1))
    end = draw(st.integers(start + 1, len(bases)))
    alt = draw(st.text("ACG", min_size=1, max_size=6))
    return bases, start, bases[start:end], alt


@given(spelled_variants())
@settings(max_examples=400, deadline=None)
def test_that_the_result_is_the_shortest_leftmost_spelling(
    drawn: tuple[str, int, str, str],
) -> None:
    bases, start, ref, alt = drawn
    if ref == alt:
        return
    variant = _normalised(bases, start, ref, alt)
    changed = bases[:start] + alt + bases[start + len(ref) :]
    assert _applied(bases, variant) == changed
    expected = _leftmost_shortest(bases, changed)
    assert (variant.start, variant.ref, variant.alt) == expected


@given(spelled_variants())
@settings(max_examples=200, deadline=None)
def test_that_normalising_twice_changes_nothing(
    drawn: tuple[str, int, str, str],
) -> None:
    bases, start, ref, alt = drawn
    once = _normalised(bases, start, ref, alt)
    assert _normalised(bases, once.start, once.ref, once.alt) == once


def test_that_all_spellings_of_one_deletion_agree() -> None:
    bases = "GGGCACACACAGGG"
    spellings = {
        _normalised(bases, start, bases[start : start + 3], bases[start])
        for start in range(2, 9)
    }
    assert spellings == {Variant("c", 2, "GCA", "G")}


def test_that_an_indel_rolls_past_one_reading_of_the_genome() -> None:
    bases = "C" + "A" * 3000 + "G"
    variant = _normalised(bases, 3000, "A", "AA")
    assert variant == Variant("c", 0, "C", "CA")
    assert variant.kind is VariantKind.INSERTION


def test_that_padding_around_substitutions_goes() -> None:
    assert _normalised("ACGTACGT", 1, "CGTA", "CTTA") == Variant("c", 2, "G", "T")
    assert _normalised("ACGTACGT", 1, "CGTA", "CTCA") == Variant("c", 2, "GT", "TC")


def _norm_with_bcftools(fasta: Path, records: list[Variant]) -> list[Variant]:
    vcf = fasta.with_suffix(".vcf")
    lines = ["##fileformat=VCFv4.2", "##contig=<ID=chr1>"]
    lines.append("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO")
    lines += [
        f"chr1\t{v.position}\t{n}\t{v.ref}\t{v.alt}\t.\t.\t."
        for n, v in enumerate(records)
    ]
    vcf.write_text("\n".join(lines) + "\n")
    done = subprocess.run(
        ["bcftools", "norm", "-f", str(fasta), str(vcf)],
        check=True,
        capture_output=True,
        text=True,
    )
    found = {}
    for line in done.stdout.splitlines():
        if not line.startswith("#"):
            contig, pos, number, ref, alt, *_ = line.split("\t")
            found[int(number)] = Variant(contig, int(pos) - 1, ref, alt)
    return [found[n] for n in range(len(records))]


def _repetitive(random: Random, *, pieces: int) -> str:
    """Return bases full of short repeats, where indels can move."""
    units = ["".join(random.choices("ACGT", k=random.randint(1, 4))) for _ in range(60)]
    return "".join(random.choice(units) * random.randint(1, 40) for _ in range(pieces))


def _spelling(random: Random, bases: str) -> Variant | None:
    start = random.randrange(len(bases))
    ref = bases[start : start + random.randint(1, 12)]
    unit = ref[-random.randint(1, 4) :]
    alt = random.choice(
        ["".join(random.choices("ACGT", k=random.randint(1, 8))), ref + unit, ref[:1]]
    )
    return Variant("chr1", start, ref, alt) if ref != alt else None


@pytest.mark.skipif(shutil.which("bcftools") is None, reason="bcftools is not here")
@pytest.mark.parametrize("seed", range(3))
def test_that_bcftools_norm_gives_the_same(seed: int, write_fasta: WriteFasta) -> None:
    random = Random(seed)
    bases = _repetitive(random, pieces=6 if seed == 0 else 300)
    drawn = (_spelling(random, bases) for _ in range(4000))
    records = sorted(filter(None, drawn), key=lambda v: v.start)
    fasta = write_fasta({"chr1": bases}, width=60)
    reference = Reference.open(fasta)
    ours = [normalise(reference, variant) for variant in records]
    reference.close()
    moved = sum(a.start != b.start for a, b in zip(records, ours, strict=True))
    assert moved > len(records) // 10
    for written, mine, theirs in zip(
        records, ours, _norm_with_bcftools(fasta, records), strict=True
    ):
        assert mine == theirs, f"{written} in {bases}"
