"""Runs the newest question off the GUI thread and forgets the older ones."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from gfm_desktop.errors import GfmError

Work = Callable[[], object]


class _Courier(QObject):
    """Outlives the asker, so that a late answer has a living sender."""

    arrived = Signal(int, object)


class Latest(QObject):
    """At most one thread at work, and only the newest question's answer arrives.

    A question that is asked while another is being answered waits; a third one
    replaces it. No thread stays behind when nothing is asked.
    """

    answered = Signal(object)
    """The newest question's answer, on the GUI thread."""
    failed = Signal(object)
    """The `GfmError` that the newest question raised; other errors are bugs."""
    busy_changed = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        """Start idle."""
        super().__init__(parent)
        self._courier = _Courier()
        self._courier.arrived.connect(self._receive, Qt.ConnectionType.QueuedConnection)
        self._number = 0
        self._busy = False
        self._waiting: Work | None = None

    @property
    def busy(self) -> bool:
        """Tell whether an answer is awaited."""
        return self._busy

    def ask(self, work: Work) -> None:
        """Run `work` on a thread; its answer is dropped if a newer question comes."""
        self._number += 1
        if self._busy:
            self._waiting = work
            return
        self._start(work)
        self.busy_changed.emit(True)

    def forget(self) -> None:
        """Drop whatever is asked: nothing arrives any more."""
        self._number += 1
        self._waiting = None

    def _start(self, work: Work) -> None:
        self._busy = True
        courier, number = self._courier, self._number
        pool = ThreadPoolExecutor(1, thread_name_prefix="gfm-query")
        future = pool.submit(work)
        pool.shutdown(wait=False)  # the thread ends with its work: none idles
        future.add_done_callback(lambda done: courier.arrived.emit(number, done))

    def _receive(self, number: int, future: Future[Any]) -> None:
        self._busy = False
        if self._waiting is not None:
            work, self._waiting = self._waiting, None
            self._start(work)
            return
        self.busy_changed.emit(False)
        if number != self._number:
            return
        try:
            answer = future.result()
        except GfmError as error:
            self.failed.emit(error)
            return
        self.answered.emit(answer)
