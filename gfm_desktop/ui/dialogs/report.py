"""What went wrong, laid out in its parts, with a report to copy."""

from __future__ import annotations

import platform
from importlib import metadata
from typing import TYPE_CHECKING

import psutil
from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gfm_desktop import __version__
from gfm_desktop.ui import theme
from gfm_desktop.ui.icons import pixmap

if TYPE_CHECKING:
    from gfm_desktop.jobs.events import Failed

_PACKAGES = ("PySide6-Essentials", "torch", "numpy", "pyarrow", "pysam")
_GIB = 1 << 30


def machine_report() -> str:
    """Return versions and machine, without file names and without anybody's data."""
    versions = ", ".join(f"{name} {_version(name)}" for name in _PACKAGES)
    memory = psutil.virtual_memory()
    return "\n".join(
        (
            f"GFM Desktop {__version__}, Python {platform.python_version()}, "
            f"Qt {qVersion()} ({QGuiApplication.platformName()})",
            f"{platform.platform()} on {platform.machine()}, "
            f"{psutil.cpu_count() or 0} processors, "
            f"{memory.total / _GIB:.1f} GiB memory, {memory.available / _GIB:.1f} free",
            versions,
        )
    )


def failure_report(failed: Failed) -> str:
    """Return what a failure says, with versions and machine, to be copied."""
    parts = [failed.what, f"Where: {failed.where}" if failed.where else ""]
    parts += [f"To do: {failed.todo}" if failed.todo else "", "", machine_report()]
    if failed.details:
        parts += ["", failed.details.rstrip()]
    return "\n".join(
        part for i, part in enumerate(parts) if part or (i and parts[i - 1])
    )


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "absent"


class FailureDialog(QDialog):
    """What happened, where, what to do; the technical part below, to be copied."""

    def __init__(self, failed: Failed, parent: QWidget | None = None) -> None:
        """Lay out a failure."""
        super().__init__(parent)
        self.setObjectName("failure-dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Unexpected error" if failed.details else "Not done")
        self._failed = failed
        self.copy = QPushButton("Copy report")
        self.copy.setObjectName("failure-copy")
        self.copy.setAccessibleName("Copy report")
        self.copy.clicked.connect(self._copy)
        close = QPushButton("Close")
        close.setObjectName("failure-close")
        close.setAccessibleName("Close")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(14)
        column.addLayout(self._words())
        if failed.details:
            column.addWidget(self._details(), 1)
        buttons = QHBoxLayout()
        buttons.addWidget(self.copy)
        buttons.addStretch(1)
        buttons.addWidget(close)
        column.addLayout(buttons)
        self.setMinimumWidth(round(480 * theme.scale_of()))

    def _words(self) -> QHBoxLayout:
        failed = self._failed
        mark = QLabel()
        side = round(32 * theme.scale_of())
        ratio = self.devicePixelRatioF()
        mark.setPixmap(pixmap("error", side, "bad", ratio=ratio))
        text = QVBoxLayout()
        text.setSpacing(8)
        parts = ((failed.what, "heading"), (failed.where, "muted"), (failed.todo, ""))
        for words, role in parts:
            if not words:
                continue
            label = QLabel(words)
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            if role:
                label.setProperty("role", role)
            text.addWidget(label)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(text, 1)
        return row

    def _details(self) -> QPlainTextEdit:
        view = QPlainTextEdit(failure_report(self._failed))
        view.setObjectName("failure-details")
        view.setAccessibleName("Technical report")
        view.setReadOnly(True)
        view.setFont(theme.fixed_font(0.95))
        view.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        view.setMinimumSize(
            round(640 * theme.scale_of()), round(240 * theme.scale_of())
        )
        return view

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(failure_report(self._failed))
        self.copy.setText("Copied")
