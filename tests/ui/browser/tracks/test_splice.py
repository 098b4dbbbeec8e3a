from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFontMetricsF, QImage, QPainter

from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.variant import Variant
from gfm_desktop.tracks.prediction import TrackPrediction
from gfm_desktop.tracks.splice_probability import SIGNALS
from gfm_desktop.ui.browser import curves, signals
from gfm_desktop.ui.browser.header_paint import label_font
from gfm_desktop.ui.browser.track import View
from gfm_desktop.ui.browser.tracks.splice import FOLDED, SpliceTrack
from gfm_desktop.ui.theme import LIGHT, apply, current, scale_of
from gfm_desktop.workspace.prediction_region import Region, assemble
from gfm_desktop.workspace.prediction_state import Stage, State

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QApplication

    from gfm_desktop.ui.browser.track import Track
    from gfm_desktop.ui.palette import Palette
    from gfm_desktop.workspace.workspace import Workspace

VARIANT = Variant("chr1", 1300, "A", "G")


@dataclass
class Canned:
    """Answers as `Predictions` does, from what a test puts in."""

    tiles: list[TrackPrediction] = field(default_factory=list)
    overlay: TrackPrediction | None = None
    now: State = field(default_factory=lambda: State(Stage.READY))
    model_name: str = "Toy"
    revision: int = 1
    automatic: bool = True

    selected: State = field(default_factory=lambda: State(Stage.IDLE))

    def state(self, view: Interval) -> State:
        return self.now

    def overlay_state(self) -> State:
        return self.selected

    def wanted(self, view: Interval) -> Interval | None:
        return view

    def has_some(self, view: Interval) -> bool:
        return True

    def region(self, view: Interval) -> Region:
        over = [] if self.overlay is None else [self.overlay]
        return assemble(view, self.tiles, over, SIGNALS)

    def set_automatic(self, automatic: bool) -> None:
        self.automatic = automatic

    def retry(self) -> None: ...


def predicted(
    start: int, end: int, *, alt: dict[int, float] | None = None
) -> TrackPrediction:
    """Acceptor+ 0.8 at chr1:1,201 and nothing else; `alt` changes donor+ bases."""
    size = end - start
    ref = {name: np.zeros(size, np.float32) for name in SIGNALS}
    if start <= 1200 < end:
        ref["acceptor_plus"][1200 - start] = 0.8
    changed = None
    if alt is not None:
        changed = {name: values.copy() for name, values in ref.items()}
        for position, value in alt.items():
            changed["donor_plus"][position - start] = value
    variant = None if alt is None else VARIANT
    return TrackPrediction(
        Interval("chr1", start, end), ref, changed, variant, ("UP",), "toy"
    )


def track(workspace: Workspace, predictions: Canned) -> SpliceTrack:
    return SpliceTrack(workspace, predictions)  # type: ignore[arg-type]


def rect(height: float = 240.0) -> QRectF:
    return QRectF(0, 0, 1000, height)


def test_that_a_site_is_drawn_at_its_base_and_height() -> None:
    view = View(Interval("chr1", 1100, 1300), 1000.0, LIGHT)
    values = np.zeros(200, np.float32)
    values[100] = 0.8
    (step,) = signals.curve(view, values)
    assert (step.left, step.right) == (500.0, 505.0)
    assert step.value == pytest.approx(0.8)
    (pane,) = [p for p in signals.panes(["+"], 100.0) if p.signal == "donor"]
    assert pane.y(1.0) == pane.one < pane.y(0.5) < pane.zero == pane.y(0.0)


def test_that_a_site_survives_a_view_of_a_hundred_bases_a_pixel() -> None:
    view = View(Interval("chr1", 0, 100_000), 1000.0, LIGHT)
    values = np.full(100_000, 0.001, np.float32)
    values[54_321] = 0.9
    (step,) = signals.curve(view, values)
    assert step.left == 543.0
    assert step.value == pytest.approx(0.9)


def test_that_gain_and_loss_are_the_difference_of_the_arrays() -> None:
    view = View(Interval("chr1", 0, 100), 1000.0, LIGHT)
    ref, alt = np.zeros((2, 100), np.float32)
    ref[20], alt[20] = 0.9, 0.1
    alt[50] = 0.6
    loss, gain = signals.changes(view, ref, alt)
    assert (loss.ref, loss.alt) == (pytest.approx(0.9), pytest.approx(0.1))
    assert (gain.left, gain.right) == (500.0, 510.0)
    peak = signals.peaks(ref, alt)[0]
    assert (peak.offset, peak.difference) == (20, pytest.approx(-0.8))


