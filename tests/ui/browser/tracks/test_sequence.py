from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPointF, QRectF

from gfm_desktop.genome.interval import Interval
from gfm_desktop.ui.browser.track import View
from gfm_desktop.ui.browser.tracks.sequence import SequenceTrack

if TYPE_CHECKING:
    from collections.abc import Callable

    from gfm_desktop.ui.browser.track import Track
    from gfm_desktop.ui.palette import Palette
    from gfm_desktop.workspace.workspace import Workspace

RECT = QRectF(0, 0, 1000, 28)


def test_that_letters_are_the_genomes(
    workspace: Workspace, view: Callable[..., View], bases: str
) -> None:
    blocks = SequenceTrack(workspace).blocks(view(500, 600))
    assert "".join(block.letter for block in blocks) == bases[500:600]
    assert [block.x for block in blocks] == [10.0 * i for i in range(100)]


def test_that_colour_blocks_cover_every_base_once(
    workspace: Workspace, view: Callable[..., View], bases: str
) -> None:
    blocks = SequenceTrack(workspace).blocks(view(0, 1000))
    assert sum(block.width for block in blocks) == pytest.approx(1000.0)
    rebuilt = [""] * 1000
    for block in blocks:
        for place in range(round(block.x), round(block.x + block.width)):
            assert rebuilt[place] == ""
            rebuilt[place] = block.letter
    assert "".join(rebuilt) == bases[:1000]


def test_that_a_wide_view_never_reads_the_file(
    workspace: Workspace, view: Callable[..., View], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert workspace.genome is not None
    monkeypatch.setattr(workspace.genome, "fetch", pytest.fail)
    track = SequenceTrack(workspace)
    assert track.blocks(view(0, 20_000)) == []
    assert track.hit(QPointF(10, 10), RECT, view(0, 20_000)) is None


def test_that_a_view_is_read_once(
    workspace: Workspace, view: Callable[..., View], monkeypatch: pytest.MonkeyPatch
) -> None:
    track = SequenceTrack(workspace)
    first = track.bases(view(0, 100))
    assert workspace.genome is not None
    monkeypatch.setattr(workspace.genome, "fetch", pytest.fail)
    assert track.bases(view(0, 100)) == first


def test_that_the_mouse_reads_base_and_place(
    workspace: Workspace, view: Callable[..., View], bases: str
) -> None:
    hit = SequenceTrack(workspace).hit(QPointF(995, 10), RECT, view(500, 600))
    assert hit is not None
    assert hit.tooltip == f"{bases[599]}  chr1:600"


@pytest.mark.parametrize("span", [(0, 20_000), (0, 1000), (0, 60)])
def test_that_it_paints_in_both_themes(
    workspace: Workspace,
    palette: Palette,
    painted: Callable[[Track, View], int],
    span: tuple[int, int],
) -> None:
    shown = View(Interval("chr1", *span), 1000.0, palette)
    assert painted(SequenceTrack(workspace), shown) > 1
