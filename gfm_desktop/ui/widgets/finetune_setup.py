"""Step 3, before the training: model, method, settings, and one button."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gfm_desktop.finetune.options import OPTIONS, PROBE_BELOW
from gfm_desktop.ui.widgets.card_grid import Card, CardGrid
from gfm_desktop.ui.widgets.facts import FactGrid
from gfm_desktop.ui.widgets.model_choice import ModelChoice
from gfm_desktop.ui.widgets.model_facts import short_facts
from gfm_desktop.ui.widgets.option_form import OptionForm
from gfm_desktop.ui.widgets.scoring_form import DEVICES
from gfm_desktop.ui.widgets.scrolled import ScrolledColumn
from gfm_desktop.ui.widgets.texts import CopyButton, muted
from gfm_desktop.workspace.finetuning_log import time_words
from gfm_desktop.workspace.model_shelf import Shelf, shelf_of, why_not

if TYPE_CHECKING:
    from pathlib import Path

    from gfm_desktop.models.card import ModelCard
    from gfm_desktop.models.catalogue import Entry
    from gfm_desktop.models.option import OptionValue

METHODS: dict[str, str] = {
    "auto": "Automatic",
    "probe": "Linear model on frozen embeddings",
    "lora": "LoRA: small additions to every layer",
    "last-blocks": "The last blocks",
    "full": "All of the model",
}
_ABOUT = {
    "auto": f"A linear model on frozen embeddings below {PROBE_BELOW} labels and "
    "without a graphics card; LoRA otherwise.",
    "probe": "The model reads the sequences once; a linear model learns from what it "
    "saw. Quick, and the best choice for few labels.",
    "lora": "The model itself learns, through few additional numbers. Needs a graphics "
    "card to be quick.",
    "last-blocks": "The blocks nearest to the answer learn; the others stay.",
    "full": "Everything learns. Needs many labels, memory and time.",
}
_ELSEWHERE = ("method", "task")
"""Settings that have their own place on the page."""


class SetupForm(QWidget):
    """Everything that a run can be asked for; defaults need no look."""

    changed = Signal()
    start_wanted = Signal()

    def __init__(self) -> None:
        """Start without models: `show_library` brings them."""
        super().__init__()
        self.setObjectName("finetune-setup")
        self._models: dict[str, Entry] = {}
        self.model = ModelChoice("finetune-model", refuses=refuses)
        self.summary = muted()
        self.facts = FactGrid()
        self.model_options = OptionForm("finetune-model-option")
        self.method = QComboBox()
        self.method_words = muted()
        self.device = QComboBox()
        self.name = QLineEdit()
        self.more = QToolButton()
        self.options = OptionForm("finetune-option")
        self.estimate = muted()
        self.button = QPushButton("Train")
        self.why = muted()
        self.copy_command = CopyButton("finetune-command", "Copy command")
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
    def chosen(self) -> dict[str, OptionValue]:
        """Return the settings that differ from the defaults, the method among them."""
        method = str(self.method.currentData())
        first: dict[str, OptionValue] = {} if method == "auto" else {"method": method}
        return first | self.options.chosen

    def show_library(self, entries: list[Entry], wanted: str) -> None:
        """Show what the library has; the chosen model stays where it can."""
        before = self.model.chosen
        self._models = {entry.id: entry for entry in entries}
        self.model.show_models(entries, wanted or before)
        if not before or self.model.chosen != before:
            self._show_model()

    def show_settings(
        self,
        model: str,
        options: dict[str, OptionValue],
        model_options: dict[str, OptionValue],
    ) -> None:
        """Choose what an earlier run was asked for."""
        self.model.choose(model)
        with QSignalBlocker(self.model_options), QSignalBlocker(self.options):
            self._show_options(options, model_options)
        method = str(options.get("method", "auto"))
        self.method.setCurrentIndex(max(0, self.method.findData(method)))
        self._tell()

    def say_why(self, why: str, *, busy: bool) -> None:
        """Show whether the button can be pressed, and if not why."""
        self.button.setEnabled(not why and not busy)
        self.why.setText(why)
        self.why.setVisible(bool(why))

    def _build(self) -> None:
        for title, device in DEVICES:
            self.device.addItem(title, device)
        for key, title in METHODS.items():
            self.method.addItem(title, key)
        for field, name, words in (
            (self.method, "finetune-method", "Method"),
            (self.device, "finetune-device", "Device"),
            (self.name, "finetune-name", "Name of the new model"),
        ):
            field.setObjectName(name)
            field.setAccessibleName(words)
        self.more.setObjectName("finetune-more")
        self.more.setText("All settings")
        self.more.setAccessibleName("All settings")
        self.more.setCheckable(True)
        self.more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.more.setArrowType(Qt.ArrowType.RightArrow)
        self.options.hide()
        self._show_options({}, {})
        self.button.setObjectName("finetune-start")
        self.button.setAccessibleName("Train")
        self.button.setProperty("primary", "true")
        self.button.setSizePolicy(
            QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed
        )
        area = ScrolledColumn()
        grid = CardGrid()
        cards: tuple[tuple[str, tuple[QWidget, ...]], ...] = (
            ("Model to start from", (self.model, self.summary, self.facts,
                                     self.model_options)),
            ("How it learns", (self.method, self.method_words)),
            ("Name of the new model", (self.name,)),
            ("Computed on", (self.device,)),
        )  # fmt: skip
        for title, widgets in cards:
            card = Card(title, *widgets)
            card.column.addStretch(1)
            grid.add(card)
        area.body.addWidget(grid)
        area.body.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
        area.body.addWidget(self.options)
        area.body.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(area, 1)
        column.addLayout(self._foot())

    def _foot(self) -> QVBoxLayout:
        foot = QVBoxLayout()
        foot.setContentsMargins(14, 8, 14, 12)
        foot.setSpacing(8)
        foot.addWidget(self.estimate)
        row = QHBoxLayout()
        row.addWidget(self.button, 1)
        row.addWidget(self.copy_command)
        foot.addLayout(row)
        foot.addWidget(self.why)
        return foot

    def _connect(self) -> None:
        self.model.currentIndexChanged.connect(self._show_model)
        self.method.currentIndexChanged.connect(self._show_method)
        self.device.currentIndexChanged.connect(self._tell)
        self.name.textChanged.connect(self._tell)
        self.more.toggled.connect(self._show_more)
        self.options.changed.connect(self._tell)
        self.model_options.changed.connect(self._tell)
        self.button.clicked.connect(self.start_wanted)
        self._show_method()

    def _show_options(
        self, options: dict[str, OptionValue], model_options: dict[str, OptionValue]
    ) -> None:
        from gfm_desktop.models import catalogue

        shown = [option for option in OPTIONS if option.name not in _ELSEWHERE]
        self.options.set_options(shown, options)
        card = self.card
        offered = () if card is None else catalogue.options_of(card)
        self.model_options.set_options(offered, model_options)
        self.model_options.setVisible(bool(offered))

    def _show_model(self) -> None:
        card = self.card
        self.summary.setText(card.summary if card else "")
        self.facts.show_facts(short_facts(card) if card else [])
        with QSignalBlocker(self.model_options), QSignalBlocker(self.options):
            self._show_options(self.options.chosen, {})
        self._tell()

    def _show_method(self, *_: object) -> None:
        self.method_words.setText(_ABOUT[str(self.method.currentData())])
        self._tell()

    def _show_more(self, shown: bool) -> None:
        self.options.setVisible(shown)
        arrow = Qt.ArrowType.DownArrow if shown else Qt.ArrowType.RightArrow
        self.more.setArrowType(arrow)

    def _tell(self, *_: object) -> None:
        self.changed.emit()


def refuses(entry: Entry) -> str:
    """Return in a few words why a model cannot be trained; empty where it can."""
    return "" if shelf_of(entry) is Shelf.INSTALLED else why_not(entry)


def estimate_words(card: ModelCard, examples: int, length: int) -> str:
    """Return about how long this computer needs to read the examples once.

    Args:
        card: The model.
        examples: How many there are.
        length: Letters of one; 0 where not known.
    """
    from gfm_desktop.models import fit

    found = fit.estimate(replace(card, window_bp=length) if length else card)
    if found.verdict is fit.Verdict.TOO_LARGE or not found.windows_per_second:
        return found.words[:1].upper() + found.words[1:]
    # Both strands of every example.
    once = time_words(2 * examples / found.windows_per_second)
    return (
        f"Reading {examples:,} examples once with this model takes about {once} on "
        f"this computer ({found.machine.words}; an estimate). The baselines and the "
        "learning curve come on top; the page says how long it still takes."
    )
