"""Entries that score substitutions: of a region, and of the gene under the mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gfm_desktop.errors import GfmError
from gfm_desktop.tracks.mutagenesis import TRACK

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMenu

    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.ui.browser.canvas import Canvas
    from gfm_desktop.ui.browser.lanes import Lane

_GENES = "genes"


def add_to_region(menu: QMenu, canvas: Canvas, region: Interval) -> None:
    """Add what scores the substitutions of a region, and of a gene in it."""
    ask = menu.addAction("Mutagenesis here")
    ask.setObjectName("region-mutagenesis")
    ask.setToolTip("Scores every substitution of every base of this region")
    if len(region) > TRACK.widest_bp:
        ask.setText(f"Mutagenesis here (up to {TRACK.widest_bp:,} bp)")
        ask.setEnabled(False)
    ask.triggered.connect(lambda _=False: mutate(canvas, region))
    models = canvas.sources.workspace.annotation
    genes = [] if models is None else models.overlapping(region)
    if genes:
        middle = (region.start + region.end) // 2
        gene = min(genes, key=lambda g: max(0, g.start - middle, middle - g.end + 1))
        _add_gene(menu, canvas, gene.name)


def add_to_lane(menu: QMenu, canvas: Canvas, lane: Lane) -> None:
    """Add the saturation of the gene under the mouse to the menu of the genes."""
    if lane.track.key != _GENES:
        return
    hit = canvas.hit(canvas.hover) if canvas.hover is not None else None
    _add_gene(menu, canvas, "" if hit is None else hit.name)


def mutate(canvas: Canvas, region: Interval) -> None:
    """Score every substitution of a region; what stands against it is said."""
    workspace = canvas.sources.workspace
    workspace.lanes.change(TRACK.name, hidden=False)
    if not _shown(canvas, region):
        workspace.go_to(region)
    predictions = canvas.sources.predicted.of(TRACK.name)
    if not predictions.model.id:
        text = "No model that scores substitutions is installed."
        workspace.message.emit("warning", text)
        return
    predictions.set_active(True)
    try:
        predictions.predict_here(region)
    except GfmError as problem:
        workspace.message.emit("warning", str(problem))


def _shown(canvas: Canvas, region: Interval) -> bool:
    """Tell whether a region is on screen, and near enough to be drawn."""
    view = canvas.camera.interval
    inside = view.start <= region.start and region.end <= view.end
    return view.contig == region.contig and inside and len(view) <= TRACK.widest_bp


def _add_gene(menu: QMenu, canvas: Canvas, name: str) -> None:
    wanted = canvas.sources.workspace.saturation_wanted
    action = menu.addAction(f"Saturate {name}" if name else "Saturate the gene in view")
    action.setObjectName("saturate-gene")
    action.setToolTip("Scores every substitution of its exons, and 50 bp beside them")
    action.setEnabled(canvas.sources.workspace.annotation is not None)
    action.triggered.connect(lambda _=False: wanted.emit(name))
