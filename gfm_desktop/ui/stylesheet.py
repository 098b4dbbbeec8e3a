"""The style sheet: only what Fusion with a palette does not already do well.

Combo boxes and spin boxes keep Fusion's own frame: a style sheet that draws their
border has to bring pictures for their arrows too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gfm_desktop import paths

if TYPE_CHECKING:
    from gfm_desktop.ui.palette import Palette


def stylesheet(palette: Palette, scale: int = 100) -> str:
    """Return Qt style sheet text.

    Widgets opt in through dynamic properties: ``primary`` (the one button to press),
    ``quiet`` (frameless button), ``role`` = ``"title"``, ``"heading"``, ``"muted"``,
    ``"warning"``, ``"error"``, ``"good"`` or ``"mono"`` for labels, ``card`` (frame
    with a border), ``chip`` (small rounded label).

    Args:
        palette: Colours.
        scale: Size of text in percent; paddings grow with it.
    """
    unit = scale / 100
    return "\n".join(
        (
            _frames(palette, unit),
            _buttons(palette, unit),
            _fields(palette, unit),
            _tables(palette, unit),
            _labels(palette, unit),
            _bars(palette, unit),
        )
    )


def _check_mark() -> str:
    """Return the picture of a tick, as style sheets want paths on every system."""
    return (paths.resources() / "icons" / "check.svg").as_posix()


def _px(value: float, unit: float) -> str:
    return f"{max(1, round(value * unit))}px"


def _frames(p: Palette, unit: float) -> str:
    return f"""
QMainWindow, QDialog {{ background: {p.background}; }}
QMainWindow::separator {{ background: {p.background}; width: 5px; height: 5px; }}
QMainWindow::separator:hover {{ background: {p.accent}; }}
QSplitter::handle {{ background: {p.background}; }}
QSplitter::handle:hover {{ background: {p.accent}; }}
QMenuBar {{ background: {p.background}; padding: {_px(2, unit)}; }}
QMenuBar::item {{ padding: {_px(4, unit)} {_px(9, unit)}; border-radius: 4px;
  background: transparent; }}
QMenuBar::item:selected {{ background: {p.hover}; }}
QMenu {{ background: {p.surface}; border: 1px solid {p.border};
  padding: {_px(4, unit)}; }}
QMenu::item {{ padding: {_px(5, unit)} {_px(26, unit)}; border-radius: 4px; }}
QMenu::item:selected {{ background: {p.selection}; color: {p.text}; }}
QMenu::item:disabled {{ color: {p.faint}; }}
QMenu::separator {{ height: 1px; background: {p.border}; margin: {_px(4, unit)}; }}
QToolBar {{ background: {p.background}; border: none; spacing: {_px(4, unit)};
  padding: {_px(4, unit)} {_px(6, unit)}; }}
QStatusBar {{ background: {p.background}; border-top: 1px solid {p.border}; }}
QStatusBar::item {{ border: none; }}
QToolTip {{ background: {p.raised}; color: {p.text}; border: 1px solid {p.border};
  padding: {_px(5, unit)}; }}
QFrame[card="true"] {{ background: {p.surface}; border: 1px solid {p.border};
  border-radius: 8px; }}
QScrollArea {{ border: none; background: transparent; }}
QGroupBox {{ border: 1px solid {p.border}; border-radius: 6px;
  margin-top: {_px(10, unit)}; padding: {_px(9, unit)}; }}
QGroupBox::title {{ subcontrol-origin: margin; left: {_px(10, unit)};
  padding: 0 {_px(4, unit)}; color: {p.muted}; }}
"""


def _buttons(p: Palette, unit: float) -> str:
    pad = f"{_px(5, unit)} {_px(12, unit)}"
    return f"""
QPushButton {{ background: {p.surface}; border: 1px solid {p.border};
  border-radius: 6px; padding: {pad}; }}
QPushButton:hover {{ background: {p.hover}; }}
QPushButton:pressed, QPushButton:checked {{ background: {p.selection}; }}
QPushButton:focus {{ border: 1px solid {p.accent}; }}
QPushButton:disabled {{ color: {p.faint}; background: {p.background}; }}
QPushButton[primary="true"] {{ background: {p.accent}; color: {p.on_accent};
  border: 1px solid {p.accent}; font-weight: 600; }}
QPushButton[primary="true"]:hover {{ border: 1px solid {p.text}; }}
QPushButton[primary="true"]:focus {{ border: 2px solid {p.text}; }}
QPushButton[primary="true"]:disabled {{ background: {p.border}; color: {p.muted};
  border-color: {p.border}; }}
QPushButton[quiet="true"] {{ background: transparent; border-color: transparent; }}
QPushButton[quiet="true"]:hover {{ background: {p.hover}; }}
QPushButton[quiet="true"]:checked {{ background: {p.selection}; }}
QPushButton[quiet="true"]:focus {{ border-color: {p.accent}; }}
QToolButton {{ background: transparent; border: 1px solid transparent;
  border-radius: 5px; padding: {_px(4, unit)} {_px(6, unit)}; }}
QToolButton:hover {{ background: {p.hover}; }}
QToolButton:pressed, QToolButton:checked {{ background: {p.selection}; }}
QToolButton:focus {{ border: 1px solid {p.accent}; }}
QToolButton:disabled {{ color: {p.faint}; }}
QToolButton[primary="true"] {{ background: {p.accent}; color: {p.on_accent};
  font-weight: 600; padding: {_px(4, unit)} {_px(10, unit)}; }}
