"""What can be done with a region that was drawn on the ruler."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from gfm_desktop.errors import GfmError
from gfm_desktop.genome.fasta_text import LONGEST, fasta_text
from gfm_desktop.tracks import mutagenesis
from gfm_desktop.ui.browser import export_menu, substitution_menu
from gfm_desktop.ui.browser.scale import span_label
from gfm_desktop.ui.widgets.menu_heading import add_heading

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QAction

    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.ui.browser.canvas import Canvas


def region_menu(
    canvas: Canvas, region: Interval, predict: Callable[[Interval], None]
) -> QMenu:
    """Return what can be done with a region: zoom, copy, mark, predict.

    Args:
        canvas: Where it was drawn.
        region: The bases, 0-based half-open.
        predict: Predicts a region.
    """
    menu = QMenu(canvas)
    menu.setObjectName("region-menu")
    menu.setAccessibleName(f"Region {region}")
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.setToolTipsVisible(True)
    add_heading(menu, f"{region}, {span_label(len(region))}")
    workspace = canvas.sources.workspace
    zoom = _entry(
        menu, "region-zoom", "Zoom to region", lambda: workspace.go_to(region)
    )
    menu.setDefaultAction(zoom)
    menu.addSeparator()
    _entry(menu, "region-copy", "Copy range", lambda: _copy(str(region)))
    for minus, name, title in (
        (False, "region-sequence", "Get sequence"),
        (True, "region-reverse", "Get reverse complement"),
    ):
        action = _entry(
            menu, name, title, partial(copy_sequence, canvas, region, minus)
        )
        action.setToolTip("Copies it as FASTA, in the letters of the genome file")
        if len(region) > LONGEST:
            action.setEnabled(False)
            action.setText(f"{title} (up to {span_label(LONGEST)})")
    menu.addSeparator()
    mark = _entry(
        menu, "region-mark", "Region of interest", lambda: _mark(canvas, region)
    )
    mark.setToolTip("Keeps it in the list of regions, with room for notes")
    menu.addSeparator()
    ask = _entry(menu, "region-predict", "Predict here", lambda: predict(region))
    ask.setToolTip("Computes the predicted tracks of this region")
    _add_mutagenesis(menu, canvas, region)
    substitution_menu.add_to_region(menu, canvas, region)
    export_menu.add_to_region(menu, canvas, region)
    table = _entry(
        menu,
        "region-variants",
        "Show its variants in the table",
        lambda: canvas.gestures.table_wanted.emit(region),
    )
    table.setToolTip("Filters the table to this region; Score then ranks them all")
    table.setEnabled(workspace.variants is not None)
    menu.aboutToHide.connect(canvas.forget_band)
    return menu


def _add_mutagenesis(menu: QMenu, canvas: Canvas, region: Interval) -> None:
    """Offer to score every substitution of a region that is short enough."""
    predictions = canvas.sources.predicted.of(mutagenesis.TRACK.name)
    widest = predictions.card.widest_bp
    fits = len(region) <= widest
    title = "Mutagenesis here" if fits else f"Mutagenesis (up to {widest:,} bp)"
    action = _entry(menu, "region-mutagenesis", title, lambda: mutate(canvas, region))
    action.setToolTip("Scores every substitution of every base of it")
    action.setEnabled(fits and bool(predictions.model.id))


def mutate(canvas: Canvas, region: Interval) -> None:
    """Compute what each substitution of a region would change, and show it."""
    workspace = canvas.sources.workspace
    predictions = canvas.sources.predicted.of(mutagenesis.TRACK.name)
    # On show first: nobody predicts what nobody sees.
    workspace.lanes.change(mutagenesis.TRACK.name, hidden=False)
    if len(workspace.locus) > predictions.card.widest_bp:
        workspace.go_to(region)
    try:
        predictions.predict_here(region)
    except GfmError as problem:
        workspace.message.emit("warning", str(problem))
    workspace.lanes.show(mutagenesis.TRACK.name)


def copy_sequence(canvas: Canvas, region: Interval, minus: bool) -> None:
    """Put the bases of a region onto the clipboard, as FASTA."""
    workspace = canvas.sources.workspace
    if workspace.genome is None:
        return
    try:
        text = fasta_text(workspace.genome, region, minus=minus)
    except GfmError as problem:
        workspace.message.emit("warning", str(problem))
        return
    _copy(text)
    strand = "The reverse complement" if minus else "The sequence"
    workspace.message.emit("info", f"{strand} of {region} is copied as FASTA.")


def _mark(canvas: Canvas, region: Interval) -> None:
    workspace = canvas.sources.workspace
    workspace.regions.add(region)
    workspace.message.emit("info", f"{region} is kept among the regions.")


def _entry(menu: QMenu, name: str, title: str, do: Callable[[], object]) -> QAction:
    action = menu.addAction(title)
    action.setObjectName(name)
    action.triggered.connect(lambda _=False: do())
    return action


def _copy(text: str) -> None:
    QGuiApplication.clipboard().setText(text)
