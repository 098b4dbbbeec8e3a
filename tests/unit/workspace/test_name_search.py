from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gfm_desktop.genome.interval import Interval
from gfm_desktop.workspace.name_search import next_place, suggestions
from gfm_desktop.workspace.opening import Opening
from gfm_desktop.workspace.place_search import find_place

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Files, InlineRunner

    from gfm_desktop.workspace.workspace import Workspace


@pytest.fixture
def opened(
    workspace: Workspace, inline: InlineRunner, files: Files, tmp_path: Path
) -> Iterator[Workspace]:
    """Open the gene ONE, features One-a and Other, and mark the region Oneness."""
    bed = tmp_path / "peaks.bed"
    bed.write_text("chr1\t200\t220\tOne-a\nchr1\t400\t480\tOther\n")
    Opening(workspace, inline).open([files.genome, files.genes, bed])
    workspace.regions.add(Interval("chr1", 500, 560), name="Oneness")
    yield workspace
    workspace.regions.restore(())


def test_that_names_of_every_sort_are_suggested_best_first(opened: Workspace) -> None:
    found = suggestions(opened, "one")
    assert [(one.name, one.sort) for one in found] == [
        ("ONE", "gene"),
        ("Oneness", "region"),
        ("One-a", "feature"),
    ]
    assert found[2].source == opened.track_files.all[0].title
    assert [one.name for one in suggestions(opened, "chr")] == ["chr1"]
    assert len(suggestions(opened, "o", limit=2)) == 2


@pytest.mark.parametrize("text", ["", "  ", "chr1:5-10"])
def test_that_nothing_is_suggested_where_no_name_is_typed(
    opened: Workspace, text: str
) -> None:
    assert suggestions(opened, text) == []


def test_that_nothing_is_suggested_without_a_genome(workspace: Workspace) -> None:
    assert suggestions(workspace, "one") == []
    assert next_place(workspace, 1) is None


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [("Oneness", 440, 600), ("one-a", 180, 240), ("OTHER", 320, 560)],
)
def test_that_regions_and_features_are_gone_to_by_name(
    opened: Workspace, text: str, start: int, end: int
) -> None:
    assert find_place(opened, text).loci == (Interval("chr1", start, end),)


def test_that_walking_passes_what_the_end_of_the_contig_hides(
    opened: Workspace,
) -> None:
    opened.set_annotation(None)
    opened.go_to(Interval("chr1", 0, 100))
    seen = []
    while (view := next_place(opened, 1)) is not None:
        opened.go_to(view)
        seen.append((view.start, view.end))
    assert seen == [(160, 260), (390, 490)]
    opened.go_to(Interval("chr1", 0, 500))
    assert next_place(opened, 1) == Interval("chr1", 100, 600)
    opened.go_to(Interval("chr1", 100, 600))
    back = next_place(opened, -1)
    assert back == Interval("chr1", 0, 500)
