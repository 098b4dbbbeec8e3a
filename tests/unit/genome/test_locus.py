from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gfm_desktop.genome.annotation import GeneModels
from gfm_desktop.genome.contig_names import ContigNames
from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.locus import LocusError, parse_locus, parse_variant
from gfm_desktop.genome.locus_list import parse_loci
from gfm_desktop.genome.variant import Variant

if TYPE_CHECKING:
    from pathlib import Path

CONTIGS = {"chr1": 249_250_621, "chr22": 51_304_566, "chrX": 155_270_560, "chrM": 100}
NAMES = ContigNames(CONTIGS)
HERE = Interval("chr22", 20_000_000, 20_001_000)


@pytest.fixture
def genes(sample: Path) -> GeneModels:
    return GeneModels.load(sample / "genes.gtf.gz")


def _parsed(text: str, genes: GeneModels | None = None) -> Interval:
    return parse_locus(
        text, contigs=CONTIGS, resolve=NAMES.resolve, genes=genes, here=HERE
    )


@pytest.mark.parametrize(
    "text",
    [
        "chr22:20113000-20114000",
        "chr22:20,113,000-20,114,000",
        " CHR22:20,113,000 - 20,114,000 ",
        "22:20113000-20114000",
        "NC_000022.10:20113000-20114000",
        "chr22:20113000..20114000",
        "chr22:20113000:20114000",
        "chr22 20113000 20114000",
        "chr22\t20113000\t20114000",
        "chr22 20113000-20114000",
        "chr22-20113000-20114000",
        "chr22:20113000\N{EN DASH}20114000",
        "chr22:20.113M-20.114M",
        "chr22:20.113Mb-20.114 Mb",
        "chr22:20.113-20.114M",
        "chr22:20113kb-20114kb",
        "{hg19}chr22:20113000-20114000",
        "chr22:20113000-20114000[rev]",
        "20113000-20114000",
        "20,113,000..20,114,000",
        '"chr22:20113000-20114000"',
    ],
)
def test_that_every_way_of_writing_a_stretch_is_understood(text: str) -> None:
    assert _parsed(text) == Interval("chr22", 20_112_999, 20_114_000)
    assert parse_variant(text, contigs=CONTIGS, resolve=NAMES.resolve) is None


@pytest.mark.parametrize(
    "text", ["chr22:34M-35M", "22:34-35M", "chr22 34M 35Mb", "34mb-35mb"]
)
def test_that_megabases_are_understood(text: str) -> None:
    assert _parsed(text) == Interval("chr22", 33_999_999, 35_000_000)


@pytest.mark.parametrize(
    "text",
    ["chr22:1,500,000", "chr22 1500000", "22:1.5Mb", "1.5Mb", "1500000", "1500 kb"],
)
def test_that_one_position_opens_forty_bases_around_it(text: str) -> None:
    place = _parsed(text)
    assert len(place) == 40
    assert place.start <= 1_499_999 < place.end
    assert place.start == 1_499_999 - 20


@pytest.mark.parametrize(
    "text",
    [
        "chr22:20113000:AT:G",
        "chr22-20113000-AT-G",
        "22-20113000-at-g",
        "chr22_20113000_AT_G",
        "chr22:20113000:AT>G",
        "chr22:20,113,000 AT>G",
        "chr22:20113000AT>G",
        "chr22 20113000 AT G",
        "chr22 20113000 rs1 AT G . . .",
        "chr22\t20113000\t.\tAT\tG",
        "NC_000022.10:g.20113000AT>G",
        "20113000 AT>G",
        "20,113,000AT>G",
        "chr22:20113000-AT-G",
        "chr22-20113000-AT-G".replace("-", "\N{EN DASH}"),
    ],
)
def test_that_every_way_of_writing_a_variant_is_understood(text: str) -> None:
    found = parse_variant(text, contigs=CONTIGS, resolve=NAMES.resolve, here=HERE)
    assert found == Variant("chr22", 20_112_999, "AT", "G")
    place = _parsed(text)
    assert place.start <= 20_112_999
    assert place.end >= 20_113_001
    assert len(place) == 40


def test_that_a_bare_contig_is_its_whole_length() -> None:
    assert _parsed("chr22") == _parsed("22") == Interval("chr22", 0, 51_304_566)
    assert _parsed("X") == Interval("chrX", 0, 155_270_560)


def test_that_a_gene_is_shown_with_two_kilobases_on_each_side(
    genes: GeneModels,
) -> None:
    gene = genes.find("DGCR8")
    assert gene is not None
    expected = Interval("chr22", gene.start - 2_000, gene.end + 2_000)
    assert _parsed("DGCR8", genes) == _parsed(" dgcr8 ", genes) == expected


