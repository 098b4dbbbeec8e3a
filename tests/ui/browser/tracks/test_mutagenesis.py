"""The heatmap of substitutions: cells where and as strong as the numbers say."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from gfm_desktop.errors import GfmError
from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.variant import Variant
from gfm_desktop.tracks.mutagenesis import EFFECTS, IMPORTANCE, TRACK, signals_of
from gfm_desktop.tracks.prediction import Missing, TrackPrediction
from gfm_desktop.ui.browser import heatmap_geometry, heatmap_paint, logo_paint
from gfm_desktop.ui.browser.heatmap_geometry import BLANK, OWN, SHADES, WAITING
from gfm_desktop.ui.browser.heatmap_summary import summary
from gfm_desktop.ui.browser.track import View
from gfm_desktop.ui.browser.tracks.mutagenesis import MutagenesisTrack
from gfm_desktop.ui.theme import DARK, LIGHT
from gfm_desktop.workspace.hypothetical import is_hypothetical
from gfm_desktop.workspace.prediction_region import Region, assemble
from gfm_desktop.workspace.prediction_state import Stage, State

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QApplication

    from gfm_desktop.ui.browser.track import Track
    from gfm_desktop.ui.palette import Palette
    from gfm_desktop.workspace.workspace import Workspace

START, END = 1_000, 1_050
MINUS = "\N{MINUS SIGN}"


@dataclass
class Canned:
    """Answers as `Predictions` does, from what a test puts in."""

    tiles: list[TrackPrediction] = field(default_factory=list)
    now: State = field(default_factory=lambda: State(Stage.READY))
    model_name: str = "Toy"
    model: Any = field(default_factory=lambda: type("Model", (), {"id": "toy"})())
    revision: int = 1
    card: Any = TRACK
    asked: list[Interval] = field(default_factory=list)
    refusal: str = ""
    view: Interval | None = None

    def state(self, view: Interval) -> State:
        return self.now

    def wanted(self, view: Interval) -> Interval | None:
        return view if self.now.stage is Stage.WAITING else None

    def has_some(self, view: Interval) -> bool:
        return True

    def region(self, view: Interval) -> Region:
        return assemble(view, self.tiles, [], [*EFFECTS, IMPORTANCE])

    def overlay_state(self) -> State:
        return State(Stage.IDLE)

    def predict_here(self, region: Interval) -> None:
        if self.refusal:
            raise GfmError(self.refusal)
        self.asked.append(region)


def predicted(bases: str, part: tuple[int, int] = (1, 0)) -> TrackPrediction:
    """Lose 0.9 at 1,010 whatever comes there, gain 0.5 with one base at 1,020."""
    letters = bases[START:END]
    table = np.full((END - START, 4), np.nan)
    for at, base in enumerate(letters):
        if (START + at) % part[0] != part[1] or at == 30:
            continue
        table[at] = {10: -0.9, 20: 0.01}.get(at, 0.001)
        table[at, "ACGT".index(base)] = 0.0
    table[20, other(bases, 1_020)] *= 50
    return TrackPrediction(
        Interval("chr1", START, END),
        signals_of(table),
        kind=TRACK.name,
        how="Toy score",
        units="change of probability, 0 to 1; below 0 for a loss",
        missing=(Missing(1_030, 1_031, "outside every annotated gene"),),
        letters=letters,
        told=part,
    )


def other(bases: str, position: int) -> int:
    """Return the row of a base that is not the genome's."""
    return 0 if bases[position] != "A" else 1


def track(workspace: Workspace, predictions: Canned) -> MutagenesisTrack:
    return MutagenesisTrack(workspace, predictions)  # type: ignore[arg-type]


def rect(height: float = 160.0) -> QRectF:
    return QRectF(0, 0, 1000, height)


def point_of(lane: MutagenesisTrack, view: View, position: int, row: int) -> QPointF:
    """Return the middle of a cell."""
    shown = lane.panes(rect(), view)
    assert shown is not None
    x = (position - view.interval.start + 0.5) * view.scale
    return QPointF(x, shown.top + (row + 0.5) * shown.row)


def test_that_columns_stand_under_the_bases_of_the_sequence(
    workspace: Workspace, view: Callable[..., View], bases: str
) -> None:
    lane, shown = track(workspace, Canned([predicted(bases)])), view(START, END)
    scene = lane.scene(shown)
    assert scene is not None
    assert scene.image is not None
    assert (scene.image.width(), scene.image.height()) == (END - START, 4)
    panes = lane.panes(rect(), shown)
    assert panes is not None
    assert panes.top > panes.logo.bottom
    assert panes.bottom <= 160
    for position in (START, 1_017, END - 1):
        for row in range(4):
            point = point_of(lane, shown, position, row)
            cell = heatmap_geometry.cell_at(
                scene.effects, panes, shown, point.x(), point.y()
            )
            assert cell == (position - START, row)
    above = heatmap_geometry.cell_at(scene.effects, panes, shown, 5, panes.top - 1)
    assert above is None


