from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.locus import LocusError
from gfm_desktop.genome.variant import Variant
from gfm_desktop.workspace.opening import Opening
from gfm_desktop.workspace.place_search import find_place, go_to_place

if TYPE_CHECKING:
    from conftest import Files, InlineRunner, Said

    from gfm_desktop.workspace.workspace import Workspace


@pytest.fixture
def opened(workspace: Workspace, inline: InlineRunner, files: Files) -> Workspace:
    """Open a contig of repeats of ACGTACGTAC, the gene ONE, and rs1 and rs2."""
    Opening(workspace, inline).open([files.genome, files.genes, files.variants])
    return workspace


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("chr1:101-200", 100, 200),
        ("{anything}chr1:101-200[rev]", 100, 200),
        ("one", 0, 600),
        ("T1", 0, 110),
        ("rs2", 81, 121),
        ("RS2", 81, 121),
        ("chr1:g.101_140", 95, 145),
        ("T1:n.1", 0, 40),
    ],
)
def test_that_places_and_names_are_gone_to(
    opened: Workspace, text: str, start: int, end: int
) -> None:
    go_to_place(opened, text)
    assert opened.locus == Interval("chr1", start, end)


def test_that_several_places_stand_side_by_side(opened: Workspace) -> None:
    go_to_place(opened, "chr1:101-200; chr1:301-400 rs1")
    assert [locus.start for locus in opened.loci] == [100, 300, 80]
    go_to_place(opened, "chr1:1-50")
    assert opened.locus == Interval("chr1", 0, 50)
    assert len(opened.loci) == 3, "a single place moves the active one"


@pytest.mark.parametrize(
    "text", ["chr1:101:A:G", "1-101-a-g", "rs1", "chr1:g.101A>G", "101 A>G"]
)
def test_that_a_variant_of_the_file_is_selected(opened: Workspace, text: str) -> None:
    go_to_place(opened, text)
    assert opened.selection is not None
    assert opened.selection.id == "rs1"


def test_that_a_variant_that_is_not_in_the_file_is_shown_as_hypothetical(
    opened: Workspace, said: Said
) -> None:
    place = go_to_place(opened, "chr1:105:A:ACC")
    assert place.variant == Variant("chr1", 104, "A", "ACC")
    assert opened.selection is not None
    assert opened.selection.row < 0
    assert opened.selection.variant == place.variant
    assert "not in the open file" in said.texts("info")[-1]


def test_that_another_spelling_finds_the_normalised_variant(opened: Workspace) -> None:
    go_to_place(opened, "chr1:100:CA:CG")
    assert opened.selection is not None
    assert opened.selection.id == "rs1"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("chr1:105:C:T", "reference allele should be A, not C"),
        ("chr1:105:C:A", "try chr1-105-A-C"),
        ("chr1:105:A:A", "nothing is changed"),
        ("rs99", "variant file has no rs99"),
        ("nonsense", "no place"),
        ("*", "whole genome is not shown"),
        ("ONE:c.5A>G", "complete coding sequence"),
        ("ONE:p.Met1Val", "protein"),
        ("chr1:1-5;" * 13, "too many"),
    ],
)
def test_that_what_means_nothing_is_explained_and_nothing_moves(
    opened: Workspace, text: str, words: str
) -> None:
    before = opened.loci
    with pytest.raises(LocusError) as caught:
        go_to_place(opened, text)
    assert words in str(caught.value)
    assert opened.loci == before
    assert opened.selection is None


def test_that_a_record_whose_ref_is_wrong_is_found_in_its_own_words(
    workspace: Workspace, inline: InlineRunner, files: Files
) -> None:
    text = files.variants.read_text().replace("\t101\trs1\tA\t", "\t101\trs1\tC\t")
    files.variants.write_text(text)
    Opening(workspace, inline).open([files.genome, files.variants])
    go_to_place(workspace, "chr1:101:C:G")
    assert workspace.selection is not None
    assert workspace.selection.id == "rs1"


def test_that_identifiers_need_a_variant_file(
    workspace: Workspace, inline: InlineRunner, files: Files
) -> None:
    with pytest.raises(LocusError, match="Open a genome first"):
        find_place(workspace, "rs1")
    Opening(workspace, inline).open([files.genome])
    with pytest.raises(LocusError, match="none is open"):
        find_place(workspace, "rs1")


def test_that_a_place_of_another_build_is_refused(
    opened: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert opened.genome is not None
    monkeypatch.setattr(opened.genome, "build", "GRCh38")
    with pytest.raises(LocusError, match="one of hg19"):
        find_place(opened, "{hg19}chr1:5-10")
    assert find_place(opened, "{hg38}chr1:5-30").loci == (Interval("chr1", 4, 30),)


def test_that_a_gene_in_a_name_says_its_transcript(opened: Workspace) -> None:
    place = find_place(opened, "ONE:n.3")
    assert place.notes == ("ONE was counted along its transcript T1.",)


@given(text=st.text("chr1rsONETg.:;-> ACGT{}[]*0123456789", max_size=30))
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_that_any_text_is_a_place_or_an_explanation(
    opened: Workspace, text: str
) -> None:
    try:
        place = find_place(opened, text)
    except LocusError:
        return
    assert all(0 <= p.start < p.end <= 600 for p in place.loci)
