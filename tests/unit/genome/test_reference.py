from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pysam
import pytest

from gfm_desktop.errors import InputError
from gfm_desktop.genome.fasta_letters import BLOCK
from gfm_desktop.genome.reference import Reference

WriteFasta = Callable[..., Path]


def _bgzip(path: Path) -> Path:
    packed = path.with_name(path.name + ".gz")
    pysam.tabix_compress(str(path), str(packed), force=True)
    return packed


def test_that_plain_text_bgzip_and_gzip_give_the_same_bases(
    write_fasta: WriteFasta,
) -> None:
    plain = write_fasta({"chr1": "ACGTNacgtRY" * 30, "chr2": "TTTT"})
    blocked = _bgzip(plain)
    zipped = plain.with_name("zipped.fa.gz")
    zipped.write_bytes(gzip.compress(plain.read_bytes()))
    opened = [Reference.open(path) for path in (plain, blocked, zipped)]
    for reference in opened:
        assert reference.contigs == {"chr1": 330, "chr2": 4}
        assert reference.fetch("chr1", 3, 14) == "TNACGTNNACG"
        assert reference.fetch_raw("chr1", 3, 14) == "TNacgtRYACG"
        assert reference.fetch("chr2", 0, 4) == "TTTT"
    assert [bool(r.notes) for r in opened] == [False, False, True]
    assert "bgzip" in opened[2].notes[0]
    for reference in opened:
        reference.close()


def test_that_nothing_is_written_beside_the_file(write_fasta: WriteFasta) -> None:
    path = write_fasta({"chr1": "ACGT"})
    packed = _bgzip(path)
    before = sorted(path.parent.iterdir())
    Reference.open(path).close()
    Reference.open(packed).close()
    assert sorted(path.parent.iterdir()) == before


def test_that_a_second_opening_needs_no_indexing(write_fasta: WriteFasta) -> None:
    path = write_fasta({"chr1": "ACGT"})
    assert not Reference.is_ready(path)
    Reference.open(path).close()
    assert Reference.is_ready(path)


def test_that_an_edited_genome_is_another_genome(write_fasta: WriteFasta) -> None:
    path = write_fasta({"chr1": "ACGTACGT"})
    first = Reference.open(path)
    path.write_text(">chr1\nACGTACGA\nACGT\n")
    assert not Reference.is_ready(path)
    second = Reference.open(path)
    assert first.fingerprint != second.fingerprint
    assert second.fetch("chr1", 0, 12) == "ACGTACGAACGT"
    first.close()
    second.close()


def test_that_lines_of_uneven_length_are_copied_evenly(tmp_path: Path) -> None:
    path = tmp_path / "uneven.fa"
    path.write_bytes(
        b"\xef\xbb\xbf>one x\r\nACG\r\nT\r\n\r\nACGT\r\n>two\r\nA\r\nCCC\r\n"
    )
    reference = Reference.open(path)
    assert reference.contigs == {"one": 8, "two": 4}
    assert reference.fetch("one", 0, 8) == "ACGTACGT"
    assert "differ in length" in reference.notes[0]
    reference.close()


def test_that_windows_line_ends_are_read(tmp_path: Path) -> None:
    path = tmp_path / "dos.fa"
    path.write_bytes(b">one\r\nACGT\r\nAC\r\n")
    reference = Reference.open(path)
    assert reference.fetch("one", 0, 6) == "ACGTAC"
    reference.close()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"PK\x03\x04rubbish", "ZIP archive"),
        (b"##fileformat=VCFv4.2\n", "VCF"),
        (b"\x00\x01\x02\x03" * 100, "binary"),
        (b">one\n", "no bases"),
        (b">one\nACGT\n>two\nAC\n>one\nGG\n", "names"),
        (b">one\nAC\nACGT\nAC\n>one\nGG\n", "repeats"),
        (b">one\nAC\nACGT\n12345\n", "no bases"),
        (gzip.compress(b">one\n" + b"ACGTTGCA" * 5000, mtime=0)[:60], "break"),
    ],
)
def test_that_what_is_no_genome_is_refused_in_words(
    tmp_path: Path, content: bytes, words: str
) -> None:
    path = tmp_path / "bad.fa"
    path.write_bytes(content)
    with pytest.raises(InputError, match=words) as caught:
        Reference.open(path)
    assert str(path) in str(caught.value)
    assert caught.value.todo