def test_that_colours_are_symmetric_and_the_own_base_has_none(
    workspace: Workspace, view: Callable[..., View], bases: str
) -> None:
    lane, shown = track(workspace, Canned([predicted(bases)])), view(START, END)
    scene = lane.scene(shown)
    assert scene is not None
    numbers = heatmap_geometry.shades(scene.effects, 0.9, shown)
    for at, base in enumerate(bases[START:END]):
        own = "ACGT".index(base)
        if at == 30:
            assert (numbers[:, at] == BLANK).all()
            continue
        assert numbers[own, at] == OWN
        rest = np.delete(numbers[:, at], own)
        if at == 10:
            assert (rest == 0).all()
        elif at != 20:
            assert (rest == SHADES).all()
    assert numbers[other(bases, 1_020), 20] == SHADES + round(0.5 / 0.9 * SHADES)
    strong = heatmap_geometry.shade_of(np.array([0.9, -0.9, 5, -5, 0], np.float32), 0.9)
    assert strong.tolist() == [2 * SHADES, 0, 2 * SHADES, 0, SHADES]


def test_that_the_scale_ends_at_the_99th_percentile_of_the_substitutions(
    workspace: Workspace, view: Callable[..., View], bases: str
) -> None:
    lane, shown = track(workspace, Canned([predicted(bases)])), view(START, END)
    scene = lane.scene(shown)
    assert scene is not None
    found = predicted(bases)
    sizes = [
        abs(float(found.ref[key][at]))
        for at, base in enumerate(bases[START:END])
        for key, letter in zip(EFFECTS, "ACGT", strict=True)
        if letter != base and at != 30
    ]
    assert len(sizes) == 3 * 49
    assert scene.scales.limit == pytest.approx(np.percentile(sizes, 99))
    workspace.lanes.change("mutagenesis", low=-0.25, high=0.25)
    fixed = lane.scene(shown)
    assert fixed is not None
    assert fixed.scales.limit == 0.25


def test_that_painted_cells_have_the_colour_of_their_effect(
    workspace: Workspace, bases: str, palette: Palette, qapp: QApplication
) -> None:
    lane = track(workspace, Canned([predicted(bases)]))
    workspace.lanes.change("mutagenesis", low=-0.9, high=0.9)
    shown = View(Interval("chr1", START, END), 1000.0, palette)
    image = QImage(1000, 160, QImage.Format.Format_RGB32)
    image.fill(QColor(palette.surface))
    with QPainter(image) as painter:
        lane.paint(painter, rect(), shown)
    own = "ACGT".index(bases[1_010])
    for row in range(4):
        point = point_of(lane, shown, 1_010, row)
        # Beside the dot in the middle.
        found = image.pixelColor(int(point.x()) + 7, int(point.y()) + 2)
        assert (found == QColor(palette.loss)) == (row != own)


def test_that_importance_stands_as_high_as_it_is_with_the_own_letter(
    workspace: Workspace, view: Callable[..., View], bases: str
) -> None:
    lane, shown = track(workspace, Canned([predicted(bases)])), view(START, END)
    scene, panes = lane.scene(shown), lane.panes(rect(), shown)
    assert scene is not None
    assert panes is not None
    assert scene.letters is not None
    own = "ACGT".index(bases[1_010])
    (box,) = (
        one
        for one in logo_paint.boxes(panes.logo, shown, scene.letters, own)
        if one.center().x() == pytest.approx(10.5 * 20)
    )
    # Three losses of 0.9 and the base itself, centred on their mean.
    assert box.top() == pytest.approx(panes.logo.y(0.675), abs=1e-4)
    assert box.bottom() == pytest.approx(panes.logo.y(0.0), abs=1e-4)
    at = 20
    base = "ACGT".index(bases[1_020])
    (low,) = (
        one
        for one in logo_paint.boxes(panes.logo, shown, scene.letters, base)
        if one.center().x() == pytest.approx((at + 0.5) * 20)
    )
    assert low.top() == pytest.approx(panes.logo.y(0.0), abs=1e-4)
    assert low.bottom() == pytest.approx(panes.logo.y(-(0.5 + 0.02) / 4), abs=1e-4)


