"""Reading bigWig, bedGraph and wiggle: every value at its base, every bad line told."""

from __future__ import annotations

import gzip
import os
from typing import TYPE_CHECKING

import numpy as np
import pyBigWig
import pysam
import pytest

from gfm_desktop.errors import InputError
from gfm_desktop.genome.signal_file import BigWigFile, refuse_remote
from gfm_desktop.genome.signal_runs import Runs
from gfm_desktop.genome.signal_store import SignalStore, make, trim
from gfm_desktop.genome.signal_text import read_signal_text

if TYPE_CHECKING:
    from pathlib import Path

CONTIGS = {"chr1": 1000, "chr2": 500, "chrM": 100}
NAN = float("nan")


def read(path: Path) -> Runs:
    reading = read_signal_text(path, CONTIGS)
    while True:
        try:
            next(reading)
        except StopIteration as end:
            runs = end.value
            assert isinstance(runs, Runs)
            return runs


def text(folder: Path, content: str, name: str = "signal.bedgraph") -> Path:
    path = folder / name
    path.write_text(content)
    return path


def same(found: object, expected: list[float]) -> None:
    np.testing.assert_array_equal(found, np.array(expected, np.float32))


def bigwig(path: Path, lengths: dict[str, int]) -> Path:
    file = pyBigWig.open(str(path), "w")
    file.addHeader(list(lengths.items()))
    first = next(iter(lengths))
    file.addEntries([first, first], [2, 6], ends=[4, 7], values=[1.5, -2.0])
    file.close()
    return path


def test_that_bedgraph_is_half_open_and_gaps_are_missing(tmp_path: Path) -> None:
    lines = "track type=bedGraph\nchr1\t2\t4\t1.5\nchr1 6 7 -2\n\nchr2\t0\t500\t3\n"
    runs = read(text(tmp_path, lines))
    same(runs.values("chr1", 0, 8), [NAN, NAN, 1.5, 1.5, NAN, NAN, -2, NAN])
    same(runs.values("chr1", 3, 7), [1.5, NAN, NAN, -2])
    same(runs.values("chr2", 498, 500), [3, 3])
    assert runs.contigs == {"chr1": 1000, "chr2": 500}
    assert runs.notes == ()


def test_that_other_spellings_of_contigs_are_understood(tmp_path: Path) -> None:
    runs = read(text(tmp_path, "1\t0\t1\t5\nMT\t0\t2\t1\nchrUn\t0\t1\t9\n"))
    same(runs.values("chr1", 0, 1), [5])
    same(runs.values("chrM", 0, 2), [1, 1])
    assert runs.notes == ("1 contig is left out: the genome has no contig chrUn.",)


@pytest.mark.parametrize("packed", ["gzip", "bgzip"])
def test_that_packed_text_is_read(tmp_path: Path, packed: str) -> None:
    content = b"".join(b"chr1\t%d\t%d\t%d\n" % (n, n + 1, n) for n in range(900))
    path = tmp_path / "signal.bedgraph.gz"
    if packed == "gzip":
        path.write_bytes(gzip.compress(content))
    else:
        with pysam.BGZFile(str(path), "w") as file:
            file.write(content)
    assert read(path).values("chr1", 0, 1000)[[0, 899]].tolist() == [0, 899]


def test_that_wiggle_counts_from_1_and_minds_step_and_span(tmp_path: Path) -> None:
    lines = (
        "track type=wiggle_0\nfixedStep chrom=chr1 start=3 step=3 span=2\n1\n2\n"
        "variableStep chrom=chr2 span=2\n5 7.5\n9 8\n"
        "fixedStep chrom=chr1 start=20\n4\n5\n"
    )
    runs = read(text(tmp_path, lines, "signal.wig"))
    same(runs.values("chr1", 1, 8), [NAN, 1, 1, NAN, 2, 2, NAN])
    same(runs.values("chr1", 18, 22), [NAN, 4, 5, NAN])
    same(runs.values("chr2", 4, 10), [7.5, 7.5, NAN, NAN, 8, 8])


