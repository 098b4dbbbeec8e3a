from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gfm_desktop.errors import InputError
from gfm_desktop.genome.annotation import GeneModels
from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.reference import Reference

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

GTF = """\
#!genome-build toy
1\tx\tgene\t101\t400\t.\t+\t.\tgene_id "G1.2"; gene_name "Alpha";
1\tx\ttranscript\t101\t400\t.\t+\t.\tgene_id "G1.2"; transcript_id "T1";
1\tx\texon\t301\t400\t.\t+\t.\tgene_id "G1.2"; transcript_id "T1"; exon_number 2;
1\tx\texon\t101\t200\t.\t+\t.\tgene_id "G1.2"; transcript_id "T1"; exon_number 1;
1\tx\ttranscript\t151\t200\t.\t+\t.\tgene_id "G1.2"; transcript_id "T2"; tag "basic"; \
tag "Ensembl_canonical";
1\tx\texon\t151\t200\t.\t+\t.\tgene_id "G1.2"; transcript_id "T2";
1\tx\texon\t351\t600\t.\t-\t.\tgene_id "G2"; transcript_id "T3"; gene_name "Beta";
1\tx\tCDS\t400\t500\t.\t-\t0\tgene_id "G2"; transcript_id "T3"; gene_name "Beta";
1\tx\texon\t351\t700\t.\t-\t.\tgene_id "G2"; transcript_id "T4"; gene_name "Beta";
2\tx\texon\t5\t9\t.\t-\t.\tgene_id "alphabet"; transcript_id "T5";
"""
GFF = """\
##gff-version 3
1\tx\texon\t301\t400\t.\t+\t.\tParent=t1
1\tx\tmRNA\t101\t400\t.\t+\t.\tID=t1;Parent=g1
1\tx\texon\t101\t200\t.\t+\t.\tParent=t1,t2
1\tx\tgene\t101\t400\t.\t+\t.\tID=g1;Name=Alpha%20one
1\tx\tmRNA\t101\t200\t.\t+\t.\tID=t2;Parent=g1;tag=basic,MANE Select
1\tx\tCDS\t121\t180\t.\t+\t0\tID=c;Parent=t2
1\tx\tpseudogene\t500\t600\t.\t-\t.\tID=g2
1\tx\tgene\t700\t900\t.\t-\t.\tID=g3;gene=thrL
1\tx\tCDS\t700\t900\t.\t-\t0\tID=c3;Parent=g3
1\tx\trepeat_region\t1\t9\t.\t-\t.\tID=r1
##FASTA
>1
ACGT
"""


def _load(path: Path, text: str | bytes, **options: Reference) -> GeneModels:
    file = path / "genes.gtf"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return GeneModels.load(file, **options)


def test_that_gtf_gives_genes_transcripts_and_exons(tmp_path: Path) -> None:
    models = _load(tmp_path, GTF)
    alpha, beta, other = models
    assert len(models) == 3
    assert (alpha.name, alpha.gene_id, alpha.strand) == ("Alpha", "G1.2", "+")
    assert alpha.interval == Interval("1", 100, 400)
    assert alpha.canonical.transcript_id == "T2"
    assert [t.transcript_id for t in alpha.transcripts] == ["T2", "T1"]
    assert alpha.transcripts[1].exons == ((100, 200), (300, 400))
    assert beta.canonical.transcript_id == "T3"
    assert beta.canonical.coding == ((399, 500),)
    assert (beta.start, beta.end, beta.strand) == (350, 700, "-")
    assert other.name == "alphabet"
    assert models.notes == ()


def test_that_gff3_in_any_order_gives_the_same_kind_of_genes(tmp_path: Path) -> None:
    alpha, pseudo, bacterial = _load(tmp_path, GFF)
    assert (alpha.name, alpha.gene_id) == ("Alpha one", "g1")
    assert alpha.canonical.transcript_id == "t2"
    assert alpha.canonical.exons == ((100, 200),)
    assert alpha.canonical.coding == ((120, 180),)
    assert alpha.transcripts[1].exons == ((100, 200), (300, 400))
    assert pseudo.canonical.exons == ((499, 600),)
    assert bacterial.name == "thrL"
    assert bacterial.canonical.exons == bacterial.canonical.coding == ((699, 900),)


def test_that_packing_and_line_ends_change_nothing(tmp_path: Path) -> None:
    plain = list(_load(tmp_path, GTF))
    assert list(_load(tmp_path, gzip.compress(GTF.encode()))) == plain
    dos = b"\xef\xbb\xbf" + GTF.replace("\n", "\r\n").encode()
    assert list(_load(tmp_path, dos)) == plain


def test_that_a_second_load_needs_no_parsing_and_is_the_same(tmp_path: Path) -> None:
    file = tmp_path / "genes.gtf"
    assert not GeneModels.is_ready(file)
    first = _load(tmp_path, GTF)
    assert GeneModels.is_ready(file)
    second = GeneModels.load(file)
    assert list(second) == list(first)
    assert second.fingerprint == first.fingerprint


