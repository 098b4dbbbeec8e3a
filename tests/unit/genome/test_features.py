from __future__ import annotations

import gzip
import importlib.util
import io
import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gfm_desktop.errors import InputError
from gfm_desktop.genome.annotation import GeneModels
from gfm_desktop.genome.feature_bed import bed_feature, layout_of, read_bed
from gfm_desktop.genome.feature_draft import SHOWN_BAD_LINES, FeatureDraft
from gfm_desktop.genome.feature_file import make_store
from gfm_desktop.genome.feature_slice import NO_COLOUR, SortedSpans
from gfm_desktop.genome.feature_store import FeatureStore
from gfm_desktop.genome.feature_table import Uneven, read_bed_table
from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.reference import Reference

if TYPE_CHECKING:
    from collections.abc import Callable

LENGTH = 5_000
BED12 = """\
browser position chr1:1-100
track name="two things" itemRgb=On color=1,2,3
# a comment
chr1\t100\t500\tNM_1\t7.5\t-\t150\t400\t255,0,16\t2\t100,50,\t0,350,
1\t600\t700\tNM_2\t.\t.\t600\t600\t0\t1\t100\t0
"""
GFF = """\
##gff-version 3
chr1\tx\tgene\t101\t400\t.\t+\t.\tID=g1;Name=Alpha
chr1\tx\tmRNA\t101\t400\t.\t+\t.\tID=t1;Parent=g1;Name=Alpha-1
chr1\tx\texon\t101\t200\t.\t+\t.\tParent=t1
chr1\tx\texon\t301\t400\t.\t+\t.\tParent=t1
chr1\tx\tCDS\t151\t200\t.\t+\t0\tParent=t1
chr1\tx\tCDS\t301\t350\t.\t+\t1\tParent=t1
chr1\tx\trepeat_region\t1001\t1100\t12.5\t-\t.\tID=r1;Name=AluY
chr1\tx\tenhancer\t2001\t2000\t.\t.\t.\tID=bad
chr9\tx\tenhancer\t1\t20\t.\t.\t.\tID=elsewhere
"""

Opened = "Callable[..., FeatureStore]"


@pytest.fixture
def reference(tmp_path: Path) -> Reference:
    fasta = tmp_path / "genome.fa"
    fasta.write_text(f">chr1\n{'ACGT' * (LENGTH // 4)}\n>chr2\n{'A' * 700}\n")
    return Reference.open(fasta)


@pytest.fixture
def opened(tmp_path: Path, reference: Reference) -> Callable[..., FeatureStore]:
    def open_(text: str | bytes, name: str = "x.bed") -> FeatureStore:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        steps = make_store(path, reference)
        while True:
            try:
                next(steps)
            except StopIteration as end:
                return FeatureStore.load(end.value)

    return open_


def test_that_bed12_gives_blocks_thick_parts_colours_and_scores(
    opened: Callable[..., FeatureStore],
) -> None:
    store = opened(BED12)
    assert (store.title, len(store), store.notes) == ("two things", 2, ())
    found = store.columns(Interval("chr1", 0, LENGTH))
    assert found.start.tolist() == [100, 600]
    assert found.end.tolist() == [500, 700]
    assert found.strand.tolist() == [-1, 0]
    # A bare 0 is no colour, so the track's own is taken.
    assert found.colour.tolist() == [0xFF0010, 0x010203]
    assert found.piece_at.tolist() == [0, 2, 3]
    assert found.pieces.tolist() == [[100, 200], [450, 500], [600, 700]]
    assert found.thick.tolist() == [[150, 200]]
    assert [store.label(n) for n in found.number.tolist()] == ["NM_1", "NM_2"]
    assert store.score(0) == 7.5
    assert math.isnan(store.score(1))


@pytest.mark.parametrize("count", [3, 4, 5, 6, 8, 9])
def test_that_fewer_columns_are_read_as_far_as_they_go(
    opened: Callable[..., FeatureStore], count: int
) -> None:
    fields = ["chr1", "100", "500", "one", "3", "+", "120", "130", "9,8,7"][:count]
    store = opened(" ".join(fields) + "\n")
    found = store.columns(Interval("chr1", 0, LENGTH))
    assert (found.start[0], found.end[0]) == (100, 500)
    assert store.label(0) == ("one" if count > 3 else "")
    assert found.strand[0] == (1 if count > 5 else 0)
    assert found.thick.tolist() == ([[120, 130]] if count > 7 else [])
    assert found.colour[0] == (0x090807 if count > 8 else NO_COLOUR)


