"""Reads counted by hand: a mismatch, an insertion, a deletion, clips, both strands."""

from __future__ import annotations

import hashlib
import json
import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
import pysam
import pytest

from gfm_desktop.errors import InputError
from gfm_desktop.genome import alignment_index, cram_reference
from gfm_desktop.genome.alignment_opening import prepare
from gfm_desktop.genome.alignments import Alignments, ReadFilter, read_density
from gfm_desktop.genome.coverage import BASES, Coverage
from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.pileup import Pileup
from gfm_desktop.genome.reference import Reference

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from pathlib import Path

    Read = tuple[int, str, str, int]
    """0-based start, CIGAR, bases, flags."""

HERE = Interval("chr1", 1000, 1020)
REVERSE, DUPLICATE, SECONDARY, FAILED, SUPPLEMENTARY = 16, 1024, 256, 512, 2048
OTHER = {"A": "C", "C": "G", "G": "T", "T": "A"}
LENGTHS = {"chr1": 6_000, "tiny": 20}


def end_of(steps: Generator[Any, None, Any]) -> Any:
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            return stop.value


def write_bam(
    path: Path,
    reads: Sequence[Read],
    *,
    contigs: dict[str, int] | None = None,
    checksums: dict[str, str] | None = None,
    qualities: Sequence[str] = (),
    mapping: int = 60,
) -> Path:
    sq = [{"SN": name, "LN": n} for name, n in (contigs or LENGTHS).items()]
    for line in sq:
        if checksums and line["SN"] in checksums:
            line["M5"] = checksums[str(line["SN"])]
    head = {"HD": {"VN": "1.6", "SO": "coordinate"}, "SQ": sq}
    with pysam.AlignmentFile(str(path), "wb", header=head) as file:
        for number, (start, cigar, bases, flag) in enumerate(reads):
            read = pysam.AlignedSegment()
            read.query_name = f"read-{number}"
            read.flag, read.reference_id = flag, 0
            read.reference_start, read.mapping_quality = start, mapping
            read.cigarstring = cigar
            read.query_sequence = bases or None
            if bases:
                text = qualities[number] if qualities else "I" * len(bases)
                read.query_qualities = pysam.qualitystring_to_array(text)
            file.write(read)
    return path


def noise(number: int, length: int) -> list[str]:
    """Return base qualities that do not pack well."""
    drawn = np.random.default_rng(1).integers(35, 70, (number, length))
    return ["".join(map(chr, row)) for row in drawn.tolist()]


@pytest.fixture
def reads(toy_letters: str) -> list[Read]:
    """Return eight reads that count and three that do not."""

    def at(start: int, end: int) -> str:
        return toy_letters[start:end]

    odd = OTHER[at(1008, 1009)]
    return [
        (1000, "10M", at(1000, 1010), 0),
        (1000, "4M5N3M", at(1000, 1004) + at(1009, 1012), SUPPLEMENTARY),
        (1002, "3S5M2H", "TTT" + at(1002, 1007), REVERSE),
        (1003, "10M", at(1003, 1013), DUPLICATE),
        (1003, "10M", at(1003, 1013), SECONDARY),
        (1003, "10M", at(1003, 1013), FAILED),
        (1004, "4M2D4M", at(1004, 1008) + at(1010, 1014), 0),
        (1005, "3M2I3M", at(1005, 1008) + "GG" + at(1008, 1011), REVERSE),
        (1006, "5M", at(1006, 1008) + odd + at(1009, 1011), 0),
        (1007, "2=1X1=", at(1007, 1009) + OTHER[at(1009, 1010)] + at(1010, 1011), 16),
        (1008, "3M", "", 0),
    ]


@pytest.fixture
def opened(tmp_path: Path, toy_reference: Reference) -> Callable[[Path], Alignments]:
    def make(path: Path) -> Alignments:
        steps = prepare(path, toy_reference, cache=tmp_path / "cache")
        return Alignments.load(end_of(steps))

    return make


@pytest.fixture
def counted(
    opened: Callable[[Path], Alignments], toy_reference: Reference
) -> Callable[..., Coverage]:
    def count(path: Path, where: Interval = HERE, **chosen: int) -> Coverage:
        return end_of(opened(path).read(where, toy_reference, ReadFilter(**chosen)))

    return count


