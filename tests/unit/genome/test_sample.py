from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

import pysam
import pytest

from gfm_desktop.genome.reference import Reference

if TYPE_CHECKING:
    from types import ModuleType

SCRIPT = Path(__file__).parents[3] / "packaging" / "make_sample.py"


@pytest.fixture
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_sample", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_that_the_genome_is_chr22_with_n_outside_the_megabase(sample: Path) -> None:
    reference = Reference.open(sample / "chr22.fa.gz")
    assert reference.contigs == {"chr22": 51_304_566}
    assert set(reference.fetch("chr22", 19_999_000, 20_000_000)) == {"N"}
    assert set(reference.fetch("chr22", 21_000_000, 21_001_000)) == {"N"}
    assert reference.fetch("chr22", 20_000_000, 20_000_010) == "TGGGAAGGTG"
    inside = reference.fetch("chr22", 20_000_000, 21_000_000)
    # The one assembly gap of GRCh37 there, 20,509,432-20,609,431.
    assert inside.count("N") == 100_000
    assert set(inside[509_431:609_431]) == {"N"}
    reference.close()


def test_that_it_stays_small_and_names_its_licences(sample: Path) -> None:
    sizes = {file.name: file.stat().st_size for file in sample.iterdir()}
    assert sum(sizes.values()) < 600_000
    words = (sample / "LICENSES.md").read_text()
    for name in ("hisat2", "spliceai", "dbSNP", "GENCODE", "genes.gtf.gz"):
        assert name in words


def test_that_the_shipped_indexes_belong_to_the_files(sample: Path) -> None:
    with pysam.FastaFile(str(sample / "chr22.fa.gz")) as fasta:
        assert fasta.fetch("chr22", 20_000_000, 20_000_005) == "TGGGA"
    with pysam.TabixFile(str(sample / "variants.vcf.gz")) as variants:
        rows = list(variants.fetch("chr22", 20_000_145, 20_000_146))
    assert [row.split("\t")[:5] for row in rows] == [
        ["chr22", "20000146", "rs73387790", "G", "A"]
    ]


@pytest.mark.parametrize(
    ("kind", "offset", "what", "expected"),
    [
        ("single", 3, "A", (20_000_004, "T", "A")),
        ("deletion", 3, "2", (20_000_003, "GTA", "G")),
        ("insertion", 3, "CC", (20_000_003, "G", "GCC")),
    ],
)
def test_that_hisat2s_variants_become_vcf(
    script: ModuleType,
    kind: str,
    offset: int,
    what: str,
    expected: tuple[int, str, str],
) -> None:
    assert script.vcf_fields(kind, offset, what, "ACGTACGT") == expected


def test_that_gene_rows_become_gtf(script: ModuleType) -> None:
    lines = script.gtf_lines("X1\t22\t-\t10\t50\t10,40,\t20,50,")
    places = [tuple(line.split("\t")[2:5]) for line in lines]
    assert places == [
        ("gene", "11", "50"), ("transcript", "11", "50"), ("exon", "41", "50"),
        ("exon", "11", "20"),
    ]  # fmt: skip
    assert 'exon_number "1"' in lines[2]
    assert all('gene_name "X1"' in line for line in lines)
