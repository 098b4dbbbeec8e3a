"""Labels in the few styles that the panels use: heading, caption, plain, muted."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout, QWidget

from gfm_desktop.ui import theme


def heading(text: str = "", *, scale: float = 1.25) -> QLabel:
    """Return a label in larger, heavier letters."""
    label = plain(text)
    theme.grade(label, scale, QFont.Weight.DemiBold)
    return label


def caption(text: str) -> QLabel:
    """Return the small title of a section."""
    label = QLabel(text)
    theme.grade(label, 0.9, QFont.Weight.DemiBold)
    label.setProperty("role", "muted")
    return label


def plain(text: str = "") -> QLabel:
    """Return text that wraps and can be selected and copied."""
    label = QLabel(text)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse
        | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    # Selectable, but no stop on the way of the Tab key.
    label.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
    return label


def muted(text: str = "") -> QLabel:
    """Return secondary text that wraps and can be selected."""
    label = plain(text)
    label.setProperty("role", "muted")
    return label


def scaled(font: QFont, scale: float, weight: QFont.Weight) -> QFont:
    """Return a font of another size and weight, in points or pixels as it was."""
    other = QFont(font)
    if font.pixelSize() > 0:
        other.setPixelSize(max(1, round(font.pixelSize() * scale)))
    else:
        other.setPointSizeF(font.pointSizeF() * scale)
    other.setWeight(weight)
    return other


class CopyButton(QPushButton):
    """Puts a text into the clipboard and says so for a moment."""

    def __init__(self, name: str, words: str, parent: QWidget | None = None) -> None:
        """Name the button; without a text to copy it is disabled."""
        super().__init__(parent)
        self._words = words
        self._copied = ""
        self.setObjectName(name)
        self.setText(words)
        self.setAccessibleName(words)
        self.setEnabled(False)
        self.clicked.connect(self._copy)

    def set_copied(self, text: str) -> None:
        """Say what a click copies."""
        self._copied = text
        self.setToolTip(text)
        self.setEnabled(bool(text))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._copied)


class Section(QWidget):
    """A caption, a hairline above it, and what belongs below."""

    def __init__(
        self, title: str, parent: QWidget | None = None, *, first: bool = False
    ) -> None:
        """Make an empty section; the first one of a column has no line above it."""
        super().__init__(parent)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(6)
        if not first:
            self.body.addWidget(Rule())
        self.title = caption(title)
        self.body.addWidget(self.title)


class Rule(QFrame):
    """A hairline."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Draw one pixel in the colour of the theme's separators."""
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.HLine)
        self.setFrameShadow(QFrame.Shadow.Plain)
        self.setForegroundRole(QPalette.ColorRole.Mid)
        self.setFixedHeight(1)

    def sizeHint(self) -> QSize:
        """Return one pixel of height."""
        return QSize(1, 1)