def test_that_unsorted_lines_are_sorted(tmp_path: Path) -> None:
    runs = read(text(tmp_path, "chr1\t5\t6\t2\nchr2\t1\t2\t9\nchr1\t1\t2\t1\n"))
    same(runs.values("chr1", 0, 7), [NAN, 1, NAN, NAN, NAN, 2, NAN])
    assert runs.notes == ()


def test_that_every_bad_line_is_named_and_the_good_ones_are_kept(
    tmp_path: Path,
) -> None:
    lines = [
        "#comment",
        "chr1\t0\t10\t1",
        "chr1\t5\t12\t2",
        "chr1\t20\tx\t1",
        "chr1\t30\t31\tfive",
        "chr1\t40\t41",
        "chr1\t50\t50\t1",
        "chr1\t990\t1001\t1",
        "chr1\t60\t61\tinf",
        "chr1\t-3\t1\t1",
        "chr1\t70\t71\tNaN",
        "chr1\t80\t81\t7",
    ]
    runs = read(text(tmp_path, "\n".join(lines)))
    assert runs.notes == (
        "1 line says NaN: there is no value.",
        "8 lines were passed over: line 3: overlaps a line before it; "
        "line 4: its position is no whole number; line 5: 'five' is no number; "
        "line 6: 3 columns of 4; line 7: start is not before end; "
        "line 8: ends past its contig, which has 1,000 bp; line 9: inf is not finite; "
        "line 10: begins before its contig.",
    )
    assert np.flatnonzero(~np.isnan(runs.values("chr1", 0, 1000))).tolist() == [
        *range(10),
        80,
    ]


def test_that_bad_wiggle_lines_keep_their_place(tmp_path: Path) -> None:
    lines = "fixedStep chrom=chr1 start=1\n1\nx\n3\nfixedStep start=9\n4\n"
    runs = read(text(tmp_path, lines, "signal.wig"))
    same(runs.values("chr1", 0, 9), [1, NAN, 3, NAN, NAN, NAN, NAN, NAN, NAN])
    assert "line 3: 'x' is no number; line 5: chrom, start" in runs.notes[0]


def test_that_only_forty_of_many_bad_lines_are_named(tmp_path: Path) -> None:
    lines = "chr1\t1\t2\t3\n" + "chr1\t5\n" * 300
    note = read(text(tmp_path, lines)).notes[0]
    assert note.startswith("300 lines were passed over: line 2: 2 columns of 4;")
    assert note.endswith("; and 260 more.")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "No value can be read from this file."),
        ("chr1\t1\n", "line 1: 2 columns of 4"),
        ("chr7\t1\t2\t3\n", "the genome has no contig chr7"),
    ],
)
def test_that_a_file_without_any_value_is_refused(
    tmp_path: Path, content: str, words: str
) -> None:
    with pytest.raises(InputError, match=r"[Nn]o") as caught:
        read(text(tmp_path, content))
    assert words in str(caught.value)


def test_that_an_incomplete_packed_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "signal.bedgraph.gz"
    path.write_bytes(gzip.compress(b"chr1\t1\t2\t3\n" * 1000)[:-30])
    with pytest.raises(InputError, match="packed data break off"):
        read(path)


def test_that_bigwig_values_stand_at_their_bases(tmp_path: Path) -> None:
    path = bigwig(tmp_path / "a.bw", {"1": 1000, "2": 499})
    file = BigWigFile(path, CONTIGS)
    same(file.values("chr1", 0, 8), [NAN, NAN, 1.5, 1.5, NAN, NAN, -2, NAN])
    assert file.contigs == {"chr1": 1000}
    assert "the file's 2 has 499 bp, the genome's chr2 500 bp" in file.notes[0]
    file.close()


