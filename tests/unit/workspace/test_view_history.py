from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gfm_desktop.genome.interval import Interval
from gfm_desktop.workspace.lane_book import LaneLook
from gfm_desktop.workspace.opening import Opening
from gfm_desktop.workspace.view_history import PAUSE, ViewHistory

if TYPE_CHECKING:
    from conftest import Files, InlineRunner

    from gfm_desktop.workspace.workspace import Workspace


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def rest(self) -> None:
        self.now += 2 * PAUSE


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def opened(workspace: Workspace, inline: InlineRunner, files: Files) -> Workspace:
    workspace.lanes.admit(["a", "b", "c"])
    Opening(workspace, inline).open([files.genome])
    return workspace


@pytest.fixture
def history(opened: Workspace, clock: Clock) -> ViewHistory:
    return ViewHistory(opened, clock=clock)


def go(workspace: Workspace, start: int, size: int = 100) -> None:
    workspace.go_to(Interval("chr1", start, start + size))


def test_that_moves_and_settings_are_undone_in_their_order(
    opened: Workspace, history: ViewHistory, clock: Clock
) -> None:
    whole = opened.locus
    go(opened, 100)
    clock.rest()
    opened.lanes.change("a", colour="#ff0000")
    clock.rest()
    opened.lanes.move("c", "a")
    history.undo()
    assert opened.lanes.order == ("a", "b", "c")
    history.undo()
    assert opened.lanes.look("a") == LaneLook("a")
    assert opened.locus == Interval("chr1", 100, 200)
    history.undo()
    assert opened.locus == whole
    assert not history.can_undo
    for _ in range(3):
        history.redo()
    assert opened.lanes.order == ("c", "a", "b")
    assert opened.lanes.look("a").colour == "#ff0000"
    assert opened.locus == Interval("chr1", 100, 200)
    assert not history.can_redo


def test_that_a_burst_is_one_step_and_other_settings_are_others(
    opened: Workspace, history: ViewHistory, clock: Clock
) -> None:
    whole = opened.locus
    for start in range(0, 400, 10):
        go(opened, start)
        clock.now += PAUSE / 2
    history.undo()
    assert opened.locus == whole
    opened.lanes.change("a", size=1.6)
    opened.lanes.change("b", size=1.6)
    history.undo()
    assert (opened.lanes.look("a").size, opened.lanes.look("b").size) == (1.6, 1.0)


def test_that_a_burst_can_be_ended(opened: Workspace, history: ViewHistory) -> None:
    go(opened, 100)
    history.rest()
    go(opened, 200)
    history.undo()
    assert opened.locus == Interval("chr1", 100, 200)


def test_that_a_new_change_ends_what_could_be_redone(
    opened: Workspace, history: ViewHistory, clock: Clock
) -> None:
    go(opened, 100)
    history.undo()
    assert history.can_redo
    clock.rest()
    go(opened, 300)
    assert not history.can_redo
    history.redo()
    assert opened.locus == Interval("chr1", 300, 400)


def test_that_several_loci_come_back(
    opened: Workspace, history: ViewHistory, clock: Clock
) -> None:
    pair = (Interval("chr1", 0, 50), Interval("chr1", 100, 150))
    opened.set_loci(pair)
    clock.rest()
    opened.activate(1)
    opened.close_locus(0)
    assert len(opened.loci) == 1
    history.undo()
    assert opened.loci == pair


def test_that_lanes_of_files_are_no_steps_and_stay(
    opened: Workspace, history: ViewHistory, clock: Clock
) -> None:
    opened.lanes.change("b", hidden=True)
    clock.rest()
    opened.lanes.admit(["signal-1"])
    opened.lanes.move("signal-1", "b")
    clock.rest()
    history.undo()
    assert not history.can_undo
    assert opened.lanes.order == ("a", "signal-1", "b", "c")
    assert not opened.lanes.look("b").hidden
    opened.lanes.forget("signal-1")
    history.redo()
    assert opened.lanes.look("b").hidden
    assert opened.lanes.order == ("a", "b", "c")
    clock.rest()
    opened.lanes.admit(["signal-2"])
    clock.rest()
    opened.lanes.move("signal-2", "a")
    history.undo()
    assert opened.lanes.order == ("a", "b", "c", "signal-2")


def test_that_another_genome_begins_a_new_history(
    opened: Workspace, history: ViewHistory, inline: InlineRunner, files: Files
) -> None:
    go(opened, 100)
    Opening(opened, inline).open([files.other_genome])
    assert not history.can_undo
    history.undo()
    assert opened.locus.contig == "chrX"


def test_that_a_project_begins_where_it_was_left(
    workspace: Workspace, inline: InlineRunner, files: Files, clock: Clock
) -> None:
    history = ViewHistory(workspace, clock=clock)
    Opening(workspace, inline).open([files.genome], locus="chr1:101-200")
    left = workspace.locus
    assert str(left) == "chr1:101-200"
    assert not history.can_undo
    clock.rest()
    go(workspace, 300)
    history.undo()
    assert workspace.locus == left
    assert not history.can_undo


def test_that_changes_are_told(opened: Workspace, history: ViewHistory) -> None:
    told: list[tuple[bool, bool]] = []
    history.changed.connect(lambda: told.append((history.can_undo, history.can_redo)))
    go(opened, 100)
    history.undo()
    history.redo()
    assert told == [(True, False), (False, True), (True, False)]


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("go"), st.integers(0, 500), st.integers(20, 100)),
        st.tuples(st.just("split"), st.integers(0, 500), st.integers(0, 500)),
        st.tuples(st.just("move"), st.sampled_from("abc"), st.sampled_from("abc")),
        st.tuples(st.just("hide"), st.sampled_from("abc"), st.booleans()),
        st.tuples(st.just("size"), st.sampled_from("abc"), st.sampled_from([0.7, 1.6])),
        st.tuples(st.just("high"), st.sampled_from("abc"), st.integers(1, 3)),
        st.tuples(st.just("rest"), st.none(), st.none()),
    ),
    max_size=25,
)


def act(workspace: Workspace, clock: Clock, step: tuple[str, object, object]) -> None:
    name, one, two = step
    match name:
        case "go":
            go(workspace, int(str(one)), int(str(two)))
        case "split":
            starts = (int(str(one)), int(str(two)))
            workspace.set_loci([Interval("chr1", s, s + 50) for s in starts])
        case "move":
            workspace.lanes.move(str(one), str(two))
        case "hide":
            workspace.lanes.change(str(one), hidden=two)
        case "size":
            workspace.lanes.change(str(one), size=two)
        case "high":
            workspace.lanes.change(str(one), high=float(str(two)))
        case "rest":
            clock.rest()


@given(steps=STEPS)
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_that_undo_then_redo_is_the_identity_and_undo_reaches_the_beginning(
    opened: Workspace, steps: list[tuple[str, object, object]]
) -> None:
    opened.lanes.restore([LaneLook(key) for key in "abc"])
    opened.set_loci([Interval("chr1", 0, 600)])
    clock = Clock()
    history = ViewHistory(opened, clock=clock)

    def seen() -> object:
        return opened.loci, opened.lanes.looks

    first = seen()
    for step in steps:
        act(opened, clock, step)
    last, undone = seen(), [seen()]
    while history.can_undo:
        before = seen()
        history.undo()
        after = seen()
        history.redo()
        assert seen() == before
        history.undo()
        assert seen() == after
        undone.append(after)
    assert seen() == first
    while history.can_redo:
        assert seen() == undone.pop()
        history.redo()
    assert seen() == last
