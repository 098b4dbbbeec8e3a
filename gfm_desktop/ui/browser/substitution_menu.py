"""Entries about substitutions: saturate a gene, summarise the effects of a region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from gfm_desktop.ui.browser.heatmap_lane import HeatmapLane
from gfm_desktop.ui.browser.heatmap_summary import summary
from gfm_desktop.workspace.saturation import gene_in_view

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMenu

    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.ui.browser.canvas import Canvas
    from gfm_desktop.ui.browser.lanes import Lane

_GENES = "genes"


def add_to_region(menu: QMenu, canvas: Canvas, region: Interval) -> None:
    """Add a summary of the effects in a region, and the saturation of its gene."""
    for lane in canvas.lanes:
        if isinstance(lane.track, HeatmapLane) and not lane.look.hidden:
            _add_summary(menu, canvas, lane, region)
    gene = gene_in_view(canvas.sources.workspace, region)
    if gene is not None:
        _add_gene(menu, canvas, gene.name)


def add_to_lane(menu: QMenu, canvas: Canvas, lane: Lane) -> None:
    """Add the saturation of the gene under the mouse to the menu of the genes."""
    if lane.track.key != _GENES:
        return
    hit = canvas.hit(canvas.hover) if canvas.hover is not None else None
    _add_gene(menu, canvas, "" if hit is None else hit.name)


def _add_summary(menu: QMenu, canvas: Canvas, lane: Lane, region: Interval) -> None:
    """Add the copying of what is known of a region, where anything is."""
    track = lane.track
    effects = None
    if isinstance(track, HeatmapLane):
        effects = track.effects(canvas.view()[0])
    words = "" if effects is None else summary(effects, region)
    if not words:
        return
    action = menu.addAction(f"Copy summary of {lane.title}")
    action.setObjectName(f"summary-{track.key}")
    action.setToolTip(words)
    action.triggered.connect(lambda _=False: _copy(canvas, words))


def _copy(canvas: Canvas, words: str) -> None:
    QGuiApplication.clipboard().setText(words)
    canvas.sources.workspace.message.emit("info", words)


def _add_gene(menu: QMenu, canvas: Canvas, name: str) -> None:
    workspace = canvas.sources.workspace
    action = menu.addAction(f"Saturate {name}" if name else "Saturate the gene in view")
    action.setObjectName("saturate-gene")
    action.setToolTip("Scores every substitution of its exons, and 50 bp beside them")
    action.setEnabled(workspace.annotation is not None)
    action.triggered.connect(lambda _=False: workspace.saturation_wanted.emit(name))
