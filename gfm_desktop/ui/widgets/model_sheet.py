"""All about one model: what it does, how it stands, and what can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from gfm_desktop.ui.widgets.facts import FactGrid
from gfm_desktop.ui.widgets.flow import FlowLayout
from gfm_desktop.ui.widgets.look import Tone
from gfm_desktop.ui.widgets.model_facts import all_facts
from gfm_desktop.ui.widgets.network_offer import NetworkOffer
from gfm_desktop.ui.widgets.notice import Notice
from gfm_desktop.ui.widgets.scrolled import ScrolledColumn
from gfm_desktop.ui.widgets.texts import CopyButton, Section, heading, muted, plain
from gfm_desktop.workspace.model_shelf import Shelf, removable, shelf_of, why_not

if TYPE_CHECKING:
    from collections.abc import Callable

    from gfm_desktop.models.card import ModelCard
    from gfm_desktop.models.catalogue import Entry


class ModelSheet(QWidget):
    """The card of a model, with its buttons; it asks, the panel does."""

    use_wanted = Signal(str)
    download_wanted = Signal(str)
    cancel_wanted = Signal(str)
    licence_wanted = Signal(str)
    remove_wanted = Signal(str)

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self._entry: Entry | None = None
        self.name = heading()
        self.name.setObjectName("model-name")
        self.summary = plain()
        self.problem = Notice("model-problem")
        self.use = self._button("model-use", "Use for scoring", self.use_wanted.emit)
        self.use.setProperty("primary", "true")
        self.download = self._button(
            "model-download", "Download…", self.download_wanted.emit
        )
        self.download.setProperty("primary", "true")
        self.cancel = self._button("model-cancel", "Cancel", self.cancel_wanted.emit)
        self.licence = self._button(
            "model-licence", "Show licence", self.licence_wanted.emit
        )
        self.remove = self._button("model-remove", "Remove…", self.remove_wanted.emit)
        self.offer = NetworkOffer()
        self.fit = plain()
        self.fit.setObjectName("model-fit")
        self.facts = FactGrid()
        self.limits = plain()
        self.cite = CopyButton("model-cite", "Copy citation")
        self._build()

    @property
    def entry(self) -> Entry | None:
        """Return the model on show."""
        return self._entry

    def show_entry(self, entry: Entry | None) -> None:
        """Show a model; None shows nothing."""
        self._entry = entry
        self.setVisible(entry is not None)
        self.offer.hide()
        self.show_fit("")
        if entry is None:
            return
        card = entry.card
        self.name.setText(card.name if card else entry.id)
        self.summary.setText(card.summary if card else "")
        self.facts.show_facts(all_facts(card, entry.folder) if card else [])
        self.limits.setText(card.limits if card else "")
        self._trust.setVisible(bool(card and card.limits))
        self.cite.set_copied(card.citation if card else "")
        self.cite.setVisible(card is not None)
        self._show_state(entry, card)

    def show_fit(self, words: str) -> None:
        """Say whether the model fits this machine; empty words hide the section."""
        self.fit.setText(words[:1].upper() + words[1:])
        self._fit.setVisible(bool(words))

    def ask_network(self, name: str) -> None:
        """Offer to allow the network, and bring the offer into view."""
        self.offer.ask(name)
        # Its place is known once the layout has made room for it.
        QTimer.singleShot(0, self, lambda: self._area.ensureWidgetVisible(self.offer))

    def show_download(self, words: str) -> None:
        """Say how far a download is; empty words end it."""
        entry = self._entry
        self.cancel.setVisible(bool(words))
        waiting = entry is not None and shelf_of(entry) is Shelf.DOWNLOAD
        self.download.setVisible(waiting and not words)
        if words:
            self.problem.say(words, Tone.QUIET)
        elif entry is not None:
            self.problem.say(*_state_words(entry))

    def _show_state(self, entry: Entry, card: ModelCard | None) -> None:
        self.problem.say(*_state_words(entry))
        shelf = shelf_of(entry)
        self.use.setVisible(shelf is Shelf.INSTALLED)
        self.use.setEnabled(not why_not(entry))
        self.use.setToolTip(why_not(entry))
        self.download.setVisible(shelf is Shelf.DOWNLOAD)
        self.cancel.hide()
        self.licence.setVisible(bool(card and card.licence))
        self.remove.setVisible(removable(entry))

    def _build(self) -> None:
        self._trust = Section("Before you trust a number")
        self._trust.body.addWidget(self.limits)
        self._fit = Section("On this machine")
        self._fit.body.addWidget(self.fit)
        self._fit.hide()
        about = Section("About the model")
        about.body.addWidget(self.facts)
        about.body.addWidget(self.cite, 0, Qt.AlignmentFlag.AlignLeft)
        buttons = FlowLayout()
        for button in (
            self.use, self.download, self.cancel, self.licence, self.remove
        ):  # fmt: skip
            buttons.addWidget(button)
        note = muted("Weights are data only here: no code of a model is ever run.")
        area = self._area = ScrolledColumn()
        area.body.addWidget(self.name)
        area.body.addWidget(self.summary)
        area.body.addWidget(self.problem)
        area.body.addLayout(buttons)
        area.body.addWidget(self.offer)
        for widget in (self._fit, self._trust, about, note):
            area.body.addWidget(widget)
        area.body.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(area)

    def _button(
        self, name: str, words: str, wanted: Callable[[str], object]
    ) -> QPushButton:
        button = QPushButton(words)
        button.setObjectName(name)
        button.setAccessibleName(words)
        button.clicked.connect(lambda: wanted(self._entry.id if self._entry else ""))
        return button


def _state_words(entry: Entry) -> tuple[str, Tone]:
    card = entry.card
    match shelf_of(entry):
        case Shelf.BROKEN:
            return str(entry.problem or "Its folder cannot be read."), Tone.BAD
        case Shelf.NEEDS if card is not None:
            return card.requirement, Tone.CAUTION
        case Shelf.ADD:
            return (
                "Not on the model hub: get its files from the source named below, "
                "then use “Add model”.",
                Tone.QUIET,
            )
    return "", Tone.QUIET
