from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gfm_desktop.genome.annotation import Gene, Transcript
from gfm_desktop.genome.hgvs import hgvs_genomic
from gfm_desktop.genome.hgvs_reading import read_hgvs
from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.locus import LocusError
from gfm_desktop.genome.normalise import normalise
from gfm_desktop.genome.transcript_numbers import TranscriptNumbers
from gfm_desktop.genome.variant import Variant

if TYPE_CHECKING:
    from collections.abc import Mapping

COMPLEMENT = str.maketrans("ACGT", "TGCA")
EXONS = ((100, 160), (200, 250), (300, 390))
CODING = ((130, 160), (200, 250), (300, 340))
"""120 bases: 40 codons, the stop codon behind them."""


class Toy:
    """A contig whose reading frames are set into random bases."""

    build = "GRCh38"

    def __init__(self, *, stop_inside: bool = False) -> None:
        bases = random.Random(3).choices("ACGT", k=600)
        bases[130:133] = "ATG"
        self.stop_inside = stop_inside
        if stop_inside:
            bases[337:340] = "TAG"
        else:
            bases[337:340], bases[340:343] = "GGC", "TAG"
        forward = "".join(bases)
        back = forward.translate(COMPLEMENT)[::-1]
        self._contigs = {"chr1": forward, "chr2": back, "chr3": "ACGT" * 5}

    @property
    def contigs(self) -> Mapping[str, int]:
        return {name: len(text) for name, text in self._contigs.items()}

    def fetch(self, contig: str, start: int, end: int) -> str:
        return self._contigs[contig][start:end]

    def resolve(self, name: str) -> str | None:
        found = name if name.startswith("chr") else f"chr{name}"
        return found if found in self._contigs else None


class Models:
    """One gene forward on chr1, and the same bases backward on chr2."""

    def __init__(self, *, coding: bool = True) -> None:
        parts = CODING if coding else ()
        one = Transcript("ENST1.4", 100, 390, EXONS, parts)
        turned = [
            tuple(sorted((600 - e, 600 - s) for s, e in some))
            for some in (EXONS, parts)
        ]
        two = Transcript("ENST2.1", 210, 500, turned[0], turned[1])
        self.genes = {
            "up": Gene("UP", "G1", "chr1", "+", 100, 390, (one,)),
            "down": Gene("DOWN", "G2", "chr2", "-", 210, 500, (two,)),
        }

    def find(self, name: str) -> Gene | None:
        return self.genes.get(name.casefold())

    def find_transcript(self, name: str) -> tuple[Gene, Transcript] | None:
        for gene in self.genes.values():
            known = gene.canonical.transcript_id
            if name in (known, known.split(".")[0]):
                return gene, gene.canonical
        return None


TOY = Toy()
MODELS = Models()


def read(text: str) -> Variant | Interval | None:
    return read_hgvs(text, TOY, MODELS)


def changed(found: Variant | Interval | None, toy: Toy = TOY) -> str:
    """Return the contig after the change."""
    assert isinstance(found, Variant)
    end = found.start + len(found.ref)
    assert toy.fetch(found.contig, found.start, end) == found.ref
    length = toy.contigs[found.contig]
    before = toy.fetch(found.contig, 0, found.start)
    return before + found.alt + toy.fetch(found.contig, end, length)


def test_that_changes_of_every_type_do_what_they_say() -> None:
    whole = TOY.fetch("chr1", 0, 600)
    base = whole[49]
    other = "A" if base != "A" else "C"
    for name, expected in {
        f"chr1:g.50{base}>{other}": whole[:49] + other + whole[50:],
        "1:g.50_52del": whole[:49] + whole[52:],
        f"chr1:g.50_52del{whole[49:52]}": whole[:49] + whole[52:],
        "chr1:g.1_3del": whole[3:],
        "chr1:g.50dup": whole[:50] + base + whole[50:],
        "chr1:g.50_52dup": whole[:52] + whole[49:],
        "chr1:g.50_51insACGT": whole[:50] + "ACGT" + whole[50:],
        "chr1:g.50_55delinsA": whole[:49] + "A" + whole[55:],
        f"chr1:g.50_51del{whole[49:51]}insTTT": whole[:49] + "TTT" + whole[51:],
        "chr1:g.50_53inv": whole[:49]
        + whole[49:53].translate(COMPLEMENT)[::-1]
        + whole[53:],
    }.items():
        assert changed(read(name)) == expected, name


def test_that_a_name_without_a_change_is_a_place() -> None:
    assert read("chr1:g.50_60") == Interval("chr1", 49, 60)
    assert read("UP:c.1") == Interval("chr1", 130, 131)


@pytest.mark.parametrize("text", ["chr1:50-60", "UP", "50 A>G", "", "chr1:50:A:G"])
def test_that_other_text_is_left_to_others(text: str) -> None:
    assert read(text) is None


def spliced(contig: str) -> list[int]:
    """Return the positions of the exons in the transcript's order."""
    forward = [p for start, end in EXONS for p in range(start, end)]
    return forward if contig == "chr1" else [599 - p for p in forward]


