from __future__ import annotations

import pytest

from gfm_desktop.genome.contig_names import BUILDS, ContigNames, build_of

HG19 = {f"chr{n}": length for n, length in BUILDS["GRCh37"].items()} | {"chrM": 16571}
B37 = BUILDS["GRCh37"] | {"MT": 16569}
HG38 = {f"chr{n}": length for n, length in BUILDS["GRCh38"].items()} | {"chrM": 16569}
YEAST = {f"chr{n}": length for n, length in BUILDS["sacCer3"].items()} | {"chrM": 85779}
WORM = {n: 1000 + i for i, n in enumerate(["I", "II", "III", "IV", "V", "X", "MtDNA"])}


@pytest.mark.parametrize(
    ("genome", "name", "expected"),
    [
        (HG19, "chr22", "chr22"),
        (HG19, "22", "chr22"),
        (HG19, "CHR22", "chr22"),
        (HG19, "Chrx", "chrX"),
        (HG19, "NC_000022.10", "chr22"),
        (HG19, "NC_000022", "chr22"),
        (HG19, "NC_000022.11", None),
        (HG19, "NC_000023.10", "chrX"),
        (HG19, "chr23", None),
        (HG19, "chrM", "chrM"),
        (HG19, "MT", None),
        (HG19, "NC_012920.1", None),
        (B37, "chr22", "22"),
        (B37, "chrM", "MT"),
        (B37, "M", "MT"),
        (HG38, "MT", "chrM"),
        (HG38, "NC_012920.1", "chrM"),
        (HG38, "NC_000022.10", None),
        (HG38, "NC_000022.11", "chr22"),
        (HG38, "NC_000001.99", None),
        (HG38, "", None),
        (HG38, "chr", None),
        (YEAST, "chromosome10", "chrX"),
        (YEAST, "4", "chrIV"),
        (YEAST, "XVI", "chrXVI"),
        (WORM, "chrX", "X"),
        (WORM, "10", None),
    ],
)
def test_that_spellings_lead_to_the_genomes_own_name(
    genome: dict[str, int], name: str, expected: str | None
) -> None:
    assert ContigNames(genome).resolve(name) == expected


def test_that_another_length_is_another_sequence() -> None:
    names = ContigNames(HG19)
    assert names.resolve("22", length=51_304_566) == "chr22"
    assert names.resolve("22", length=50_818_468) is None
    assert "50,818,468" in names.explain("22", length=50_818_468)


def test_that_names_which_could_be_two_contigs_lead_to_none() -> None:
    names = ContigNames({"chr1": 10, "1": 12})
    assert names.resolve("chr1") == "chr1"
    assert names.resolve("1") == "1"
    assert names.resolve("CHR1") is None


def test_that_an_accession_of_another_build_is_explained() -> None:
    words = ContigNames(HG19).explain("NC_000022.11")
    assert "GRCh38" in words
    assert "GRCh37" in words


@pytest.mark.parametrize(
    ("genome", "build"),
    [(HG19, "GRCh37"), (B37, "GRCh37"), (HG38, "GRCh38"), (YEAST, "sacCer3"),
     (WORM, None), ({}, None), ({"NC_000022.11": 50_818_468}, "GRCh38")],
)  # fmt: skip
def test_that_lengths_tell_the_build(genome: dict[str, int], build: str | None) -> None:
    assert build_of(genome) == build
