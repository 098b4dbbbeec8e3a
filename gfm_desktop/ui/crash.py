"""What happens to a bug: a window with a report to copy, never silence."""

from __future__ import annotations

import sys
import traceback
from typing import TYPE_CHECKING

from gfm_desktop.errors import GfmError
from gfm_desktop.jobs.events import Failed

if TYPE_CHECKING:
    from types import TracebackType

    from gfm_desktop.ui.main_window import MainWindow

WORDS = "Something went wrong inside the program. What you have open is still there."


def install_hook(window: MainWindow) -> None:
    """Catch what no handler caught; a user's error becomes a message.

    Args:
        window: Shows the dialog; one at a time, however many errors follow.
    """
    showing = [False]

    def hook(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if isinstance(error, KeyboardInterrupt):
            window.close()
            return
        mendable = _users_error(error)
        if mendable is not None:
            failed = Failed(mendable.what, mendable.where, mendable.todo)
            window.workspace.report(failed)
            return
        text = "".join(traceback.format_exception(kind, error, trace))
        sys.stderr.write(text)
        if showing[0]:
            return
        showing[0] = True
        from gfm_desktop.ui.dialogs.report import FailureDialog

        failed = Failed(WORDS, todo="Please send the report.", details=text)
        dialog = FailureDialog(failed, window)
        dialog.finished.connect(lambda _: showing.__setitem__(0, False))
        dialog.open()

    sys.excepthook = hook


def _users_error(error: BaseException | None) -> GfmError | None:
    """Return the user's error behind an error; psygnal wraps what a listener raises."""
    while error is not None and not isinstance(error, GfmError):
        error = error.__cause__
    return error
