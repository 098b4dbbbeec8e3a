"""What the window shows while nothing is open: drop, open, sample, recent."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gfm_desktop import __version__
from gfm_desktop.ui import theme
from gfm_desktop.ui.icons import APP, icon, pixmap
from gfm_desktop.ui.widgets.drop_target import DropTarget
from gfm_desktop.ui.widgets.listening import listen
from gfm_desktop.workspace.project import missing_files

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent

    from gfm_desktop.settings import RecentProject
    from gfm_desktop.workspace.project import Projects
    from gfm_desktop.workspace.workspace import Workspace

KINDS = (
    "Genome (FASTA)  ·  gene models (GTF, GFF3)  ·  variants (VCF)  ·  "
    "tracks (bigWig, BAM, BED)"
)
_WIDTH = 620
_MOST = 6
"""Recent projects on the page; the menu has all."""


class RecentRow(QFrame):
    """One recent project: a press opens it, a small button forgets it."""

    opened = Signal()
    forgotten = Signal()

    def __init__(self, project: RecentProject, number: int) -> None:
        """Say title, place and date; a project whose files are gone says so."""
        super().__init__()
        self.setProperty("card", "true")
        missing = missing_files(project)
        words = _where(project) if not missing else f"Missing: {missing[0].name}"
        self.button = QPushButton(project.title or Path(project.genome).name)
        self.button.setObjectName(f"recent-{number}")
        self.button.setAccessibleName(f"Open {self.button.text()}, {words}")
        self.button.setProperty("quiet", "true")
        self.button.setIcon(icon("warning" if missing else "recent", "muted"))
        self.button.setStyleSheet("text-align: left; font-weight: 600;")
        self.button.setToolTip("\n".join(str(path) for path in _files(project)))
        where = QLabel(words)
        where.setProperty("role", "warning" if missing else "muted")
        where.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.forget = QToolButton()
        self.forget.setObjectName(f"recent-{number}-forget")
        self.forget.setAccessibleName(f"Take {self.button.text()} off the list")
        self.forget.setToolTip("Take it off the list; the files stay")
        self.forget.setIcon(icon("close", "muted"))
        self.button.clicked.connect(self.opened)
        self.forget.clicked.connect(self.forgotten)
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 3, 4, 3)
        row.addWidget(self.button)
        row.addWidget(where, 1)
        row.addWidget(self.forget)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open it wherever the card is pressed."""
        inside = self.rect().contains(event.position().toPoint())
        if inside and event.button() is Qt.MouseButton.LeftButton:
            self.opened.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the press, so that its release comes here."""
        event.accept()


class StartPage(QScrollArea):
    """The first page; it only says what was chosen."""

    files_wanted = Signal()
    sample_wanted = Signal()
    project_wanted = Signal(object)
    """Carries the `RecentProject`."""
    tuning_wanted = Signal()

    def __init__(self, workspace: Workspace, projects: Projects) -> None:
        """Show the recent projects and what is being opened."""
        super().__init__()
        self.setObjectName("start-page")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self._workspace = workspace
        self._projects = projects
        self.drop = DropTarget(
            "drop-target",
            "Open files: a genome, gene models, variants",
            "Drop your files here, or press to choose them",
            KINDS,
        )
        self.sample = QPushButton("Open the sample")
        self.tune = QPushButton("Fine-tune a model")
        self._mark = QLabel()
        self._recent = QVBoxLayout()
        self._recent_title = QLabel("Recent")
        self._build()
        self.drop.pressed.connect(self.files_wanted)
        self.sample.clicked.connect(self.sample_wanted)
        self.tune.clicked.connect(self.tuning_wanted)
        listen(self, workspace.opening_changed, self._show_opening)
        listen(self, workspace.waiting_changed, self._show_opening)
        self.refresh()

    def sizeHint(self) -> QSize:
        """Return a comfortable page."""
        return QSize(900, 640)

    def refresh(self) -> None:
        """Show the recent projects as they are now."""
        while (item := self._recent.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        recent = self._projects.recent[:_MOST]
        self._recent_title.setVisible(bool(recent))
        for number, project in enumerate(recent):
            row = RecentRow(project, number)
            row.opened.connect(lambda p=project: self.project_wanted.emit(p))
            row.forgotten.connect(lambda p=project: self._forget(p))
            self._recent.addWidget(row)
        self._show_opening()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme and the text size."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._dress()

    def _build(self) -> None:
        page = QWidget()
        column = QVBoxLayout()
        column.setSpacing(16)
        column.addStretch(2)
        column.addLayout(self._head())
        column.addWidget(self.drop)
        column.addLayout(self._offers())
        self._recent_title.setProperty("role", "heading")
        column.addSpacing(6)
        column.addWidget(self._recent_title)
        self._recent.setSpacing(6)
        column.addLayout(self._recent)
        column.addStretch(3)
        self._foot = QLabel(f"Version {__version__}  ·  for research use")
        self._foot.setProperty("role", "muted")
        column.addWidget(self._foot, 0, Qt.AlignmentFlag.AlignCenter)
        self._middle = QWidget()
        self._middle.setLayout(column)
        row = QHBoxLayout(page)
        row.addStretch(1)
        row.addWidget(self._middle, 4)
        row.addStretch(1)
        self.setWidget(page)
        self._dress()

    def _head(self) -> QHBoxLayout:
        title = QLabel("GFM Desktop")
        title.setProperty("role", "title")
        words = QLabel(
            "Rank variants by their predicted effect, and see the prediction where you "
            "click.\nOn your own machine; nothing leaves it."
        )
        words.setWordWrap(True)
        words.setProperty("role", "muted")
        text = QVBoxLayout()
        text.setSpacing(4)
        text.addWidget(title)
        text.addWidget(words)
        head = QHBoxLayout()
        head.setSpacing(16)
        head.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        head.addLayout(text, 1)
        return head

    def _offers(self) -> QGridLayout:
        self.sample.setObjectName("open-sample-button")
        self.sample.setAccessibleName("Open the sample")
        self.sample.setProperty("primary", "true")
        self.sample.setIcon(icon("sample", "on_accent"))
        self.tune.setObjectName("fine-tune-button")
        self.tune.setAccessibleName("Fine-tune a model with your own labels")
        self.tune.setIcon(icon("tune"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setColumnStretch(1, 1)
        offers = (
            (self.sample, "One megabase of human chromosome 22 with its genes and "
             "3,502 variants: ready to be scored."),
            (self.tune, "From 10 to 10,000 labelled sequences, regions or variants in "
             "a spreadsheet to a tested model."),
        )  # fmt: skip
        for line, (button, text) in enumerate(offers):
            words = QLabel(text)
            words.setWordWrap(True)
            words.setProperty("role", "muted")
            grid.addWidget(button, line, 0)
            grid.addWidget(words, line, 1)
        return grid

    def _dress(self) -> None:
        scale = theme.scale_of()
        ratio = self.devicePixelRatioF()
        self._mark.setPixmap(pixmap(APP, round(60 * scale), ratio=ratio))
        for button in (self.sample, self.tune):
            button.setIconSize(QSize(round(18 * scale), round(18 * scale)))
        self._middle.setMaximumWidth(round(_WIDTH * scale))
        self._middle.setMinimumWidth(min(320, round(_WIDTH * scale)))

    def _show_opening(self) -> None:
        opening, waiting = self._workspace.opening, self._workspace.waiting
        if opening:
            names = ", ".join(path.name for path in opening)
            text = "The first time takes longest: an index is made in the app's cache."
            self.drop.say(f"Opening {names} …", text, busy=True)
        elif waiting:
            names = ", ".join(path.name for path in waiting)
            text = f"{names} will be read against it."
            self.drop.say("Now the genome: drop its FASTA file", text, busy=False)
        else:
            self.drop.say(
                "Drop your files here, or press to choose them", KINDS, busy=False
            )

    def _forget(self, project: RecentProject) -> None:
        self._projects.forget(project)
        self.refresh()


def _files(project: RecentProject) -> tuple[str, ...]:
    names = (project.genome, project.annotation, project.variants)
    return tuple(dict.fromkeys(name for name in names if name))


def _where(project: RecentProject) -> str:
    """Return date and folder of a project, as its row says them."""
    folder = str(Path(project.variants or project.genome).parent)
    try:
        day = datetime.fromisoformat(project.opened).astimezone()
    except ValueError:
        return folder
    return f"{day:%d %b %Y}  ·  {folder}"