def test_that_a_click_on_a_cell_selects_that_variant(
    workspace: Workspace, view: Callable[..., View], bases: str
) -> None:
    lane, shown = track(workspace, Canned([predicted(bases)])), view(START, END)
    row = other(bases, 1_020)
    hit = lane.hit(point_of(lane, shown, 1_020, row), rect(), shown)
    assert hit is not None
    assert hit.chosen is not None
    assert "chr1:1,021" in hit.tooltip
    assert f"{bases[1_020]} → {'ACGT'[row]}" in hit.tooltip
    assert "+0.5" in hit.tooltip
    before = workspace.locus
    hit.chosen()
    assert workspace.selection is not None
    assert workspace.selection.variant == Variant(
        "chr1", 1_020, bases[1_020], "ACGT"[row]
    )
    assert is_hypothetical(workspace.selection)
    assert workspace.selection.reason == (
        "Toy, toy score: effect +0.5 (change of probability)"
    )
    assert workspace.locus == before


def test_that_the_own_base_cannot_be_opened(
    workspace: Workspace, view: Callable[..., View], bases: str
) -> None:
    lane, shown = track(workspace, Canned([predicted(bases)])), view(START, END)
    own = "ACGT".index(bases[1_010])
    hit = lane.hit(point_of(lane, shown, 1_010, own), rect(), shown)
    assert hit is not None
    assert hit.chosen is None
    assert f"the genome has {bases[1_010]}" in hit.tooltip
    assert hit.tooltip.count(f"{MINUS}0.90") == 3
    assert "Importance +0.6" in hit.tooltip


def test_that_a_base_without_effects_says_why(
    workspace: Workspace, view: Callable[..., View], bases: str
) -> None:
    lane, shown = track(workspace, Canned([predicted(bases)])), view(START, END)
    hit = lane.hit(point_of(lane, shown, 1_030, 2), rect(), shown)
    assert hit is not None
    assert hit.tooltip == "Outside every annotated gene"
    assert hit.chosen is None


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_that_what_is_not_there_yet_looks_like_no_effect_at_all(
    palette: Palette,
) -> None:
    def colourful(colour: QColor) -> int:
        parts = (colour.red(), colour.green(), colour.blue())
        return max(parts) - min(parts)

    shades = heatmap_paint.colours(palette)
    waiting, slight = (
        QColor.fromRgba(int(shades[number])) for number in (WAITING, SHADES - 8)
    )
    # Blue or orange, however pale, would be a small effect.
    assert colourful(waiting) <= colourful(QColor(palette.grid)) < colourful(slight)


def test_that_what_is_not_there_yet_is_tinted_and_told_in_percent(
    workspace: Workspace, view: Callable[..., View], bases: str
) -> None:
    coarse = Canned([predicted(bases, (8, 0))], State(Stage.WAITING, "Predicting"))
    lane, shown = track(workspace, coarse), view(START, END)
    scene = lane.scene(shown)
    assert scene is not None
    numbers = heatmap_geometry.shades(scene.effects, 1.0, shown)
    there = [at for at in range(END - START) if (START + at) % 8 == 0]
    waiting = (numbers == WAITING).all(axis=0)
    assert np.flatnonzero(~waiting).tolist() == there
    made = lane.made(shown)
    assert (made.model, made.how) == ("Toy", "Toy score")
    assert made.progress == f"{len(there) / (END - START):.0%} done"
    assert made.units == "change of probability"
    colours = heatmap_paint.colours(LIGHT)
    assert len({int(c) for c in colours[[SHADES, WAITING, BLANK, OWN]]}) == 4
    assert lane.hit(point_of(lane, shown, 1_001, 0), rect(), shown) is None
    assert lane.busy(shown)