def assert_by_hand(found: Coverage, letters: str) -> None:
    """Compare with what a person counts from the reads above, base by base."""
    #        1000                1005                1010
    forward = [2, 2, 2, 2, 2, 2, 3, 3, 3, 4, 4, 2, 1, 1, 0, 0, 0, 0, 0, 0]
    reverse = [0, 0, 1, 1, 1, 2, 2, 2, 2, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    assert found.bases[0].sum(axis=0).tolist() == forward
    assert found.bases[1].sum(axis=0).tolist() == reverse
    assert found.depth.tolist() == np.add(forward, reverse).tolist()
    deleted = [0] * 20
    deleted[8] = deleted[9] = 1
    assert found.deletions.tolist() == deleted
    inserted = [0] * 20
    inserted[7] = 1
    assert found.insertions.tolist() == inserted
    expected = np.zeros((2, 5, 20), int)
    for offset, letter in enumerate(letters[1000:1020]):
        column = BASES.index(letter)
        expected[0, column, offset] = forward[offset]
        expected[1, column, offset] = reverse[offset]
    for strand, offset, letter in (
        (0, 8, OTHER[letters[1008]]),
        (1, 9, OTHER[letters[1009]]),
        (0, 8, "N"),  # The read that keeps no bases.
        (0, 9, "N"),
        (0, 10, "N"),
    ):
        expected[strand, BASES.index(letters[1000 + offset]), offset] -= 1
        expected[strand, BASES.index(letter), offset] += 1
    assert found.bases.tolist() == expected.tolist()
    assert "".join(BASES[code] for code in found.ref) == letters[1000:1020]
    assert (found.reads, found.refused) == (8, 0)


def test_that_bam_reads_are_counted_as_by_hand(
    tmp_path: Path,
    toy_letters: str,
    reads: list[Read],
    counted: Callable[..., Coverage],
) -> None:
    path = write_bam(tmp_path / "reads.bam", reads)
    assert_by_hand(counted(path), toy_letters)
    assert sorted(p.name for p in tmp_path.glob("reads*")) == ["reads.bam"]


def test_that_cram_reads_are_counted_as_by_hand(
    tmp_path: Path,
    toy_letters: str,
    toy_reference: Reference,
    reads: list[Read],
    counted: Callable[..., Coverage],
) -> None:
    bam = write_bam(tmp_path / "reads.bam", reads)
    path = write_cram(tmp_path / "reads.cram", bam, toy_reference.path)
    assert_by_hand(counted(path), toy_letters)
    assert not list(tmp_path.glob("*.crai"))
    assert not list(tmp_path.glob("*.fai"))


def write_cram(path: Path, bam: Path, fasta: Path) -> Path:
    words = ("-C", "-T", str(fasta), "-o", str(path), str(bam))
    pysam.view(*words, catch_stdout=False)
    fasta.with_name(f"{fasta.name}.fai").unlink()
    return path


def test_that_counts_are_those_of_pysam(
    tmp_path: Path, toy_letters: str, counted: Callable[..., Coverage]
) -> None:
    rng = np.random.default_rng(4)
    made: list[Read] = []
    for start in sorted(rng.integers(0, 3_500, 900).tolist()):
        letters = list(toy_letters[start : start + 60])
        letters[int(rng.integers(60))] = "ACGTN"[int(rng.integers(5))]
        cigar = ("60M", "5S50M5S", "20M3I37M", "20M4D40M")[int(rng.integers(4))]
        made.append((start, cigar, "".join(letters), 16 * int(rng.integers(2))))
    marks = ["".join(chr(33 + int(q)) for q in rng.integers(2, 40, 60)) for _ in made]
    path = write_bam(tmp_path / "many.bam", made, qualities=marks)
    pysam.index("-o", str(tmp_path / "other.bai"), str(path))
    where = Interval("chr1", 700, 2_900)
    for least in (0, 15):
        found = counted(path, where, base_quality=least)
        with pysam.AlignmentFile(
            str(path), index_filename=str(tmp_path / "other.bai")
        ) as file:
            theirs = file.count_coverage("chr1", 700, 2_900, quality_threshold=least)
        mine = found.bases.sum(axis=0)[:4]
        assert mine.tolist() == [list(row) for row in theirs]


def test_that_batches_do_not_change_the_counts(
    monkeypatch: pytest.MonkeyPatch, toy_letters: str
) -> None:
    def counted() -> Coverage:
        pileup = Pileup(HERE, toy_letters[1000:1020])
        for start in range(980, 1020):
            text = toy_letters[start : start + 7]
            if pileup.add(start, [(0, 7)], text, reverse=start % 2 == 0):
                pileup.count()
        return pileup.result()

    whole = counted()
    monkeypatch.setattr("gfm_desktop.genome.pileup.BATCH", 1)
    assert counted().bases.tolist() == whole.bases.tolist()
    assert whole.depth.tolist() == [7] * 20
    assert whole.bases[:, :, 0].sum(axis=1).tolist() == [3, 4]


def test_that_an_equals_sign_is_the_base_of_the_genome(toy_letters: str) -> None:
    pileup = Pileup(HERE, toy_letters[1000:1020])
    pileup.add(1005, [(0, 3)], "=N=", reverse=False)
    found = pileup.result()
    column = BASES.index(toy_letters[1005])
    assert found.bases[0, column, 5] == 1
    assert found.bases[0, BASES.index("N"), 6] == 1


def test_that_a_read_whose_bases_do_not_fit_its_cigar_is_refused() -> None:
    pileup = Pileup(HERE, "A" * 20)
    pileup.add(1000, [(0, 9)], "ACGT", reverse=False)
    pileup.add(1001, [(0, 4)], "ACGT", reverse=False)
    found = pileup.result()
    assert (found.reads, found.refused) == (1, 1)
    assert found.depth.tolist() == [0, 1, 1, 1, 1] + [0] * 15


def test_that_weak_reads_and_bases_can_be_left_out(
    tmp_path: Path, toy_letters: str, counted: Callable[..., Coverage]
) -> None:
    read = (1000, "6M", toy_letters[1000:1006], 0)
    path = write_bam(
        tmp_path / "weak.bam", [read, read], qualities=["I##III", "IIIIII"], mapping=7
    )
    assert counted(path).depth[:6].tolist() == [2] * 6
    assert counted(path, base_quality=20).depth[:6].tolist() == [2, 1, 1, 2, 2, 2]
    assert counted(path, mapping_quality=8).depth.sum() == 0


def test_that_counts_come_back_from_disk(
    tmp_path: Path, reads: list[Read], counted: Callable[..., Coverage]
) -> None:
    found = counted(write_bam(tmp_path / "reads.bam", reads))
    found.save(tmp_path / "tile.npz")
    again = Coverage.load(tmp_path / "tile.npz")
    assert again.interval == HERE
    assert again.bases.dtype == np.uint8
    for name in ("bases", "deletions", "insertions", "ref"):
        assert getattr(again, name).tolist() == getattr(found, name).tolist()
    assert (again.reads, again.refused) == (8, 0)
    (tmp_path / "tile.npz").write_bytes(b"PK")
    with pytest.raises(InputError, match="no file of read counts"):
        Coverage.load(tmp_path / "tile.npz")


def test_that_contigs_are_matched_by_name_and_length(
    tmp_path: Path,
    toy_letters: str,
    opened: Callable[[Path], Alignments],
    counted: Callable[..., Coverage],
) -> None:
    read = (1000, "6M", toy_letters[1000:1006], 0)
    path = write_bam(tmp_path / "bare.bam", [read], contigs={"1": 6_000, "tiny": 20})
    assert opened(path).contigs == {"chr1": "1", "tiny": "tiny"}
    assert counted(path).depth.sum() == 6
    wrong = write_bam(tmp_path / "w.bam", [read], contigs={"1": 7_000, "tiny": 20})
    made = opened(wrong)
    assert made.contigs == {"tiny": "tiny"}
    assert len(made.notes) == 1
    assert made.notes[0].startswith("1 reads on 1 contig are not shown")
    assert "7,000 bp" in made.notes[0]
    assert counted(wrong).depth.sum() == 0
    none = write_bam(tmp_path / "n.bam", [read], contigs={"1": 7_000})
    with pytest.raises(InputError, match="aligned to another genome"):
        opened(none)


def test_that_unsorted_reads_are_refused_with_the_command_that_sorts(
    tmp_path: Path, toy_letters: str, opened: Callable[[Path], Alignments]
) -> None:
    reads = [(s, "6M", toy_letters[s : s + 6], 0) for s in (2000, 1000)]
    path = write_bam(tmp_path / "mixed.bam", reads)
    with pytest.raises(InputError, match="not sorted by position") as caught:
        opened(path)
    assert "samtools sort -o sorted.bam mixed.bam" in caught.value.todo


def test_that_other_files_are_refused_by_what_they_are(
    tmp_path: Path, opened: Callable[[Path], Alignments]
) -> None:
    sam = tmp_path / "reads.sam"
    sam.write_text("@HD\tVN:1.6\n@SQ\tSN:chr1\tLN:6000\n")
    with pytest.raises(InputError, match="SAM text") as caught:
        opened(sam)
    assert "samtools sort" in caught.value.todo
    with pytest.raises(InputError, match="cannot be read"):
        opened(tmp_path / "gone.bam")
    empty = write_bam(tmp_path / "whole.bam", [])
    broken = tmp_path / "broken.bam"
    broken.write_bytes(empty.read_bytes()[:40])
    with pytest.raises(InputError, match="header"):
        opened(broken)


def test_that_reads_without_a_contig_are_refused(
    tmp_path: Path, opened: Callable[[Path], Alignments]
) -> None:
    path = tmp_path / "unaligned.bam"
    with pysam.AlignmentFile(str(path), "wb", header={"HD": {"VN": "1.6"}}):
        pass
    with pytest.raises(InputError, match="not aligned to anything"):
        opened(path)


def test_that_a_fitting_index_is_used_and_a_wrong_one_is_not(
    tmp_path: Path,
    toy_letters: str,
    reads: list[Read],
    opened: Callable[[Path], Alignments],
    counted: Callable[..., Coverage],
) -> None:
    path = write_bam(tmp_path / "reads.bam", reads)
    index = tmp_path / "reads.bam.bai"
    pysam.index("-o", str(index), str(path))
    made = opened(path)
    assert made.index == str(index)
    assert made.notes == ()
    more = [(s, "60M", toy_letters[s : s + 60], 0) for s in range(3000)]
    noisy = noise(len(more), 60)
    other = write_bam(tmp_path / "other.bam", more, qualities=noisy)
    pysam.index("-o", str(index), str(other))
    made = opened(path)
    assert made.index != str(index)
    assert "another version of the file" in made.notes[0]
    assert_by_hand(counted(path), toy_letters)
    index.write_bytes(b"BAI\x01\x05")
    assert "damaged" in opened(path).notes[0]


@pytest.mark.parametrize("kind", ["bai", "csi"])
def test_that_an_index_tells_reads_and_where_the_bytes_are(
    tmp_path: Path, toy_letters: str, kind: str
) -> None:
    lengths = {"chr1": 6_000_000, "tiny": 20}
    made: list[Read] = [
        (s, "60M", toy_letters[:60], 0)
        for s in [*range(0, 4_000, 2), *range(3_000_000, 3_004_000)]
    ]
    noisy = noise(len(made), 60)
    path = write_bam(tmp_path / "reads.bam", made, contigs=lengths, qualities=noisy)
    index = tmp_path / f"reads.{kind}"
    extra = ["-c"] if kind == "csi" else []
    pysam.index(*extra, "-o", str(index), str(path))
    facts = alignment_index.read_index(index, list(lengths.values()))
    assert facts.contigs == 2
    assert facts.mapped == {0: 6_000}
    assert alignment_index.fits(facts, path, contigs=2)
    assert not alignment_index.fits(facts, path, contigs=3)
    density = facts.density[0]
    window = alignment_index.WINDOW
    assert len(density) == -(-6_000_000 // window)
    assert np.flatnonzero(density).tolist() == [0, 3_000_000 // window]
    assert density[3_000_000 // window] > 1.2 * density[0] > 0


def test_that_the_density_of_a_contig_is_kept(
    tmp_path: Path, toy_reference: Reference, reads: list[Read]
) -> None:
    path = write_bam(tmp_path / "reads.bam", reads)
    store = end_of(prepare(path, toy_reference, cache=tmp_path / "cache"))
    density = read_density(store, "chr1")
    assert density is not None
    assert density.shape == (1,)
    assert read_density(store, "tiny") is None


def test_that_a_file_that_lost_its_end_says_so(
    tmp_path: Path, reads: list[Read], opened: Callable[[Path], Alignments]
) -> None:
    path = write_bam(tmp_path / "reads.bam", reads)
    path.write_bytes(path.read_bytes()[:-28])
    assert any("no end mark" in note for note in opened(path).notes)


def test_that_a_file_that_changed_since_is_not_read(
    tmp_path: Path,
    reads: list[Read],
    toy_reference: Reference,
    opened: Callable[[Path], Alignments],
) -> None:
    path = write_bam(tmp_path / "reads.bam", reads)
    made = opened(path)
    write_bam(path, reads[:4])
    with pytest.raises(InputError, match="have changed"):
        end_of(made.read(HERE, toy_reference, ReadFilter()))
    path.unlink()
    with pytest.raises(InputError, match="gone"):
        end_of(made.read(HERE, toy_reference, ReadFilter()))


def test_that_a_cram_of_another_genome_is_refused(
    tmp_path: Path,
    reads: list[Read],
    toy_reference: Reference,
    opened: Callable[[Path], Alignments],
) -> None:
    bam = write_bam(tmp_path / "reads.bam", reads)
    text = toy_reference.path.read_text()
    place = text.index("\n") + 3_000
    other = tmp_path / "other.fa"
    other.write_text(text[:place] + OTHER[text[place]] + text[place + 1 :])
    path = write_cram(tmp_path / "reads.cram", bam, other)
    with pytest.raises(InputError, match="another one: chr1") as caught:
        opened(path)
    assert "samtools view -b" in caught.value.todo


def test_that_a_cram_with_other_contig_names_finds_its_reference(
    tmp_path: Path,
    toy_letters: str,
    toy_reference: Reference,
    reads: list[Read],
    counted: Callable[..., Coverage],
) -> None:
    other = tmp_path / "other.fa"
    text = toy_reference.path.read_text().replace(">chr1\n", ">1\n")
    other.write_text(text)
    contigs = {"1": 6_000, "tiny": 20}
    bam = write_bam(tmp_path / "reads.bam", reads, contigs=contigs)
    path = write_cram(tmp_path / "reads.cram", bam, other)
    other.unlink()
    assert_by_hand(counted(path), toy_letters)


def test_that_a_packed_genome_serves_a_cram(
    tmp_path: Path, toy_letters: str, toy_reference: Reference, reads: list[Read]
) -> None:
    bam = write_bam(tmp_path / "reads.bam", reads)
    path = write_cram(tmp_path / "reads.cram", bam, toy_reference.path)
    packed = tmp_path / "packed.fa.gz"
    pysam.tabix_compress(str(toy_reference.path), str(packed))
    cache = tmp_path / "cache"
    genome = Reference.open(packed, cache=cache)
    made = Alignments.load(end_of(prepare(path, genome, cache=cache)))
    hidden = tmp_path / "hidden.fa"
    shutil.move(toy_reference.path, hidden)
    assert_by_hand(end_of(made.read(HERE, genome, ReadFilter())), toy_letters)
    genome.close()


def test_that_checksums_are_those_of_the_specification_and_remembered(
    tmp_path: Path, toy_reference: Reference
) -> None:
    cache = tmp_path / "cache"
    found = end_of(cram_reference.checksum(toy_reference, "tiny", cache=cache))
    assert found == hashlib.md5(b"ACGT" * 5, usedforsecurity=False).hexdigest()
    (note,) = (cache / "checksums").iterdir()
    note.write_text(json.dumps({"tiny": "known"}))
    again = cram_reference.checksum(toy_reference, "tiny", cache=cache)
    assert end_of(again) == "known"


def test_that_references_are_looked_for_nowhere_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import os

    monkeypatch.setenv("REF_PATH", "https://example.org/%s")
    monkeypatch.delenv("REF_CACHE", raising=False)
    with cram_reference.nowhere_else():
        assert os.environ["REF_PATH"].startswith(os.devnull)
        assert os.environ["REF_CACHE"].startswith(os.devnull)
    assert os.environ["REF_PATH"] == "https://example.org/%s"
    assert "REF_CACHE" not in os.environ
