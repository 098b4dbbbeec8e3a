from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from gfm_desktop.genome.interval import Interval
from gfm_desktop.ui.browser.locus_bar import LocusBar

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from gfm_desktop.workspace.workspace import Workspace


@pytest.fixture
def bar(variants: Workspace, qtbot: QtBot) -> LocusBar:
    bar = LocusBar(variants)
    qtbot.addWidget(bar)
    bar.show()
    return bar


def typed(bar: LocusBar, qtbot: QtBot, text: str) -> None:
    bar.focus_box()
    bar.box.clear()
    qtbot.keyClicks(bar.box, text)
    qtbot.keyClick(bar.box, Qt.Key.Key_Return)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("chr1:2,001-3,000", Interval("chr1", 2000, 3000)),
        ("1:2kb-3kb", Interval("chr1", 1999, 3000)),
        ("chr1", Interval("chr1", 0, 20_000)),
        ("down", Interval("chr1", 2000, 11_000)),
    ],
)
def test_that_a_place_or_a_gene_is_gone_to_and_echoed(
    bar: LocusBar, variants: Workspace, qtbot: QtBot, text: str, expected: Interval
) -> None:
    variants.go_to(Interval("chr1", 500, 600))
    typed(bar, qtbot, text)
    assert variants.locus == expected
    assert bar.box.text() == str(expected)
    assert not bar.error.isVisible()


@pytest.mark.parametrize("text", ["chr9:1-100", "chr1:30,000", "nonsense!", ""])
def test_that_a_mistake_is_told_beside_the_box_and_nothing_moves(
    bar: LocusBar, variants: Workspace, qtbot: QtBot, text: str
) -> None:
    before = variants.locus
    typed(bar, qtbot, text)
    assert variants.locus == before
    assert bar.error.isVisible()
    assert bar.error.text()
    assert bar.box.text() == text
    assert bar.box.property("invalid") is True


def test_that_the_keys_go_back_to_the_picture_once_a_place_is_gone_to(
    bar: LocusBar, qtbot: QtBot
) -> None:
    with qtbot.assertNotEmitted(bar.went):
        typed(bar, qtbot, "nonsense!")
    with qtbot.waitSignal(bar.went):
        typed(bar, qtbot, "chr1:1,001-2,000")


def test_that_escape_puts_the_locus_back(
    bar: LocusBar, variants: Workspace, qtbot: QtBot
) -> None:
    typed(bar, qtbot, "chr9")
    qtbot.keyClick(bar.box, Qt.Key.Key_Escape)
    assert bar.box.text() == str(variants.locus)
    assert not bar.error.isVisible()
    assert bar.box.property("invalid") is False


def test_that_a_typed_variant_of_the_file_is_selected(
    bar: LocusBar, variants: Workspace, qtbot: QtBot
) -> None:
    assert variants.table is not None
    row = variants.table.row(0)
    typed(bar, qtbot, str(row.variant))
    assert variants.selection == row
    assert variants.locus.start <= 1999 < variants.locus.end


def test_that_genes_are_suggested_while_typing(bar: LocusBar, qtbot: QtBot) -> None:
    bar.focus_box()
    bar.box.clear()
    qtbot.keyClicks(bar.box, "do")
    model = bar.box.completer().model()
    found = [model.index(n, 0).data() for n in range(model.rowCount())]
    assert found == ["DOWN   gene, chr1:4,001-9,000"]
    bar.box.completer().popup().hide()


def test_that_a_chosen_suggestion_is_gone_to(
    bar: LocusBar, variants: Workspace, qtbot: QtBot
) -> None:
    bar.focus_box()
    bar.box.clear()
    qtbot.keyClicks(bar.box, "do")
    popup = bar.box.completer().popup()
    qtbot.keyClick(popup, Qt.Key.Key_Down)
    qtbot.keyClick(popup, Qt.Key.Key_Return)
    assert variants.locus == Interval("chr1", 2000, 11_000)
    qtbot.waitUntil(lambda: bar.box.text() == "chr1:2,001-11,000")


def test_that_a_suggestion_joins_what_was_typed_before_it(
    bar: LocusBar, variants: Workspace, qtbot: QtBot
) -> None:
    bar.focus_box()
    bar.box.clear()
    qtbot.keyClicks(bar.box, "UP; do")
    popup = bar.box.completer().popup()
    qtbot.keyClick(popup, Qt.Key.Key_Down)
    qtbot.keyClick(popup, Qt.Key.Key_Return)
    assert [locus.start for locus in variants.loci] == [0, 2000]


def test_that_several_places_and_typed_alleles_are_taken(
    bar: LocusBar, variants: Workspace, qtbot: QtBot, bases: str
) -> None:
    other = "A" if bases[6999] != "A" else "C"
    typed(bar, qtbot, f"chr1:7000:{bases[6999]}:{other}")
    assert variants.selection is not None
    assert variants.selection.row < 0
    typed(bar, qtbot, f"chr1:7000:{other}:{bases[6999]}")
    assert f"reference allele should be {bases[6999]}" in bar.error.text()
    typed(bar, qtbot, "chr1:1-500 chr1:901-1,400")
    assert [str(one) for one in variants.loci] == ["chr1:1-500", "chr1:901-1,400"]


def test_that_the_box_follows_the_view_unless_someone_types(
    bar: LocusBar, variants: Workspace, qtbot: QtBot
) -> None:
    variants.go_to(Interval("chr1", 100, 200))
    assert bar.box.text() == "chr1:101-200"
    bar.focus_box()
    bar.box.clear()
    qtbot.keyClicks(bar.box, "chr1:5")
    variants.go_to(Interval("chr1", 300, 400))
    assert bar.box.text() == "chr1:5"


def test_that_a_box_too_narrow_shows_the_contig(
    bar: LocusBar, variants: Workspace
) -> None:
    variants.go_to(Interval("chr1", 100, 200))
    assert bar.box.cursorPosition() == 0, "text is scrolled to the cursor"


def test_that_the_slider_makes_room_for_the_locus(bar: LocusBar) -> None:
    bar.resize(1200, bar.height())
    assert bar.slider.isVisible()
    bar.resize(480, bar.height())
    assert not bar.slider.isVisible()
    assert bar.zoom_in.isVisible()
    bar.resize(1200, bar.height())
    assert bar.slider.isVisible()


def test_that_back_and_forward_step_through_the_history(
    bar: LocusBar, variants: Workspace
) -> None:
    variants.go_to(Interval("chr1", 100, 200))
    variants.go_to(Interval("chr1", 300, 400))
    bar.back.click()
    assert variants.locus == Interval("chr1", 100, 200)
    bar.forward.click()
    assert variants.locus == Interval("chr1", 300, 400)


def test_that_every_control_can_be_found_and_is_named(bar: LocusBar) -> None:
    controls = [bar.back, bar.forward, bar.box, bar.whole, bar.zoom_in, bar.zoom_out]
    for control in [*controls, bar.slider, bar.predict, bar.here]:
        assert control.objectName()
        assert control.accessibleName()
