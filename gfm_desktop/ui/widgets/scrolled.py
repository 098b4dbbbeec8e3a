"""A column of sections in a scroll area, as every side panel has it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from gfm_desktop.ui.theme import scale_of


class ScrolledColumn(QScrollArea):
    """Add widgets to `body`; they keep the panel's width and scroll up and down."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make an empty column."""
        super().__init__(parent)
        self._card = _Card()
        self.body = QVBoxLayout(self._card)
        self.body.setContentsMargins(14, 14, 14, 12)
        self.body.setSpacing(12)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # The card is scrolled by wheel and keys of its fields: no stop for Tab.
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(self._card)

    def minimumSizeHint(self) -> QSize:
        """Return a width that clips nothing: there is no sideways scrolling."""
        card = self._card.minimumSizeHint().width()
        bar = self.verticalScrollBar().sizeHint().width()
        return QSize(card + bar, super().minimumSizeHint().height())

    def sizeHint(self) -> QSize:
        """Return the usual size of a side panel, larger where letters are."""
        usual = QSize(int(320 * scale_of()), int(520 * scale_of()))
        return usual.expandedTo(self.minimumSizeHint())


class _Card(QWidget):
    """What is scrolled; as tall as its words need at the width that it has."""

    def minimumSizeHint(self) -> QSize:
        """Return the least width; the height follows from the width.

        Qt's own hint is the height that wrapped words need at the least width: the
        column would scroll although everything is in view.
        """
        hint, layout = super().minimumSizeHint(), self.layout()
        if layout is not None and layout.hasHeightForWidth():
            hint.setHeight(0)
        return hint
