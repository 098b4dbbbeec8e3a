"""Regions of interest with notes: a list to mark, find, write about and take along."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from gfm_desktop import paths
from gfm_desktop.errors import GfmError
from gfm_desktop.genome.interval import Interval
from gfm_desktop.ui.browser.look_menu import COLOURS, entry, submenu, swatch
from gfm_desktop.ui.browser.region_table import RegionTable
from gfm_desktop.ui.panel import Panel
from gfm_desktop.ui.theme import scale_of
from gfm_desktop.ui.widgets.empty_state import EmptyState
from gfm_desktop.ui.widgets.listening import listen
from gfm_desktop.workspace.region_file import bed_text
from gfm_desktop.workspace.workspace import BROWSER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gfm_desktop.ui.engine_bridge import EngineBridge
    from gfm_desktop.workspace.region_file import Region
    from gfm_desktop.workspace.workspace import Workspace

BED_FILES = "Regions (*.bed *.bed.gz *.tsv *.txt);;All files (*)"
_FLANK = 0.15
"""Part of a region's length that is shown on each side of it."""
_LEAST_FLANK = 20


class RegionsPanel(QWidget):
    """The regions of the open genome."""

    def __init__(self, workspace: Workspace, bridge: EngineBridge) -> None:
        """Show the workspace's regions and follow their changes."""
        del bridge  # Nothing here takes long.
        super().__init__()
        self.setObjectName("regions-panel")
        self._workspace = workspace
        self._regions = workspace.regions
        self.table = RegionTable(self._regions)
        self.empty = EmptyState("regions")
        self.add_view = _button("regions-add-view", "Mark view")
        self.add_variant = _button("regions-add-variant", "Mark variant")
        self.go_to = _button("regions-go", "Go there")
        self.remove = _button("regions-remove", "Remove")
        self.undo = _button("regions-undo", "Undo")
        self.bring = _button("regions-import", "Import…")
        self.export = _button("regions-export", "Export…")
        self._stack = QStackedLayout()
        self._build()
        self._connect()
        self._show()

    def sizeHint(self) -> QSize:
        """Return room for about eight rows."""
        return QSize(int(900 * scale_of()), int(260 * scale_of()))

    def go(self, place: int) -> None:
        """Show a region in the browser, with a little on each side."""
        interval = self._regions.all[place].interval
        flank = max(_LEAST_FLANK, round(len(interval) * _FLANK))
        start = max(0, interval.start - flank)
        self._workspace.go_to(Interval(interval.contig, start, interval.end + flank))
        self._workspace.panel_wanted.emit(BROWSER)

    def read(self, path: Path) -> None:
        """Add the regions of a BED file; what is wrong with it is said."""
        before = len(self._regions.all)
        try:
            number = self._regions.read(path)
        except GfmError as problem:
            self._workspace.message.emit("error", str(problem))
            return
        noun = "region is" if number == 1 else "regions are"
        self._workspace.message.emit("info", f"{path.name}: {number:,} {noun} new.")
        self.table.select(range(before, before + number))

    def write(self, path: Path) -> None:
        """Write the selected regions, or all, as BED."""
        chosen = self.table.selected
        try:
            self._regions.write(path, chosen if len(chosen) > 1 else ())
        except GfmError as problem:
            self._workspace.message.emit("error", str(problem))
            return
        number = len(chosen) if len(chosen) > 1 else len(self._regions.all)
        noun = "region" if number == 1 else "regions"
        text = f"{number:,} {noun} written to {path.name}."
        self._workspace.message.emit("info", text)

    def use_as_labels(self) -> None:
        """Open the selected regions, or all, as labels: their names are the classes."""
        chosen = self.table.selected or range(len(self._regions.all))
        plain = [_labelled(self._regions.all[place]) for place in chosen]
        path = paths.data() / "regions" / "labels.bed"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(bed_text(plain), encoding="utf-8", newline="")
        except OSError as error:
            words = f"The labels cannot be written: {error.strerror or error}. [{path}]"
            self._workspace.message.emit("error", words)
            return
        self._workspace.offer_labels(path)

    def menu(self) -> QMenu:
        """Return what can be done with the selected regions."""
        chosen = self.table.selected
        menu = QMenu(self)
        menu.setObjectName("regions-menu")
        menu.setAccessibleName("Regions of interest")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        if chosen:
            entry(menu, "regions-menu-go", "Go there", partial(self.go, chosen[0]))
            ask = entry(
                menu, "regions-menu-predict", "Predict here", partial(self._ask, chosen)
            )
            ask.setToolTip("Shows the region and computes its predicted tracks")
            entry(menu, "regions-menu-copy", "Copy place", self._copy_places)
            self._add_colours(submenu(menu, "regions-menu-colour", "Colour"), chosen)
            menu.addSeparator()
            up = entry(menu, "regions-menu-up", "Move up", partial(self._move, -1))
            up.setEnabled(chosen[0] > 0)
            down = entry(menu, "regions-menu-down", "Move down", partial(self._move, 1))
            down.setEnabled(chosen[-1] < len(self._regions.all) - 1)
            menu.addSeparator()
        labels = entry(
            menu, "regions-menu-labels", "Use as labels…", self.use_as_labels
        )
        labels.setToolTip("Fine-tune a model on them; names are the classes")
        labels.setEnabled(bool(self._regions.all))
        entry(menu, "regions-menu-rows", "Copy rows", self._copy_rows)
        if chosen:
            menu.addSeparator()
            entry(menu, "regions-menu-remove", "Remove", self._remove)
        return menu

    def _build(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(6)
        for button in (self.add_view, self.add_variant, self.go_to, self.remove):
            row.addWidget(button)
        row.addWidget(self.undo)
        row.addStretch(1)
        for button in (self.bring, self.export):
            row.addWidget(button)
        self.add_view.setToolTip("Keep what the browser shows")
        self.add_variant.setToolTip("Keep the place of the selected variant")
        self.undo.setToolTip("Take the last change of this list back")
        self.bring.setToolTip("Add the regions of a BED file")
        self.export.setToolTip("Write the selected regions, or all, as BED")
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.table)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        column.addLayout(row)
        column.addLayout(self._stack, 1)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)

    def _connect(self) -> None:
        workspace, table = self._workspace, self.table
        listen(self, self._regions.changed, self._show)
        listen(self, workspace.selection_changed, self._show)
        listen(self, workspace.genome_changed, self._show)
        table.selectionModel().selectionChanged.connect(lambda *_: self._enable())
        table.customContextMenuRequested.connect(self._pop_up)
        table.wanted.connect(self.go)
        table.removed.connect(self._remove)
        self.add_view.clicked.connect(lambda: self._mark(workspace.locus))
        self.add_variant.clicked.connect(self._mark_variant)
        self.go_to.clicked.connect(lambda: self.go(self.table.selected[0]))
        self.remove.clicked.connect(self._remove)
        self.undo.clicked.connect(self._regions.undo)
        self.bring.clicked.connect(self._choose_file)
        self.export.clicked.connect(self._choose_target)
        self.empty.button.clicked.connect(self._choose_file)

    def _show(self, *_: object) -> None:
        there = self._workspace.genome is not None
        if self._regions.all:
            self._stack.setCurrentWidget(self.table)
        else:
            self._stack.setCurrentWidget(self.empty)
            text = (
                "Mark what you want to find again: Ctrl+R keeps the view, a drag on "
                "the ruler any stretch. Names, notes and colours stay with the genome."
                if there
                else "Regions lie on a genome: open one to mark them."
            )
            button = "Import BED…" if there else ""
            self.empty.say("No region is marked", text, button=button)
        self._enable()

    def _enable(self) -> None:
        there, chosen = self._workspace.genome is not None, bool(self.table.selected)
        row = self._workspace.selection
        self.add_view.setEnabled(there)
        self.add_variant.setEnabled(row is not None and row.variant is not None)
        self.go_to.setEnabled(chosen)
        self.remove.setEnabled(chosen)
        self.undo.setEnabled(self._regions.can_undo)
        self.bring.setEnabled(there)
        self.export.setEnabled(bool(self._regions.all))

    def _mark(self, interval: Interval, name: str = "") -> None:
        place = self._regions.add(interval, name=name)
        if place is not None:
            self.table.select([place])

    def _mark_variant(self) -> None:
        row = self._workspace.selection
        if row is not None and row.variant is not None:
            self._mark(row.variant.interval, name=row.id or str(row.variant))

    def _ask(self, chosen: Sequence[int]) -> None:
        self.go(chosen[0])
        region = self._regions.all[chosen[0]].interval
        self._workspace.prediction_wanted.emit(region)

    def _remove(self) -> None:
        chosen = self.table.selected
        if chosen:
            self._regions.remove(chosen)
            left = len(self._regions.all)
            self.table.select([min(chosen[0], left - 1)] if left else [])

    def _move(self, step: int) -> None:
        chosen = self.table.selected
        before = chosen[0] - 1 if step < 0 else chosen[-1] + 2
        self._regions.move(chosen, before)
        first = chosen[0] - 1 if step < 0 else chosen[-1] + 2 - len(chosen)
        self.table.select(range(first, first + len(chosen)))

    def _add_colours(self, menu: QMenu, chosen: Sequence[int]) -> None:
        usual = entry(menu, "regions-colour-usual", "Usual", partial(self._tint, ""))
        now = {self._regions.all[place].colour for place in chosen}
        usual.setCheckable(True)
        usual.setChecked(now == {""})
        for title, code in COLOURS.items():
            name = f"regions-colour-{title.lower().replace(' ', '-')}"
            action = entry(menu, name, title, partial(self._tint, code))
            action.setIcon(swatch(code))
            action.setCheckable(True)
            action.setChecked(now == {code})

    def _tint(self, colour: str) -> None:
        self._regions.change_all(self.table.selected, colour=colour)

    def _copy_places(self) -> None:
        places = [str(self._regions.all[p].interval) for p in self.table.selected]
        QGuiApplication.clipboard().setText("\n".join(places))

    def _copy_rows(self) -> None:
        QGuiApplication.clipboard().setText(self.table.copied())

    def _pop_up(self, point: QPoint) -> None:
        self.menu().popup(self.table.viewport().mapToGlobal(point))

    def _choose_file(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Import regions", "", BED_FILES)
        if name:
            self.read(Path(name))

    def _choose_target(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self, "Export regions", "regions.bed", "Regions (*.bed)"
        )
        if name:
            self.write(Path(name))


def _button(name: str, title: str) -> QPushButton:
    made = QPushButton(title)
    made.setObjectName(name)
    made.setAccessibleName(f"{title.rstrip('…')}: regions of interest")
    return made


def _labelled(region: Region) -> Region:
    """Return what a file of labels holds of a region: place and name."""
    return replace(region, note="", colour="")


PANEL = Panel(
    key="regions",
    title="Regions",
    area="bottom",
    factory=RegionsPanel,
    order=1,
    shown=True,
)