QToolButton[primary="true"]:hover {{ border-color: {p.text}; }}
QToolButton[primary="true"]:disabled {{ background: {p.hover}; color: {p.faint}; }}
QToolButton[popupMode="2"] {{ padding-right: {_px(14, unit)}; }}
QToolButton::menu-indicator {{ subcontrol-position: right center;
  right: {_px(3, unit)}; width: {_px(9, unit)}; }}
"""


def _fields(p: Palette, unit: float) -> str:
    pad = f"{_px(4, unit)} {_px(8, unit)}"
    return f"""
QCheckBox::indicator {{ width: {_px(13, unit)}; height: {_px(13, unit)};
  border: 1px solid {p.muted}; border-radius: 3px; background: {p.surface}; }}
QCheckBox::indicator:checked {{ background: {p.accent}; border-color: {p.accent};
  image: url("{_check_mark()}"); }}
QCheckBox::indicator:focus {{ border-color: {p.accent}; }}
QCheckBox::indicator:disabled {{ border-color: {p.faint}; }}
QLineEdit, QPlainTextEdit, QTextEdit {{ background: {p.surface};
  border: 1px solid {p.border}; border-radius: 6px; padding: {pad};
  selection-background-color: {p.accent}; selection-color: {p.on_accent}; }}
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus {{
  border: 1px solid {p.accent}; }}
QLineEdit:disabled {{ color: {p.faint}; background: {p.background}; }}
QLineEdit[invalid="true"] {{ border: 1px solid {p.bad}; }}
QComboBox, QAbstractSpinBox {{ min-height: {_px(22, unit)}; }}
QComboBox QAbstractItemView {{ background: {p.surface};
  border: 1px solid {p.border}; selection-background-color: {p.selection};
  selection-color: {p.text}; }}
"""


def _tables(p: Palette, unit: float) -> str:
    return f"""
QTableView, QTreeView, QListView {{ background: {p.surface};
  alternate-background-color: {p.raised}; border: none;
  gridline-color: {p.grid}; selection-background-color: {p.selection};
  selection-color: {p.text}; outline: 0; }}
QTreeView::item, QListView::item {{ padding: {_px(3, unit)}; }}
QTableView:focus, QTreeView:focus, QListView:focus {{
  border: 1px solid {p.accent}; }}
QHeaderView {{ background: {p.raised}; border: none; }}
QHeaderView::section {{ background: {p.raised}; color: {p.muted}; border: none;
  border-bottom: 1px solid {p.border}; border-right: 1px solid {p.grid};
  padding: {_px(5, unit)} {_px(8, unit)}; font-weight: 600; }}
QHeaderView::section:hover {{ background: {p.hover}; color: {p.text}; }}
QTableCornerButton::section {{ background: {p.raised}; border: none; }}
"""


def _labels(p: Palette, unit: float) -> str:
    return f"""
QLabel {{ background: transparent; }}
QLabel[role="title"] {{ font-size: {round(17 * unit)}pt; font-weight: 600; }}
QLabel[role="heading"] {{ font-size: {round(11.5 * unit)}pt; font-weight: 600; }}
QLabel[role="muted"] {{ color: {p.muted}; }}
QLabel[role="warning"] {{ color: {p.warning}; }}
QLabel[role="error"] {{ color: {p.bad}; }}
QLabel[role="good"] {{ color: {p.good}; }}
QLabel[role="mono"] {{ font-family: monospace; }}
QLabel[chip="true"] {{ background: {p.hover}; color: {p.text}; border-radius: 8px;
  padding: {_px(1, unit)} {_px(8, unit)}; }}
"""


def _bars(p: Palette, unit: float) -> str:
    width = _px(11, unit)
    return f"""
QProgressBar {{ background: {p.hover}; border: none; border-radius: 4px;
  min-height: {_px(8, unit)}; text-align: center; color: {p.text}; }}
QProgressBar::chunk {{ background: {p.accent}; border-radius: 4px; }}
QScrollBar:vertical {{ background: transparent; width: {width}; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: {width}; margin: 0; }}
QScrollBar::handle {{ background: {p.border}; border-radius: 4px; margin: 2px; }}
QScrollBar::handle:vertical {{ min-height: {_px(28, unit)}; }}
QScrollBar::handle:horizontal {{ min-width: {_px(28, unit)}; }}
QScrollBar::handle:hover {{ background: {p.faint}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QAbstractScrollArea::corner {{ background: transparent; border: none; }}
QTabBar::tab {{ padding: {_px(5, unit)} {_px(12, unit)}; color: {p.muted};
  border: none; border-bottom: 2px solid transparent; background: transparent; }}
QTabBar::tab:selected {{ color: {p.text}; border-bottom-color: {p.accent}; }}
QTabBar::tab:hover {{ color: {p.text}; }}
QTabBar::tab:focus {{ border-bottom-color: {p.text}; }}
QTabWidget::pane {{ border: none; border-top: 1px solid {p.border}; }}
QDockWidget {{ color: {p.text}; font-weight: 600; }}
QDockWidget::title {{ background: {p.background}; text-align: left;
  padding: {_px(6, unit)} {_px(8, unit)}; }}
"""
