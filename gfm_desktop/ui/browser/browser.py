"""The genome browser: locus bar, canvas and its scroll bar, and the lanes' menus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QGridLayout, QScrollBar, QWidget

from gfm_desktop.errors import GfmError
from gfm_desktop.ui.browser import lane_menu
from gfm_desktop.ui.browser.canvas import Canvas
from gfm_desktop.ui.browser.lane_rack import LaneRack
from gfm_desktop.ui.browser.locus_bar import LocusBar
from gfm_desktop.ui.browser.marks import ContigMarks
from gfm_desktop.ui.browser.repaint import Repaint
from gfm_desktop.ui.browser.track import Sources
from gfm_desktop.ui.widgets.listening import listen
from gfm_desktop.workspace.predicted_tracks import PredictedTracks
from gfm_desktop.workspace.prediction_model import FIRST

if TYPE_CHECKING:
    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.ui.browser.lanes import Lane
    from gfm_desktop.ui.browser.track import Track, View
    from gfm_desktop.ui.engine_bridge import EngineBridge
    from gfm_desktop.workspace.workspace import Workspace


class BrowserPanel(QWidget):
    """Everything in the middle of the window.

    Attributes:
        canvas: The picture.
        bar: The row above it.
        predicted: Predicted tracks of what is on show, kind by kind.
        predictions: Those of splice sites.
    """

    def __init__(
        self, workspace: Workspace, bridge: EngineBridge, parent: QWidget | None = None
    ) -> None:
        """Follow `workspace`; predictions are jobs that go through `bridge`."""
        super().__init__(parent)
        self.setObjectName("browser")
        self._workspace = workspace
        self.predicted = PredictedTracks(workspace, bridge)
        self.predictions = self.predicted.of(FIRST)
        marks = ContigMarks(workspace, self)
        sources = Sources(workspace, self.predicted, marks, bridge, Repaint(self))
        self.canvas = Canvas(sources, LaneRack(sources, self))
        self.bar = LocusBar(workspace)
        self.scroll_bar = QScrollBar(Qt.Orientation.Vertical)
        self.scroll_bar.setObjectName("browser-scroll")
        self.scroll_bar.setAccessibleName("Scroll the tracks")
        self._lay_out()
        self._connect()

    @property
    def view(self) -> View:
        """Return what is on screen."""
        return self.canvas.view()[0]

    def track(self, key: str) -> Track:
        """Return a track.

        Raises:
            KeyError: If there is none of this key.
        """
        for lane in self.canvas.lanes:
            if lane.track.key == key:
                return lane.track
        raise KeyError(key)

    def predict(self, region: Interval) -> None:
        """Predict a region on request; what stands against it is said."""
        try:
            self.predicted.predict_here(region)
        except GfmError as problem:
            self._workspace.message.emit("warning", str(problem))

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(0)
        grid.addWidget(self.bar, 0, 0, 1, 2)
        grid.addWidget(self.canvas, 1, 0)
        grid.addWidget(self.scroll_bar, 1, 1)
        grid.setRowStretch(1, 1)
        grid.setColumnStretch(0, 1)
        self.setFocusProxy(self.canvas)

    def _connect(self) -> None:
        canvas, bar = self.canvas, self.bar
        bar.predict.setChecked(self.predicted.automatic)
        bar.zoomed.connect(canvas.gestures.zoom)
        bar.predict_toggled.connect(self.predicted.set_automatic)
        bar.went.connect(canvas.setFocus)
        bar.predict_here.connect(lambda: self.predict(canvas.camera.interval))
        canvas.settled.connect(self.predicted.show)
        listen(self, self._workspace.prediction_wanted, self.predict)
        listen(self, self.predicted.stale, canvas.settle)
        listen(self, self.predicted.changed, self._follow_automatic)
        canvas.scrolled.connect(self._follow_scroll)
        canvas.region_chosen.connect(self._region_menu)
        canvas.lane_menu.connect(self._lane_menu)
        self.scroll_bar.valueChanged.connect(canvas.scroll_to)
        self._follow_scroll()

    def _follow_automatic(self) -> None:
        """Show on the button what a track's menu may have changed."""
        button = self.bar.predict
        button.blockSignals(True)
        button.setChecked(self.predicted.automatic)
        button.blockSignals(False)

    def _follow_scroll(self) -> None:
        canvas, bar = self.canvas, self.scroll_bar
        hidden = max(0, canvas.content_height() - canvas.room())
        bar.blockSignals(True)
        bar.setRange(0, hidden)
        bar.setPageStep(max(1, canvas.room()))
        bar.setSingleStep(24)
        bar.setValue(canvas.scroll_y)
        bar.blockSignals(False)
        bar.setVisible(hidden > 0)

    def _region_menu(self, region: Interval, place: QPointF) -> None:
        menu = lane_menu.region_menu(self.canvas, region, self.predict)
        menu.popup(place.toPoint())

    def _lane_menu(self, lane: Lane | None, place: QPointF) -> None:
        menu = lane_menu.lane_menu(self.canvas, lane)
        menu.popup(place.toPoint())