def test_that_places_stay_inside_their_contig() -> None:
    assert _parsed("chrM:0-5000") == Interval("chrM", 0, 100)
    assert _parsed("chrM:1") == Interval("chrM", 0, 40)
    assert _parsed("chrM:100") == Interval("chrM", 60, 100)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "No place"),
        ("   ", "No place"),
        ("chr9:1-100", "no contig chr9"),
        ("chr9:100:A:G", "no contig chr9"),
        ("NC_000022.11:1-5", "no contig"),
        ("chr22:52,000,000", "no position 52,000,000"),
        ("chr22:52000000 A>G", "no position 52,000,000"),
        ("chrM:100:AT:A", "no position"),
        ("chr22:2000-1000", "before the start"),
        ("chr22:1.5-2", "whole number"),
        ("chr22:1-2 chr22:5-6", "One place at a time"),
        ("chr22:1-2, chr22:5-6", "One place at a time"),
        ("chr22:1-2; chr1:5-6", "One place at a time"),
        ("DGCR8 TANGO2", "One place at a time"),
        ("TANG", "Did you mean TANGO2"),
        ("rs12345", "variant table"),
        ("hello world", "no place"),
        ("chr22:", "no place"),
        ("A" * 5000, "too long"),
    ],
)
def test_that_what_is_no_place_is_explained(
    text: str, words: str, genes: GeneModels
) -> None:
    with pytest.raises(LocusError) as caught:
        _parsed(text, genes)
    assert words in str(caught.value)


def test_that_a_position_without_chromosome_needs_a_view() -> None:
    with pytest.raises(LocusError, match="lacks its chromosome"):
        parse_locus(
            "5-10", contigs=CONTIGS, resolve=NAMES.resolve, genes=None, here=None
        )


def test_that_gene_names_without_gene_models_are_explained() -> None:
    with pytest.raises(LocusError) as caught:
        _parsed("DGCR8")
    assert "Open gene models" in caught.value.todo


@given(st.sampled_from(list(CONTIGS)), st.data())
def test_that_what_the_screen_writes_is_read_back(
    contig: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, CONTIGS[contig] - 2))
    end = data.draw(st.integers(start + 2, CONTIGS[contig]))
    place = Interval(contig, start, end)
    assert _parsed(str(place)) == place


@given(st.text("chrXM0123456789.,:;-> ACGTkMb_{}[]*", max_size=40))
@settings(max_examples=500, deadline=None)
def test_that_any_text_is_a_place_inside_or_an_explanation(text: str) -> None:
    try:
        place = _parsed(text)
    except LocusError:
        return
    assert 0 <= place.start < place.end <= CONTIGS[place.contig]


def _several(text: str, genes: GeneModels | None = None) -> tuple[Interval, ...]:
    return parse_loci(text, lambda part: _parsed(part, genes), most=4)


@pytest.mark.parametrize(
    "text",
    [
        "chr22:1,001-2,000 chr1:5-60",
        "chr22:1,001-2,000; chr1:5-60",
        "chr22:1,001-2,000, chr1:5-60",
        "chr22:1001-2000 | chr1:5..60",
        "chr22:1001-2000\nchr1:5-60\n",
        "chr22 1001 2000; chr1 5 60",
        " ;chr22:1001-2000; chr1:5-60;",
    ],
)
def test_that_several_places_are_read_in_their_order(text: str) -> None:
    expected = (Interval("chr22", 1000, 2000), Interval("chr1", 4, 60))
    assert _several(text) == expected


def test_that_a_space_parts_places_only_where_the_whole_is_none(
    genes: GeneModels,
) -> None:
    assert _several("chr1 5 60") == (Interval("chr1", 4, 60),)
    assert _several("chr22 20113000 A G") == (_parsed("chr22:20113000:A:G"),)
    both = (_parsed("DGCR8", genes), _parsed("TANGO2", genes))
    assert _several("DGCR8 TANGO2", genes) == both
    assert _several("chr1 TANGO2", genes) == (_parsed("chr1"), both[1])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("DGCR8 TANGO", "Did you mean TANGO2"),
        ("hello world", "no place"),
        ("chr22 52000000", "no position 52,000,000"),
        ("chr1; chr1; chr1; chr1; chr1", "too many"),
        ("chr1:1-5; nonsense", "no place"),
        ("*", "whole genome is not shown"),
        ("", "No place"),
        (";", "No place"),
    ],
)
def test_that_a_list_of_places_is_right_or_explained(
    text: str, words: str, genes: GeneModels
) -> None:
    with pytest.raises(LocusError) as caught:
        _several(text, genes)
    assert words in str(caught.value)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(list(CONTIGS)), st.integers(0, 50), st.integers(2, 40)
        ),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from([" ", "; ", ", ", "\n", "|"]),
)
def test_that_lists_that_the_screen_writes_are_read_back(
    places: list[tuple[str, int, int]], between: str
) -> None:
    loci = tuple(Interval(contig, a, a + size) for contig, a, size in places)
    assert _several(between.join(map(str, loci))) == loci


@given(st.text("chrXM12; |,:-> ACGTkMb*\n", max_size=40))
@settings(max_examples=300, deadline=None)
def test_that_any_text_is_some_places_or_an_explanation(text: str) -> None:
    try:
        places = _several(text)
    except LocusError:
        return
    assert 1 <= len(places) <= 4
    assert all(0 <= p.start < p.end <= CONTIGS[p.contig] for p in places)


def test_that_other_names_are_found_with_room_around_them() -> None:
    def named(text: str) -> Interval | None:
        return Interval("chrM", 40, 50) if text == "peak 7" else None

    def find(text: str) -> Interval:
        return parse_locus(
            text, contigs=CONTIGS, resolve=NAMES.resolve, genes=None, here=HERE,
            named=named,
        )  # fmt: skip

    assert find("peak 7") == Interval("chrM", 20, 70)
    with pytest.raises(LocusError):
        find("peak 8")
