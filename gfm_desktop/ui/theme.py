"""Colours and type of the window: two palettes, one style sheet.

Base colours are Okabe-Ito hues as fills under near-black letters: the usual green, blue,
orange and red cannot be told apart by a fifth of men (`Palette.base_*`). REF is a
neutral grey-blue, ALT orange; a gain is orange, a loss blue, and both are also told by
their direction. Text has at least 4.5:1 on its ground.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

Mode = Literal["light", "dark", "system"]


@dataclass(frozen=True, slots=True)
class Palette:
    """Every colour that painters and the style sheet use, as ``#rrggbb``."""

    name: str
    background: str
    surface: str
    raised: str
    text: str
    muted: str
    grid: str
    border: str
    accent: str
    on_accent: str
    selection: str
    ref: str
    alt: str
    gain: str
    loss: str
    gene: str
    acceptor: str
    donor: str
    good: str
    caution: str
    bad: str
    base_a: str = "#009e73"
    base_c: str = "#56a3d9"
    base_g: str = "#f0e442"
    base_t: str = "#e8753a"
    base_n: str = "#b4bac2"
    letter: str = "#14181d"

    def base(self, letter: str) -> QColor:
        """Return the fill of a base; anything but A, C, G, T is N."""
        fills = {
            "A": self.base_a,
            "C": self.base_c,
            "G": self.base_g,
            "T": self.base_t,
        }
        return QColor(fills.get(letter.upper(), self.base_n))

    @property
    def dark(self) -> bool:
        """Tell whether the ground is dark."""
        return self.name == "dark"


LIGHT = Palette(
    name="light",
    background="#f6f7f9",
    surface="#ffffff",
    raised="#eef1f4",
    text="#1c232b",
    muted="#5c6571",
    grid="#e6e9ed",
    border="#d5dae0",
    accent="#1f6fb2",
    on_accent="#ffffff",
    selection="#d6e8f8",
    ref="#64748b",
    alt="#d9680f",
    gain="#d9680f",
    loss="#2b6cb0",
    gene="#2f5d8a",
    acceptor="#7a4fa3",
    donor="#0f7b6c",
    good="#176344",
    caution="#7d5200",
    bad="#9b2328",
)
DARK = Palette(
    name="dark",
    background="#14181d",
    surface="#1b2027",
    raised="#252b33",
    text="#e6eaef",
    muted="#a3acb8",
    grid="#2a313a",
    border="#353c46",
    accent="#5b9bd8",
    on_accent="#0e1318",
    selection="#27425c",
    ref="#9aa8ba",
    alt="#f59545",
    gain="#f59545",
    loss="#6aaae4",
    gene="#7fb0dc",
    acceptor="#c09be6",
    donor="#58c4b1",
    good="#86d3ac",
    caution="#e9c172",
    bad="#f3a3a5",
)


def palette_for(mode: Mode) -> Palette:
    """Return the palette of a mode; ``"system"`` asks the desktop."""
    if mode == "system":
        scheme = QGuiApplication.styleHints().colorScheme()
        return DARK if scheme == Qt.ColorScheme.Dark else LIGHT
    return DARK if mode == "dark" else LIGHT


def apply(application: QApplication, mode: Mode, *, font_scale: float = 1.0) -> Palette:
    """Dress the whole application, at once and without a restart.

    Args:
        application: The running application.
        mode: ``"light"``, ``"dark"`` or ``"system"``.
        font_scale: 0.8 to 2.0; 1.0 is the desktop's own size.
    """
    palette = palette_for(mode)
    application.setStyle("Fusion")
    application.setPalette(_qt_palette(palette))
    font = application.font()
    if (size := application.property("gfm-font-size")) is None:
        size = font.pointSizeF() if font.pointSizeF() > 0 else 10.0
        application.setProperty("gfm-font-size", size)
    font.setPointSizeF(float(size) * font_scale)
    application.setFont(font)
    application.setProperty("gfm-theme", palette.name)
    application.setStyleSheet(stylesheet(palette))
    return palette


def current(application: QApplication) -> Palette:
    """Return the palette that `apply` put on last; light before that."""
    return DARK if application.property("gfm-theme") == "dark" else LIGHT


def _qt_palette(palette: Palette) -> QPalette:
    role = QPalette.ColorRole
    colours = {
        role.Window: palette.background,
        role.WindowText: palette.text,
        role.Base: palette.surface,
        role.AlternateBase: palette.background,
        role.Text: palette.text,
        role.Button: palette.raised,
        role.ButtonText: palette.text,
        role.BrightText: palette.bad,
        role.Highlight: palette.selection,
        role.HighlightedText: palette.text,
        role.ToolTipBase: palette.raised,
        role.ToolTipText: palette.text,
        role.PlaceholderText: palette.muted,
        role.Link: palette.accent,
        role.Mid: palette.border,
        role.Accent: palette.accent,
    }
    qt = QPalette()
    for which, colour in colours.items():
        qt.setColor(which, QColor(colour))
    for which in (role.Text, role.WindowText, role.ButtonText):
        qt.setColor(QPalette.ColorGroup.Disabled, which, QColor(palette.muted))
    return qt


