"""Expected bases on the canvas: letters where and as high as the numbers say."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF

from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.variant import Variant
from gfm_desktop.tracks.base_probability import BASES, ENTROPY, TRACK
from gfm_desktop.tracks.prediction import Missing, TrackPrediction
from gfm_desktop.ui.browser import logo_paint, logos
from gfm_desktop.ui.browser.track import View
from gfm_desktop.ui.browser.tracks.bases import FOLDED, BasesTrack
from gfm_desktop.ui.theme import LIGHT
from gfm_desktop.workspace.prediction_region import Region, assemble
from gfm_desktop.workspace.prediction_state import Stage, State

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QApplication

    from gfm_desktop.ui.browser.track import Track
    from gfm_desktop.ui.palette import Palette
    from gfm_desktop.workspace.workspace import Workspace

VARIANT = Variant("chr1", 1_020, "A", "G")
MINUS = "\N{MINUS SIGN}"


@dataclass
class Canned:
    """Answers as `Predictions` does, from what a test puts in."""

    tiles: list[TrackPrediction] = field(default_factory=list)
    overlays: list[TrackPrediction] = field(default_factory=list)
    now: State = field(default_factory=lambda: State(Stage.READY))
    selected: State = field(default_factory=lambda: State(Stage.IDLE))
    model_name: str = "Toy"
    revision: int = 1
    active: bool = True
    card: Any = TRACK

    def state(self, view: Interval) -> State:
        return self.now

    def overlay_state(self) -> State:
        return self.selected

    def wanted(self, view: Interval) -> Interval | None:
        return view

    def has_some(self, view: Interval) -> bool:
        return True

    def region(self, view: Interval) -> Region:
        return assemble(view, self.tiles, self.overlays, [*BASES, ENTROPY])

    def set_active(self, active: bool) -> None:
        self.active = active


def signals_of(chances: np.ndarray[Any, Any]) -> dict[str, Any]:
    """Return signals of probabilities of shape (bp, 4), NaN where a row has it."""
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = np.where(chances > 0, chances * np.log2(chances), 0 * chances)
    found = {name: chances[:, i].astype(np.float32) for i, name in enumerate(BASES)}
    found[ENTROPY] = -parts.sum(axis=1).astype(np.float32)
    return found


def predicted(start: int, end: int, *, alt: bool = False) -> TrackPrediction:
    """Expect A at chr1:1,011; with ALT a C there; nothing known at chr1:1,016."""
    even = np.full((end - start, 4), 0.25)
    even[1_010 - start] = (0.7, 0.1, 0.1, 0.1)
    even[1_015 - start] = np.nan
    other = even.copy()
    other[1_010 - start] = (0.1, 0.7, 0.1, 0.1)
    return TrackPrediction(
        Interval("chr1", start, end),
        signals_of(even),
        signals_of(other) if alt else None,
        VARIANT if alt else None,
        kind=TRACK.name,
        how="each base hidden in turn, mean of both strands",
        missing=(Missing(1_015, 1_016, "the genome's base is unknown here (N)"),),
        notes=("Caution: made up.",),
    )


def track(workspace: Workspace, predictions: Canned) -> BasesTrack:
    return BasesTrack(workspace, predictions)  # type: ignore[arg-type]


def rect(height: float = 300.0) -> QRectF:
    return QRectF(0, 0, 1000, height)


def test_that_letters_share_a_column_as_high_as_its_information() -> None:
    chances = np.array([[0.5, 0.25, 0.125, 0.125], [0.25] * 4, [0, 0, 1, 0]])
    stack = logos.logo(signals_of(chances))
    # Entropy 1.75 bits: the column has a quarter of a bit, of which A has half.
    assert stack.base[0, -1] == 0
    assert stack.high[0, -1] == pytest.approx(0.25)
    assert stack.high[0, -1] - stack.low[0, -1] == pytest.approx(0.125)
    assert stack.high[1].max() == pytest.approx(0)
    assert (stack.base[2, -1], stack.high[2, -1]) == (2, pytest.approx(2))
    np.testing.assert_allclose(stack.low[:, 1:], stack.high[:, :-1], atol=1e-12)


def test_that_the_change_is_above_zero_where_alt_is_likelier() -> None:
    before = signals_of(np.array([[0.7, 0.1, 0.1, 0.1]]))
    after = signals_of(np.array([[0.1, 0.6, 0.2, 0.1]]))
    stack = logos.difference(before, after)
    heights = {
        int(base): (low, high)
        for base, low, high in zip(
            stack.base[0], stack.low[0], stack.high[0], strict=True
        )
    }
    assert heights[0] == (pytest.approx(-0.6), pytest.approx(0))
    # G stands next to the zero line, C on its shoulders.
    assert heights[2] == (pytest.approx(0), pytest.approx(0.1))
    assert heights[1] == (pytest.approx(0.1), pytest.approx(0.6))
    assert heights[3] == (pytest.approx(0), pytest.approx(0))


def test_that_a_letter_stands_over_its_base_at_its_height() -> None:
    view = View(Interval("chr1", 1_000, 1_050), 1000.0, LIGHT)
    stack = logos.logo(predicted(1_000, 1_050).ref)
    pane = logos.panes(["ref"], 200.0, 1.0, 0.1)[0]
    (box,) = logo_paint.boxes(pane, view, stack, 0)
    assert box.center().x() == pytest.approx(10.5 * 20)
    assert box.top() == pytest.approx(pane.y(float(stack.high[10].max())))
    share = 0.7 * float(logos.information(predicted(1_000, 1_050).ref)[10])
    assert box.height() == pytest.approx(share * (pane.bottom - pane.top), rel=1e-5)


def test_that_a_letter_fills_its_box(qapp: QApplication) -> None:
    for letter in "ACGT":
        around = logo_paint.glyph(letter, "").boundingRect()
        assert (around.left(), around.top()) == pytest.approx((0, 0), abs=1e-6)
        assert (around.width(), around.height()) == pytest.approx((1, 1), abs=1e-6)


def test_that_axes_end_at_round_numbers_that_hold_all_values() -> None:
    nan = np.nan
    assert logos.limit(np.array([0.1, nan]), 0.5) == 0.5
    assert logos.limit(np.array([0.6, -0.9]), 0.5) == 1.0
    assert logos.limit(np.array([nan]), 0.1) == 0.1
    assert logos.limit(np.array([]), 0.1) == 0.1
    assert logos.limit(np.array([1.7]), 0.5) == 2.0


def test_that_panes_follow_the_selection_and_do_not_touch(
    workspace: Workspace, view: Callable[..., View]
) -> None:
    shown = view(1_000, 1_050)
    plain = track(workspace, Canned([predicted(960, 1_060)]))
    assert [p.name for p in plain.panes(rect(), shown)] == ["ref", "entropy"]
    canned = Canned(overlays=[predicted(960, 1_060, alt=True)])
    both = track(workspace, canned)
    panes = both.panes(rect(), shown)
    assert [p.name for p in panes] == ["ref", "alt", "change", "entropy"]
    assert both.height(shown) > plain.height(shown) > FOLDED
    for upper, lower in itertools.pairwise(panes):
        assert lower.top > upper.bottom
    assert panes[-1].bottom <= 300
    assert (panes[0].high, panes[1].high) == (1.0, 1.0)
    assert (panes[2].low, panes[2].high) == (-1.0, 1.0)
    marks = [mark.text for mark in both.axis(rect(), shown)]
    assert marks[:3] == ["REF logo, bits", "1", "0"]
    assert f"ALT {MINUS} REF" in marks
    assert {"+1", f"{MINUS}1", "Entropy, bits", "2"} <= set(marks)


def test_that_loci_side_by_side_have_the_same_parts_and_scales(
    workspace: Workspace, view: Callable[..., View]
) -> None:
    """REF is never drawn where ALT belongs: the other locus has no ALT."""
    overlay = predicted(1_000, 1_100, alt=True)
    lane = track(workspace, Canned([predicted(1_000, 1_400)], [overlay]))
    places = ((1_200, 1_240), (1_000, 1_040))
    alone = [pane.name for pane in lane.panes(rect(), view(*places[0]))]
    assert alone == ["ref", "entropy"]
    workspace.set_loci([Interval("chr1", *place) for place in places])
    left, right = (lane.panes(rect(), view(*place)) for place in places)
    assert [pane.name for pane in left] == ["ref", "alt", "change", "entropy"]
    assert left == right


def test_that_the_mouse_reads_every_letter(
    workspace: Workspace, view: Callable[..., View], bases: str
) -> None:
    lane = track(workspace, Canned(overlays=[predicted(960, 1_060, alt=True)]))
    hit = lane.hit(QPointF(10.5 * 20, 50), rect(), view(1_000, 1_050))
    assert hit is not None
    assert f"chr1:1,011, the genome has {bases[1_010]}" in hit.tooltip
    assert f"A  REF 0.700  ALT 0.100  ({MINUS}0.60)" in hit.tooltip
    assert "C  REF 0.100  ALT 0.700  (+0.60)" in hit.tooltip
    assert "Entropy  REF 1.36 bits  ALT 1.36 bits" in hit.tooltip


def test_that_the_mouse_reads_why_nothing_is_there(
    workspace: Workspace, view: Callable[..., View]
) -> None:
    lane = track(workspace, Canned([predicted(960, 1_030)]))
    shown = view(1_000, 1_050)
    hit = lane.hit(QPointF(15.5 * 20, 50), rect(), shown)
    assert hit is not None
    assert "The genome's base is unknown here (N)" in hit.tooltip
    assert lane.hit(QPointF(45 * 20, 50), rect(), shown) is None


def test_that_deleted_bases_say_so(
    workspace: Workspace, view: Callable[..., View]
) -> None:
    overlay = predicted(960, 1_060, alt=True)
    assert overlay.alt is not None
    for values in overlay.alt.values():
        values[60:62] = np.nan
    reason = Missing(1_020, 1_022, "deleted by the variant", "alt")
    cut = TrackPrediction(
        overlay.interval, overlay.ref, overlay.alt, VARIANT, missing=(reason,)
    )
    lane = track(workspace, Canned(overlays=[cut]))
    hit = lane.hit(QPointF(20.5 * 20, 50), rect(), view(1_000, 1_050))
    assert hit is not None
    assert "ALT: deleted by the variant" in hit.tooltip
    assert "A  REF 0.250" in hit.tooltip


def test_that_copied_values_are_those_of_the_arrays(
    workspace: Workspace, view: Callable[..., View]
) -> None:
    lane = track(workspace, Canned(overlays=[predicted(960, 1_060, alt=True)]))
    lines = lane.data(view(1_005, 1_020)).splitlines()
    assert lines[0].split("\t")[:4] == ["contig", "position", "ref_p_a", "ref_p_c"]
    assert len(lines) == 1 + 15 - 1
    row = next(line for line in lines if line.startswith("chr1\t1011\t"))
    assert row.split("\t")[2:6] == ["0.7000", "0.1000", "0.1000", "0.1000"]
    assert row.split("\t")[7:11] == ["0.1000", "0.7000", "0.1000", "0.1000"]


def test_that_the_legend_says_how_it_was_made_and_which_allele_is_which(
    workspace: Workspace, view: Callable[..., View]
) -> None:
    canned = Canned(overlays=[predicted(960, 1_060, alt=True)])
    lane = track(workspace, canned)
    assert lane.legend(view(1_000, 1_050)) == [
        ("each base hidden in turn, mean of both strands", ""),
        ("Caution: made up.", ""),
        ("REF", "ref"),
        ("ALT 1,021 A>G", "alt"),
    ]
    canned.selected = State(Stage.FAILED, "Out of memory.")
    assert lane.legend(view(1_000, 1_050))[-1] == ("ALT failed: Out of memory.", "")
    assert lane.subtitle(view(1_000, 1_050)) == "Toy"


@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize("filled", ["ref", "alt", "empty"])
def test_that_every_state_paints_in_both_themes(
    workspace: Workspace,
    palette: Palette,
    painted: Callable[[Track, View], int],
    stage: Stage,
    filled: str,
) -> None:
    canned = Canned(now=State(stage, f"This is {stage}."))
    if filled == "ref":
        canned.tiles = [predicted(992, 1_024)]
    if filled == "alt":
        canned.overlays = [predicted(992, 1_024, alt=True)]
    lane = track(workspace, canned)
    for span in ((1_000, 1_030), (900, 1_200), (0, 4_000), (0, 20_000)):
        shown = View(Interval("chr1", *span), 1000.0, palette)
        assert painted(lane, shown) > 1


def test_that_letters_have_their_colour_and_a_dark_outline(
    workspace: Workspace, palette: Palette, qtbot: Any
) -> None:
    from PySide6.QtGui import QColor, QImage, QPainter

    shown = View(Interval("chr1", 1_008, 1_013), 1000.0, palette)
    lane = track(workspace, Canned([predicted(992, 1_024)]))
    image = QImage(1000, 300, QImage.Format.Format_RGB32)
    image.fill(QColor(palette.surface))
    with QPainter(image) as painter:
        lane.paint(painter, rect(), shown)
    pixels = np.frombuffer(image.constBits(), np.uint32).reshape(300, 1000)
    column = pixels[:, 400:600] & 0xFFFFFF
    colours = set(np.unique(column).tolist())
    assert int(palette.base_a[1:], 16) in colours
    dark = int(palette.base_text[1:], 16)
    near = np.abs(
        np.stack([(column >> s) & 255 for s in (16, 8, 0)]).astype(int)
        - np.array([(dark >> s) & 255 for s in (16, 8, 0)])[:, None, None]
    ).max(axis=0)
    assert (near < 40).any()


def test_that_a_hidden_lane_asks_for_nothing(workspace: Workspace) -> None:
    canned = Canned()
    lane = track(workspace, canned)
    lane.seen(shown=False)
    assert canned.active is False
    lane.seen(shown=True)
    assert canned.active is True


def test_that_a_chromosome_is_never_put_together(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    canned = Canned(now=State(Stage.TOO_WIDE, "Zoom in."))
    monkeypatch.setattr(canned, "region", pytest.fail)
    shown = View(Interval("chr1", 0, 50_000_000), 1000.0, LIGHT)
    assert track(workspace, canned).height(shown) == FOLDED
