"""A form made from options of a scorer or model: a new one needs no new dialog."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QGridLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
    QWidget,
)

from gfm_desktop.ui.widgets.search_combo import SearchCombo
from gfm_desktop.ui.widgets.texts import muted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gfm_desktop.models.option import Option, OptionValue

Field = QCheckBox | QComboBox | QDoubleSpinBox | QLineEdit | QSpinBox
_LARGEST = 2**31 - 1
_LONG = 12
"""Letters of a choice above which its field does not grow with it."""
_MANY = 12
"""Choices above which one types to find instead of scrolling."""


class OptionForm(QWidget):
    """One field for each option, of the kind that its default value asks for."""

    changed = Signal()
    """Some value is another one."""

    def __init__(self, prefix: str = "option") -> None:
        """Start without fields.

        Args:
            prefix: Begins the object names of the fields: two forms of a panel may
                have an option of the same name.
        """
        super().__init__()
        self._prefix = prefix
        self.fields: dict[str, Field] = {}
        self._defaults: dict[str, OptionValue] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)

    def set_options(
        self, options: Sequence[Option], values: dict[str, OptionValue] | None = None
    ) -> None:
        """Make the fields anew.

        Args:
            options: The options.
            values: Values to start with where they differ from the defaults.
        """
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                # Hidden first: deleting waits for the event loop.
                widget.hide()
                widget.deleteLater()
        self.fields = {}
        self._defaults = {option.name: option.default for option in options}
        for line, option in enumerate(options):
            start = (values or {}).get(option.name, option.default)
            self._add(2 * line, option, start)
        self.changed.emit()

    @property
    def values(self) -> dict[str, OptionValue]:
        """Return all values by option name."""
        return {name: _value(field) for name, field in self.fields.items()}

    @property
    def chosen(self) -> dict[str, OptionValue]:
        """Return the values that are not the defaults, by option name."""
        values = self.values.items()
        return {name: v for name, v in values if v != self._defaults[name]}

    def _add(self, line: int, option: Option, value: OptionValue) -> None:
        field = self._field(option, value)
        field.setObjectName(f"{self._prefix}-{option.name}")
        field.setAccessibleName(option.label)
        field.setAccessibleDescription(option.help)
        field.setToolTip(option.help)
        self.fields[option.name] = field
        if isinstance(field, QCheckBox):
            field.setText(option.label)
            self._grid.addWidget(field, line, 0, 1, 2)
        else:
            label = QLabel(option.label)
            label.setBuddy(field)
            self._grid.addWidget(label, line, 0)
            wide = isinstance(field, QComboBox) and field.minimumContentsLength() > 0
            side = Qt.AlignmentFlag(0) if wide else Qt.AlignmentFlag.AlignLeft
            self._grid.addWidget(field, line, 1, side)
        self._grid.addWidget(muted(option.help), line + 1, 0, 1, 2)

    def _field(self, option: Option, value: OptionValue) -> Field:
        if option.choices:
            many = len(option.choices) > _MANY
            combo = SearchCombo() if many else QComboBox()
            combo.addItems(list(option.choices))
            if max(map(len, option.choices)) > _LONG:
                # A long name must not widen the panel; the open list shows all of it.
                combo.setSizeAdjustPolicy(
                    QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
                )
                combo.setMinimumContentsLength(_LONG // 2)
            combo.setCurrentIndex(max(0, combo.findText(str(value))))
            combo.currentIndexChanged.connect(self._tell)
            return combo
        match option.default:
            case bool():
                check = QCheckBox()
                check.setChecked(bool(value))
                check.toggled.connect(self._tell)
                return check
            case int():
                whole = QSpinBox()
                low, high = option.minimum, option.maximum
                whole.setRange(
                    -_LARGEST if low is None else int(low),
                    _LARGEST if high is None else min(int(high), _LARGEST),
                )
                whole.setGroupSeparatorShown(True)
                whole.setSuffix(f" {option.unit}" if option.unit else "")
                whole.setValue(int(value))
                whole.valueChanged.connect(self._tell)
                return whole
            case float():
                fraction = QDoubleSpinBox()
                fraction.setDecimals(4)
                low, high = option.minimum, option.maximum
                fraction.setRange(
                    -1e9 if low is None else low, 1e9 if high is None else high
                )
                fraction.setSuffix(f" {option.unit}" if option.unit else "")
                fraction.setValue(float(value))
                fraction.valueChanged.connect(self._tell)
                return fraction
        line = QLineEdit(str(value))
        line.textChanged.connect(self._tell)
        return line

    def _tell(self, *_: object) -> None:
        self.changed.emit()


def _value(field: Field) -> OptionValue:
    match field:
        case QCheckBox():
            return field.isChecked()
        case QComboBox():
            # Not the text: a half typed name is no choice.
            return field.itemText(field.currentIndex())
        case QSpinBox() | QDoubleSpinBox():
            return field.value()
        case _:
            return field.text()
