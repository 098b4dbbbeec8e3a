"""The row above the canvas: where we are, where to go, and how close."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QEvent, QModelIndex, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QCompleter,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gfm_desktop.errors import GfmError
from gfm_desktop.ui import theme
from gfm_desktop.ui.browser.glyphs import icon
from gfm_desktop.ui.widgets.listening import listen
from gfm_desktop.workspace.name_search import go_to_suggestion, suggestions
from gfm_desktop.workspace.place_search import go_to_place
from gfm_desktop.workspace.workspace import SHORTEST_VIEW

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QResizeEvent

    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.ui.browser.glyphs import Glyph
    from gfm_desktop.workspace.name_search import Suggestion
    from gfm_desktop.workspace.workspace import Workspace

_W = TypeVar("_W", bound=QWidget)
SLIDER_STEPS = 100
_SUGGESTIONS = 12
_COMPLETION = Qt.ItemDataRole.UserRole
"""What a suggestion puts into the box; what the list shows says more."""
_HINT = "Position, gene or variant"
_FORMS = """<p>Go to a place or a name (Ctrl+L)</p><table cellspacing="3">
<tr><td>chr22:20,113,000-20,114,000</td><td>a stretch; also 20.1Mb-20.2Mb</td></tr>
<tr><td>chr22</td><td>a whole contig</td></tr>
<tr><td>DGCR8</td><td>a gene, transcript, feature or region</td></tr>
<tr><td>chr22:20113000:A:G</td><td>a variant; also chr22-20113000-A-G</td></tr>
<tr><td>chr22:g.20113000A&gt;G</td><td>HGVS; c. along an open transcript</td></tr>
<tr><td>rs143</td><td>a variant of the open file</td></tr>
<tr><td>DGCR8; TANGO2</td><td>several, side by side</td></tr></table>"""

_SPACES = 64
"""Pixels between the parts of the row and at its ends."""
_LONGEST_LOCUS = "chr22:248,000,000-248,999,999   "


class LocusBox(QLineEdit):
    """The locus as text; Escape puts back what is on show."""

    given_up = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave what was typed with Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.given_up.emit()
            return
        super().keyPressEvent(event)


class LocusBar(QWidget):
    """History, locus box, zoom, and whether to predict while browsing."""

    zoomed = Signal(float)
    """Put so many times as many bp on screen; below 1 zooms in."""
    predict_toggled = Signal(bool)
    predict_here = Signal()
    went = Signal()
    """What was typed was gone to: the keys belong to the picture again."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        """Show and change the locus of `workspace`."""
        super().__init__(parent)
        self.setObjectName("locus-bar")
        self._workspace = workspace
        self.back = self._button("back", "Back", "Back (Alt+Left)")
        self.forward = self._button("forward", "Forward", "Forward (Alt+Right)")
        self.box = _named(LocusBox(), "locus", "Locus")
        self.box.setPlaceholderText(_HINT)
        self.box.setToolTip(_FORMS)
        self.error = _named(QLabel(), "locus-error", "")
        self.error.setProperty("role", "error")
        self.error.hide()
        self.zoom_out = self._button("zoom-out", "Zoom out", "Zoom out (-)")
        self.zoom_in = self._button("zoom-in", "Zoom in", "Zoom in (+)")
        self.whole = self._button("whole", "Whole contig", "Show the whole contig")
        self.slider = _named(QSlider(Qt.Orientation.Horizontal), "zoom-slider", "Zoom")
        self.slider.setRange(0, SLIDER_STEPS)
        about = "Predict tracks while browsing"
        self.predict = _named(QToolButton(), "predict-toggle", about)
        self.predict.setText("Auto-predict")
        self.predict.setToolTip(
            f"{about}: splice sites in views up to 20 kb, expected bases in closer "
            "views"
        )
        self.predict.setCheckable(True)
        self.here = _named(QToolButton(), "predict-here", "Predict here")
        self.here.setText("Predict here")
        self.here.setToolTip(
            "Predict this region: splice sites up to 200 kb, expected bases up to 5 kb"
        )
        self._model = QStandardItemModel(self)
        self._offered: list[Suggestion] = []
        self._lay_out()
        self._connect()
        self._dress()
        self.refresh()

    def go(self, text: str) -> bool:
        """Go where `text` says; False, with the reason shown, where it says nothing.

        A variant is selected as well: of the open file, or as a hypothetical one.
        """
        try:
            go_to_place(self._workspace, text)
        except GfmError as problem:
            self._fail(problem.what, problem.todo)
            return False
        self._forget_error()
        self.box.setModified(False)
        self.refresh()
        return True

    def _take(self) -> None:
        if self.go(self.box.text()):
            self.went.emit()

    def focus_box(self) -> None:
        """Put the cursor into the box, ready to be typed over."""
        self.box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.box.selectAll()

    def refresh(self) -> None:
        """Show the workspace's locus."""
        locus = self._workspace.locus
        is_open = bool(locus.contig) and self._workspace.genome is not None
        if not self.box.hasFocus() or not self.box.isModified():
            self.box.setText(str(locus) if is_open else "")
            # A narrow box shows the contig and the first position.
            self.box.setCursorPosition(0)
            self.box.setModified(False)
            self._forget_error()
        for widget in (self.zoom_in, self.zoom_out, self.whole, self.slider, self.here):
            widget.setEnabled(is_open)
        self.slider.blockSignals(True)
        self.slider.setValue(self._slider_value(locus))
        self.slider.blockSignals(False)

    def changeEvent(self, event: QEvent) -> None:
        """Draw the buttons' signs anew in another theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._dress()
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._widen()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the slider's room to the locus where there is not enough for both."""
        super().resizeEvent(event)
        self._share()

    def _share(self) -> None:
        tools = (self.back, self.forward, self.whole, self.zoom_out, self.zoom_in,
                 self.predict, self.here)  # fmt: skip
        taken = sum(tool.sizeHint().width() for tool in tools)
        left = self.width() - taken - _SPACES
        self.slider.setVisible(left >= self._room() + self.slider.minimumWidth())

    def _room(self) -> int:
        """Return how wide the longest locus is, in the current size of text."""
        return self.fontMetrics().horizontalAdvance(_LONGEST_LOCUS)

    def _widen(self) -> None:
        """Keep room for the longest locus."""
        room = self._room()
        # A small window still shows the contig and the first position.
        self.box.setMinimumWidth(round(room * 0.5))
        self.box.setMaximumWidth(round(room * 1.8))
        completer = self.box.completer()
        popup = None if completer is None else completer.popup()
        if popup is not None:
            popup.setMinimumWidth(round(room * 1.6))
        self._share()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 6, 8, 6)
        column.setSpacing(2)
        row = QHBoxLayout()
        column.addLayout(row)
        column.addWidget(self.error)
        row.setSpacing(4)
        self._widen()
        self.slider.setMinimumWidth(40)
        self.slider.setMaximumWidth(130)
        policy = QSizePolicy.Policy
        self.error.setWordWrap(True)
        self.error.setSizePolicy(policy.Ignored, policy.Preferred)
        for widget in (self.back, self.forward):
            row.addWidget(widget)
        row.addWidget(self.box, 1)
        # What the box, which has a widest size, does not take.
        row.addStretch(0)
        for tool in (self.whole, self.zoom_out, self.slider, self.zoom_in):
            row.addWidget(tool)
        row.addSpacing(8)
        row.addWidget(self.predict)
        row.addWidget(self.here)

    def _connect(self) -> None:
        completer = QCompleter(self._model, self.box)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        # The gene index has searched already, also inside names.
        completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        completer.setCompletionRole(_COMPLETION)
        # The stubs do not know that a signal may have several forms.
        chosen = completer.activated[QModelIndex]  # type: ignore[index]
        chosen.connect(self._choose)
        self.box.setCompleter(completer)
        self._widen()
        self.box.textEdited.connect(self._suggest)
        self.box.returnPressed.connect(self._take)
        self.box.given_up.connect(self._give_up)
        # Ctrl+L and Alt+arrows are actions of the window: two owners would block both.
        self.back.clicked.connect(self._workspace.go_back)
        self.forward.clicked.connect(self._workspace.go_forward)
        self.zoom_in.clicked.connect(lambda: self.zoomed.emit(0.5))
        self.zoom_out.clicked.connect(lambda: self.zoomed.emit(2.0))
        self.whole.clicked.connect(self._show_whole)
        self.slider.valueChanged.connect(self._slide)
        self.predict.toggled.connect(self.predict_toggled)
        self.here.clicked.connect(self.predict_here)
        listen(self, self._workspace.locus_changed, self._follow)
        listen(self, self._workspace.genome_changed, self._follow)

    def _button(self, glyph: Glyph, name: str, tip: str) -> QToolButton:
        button = _named(QToolButton(self), f"locus-{glyph}", name)
        button.setToolTip(tip)
        return button

    def _dress(self) -> None:
        palette = theme.current()
        glyphs: dict[Glyph, QToolButton] = {
            "back": self.back,
            "forward": self.forward,
            "zoom-in": self.zoom_in,
            "zoom-out": self.zoom_out,
            "whole": self.whole,
        }
        size = round(18 * theme.scale_of())
        for glyph, button in glyphs.items():
            button.setIcon(icon(glyph, palette))
            button.setIconSize(QSize(size, size))

    def _follow(self, *_: object) -> None:
        self.refresh()

    def _suggest(self, text: str) -> None:
        self._forget_error()
        # What stands after the last separator is being typed.
        first, separator, last = text.rpartition(";")
        self._offered = suggestions(self._workspace, last, _SUGGESTIONS)
        self._model.clear()
        for one in self._offered:
            item = QStandardItem(f"{one.name}   {one.source or one.sort}, {one.place}")
            whole = f"{first}{separator} {one.name}" if separator else one.name
            item.setData(whole, _COMPLETION)
            self._model.appendRow(item)

    def _choose(self, index: QModelIndex) -> None:
        """Go to a suggestion, or to it and what was typed before it."""
        text = str(index.data(_COMPLETION))
        if ";" in text:
            self.go(text)
            return
        go_to_suggestion(self._workspace, self._offered[index.row()])
        # The box takes the suggestion's own words after this.
        QTimer.singleShot(0, self, self.refresh)

    def _give_up(self) -> None:
        self.box.setModified(False)
        self._forget_error()
        self.refresh()
        self.box.selectAll()

    def _show_whole(self) -> None:
        genome, locus = self._workspace.genome, self._workspace.locus
        if genome is not None and locus.contig in genome.contigs:
            self.go(locus.contig)

    def _limits(self) -> tuple[float, float]:
        """Return the logarithms of the longest and the shortest view."""
        genome, contig = self._workspace.genome, self._workspace.locus.contig
        length = genome.contigs.get(contig, 0) if genome is not None else 0
        most = max(length, SHORTEST_VIEW + 1)
        return math.log(most), math.log(SHORTEST_VIEW)

    def _slider_value(self, locus: Interval) -> int:
        widest, closest = self._limits()
        share = (widest - math.log(max(1, len(locus)))) / (widest - closest)
        return round(min(max(share, 0.0), 1.0) * SLIDER_STEPS)

    def _slide(self, value: int) -> None:
        widest, closest = self._limits()
        length = math.exp(widest + (closest - widest) * value / SLIDER_STEPS)
        self.zoomed.emit(length / max(1, len(self._workspace.locus)))

    def _fail(self, what: str, todo: str) -> None:
        self.error.setText(f"{what} {todo}".strip())
        self.error.setAccessibleName(what)
        self.error.show()
        self._mark(invalid=True)

    def _forget_error(self) -> None:
        self.error.hide()
        self._mark(invalid=False)

    def _mark(self, *, invalid: bool) -> None:
        if self.box.property("invalid") != invalid:
            self.box.setProperty("invalid", invalid)
            self.box.style().unpolish(self.box)
            self.box.style().polish(self.box)


def _named(widget: _W, name: str, words: str) -> _W:
    widget.setObjectName(name)
    widget.setAccessibleName(words)
    return widget
