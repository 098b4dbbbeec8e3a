from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF

from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.status import Status
from gfm_desktop.genome.variant import VariantKind
from gfm_desktop.ui.browser.lollipops import BIN, TOGETHER, Stand, crowded, placed
from gfm_desktop.ui.browser.track import View
from gfm_desktop.ui.browser.tracks.variants import HEIGHT, VariantsTrack
from gfm_desktop.ui.browser.variant_words import described
from gfm_desktop.ui.score_scale import ScoreScale
from gfm_desktop.ui.theme import LIGHT
from gfm_desktop.workspace.score_columns import STATUSES
from gfm_desktop.workspace.variant_row import VariantMarks

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from gfm_desktop.ui.browser.marks import ContigMarks
    from gfm_desktop.ui.browser.track import Track
    from gfm_desktop.ui.palette import Palette
    from gfm_desktop.workspace.workspace import Workspace

RECT = QRectF(0, 0, 1000, HEIGHT)
STAND = Stand(ceiling=10.0, floor=110.0, ground=120.0)


def made(starts: list[int], scores: list[float]) -> VariantMarks:
    count = len(starts)
    return VariantMarks(
        row=np.arange(count, dtype=np.int64),
        start=np.array(starts, np.int64),
        kind=np.zeros(count, np.uint8),
        status=np.full(count, STATUSES.index(Status.SCORED), np.uint8),
        score=np.array(scores, np.float64),
        total=count,
    )


def test_that_a_lollipop_stands_on_its_base_at_its_score(
    variants: Workspace, marks: ContigMarks, view: Callable[..., View]
) -> None:
    track = VariantsTrack(variants, marks)
    items = {item.row: item for item in track.lollipops(view(1900, 2200))}
    stand = track.stand(HEIGHT)
    # chr1:2,000 is base 1,999: the 100th of 300 on 1,000 pixels.
    assert items[0].x == pytest.approx((99 + 0.5) / 300 * 1000)
    assert items[0].top == pytest.approx(stand.top(0.9))
    assert items[0].score == pytest.approx(0.9)
    assert items[1].top > items[0].top


def test_that_each_kind_and_ending_is_told_apart(
    variants: Workspace, marks: ContigMarks, view: Callable[..., View]
) -> None:
    items = VariantsTrack(variants, marks).lollipops(view(1900, 3700))
    kinds = {item.row: item.kind for item in items}
    assert kinds[0] is VariantKind.SNV
    assert kinds[1] is VariantKind.INSERTION
    assert kinds[2] is VariantKind.DELETION
    assert kinds[3] is VariantKind.MNV
    ends = {item.row: (item.status, item.refused, item.score) for item in items}
    assert ends[2] == (Status.PENDING, False, None)
    assert ends[4] == (Status.REF_MISMATCH, True, None)


def test_that_a_missing_score_never_looks_like_zero() -> None:
    items = placed(made([5, 6], [0.0, np.nan]), at(0, 10), STAND)
    assert {item.row: item.score for item in items} == {0: 0.0, 1: None}


def test_that_counts_have_no_scale_of_scores(
    variants: Workspace,
    marks: ContigMarks,
    view: Callable[..., View],
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
) -> None:
    monkeypatch.setattr(VariantsTrack, "_are_many", lambda *_: True)
    track, shown = VariantsTrack(variants, marks), view(1900, 3700)
    assert track.axis(RECT, shown)[0].text == "1"
    variants.set_run(None)

    def bare() -> bool:
        density = marks.density("chr1")
        return density is not None and not density.scored

    qtbot.waitUntil(bare)
    assert track.axis(RECT, shown) == []


def at(start: int, end: int, width: float = 1000.0) -> View:
    return View(Interval("chr1", start, end), width, LIGHT)


def test_that_alleles_of_one_position_stand_beside_each_other() -> None:
    items = placed(made([5, 5, 5], [0.3, 0.2, 0.1]), at(0, 10), STAND)
    assert len({item.x for item in items}) == 1
    heads = sorted(item.head for item in items)
    assert np.all(np.diff(heads) >= 7)


def test_that_a_bubble_stands_for_a_heap_and_counts_it() -> None:
    heap = list(range(500_000, 500_000 + 40 * 200, 200))
    far = [100_000, 900_000]
    starts = [far[0], *heap, far[1]]
    scores = [0.3, *np.linspace(0.1, 0.8, 40), 0.9]
    items = placed(made(starts, scores), at(0, 1_000_000), STAND)
    bubbles = [item for item in items if item.count > 1]
    assert sum(item.count for item in items) == len(starts)
    assert len(bubbles) == 1
    assert bubbles[0].count > TOGETHER
    # The highest of its heap, where it is.
    best = starts[scores.index(bubbles[0].score)]
    assert bubbles[0].x == pytest.approx((best + 0.5) / 1000)
    assert {0.3, 0.9} <= {item.score for item in items if item.count == 1}