def test_that_an_unknown_alt_is_no_change() -> None:
    view = View(Interval("chr1", 0, 10), 100.0, LIGHT)
    ref = np.full(10, 0.5, np.float32)
    alt = np.full(10, np.nan, np.float32)
    assert signals.changes(view, ref, alt) == []
    assert signals.peaks(ref, alt) == []


def test_that_only_strands_with_genes_get_panes(
    workspace: Workspace, view: Callable[..., View]
) -> None:
    lane = track(workspace, Canned([predicted(0, 20_000)]))
    assert lane.strands(view(1000, 1100)) == ["+"]
    assert lane.strands(view(4500, 4600)) == ["+", "-"]
    assert lane.strands(view(12_000, 12_100)) == []
    assert lane.height(view(4500, 4600)) > lane.height(view(1000, 1100)) > FOLDED
    workspace.set_annotation(None)
    assert lane.strands(view(12_000, 12_100)) == ["+", "-"]


def test_that_loci_side_by_side_have_the_same_rows(
    workspace: Workspace, view: Callable[..., View]
) -> None:
    lane = track(workspace, Canned([predicted(0, 20_000)]))
    assert lane.strands(view(1000, 2000)) == ["+"]
    workspace.set_loci([Interval("chr1", 1000, 2000), Interval("chr1", 6000, 7000)])
    assert lane.strands(view(1000, 2000)) == ["+", "-"]
    assert lane.strands(view(6000, 7000)) == ["+", "-"]


def test_that_the_mouse_reads_ref_alt_and_their_difference(
    workspace: Workspace, view: Callable[..., View]
) -> None:
    tile = predicted(0, 20_000)
    overlay = predicted(1000, 1600, alt={1310: 0.7})
    lane = track(workspace, Canned([tile], overlay))
    shown = view(1250, 1350)
    donor = next(p for p in signals.panes(["+"], 240.0) if p.signal == "donor")
    hit = lane.hit(QPointF(605, (donor.zero + donor.one) / 2), rect(), shown)
    assert hit is not None
    assert "Donor, + strand, chr1:1,311" in hit.tooltip
    assert "REF 0.000" in hit.tooltip
    assert "ALT 0.700  (+0.70)" in hit.tooltip


def test_that_a_new_answer_replaces_the_picture(
    workspace: Workspace, view: Callable[..., View]
) -> None:
    canned = Canned([])
    lane = track(workspace, canned)
    shown = view(1100, 1300)
    pane = signals.panes(["+"], 240.0)[0]
    assert np.isnan(lane.values(shown, pane)[0]).all()
    canned.tiles, canned.revision = [predicted(0, 20_000)], 2
    assert lane.values(shown, pane)[0][100] == pytest.approx(0.8)


def test_that_what_is_not_predicted_is_hatched_in_every_state(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, qapp: QApplication
) -> None:
    told: list[tuple[float, float, str]] = []

    def paint_gap(
        _: object, area: QRectF, words: str, *__: object, **___: object
    ) -> None:
        told.append((area.left(), area.right(), words))

    monkeypatch.setattr(curves, "paint_gap", paint_gap)
    shown = View(Interval("chr1", 1000, 2000), 1000.0, LIGHT)
    predictions = Canned([predicted(1000, 1500)])
    lane = track(workspace, predictions)
    image = QImage(1000, 240, QImage.Format.Format_RGB32)
    part: Interval | None = None
    monkeypatch.setattr(predictions, "wanted", lambda _: part)
    for stage in (Stage.TOO_WIDE, Stage.IDLE):
        predictions.now = State(stage, "Zoom in")
        told.clear()
        with QPainter(image) as painter:
            lane.paint(painter, rect(), shown)
        assert told == [(500.0, 1000.0, "Zoom in")]
    part = Interval("chr1", 1000, 1600)
    predictions.now = State(Stage.WAITING, "Predicting")
    told.clear()
    with QPainter(image) as painter:
        lane.paint(painter, rect(), shown)
    assert told == [(500.0, 600.0, "Predicting"), (600.0, 1000.0, "Not predicted")]


def test_that_waiting_leaves_gaps_only_where_nothing_is_known(
    view: Callable[..., View],
) -> None:
    shown = view(500, 1500)
    region = assemble(shown.interval, [predicted(0, 1000)], [])
    assert signals.gaps(shown, region.known) == [(500.0, 1000.0)]


