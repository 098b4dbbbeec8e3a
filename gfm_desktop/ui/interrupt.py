"""Ctrl+C in the terminal, and a polite `kill`, close the window as its button does."""

from __future__ import annotations

import contextlib
import signal
import socket
from typing import TYPE_CHECKING

from PySide6.QtCore import QSocketNotifier

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from PySide6.QtWidgets import QApplication

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def closing_on_signals(application: QApplication) -> Iterator[None]:
    """Close all windows when the process is asked to end, while the block runs.

    Python runs its signal handlers between two bytecodes, and Qt's loop has none as
    long as nothing happens. So the interpreter writes a byte into a socket at once
    (`signal.set_wakeup_fd`), and Qt wakes up for that.

    Args:
        application: Told to quit, which closes every window first.
    """
    ours, interpreters = socket.socketpair()
    for end in (ours, interpreters):
        end.setblocking(False)
    notifier = QSocketNotifier(ours.fileno(), QSocketNotifier.Type.Read)
    notifier.activated.connect(lambda: _answer(ours, application))
    before = {number: signal.signal(number, _ignore) for number in _SIGNALS}
    wakeup = signal.set_wakeup_fd(interpreters.fileno(), warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(wakeup)
        for number, handler in before.items():
            signal.signal(number, handler)
        notifier.setEnabled(False)
        ours.close()
        interpreters.close()


def _answer(ours: socket.socket, application: QApplication) -> None:
    with contextlib.suppress(BlockingIOError):
        # Other signals (a child's end) write into the same socket.
        if set(_SIGNALS) & set(ours.recv(64)):
            application.quit()


def _ignore(number: int, frame: FrameType | None) -> None:
    """Do nothing: the socket brings the news."""
