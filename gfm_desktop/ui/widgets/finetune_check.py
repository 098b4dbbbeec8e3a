"""Step 2: the data check as a traffic light, and how the examples are split."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from gfm_desktop.ui import theme
from gfm_desktop.ui.widgets.card_grid import Card
from gfm_desktop.ui.widgets.chip import paint_glyph
from gfm_desktop.ui.widgets.look import Tone, tone_colours
from gfm_desktop.ui.widgets.notice import Notice
from gfm_desktop.ui.widgets.scrolled import ScrolledColumn
from gfm_desktop.ui.widgets.texts import heading, muted, plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from PySide6.QtGui import QPaintEvent

    from gfm_desktop.workspace.finetuning_labels import Finding, Labels
    from gfm_desktop.workspace.finetuning_reading import Reading

_TONES = {"ok": Tone.GOOD, "caution": Tone.CAUTION, "stop": Tone.BAD}
_SHOWN = 12
_PARTS = (("train", "accent"), ("validation", "ref"), ("test", "alt"),
          ("unused", "faint"))  # fmt: skip


class CheckPage(ScrolledColumn):
    """One line for each finding, worst first, and the parts of the split."""

    fix_wanted = Signal(str)
    """Key of the fix of a finding."""
    next_wanted = Signal()

    def __init__(self) -> None:
        """Start without findings."""
        super().__init__()
        self.setObjectName("finetune-check")
        self.summary = Notice("finetune-check-summary")
        self.rows: list[FindingRow] = []
        self._list = QVBoxLayout()
        self._list.setSpacing(6)
        self.parts = PartsBar()
        self.split_words = muted()
        self.split_card = Card("How the examples are split", self.parts)
        self.next = QPushButton("Continue to the training")
        self.next.setObjectName("finetune-to-training")
        self.next.setAccessibleName("Continue to the training")
        self.next.setProperty("primary", "true")
        self.next.clicked.connect(self.next_wanted)
        self.body.addWidget(heading("What could mislead you"))
        self.body.addWidget(self.summary)
        self.body.addLayout(self._list)
        self.body.addWidget(self.split_card)
        self.body.addWidget(self.next, 0, Qt.AlignmentFlag.AlignLeft)
        self.body.addStretch(1)

    def show_reading(self, reading: Reading | None) -> None:
        """Show the findings of the labels on show."""
        labels = None if reading is None else reading.labels
        busy = reading is not None and reading.busy
        self._show_summary(labels, busy=busy)
        for row in self.rows:
            row.hide()
            row.deleteLater()
        findings = () if labels is None else labels.findings
        order = ("stop", "caution", "ok")
        self.rows = [
            FindingRow(finding)
            for finding in sorted(findings, key=lambda one: order.index(one.level))
        ]
        for row in self.rows:
            self._list.addWidget(row)
            row.fix_wanted.connect(self.fix_wanted)
            row.set_busy(busy)
        self.split_card.setVisible(labels is not None and bool(labels.sizes))
        if labels is not None and labels.sizes:
            self._show_split(labels)
        ready = labels is not None and labels.checked
        self.next.setEnabled(ready and not busy)

    def _show_summary(self, labels: Labels | None, *, busy: bool) -> None:
        if busy:
            self.summary.say("The examples are being compared with each other…",
                             Tone.QUIET)  # fmt: skip
        elif labels is None or not labels.checked:
            text = "Choose the labels first: the check follows by itself."
            self.summary.say(text, Tone.QUIET)
        else:
            bad = [f for f in labels.findings if f.level != "ok"]
            if labels.level == "stop":
                text = (
                    "The result would look better than it is: mend what is red first. "
                    "You may go on without; the report will say so."
                )
            elif bad:
                noun = "thing" if len(bad) == 1 else "things"
                text = f"{len(bad)} {noun} to know before you trust a number."
            else:
                text = "Nothing was found that could flatter the result."
            self.summary.say(text, _TONES[labels.level])

    def _show_split(self, labels: Labels) -> None:
        self.parts.show_sizes(labels.sizes)
        self.split_card.explain(str(labels.split.get("why") or ""))


class FindingRow(QFrame):
    """A light, a title, what it means, the rows, and a button that mends it."""

    fix_wanted = Signal(str)

    def __init__(self, finding: Finding) -> None:
        """Show a finding."""
        super().__init__()
        self.finding = finding
        self.setProperty("card", "true")
        self.setObjectName(f"finding-{finding.key}")
        light = _Light(_TONES[finding.level])
        title = heading(finding.title, scale=1.0)
        title.setWordWrap(finding.level != "ok")
        self.words = plain(finding.words)
        self.fix = QPushButton(_fix_words(finding.fix))
        self.fix.setObjectName(f"fix-{finding.key}")
        self.fix.setAccessibleName(f"{finding.title}: {self.fix.text()}")
        self.fix.setVisible(bool(finding.fix))
        self.fix.clicked.connect(lambda: self.fix_wanted.emit(finding.fix))
        grid = QGridLayout(self)
        calm = finding.level == "ok"
        edge = 4 if calm else 8
        grid.setContentsMargins(12, edge, 12, edge)
        grid.setVerticalSpacing(2)
        grid.setHorizontalSpacing(10)
        grid.setColumnStretch(1, 1)
        grid.addWidget(light, 0, 0)
        grid.addWidget(title, 0, 1)
        lines = 1 if calm else 2
        grid.addWidget(self.fix, 0, 3, lines, 1, Qt.AlignmentFlag.AlignVCenter)
        if finding.words and calm:
            # One line is enough for what is well.
            grid.addWidget(self.words, 0, 2, Qt.AlignmentFlag.AlignVCenter)
            grid.setColumnStretch(1, 0)
            grid.setColumnStretch(2, 1)
        elif finding.words:
            grid.addWidget(self.words, 1, 1)
        if finding.rows and finding.level != "ok":
            grid.addWidget(muted(_rows_words(finding)), 2, 1)

    def set_busy(self, busy: bool) -> None:
        """Let nobody press while the check runs again."""
        self.fix.setEnabled(not busy)


class PartsBar(QWidget):
    """How many examples are learnt from, choose, and are only measured."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self.setObjectName("finetune-parts")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._sizes: dict[str, int] = {}

    def show_sizes(self, sizes: Mapping[str, int]) -> None:
        """Show the number of examples of each part."""
        self._sizes = {name: number for name, number in sizes.items() if number}
        said = ", ".join(f"{name}: {number:,}" for name, number in self._sizes.items())
        self.setAccessibleName(f"Examples by part: {said}")
        self.update()

    def sizeHint(self) -> QSize:
        """Return a bar and a line of words."""
        return QSize(300, round(3.2 * self.fontMetrics().height()))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the bar and, below it, a legend."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette, metrics = theme.current(), QFontMetricsF(self.font())
        total = sum(self._sizes.values()) or 1
        x, word = 0.0, 0.0
        line = metrics.height()
        for name, ink in _PARTS:
            number = self._sizes.get(name, 0)
            if not number:
                continue
            wide = (self.width() - 2.0) * number / total
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color(getattr(palette, ink), 0.8))
            painter.drawRect(QRectF(x, 2, max(2.0, wide - 1), line))
            mark = QRectF(word, 2 + 1.75 * line, 0.6 * line, 0.6 * line)
            painter.drawRect(mark)
            words = f"{name} {number:,} ({number / total:.0%})"
            painter.setPen(QColor(palette.text))
            box = QRectF(word + 0.9 * line, 2 + 1.5 * line, 4000, 1.2 * line)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, words)
            word += metrics.horizontalAdvance(words) + 2.2 * line
            x += wide
        painter.end()


