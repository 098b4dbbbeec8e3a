"""Step 1: a file of labels, what its columns are, and the rows that cannot be used."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from gfm_desktop.ui.widgets.card_grid import Card
from gfm_desktop.ui.widgets.drop_target import DropTarget
from gfm_desktop.ui.widgets.facts import FactGrid
from gfm_desktop.ui.widgets.finetune_columns import ColumnTable
from gfm_desktop.ui.widgets.finetune_run_list import RunList
from gfm_desktop.ui.widgets.look import Tone
from gfm_desktop.ui.widgets.notice import Notice
from gfm_desktop.ui.widgets.row_list import RowList
from gfm_desktop.ui.widgets.scrolled import ScrolledColumn
from gfm_desktop.ui.widgets.texts import heading, muted
from gfm_desktop.workspace.finetuning_labels import (
    ABOUT_FILE,
    KINDS,
    TASKS,
    sample_labels,
)

if TYPE_CHECKING:
    from gfm_desktop.workspace.finetuning_labels import Labels, LabelsSource
    from gfm_desktop.workspace.finetuning_reading import Reading

_WANTED = (
    "Sequences (CSV, TSV, Excel)  ·  regions (BED, table)  ·  variants (VCF, table)\n"
    "with one column that says what each one is"
)


class LabelsPage(QStackedWidget):
    """An empty page that asks for a file, or the file as it is understood."""

    file_wanted = Signal()
    sample_wanted = Signal()
    signal_wanted = Signal()
    source_changed = Signal(object)
    """Carries the `LabelsSource` that the user has made of it."""
    next_wanted = Signal()

    def __init__(self) -> None:
        """Show the empty page."""
        super().__init__()
        self.setObjectName("finetune-labels")
        self._source: LabelsSource | None = None
        self._lines: dict[QWidget, list[QWidget]] = {}
        self.drop = DropTarget(
            "finetune-drop",
            "Choose a file of labels",
            "Drop your labels here, or press to choose them",
            _WANTED,
        )
        self.sample = QPushButton("Try the sample labels")
        self.runs = RunList()
        self.name = heading()
        self.kind = muted()
        self.other = QPushButton("Another file…")
        self.problem = Notice("finetune-labels-problem")
        self.questions = Notice("finetune-labels-questions")
        self.busy = muted()
        self.columns = ColumnTable()
        self.task = _combo("finetune-task", "Task")
        self.task_why = muted()
        self.sheet = _combo("finetune-sheet", "Sheet")
        self.counting = _combo("finetune-counting", "Positions count from")
        self.window_size = QSpinBox()
        self.bigwig = QPushButton("Labels from a bigWig file…")
        self.facts = FactGrid()
        self.refused = RowList("finetune-refused", "Rows that cannot be used", most=6)
        self.refused_card = Card("Rows that cannot be used", self.refused)
        self.next = QPushButton("Continue to the check")
        self._build()
        self._connect()

    def show_reading(self, reading: Reading | None) -> None:
        """Show labels as they are understood; None shows the empty page."""
        self._source = None if reading is None else reading.source
        self.setCurrentIndex(0 if reading is None else 1)
        if reading is None:
            return
        labels, failed = reading.labels, reading.failed
        self.name.setText(reading.source.path.name)
        self.name.setToolTip(str(reading.source.path))
        self.busy.setText(f"{reading.message}…" if reading.busy else "")
        self.busy.setVisible(reading.busy)
        if failed is not None:
            text = " ".join(filter(None, (failed.what, failed.todo)))
            self.problem.say(text, Tone.BAD)
        else:
            problems = () if labels is None else labels.problems
            self.problem.say("\n".join(problems), Tone.BAD)
        self._show_labels(labels, reading)

    def _show_labels(self, labels: Labels | None, reading: Reading) -> None:
        there = labels is not None
        self._form.setVisible(there)
        self.columns.setVisible(there and bool(labels and labels.rows))
        self.refused_card.setVisible(bool(labels and labels.refused))
        usable = labels is not None and not labels.problems and not reading.busy
        self.next.setEnabled(usable and reading.failed is None)
        if labels is None:
            self.kind.setText("")
            self.questions.say("", Tone.QUIET)
            return
        self.kind.setText(KINDS.get(labels.kind, ""))
        asked = "" if labels.problems else "\n".join(labels.questions)
        self.questions.say(asked, Tone.CAUTION)
        ignored = [name for role, name in reading.source.columns if role == "ignore"]
        self.columns.show_columns(labels.columns, labels.rows, ignored)
        self._show_choices(labels, reading.source)
        self.facts.show_facts(_facts(labels))
        rows = [(f"{row:,}", reason) for row, reason in labels.refused]
        self.refused.show_rows(("Row", "Why it cannot be used"), rows)
        more = labels.refused_total - len(rows)
        title = f"{labels.refused_total:,} rows cannot be used"
        if labels.refused_total == 1:
            title = "1 row cannot be used"
        self.refused_card.title.setText(title)
        self.refused_card.explain(
            f"The first {len(rows):,} are listed." if more > 0 else ""
        )

    def _show_choices(self, labels: Labels, source: LabelsSource) -> None:
        for box in (self.task, self.sheet, self.counting, self.window_size):
            box.blockSignals(True)
        self.task.setCurrentIndex(max(0, self.task.findData(source.task)))
        found = TASKS.get(labels.task, "")
        self.task.setItemText(
            0, f"{found} (as the labels suggest)" if found else TASKS["auto"]
        )
        self.task_why.setText(labels.task_why[:1].upper() + labels.task_why[1:])
        self.sheet.clear()
        self.sheet.addItems(list(labels.sheets))
        chosen = source.said("sheet")
        self.sheet.setCurrentIndex(max(0, self.sheet.findText(chosen)))
        self.counting.setCurrentIndex(int(labels.counting == "1"))
        self.window_size.setValue(source.window)
        for box in (self.task, self.sheet, self.counting, self.window_size):
            box.blockSignals(False)
        placed = labels.kind in ("regions", "variants")
        self._show_row(self.sheet, len(labels.sheets) > 1)
        self._show_row(self.counting, labels.kind == "regions")
        self._show_row(self.window_size, placed)
        self._show_row(self.bigwig, labels.kind == "regions")
        self.bigwig.setText(
            f"Labels from {source.signal.rpartition('/')[2]} — change…"
            if source.signal
            else "Labels from a bigWig file…"
        )

    def _build(self) -> None:
        for button, name, spoken in (
            (self.sample, "finetune-sample", "Try the sample labels"),
            (self.other, "finetune-other-file", "Choose another file of labels"),
            (self.bigwig, "finetune-bigwig", "Take the labels from a bigWig file"),
            (self.next, "finetune-to-check", "Continue to the check"),
        ):
            button.setObjectName(name)
            button.setAccessibleName(spoken)
        self.next.setProperty("primary", "true")
        self.sample.setEnabled(sample_labels() is not None)
        for key, title in TASKS.items():
            self.task.addItem(title, key)
        self.counting.addItem("0 (as in BED)", "0")
        self.counting.addItem("1 (as on genome browsers)", "1")
        self.window_size.setObjectName("finetune-window")
        self.window_size.setAccessibleName("Letters around the middle")
        self.window_size.setRange(0, 1_000_000)
        self.window_size.setGroupSeparatorShown(True)
        self.window_size.setSuffix(" bp")
        self.window_size.setSpecialValueText("as given")
        self.window_size.setKeyboardTracking(False)
        self.addWidget(self._empty_page())
        self.addWidget(self._file_page())

    def _empty_page(self) -> QWidget:
        page = ScrolledColumn()
        intro = heading("Teach a model from your own labels")
        words = muted(
            "From 10 to 10,000 examples to a model that is measured against simple "
            "baselines on examples it has not seen. Nothing leaves this computer."
        )
        row = QHBoxLayout()
        row.addWidget(self.sample)
        about = muted(
            "Where the RNA-binding protein PUM2 binds: human sequences, each labelled "
            "1 (bound) or 0."
        )
        row.addWidget(about, 1)
        for widget in (intro, words, self.drop):
            page.body.addWidget(widget)
        page.body.addLayout(row)
        page.body.addSpacing(8)
        page.body.addWidget(self.runs)
        page.body.addStretch(1)
        return page

    def _file_page(self) -> QWidget:
        page = ScrolledColumn()
        head = QHBoxLayout()
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.name)
        words.addWidget(self.kind)
        head.addLayout(words, 1)
        head.addWidget(self.other, 0, Qt.AlignmentFlag.AlignTop)
        page.body.addLayout(head)
        for widget in (self.busy, self.problem, self.questions, self.columns):
            page.body.addWidget(widget)
        self._form = QWidget()
        self._form_rows = QGridLayout(self._form)
        self._form_rows.setContentsMargins(0, 0, 0, 0)
        self._form_rows.setHorizontalSpacing(12)
        self._form_rows.setColumnStretch(2, 1)
        rows: tuple[tuple[str, QWidget, QWidget | None], ...] = (
            ("Sheet", self.sheet, None),
            ("What is predicted", self.task, self.task_why),
            ("Positions count from", self.counting, None),
            ("Letters around the middle", self.window_size, muted(
                "0 reads regions as they are, and 512 letters around variants.")),
            ("", self.bigwig, None),
        )  # fmt: skip
        for line, (title, field, note) in enumerate(rows):
            label = QLabel(title)
            label.setBuddy(field)
            self._form_rows.addWidget(label, line, 0)
            self._form_rows.addWidget(field, line, 1)
            self._lines[field] = [label, field]
            if note is not None:
                self._form_rows.addWidget(note, line, 2)
                self._lines[field].append(note)
        page.body.addWidget(self._form)
        page.body.addWidget(self.facts)
        page.body.addWidget(self.refused_card)
        page.body.addWidget(self.next, 0, Qt.AlignmentFlag.AlignLeft)
        page.body.addStretch(1)
        return page

    def _connect(self) -> None:
        self.drop.pressed.connect(self.file_wanted)
        self.other.clicked.connect(self.file_wanted)
        self.sample.clicked.connect(self.sample_wanted)
        self.bigwig.clicked.connect(self.signal_wanted)
        self.next.clicked.connect(self.next_wanted)
        self.columns.roles_changed.connect(self._roles)
        self.task.currentIndexChanged.connect(self._choices)
        self.sheet.currentIndexChanged.connect(self._choices)
        self.counting.currentIndexChanged.connect(self._choices)
        self.window_size.valueChanged.connect(self._choices)

    def _show_row(self, field: QWidget, shown: bool) -> None:
        for widget in self._lines[field]:
            widget.setVisible(shown)

    def _roles(self, pairs: tuple[tuple[str, str], ...]) -> None:
        source = self._source
        if source is not None:
            about = tuple(pair for pair in source.columns if pair[0] in ABOUT_FILE)
            self.source_changed.emit(replace(source, columns=(*pairs, *about)))

    def _choices(self, *_: object) -> None:
        source = self._source
        if source is None:
            return
        pairs = [pair for pair in source.columns if pair[0] not in ABOUT_FILE]
        if self.counting.isVisibleTo(self):
            pairs.append(("counting", str(self.counting.currentData())))
        if self.sheet.count() > 1:
            pairs.append(("sheet", self.sheet.currentText()))
        self.source_changed.emit(
            replace(
                source,
                columns=tuple(pairs),
                task=str(self.task.currentData()),
                window=self.window_size.value(),
            )
        )


def _facts(labels: Labels) -> list[tuple[str, str]]:
    """Return what can be learnt from, in two or three lines."""
    if not labels.examples:
        return []
    classes = ", ".join(f"{name}: {number:,}" for name, number in labels.classes)
    return [
        ("Examples", f"{labels.examples:,}"),
        ("Labels", classes),
        ("Length", f"{labels.length:,} bp (the middle one)" if labels.length else ""),
        ("Note", "\n".join(labels.notes)),
    ]


def _combo(name: str, words: str) -> QComboBox:
    box = QComboBox()
    box.setObjectName(name)
    box.setAccessibleName(words)
    return box
