"""The terms of a model: shown to read, or to be agreed to before it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
)

from gfm_desktop.errors import GfmError
from gfm_desktop.models import licence
from gfm_desktop.ui import theme
from gfm_desktop.ui.widgets.facts import FactGrid
from gfm_desktop.ui.widgets.look import Tone
from gfm_desktop.ui.widgets.model_facts import licence_words
from gfm_desktop.ui.widgets.notice import Notice
from gfm_desktop.ui.widgets.texts import heading

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

    from gfm_desktop.models.card import ModelCard

AGREE = "I have read the terms and will keep to them."


class LicenceDialog(QDialog):
    """Licence in words, its text, and a tick where agreement is needed.

    `accepted` is emitted only after the tick; without an `order` there is nothing to
    agree to and the dialog is for reading.
    """

    def __init__(
        self, card: ModelCard, text: str, parent: QWidget | None = None, *, order: str
    ) -> None:
        """Show the terms of a model.

        Args:
            card: The model.
            text: Licence text.
            parent: Window that it belongs to.
            order: What the button says that agrees, such as "Download"; empty to read.
        """
        super().__init__(parent)
        self.setObjectName("licence-dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Licence of {card.name}")
        self.notice = Notice("licence-notice")
        self.facts = FactGrid()
        self.text = QPlainTextEdit(text)
        self.tick = QCheckBox(AGREE)
        self.agree = QPushButton(order or "Close")
        self.cancel = QPushButton("Cancel")
        self._build(card, asks=bool(order))

    def _build(self, card: ModelCard, *, asks: bool) -> None:
        self.text.setObjectName("licence-text")
        self.text.setAccessibleName("Licence text")
        self.text.setReadOnly(True)
        self.tick.setObjectName("licence-tick")
        self.tick.setAccessibleName(AGREE)
        self.tick.setVisible(asks)
        self.agree.setObjectName("licence-agree")
        self.agree.setAccessibleName(self.agree.text())
        self.agree.setProperty("primary", "true")
        self.agree.setDefault(True)
        self.agree.setEnabled(not asks)
        self.cancel.setObjectName("licence-cancel")
        self.cancel.setAccessibleName("Cancel")
        self.cancel.setVisible(asks)
        self.tick.toggled.connect(self.agree.setEnabled)
        self.agree.clicked.connect(self.accept if asks else self.reject)
        self.cancel.clicked.connect(self.reject)
        if not licence.is_licensed(card):
            words = "No licence is published: ask the authors before you use it."
            self.notice.say(words, Tone.CAUTION)
        elif not card.commercial_use:
            words = "Not for commercial use, in or for a company for instance."
            self.notice.say(words, Tone.CAUTION)
        self.facts.show_facts(
            [
                ("Licence", licence_words(card)),
                ("From", card.attribution),
                ("Official text", card.licence_url),
            ]
        )
        # They ask for the height that they would have in a narrow panel.
        for narrow in (self.notice, self.facts):
            narrow.setSizePolicy(
                QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred
            )
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.agree)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        for widget in (heading(card.name), self.notice, self.facts):
            column.addWidget(widget)
        column.addWidget(self.text, 1)
        column.addWidget(self.tick)
        column.addLayout(buttons)
        scale = theme.scale_of()
        room = self.screen().availableSize() * 0.85
        wanted = QSize(round(560 * scale), round(440 * scale))
        self.resize(wanted.boundedTo(room))
        (self.tick if asks else self.agree).setFocus()


def when_agreed(
    card: ModelCard,
    folder: Path | None,
    parent: QWidget,
    *,
    order: str,
    then: Callable[[], None],
    failed: Callable[[GfmError], None],
) -> None:
    """Go on with a model; terms that limit its use are agreed to before, once.

    Args:
        card: The model.
        folder: Where it lies, for its licence text.
        parent: Window that the dialog belongs to.
        order: What the button says that agrees.
        then: Called when nothing is left to agree to.
        failed: Told that the agreement could not be kept.
    """
    if licence.accepted(card):
        then()
        return

    def keep() -> None:
        try:
            licence.accept(card)
        except GfmError as error:
            failed(error)
            return
        then()

    dialog = LicenceDialog(card, licence.terms(card, folder), parent, order=order)
    dialog.accepted.connect(keep)
    dialog.open()