class _Light(QWidget):
    """A disc in the colour of the tone with its glyph: colour is not all."""

    def __init__(self, tone: Tone) -> None:
        super().__init__()
        self._tone = tone
        self.setAccessibleName({Tone.GOOD: "Good", Tone.CAUTION: "Caution"}.get(
            tone, "Stop"))  # fmt: skip
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Return one and a half lines in the square."""
        side = round(1.5 * self.fontMetrics().height())
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint disc and glyph."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = tone_colours(self._tone, self.palette())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.fill)
        whole = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.drawEllipse(whole)
        inset = whole.width() * 0.3
        box = whole.adjusted(inset, inset, -inset, -inset)
        paint_glyph(painter, box, tone=self._tone, colour=colours.text)
        painter.end()


def _fix_words(fix: str) -> str:
    from gfm_desktop.finetune.checks import FIXES, SETTING_FIXES

    title = FIXES[fix][0] if fix in FIXES else SETTING_FIXES.get(fix, "Mend it")
    return title


def _rows_words(finding: Finding) -> str:
    rows: Sequence[int] = finding.rows[:_SHOWN]
    more = ", …" if len(finding.rows) > _SHOWN or finding.count > len(rows) else ""
    return f"Rows {', '.join(f'{row:,}' for row in rows)}{more}"
