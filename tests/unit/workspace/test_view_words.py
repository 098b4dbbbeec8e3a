from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gfm_desktop.errors import OptionError
from gfm_desktop.workspace.lane_book import LaneLook
from gfm_desktop.workspace.track_files import TrackKind
from gfm_desktop.workspace.view_words import lane_words, show_lanes
from gfm_desktop.workspace.workspace import Workspace


@pytest.fixture
def browsed() -> Workspace:
    workspace = Workspace()
    workspace.lanes.admit(["sequence", "genes", "variants"])
    for path in ("a/depth.bw", "b/depth.bw", "a/peaks, new.bed"):
        kind = TrackKind.SIGNAL if path.endswith("bw") else TrackKind.FEATURES
        file = workspace.track_files.add(kind, Path(path))
        workspace.lanes.admit([file.key])
    return workspace


def test_that_words_name_lanes_by_their_files_and_tell_what_differs(
    browsed: Workspace,
) -> None:
    lanes = browsed.lanes
    lanes.change("genes", hidden=True)
    lanes.change("variants", size=1.6, title="A=1, %")
    lanes.change("signal-1", low=0.0, high=12.5, colour="#d55e00")
    assert lane_words(browsed) == [
        "sequence",
        "variants,size=1.6,title=A%3D1%2C %25",
        "a/depth.bw,colour=#d55e00,low=0.0,high=12.5",
        "b/depth.bw",
        "peaks%2C new.bed",
    ]


looks = st.builds(
    dict,
    size=st.sampled_from([0.7, 1.0, 1.6]),
    title=st.text(max_size=8),
    colour=st.sampled_from(["", "#d55e00"]),
    style=st.sampled_from(["", "bars"]),
    low=st.none() | st.floats(-1e6, 1e6),
    high=st.none() | st.floats(-1e6, 1e6),
    hidden=st.booleans(),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chosen=st.lists(looks, min_size=6, max_size=6), order=st.permutations(range(6)))
def test_that_words_show_the_same_lanes_again(
    browsed: Workspace, chosen: list[dict[str, object]], order: list[int]
) -> None:
    keys = sorted(browsed.lanes.order)
    browsed.lanes.restore(
        LaneLook(keys[i], **chosen[i])  # type: ignore[arg-type]
        for i in order
    )
    shown = [look for look in browsed.lanes.looks if not look.hidden]
    words = lane_words(browsed)
    browsed.lanes.restore(LaneLook(key, size=9.0) for key in reversed(keys))
    show_lanes(browsed, words)
    assert [look for look in browsed.lanes.looks if not look.hidden] == shown
    assert len(browsed.lanes.looks) == 6


def test_that_all_that_is_wrong_is_told_at_once_and_nothing_changes(
    browsed: Workspace,
) -> None:
    before = browsed.lanes.looks
    with pytest.raises(OptionError) as caught:
        show_lanes(browsed, ["cats", "genes,size=big,legs=4", "sequence,summary=x"])
    words = caught.value.what
    assert "There is no track cats (there are sequence, genes" in words
    assert "genes: size is a number, not 'big'" in words
    assert "genes: legs cannot be set" in words
    assert "sequence: summary is one of whiskers, mean, max, min, not 'x'" in words
    assert browsed.lanes.looks == before
