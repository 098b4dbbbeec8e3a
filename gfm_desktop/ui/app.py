"""Starts the window: settings, engine, workspace, main window, then the files."""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from gfm_desktop import __version__
from gfm_desktop.engine.process import ProcessEngine
from gfm_desktop.settings import load_settings
from gfm_desktop.ui.crash import install_hook
from gfm_desktop.ui.engine_bridge import EngineBridge
from gfm_desktop.ui.icons import APP, icon
from gfm_desktop.ui.interrupt import closing_on_signals
from gfm_desktop.ui.main_window import MainWindow, dress
from gfm_desktop.ui.usable import tell_when_usable
from gfm_desktop.workspace.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

FRAME = 0.004
"""Seconds that a frame of a zoom paints lanes; a screen shows 60 frames a second."""


def run(
    files: Sequence[Path],
    *,
    sample: bool = False,
    when_usable: Callable[[MainWindow], None] | None = None,
) -> int:
    """Open the window and return the process's exit code when it is closed.

    Args:
        files: Files to open, of any kind and in any order.
        sample: Open the shipped sample; `files` take the place of its own.
        when_usable: Called once, when everything that was asked for is on screen.
    """
    application = make_application()
    settings = load_settings()
    # Before there are widgets: to dress them afterwards costs twice.
    dress(settings)
    engine = ProcessEngine()
    bridge = EngineBridge(engine)
    workspace = Workspace()
    window = MainWindow(workspace, bridge, settings)
    install_hook(window)
    if when_usable is not None:
        tell_when_usable(window, when_usable, asked=sample or bool(files))
    if sample:
        after_sample = list(files)

        def then(*_: object) -> None:
            if after_sample:
                given = tuple(after_sample)
                after_sample.clear()
                window.commands.open_paths(given)

        # Once the sample is open: its own files would else take the place of these.
        window.opening.opened.connect(then)
        window.commands.open_sample()
    elif files:
        window.commands.open_paths(files)
    window.browser.canvas.hurry(FRAME)
    window.show()
    for warning in settings.warnings:
        workspace.message.emit("warning", warning)
    # After the first paint: the worker's start must not delay the window.
    QTimer.singleShot(0, window, engine.start)
    # What is there now stays: to look through it for garbage, again and again, would
    # stop a drag for 20 ms each time.
    gc.freeze()
    try:
        with closing_on_signals(application):
            return application.exec()
    finally:
        gc.unfreeze()
        bridge.close()


def make_application() -> QApplication:
    """Return the one `QApplication`, named and with its icon."""
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        application = QApplication(sys.argv[:1])
    application.setApplicationName("gfm-desktop")
    application.setApplicationDisplayName("")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("gfm-desktop")
    application.setWindowIcon(icon(APP))
    return application