def stylesheet(palette: Palette) -> str:
    """Return the style sheet; sizes follow the font, so that scaling scales all."""
    p = palette
    return f"""
    QToolTip {{ background: {p.raised}; color: {p.text};
        border: 1px solid {p.border}; padding: 4px 6px; }}
    QMainWindow::separator {{ background: {p.background}; width: 6px; height: 6px; }}
    QMainWindow::separator:hover {{ background: {p.selection}; }}
    QMenuBar {{ background: {p.surface}; }}
    QMenuBar::item {{ padding: 4px 10px; background: transparent; }}
    QMenuBar::item:selected, QMenu::item:selected {{ background: {p.selection}; }}
    QMenu {{ background: {p.surface}; border: 1px solid {p.border}; padding: 4px; }}
    QMenu::item {{ padding: 5px 26px 5px 22px; border-radius: 3px; }}
    QMenu::item:disabled {{ color: {p.muted}; }}
    QMenu::separator {{ height: 1px; background: {p.grid}; margin: 4px 8px; }}
    QToolBar {{ background: {p.surface}; border: none;
        border-bottom: 1px solid {p.border}; spacing: 4px; padding: 4px 8px; }}
    QToolButton {{ border: 1px solid transparent; border-radius: 4px;
        padding: 4px 8px; }}
    QToolButton:hover {{ background: {p.raised}; border-color: {p.border}; }}
    QToolButton:pressed, QToolButton:checked {{ background: {p.selection}; }}
    QToolButton:focus {{ border-color: {p.accent}; }}
    QDockWidget {{ titlebar-close-icon: none; font-weight: 600; }}
    QDockWidget::title {{ background: {p.surface}; padding: 6px 10px;
        border-bottom: 1px solid {p.border}; text-align: left; }}
    QStatusBar {{ background: {p.surface}; border-top: 1px solid {p.border}; }}
    QStatusBar::item {{ border: none; }}
    QPushButton {{ background: {p.surface}; border: 1px solid {p.border};
        border-radius: 5px; padding: 5px 12px; }}
    QPushButton:hover {{ background: {p.raised}; }}
    QPushButton:focus {{ border: 1px solid {p.accent}; }}
    QPushButton:disabled {{ color: {p.muted}; background: {p.background}; }}
    QPushButton[primary="true"] {{ background: {p.accent}; color: {p.on_accent};
        border-color: {p.accent}; font-weight: 600; padding: 8px 14px; }}
    QPushButton[primary="true"]:hover {{ background: {p.accent}; }}
    QPushButton[primary="true"]:focus {{ border: 2px solid {p.text}; }}
    QPushButton[primary="true"]:disabled {{ background: {p.raised};
        color: {p.muted}; border-color: {p.border}; }}
    QLineEdit, QComboBox, QSpinBox, QDoubleSpinBox {{ background: {p.surface};
        border: 1px solid {p.border}; border-radius: 4px; padding: 4px 7px;
        selection-background-color: {p.selection}; selection-color: {p.text}; }}
    QLineEdit:focus, QComboBox:focus, QSpinBox:focus, QDoubleSpinBox:focus {{
        border: 1px solid {p.accent}; }}
    QComboBox QAbstractItemView {{ background: {p.surface};
        border: 1px solid {p.border}; selection-background-color: {p.selection};
        selection-color: {p.text}; }}
    QTableView, QTreeView, QListView, QPlainTextEdit, QTextBrowser {{
        background: {p.surface}; border: none; gridline-color: {p.grid};
        selection-background-color: {p.selection}; selection-color: {p.text}; }}
    QTableView:focus, QListView:focus {{ border: 1px solid {p.accent}; }}
    QHeaderView::section {{ background: {p.background}; color: {p.muted};
        border: none; border-bottom: 1px solid {p.border}; padding: 5px 8px;
        font-weight: 600; }}
    QScrollArea {{ background: {p.surface}; border: none; }}
    QScrollBar:vertical {{ width: 11px; background: transparent; }}
    QScrollBar:horizontal {{ height: 11px; background: transparent; }}
    QScrollBar::handle {{ background: {p.border}; border-radius: 4px; margin: 2px;
        min-height: 28px; min-width: 28px; }}
    QScrollBar::handle:hover {{ background: {p.muted}; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    QProgressBar {{ background: {p.raised}; border: none; border-radius: 3px;
        max-height: 7px; text-align: center; color: transparent; }}
    QProgressBar::chunk {{ background: {p.accent}; border-radius: 3px; }}
    QTabBar::tab {{ background: {p.background}; color: {p.muted};
        padding: 6px 14px; border: none; border-bottom: 2px solid transparent; }}
    QTabBar::tab:selected {{ color: {p.text}; background: {p.surface};
        border-bottom: 2px solid {p.accent}; }}
    QGroupBox {{ border: 1px solid {p.border}; border-radius: 5px;
        margin-top: 1.2em; padding: 8px; }}
    QGroupBox::title {{ subcontrol-origin: margin; left: 8px; color: {p.muted}; }}
    QCheckBox:focus, QRadioButton:focus {{ color: {p.accent}; }}
    QLabel[role="muted"] {{ color: {p.muted}; }}
    QLabel[role="title"] {{ font-weight: 600; }}
    """
