"""Everything that was said, newest last: nothing is lost with its toast."""

from __future__ import annotations

import html
from collections import deque
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from gfm_desktop.jobs.events import Cancelled, Event, Failed, Finished
from gfm_desktop.ui.panel import Panel
from gfm_desktop.ui.widgets.listening import listen
from gfm_desktop.ui.widgets.look import Tone, muted, tone_colours

if TYPE_CHECKING:
    from gfm_desktop.ui.engine_bridge import EngineBridge
    from gfm_desktop.workspace.workspace import Workspace

KEPT = 500
"""Messages that are kept; older ones are forgotten."""
_RECENT = 6
_TONES = {"info": Tone.GOOD, "warning": Tone.CAUTION, "error": Tone.BAD}
_MARKS = {"info": "✓", "warning": "▲", "error": "✕"}
_WORDS = {"info": "Note", "warning": "Warning", "error": "Error"}


@dataclass(frozen=True, slots=True)
class Message:
    """One message.

    Attributes:
        time: Local time of the (last) occurrence, hours to seconds.
        level: ``"info"``, ``"warning"`` or ``"error"``.
        text: What was said.
        times: How often it was said in a row.
    """

    time: str
    level: str
    text: str
    times: int = 1


class MessagesPanel(QWidget):
    """A log of the workspace's messages, and of endings that nobody else told."""

    def __init__(self, workspace: Workspace, bridge: EngineBridge) -> None:
        """Listen from now on."""
        super().__init__()
        self.setObjectName("messages-panel")
        self.messages: deque[Message] = deque(maxlen=KEPT)
        self._titles: dict[str, str] = {}
        self.view = QTextBrowser()
        self.view.setObjectName("messages-view")
        self.view.setAccessibleName("Messages, newest last")
        self.view.setOpenLinks(False)
        self.copy = QPushButton("Copy all")
        self.clear = QPushButton("Clear")
        row = QHBoxLayout()
        for name, button in (("copy", self.copy), ("clear", self.clear)):
            button.setObjectName(f"messages-{name}")
            button.setAccessibleName(f"{button.text()} messages")
            row.addWidget(button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        column.addWidget(self.view, 1)
        column.addLayout(row)
        listen(self, workspace.message, self.say)
        bridge.submitted.connect(self._submitted)
        bridge.told.connect(self._event)
        self.copy.clicked.connect(self._copy)
        self.clear.clicked.connect(self._clear)
        self._show()

    def sizeHint(self) -> QSize:
        """Return room for a few messages."""
        return QSize(900, 200)

    def say(self, level: str, text: str) -> None:
        """Log a message; one that repeats itself is counted, not repeated."""
        now = f"{datetime.now():%H:%M:%S}"
        last = self.messages[-1] if self.messages else None
        if last is not None and (last.level, last.text) == (level, text):
            self.messages[-1] = replace(last, time=now, times=last.times + 1)
        else:
            self.messages.append(Message(now, level, text))
        self._show()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._show()

    def _submitted(self, job_id: str, job: object) -> None:
        self._titles[job_id] = str(getattr(job, "title", "Job"))

    def _event(self, job_id: str, event: Event) -> None:
        title = self._titles.get(job_id, "Job")
        match event:
            case Finished(message=message, counts=counts, warnings=warnings):
                # A predicted tile says nothing: it would drown everything else.
                if counts and not self._said(message):
                    self.say("info", message)
                for warning in warnings:
                    if not self._said(warning):
                        self.say("warning", warning)
            case Failed(what=what, where=where, todo=todo, details=details):
                if not self._said(what):
                    place = f" [{where}]" if where else ""
                    self.say("error", f"{title}: {what}{place} {todo}".strip())
                if details:
                    self.say("error", f"{title}, for a report:\n{details}")
            case Cancelled():
                pass
            case _:
                return
        self._titles.pop(job_id, None)

    def _said(self, text: str) -> bool:
        """Tell whether whoever started the job has just said the same."""
        recent = list(self.messages)[-_RECENT:]
        return any(text in message.text for message in recent)

    def _show(self) -> None:
        palette = self.palette()
        quiet = muted(palette).name()
        rows = []
        for message in self.messages:
            level = message.level if message.level in _TONES else "info"
            ink = tone_colours(_TONES[level], palette).text.name()
            text = html.escape(message.text).replace("\n", "<br>")
            often = f" <span style='color:{quiet}'>(said {message.times} times)</span>"
            rows.append(
                f"<tr><td style='color:{quiet}'>{message.time}&nbsp;&nbsp;</td>"
                f"<td style='color:{ink}'>{_MARKS[level]}&nbsp;{_WORDS[level]}"
                f"&nbsp;&nbsp;</td>"
                f"<td>{text}{often if message.times > 1 else ''}</td></tr>"
            )
        nothing = f"<p style='color:{quiet}'>Nothing to report.</p>"
        table = f"<table cellspacing='0' cellpadding='3'>{''.join(rows)}</table>"
        self.view.setHtml(table if rows else nothing)
        bar = self.view.verticalScrollBar()
        bar.setValue(bar.maximum())
        for button in (self.copy, self.clear):
            button.setEnabled(bool(rows))

    def _copy(self) -> None:
        lines = (
            f"{m.time}\t{_WORDS.get(m.level, m.level)}\t{m.text}" for m in self.messages
        )
        QGuiApplication.clipboard().setText("\n".join(lines))

    def _clear(self) -> None:
        self.messages.clear()
        self._show()


PANEL = Panel(
    key="messages",
    title="Messages",
    area="bottom",
    factory=MessagesPanel,
    order=1,
    shown=False,
)