def test_that_every_bad_line_is_told_with_its_number_and_reason(
    opened: Callable[..., FeatureStore],
) -> None:
    store = opened(
        "chrom\tstart\tend\n"
        "chr1\t10\t20\n"
        "chr1\t30\n"
        "chr1\t50\t40\n"
        "chr1\t10\t5001\n"
        "chr2\t1\t2\tn\t1\tx\n"
        "chr2\t1\t2\tn\thigh\t+\n"
        "chr1\t0\t9\tn\t1\t+\t0\t9\t0\t2\t4,4\t0,3\n"
        "chrUn\t0\t9\n"
        "chr1\t7\t7\n"
    )
    assert len(store) == 2
    lines, lost, empty = store.notes
    assert lines.startswith("7 lines could not be read and were passed over: ")
    for words in (
        'line 1: start is "start", no whole number from 0 on',
        "line 3: 2 columns of at least 3",
        "line 4: start 51 lies after end 40",
        "line 5: it ends at 5,001, and chr1 has 5,000 bp",
        'line 6: the strand is "x", not +, - or .',
        'line 7: the score is "high", no number',
        "line 8: a block is empty, overlaps another, or reaches out",
    ):
        assert words in lines
    assert lost == (
        "1 feature lies on a contig that the genome does not have (chrUn): it is left "
        "out."
    )
    assert empty == "1 feature has no length and is shown as one base."


def test_that_a_thousand_bad_lines_are_counted_and_some_are_shown(
    opened: Callable[..., FeatureStore],
) -> None:
    store = opened("chr1\t1\t2\n" + "chr1\tx\ty\n" * 1000)
    assert store.notes[0].startswith("1,000 lines could not be read")
    assert store.notes[0].count("line ") == SHOWN_BAD_LINES
    assert store.notes[0].endswith(f"and {1000 - SHOWN_BAD_LINES:,} more.")


@pytest.mark.parametrize("text", ["", "# nothing\n", "chr7\t1\t2\n", "chr1\ta\tb\n"])
def test_that_a_file_without_any_feature_is_refused(
    opened: Callable[..., FeatureStore], text: str
) -> None:
    with pytest.raises(InputError, match="No feature can be read"):
        opened(text)


