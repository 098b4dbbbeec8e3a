"""Says that the network is off, and offers to allow it in place."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from gfm_desktop.ui.widgets.flow import FlowLayout
from gfm_desktop.ui.widgets.look import Tone
from gfm_desktop.ui.widgets.notice import Notice

_WORDS = (
    "The network is off. To download {name}, the app must ask the model hub for its "
    "files; your genomes and variants stay here. Or copy the folder from another "
    "computer and use “Add model”."
)


class NetworkOffer(QWidget):
    """Hidden until something needs the network; then a question with two answers."""

    allowed = Signal()
    """The user allows the app to use the network."""

    def __init__(self) -> None:
        """Start hidden."""
        super().__init__()
        self.notice = Notice("network-offer")
        self.allow = QPushButton("Allow the network")
        self.allow.setObjectName("network-allow")
        self.allow.setAccessibleName("Allow the app to use the network")
        self.refuse = QPushButton("Not now")
        self.refuse.setObjectName("network-refuse")
        self.refuse.setAccessibleName("Leave the network off")
        self.allow.clicked.connect(self._allow)
        self.refuse.clicked.connect(self.hide)
        buttons = FlowLayout()
        buttons.addWidget(self.allow)
        buttons.addWidget(self.refuse)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.notice)
        column.addLayout(buttons)
        self.hide()

    def ask(self, name: str) -> None:
        """Say what the network is needed for.

        Args:
            name: The model that is to be downloaded.
        """
        self.notice.say(_WORDS.format(name=name), Tone.CAUTION)
        self.show()
        self.allow.setFocus()

    def _allow(self) -> None:
        self.hide()
        self.allowed.emit()
