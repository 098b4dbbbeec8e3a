"""The window: it only puts parts together and says when they may be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize
from PySide6.QtWidgets import (
    QApplication,
    QMainWindow,
    QMenu,
    QStatusBar,
    QToolBar,
)

from gfm_desktop.ui import theme
from gfm_desktop.ui.actions import ACTIONS
from gfm_desktop.ui.badges import GenomeBadge, NetworkBadge
from gfm_desktop.ui.browser.browser import BrowserPanel
from gfm_desktop.ui.browser.lane_menu import fill_tracks
from gfm_desktop.ui.commands import Commands
from gfm_desktop.ui.docks import Docks, panels
from gfm_desktop.ui.drop_veil import DropVeil, dropped_files
from gfm_desktop.ui.icons import APP, icon
from gfm_desktop.ui.job_strip import JobStrip
from gfm_desktop.ui.keys import cleaned
from gfm_desktop.ui.menus import (
    make_actions,
    make_menus,
    make_toolbar,
    mark_choices,
    size_toolbar,
)
from gfm_desktop.ui.needs import is_met
from gfm_desktop.ui.pages import Pages, wide_of
from gfm_desktop.ui.session import Session
from gfm_desktop.ui.start_page import StartPage
from gfm_desktop.ui.toasts import Toasts
from gfm_desktop.ui.widgets.listening import listen
from gfm_desktop.workspace.opening import Opening
from gfm_desktop.workspace.scoring import Scoring
from gfm_desktop.workspace.workspace import BROWSER

if TYPE_CHECKING:
    from PySide6.QtGui import (
        QAction,
        QCloseEvent,
        QDragEnterEvent,
        QDragLeaveEvent,
        QDropEvent,
    )

    from gfm_desktop.jobs.events import Failed
    from gfm_desktop.settings import Settings
    from gfm_desktop.ui.engine_bridge import EngineBridge
    from gfm_desktop.ui.theme import BaseSet
    from gfm_desktop.workspace.project import Projects
    from gfm_desktop.workspace.view_history import ViewHistory
    from gfm_desktop.workspace.workspace import Workspace

_SIZE = QSize(1440, 900)


def dress(settings: Settings) -> None:
    """Put the theme and text size of the settings on the application."""
    palette = theme.palette_for(settings.theme, bases=settings.base_palette)
    application = QApplication.instance()
    if isinstance(application, QApplication):
        theme.apply(application, palette, scale=settings.font_scale)


class MainWindow(QMainWindow):
    """Browser in the middle, panels around it, jobs below; a start page before."""

    def __init__(
        self, workspace: Workspace, bridge: EngineBridge, settings: Settings
    ) -> None:
        """Put the window together; nothing is open yet.

        Args:
            workspace: What the user has open.
            bridge: The way to the engine.
            settings: Read and kept up to date.
        """
        super().__init__()
        self.workspace = workspace
        self.settings = settings
        self.session = Session(workspace, settings, self)
        self.opening = Opening(workspace, bridge)
        self.scoring = Scoring(workspace, bridge)
        self.commands = Commands(self, self)
        self.browser = BrowserPanel(workspace, bridge)
        self._pages = Pages(wide_of(panels()), workspace, bridge)
        self.docks = Docks(self, workspace, bridge, self._pages)
        self.toasts = Toasts(self)
        self._start = StartPage(workspace, self.projects)
        self._veil = DropVeil(self)
        self._failure: Failed | None = None
        settings.keys = cleaned(settings.keys)
        self._actions = make_actions(self, self.commands, settings.keys)
        self._build(bridge)
        self._connect(bridge)
        self.resize(_SIZE)
        self.docks.restore(settings.window)
        self._show_page()

    @property
    def projects(self) -> Projects:
        """Return the recent projects and the present one."""
        return self.session.projects

    @property
    def history(self) -> ViewHistory:
        """Return the views before and after the present one."""
        return self.session.history

    def dress(self) -> None:
        """Put on the theme and text size of the settings, at once."""
        dress(self.settings)
        self._mark()

    def choose_bases(self, name: BaseSet) -> None:
        """Put on other colours of bases, and keep the choice."""
        self.settings.base_palette = name
        self.dress()
        self.projects.save()

    def action(self, key: str) -> QAction:
        """Return the action of a row of `ui.actions.ACTIONS`."""
        return self._actions[key]

    def say(self, level: str, text: str) -> None:
        """Show a message as a toast; an error offers its details."""
        toast = self.toasts.say(level, text)
        failure, self._failure = self._failure, None
        if failure is not None and failure.what in text and toast.times == 1:
            toast.offer("Details…", lambda: self._show_failure(failure))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Save and go; what runs is cancelled by the engine, results are kept."""
        self.docks.save(self.settings.window)
        self.projects.save()
        event.accept()

    def changeEvent(self, event: QEvent) -> None:
        """Let the toolbar grow with the text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            for bar in self.findChildren(QToolBar, "toolbar"):
                size_toolbar(bar)
            self.docks.fit_text()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Say what can be dropped."""
        if dropped_files(event):
            self._veil.say(dropped_files(event))
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Take the veil away."""
        self._veil.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open what was dropped."""
        self._veil.hide()
        files = dropped_files(event)
        if files:
            event.acceptProposedAction()
            self.commands.open_paths(files)

    def _build(self, bridge: EngineBridge) -> None:
        self.setObjectName("main-window")
        self.setWindowIcon(icon(APP))
        self.setAcceptDrops(True)
        self.setUnifiedTitleAndToolBarOnMac(True)
        self._pages.home.addWidget(self._start)
        self._pages.home.addWidget(self.browser)
        self.setCentralWidget(self._pages)
        fills = {
            "@recent": self._fill_recent,
            "@panels": self._fill_panels,
            "@tracks": self._fill_tracks,
        }
        make_menus(self, self._actions, fills)
        make_toolbar(self, self._actions)
        bar = QStatusBar()
        bar.setObjectName("status-bar")
        bar.setSizeGripEnabled(False)
        self.setStatusBar(bar)
        bar.addWidget(JobStrip(bridge), 1)
        bar.addPermanentWidget(GenomeBadge(self.workspace))
        self.workspace.allow_network(self.settings.network_allowed)
        bar.addPermanentWidget(NetworkBadge(self.workspace))

    def _connect(self, bridge: EngineBridge) -> None:
        workspace = self.workspace
        listen(self, workspace.genome_changed, self._show_page)
        listen(self, workspace.genome_changed, self._pages.genome_changed)
        listen(self, workspace.panel_wanted, self._show_panel)
        listen(self, workspace.failed, self._note_failure)
        listen(self, workspace.message, self.say)
        for signal in (
            workspace.genome_changed,
            workspace.variants_changed,
            workspace.scores_changed,
            workspace.selection_changed,
            workspace.scoring_changed,
        ):
            listen(self, signal, self._enable)
        listen(self, workspace.variants_changed, self._suggest_scoring)
        listen(self, workspace.model_changed, self._show_model)
        listen(self, workspace.network_changed, self._keep_network)
        listen(self, workspace.lanes.bases_wanted, self.choose_bases)
        listen(self, self.history.changed, self._enable)
        gestures = self.browser.canvas.gestures
        gestures.let_wheel_zoom(self.settings.wheel == "zoom")
        gestures.wheel_changed.connect(self._keep_wheel)
        gestures.table_wanted.connect(self.commands.show_variants_of)
        for spec in ACTIONS:
            if spec.choice is not None:
                self._actions[spec.key].triggered.connect(self._mark)
        self._start.files_wanted.connect(self.commands.open_files)
        self._start.sample_wanted.connect(self.commands.open_sample)
        self._start.project_wanted.connect(self.commands.open_project)
        self._start.tuning_wanted.connect(self.commands.fine_tune)
        self._pages.changed.connect(self._show_page)
        hints = QApplication.styleHints()
        hints.colorSchemeChanged.connect(self._scheme_changed)
        self._enable()

    def _show_page(self) -> None:
        """Show the start page while no genome is open, otherwise the browser."""
        open_now = self.workspace.genome is not None
        page = self.browser if open_now else self._start
        if self._pages.home.currentWidget() is not page or not open_now:
            self._pages.home.setCurrentWidget(page)
            self._start.refresh()
        docked = open_now and not self._pages.current
        if docked is not self.docks.shown:
            self.docks.show() if docked else self.docks.hide()
        for bar in self.findChildren(QToolBar, "toolbar"):
            bar.setVisible(open_now)
        self._title()

    def _suggest_scoring(self) -> None:
        """Variants are open: the next step is to score them."""
        if self.workspace.variants is not None:
            self.docks.advance("data", "scoring")

    def _show_model(self, _: str) -> None:
        """A model was chosen in the library: the next step is its settings."""
        self.docks.advance("models", "scoring")

    def _show_panel(self, key: str) -> None:
        """Somebody asks for a panel; for the browser, beside a wide one."""
        if key == BROWSER:
            self._pages.show_beside(True)
        else:
            self.docks.panel(key)

    def _keep_network(self, allowed: bool) -> None:
        self.settings.network_allowed = allowed
        self.projects.save()

    def _keep_wheel(self, zooms: bool) -> None:
        self.settings.wheel = "zoom" if zooms else "scroll"
        self._mark()
        self.projects.save()

    def _mark(self, *_: object) -> None:
        """Tick what is chosen; Qt would tick whatever was clicked."""
        mark_choices(self._actions, self.settings)

    def _title(self) -> None:
        project = self.projects.current
        name = "GFM Desktop"
        self.setWindowTitle(f"{project.title} — {name}" if project else name)

    def _enable(self, *_: object) -> None:
        for spec in ACTIONS:
            self._actions[spec.key].setEnabled(is_met(spec.need, self))
        self._mark()
        self._actions["score"].setToolTip(
            self.scoring.obstacle() or "Rank all variants (Ctrl+Return)"
        )
        running = self.workspace.scoring is not None
        self._actions["score"].setVisible(not running)
        self._actions["stop"].setVisible(running)
        self._title()

    def _fill_recent(self, menu: QMenu) -> None:
        def fill() -> None:
            menu.clear()
            for project in self.projects.recent:
                action = menu.addAction(project.title.replace("&", "&&"))
                action.setToolTip(project.variants or project.genome)
                action.triggered.connect(
                    lambda _=False, p=project: self.commands.open_project(p)
                )
            if menu.isEmpty():
                menu.addAction("Nothing yet").setEnabled(False)

        menu.aboutToShow.connect(fill)
        fill()

    def _fill_panels(self, menu: QMenu) -> None:
        for key in self.docks.keys:
            menu.addAction(self.docks.toggle(key))

    def _fill_tracks(self, menu: QMenu) -> None:
        menu.aboutToShow.connect(lambda: fill_tracks(menu, self.browser.canvas))

    def _note_failure(self, failed: Failed) -> None:
        # Its words come next, as a message; the toast then offers these details.
        self._failure = failed

    def _show_failure(self, failed: Failed) -> None:
        from gfm_desktop.ui.dialogs.report import FailureDialog

        FailureDialog(failed, self).open()

    def _scheme_changed(self, *_: object) -> None:
        if self.settings.theme == "system":
            self.dress()
