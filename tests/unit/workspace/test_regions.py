"""Regions of interest: their list, BED in and out, and that they come back."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gfm_desktop import paths
from gfm_desktop.errors import InputError
from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.reference import Reference
from gfm_desktop.workspace.region_file import MARK, Region, bed_text, read_bed
from gfm_desktop.workspace.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Files, Said


def at(
    start: int, end: int, name: str = "", note: str = "", colour: str = ""
) -> Region:
    return Region(Interval("chr1", start, end), name, note, colour)


@pytest.fixture
def opened(workspace: Workspace, files: Files) -> Workspace:
    workspace.set_genome(Reference.open(files.genome))
    return workspace


def test_that_regions_are_added_with_names_and_once(opened: Workspace) -> None:
    regions = opened.regions
    heard: list[int] = []
    regions.changed.connect(lambda: heard.append(len(regions.all)))
    assert regions.add(Interval("chr1", 10, 20)) == 0
    assert regions.add(Interval("chr1", 30, 40), name="promoter") == 1
    assert regions.add(Interval("chr1", 10, 20)) == 0
    assert regions.add(Interval("chr1", 590, 5_000)) == 2
    assert regions.add(Interval("chr9", 1, 2)) is None
    assert regions.add(Interval("chr1", 700, 800)) is None
    assert [r.name for r in regions.all] == ["Region 1", "promoter", "Region 3"]
    assert regions.all[2].interval == Interval("chr1", 590, 600)
    assert heard == [1, 2, 3]


def test_that_a_name_is_never_given_twice(opened: Workspace) -> None:
    regions = opened.regions
    for start in (10, 30, 50):
        regions.add(Interval("chr1", start, start + 5))
    regions.remove([0])
    regions.add(Interval("chr1", 70, 75))
    names = [region.name for region in regions.all]
    assert names == ["Region 2", "Region 3", "Region 4"]


def test_that_the_view_and_its_middle_can_be_marked(
    opened: Workspace, said: Said
) -> None:
    opened.go_to(Interval("chr1", 100, 200))
    assert opened.regions.add_view() == 0
    assert opened.regions.add_middle() == 1
    places = [region.interval for region in opened.regions.all]
    assert places == [Interval("chr1", 100, 200), Interval("chr1", 150, 151)]
    assert said.texts("info")[-1] == "Region 2 is marked: chr1:151-151."


def test_that_changes_can_be_taken_back_one_by_one(opened: Workspace) -> None:
    regions = opened.regions
    regions.restore([at(0, 9, "a"), at(10, 19, "b"), at(20, 29, "c")])
    first = regions.all
    regions.move([2, 0], 2)
    assert [r.name for r in regions.all] == ["b", "a", "c"]
    regions.change(0, note="two\nlines")
    assert regions.all[0].note == "two\nlines"
    regions.remove([1, 2])
    assert [r.name for r in regions.all] == ["b"]
    for _ in range(3):
        assert regions.can_undo
        regions.undo()
    assert regions.all == first
    regions.undo()
    regions.undo()
    assert regions.all == ()
    assert not regions.can_undo


def test_that_a_region_moves_to_the_end_and_to_the_front(opened: Workspace) -> None:
    regions = opened.regions
    regions.restore([at(0, 9, "a"), at(10, 19, "b"), at(20, 29, "c")])
    regions.move([0], 3)
    assert [r.name for r in regions.all] == ["b", "c", "a"]
    regions.move([1, 2], 0)
    assert [r.name for r in regions.all] == ["c", "a", "b"]


def test_that_the_shortest_region_under_a_base_is_found(opened: Workspace) -> None:
    regions = opened.regions
    regions.restore([at(0, 90, "wide"), at(10, 20, "narrow"), at(50, 60, "other")])
    assert regions.at("chr1", 15) == 1
    assert regions.at("chr1", 20) == 0
    assert regions.at("chr1", 90) is None
    shown = regions.within(Interval("chr1", 19, 21))
    assert [index for index, _ in shown] == [0, 1]


def test_that_regions_come_back_with_their_genome(
    opened: Workspace, files: Files, said: Said
) -> None:
    regions = opened.regions
    regions.add(Interval("chr1", 5, 9), name="kept", note="why")
    before = regions.all
    opened.set_genome(Reference.open(files.other_genome))
    assert regions.all == ()
    assert not regions.can_undo
    regions.add(Interval("chrX", 1, 2), name="of the other")
    opened.set_genome(None)
    assert regions.all == ()
    again = Workspace()
    again.set_genome(Reference.open(files.genome))
    assert again.regions.all == before
    again.set_genome(None)
    assert len(list((paths.data() / "regions").iterdir())) == 2
    assert said.texts("warning") == []


def test_that_a_damaged_list_is_put_aside_and_told(
    opened: Workspace, files: Files, said: Said
) -> None:
    opened.regions.add(Interval("chr1", 5, 9), name="kept")
    (home,) = (paths.data() / "regions").iterdir()
    text = home.read_text() + "chr1\tx\t3\n"
    home.write_text(text)
    opened.set_genome(None)
    opened.set_genome(Reference.open(files.genome))
    assert [r.name for r in opened.regions.all] == ["kept"]
    assert "line 3: start or end is no number" in said.texts("warning")[0]
    opened.regions.add(Interval("chr1", 50, 90))
    assert home.with_suffix(".damaged.bed").read_text() == text


TEXT = st.text(max_size=12)
REGION = st.builds(
    lambda start, size, name, note, colour: at(start, start + size, name, note, colour),
    st.integers(0, 500),
    st.integers(1, 100),
    TEXT,
    TEXT,
    st.sampled_from(["", "#0a80ff", "#000001"]),
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(REGION, max_size=5))
def test_that_what_is_written_comes_back_exactly(
    opened: Workspace, tmp_path: Path, made: list[Region]
) -> None:
    genome = opened.genome
    assert genome is not None
    path = tmp_path / "regions.bed"
    path.write_bytes(bed_text(made).encode("utf-8"))
    found = read_bed(path, genome)
    assert list(found.regions) == made
    assert not found.refused
    assert bed_text(found.regions).encode() == path.read_bytes()


def test_that_written_regions_are_plain_bed() -> None:
    assert bed_text([at(9, 20, "one"), at(30, 40)]) == (
        f"{MARK}\nchr1\t9\t20\tone\nchr1\t30\t40\t.\n"
    )
    assert bed_text([at(9, 20, "a", "50 %\tof it", "#0a80ff")]).splitlines()[1] == (
        "chr1\t9\t20\ta\t0\t.\t9\t20\t10,128,255\t50 %25%09of it"
    )


def test_that_files_of_others_are_read(opened: Workspace, tmp_path: Path) -> None:
    genome = opened.genome
    assert genome is not None
    path = tmp_path / "theirs.bed.gz"
    text = (
        'browser position chr1\ntrack name="x"\n#a remark\n\n'
        "1\t9\t20\t50%25GC\n"
        "chr1 30 40 spaced\r\n"
        "chr1\t50\t60\tscored\t900\n"
        "chr1\t70\t80\tnoted\tlook at this\n"
        "chr1\t90\t99\tred\t0\t+\t90\t99\t255,0,0\n"
        "chr1\t90\t99\t.\t0\t+\t90\t99\t0\t2\t4,4\t0,5\n"
    )
    path.write_bytes(gzip.compress(text.encode()))
    assert read_bed(path, genome).regions == (
        at(9, 20, "50%25GC"),
        at(30, 40, "spaced"),
        at(50, 60, "scored"),
        at(70, 80, "noted", "look at this"),
        at(90, 99, "red", "", "#ff0000"),
        at(90, 99),
    )


def test_that_bad_lines_are_told_with_their_numbers(
    opened: Workspace, tmp_path: Path, said: Said
) -> None:
    path = tmp_path / "mixed.bed"
    path.write_text(
        "chr1\t1\t5\tgood\nchr1\t7\nchr1\ta\t9\nchr1\t9\t9\nchr7\t1\t2\n"
        "chr1\t500\t601\n"
    )
    assert opened.regions.read(path) == 1
    (words,) = said.texts("warning")
    assert words.startswith("mixed.bed: 5 lines left out: line 2: 2 columns of 3; ")
    for part in (
        "line 3: start or end is no number",
        "line 4: the end, 9, is not behind the start, 9",
        "line 5: the genome has no contig chr7",
        "line 6: chr1:501-601 is not on chr1 of 600 bp",
    ):
        assert part in words
    assert opened.regions.read(path) == 0
    path.write_text("chr1\tx\ty\n" * 50)
    with pytest.raises(InputError, match="and 10 more") as caught:
        opened.regions.read(path)
    assert "line 40:" in caught.value.what


def test_that_chosen_regions_are_written_and_failures_are_told(
    opened: Workspace, tmp_path: Path
) -> None:
    regions = opened.regions
    regions.restore([at(0, 9, "a"), at(10, 19, "b")])
    regions.write(tmp_path / "one.bed", [1])
    assert (tmp_path / "one.bed").read_text() == f"{MARK}\nchr1\t10\t19\tb\n"
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        regions.write(tmp_path / "file" / "out.bed")
    with pytest.raises(InputError, match="cannot be read"):
        regions.read(tmp_path / "gone.bed")


def test_that_regions_need_a_genome(workspace: Workspace, tmp_path: Path) -> None:
    assert workspace.regions.add_view() is None
    with pytest.raises(InputError, match="none is open"):
        workspace.regions.read(tmp_path / "x.bed")
