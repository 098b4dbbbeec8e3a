"""A fine-tuned model's lane: a line for each class, in units of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF

from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.variant import Variant
from gfm_desktop.tracks.finetuned_prediction import TRACK
from gfm_desktop.tracks.prediction import Missing, TrackPrediction
from gfm_desktop.ui.browser.signal_scale import Extent, ScaleGroups
from gfm_desktop.ui.browser.track import View
from gfm_desktop.ui.browser.tracks.finetuned import (
    FOLDED,
    MOST_PANES,
    FineTunedTrack,
    limits,
)
from gfm_desktop.ui.theme import LIGHT
from gfm_desktop.workspace.prediction_region import Region, assemble
from gfm_desktop.workspace.prediction_state import Stage, State

if TYPE_CHECKING:
    from collections.abc import Callable

    from gfm_desktop.ui.browser.track import Track
    from gfm_desktop.ui.palette import Palette
    from gfm_desktop.workspace.workspace import Workspace

MINUS = "\N{MINUS SIGN}"


@dataclass
class Canned:
    """Answers as `Predictions` does, from what a test puts in."""

    tiles: list[TrackPrediction] = field(default_factory=list)
    overlays: list[TrackPrediction] = field(default_factory=list)
    now: State = field(default_factory=lambda: State(Stage.READY))
    model_name: str = "Mine"
    revision: int = 1
    active: bool = True
    card: Any = TRACK
    model: Any = field(default_factory=lambda: SimpleNamespace(available=True))

    def state(self, view: Interval) -> State:
        return self.now

    def overlay_state(self) -> State:
        return State(Stage.IDLE)

    def wanted(self, view: Interval) -> Interval | None:
        return view

    def has_some(self, view: Interval) -> bool:
        return True

    def region(self, view: Interval) -> Region:
        return assemble(view, self.tiles, self.overlays)

    def set_active(self, active: bool) -> None:
        self.active = active


def predicted(
    *, alt: bool = False, classes: int = 2, limited: bool = True
) -> TrackPrediction:
    """Return classes that differ at chr1:1,041-1,060, in bins of 20 bp."""
    signals = {}
    for number in range(classes):
        values = np.full(10, 0.1 * number, np.float32)
        values[2] = 0.9 - 0.1 * number
        values[5] = np.nan
        signals[f"class_{number}"] = values
    changed = {name: v + np.float32(0.05) for name, v in signals.items()}
    return TrackPrediction(
        Interval("chr1", 1_000, 1_200),
        signals,
        changed if alt else None,
        Variant("chr1", 1_050, "A", "G") if alt else None,
        kind=TRACK.name,
        how="bins of 20 bp",
        step=20,
        titles={name: f"type {name[-1]}" for name in signals},
        units="probability, 0 to 1" if limited else "learnt value",
        limits=(0.0, 1.0) if limited else None,
        missing=(Missing(1_100, 1_120, "too many unknown bases (N)"),),
    )


def track(workspace: Workspace, predictions: Canned) -> FineTunedTrack:
    return FineTunedTrack(workspace, predictions)  # type: ignore[arg-type]


def rect(height: float = 200.0) -> QRectF:
    return QRectF(0, 0, 1000, height)


def test_that_every_class_has_a_pane_with_its_title_and_scale(
    workspace: Workspace, view: Callable[..., View]
) -> None:
    lane = track(workspace, Canned([predicted()]))
    shown = view(1_000, 1_200)
    assert [name for name, _ in lane.panes(rect(), shown)] == ["class_0", "class_1"]
    marks = [mark.text for mark in lane.axis(rect(), shown)]
    assert marks == ["type 0", "1", "0", "type 1", "1", "0"]
    assert lane.height(shown) > FOLDED
    assert lane.subtitle(shown) == "Mine"
    assert lane.legend(shown)[:2] == [
        ("bins of 20 bp", ""),
        ("probability, 0 to 1", ""),
    ]


def test_that_of_many_classes_the_highest_are_shown(
    workspace: Workspace, view: Callable[..., View]
) -> None:
    lane = track(workspace, Canned([predicted(classes=9)]))
    names = lane.shown(view(1_000, 1_200))
    assert len(names) == MOST_PANES
    assert names == sorted(names)
    assert "class_0" in names
    assert "class_4" not in names


def test_that_values_without_limits_get_the_axis_that_they_need() -> None:
    values = np.array([-2, 3, np.nan], np.float32)
    shown = TrackPrediction(Interval("c", 0, 3), {"value": values})
    assert limits(assemble(Interval("c", 0, 3), [shown], [])) == (-2.0, 3.0)
    flat = TrackPrediction(Interval("c", 0, 3), {"value": np.zeros(3, np.float32)})
    assert limits(assemble(Interval("c", 0, 3), [flat], [])) == (0.0, 1.0)


def test_that_the_mouse_reads_every_class_and_why_one_is_missing(
    workspace: Workspace, view: Callable[..., View]
) -> None:
    lane = track(workspace, Canned(overlays=[predicted(alt=True)]))
    shown = view(1_000, 1_200)
    hit = lane.hit(QPointF(50.5 * 5, 50), rect(), shown)
    assert hit is not None
    assert hit.tooltip.splitlines() == [
        "chr1:1,051",
        "type 0  REF 0.900  ALT 0.950  (+0.05)",
        "type 1  REF 0.800  ALT 0.850  (+0.05)",
    ]
    gap = lane.hit(QPointF(105.5 * 5, 50), rect(), shown)
    assert gap is not None
    assert gap.tooltip.splitlines()[-1] == "Too many unknown bases (N)"


def test_that_copied_values_are_those_of_the_arrays(
    workspace: Workspace, view: Callable[..., View]
) -> None:
    lines = (
        track(workspace, Canned([predicted()])).data(view(1_000, 1_200)).splitlines()
    )
    assert "chr1\t1041\ttype 0\t0.9\t" in lines
    assert len(lines) == 1 + 2 * 180


def test_that_without_any_such_model_the_lane_takes_no_room(
    workspace: Workspace, view: Callable[..., View]
) -> None:
    canned = Canned(now=State(Stage.IDLE, "No model."))
    canned.model.available = False
    assert track(workspace, canned).height(view(1_000, 1_200)) == 0
    canned.model.available = True
    assert track(workspace, canned).height(view(1_000, 1_200)) == FOLDED


@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize("filled", ["ref", "alt", "free", "empty"])
def test_that_every_state_paints_in_both_themes(
    workspace: Workspace,
    palette: Palette,
    painted: Callable[[Track, View], int],
    stage: Stage,
    filled: str,
) -> None:
    canned = Canned(now=State(stage, f"This is {stage}."))
    if filled == "ref":
        canned.tiles = [predicted()]
    elif filled != "empty":
        canned.overlays = [predicted(alt=True, limited=filled == "alt")]
    lane = track(workspace, canned)
    for span in ((1_000, 1_100), (900, 1_300), (0, 20_000), (0, 60_000)):
        shown = View(Interval("chr1", *span), 1000.0, palette)
        assert painted(lane, shown) > 1


def test_that_a_chromosome_is_never_put_together(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    canned = Canned(now=State(Stage.TOO_WIDE, "Zoom in."))
    monkeypatch.setattr(canned, "region", pytest.fail)
    shown = View(Interval("chr1", 0, 50_000_000), 1000.0, LIGHT)
    assert track(workspace, canned).height(shown) == FOLDED


def test_that_a_fixed_scale_takes_the_place_of_the_model_s_own(
    workspace: Workspace, view: Callable[..., View]
) -> None:
    lane = track(workspace, Canned([predicted()]))
    here = view(1000, 1200, 400.0)
    stamp = lane.stamp()
    workspace.lanes.change(lane.key, low=-1.0, high=3.0)
    marks = [mark.text for mark in lane.axis(rect(), here) if not mark.strong]
    assert marks == ["3", f"{MINUS}1"] * 2
    assert lane.stamp() != stamp


def test_that_a_group_shares_its_scale_with_other_lanes(
    workspace: Workspace, view: Callable[..., View]
) -> None:
    class Other:
        key = "signal-1"

        def extent(self, view: View) -> Extent | None:
            return Extent(0.0, 8.0)

    groups, other = ScaleGroups(workspace.lanes), Other()
    groups.join(other)
    predictions: Any = Canned([predicted()])
    lane = FineTunedTrack(workspace, predictions, groups)
    here = view(1000, 1200, 400.0)

    def ends() -> list[str]:
        return [mark.text for mark in lane.axis(rect(), here) if not mark.strong][:2]

    assert ends() == ["1", "0"]
    for key in (lane.key, other.key):
        workspace.lanes.change(key, group="a")
    assert ends() == ["8", "0"]
