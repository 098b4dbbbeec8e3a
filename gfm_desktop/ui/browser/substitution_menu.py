"""The entry that saturates a gene: of a region, or of the gene under the mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gfm_desktop.workspace.saturation import gene_in_view

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMenu

    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.ui.browser.canvas import Canvas
    from gfm_desktop.ui.browser.lanes import Lane

_GENES = "genes"


def add_to_region(menu: QMenu, canvas: Canvas, region: Interval) -> None:
    """Add the saturation of the gene in the middle of a region, if there is one."""
    gene = gene_in_view(canvas.sources.workspace, region)
    if gene is not None:
        _add_gene(menu, canvas, gene.name)


def add_to_lane(menu: QMenu, canvas: Canvas, lane: Lane) -> None:
    """Add the saturation of the gene under the mouse to the menu of the genes."""
    if lane.track.key != _GENES:
        return
    hit = canvas.hit(canvas.hover) if canvas.hover is not None else None
    _add_gene(menu, canvas, "" if hit is None else hit.name)


def _add_gene(menu: QMenu, canvas: Canvas, name: str) -> None:
    workspace = canvas.sources.workspace
    action = menu.addAction(f"Saturate {name}" if name else "Saturate the gene in view")
    action.setObjectName("saturate-gene")
    action.setToolTip("Scores every substitution of its exons, and 50 bp beside them")
    action.setEnabled(workspace.annotation is not None)
    action.triggered.connect(lambda _=False: workspace.saturation_wanted.emit(name))