def test_that_a_missing_file_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        Reference.open(tmp_path / "none.fa")
    assert not Reference.is_ready(tmp_path / "none.fa")


def test_that_only_stretches_inside_the_contig_are_read(
    write_fasta: WriteFasta,
) -> None:
    reference = Reference.open(write_fasta({"chr1": "ACGT"}))
    assert reference.fetch("chr1", 2, 2) == ""
    assert reference.fetch("chr1", 4, 4) == ""
    for contig, start, end in [("chr1", -1, 2), ("chr1", 0, 5), ("chr1", 3, 2)]:
        with pytest.raises(ValueError, match="not inside"):
            reference.fetch(contig, start, end)
    with pytest.raises(ValueError, match="no contig"):
        reference.fetch("chr9", 0, 1)
    reference.close()


@pytest.mark.parametrize("packed", [False, True])
def test_that_stretches_across_kept_blocks_are_whole(
    write_fasta: WriteFasta, packed: bool
) -> None:
    bases = "ACGTTGCATN" * (2 * BLOCK // 10 + 50)
    path = write_fasta({"chr1": bases}, width=1000)
    reference = Reference.open(_bgzip(path) if packed else path)
    for start, end in [(0, len(bases)), (BLOCK - 3, BLOCK + 3), (5, 2 * BLOCK + 7)]:
        assert reference.fetch("chr1", start, end) == bases[start:end]
        assert reference.fetch_raw("chr1", start, end) == bases[start:end]
    reference.close()


@pytest.mark.parametrize("packed", [False, True])
def test_that_many_positions_in_any_order_give_their_bases(
    write_fasta: WriteFasta, packed: bool
) -> None:
    bases = "ACGTTGCAnrA" * (BLOCK // 5)
    path = write_fasta({"chr0": "G" * 77, "chr1": bases}, width=61)
    reference = Reference.open(_bgzip(path) if packed else path)
    random = np.random.default_rng(1)
    inside = random.integers(0, len(bases), 400)
    for positions in (inside, np.sort(inside), np.array([0, len(bases) - 1])):
        letters = reference.letters("chr1", positions)
        expected = [reference.fetch("chr1", n, n + 1) for n in positions.tolist()]
        assert letters.tobytes().decode() == "".join(expected)
    assert len(reference.letters("chr1", np.empty(0, np.int64))) == 0
    for outside in (-1, len(bases)):
        with pytest.raises(ValueError, match="not inside"):
            reference.letters("chr1", np.array([5, outside]))
    reference.close()


def test_that_a_genome_that_shrinks_is_refused_in_words(
    write_fasta: WriteFasta,
) -> None:
    path = write_fasta({"chr1": "ACGT" * 500})
    reference = Reference.open(path)
    path.write_text(">chr1\nACGT\n")
    for read in (reference.fetch, reference.fetch_raw):
        with pytest.raises(InputError, match="changed"):
            read("chr1", 1990, 1999)
    with pytest.raises(InputError, match="changed"):
        reference.letters("chr1", np.array([7, 1999]))
    reference.close()


def test_that_the_build_is_told_by_contig_lengths(sample: Path) -> None:
    reference = Reference.open(sample / "chr22.fa.gz")
    assert reference.build == "GRCh37"
    assert reference.resolve("22") == "chr22"
    assert reference.resolve("NC_000022.10") == "chr22"
    assert reference.resolve("NC_000022.11") is None
    reference.close()
