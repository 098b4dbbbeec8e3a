"""Version, licences, attributions and citations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTabWidget,
    QTextBrowser,
    QVBoxLayout,
)

from gfm_desktop import __version__
from gfm_desktop.ui import theme
from gfm_desktop.ui.dialogs.credits import (
    about_html,
    citations,
    libraries_html,
    models_html,
)
from gfm_desktop.ui.dialogs.report import machine_report
from gfm_desktop.ui.icons import APP, pixmap

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


class AboutDialog(QDialog):
    """Everything that the licences ask us to show, and what a paper needs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Fill the pages."""
        super().__init__(parent)
        self.setObjectName("about-dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("About GFM Desktop")
        self.tabs = QTabWidget()
        self.tabs.setObjectName("about-tabs")
        self.tabs.setDocumentMode(True)
        self._add("About", about_html())
        self._add("Models and data", models_html())
        self._add("Libraries", libraries_html())
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(14)
        column.addLayout(self._head())
        column.addWidget(self.tabs, 1)
        column.addLayout(self._foot())
        scale = theme.scale_of()
        self.resize(round(600 * scale), round(500 * scale))

    def _head(self) -> QHBoxLayout:
        mark = QLabel()
        side = round(56 * theme.scale_of())
        mark.setPixmap(pixmap(APP, side, ratio=self.devicePixelRatioF()))
        name = QLabel("GFM Desktop")
        name.setProperty("role", "title")
        version = QLabel(f"Version {__version__}")
        version.setProperty("role", "muted")
        version.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addStretch(1)
        words.addWidget(name)
        words.addWidget(version)
        words.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(mark)
        row.addLayout(words, 1)
        return row

    def _foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        for name, title, text in (
            ("about-cite", "Copy citations", citations),
            ("about-report", "Copy report", machine_report),
        ):
            button = QPushButton(title)
            button.setObjectName(name)
            button.setAccessibleName(title)
            button.setAutoDefault(False)
            button.clicked.connect(
                lambda _=False, make=text, b=button: self._copy(make(), b)
            )
            row.addWidget(button)
        row.addStretch(1)
        close = QPushButton("Close")
        close.setObjectName("about-close")
        close.setAccessibleName("Close")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        row.addWidget(close)
        return row

    def _add(self, title: str, text: str) -> None:
        view = QTextBrowser()
        view.setObjectName(f"about-{title.split()[0].lower()}")
        view.setAccessibleName(title)
        # Links are text to copy: the app opens nothing on the network by itself.
        view.setOpenLinks(False)
        view.setFrameShape(QTextBrowser.Shape.NoFrame)
        view.document().setDocumentMargin(10)
        view.setHtml(text)
        self.tabs.addTab(view, title)

    def _copy(self, text: str, button: QPushButton) -> None:
        QGuiApplication.clipboard().setText(text)
        button.setText("Copied")