@pytest.mark.parametrize("gene", ["UP", "DOWN"])
def test_that_c_and_n_numbers_lie_where_counting_by_hand_puts_them(gene: str) -> None:
    toy_gene = MODELS.find(gene)
    assert toy_gene is not None
    numbers = TranscriptNumbers.of(toy_gene, toy_gene.canonical, TOY.fetch)
    walk = spliced(toy_gene.contig)
    for index, position in enumerate(walk):
        assert numbers.position(str(index + 1), "n") == position
        if index < 30:
            text = f"-{30 - index}"
        elif index < 30 + 123:
            text = str(index - 29)
        else:
            text = f"*{index - 152}"
        assert numbers.position(text, "c") == position, text
    step = -1 if toy_gene.contig == "chr2" else 1
    assert numbers.position("30+4", "c") == walk[59] + 4 * step
    assert numbers.position("31-4", "c") == walk[60] - 4 * step


@pytest.mark.parametrize("gene", ["UP", "DOWN"])
def test_that_a_stop_codon_inside_the_coding_part_is_found(gene: str) -> None:
    toy = Toy(stop_inside=True)
    found = MODELS.find(gene)
    assert found is not None
    numbers = TranscriptNumbers.of(found, found.canonical, toy.fetch)
    assert numbers.coding == 120
    assert numbers.position("*1", "c") == spliced(found.contig)[150]


def test_that_both_strands_name_the_same_change() -> None:
    base = TOY.fetch("chr1", 140, 141)
    other = "A" if base != "A" else "C"
    up = read(f"ENST1.4:c.11{base}>{other}")
    down = read(f"ENST2(DOWN):c.11{base}>{other} (p.Arg4Gly)")
    assert changed(up).translate(COMPLEMENT)[::-1] == changed(down)
    pair = [read(f"{name}:c.30+2_30+5delinsAC") for name in ("UP", "DOWN")]
    assert changed(pair[0]).translate(COMPLEMENT)[::-1] == changed(pair[1])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("chr9:g.5A>G", "no contig chr9"),
        ("chr1:g.601A>G", "no position 601"),
        ("chr1:g.0del", "no position 0"),
        ("chr1:g.60_50del", "before its start"),
        ("chr1:g.10+3A>G", "counts along the contig"),
        ("UP:p.Met1Val", "several changes of DNA"),
        ("UP:r.5a>g", "RNA"),
        ("chr1:g.50_51ins", "incomplete"),
        ("chr1:g.50insA", "incomplete"),
        ("chr1:g.50inv", "incomplete"),
        ("chr1:g.50_60delAC", "has 2 bases"),
        ("chr1:g.50=", "nothing changes"),
        ("chr1:g.50?", "not understood"),
        ("chr3:g.1_20del", "whole contig"),
        ("ENST1.5:c.3A>G", "no transcript ENST1.5"),
        ("NM_1.1:c.3A>G", "no transcript NM_1.1"),
        ("UP:c.124A>G", "coding sequence has 123 bases"),
        ("UP:c.0A>G", "counting begins at 1"),
        ("UP:c.-31A>G", "outside its exons"),
        ("UP:c.*48A>G", "outside its exons"),
        ("UP:c.29+2A>G", "not the last of an exon"),
        ("UP:c.32-2A>G", "not the first of an exon"),
        ("UP:c.30+41A>G", "only 40 bases"),
        ("UP:n.-3A>G", "no position of a transcript"),
    ],
)
def test_that_what_cannot_be_read_exactly_is_refused_with_a_reason(
    text: str, words: str
) -> None:
    with pytest.raises(LocusError) as caught:
        read(text)
    assert words in str(caught.value)


def test_that_wrong_reference_bases_are_said_as_people_know_it() -> None:
    base = TOY.fetch("chr1", 49, 50)
    wrong = "A" if base != "A" else "C"
    with pytest.raises(LocusError) as caught:
        read(f"chr1:g.50{wrong}>{base}")
    assert f"GRCh38 reference allele should be {base}" in caught.value.what


def test_that_c_names_need_a_complete_coding_sequence() -> None:
    for models in (None, Models(coding=False)):
        with pytest.raises(LocusError) as caught:
            read_hgvs("UP:c.3A>G", TOY, models)
        assert "gene models" in caught.value.what
    assert read_hgvs("UP:n.3", TOY, Models(coding=False)) == Interval("chr1", 102, 103)


@given(
    st.integers(5, 580),
    st.text("ACGT", min_size=0, max_size=6),
    st.integers(0, 6),
)
@settings(max_examples=150, deadline=None)
def test_that_every_name_that_we_write_is_read_back(
    start: int, alt: str, size: int
) -> None:
    anchor = TOY.fetch("chr1", start, start + 1)
    ref = anchor + TOY.fetch("chr1", start + 1, start + 1 + size)
    variant = normalise(TOY, Variant("chr1", start, ref, anchor + alt))  # type: ignore[arg-type]
    if variant.ref == variant.alt:
        return
    name = hgvs_genomic(variant, TOY.fetch, length=600)
    assert changed(read(name)) == changed(variant)
    assert normalise(TOY, read(name)) == variant  # type: ignore[arg-type]


@given(st.text("chr12:gcnp.()>_*+-=ACGTdelinsupv0123456789 ", max_size=30))
@settings(max_examples=300, deadline=None)
def test_that_any_text_is_a_change_a_place_or_an_explanation(text: str) -> None:
    for start in ("", "chr1:g.", "UP:c."):
        try:
            found = read(start + text)
        except LocusError:
            continue
        if isinstance(found, Variant):
            changed(found)
