from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from gfm_desktop.engine.engine import Priority
from gfm_desktop.engine.inline import InlineEngine
from gfm_desktop.genome.feature_file import make_store
from gfm_desktop.genome.interval import Interval
from gfm_desktop.ui.browser.density import Density
from gfm_desktop.ui.browser.pile import Pile
from gfm_desktop.ui.browser.track import View
from gfm_desktop.ui.browser.tracks.features import FILE_TRACK, FeaturesTrack
from gfm_desktop.ui.browser.tracks.genes import GenesTrack
from gfm_desktop.ui.theme import DARK, LIGHT
from gfm_desktop.workspace.track_files import TrackFile, TrackKind

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gfm_desktop.jobs.events import Event
    from gfm_desktop.jobs.job import Job
    from gfm_desktop.ui.browser.track import Track
    from gfm_desktop.ui.palette import Palette
    from gfm_desktop.workspace.workspace import Workspace

pytestmark = pytest.mark.usefixtures("qapp")

BED = """\
chr1\t1000\t3000\tfirst\t5\t+\t1200\t2800\t200,30,30\t2\t400,400\t0,1600
chr1\t1500\t2500\tsecond\t.\t-\t1500\t1500\t0\t1\t1000\t0
chr1\t2400\t2600\tthird\t0\t.\t2400\t2400\t250,240,30\t1\t200\t0
"""


class Inline:
    """Runs each job to its end inside `submit`."""

    def submit(
        self,
        job: Job,
        on_event: Callable[[Event], None] | None = None,
        *,
        priority: Priority = Priority.BATCH,
    ) -> str:
        def tell(_: str, event: Event) -> None:
            if on_event is not None:
                on_event(event)

        return InlineEngine().submit(job, tell, priority=priority)

    def cancel(self, job_id: str) -> None:
        raise AssertionError("nothing to cancel")


@pytest.fixture
def open_track(workspace: Workspace, tmp_path: Path) -> Callable[..., FeaturesTrack]:
    def open_(text: str = BED) -> FeaturesTrack:
        path = tmp_path / "some.bed"
        path.write_text(text)
        assert workspace.genome is not None
        steps = make_store(path, workspace.genome)
        while True:
            try:
                next(steps)
            except StopIteration as end:
                store = end.value
                break
        file = workspace.track_files.add(TrackKind.FEATURES, path, store=str(store))
        return FeaturesTrack(workspace, Inline(), file)

    return open_


def image_of(track: FeaturesTrack, view: View) -> QImage:
    height = track.height(view)
    image = QImage(int(view.width), height, QImage.Format.Format_RGB32)
    image.fill(QColor(view.palette.surface))
    rect = QRectF(0, 0, view.width, height)
    with QPainter(image) as painter:
        track.paint(painter, rect, view)
        track.paint_pinned(painter, rect, view)
    return image


def middle_of(track: FeaturesTrack, view: View, name: str) -> float:
    layout = track.layout(view)
    assert isinstance(layout, Pile)
    assert track.store is not None
    names = [track.store.label(n) for n in layout.features.number.tolist()]
    return layout.geometry.middle(int(layout.rows[names.index(name)]))


def test_that_blocks_and_thick_parts_lie_at_their_pixels(
    open_track: Callable[..., FeaturesTrack], view: Callable[..., View]
) -> None:
    track, shown = open_track(), view(500, 3500)
    image = image_of(track, shown)
    y = round(middle_of(track, shown, "first"))
    red = QColor(200, 30, 30)

    def at(position: int, dy: int) -> bool:
        return image.pixelColor(round(shown.x(position)), y + dy) == red

    assert at(1100, 0)
    assert not at(1100, 5)
    assert at(1300, 5)
    assert not at(1600, 2)
    assert at(2700, 5)
    assert not at(2900, 5)
    assert not at(3010, 0)


def test_that_features_that_overlap_get_rows_of_their_own_and_dense_has_one(
    open_track: Callable[..., FeaturesTrack],
    workspace: Workspace,
    view: Callable[..., View],
) -> None:
    track, shown = open_track(), view(500, 3500)
    layout = track.layout(shown)
    assert isinstance(layout, Pile)
    assert layout.named
    assert layout.labels == ("first", "second", "third")
    assert sorted(layout.rows.tolist()) == [0, 1, 2]
    tall = track.height(shown)
    workspace.lanes.change(track.key, style="squished")
    squished = track.height(shown)
    workspace.lanes.change(track.key, style="dense")
    dense = track.layout(shown)
    assert isinstance(dense, Pile)
    assert dense.rows.tolist() == [0, 0, 0]
    assert track.height(shown) <= squished < tall


def test_that_the_mouse_reads_name_place_strand_score(
    open_track: Callable[..., FeaturesTrack], view: Callable[..., View]
) -> None:
    track, shown = open_track(), view(500, 3500)
    y = middle_of(track, shown, "first")
    hit = track.hit(QPointF(shown.x(1700), y), QRectF(), shown)
    assert hit is not None
    assert hit.name == "first"
    assert hit.interval == Interval("chr1", 1000, 3000)
    assert hit.tooltip.splitlines() == [
        "first  (+ strand)",
        "chr1:1,001-3,000, 2 kb",
        "Score 5",
    ]
    assert track.hit(QPointF(shown.x(3300), y), QRectF(), shown) is None