def test_that_a_packed_file_that_breaks_off_is_refused(
    opened: Callable[..., FeatureStore],
) -> None:
    packed = gzip.compress(BED12.encode() * 50)
    assert len(opened(packed, "x.bed.gz")) == 100
    with pytest.raises(InputError, match="break off"):
        opened(packed[: len(packed) // 2], "y.bed.gz")


def test_that_peaks_have_measurements_not_thick_parts(
    opened: Callable[..., FeatureStore],
) -> None:
    line = "chr1\t100\t200\tp1\t900\t.\t12\t40\t30\t50\n"
    store = opened(line, "x.narrowPeak")
    assert store.fields(0) == [
        ("signalValue", "12"),
        ("pValue", "40"),
        ("qValue", "30"),
        ("peak", "50"),
    ]
    assert store.columns(Interval("chr1", 0, 999)).thick.tolist() == []


def test_that_gff_transcripts_take_their_exons_and_genes_stand_back(
    opened: Callable[..., FeatureStore],
) -> None:
    store = opened(GFF, "x.gff3")
    found = store.columns(Interval("chr1", 0, LENGTH))
    assert [store.label(n) for n in found.number.tolist()] == ["Alpha-1", "AluY"]
    assert found.pieces.tolist() == [[100, 200], [300, 400], [1000, 1100]]
    assert found.thick.tolist() == [[150, 200], [300, 350]]
    assert ("type", "mRNA") in store.fields(0)
    assert store.score(1) == 12.5
    assert "line 9: start lies after end" in store.notes[0]
    assert "(chr9): it is left out" in store.notes[1]


def test_that_gtf_without_transcript_lines_still_has_transcripts(
    opened: Callable[..., FeatureStore],
) -> None:
    store = opened(
        'chr1\tx\texon\t11\t20\t.\t-\t.\tgene_id "G"; transcript_id "T";\n'
        'chr1\tx\texon\t31\t40\t.\t-\t.\tgene_id "G"; transcript_id "T";\n'
        'chr1\tx\tCDS\t15\t20\t.\t-\t0\tgene_id "G"; transcript_id "T";\n',
        "x.gtf",
    )
    found = store.columns(Interval("chr1", 0, LENGTH))
    assert found.pieces.tolist() == [[10, 20], [30, 40]]
    assert found.thick.tolist() == [[14, 20]]
    assert found.strand.tolist() == [-1]


def test_that_bigbed_names_its_columns_itself(tmp_path: Path) -> None:
    spec = importlib.util.find_spec("pyBigWigTest")
    folder = None if spec is None else spec.submodule_search_locations
    path = Path(next(iter(folder or ["nowhere"]))) / "test.bigBed"
    if not path.exists():
        pytest.skip("pyBigWig came without its bigBed file")
    import pyBigWig

    with_ = pyBigWig.open(str(path))
    expected = [
        (contig, *entry)
        for contig, size in with_.chroms().items()
        for entry in with_.entries(contig, 0, size) or ()
    ]
    with_.close()
    from gfm_desktop.genome.feature_bigbed import read_bigbed

    draft = FeatureDraft(None, "feature")
    for _ in read_bigbed(path, draft):
        pass
    assert len(draft) == len(expected)
    columns = draft.columns()
    found = sorted(zip(columns.start.tolist(), columns.end.tolist(), strict=True))
    assert found == sorted((start, end) for _, start, end, _ in expected)
    assert [line.split("\t")[0] for line in columns.fields[0].split("\n")] == [
        "level",
        "signif",
        "score2",
    ]


def test_that_a_damaged_bigbed_is_refused(
    opened: Callable[..., FeatureStore], capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(InputError, match="bigBed"):
        opened(b"\xeb\xf2\x89\x87" + b"\x00" * 80, "x.bb")


def test_that_a_second_opening_reads_nothing(
    tmp_path: Path,
    reference: Reference,
    opened: Callable[..., FeatureStore],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = opened(BED12)
    monkeypatch.setattr("gfm_desktop.genome.feature_file._read", pytest.fail)
    assert opened(BED12).folder == first.folder


def test_that_a_store_that_was_lost_is_said_plainly(
    opened: Callable[..., FeatureStore],
) -> None:
    store = opened(BED12)
    (store.folder / "start.npy").write_bytes(b"no numbers")
    with pytest.raises(InputError, match="gone or damaged"):
        FeatureStore.load(store.folder)


def test_that_names_are_found_in_any_case_and_by_their_beginning(
    opened: Callable[..., FeatureStore],
) -> None:
    names = ["Alpha", "alphabet", "ALP", "beta", "βeta"]
    lines = [f"chr1\t{10 * n}\t{10 * n + 5}\t{name}" for n, name in enumerate(names)]
    store = opened("\n".join([*lines, "chr2\t1\t5\t.", "chr2\t9\t12\tBeta"]) + "\n")
    one = store.find("ALPHA")
    assert one is not None
    assert (one.name, one.where) == ("Alpha", Interval("chr1", 0, 5))
    assert store.find("alph") is None
    assert store.find("") is None
    assert [found.name for found in store.search("alp")] == ["ALP", "Alpha", "alphabet"]
    assert [f.where.contig for f in store.search("bet")] == ["chr1", "chr2"]
    assert [f.name for f in store.search("\u0392")] == ["βeta"]
    assert len(store.search("a", limit=2)) == 2


def test_that_bed12_serves_as_gene_models(tmp_path: Path, reference: Reference) -> None:
    path = tmp_path / "genes.bed"
    path.write_text(BED12 + "chr1\t900\t950\tNM_2\t0\t.\t900\t900\t0\t1\t50\t0\n")
    models = GeneModels.load(path, reference=reference)
    assert [gene.name for gene in models] == ["NM_1", "NM_2", "NM_2"]
    gene = models.find("nm_1")
    assert gene is not None
    assert (gene.strand, gene.interval) == ("-", Interval("chr1", 100, 500))
    assert gene.canonical.exons == ((100, 200), (450, 500))
    assert gene.canonical.coding == ((150, 200),)


@st.composite
def features(draw: st.DrawFn) -> list[str]:
    start = draw(st.integers(0, LENGTH - 60))
    sizes = draw(st.lists(st.integers(1, 6), min_size=1, max_size=4))
    gaps = draw(st.lists(st.integers(1, 6), min_size=len(sizes), max_size=len(sizes)))
    starts, place = [], 0
    for size, gap in zip(sizes, gaps, strict=True):
        starts.append(place)
        place += size + gap
    end = start + starts[-1] + sizes[-1]
    thick = sorted(draw(st.tuples(st.integers(start, end), st.integers(start, end))))
    rgb = draw(st.tuples(*[st.integers(0, 255)] * 3))
    text = st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=1)
    return [
        "chr1", str(start), str(end), draw(text), str(draw(st.integers(0, 1000))),
        draw(st.sampled_from("+-.")), *map(str, thick), ",".join(map(str, rgb)),
        str(len(sizes)), ",".join(map(str, sizes)), ",".join(map(str, starts)),
    ]  # fmt: skip


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(features(), min_size=1, max_size=8))
def test_that_bed_written_from_a_store_is_the_bed_that_was_read(
    tmp_path: Path, reference: Reference, lines: list[list[str]]
) -> None:
    draft = FeatureDraft(reference)
    for _ in read_bed([("\t".join(line) + "\n").encode() for line in lines], draft):
        pass
    assert draft.bad.words == ""
    folder = tmp_path / "store"
    FeatureStore.save(folder, draft.columns(), title="", notes=())
    store = FeatureStore.load(folder)
    found = store.columns(Interval("chr1", 0, LENGTH))
    back = []
    for n in range(len(found)):
        start, end = int(found.start[n]), int(found.end[n])
        pieces = found.pieces[slice(*found.piece_at[n : n + 2])]
        colour = int(found.colour[n])
        rgb = (colour >> 16, colour >> 8 & 255, colour & 255)
        back.append((
            start, end, store.label(int(found.number[n])),
            round(store.score(int(found.number[n]))), int(found.strand[n]), rgb,
            [(int(a) - start, int(b) - int(a)) for a, b in pieces],
        ))  # fmt: skip
    given_ = []
    for line in lines:
        blocks = list(
            zip(*([int(n) for n in line[i].split(",")] for i in (11, 10)), strict=True)
        )
        strand = {"+": 1, "-": -1, ".": 0}[line[5]]
        rgb = tuple(int(n) for n in line[8].split(","))
        given_.append(
            (int(line[1]), int(line[2]), line[3], int(line[4]), strand, rgb, blocks)
        )
    assert sorted(back, key=repr) == sorted(given_, key=repr)


@st.composite
def odd_lines(draw: st.DrawFn) -> list[str]:
    """A line of BED12 with up to two columns that may be wrong."""
    line = draw(features())
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, 11))
        line[at] = draw(
            st.sampled_from(
                ["", ".", "0", "-1", " 7", "x", "5001", "1,2", "chr9", "+", "\u0663"]
            )
        )
    return line


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(odd_lines(), min_size=1, max_size=12), st.sampled_from([3, 6, 9, 12]))
def test_that_reading_in_arrays_agrees_with_reading_line_by_line(
    reference: Reference, lines: list[list[str]], columns: int
) -> None:
    text = "".join("\t".join(line[:columns]) + "\n" for line in lines)
    body = ("# made\ntrack name=odd color=1,2,3\n" + text).encode()
    one, other = FeatureDraft(reference), FeatureDraft(reference)
    for _ in read_bed(io.BytesIO(body), one):
        pass
    try:
        for _ in read_bed_table(io.BytesIO(body), other):
            pass
    except Uneven:
        return
    assert other.title == one.title == "odd"
    assert sorted(other.notes()) == sorted(one.notes())
    assert contents(other) == contents(one)


