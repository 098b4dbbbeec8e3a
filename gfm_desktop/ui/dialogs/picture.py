"""Save the browser as a picture, and copy the command line that draws it again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from gfm_desktop.errors import GfmError
from gfm_desktop.ui import theme
from gfm_desktop.ui.browser.extract import extract_of, words_of
from gfm_desktop.ui.browser.picture import (
    LEAST_DPI,
    MOST_DPI,
    SCREEN_DPI,
    USUAL_DPI,
    image_of,
    save_picture,
)
from gfm_desktop.ui.widgets.texts import muted
from gfm_desktop.workspace.view_words import picture_command

if TYPE_CHECKING:
    from gfm_desktop.ui.browser.surface import Surface

_FORMATS = {
    "PNG: pixels, for slides and the web": ".png",
    "SVG: shapes and text, for Inkscape and Illustrator": ".svg",
    "PDF: shapes and text, for print": ".pdf",
}
_CM = 2.54


class PictureDialog(QDialog):
    """Format, resolution, and the command line; `Save` asks for the file."""

    def __init__(self, canvas: Surface, parent: QWidget | None = None) -> None:
        """Offer to save what `canvas` shows."""
        super().__init__(parent)
        self.setObjectName("picture-dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Export picture")
        self._canvas = canvas
        self.format = QComboBox()
        self.format.setObjectName("picture-format")
        self.format.setAccessibleName("Format")
        self.format.addItems(list(_FORMATS))
        self.dpi = QSpinBox()
        self.dpi.setObjectName("picture-dpi")
        self.dpi.setAccessibleName("Dots to the inch")
        self.dpi.setRange(LEAST_DPI, MOST_DPI)
        self.dpi.setSingleStep(50)
        self.dpi.setValue(USUAL_DPI)
        self.size_label = QLabel()
        self.command = QLineEdit()
        self.command.setObjectName("picture-command")
        self.command.setAccessibleName("Command line that draws the same")
        self.command.setReadOnly(True)
        self.command.setFont(theme.fixed_font())
        self.left_out = muted()
        self.left_out.setObjectName("picture-left-out")
        self.problem = QLabel()
        self.problem.setProperty("role", "error")
        self.problem.setWordWrap(True)
        self.problem.hide()
        self._lay_out()
        self.format.currentIndexChanged.connect(self._show)
        self.dpi.valueChanged.connect(self._show)
        self._show()

    @property
    def ending(self) -> str:
        """Return the chosen format, such as ``".png"``."""
        return _FORMATS[self.format.currentText()]

    def save(self, path: Path) -> bool:
        """Write the picture; False, with the reason shown, where that fails."""
        if path.suffix.lower() != self.ending:
            path = path.with_name(f"{path.name}{self.ending}")
        try:
            save_picture(
                self._canvas,
                path,
                dpi=self.dpi.value(),
                command=self._command(str(path)),
            )
        except GfmError as problem:
            self.problem.setText(str(problem))
            self.problem.show()
            return False
        self._canvas.sources.workspace.message.emit("info", f"Picture saved: {path}")
        return True

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.addRow("Format", self.format)
        form.addRow("Dots to the inch", self.dpi)
        form.addRow("Size", self.size_label)
        line = QHBoxLayout()
        line.addWidget(self.command, 1)
        line.addWidget(self._button("picture-copy-command", "Copy", self._copy_command))
        form.addRow("Draw it again with", line)
        buttons = QHBoxLayout()
        buttons.addWidget(self._button("picture-copy", "Copy picture", self._copy))
        buttons.addStretch(1)
        buttons.addWidget(self._button("picture-close", "Close", self.reject))
        save = self._button("picture-save", "Save…", self._ask)
        save.setDefault(True)
        save.setProperty("primary", "true")
        buttons.addWidget(save)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addWidget(self.left_out)
        layout.addWidget(self.problem)
        layout.addLayout(buttons)
        self.resize(round(620 * theme.scale_of()), self.sizeHint().height())

    def _button(self, name: str, text: str, run: object) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(name)
        button.setAccessibleName(text.rstrip("…"))
        button.clicked.connect(run)
        return button

    def _show(self) -> None:
        pixels = self.ending == ".png"
        self.dpi.setEnabled(pixels)
        shown = extract_of(self._canvas)
        inches = (shown.width / SCREEN_DPI, shown.height / SCREEN_DPI)
        text = f"{inches[0] * _CM:.1f} x {inches[1] * _CM:.1f} cm"
        if pixels:
            dots = [round(inch * self.dpi.value()) for inch in inches]
            text += f", {dots[0]:,} x {dots[1]:,} pixels"
        self.size_label.setText(text)
        words = words_of(shown)
        self.left_out.setText(words)
        self.left_out.setVisible(bool(words))
        self.command.setText(self._command(f"picture{self.ending}"))
        self.command.setCursorPosition(0)

    def _command(self, out: str) -> str:
        shown = extract_of(self._canvas)
        return picture_command(
            self._canvas.sources.workspace,
            out=out,
            width=shown.width,
            height=shown.height,
            dpi=self.dpi.value(),
            theme=theme.current().name,
        )

    def _copy_command(self) -> None:
        QGuiApplication.clipboard().setText(self.command.text())

    def _copy(self) -> None:
        QGuiApplication.clipboard().setImage(image_of(self._canvas, dpi=SCREEN_DPI * 2))
        self._canvas.sources.workspace.message.emit("info", "Picture copied.")

    def _ask(self) -> None:
        locus = str(self._canvas.sources.workspace.locus).replace(",", "")
        name = f"{locus.replace(':', '_')}{self.ending}"
        kind = f"{self.ending[1:].upper()} (*{self.ending})"
        path, _ = QFileDialog.getSaveFileName(self, "Export picture", name, kind)
        if path and self.save(Path(path)):
            self.accept()