def test_that_the_users_colour_comes_before_the_files(
    open_track: Callable[..., FeaturesTrack],
    workspace: Workspace,
    view: Callable[..., View],
) -> None:
    track, shown = open_track(), view(500, 3500)
    workspace.lanes.change(track.key, colour="#123456")
    image = image_of(track, shown)
    y = round(middle_of(track, shown, "first"))
    assert image.pixelColor(round(shown.x(1100)), y) == QColor("#123456")


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_that_a_colour_like_the_canvas_can_be_seen(
    open_track: Callable[..., FeaturesTrack], theme: Palette
) -> None:
    surface = QColor(theme.surface)
    rgb = f"{surface.red()},{surface.green()},{surface.blue()}"
    track = open_track(f"chr1\t1000\t3000\tx\t0\t+\t1000\t1000\t{rgb}\n")
    shown = View(Interval("chr1", 500, 3500), 1000.0, theme)
    image = image_of(track, shown)
    y = round(middle_of(track, shown, "x"))
    found = image.pixelColor(round(shown.x(1100)), y)
    assert abs(found.lightnessF() - surface.lightnessF()) > 0.2


def test_that_too_many_features_are_counted_and_never_drawn_one_by_one(
    open_track: Callable[..., FeaturesTrack], view: Callable[..., View]
) -> None:
    lines = [f"chr1\t{10 * n}\t{10 * n + 15}\tn{n}\n" for n in range(1900)]
    track, shown = open_track("".join(lines)), view(0, 20_000)
    layout = track.layout(shown)
    assert isinstance(layout, Density)
    for start, end, count in zip(
        layout.edges[:-1], layout.edges[1:], layout.counts, strict=True
    ):
        lying = [n for n in range(1900) if 10 * n < end and 10 * n + 15 > start]
        assert count == len(lying)
    hit = track.hit(QPointF(500, 20), QRectF(), shown)
    assert hit is not None
    assert "features in chr1:" in hit.tooltip
    assert "Zoom in to see them." in hit.tooltip
    assert track.axis(QRectF(0, 0, 1000, 40), shown)[0].text == f"{layout.most:,}"
    image = image_of(track, shown)
    bottom = image.height() - 6
    assert image.pixelColor(300, bottom) != QColor(LIGHT.surface)
    assert image.pixelColor(980, bottom) == QColor(LIGHT.surface)
    assert isinstance(track.layout(view(0, 400)), Pile)


def test_that_rows_stay_while_the_view_pans(
    open_track: Callable[..., FeaturesTrack], view: Callable[..., View]
) -> None:
    lines = [f"chr1\t{37 * n}\t{37 * n + 90}\tn{n}\n" for n in range(400)]
    track = open_track("".join(lines))
    rows: dict[int, set[int]] = {}
    for start in range(2000, 6000, 130):
        layout = track.layout(view(start, start + 1200))
        assert isinstance(layout, Pile)
        for number, row in zip(
            layout.features.number.tolist(), layout.rows.tolist(), strict=True
        ):
            rows.setdefault(number, set()).add(row)
    assert all(len(found) == 1 for found in rows.values())
    assert max(map(max, rows.values())) >= 2


def test_that_copied_features_count_from_one(
    open_track: Callable[..., FeaturesTrack], view: Callable[..., View]
) -> None:
    lines = open_track().data(view(0, 2400)).splitlines()
    assert lines[0] == "contig\tstart\tend\tname\tscore\tstrand"
    assert lines[1:] == [
        "chr1\t1001\t3000\tfirst\t5\t+",
        "chr1\t1501\t2500\tsecond\t.\t-",
    ]


@pytest.mark.parametrize("span", [(0, 20_000), (900, 3100), (1490, 1530), (9000, 9900)])
@pytest.mark.parametrize("style", ["packed", "dense", "squished"])
def test_that_it_paints_in_both_themes(
    open_track: Callable[..., FeaturesTrack],
    workspace: Workspace,
    palette: Palette,
    painted: Callable[[Track, View], int],
    span: tuple[int, int],
    style: str,
) -> None:
    track = open_track()
    workspace.lanes.change(track.key, style=style)
    shown = View(Interval("chr1", *span), 800.0, palette)
    assert painted(track, shown) > 1


def test_that_features_with_blocks_can_serve_as_gene_models(
    open_track: Callable[..., FeaturesTrack], workspace: Workspace
) -> None:
    (action,) = open_track().actions()
    action.run()
    assert workspace.annotation is not None
    assert [gene.name for gene in workspace.annotation] == ["first", "second", "third"]
    gene = workspace.annotation.find("first")
    assert gene is not None
    assert gene.canonical.coding == ((1200, 1400), (2600, 2800))


def test_that_gene_models_can_be_kept_in_a_track_beside_others(
    workspace: Workspace, view: Callable[..., View]
) -> None:
    (action,) = GenesTrack(workspace, Inline()).actions()
    action.run()
    (file,) = workspace.track_files.all
    track = FeaturesTrack(workspace, Inline(), file)
    layout = track.layout(view(0, 10_000))
    assert isinstance(layout, Pile)
    assert sorted(layout.labels) == ["T1", "T2"]
    assert layout.features.pieces.tolist() == [
        [1000, 1200],
        [4800, 5000],
        [4000, 4100],
        [8900, 9000],
    ]
    workspace.set_annotation(None)
    assert track.layout(view(0, 10_000)) is layout


def test_that_a_lost_store_is_said_in_the_lane(
    workspace: Workspace,
    tmp_path: Path,
    view: Callable[..., View],
    painted: Callable[[Track, View], int],
) -> None:
    file = TrackFile(
        "features-9", TrackKind.FEATURES, tmp_path, "gone", str(tmp_path / "no")
    )
    track = FeaturesTrack(workspace, Inline(), file)
    assert track.hit(QPointF(5, 5), QRectF(), view(0, 100)) is None
    assert painted(track, view(0, 100)) > 1
    assert FILE_TRACK.kind is TrackKind.FEATURES