def contents(draft: FeatureDraft) -> list[object]:
    columns = draft.columns()
    owners = np.repeat(columns.contigs, np.diff(columns.contig_at)).tolist()
    return sorted(
        (
            owners[n],
            int(columns.start[n]),
            int(columns.end[n]),
            int(columns.strand[n]),
            repr(float(columns.score[n])),
            int(columns.colour[n]),
            columns.pieces[slice(*columns.piece_at[n : n + 2])].tolist(),
            columns.thick[slice(*columns.thick_at[n : n + 2])].tolist(),
            columns.names[n],
            columns.fields[n],
        )
        for n in range(len(draft))
    )


def test_that_lines_of_differing_length_are_read_one_by_one(
    reference: Reference,
) -> None:
    draft = FeatureDraft(reference)
    with pytest.raises(Uneven):
        list(read_bed_table(io.BytesIO(b"chr1\t1\t2\nchr1\t1\t2\tx\n"), draft))
    with pytest.raises(Uneven):
        list(read_bed_table(io.BytesIO(b"chr1 1 2\n"), draft))
    with pytest.raises(Uneven):
        list(read_bed_table(io.BytesIO(b"# nothing\n"), draft))


def test_that_thick_parts_lie_in_the_blocks() -> None:
    fields = [
        "c",
        "0",
        "100",
        "n",
        "0",
        "+",
        "5",
        "95",
        "0",
        "3",
        "10,10,10",
        "0,40,90",
    ]
    feature = bed_feature(fields, layout_of(fields))
    assert list(feature.thick) == [(5, 10), (40, 50), (90, 95)]


@given(
    st.lists(st.tuples(st.integers(0, 200), st.integers(1, 60)), max_size=30),
    st.integers(0, 250),
    st.integers(1, 50),
)
def test_that_overlaps_and_counts_agree_with_looking_at_each(
    pairs: list[tuple[int, int]], start: int, size: int
) -> None:
    ordered = sorted((s, s + n) for s, n in pairs)
    spans = SortedSpans.of(*np.array(ordered, np.int64).reshape(-1, 2).T)
    end = start + size
    expected = [n for n, (s, e) in enumerate(ordered) if s < end and e > start]
    assert spans.between(start, end).tolist() == expected
    assert spans.count(start, end) == len(expected)
    edges = np.array([start, end, end + 10])
    counts = [
        sum(s < b and e > a for s, e in ordered)
        for a, b in ((start, end), (end, end + 10))
    ]
    assert spans.counts(edges).tolist() == counts