def test_that_bubbles_move_with_the_bases() -> None:
    rng = np.random.default_rng(3)
    starts = np.sort(rng.integers(490_000, 510_000, 300)).tolist()
    marks = made(starts, rng.random(300).tolist())
    here = placed(marks, at(480_000, 520_000, 1000), STAND)
    there = placed(marks, at(470_000, 510_000, 1000), STAND)
    bubbles = [
        {i.row: (i.x, i.count) for i in items if i.count > 1} for items in (here, there)
    ]
    assert bubbles[0].keys() == bubbles[1].keys()
    for row, (x, count) in bubbles[0].items():
        assert bubbles[1][row] == (pytest.approx(x + 250), count)


def test_that_few_or_alleles_of_one_base_are_no_heap() -> None:
    spread = placed(made([1, 500_000, 900_000], [0.1] * 3), at(0, 1_000_000), STAND)
    alleles = placed(made([50] * 40, [0.5] * 40), at(0, 100), STAND)
    few = placed(made([5, 6, 7, 8, 9], [0.1] * 5), at(0, 1_000_000), STAND)
    for items, count in ((spread, 3), (alleles, 40), (few, 5)):
        assert [item.count for item in items] == [1] * count
    assert BIN / TOGETHER > 3


def test_that_what_a_view_shows_depends_on_how_many_it_holds() -> None:
    assert crowded(251, at(0, 1_000))
    assert not crowded(250, at(0, 1_000))


def test_that_the_selected_one_is_drawn_beside_its_bubble(
    variants: Workspace, marks: ContigMarks
) -> None:
    assert variants.table is not None
    row = variants.table.row(1)
    many = made(list(range(0, 4000, 2)), [0.5] * 2000)
    many = replace(many, row=many.row + 100)
    items = placed(many, at(0, 4000), STAND, row)
    assert [item.row for item in items if item.row < 100] == [1]


def test_that_the_mouse_finds_the_head_and_reads_the_row(
    variants: Workspace, marks: ContigMarks, view: Callable[..., View]
) -> None:
    track = VariantsTrack(variants, marks)
    shown = view(1900, 2200)
    item = next(i for i in track.lollipops(shown) if i.row == 0)
    hit = track.hit(QPointF(item.head + 3, item.top - 3), RECT, shown)
    assert hit is not None
    assert hit.row == 0
    assert "chr1:2,000" in hit.tooltip
    assert "0.90" in hit.tooltip
    assert track.hit(QPointF(item.head + 60, item.top), RECT, shown) is None


def test_that_a_refusal_is_explained(variants: Workspace) -> None:
    assert variants.table is not None
    assert "REF" in described(variants.table.row(4))


def test_that_the_copied_table_has_every_variant_on_screen(
    variants: Workspace, marks: ContigMarks, view: Callable[..., View]
) -> None:
    lines = VariantsTrack(variants, marks).data(view(0, 20_000)).splitlines()
    assert len(lines) == 1 + 5
    assert lines[1].split("\t")[:3] == ["chr1", "2000", "v2000"]


@pytest.mark.parametrize("span", [(1990, 2050), (0, 20_000), (15_000, 16_000)])
def test_that_it_paints_in_both_themes(
    variants: Workspace,
    marks: ContigMarks,
    palette: Palette,
    painted: Callable[[Track, View], int],
    span: tuple[int, int],
) -> None:
    track = VariantsTrack(variants, marks)
    assert painted(track, View(Interval("chr1", *span), 1000.0, palette)) > 2


def test_that_it_says_so_when_nothing_is_open(
    workspace: Workspace,
    view: Callable[..., View],
    painted: Callable[[Track, View], int],
    qtbot: object,
) -> None:
    from gfm_desktop.ui.browser.marks import ContigMarks

    track = VariantsTrack(workspace, ContigMarks(workspace))
    assert track.lollipops(view(0, 100)) == []
    assert painted(track, view(0, 100)) > 1


def test_that_signed_scores_stand_by_their_amount() -> None:
    signed = Stand(10.0, 110.0, 120.0, ScoreScale(0.0, 4.0, (), signed=True))
    marks = made([5, 6, 7], [-4.0, 2.0, 0.0])
    items = {item.row: item for item in placed(marks, at(0, 10), signed)}
    assert items[0].top == pytest.approx(10.0)
    assert items[1].top == pytest.approx(60.0)
    assert items[2].top == pytest.approx(110.0)
    drawn = placed(marks, at(0, 10), signed)
    assert [item.row for item in drawn] == [2, 1, 0]