def test_that_far_out_each_pixel_shows_its_extremes(
    workspace: Workspace, bases: str
) -> None:
    lane = track(workspace, Canned([predicted(bases)]))
    shown = View(Interval("chr1", 900, 1_900), 500.0, LIGHT)
    scene, panes = lane.scene(shown), lane.panes(rect(), shown)
    assert scene is not None
    assert panes is not None
    assert scene.pixels is not None
    found = scene.pixels
    pixel = np.flatnonzero(found.x == (1_010 - 900) // 2)
    assert found.low[pixel].tolist() == [np.float32(-0.9)]
    assert found.strongest[pixel].tolist() == [np.float32(-0.9)]
    assert panes.rows == 1
    hit = lane.hit(QPointF(60.5, 60), rect(), shown)
    assert hit is not None
    assert hit.chosen is not None
    assert "Strongest here: chr1:1,021" in hit.tooltip
    hit.chosen()
    assert workspace.selection is not None
    assert workspace.locus.start < 1_020 < workspace.locus.end
    assert len(workspace.locus) < 500


def test_that_a_drag_keeps_the_scale_and_moves_the_picture(
    workspace: Workspace, view: Callable[..., View], bases: str
) -> None:
    canned = Canned([predicted(bases)], view=Interval("chr1", START, END))
    lane = track(workspace, canned)
    rest = lane.scene(view(START, END))
    # Without the loss at 1,010, and half a screen wider on either side.
    moved, wide = lane.scene(view(1_015, 1_045)), lane.scene(view(985, 1_075))
    assert rest is not None
    assert moved is not None
    assert wide is not None
    assert rest.scales == moved.scales == wide.scales
    assert lane.shifts(view(1_015, 1_045))
    canned.now = State(Stage.WAITING, "Predicting")
    assert not lane.shifts(view(1_015, 1_045))
    canned.now = State(Stage.READY)
    assert lane.shifts(view(1_015, 1_045))
    assert lane.shifts(view(1_000, 3_500)), "a sentence is held, and nothing moves"
    assert lane.height(view(1_000, 3_500)) < 40


def test_that_a_stretch_is_summarised_in_a_few_lines(
    workspace: Workspace, view: Callable[..., View], bases: str
) -> None:
    lane = track(workspace, Canned([predicted(bases)]))
    effects = lane.effects(view(START, END))
    assert effects is not None
    lines = summary(effects, Interval("chr1", 1_008, 1_022)).splitlines()
    assert lines[0] == "chr1:1,009-1,022, 14 of 14 bases scored"
    letters = bases[1_008:1_022].lower()
    # The base that holds everything up is a capital.
    assert lines[1] == f"Bases: {letters[:2]}{letters[2].upper()}{letters[3:]}"
    mean = float(np.mean(effects.importance[8:22]))
    assert lines[2] == f"Mean importance {mean:+.3g}"
    assert lines[3].startswith(f"1,011 {bases[1_010]} → ")
    assert lines[3].endswith(f"{MINUS}0.9")
    assert lines[4].startswith(f"1,021 {bases[1_020]} → ")
    assert len(lines) == 6
    assert summary(effects, Interval("chr1", 1_030, 1_031)) == ""
    assert summary(effects, Interval("chr1", 5_000, 5_001)) == ""


def test_that_a_folded_lane_offers_to_begin(
    workspace: Workspace, view: Callable[..., View]
) -> None:
    words = "Click here to predict effects of substitutions (about 9 s)."
    canned = Canned(now=State(Stage.IDLE, words))
    lane, shown = track(workspace, canned), view(START, END)
    assert lane.height(shown) < 40
    assert lane.axis(rect(30), shown) == []
    hit = lane.hit(QPointF(300, 10), rect(30), shown)
    assert hit is not None
    assert hit.chosen is not None
    hit.chosen()
    assert canned.asked == [shown.interval]
    canned.refusal = "Too many."
    said: list[tuple[str, str]] = []
    workspace.message.connect(lambda level, text: said.append((level, text)))
    hit.chosen()
    assert said == [("warning", "Too many.")]
    canned.now = State(Stage.TOO_WIDE, "Zoom in.")
    assert lane.hit(QPointF(300, 10), rect(30), shown) is None


def test_that_copied_effects_are_those_of_the_arrays(
    workspace: Workspace, view: Callable[..., View], bases: str
) -> None:
    lane = track(workspace, Canned([predicted(bases)]))
    lines = lane.data(view(1_005, 1_035)).splitlines()
    assert lines[0].split("\t")[:4] == ["contig", "position", "ref", "a"]
    assert len(lines) == 1 + 30 - 1
    row = next(line.split("\t") for line in lines if line.startswith("chr1\t1011\t"))
    assert row[2] == bases[1_010]
    assert sorted(row[3:7]) == ["-0.9", "-0.9", "-0.9", "0"]
    assert row[7] == "0.675"


def test_that_a_scene_is_reckoned_once_for_each_of_a_few_views(
    workspace: Workspace, view: Callable[..., View], bases: str
) -> None:
    canned = Canned([predicted(bases)])
    lane = track(workspace, canned)
    views = [view(START, END), view(1_010, 1_040), view(1_000, 1_020)]
    scenes = [lane.scene(one) for one in views]
    assert [lane.scene(one) for one in views] == scenes
    canned.revision += 1
    assert lane.scene(views[0]) is not scenes[0]


@pytest.mark.parametrize("width", [500.0, 40.0])
def test_that_every_state_can_be_painted(
    workspace: Workspace,
    bases: str,
    palette: Palette,
    painted: Callable[[Track, View], int],
    width: float,
) -> None:
    shown = View(Interval("chr1", START, END), width, palette)
    full = track(workspace, Canned([predicted(bases)]))
    assert painted(full, shown) > 20
    empty = track(workspace, Canned(now=State(Stage.WAITING, "Predicting with Toy")))
    assert painted(empty, shown) > 1
    failed = track(workspace, Canned(now=State(Stage.FAILED, "It failed.")))
    assert painted(failed, shown) > 1
