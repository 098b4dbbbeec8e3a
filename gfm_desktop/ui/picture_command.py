"""Draw the browser into a file from the command line: open, go, wait, paint.

Everything is the window's: the same files, jobs, tracks and painters, so that the
picture is the one that the window would show.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, Qt, QTimer, Signal, qInstallMessageHandler

from gfm_desktop.errors import GfmError
from gfm_desktop.ui.browser.browser import BrowserPanel
from gfm_desktop.ui.browser.extract import extract_of, words_of
from gfm_desktop.ui.browser.picture import USUAL_DPI, save_picture
from gfm_desktop.workspace.opening import Opening
from gfm_desktop.workspace.project import files_of, sample_project
from gfm_desktop.workspace.view_words import show_lanes

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtCore import QMessageLogContext, QtMsgType

    from gfm_desktop.ui.engine_bridge import EngineBridge
    from gfm_desktop.workspace.workspace import Workspace

_LOOK_MS = 50
_CALM = 4
"""Looks in a row that must find nothing under way: a request may follow an answer."""


@dataclass(frozen=True, slots=True)
class PictureOrder:
    """What is to be drawn.

    Attributes:
        out: ``.png``, ``.svg`` or ``.pdf``.
        files: Files to open.
        sample: Open the sample's files as well.
        loci: What would be typed into the locus box, one a pane.
        variant: The variant whose ALT is predicted; empty for none.
        tracks: Lanes to show, as `workspace.view_words` writes them; empty for the
            usual ones.
        width: Pixels, at 96 to the inch.
        height: Pixels; 0 for as many as the lanes need.
        dpi: Dots to the inch of a PNG.
        predict: Whether predicted tracks are predicted.
        theme: Colours; empty for those of the settings.
        command: The command line, kept in the file.
    """

    out: Path
    files: tuple[Path, ...] = ()
    sample: bool = False
    loci: tuple[str, ...] = ()
    variant: str = ""
    tracks: tuple[str, ...] = ()
    width: int = 1_200
    height: int = 0
    dpi: int = USUAL_DPI
    predict: bool = True
    theme: Literal["", "light", "dark"] = ""
    command: str = ""


class Drawing(QObject):
    """Carries out one order; `done` tells the exit code."""

    done = Signal(int)

    def __init__(
        self, order: PictureOrder, workspace: Workspace, bridge: EngineBridge
    ) -> None:
        """Prepare; nothing is opened before `start`."""
        super().__init__()
        self.panel = BrowserPanel(workspace, bridge)
        self._order = order
        self._workspace = workspace
        self._opening = Opening(workspace, bridge)
        self._failed = False
        self._placed = False
        self._calm = 0
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self._look)
        workspace.message.connect(self._say)
        self.panel.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        # A canvas that was never shown has no size of its own.
        self.panel.canvas.setFixedSize(order.width, order.height or 600)
        self.panel.predicted.set_automatic(False)

    def start(self) -> None:
        """Open the files and go on when they are there."""
        order = self._order
        files = list(order.files)
        if order.sample:
            files = [*files_of(sample_project()), *files]
        self.panel.show()
        self._opening.open(files)
        self._timer.start()

    def _look(self) -> None:
        workspace = self._workspace
        if workspace.opening:
            return
        try:
            if self._failed or workspace.genome is None:
                raise GfmError("Nothing was drawn: not every file could be opened.")
            if not self._placed:
                self._place()
                self._placed = True
                return
            self._calm = 0 if self._busy() else self._calm + 1
            if self._calm >= _CALM:
                self._go_on()
        except GfmError as problem:
            self._end(str(problem), 1)

    def _place(self) -> None:
        """Set the lanes, select the variant and go to the loci."""
        order = self._order
        if order.tracks:
            show_lanes(self._workspace, order.tracks)
        places = "; ".join(order.loci) or (
            sample_project().locus if order.sample else ""
        )
        for text in filter(None, (order.variant, places)):
            if not self.panel.bar.go(text):
                raise GfmError(f"{text}: {self.panel.bar.error.text()}")
        self._workspace.activate(0)
        self.panel.predicted.set_automatic(order.predict)
        self.panel.canvas.settle()

    def _busy(self) -> bool:
        """Tell whether more of the active pane is on its way."""
        canvas = self.panel.canvas
        view, _ = canvas.view()
        reading = self._workspace.table is not None
        if reading and canvas.sources.marks.within(view.interval) is None:
            return True
        shown = (lane for lane in canvas.lanes if not lane.look.hidden)
        return any(lane.track.busy(view) for lane in shown)

    def _go_on(self) -> None:
        """Turn to the next pane, which is predicted while it is the active one."""
        self._calm = 0
        following = self._workspace.active + 1
        if following < len(self._workspace.loci):
            self._workspace.activate(following)
        else:
            self._draw()

    def _draw(self) -> None:
        order, canvas = self._order, self.panel.canvas
        if order.height:
            self._fill(order.height)
        else:
            # Without room to spare no lane stretches: that is the height they need.
            canvas.setFixedSize(order.width, 1)
            canvas.refresh()
            canvas.setFixedSize(order.width, canvas.header + canvas.content_height())
        save_picture(canvas, order.out, dpi=order.dpi, command=order.command)
        lacking = words_of(extract_of(canvas))
        self._end("\n".join(filter(None, (lacking, f"Drawn: {order.out}"))), 0)

    def _fill(self, height: int) -> None:
        """Give the room of lanes that are left out to the others."""
        canvas = self.panel.canvas
        for _ in canvas.lanes:
            # What comes up from below may have to be left out as well.
            missing = height - extract_of(canvas).height
            if missing <= 0:
                return
            canvas.setFixedSize(canvas.width(), canvas.height() + missing)
            canvas.refresh()

    def _say(self, level: str, text: str) -> None:
        self._failed |= level == "error"
        sys.stderr.write(f"{level}: {text}\n")

    def _end(self, text: str, code: int) -> None:
        self._timer.stop()
        sys.stderr.write(f"{text}\n")
        self.panel.close()
        self.done.emit(code)


def _tell(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
    """Write what Qt says, but not what its plugin without a screen always says."""
    del kind, context
    if "propagateSizeHints" not in text:
        sys.stderr.write(f"{text}\n")


def draw(order: PictureOrder) -> int:
    """Draw and return the process's exit code."""
    qInstallMessageHandler(_tell)
    from gfm_desktop.engine.process import ProcessEngine
    from gfm_desktop.settings import load_settings
    from gfm_desktop.ui.app import make_application
    from gfm_desktop.ui.engine_bridge import EngineBridge
    from gfm_desktop.ui.interrupt import closing_on_signals
    from gfm_desktop.ui.main_window import dress
    from gfm_desktop.workspace.workspace import Workspace

    application = make_application()
    settings = load_settings()
    if order.theme:
        settings.theme = order.theme
    dress(settings)
    engine = ProcessEngine()
    bridge = EngineBridge(engine)
    engine.start()
    drawing = Drawing(order, Workspace(), bridge)
    drawing.done.connect(application.exit)
    QTimer.singleShot(0, drawing, drawing.start)
    try:
        with closing_on_signals(application):
            return application.exec()
    finally:
        bridge.close()