def test_that_a_bigwig_of_another_build_is_refused(tmp_path: Path) -> None:
    path = bigwig(tmp_path / "a.bw", {"chr1": 999})
    with pytest.raises(InputError, match="another build"):
        BigWigFile(path, CONTIGS)


def test_that_a_bigwig_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    whole = bigwig(tmp_path / "a.bw", {"chr1": 1000}).read_bytes()
    path = tmp_path / "cut.bw"
    path.write_bytes(whole[:400])
    with pytest.raises(InputError, match="incomplete"):
        BigWigFile(path, CONTIGS)


def test_that_a_file_of_another_kind_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.bw"
    path.write_text(">chr1\nACGT\n")
    with pytest.raises(InputError, match="a FASTA file"):
        BigWigFile(path, CONTIGS)


@pytest.mark.parametrize(
    "address", ["https://host/a.bw", "/home/me/http:/host/a.bw", "FTP://host/a.bw"]
)
def test_that_a_url_is_refused_with_the_reason(address: str) -> None:
    with pytest.raises(InputError, match="has no network access"):
        refuse_remote(address)


@pytest.mark.parametrize("path", ["/data/http/a.bw", "C:\\data\\a.bw"])
def test_that_this_computer_s_files_are_not_taken_for_urls(path: str) -> None:
    try:
        refuse_remote(path)
    except InputError as error:
        pytest.fail(f"taken for a URL: {error}")


def made(path: Path, cache: Path) -> Path:
    making = make(path, CONTIGS, cache=cache)
    while True:
        try:
            next(making)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]


@pytest.mark.parametrize("kind", ["bigwig", "bedgraph"])
def test_that_a_store_answers_as_the_file_does(tmp_path: Path, kind: str) -> None:
    if kind == "bigwig":
        path = bigwig(tmp_path / "a.bw", {"chr1": 1000})
    else:
        path = text(tmp_path, "chr1\t2\t4\t1.5\nchr1\t6\t7\t-2\n")
    store = SignalStore(made(path, tmp_path), path, CONTIGS)
    same(store.values.values("chr1", 1, 7), [NAN, 1.5, 1.5, NAN, NAN, -2])
    bins = store.pyramid.bins("chr1", 0, 1000, 64)
    assert (bins.low[0], bins.high[0], bins.covered[0]) == (-2, 1.5, 3)
    assert bins.mean[0] == pytest.approx(1 / 3)
    store.close()


def test_that_a_store_is_made_once_and_again_when_it_is_damaged(tmp_path: Path) -> None:
    path = text(tmp_path, "chr1\t2\t4\t1.5\nchr1\t3\t7\t-2\n")
    folder = made(path, tmp_path)
    blocks = folder / "blocks.bin"
    before = blocks.stat().st_mtime_ns
    assert made(path, tmp_path) == folder
    assert blocks.stat().st_mtime_ns == before
    (folder / "pyramid.json").write_text("{")
    assert made(path, tmp_path) == folder
    store = SignalStore(folder, path, CONTIGS)
    assert "line 2: overlaps" in store.notes[0]


def test_that_a_cancelled_reading_leaves_nothing(tmp_path: Path) -> None:
    path = text(tmp_path, "chr1\t2\t4\t1.5\n")
    making = make(path, CONTIGS, cache=tmp_path)
    for _ in range(3):
        next(making)
    making.close()
    assert list((tmp_path / "signals").iterdir()) == []


def test_that_old_stores_make_room_for_the_new_one(tmp_path: Path) -> None:
    for number, name in enumerate(["old", "new"]):
        (tmp_path / name).mkdir()
        (tmp_path / name / "blocks.bin").write_bytes(b"x" * 100)
        os.utime(tmp_path / name, (number, number))
    trim(tmp_path, 150, keep=tmp_path / "new")
    assert [path.name for path in tmp_path.iterdir()] == ["new"]
