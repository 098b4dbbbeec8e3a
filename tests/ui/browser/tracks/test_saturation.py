"""A saturated gene on the canvas: cells close by, extremes far out, one scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter

from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.variant import Variant
from gfm_desktop.jobs.context import JobContext
from gfm_desktop.jobs.events import Finished
from gfm_desktop.jobs.guard import run_guarded
from gfm_desktop.scoring import splice_delta
from gfm_desktop.tracks.mutagenesis import EFFECTS
from gfm_desktop.tracks.prediction import Missing, TrackPrediction
from gfm_desktop.ui.browser.track import View
from gfm_desktop.ui.browser.track_export import ExportsData
from gfm_desktop.ui.browser.tracks.saturation import SaturationTrack
from gfm_desktop.ui.theme import LIGHT
from gfm_desktop.workspace.saturation import Saturating, Saturation
from gfm_desktop.workspace.saturation_numbers import SaturationNumbers

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtWidgets import QApplication

    from gfm_desktop.ui.browser.track import Track
    from gfm_desktop.ui.palette import Palette
    from gfm_desktop.workspace.workspace import Workspace

EXONS = (range(1_000, 1_200), range(4_800, 5_000))


class Nobody:
    """A runner that is never asked."""


@pytest.fixture
def numbers(bases: str) -> SaturationNumbers:
    """Lose 0.9 at 1,100, gain 0.4 at 4,900; the last 20 bases are still to come."""
    places = np.array([at for exon in EXONS for at in exon])
    letters = "".join(bases[at] for at in places)
    values = np.full((len(places), 4), 0.01, np.float32)
    values[100], values[300] = -0.9, 0.4
    known = np.ones(len(places), np.bool_)
    values[np.arange(len(places)), ["ACGT".index(b) for b in letters]] = 0.0
    values[-20:], known[-20:] = np.nan, False
    return SaturationNumbers(
        "chr1", places, letters, splice_delta.SCORER, "Toy", values, known
    )


@pytest.fixture
def saturation(workspace: Workspace, numbers: SaturationNumbers) -> Saturation:
    made = Saturation(workspace, Nobody())  # type: ignore[arg-type]
    made.genes["UP"] = numbers
    return made


@pytest.fixture
def lane(workspace: Workspace, saturation: Saturation) -> SaturationTrack:
    return SaturationTrack(workspace, saturation)


def rect() -> QRectF:
    return QRectF(0, 0, 1000, 140)


def test_that_the_lane_is_there_only_where_a_gene_is(
    lane: SaturationTrack, saturation: Saturation, view: Callable[..., View]
) -> None:
    assert lane.height(view(900, 1_900)) > 60
    assert lane.subtitle(view(900, 1_900)) == "UP"
    assert lane.height(view(6_000, 7_000)) == 0
    saturation.genes.clear()
    assert lane.height(view(900, 1_900)) == 0
    saturation.now = Saturating("UP", "toy", message="Loading the model")
    assert 0 < lane.height(view(900, 1_900)) < 40
    assert lane.busy(view(900, 1_900))


def test_that_a_whole_gene_shows_the_extremes_of_each_pixel(
    lane: SaturationTrack,
) -> None:
    shown = View(Interval("chr1", 0, 10_000), 1000.0, LIGHT)
    scene = lane.scene(shown)
    assert scene is not None
    assert scene.pixels is not None
    found = scene.pixels
    low = dict(zip(found.x.tolist(), found.low.tolist(), strict=True))
    high = dict(zip(found.x.tolist(), found.high.tolist(), strict=True))
    assert low[110] == np.float32(-0.9)
    assert high[490] == np.float32(0.4)
    # Nothing was asked about the intron.
    assert 300 not in low
    assert set(low) == {*range(100, 120), *range(480, 500)}
    waiting = found.x[found.waiting].tolist()
    assert waiting == [498, 499]
    hit = lane.hit(QPointF(110.5, 60), rect(), shown)
    assert hit is not None
    assert hit.tooltip.startswith("Strongest here: chr1:1,101")
    assert lane.hit(QPointF(300.5, 60), rect(), shown) is None


def test_that_a_click_far_out_goes_to_the_strongest_substitution(
    lane: SaturationTrack, workspace: Workspace, bases: str
) -> None:
    workspace.go_to(Interval("chr1", 0, 10_000))
    shown = View(Interval("chr1", 0, 10_000), 1000.0, LIGHT)
    hit = lane.hit(QPointF(110.5, 60), rect(), shown)
    assert hit is not None
    assert hit.chosen is not None
    hit.chosen()
    row = workspace.selection
    assert row is not None
    assert isinstance(row.variant, Variant)
    assert (row.variant.start, row.variant.ref) == (1_100, bases[1_100])
    assert len(workspace.locus) < 1_000
    assert workspace.locus.start < 1_100 < workspace.locus.end


def test_that_the_scale_is_the_gene_s_wherever_one_looks(
    lane: SaturationTrack, view: Callable[..., View]
) -> None:
    near = lane.scene(view(1_000, 1_040))
    far = lane.scene(view(0, 10_000))
    other = lane.scene(view(4_990, 5_030))
    assert near is not None
    assert far is not None
    assert other is not None
    assert near.scales.limit == far.scales.limit == other.scales.limit
    assert near.scales == other.scales
    assert near.image is not None
    assert far.image is None


def test_that_more_numbers_change_the_picture(
    lane: SaturationTrack, numbers: SaturationNumbers, view: Callable[..., View]
) -> None:
    shown = view(4_960, 5_000)
    before = lane.scene(shown)
    assert before is lane.scene(shown)
    numbers.values[-20:], numbers.known[-20:] = 0.25, True
    numbers.revision += 1
    after = lane.scene(shown)
    assert after is not None
    assert before is not None
    assert before.effects.known.sum() == 20
    assert after.effects.known.all()


def test_that_the_menu_stops_removes_and_copies_the_command(
    lane: SaturationTrack,
    saturation: Saturation,
    workspace: Workspace,
    qapp: QApplication,
) -> None:
    actions = {one.title: one for one in lane.actions()}
    assert not actions["Stop"].enabled
    saturation._commands["UP"] = "gfm score --saturate UP"
    actions["Copy the command for UP"].run()
    assert QGuiApplication.clipboard().text() == "gfm score --saturate UP"
    wanted: list[str] = []
    workspace.saturation_wanted.disconnect()
    workspace.saturation_wanted.connect(wanted.append)
    actions["Saturate the gene in view"].run()
    assert wanted == [""]
    actions["Remove UP"].run()
    assert saturation.genes == {}


@pytest.mark.parametrize("span", [(1_080, 1_130), (0, 20_000), (2_000, 2_040)])
def test_that_every_zoom_can_be_painted(
    lane: SaturationTrack,
    palette: Palette,
    painted: Callable[[Track, View], int],
    span: tuple[int, int],
) -> None:
    shown = View(Interval("chr1", *span), 600.0, palette)
    assert painted(lane, shown) >= 3
    # The legend stays while the bases move under it.
    assert lane.shifts(shown)
    image = QImage(600, 140, QImage.Format.Format_RGB32)
    image.fill(QColor(palette.surface))
    before = image.copy()
    with QPainter(image) as painter:
        lane.paint_pinned(painter, QRectF(0, 0, 600, 140), shown)
    assert image.copy(0, 30, 600, 110) == before.copy(0, 30, 600, 110)
    assert image.copy(300, 0, 300, 30) != before.copy(300, 0, 300, 30)


def test_that_effects_are_written_where_they_are_known(
    lane: SaturationTrack, numbers: SaturationNumbers, bases: str, tmp_path: Path
) -> None:
    assert isinstance(lane, ExportsData)
    assert lane.export_refusal(Interval("chr1", 1_300, 1_310)) == ""
    nothing = lane.export_refusal(Interval("chr1", 6_000, 7_000))
    assert nothing == "no gene is saturated here"
    numbers.reasons[4_990] = "failed"
    out = tmp_path / "out.npz"
    job = lane.export_job(Interval("chr1", 1_190, 9_000), out)
    *_, last = run_guarded(job, JobContext())
    assert isinstance(last, Finished)
    assert last.warnings == ("20 of 210 bp are not scored yet.",)
    found = TrackPrediction.load(out)
    assert found.interval == Interval("chr1", 1_190, 5_000)
    assert found.missing == (Missing(4_990, 4_991, "failed"),)
    told = np.flatnonzero(np.isfinite(found.ref["to_a"])) + 1_190
    assert told.tolist() == [*range(1_190, 1_200), *range(4_800, 4_980)]
    row = dict(zip("ACGT", EFFECTS, strict=True))
    at = 4_900 - 1_190
    for letter, key in row.items():
        expected = 0.0 if letter == bases[4_900] else 0.4
        assert found.ref[key][at] == np.float32(expected)
    assert found.ref["importance"][at] == pytest.approx(-0.3)
    assert found.letters[at] == bases[4_900]


def test_that_the_table_of_effects_says_which_command_scores_them(
    lane: SaturationTrack, saturation: Saturation, tmp_path: Path
) -> None:
    saturation._commands["UP"] = "gfm score --saturate UP"
    out = tmp_path / "out.tsv"
    list(
        run_guarded(lane.export_job(Interval("chr1", 1_190, 1_210), out), JobContext())
    )
    lines = out.read_text().splitlines()
    assert lines[1] == "# all effects of the gene: gfm score --saturate UP"
    head, *rows = [line.split("\t") for line in lines[2:]]
    assert head[:3] == ["chrom", "pos", "ref"]
    assert [row[1] for row in rows][::19] == ["1191", "1210"]
    assert rows[10][2:] == ["N", ".", ".", ".", ".", "."], "behind the exon"
