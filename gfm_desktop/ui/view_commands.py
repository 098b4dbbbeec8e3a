"""Commands of the view: undo, walking, zooming, and what colours it has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QAbstractButton, QLineEdit

from gfm_desktop.ui.browser.canvas import Canvas
from gfm_desktop.ui.browser.region_menu import mutate
from gfm_desktop.workspace.name_search import next_place
from gfm_desktop.workspace.track_files import TrackKind

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMainWindow

    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.ui.desk import Desk
    from gfm_desktop.ui.theme import BaseSet


class ViewCommands:
    """The handlers of actions that change what is seen, not what is open."""

    def __init__(self, desk: Desk, window: QMainWindow) -> None:
        """Act on the window: `desk` is what it offers, `window` what Qt knows."""
        self._desk = desk
        self._window = window

    def undo_view(self) -> None:
        """Return to the view before the last change."""
        self._desk.history.undo()

    def redo_view(self) -> None:
        """Take one undo back."""
        self._desk.history.redo()

    def focus_locus(self) -> None:
        """Put the cursor into the locus box, its text selected."""
        box = self._desk.browser.findChild(QLineEdit, "locus")
        if isinstance(box, QLineEdit):
            box.setFocus()
            box.selectAll()

    def go_back(self) -> None:
        """Return to where the view was before."""
        self._desk.workspace.go_back()

    def go_forward(self) -> None:
        """Undo one step back."""
        self._desk.workspace.go_forward()

    def next_feature(self) -> None:
        """Bring the next gene or feature to the middle."""
        self._step(1)

    def previous_feature(self) -> None:
        """Bring the gene or feature before to the middle."""
        self._step(-1)

    def zoom_in(self) -> None:
        """Show half as many bases."""
        self._push("locus-zoom-in")

    def zoom_out(self) -> None:
        """Show twice as many bases."""
        self._push("locus-zoom-out")

    def show_whole(self) -> None:
        """Show the contig from end to end."""
        self._push("locus-whole")

    def next_locus(self) -> None:
        """Make the locus to the right the active one; after the last, the first."""
        workspace = self._desk.workspace
        workspace.activate((workspace.active + 1) % len(workspace.loci))

    def close_locus(self) -> None:
        """Close the active locus; the last one stays."""
        workspace = self._desk.workspace
        workspace.close_locus(workspace.active)

    def show_one_locus(self) -> None:
        """Close the loci beside the active one."""
        workspace = self._desk.workspace
        workspace.set_loci([workspace.locus])

    def show_region_menu(self) -> None:
        """Offer for what is on show what a region drawn on the ruler offers."""
        canvas = self._desk.browser.findChild(Canvas)
        if canvas is not None and canvas.is_open:
            middle = QPointF(canvas.pane.left + canvas.pane.width / 3, canvas.header)
            region = self._desk.workspace.locus
            canvas.region_chosen.emit(region, QPointF(canvas.mapToGlobal(middle)))

    def mark_view(self) -> None:
        """Keep what is on show as a region of interest."""
        self._desk.workspace.regions.add_view()

    def mark_base(self) -> None:
        """Keep the base in the middle as a region of interest."""
        self._desk.workspace.regions.add_middle()

    def mutate_view(self) -> None:
        """Score every substitution of every base on show."""
        canvas = self._desk.browser.findChild(Canvas)
        if isinstance(canvas, Canvas):
            mutate(canvas, self._desk.workspace.locus)

    def saturate(self) -> None:
        """Score every substitution of the exons of the gene in view."""
        self._desk.workspace.saturation_wanted.emit("")

    def predict_here(self) -> None:
        """Predict what is on show."""
        self._push("predict-here")

    def toggle_wheel(self) -> None:
        """Let the plain wheel zoom, or scroll."""
        canvas = self._desk.browser.findChild(Canvas)
        zooms = self._desk.settings.wheel != "zoom"
        if canvas is not None:
            canvas.gestures.let_wheel_zoom(zooms)

    def use_safe_bases(self) -> None:
        """Colour bases for colour-blind eyes."""
        self._bases("colour-blind")

    def use_igv_bases(self) -> None:
        """Colour bases as IGV does."""
        self._bases("igv")

    def use_deuter_bases(self) -> None:
        """Colour bases for people who see no green."""
        self._bases("deuter")

    def use_grey_bases(self) -> None:
        """Draw bases in greys."""
        self._bases("monochrome")

    def show_variants_of(self, region: Interval) -> None:
        """Filter the variant table to a region, and say so."""
        panel = self._desk.docks.panel("variants")
        field = panel.findChild(QLineEdit) if panel is not None else None
        if isinstance(field, QLineEdit):
            place = f"{region.contig}:{region.start + 1}-{region.end}"
            field.setText(place)
            self._desk.workspace.message.emit(
                "info", f"The table shows the variants of {region}; Clear shows all."
            )

    def _step(self, direction: Literal[1, -1]) -> None:
        """Go to the next gene or feature, or say that there is none."""
        workspace = self._desk.workspace
        found = next_place(workspace, direction, lane=self._lane_of_features())
        if found is None:
            side = "to the right" if direction > 0 else "to the left"
            workspace.message.emit("info", f"No gene or feature further {side}.")
        else:
            workspace.go_to(found)

    def _lane_of_features(self) -> str:
        """Return the key of the features track under the mouse; empty for genes."""
        canvas = self._desk.browser.findChild(Canvas)
        if canvas is None or canvas.hover is None:
            return ""
        placed = canvas.lane_at(canvas.hover)
        key = "" if placed is None else placed.lane.track.key
        file = self._desk.workspace.track_files.of(key)
        features = file is not None and file.kind is TrackKind.FEATURES
        return key if features else ""

    def _bases(self, name: BaseSet) -> None:
        self._desk.settings.base_palette = name
        self._desk.dress()
        self._desk.projects.save()

    def _push(self, name: str) -> None:
        """Press a button of the browser's bar."""
        button = self._desk.browser.findChild(QAbstractButton, name)
        if isinstance(button, QAbstractButton):
            button.click()