def test_that_a_damaged_copy_is_made_again(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    file = tmp_path / "genes.gtf"
    file.write_text(GTF)
    first = list(GeneModels.load(file, cache=cache))
    for copy in (cache / "genes").iterdir():
        copy.write_bytes(copy.read_bytes()[:100])
    assert list(GeneModels.load(file, cache=cache)) == first


def test_that_contig_names_are_the_genomes(
    tmp_path: Path, write_fasta: Callable[..., Path]
) -> None:
    reference = Reference.open(write_fasta({"chr1": "ACGT" * 100}))
    models = _load(tmp_path, GTF, reference=reference)
    reference.close()
    assert {gene.contig for gene in models} == {"chr1"}
    assert len(models) == 2
    assert "1 genes lie on 1 contigs" in models.notes[0]
    assert "1 genes reach past the end" in models.notes[1]


def test_that_genes_are_found_by_name(tmp_path: Path) -> None:
    models = _load(tmp_path, GTF)
    for name in ("Alpha", "ALPHA", "g1.2", "G1"):
        gene = models.find(name)
        assert gene is not None
        assert gene.name == "Alpha"
    assert models.find("Alph") is None
    assert [gene.name for gene in models.search("alpha")] == ["Alpha", "alphabet"]
    assert [gene.name for gene in models.search("BET")] == ["Beta", "alphabet"]
    assert [gene.name for gene in models.search("a", limit=1)] == ["Alpha"]
    assert models.search("  ") == []


def test_that_genes_are_found_by_place(tmp_path: Path) -> None:
    models = _load(tmp_path, GTF)
    names = [gene.name for gene in models.overlapping(Interval("1", 0, 1000))]
    assert names == ["Alpha", "Beta"]
    assert models.overlapping(Interval("1", 0, 100)) == []
    assert models.overlapping(Interval("3", 0, 100)) == []
    assert [gene.name for gene in models.at("1", 399)] == ["Alpha", "Beta"]
    assert [gene.name for gene in models.at("1", 400)] == ["Beta"]
    assert models.at("1", 700) == []


@given(
    spans=st.lists(
        st.tuples(st.integers(1, 60), st.integers(0, 30)), min_size=1, max_size=25
    ),
    start=st.integers(0, 95),
    length=st.integers(0, 30),
)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_that_overlap_equals_looking_at_every_gene(
    tmp_path: Path, spans: list[tuple[int, int]], start: int, length: int
) -> None:
    lines = [
        f'1\tx\texon\t{first}\t{first + more}\t.\t+\t.\tgene_id "g{n}"'
        '; transcript_id "t"'
        for n, (first, more) in enumerate(spans)
    ]
    models = _load(tmp_path, "\n".join(lines))
    place = Interval("1", start, start + length)
    found = {gene.gene_id for gene in models.overlapping(place)}
    assert found == {g.gene_id for g in models if g.interval.overlaps(place)}


def test_that_lines_which_cannot_be_read_are_named(tmp_path: Path) -> None:
    bad = "1\tx\tgene\n1\tx\texon\tone\t2\t.\t+\t.\tgene_id 1;\nrubbish\n"
    bad += '1\tx\texon\t9\t2\t.\t+\t.\tgene_id "1"\n1\tx\texon\t1\t2\t.\t+\t.\tnone\n'
    models = _load(tmp_path, GTF + bad)
    assert len(models) == 3
    assert models.notes[0].startswith("5 lines could not be read")
    for number in range(12, 17):
        assert f"line {number}:" in models.notes[0]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b">chr1\nACGT\n", "FASTA"),
        (b"##fileformat=VCFv4.2\n", "VCF"),
        (b"chr1\t1\t2\tname\n", "line 1: 4 columns of 9"),
        (gzip.compress(GTF.encode() * 50)[:200], "break off"),
        (b"\x1f\x8b\x08\x00rubbish", "break off"),
    ],
)
def test_that_what_holds_no_genes_is_refused_in_words(
    tmp_path: Path, content: bytes, words: str
) -> None:
    with pytest.raises(InputError, match=words) as caught:
        _load(tmp_path, content)
    assert caught.value.where
    assert caught.value.todo


def test_that_a_missing_file_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        GeneModels.load(tmp_path / "none.gtf")


def test_that_the_samples_introns_begin_and_end_as_introns_do(sample: Path) -> None:
    """GT..AG in nearly all: coordinates, strand and sequence belong together."""
    reference = Reference.open(sample / "chr22.fa.gz")
    models = GeneModels.load(sample / "genes.gtf.gz", reference=reference)
    plus, minus = [], []
    for gene in models:
        exons = np.array(gene.canonical.exons)
        for start, end in zip(exons[:-1, 1], exons[1:, 0], strict=True):
            if start >= 20_000_000 and end <= 21_000_000:
                first = reference.fetch("chr22", int(start), int(start) + 2)
                last = reference.fetch("chr22", int(end) - 2, int(end))
                (plus if gene.strand == "+" else minus).append((first, last))
    reference.close()
    assert len(models) == 19
    assert len(plus) > 40
    assert len(minus) > 40
    assert plus.count(("GT", "AG")) > 0.95 * len(plus)
    assert minus.count(("CT", "AC")) > 0.85 * len(minus)
