from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.reference import Reference
from gfm_desktop.workspace.places import MOST_LOCI, Places
from gfm_desktop.workspace.workspace import SHORTEST_VIEW, Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

A = Interval("chr1", 100, 300)
B = Interval("chr2", 50, 150)
C = Interval("chr1", 500, 900)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    fasta = tmp_path / "genome.fa"
    fasta.write_text(f">chr1\n{'ACGT' * 250}\n>chr2\n{'GATT' * 50}\n")
    workspace = Workspace()
    workspace.set_genome(Reference.open(fasta))
    yield workspace
    workspace.set_genome(None)


def test_that_loci_of_several_contigs_lie_side_by_side(workspace: Workspace) -> None:
    told: list[str] = []
    workspace.loci_changed.connect(lambda: told.append("loci"))
    workspace.locus_changed.connect(lambda locus: told.append(str(locus)))
    workspace.set_loci((A, B), active=1)
    assert workspace.loci == (A, B)
    assert (workspace.active, workspace.locus) == (1, B)
    assert told == ["loci", str(B)]


def test_that_going_somewhere_moves_the_active_locus_alone(
    workspace: Workspace,
) -> None:
    workspace.set_loci((A, B, C), active=2)
    workspace.go_to(Interval("chr1", 10, 60))
    assert workspace.loci == (A, B, Interval("chr1", 10, 60))
    workspace.activate(0)
    workspace.go_to(Interval("chr2", 0, 40))
    assert workspace.loci == (Interval("chr2", 0, 40), B, Interval("chr1", 10, 60))


def test_that_back_and_forward_are_about_all_loci(workspace: Workspace) -> None:
    start = workspace.loci
    workspace.set_loci((A, B), active=1)
    workspace.go_to(Interval("chr2", 0, 90))
    workspace.close_locus(0)
    assert workspace.loci == (Interval("chr2", 0, 90),)
    workspace.go_back()
    assert (workspace.loci, workspace.active) == ((A, Interval("chr2", 0, 90)), 1)
    workspace.go_back()
    assert (workspace.loci, workspace.active) == ((A, B), 1)
    workspace.go_back()
    assert workspace.loci == start
    for _ in range(5):
        workspace.go_forward()
    assert workspace.loci == (Interval("chr2", 0, 90),)


def test_that_making_a_locus_active_is_no_step_of_the_history(
    workspace: Workspace,
) -> None:
    before = workspace.loci
    workspace.set_loci((A, B))
    told: list[Interval] = []
    workspace.locus_changed.connect(told.append)
    workspace.activate(1)
    workspace.activate(7)
    assert told == [B]
    workspace.go_back()
    assert workspace.loci == before


@pytest.mark.parametrize(
    ("active", "closed", "then"), [(0, 0, B), (2, 0, C), (2, 2, B), (1, 2, B)]
)
def test_that_the_active_locus_stays_when_another_is_closed(
    workspace: Workspace, active: int, closed: int, then: Interval
) -> None:
    workspace.set_loci((A, B, C), active)
    workspace.close_locus(closed)
    assert len(workspace.loci) == 2
    assert workspace.locus == then


def test_that_the_last_locus_cannot_be_closed(workspace: Workspace) -> None:
    before = workspace.loci
    workspace.close_locus(0)
    assert workspace.loci == before
    assert Places((A,)).without(0) == Places((A,))


def test_that_loci_are_fitted_and_unknown_contigs_left_out(
    workspace: Workspace,
) -> None:
    wanted = (Interval("chrX", 0, 9), Interval("chr1", 995, 996), B)
    workspace.set_loci(wanted, active=9)
    assert [len(locus) for locus in workspace.loci] == [SHORTEST_VIEW, 100]
    assert workspace.locus == B
    workspace.set_loci((Interval("chrX", 0, 9),))
    assert workspace.locus == B


def test_that_more_loci_than_can_be_read_are_told(workspace: Workspace) -> None:
    said: list[str] = []
    workspace.message.connect(lambda level, text: said.append(f"{level}: {text}"))
    many = [Interval("chr1", n * 20, n * 20 + 20) for n in range(MOST_LOCI + 3)]
    workspace.set_loci(many)
    assert workspace.loci == tuple(many[:MOST_LOCI])
    assert said == ["warning: 15 loci: the first 12 are shown."]


def test_that_a_drag_is_one_step_of_its_own_locus(workspace: Workspace) -> None:
    workspace.set_loci((A, B), active=0)
    began = workspace.locus
    for start in (110, 120, 130):
        workspace.go_to(Interval("chr1", start, start + 200), remember=False)
    workspace.remember_locus(began)
    workspace.go_back()
    assert workspace.loci == (A, B)


def test_that_another_genome_begins_with_one_locus(
    workspace: Workspace, tmp_path: Path
) -> None:
    workspace.set_loci((A, B))
    fasta = tmp_path / "other.fa"
    fasta.write_text(f">one\n{'ACGT' * 10}\n")
    workspace.set_genome(Reference.open(fasta))
    assert workspace.loci == (Interval("one", 0, 40),)
    workspace.go_back()
    assert workspace.loci == (Interval("one", 0, 40),)
