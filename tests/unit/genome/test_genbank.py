from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gfm_desktop.errors import InputError
from gfm_desktop.genome.annotation import GeneModels
from gfm_desktop.genome.feature_file import make_store
from gfm_desktop.genome.feature_store import FeatureStore
from gfm_desktop.genome.genbank import to_fasta
from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.reference import Reference

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BASES = "acgtgtacgtaggcatgcaa" * 15
HEAD = """\
LOCUS       TOY1                     300 bp    DNA     linear   SYN 01-JAN-2026
DEFINITION  a toy plasmid.
ACCESSION   TOY1
VERSION     TOY1.2
KEYWORDS    .
SOURCE      synthetic
  ORGANISM  synthetic
            other sequences.
FEATURES             Location/Qualifiers
     source          1..300
                     /organism="synthetic"
                     /chromosome="II"
     gene            complement(11..120)
                     /gene="abcD"
                     /locus_tag="T_001"
     mRNA            complement(join(11..40,81..120))
                     /gene="abcD"
                     /locus_tag="T_001"
                     /transcript_id="XM_1.1"
     CDS             complement(join(21..40,81..100))
                     /gene="abcD"
                     /locus_tag="T_001"
                     /protein_id="XP_1.1"
                     /product="a fine protein"
                     /translation="MKL"
     CDS             join(281..300,1..9)
                     /locus_tag="T_002"
                     /product="across the origin"
     promoter        150..160
                     /note="strong"
"""


def body(bases: str = BASES) -> str:
    lines = ["ORIGIN"]
    for start in range(0, len(bases), 60):
        parts = [bases[i : i + 10] for i in range(start, min(start + 60, 300), 10)]
        lines.append(f"{start + 1:>9} {' '.join(parts)}")
    return "\n".join([*lines, "//", ""])


@pytest.fixture
def genbank(tmp_path: Path) -> Path:
    path = tmp_path / "toy.gb"
    path.write_text(HEAD + body())
    return path


@pytest.fixture
def genome(tmp_path: Path) -> Iterator[Reference]:
    fasta = tmp_path / "other.fa"
    fasta.write_text(f">chrII\n{BASES.upper()}\n>chrI\n{'A' * 299}\n")
    reference = Reference.open(fasta)
    yield reference
    reference.close()


def store_of(path: Path, reference: Reference) -> FeatureStore:
    steps = make_store(path, reference)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return FeatureStore.load(end.value)


def test_that_its_sequence_becomes_a_genome_with_its_genes(genbank: Path) -> None:
    reference = Reference.open(to_fasta(genbank))
    assert reference.contigs == {"TOY1.2": 300}
    assert reference.fetch("TOY1.2", 0, 300) == BASES.upper()
    models = GeneModels.load(genbank, reference=reference)
    gene, other = models.find("abcD"), models.find("T_002")
    assert gene is not None
    assert (gene.strand, gene.interval) == ("-", Interval("TOY1.2", 10, 120))
    assert [t.transcript_id for t in gene.transcripts] == ["XM_1.1"]
    assert gene.canonical.exons == ((10, 40), (80, 120))
    assert gene.canonical.coding == ((20, 40), (80, 100))
    assert other is not None
    assert other.canonical.coding == ((0, 9), (280, 300))
    assert models.notes == ()
    reference.close()


def test_that_the_genome_is_made_once(
    genbank: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = to_fasta(genbank)
    monkeypatch.setattr("gfm_desktop.genome.genbank._records", pytest.fail)
    assert to_fasta(genbank) == first


def test_that_features_find_their_contig_by_chromosome_and_length(
    genbank: Path, genome: Reference
) -> None:
    store = store_of(genbank, genome)
    assert store.contigs == ("chrII",)
    found = store.columns(Interval("chrII", 0, 300))
    labels = [store.label(n) for n in found.number.tolist()]
    assert sorted(labels) == ["T_002", "abcD", "abcD", "abcD", "strong"]
    place = labels.index("strong")
    assert (found.start[place], found.end[place]) == (149, 160)
    fields = dict(store.fields(int(found.number[place])))
    assert fields == {"type": "promoter", "note": "strong"}
    assert all("translation" not in dict(store.fields(n)) for n in range(len(store)))
    assert found.thick.tolist() == [[0, 9], [280, 300], [20, 40], [80, 100]]


def test_that_a_record_of_another_length_is_left_out_with_a_reason(
    genbank: Path, tmp_path: Path
) -> None:
    fasta = tmp_path / "short.fa"
    fasta.write_text(">chrII\nACGT\n")
    reference = Reference.open(fasta)
    with pytest.raises(InputError, match=r"genome does not have \(TOY1\.2\)"):
        store_of(genbank, reference)
    reference.close()


def test_that_a_file_without_sequence_says_so(tmp_path: Path) -> None:
    path = tmp_path / "empty.gb"
    path.write_text(HEAD + "CONTIG      join(OTHER.1:1..300)\n//\n")
    with pytest.raises(InputError, match="holds no sequence"):
        to_fasta(path)


def test_that_a_damaged_file_is_refused(tmp_path: Path, genome: Reference) -> None:
    path = tmp_path / "damaged.gb"
    path.write_text(HEAD[:900] + "\n     CDS   ???\n")
    with pytest.raises(InputError):
        store_of(path, genome)


def test_that_a_place_that_is_open_is_told_and_the_rest_is_kept(
    tmp_path: Path, genome: Reference
) -> None:
    odd = '     misc_feature    OTHER.1:5..9\n                     /note="away"\n'
    path = tmp_path / "odd.gb"
    path.write_text(HEAD + odd + body())
    store = store_of(path, genome)
    assert len(store) == 5
    assert store.notes == (
        "1 feature could not be read and was passed over: feature 7: the place of this "
        "misc_feature is open.",
    )
