"""The filter row above the variant table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QLocale, QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QDoubleValidator, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QComboBox,
    QLineEdit,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from gfm_desktop.genome.status import DESCRIPTIONS, Status
from gfm_desktop.genome.variant import VariantKind
from gfm_desktop.ui.widgets.flow import FilledFlow
from gfm_desktop.ui.widgets.look import LABELS
from gfm_desktop.workspace.score_table import RowFilter

if TYPE_CHECKING:
    from gfm_desktop.genome.interval import Interval

_PAUSE_MS = 120
"""Typing rests for that long before the table is asked."""
SEARCH_TIP = (
    "Words that must all match: part of an ID or a gene name, a position "
    "(20113000 or chr22:20113000), a range (chr22:20,100,000-20,200,000), "
    "or a change (A>G)"
)


class VariantFilter(QWidget):
    """Search box, status, kind, limit of the score, and "only what is in view"."""

    changed = Signal()
    """`value` is another one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start with a filter that hides nothing."""
        super().__init__(parent)
        self._interval: Interval | None = None
        self._low_first = False
        self._timer = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._timer.timeout.connect(self.changed)
        self.search = self._search_box()
        self.status = self._combo("variant-status", "Status to show")
        self.kind = self._combo("variant-kind", "Kind of variant to show")
        self.minimum = self._minimum_box()
        self.in_view = self._button("variant-in-view", "In view")
        self.in_view.setToolTip("Show only variants of the stretch in the browser")
        self.in_view.setCheckable(True)
        self.clear_button = self._button("variant-clear", "Clear")
        self.clear_button.setToolTip("Show all variants again")
        self.clear_button.setEnabled(False)
        self.set_counts({})
        self.set_low_first(False)
        self.kind.addItem("All kinds", None)
        for kind in VariantKind:
            self.kind.addItem(str(kind).capitalize() if kind.islower() else kind, kind)
        self._asking = (
            self.search,
            self.status,
            self.kind,
            self.minimum,
            self.in_view,
        )
        self._row = FilledFlow(self)
        for widget in (*self._asking, self.clear_button):
            self._row.addWidget(widget)
        self._fit()
        self._connect()

    @property
    def value(self) -> RowFilter:
        """Return the filter."""
        status, kind = self.status.currentData(), self.kind.currentData()
        return RowFilter(
            text=self.search.text().strip(),
            statuses=frozenset() if status is None else frozenset([Status(status)]),
            kinds=frozenset() if kind is None else frozenset([VariantKind(kind)]),
            minimum=None if self._low_first else _number(self.minimum.text()),
            maximum=_number(self.minimum.text()) if self._low_first else None,
            interval=self._interval if self.in_view.isChecked() else None,
        )

    def add(self, button: QWidget) -> None:
        """Put a button behind the filters; it goes to the next line with them."""
        self._row.addWidget(button)

    def set_counts(self, counts: dict[str, int]) -> None:
        """Offer the statuses that occur, with their numbers."""
        chosen = self.status.currentData()
        wanted: list[tuple[str, Status | None]] = [("All statuses", None)]
        if counts:
            wanted = [(f"All statuses ({sum(counts.values()):,})", None)]
        for one in Status:
            if counts.get(one) or one == chosen:
                wanted.append((f"{LABELS[one]} ({counts.get(one, 0):,})", one))
        with QSignalBlocker(self.status):
            self.status.clear()
            for place, (text, status) in enumerate(wanted):
                self.status.addItem(text, status)
                if status is not None:
                    self.status.setItemData(
                        place, DESCRIPTIONS[status], Qt.ItemDataRole.ToolTipRole
                    )
            self.status.setCurrentIndex(max(0, self.status.findData(chosen)))

    def set_low_first(self, low_first: bool) -> None:
        """Ask for the largest score to show where low ones are the notable ones."""
        self._low_first = low_first
        sign, words = ("≤", "Largest") if low_first else ("≥", "Smallest")
        self.minimum.setPlaceholderText(f"Score {sign}")
        self.minimum.setAccessibleName(f"{words} score to show")
        self.minimum.setToolTip(
            f"{words} score to show; variants without a score are hidden"
        )

    def set_interval(self, interval: Interval | None) -> None:
        """Say what the browser shows."""
        self._interval = interval
        if self.in_view.isChecked():
            self._timer.start()

    def clear(self) -> None:
        """Show everything again."""
        blockers = [QSignalBlocker(widget) for widget in self._asking]
        self.search.clear()
        self.minimum.clear()
        self.status.setCurrentIndex(0)
        self.kind.setCurrentIndex(0)
        self.in_view.setChecked(False)
        del blockers
        self._tell()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the size of text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def _tell(self) -> None:
        self._timer.stop()
        self._show_clear()
        self.changed.emit()

    def _wait(self) -> None:
        self._show_clear()
        self._timer.start()

    def _show_clear(self) -> None:
        self.clear_button.setEnabled(bool(self.value))

    def _connect(self) -> None:
        self.search.textChanged.connect(self._wait)
        self.search.returnPressed.connect(self._tell)
        self.minimum.textChanged.connect(self._wait)
        self.status.currentIndexChanged.connect(self._tell)
        self.kind.currentIndexChanged.connect(self._tell)
        self.in_view.toggled.connect(self._tell)
        self.clear_button.clicked.connect(self.clear)

    def _search_box(self) -> QLineEdit:
        box = QLineEdit()
        box.setObjectName("variant-search")
        box.setAccessibleName("Search variants")
        box.setPlaceholderText("Search ID, gene or position")
        box.setToolTip(SEARCH_TIP)
        box.setClearButtonEnabled(True)
        find = QShortcut(QKeySequence.StandardKey.Find, self)
        find.activated.connect(lambda: box.setFocus(Qt.FocusReason.ShortcutFocusReason))
        return box

    def _minimum_box(self) -> QLineEdit:
        box = QLineEdit()
        box.setObjectName("variant-minimum")
        validator = QDoubleValidator(box)
        # A point is a point everywhere, as in the files.
        validator.setLocale(QLocale(QLocale.Language.C))
        box.setValidator(validator)
        return box

    def _fit(self) -> None:
        """Give the score as much room as it needs, and the others a few letters."""
        metrics = self.fontMetrics()
        self.minimum.setFixedWidth(metrics.horizontalAdvance("Score ≥ 0.00") + 18)
        self.search.setMinimumWidth(9 * metrics.averageCharWidth())
        # Below that the next line has room.
        arrow = 2 * metrics.height()
        for box, words in ((self.status, "All statuses"), (self.kind, "All kinds")):
            box.setMinimumWidth(metrics.horizontalAdvance(words) + arrow)

    def _combo(self, name: str, words: str) -> QComboBox:
        box = QComboBox()
        box.setObjectName(name)
        box.setAccessibleName(words)
        box.setToolTip(words)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        box.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        return box

    def _button(self, name: str, text: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName(name)
        button.setAccessibleName(text)
        button.setText(text)
        return button


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