def test_that_copied_values_are_those_of_the_arrays(
    workspace: Workspace, view: Callable[..., View]
) -> None:
    lane = track(workspace, Canned([predicted(0, 20_000)]))
    lines = lane.data(view(1190, 1210)).splitlines()
    assert "chr1\t1201\tacceptor\t+\t0.8000\t" in lines
    assert len(lines) == 1 + 2 * 20


@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize("filled", [True, False], ids=["full", "empty"])
def test_that_every_state_paints_in_both_themes(
    workspace: Workspace,
    palette: Palette,
    painted: Callable[[Track, View], int],
    stage: Stage,
    filled: bool,
) -> None:
    canned = Canned(now=State(stage, f"This is {stage}."))
    if filled:
        canned.tiles = [predicted(0, 1400)]
        canned.overlay = predicted(1000, 1600, alt={1310: 0.7})
    lane = track(workspace, canned)
    for span in ((1000, 2000), (1250, 1350), (0, 20_000), (12_000, 12_100)):
        shown = View(Interval("chr1", *span), 1000.0, palette)
        assert painted(lane, shown) > 1


def test_that_a_chromosome_is_never_put_together(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    canned = Canned(now=State(Stage.TOO_WIDE, "Zoom in."))
    monkeypatch.setattr(canned, "region", pytest.fail)
    shown = View(Interval("chr1", 0, 50_000_000), 1000.0, LIGHT)
    assert track(workspace, canned).height(shown) == FOLDED


def test_that_the_legend_names_genes_with_strands_and_both_alleles(
    workspace: Workspace, view: Callable[..., View]
) -> None:
    canned = Canned([], predicted(1000, 2000, alt={1250: 0.4}))
    canned.selected = State(Stage.READY)
    minus = "\N{MINUS SIGN}"
    shown = track(workspace, canned).legend(view(1100, 4500))
    assert shown == [
        (f"UP (+), DOWN ({minus})", ""),
        ("REF", "ref"),
        ("ALT 1,301 A>G", "alt"),
        ("gain", "gain"),
        ("loss", "loss"),
    ]
    workspace.set_annotation(None)
    assert track(workspace, canned).legend(view(1100, 4500))[0] == (
        "no gene models: both strands",
        "",
    )


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (State(Stage.WAITING, "Predicting"), "ALT: predicting"),
        (State(Stage.FAILED, "Out of memory."), "ALT failed: Out of memory."),
        (State(Stage.IDLE, "No ALT prediction: x."), "No ALT prediction: x."),
    ],
)
def test_that_the_legend_says_how_the_selected_variant_stands(
    workspace: Workspace, view: Callable[..., View], state: State, said: str
) -> None:
    canned = Canned([predicted(1000, 2000)], selected=state)
    shown = track(workspace, canned).legend(view(1100, 1900))
    assert shown[-1] == (said, "")
    assert ("REF", "ref") in shown
    assert not any(tint == "alt" for _, tint in shown)


@pytest.mark.parametrize("scale", [80, 100, 200])
def test_that_the_labels_of_two_panes_do_not_touch(
    qapp: QApplication, scale: int
) -> None:
    before = current(), round(scale_of() * 100)
    apply(qapp, LIGHT, scale=scale)
    try:
        line = QFontMetricsF(label_font(qapp.font())).capHeight()
        shown = signals.panes(["+", "-"], signals.height_of(["+", "-"]))
        for upper, lower in itertools.pairwise(shown):
            assert lower.one - upper.zero > line * 1.15
    finally:
        apply(qapp, before[0], scale=before[1])


def test_that_the_largest_gain_and_the_largest_loss_are_both_told() -> None:
    ref = np.array([0.9, 0.0, 0.5, np.nan, 0.1], np.float32)
    alt = np.array([0.1, 0.3, 0.4, np.nan, np.nan], np.float32)
    loss, gain = signals.peaks(ref, alt)
    assert (loss.offset, gain.offset) == (0, 1)
    assert loss.difference == pytest.approx(-0.8)
    assert gain.difference == pytest.approx(0.3)
    assert (loss.highest, gain.highest) == (pytest.approx(0.9), pytest.approx(0.3))
    assert signals.peaks(ref, np.full(5, np.nan, np.float32)) == []
    assert signals.peaks(alt[:3], alt[:3]) == []
    only = signals.peaks(ref[[0, 2]], alt[[0, 2]])
    assert [peak.difference for peak in only] == [pytest.approx(-0.8)]
