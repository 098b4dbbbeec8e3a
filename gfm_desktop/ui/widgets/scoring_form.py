"""What to score with: model and scorer, their options, and the device."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QVBoxLayout, QWidget

from gfm_desktop.ui.widgets.facts import FactGrid
from gfm_desktop.ui.widgets.look import Tone
from gfm_desktop.ui.widgets.model_choice import ModelChoice
from gfm_desktop.ui.widgets.model_facts import short_facts
from gfm_desktop.ui.widgets.notice import Notice
from gfm_desktop.ui.widgets.option_form import OptionForm
from gfm_desktop.ui.widgets.scrolled import ScrolledColumn
from gfm_desktop.ui.widgets.texts import Section, muted

if TYPE_CHECKING:
    from pathlib import Path

    from gfm_desktop.models.card import ModelCard
    from gfm_desktop.models.catalogue import Entry
    from gfm_desktop.scoring.card import ScorerCard

DEVICES = (("Automatic", "auto"), ("Processor (CPU)", "cpu"), ("GPU (CUDA)", "cuda"))
_COMPARE = "Percentiles"
_SLOW = (
    " This score takes long, and they take as long as some hundred variants or more."
)


class ScoringForm(QWidget):
    """Built from the cards of the models and scorers in the library."""

    changed = Signal()
    """Some choice is another one."""

    def __init__(self) -> None:
        """Start without models: `show_library` brings them."""
        super().__init__()
        self._models: dict[str, Entry] = {}
        self._offered: list[str] = []
        self._asked = False
        self.model = ModelChoice("scoring-model")
        self.scorer = _combo("scoring-scorer", "Scorer")
        self.device = _combo("scoring-device", "Device")
        self.options = OptionForm()
        self.model_options = OptionForm("model-option")
        self.percentiles = QCheckBox(_COMPARE)
        self.facts = FactGrid()
        self.species = Notice("scoring-species")
        self.summary = muted()
        self.limits = muted()
        self.equation = muted()
        self.against = muted()
        self._build()
        self._connect()

    @property
    def card(self) -> ModelCard | None:
        """Return the chosen model; None where none can be used."""
        entry = self._models.get(self.model.chosen)
        return None if entry is None else entry.card

    @property
    def folder(self) -> Path | None:
        """Return where the chosen model lies."""
        entry = self._models.get(self.model.chosen)
        return None if entry is None else entry.folder

    @property
    def scorer_card(self) -> ScorerCard | None:
        """Return the chosen scorer; None where the model has none."""
        from gfm_desktop.scoring import registry

        return registry.scorers().get(self.scorer.currentData() or "")

    @property
    def background(self) -> int:
        """Return the sites to compare with: -1 for the scorer's own number, 0: none."""
        card = self.scorer_card
        if card is None or not card.background:
            return -1
        if not self.percentiles.isChecked():
            return 0
        return card.background if card.background_asked else -1

    def show_library(self, entries: list[Entry], wanted: str) -> None:
        """Show what the library has; the chosen model stays where it can.

        Args:
            entries: The library.
            wanted: Model to choose at first; empty for the first one.
        """
        before = self.model.chosen
        self._models = {entry.id: entry for entry in entries}
        self.model.show_models(entries, before or wanted)
        if not before or self.model.chosen != before:
            self._show_model()

    def chain(self, *after: QWidget) -> None:
        """Let Tab go from top to bottom: the options' fields are newer than the rest.

        Args:
            after: Widgets that follow the form.
        """
        order: list[QWidget] = [
            self.model,
            *self.model_options.fields.values(),
            self.scorer,
            *self.options.fields.values(),
            self.percentiles,
            self.device,
            *after,
        ]
        for first, then in pairwise(order):
            QWidget.setTabOrder(first, then)

    def _build(self) -> None:
        for title, device in DEVICES:
            self.device.addItem(title, device)
        self.percentiles.setObjectName("scoring-percentiles")
        self.percentiles.setAccessibleName(_COMPARE)
        self.percentiles.setChecked(True)
        area = ScrolledColumn()
        parts: tuple[tuple[str, tuple[QWidget, ...]], ...] = (
            ("Model", (self.model, self.summary, self.species, self.facts,
                       self.model_options)),
            ("Score", (self.scorer, self.equation, self.options, self.percentiles,
                       self.against)),
            ("Computed on", (self.device,)),
            ("Before you trust a number", (self.limits,)),
        )  # fmt: skip
        for place, (title, widgets) in enumerate(parts):
            section = Section(title, first=not place)
            for widget in widgets:
                section.body.addWidget(widget)
            area.body.addWidget(section)
        area.body.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(area)

    def _connect(self) -> None:
        self.model.currentIndexChanged.connect(self._show_model)
        self.scorer.currentIndexChanged.connect(self._show_scorer)
        self.device.currentIndexChanged.connect(self._tell)
        self.percentiles.toggled.connect(self._tell)
        self.options.changed.connect(self._tell)
        self.model_options.changed.connect(self._follow_options)

    def _show_model(self) -> None:
        from gfm_desktop.models import catalogue

        card = self.card
        self.summary.setText(card.summary if card else "")
        self.facts.show_facts(short_facts(card) if card else [])
        self.limits.setText(card.limits if card else "")
        with QSignalBlocker(self.model_options):
            self.model_options.set_options(catalogue.options_of(card) if card else ())
        self._show_scorers()

    def _show_scorers(self) -> None:
        """Offer the scorers that fit the model as its own options are set."""
        from gfm_desktop.scoring import registry

        card = self.card
        chosen = self.model_options.chosen
        fitting = [] if card is None else registry.for_model(card, chosen)
        with QSignalBlocker(self.scorer):
            self.scorer.clear()
            for place, scorer in enumerate(fitting):
                self.scorer.addItem(scorer.title, scorer.name)
                tip = f"{scorer.equation}\n{scorer.units}\n{scorer.source}"
                self.scorer.setItemData(place, tip, Qt.ItemDataRole.ToolTipRole)
        self._offered = [scorer.name for scorer in fitting]
        self._show_scorer()

    def _follow_options(self) -> None:
        """Offer what fits the options: another vocabulary, other rules."""
        from gfm_desktop.scoring import registry

        card = self.card
        fitting = registry.for_model(card, self.model_options.chosen) if card else []
        if [scorer.name for scorer in fitting] == self._offered:
            self._tell()
        else:
            self._show_scorers()

    def _show_scorer(self) -> None:
        scorer = self.scorer_card
        self.equation.setText(f"{scorer.equation} ({scorer.units})" if scorer else "")
        self.scorer.setToolTip(scorer.equation if scorer else "")
        with QSignalBlocker(self.options):
            self.options.set_options(scorer.options if scorer else ())
        sites = scorer.background if scorer else 0
        self.percentiles.setVisible(bool(sites))
        asked = scorer is not None and scorer.background_asked
        if asked != self._asked:
            self._asked = asked
            with QSignalBlocker(self.percentiles):
                self.percentiles.setChecked(not asked)
        self.against.setVisible(bool(sites))
        self.against.setText(
            "Compares each score with random substitutions of the same kind in this "
            f"genome: {sites:,} random sites of each trinucleotide, scored once for "
            "each model and genome and then kept." + (_SLOW if asked else "")
        )
        self._tell()

    def say_species(self, words: str) -> None:
        """Show a caution about species; empty words hide it."""
        self.species.say(words, Tone.CAUTION)

    def _tell(self, *_: object) -> None:
        self.changed.emit()


def _combo(name: str, words: str) -> QComboBox:
    box = QComboBox()
    box.setObjectName(name)
    box.setAccessibleName(words)
    box.setSizeAdjustPolicy(
        QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
    )
    box.setMinimumContentsLength(8)
    return box
