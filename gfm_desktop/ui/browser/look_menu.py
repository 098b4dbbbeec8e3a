"""The part of a lane's menu that says how the lane looks.

Everything goes through the workspace's lane book: undo and projects see it.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QActionGroup, QColor, QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QColorDialog, QMenu

from gfm_desktop.ui import theme
from gfm_desktop.ui.browser.lane_dialogs import NameDialog, ScaleDialog
from gfm_desktop.ui.browser.lanes import SIZES
from gfm_desktop.workspace.lane_book import SUMMARIES, LaneLook
from gfm_desktop.workspace.track_files import TrackKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QAction

    from gfm_desktop.ui.browser.canvas import Canvas
    from gfm_desktop.ui.browser.lanes import Lane

COLOURS = {
    "Blue": "#0072b2",
    "Sky blue": "#56b4e9",
    "Green": "#009e73",
    "Orange": "#e69f00",
    "Vermilion": "#d55e00",
    "Purple": "#cc79a7",
    "Grey": "#7f858f",
}
"""Okabe and Ito's set, told apart by colour-blind eyes, without its black and yellow:
one of them would vanish on each of the two grounds."""
USUAL_HIGH = 99.0
"""Percentile that leaves out the few very large values."""
_SUMMARY_TITLES = {
    "whiskers": "Mean between smallest and largest",
    "mean": "Mean",
    "max": "Largest value",
    "min": "Smallest value",
}
_TINTED = ("genes",)


def add_look(menu: QMenu, canvas: Canvas, lane: Lane) -> None:
    """Add name, colour, height, style, scale and the way back to the usual."""
    entry(menu, "lane-rename", "Rename…", lambda: NameDialog(lane, canvas).open())
    if _is_tinted(canvas, lane):
        _add_colours(menu, canvas, lane)
    _add_heights(menu, lane)
    if lane.track.styles:
        _add_styles(menu, lane)
    if lane.track.scaled:
        _add_scale(menu, canvas, lane)
        _add_sharing(menu, canvas, lane)
    if _is_signal(canvas, lane):
        _add_summaries(menu, lane)
    usual = LaneLook(lane.track.key, hidden=lane.look.hidden)
    reset = entry(menu, "lane-reset", "Reset look", lambda: _reset(lane))
    reset.setToolTip("Back to the track's own name, colour, height, style and scale")
    reset.setEnabled(lane.look != usual)


def entry(menu: QMenu, name: str, title: str, do: Callable[[], object]) -> QAction:
    """Add an entry with an object name and return it."""
    action = menu.addAction(title)
    action.setObjectName(name)
    action.triggered.connect(lambda _=False: do())
    return action


def submenu(menu: QMenu, name: str, title: str) -> QMenu:
    """Add a submenu with an object name and return it."""
    made = menu.addMenu(title)
    made.setObjectName(name)
    made.setToolTipsVisible(True)
    return made


def _add_colours(menu: QMenu, canvas: Canvas, lane: Lane) -> None:
    colours = submenu(menu, "lane-colour", "Colour")
    group = QActionGroup(colours)
    now = lane.look.colour.lower()
    usual = _choice(colours, group, "Track's own", not now, lane, colour="")
    usual.setToolTip("As the theme has it")
    colours.addSeparator()
    for title, code in COLOURS.items():
        action = _choice(colours, group, title, now == code, lane, colour=code)
        action.setIcon(swatch(code))
    more = colours.addAction("More…")
    more.setObjectName("lane-colour-more")
    if now and now not in COLOURS.values():
        more.setIcon(swatch(now))
        more.setCheckable(True)
        more.setChecked(True)
    more.triggered.connect(lambda _=False: ask_colour(canvas, lane))


def ask_colour(canvas: Canvas, lane: Lane) -> QColorDialog:
    """Let any colour be chosen; returns the dialog, which is open."""
    dialog = QColorDialog(QColor(lane.look.colour or theme.current().ref), canvas)
    dialog.setObjectName("lane-colour-dialog")
    dialog.setWindowTitle(f"Colour of {lane.title}")
    dialog.setOption(QColorDialog.ColorDialogOption.DontUseNativeDialog)
    dialog.colorSelected.connect(lambda chosen: _change(lane, colour=chosen.name()))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
    return dialog


def _add_heights(menu: QMenu, lane: Lane) -> None:
    sizes = submenu(menu, "lane-height", "Height")
    group = QActionGroup(sizes)
    for title, size in SIZES.items():
        _choice(sizes, group, title, lane.look.size == size, lane, size=size)


def _add_styles(menu: QMenu, lane: Lane) -> None:
    styles = submenu(menu, "lane-style", "Style")
    group = QActionGroup(styles)
    now = lane.look.style or lane.track.styles[0]
    for style in lane.track.styles:
        wanted = "" if style == lane.track.styles[0] else style
        title = style[:1].upper() + style[1:]
        _choice(styles, group, title, now == style, lane, style=wanted)


def _add_scale(menu: QMenu, canvas: Canvas, lane: Lane) -> None:
    scale = submenu(menu, "lane-scale", "Scale")
    group = QActionGroup(scale)
    look = lane.look
    fixed = look.low is not None or look.high is not None
    free = {"low": None, "high": None}
    whole = _choice(
        scale, group, "Automatic", not fixed and look.percentile >= 100.0, lane,
        percentile=100.0, **free,
    )  # fmt: skip
    whole.setToolTip("All values on show fit")
    if _is_signal(canvas, lane):
        most = _choice(
            scale, group, f"Automatic, {USUAL_HIGH:.0f}th percentile",
            not fixed and look.percentile < 100.0, lane, percentile=USUAL_HIGH, **free,
        )  # fmt: skip
        most.setToolTip("A few very large values may run out of the lane")
    words = f"Fixed ({_number(look.low)} to {_number(look.high)})…"
    own = scale.addAction(words if fixed else "Fixed…")
    own.setObjectName("lane-scale-fixed")
    own.setCheckable(True)
    own.setChecked(fixed)
    group.addAction(own)
    own.triggered.connect(lambda _=False: ScaleDialog(lane, canvas).open())


def _add_sharing(menu: QMenu, canvas: Canvas, lane: Lane) -> None:
    group = lane.look.group
    # One that takes no room has nothing to share, but may be parted from.
    seen = [placed.lane for placed in canvas.placed() if placed.height]
    others = [
        one
        for one in canvas.lanes
        if one.track.scaled
        and one is not lane
        and (one in seen or (group and one.look.group == group))
    ]
    if not others:
        return
    share = submenu(menu, "lane-share", "Share scale with")
    for other in others:
        action = share.addAction(other.title)
        action.setCheckable(True)
        action.setChecked(bool(group) and other.look.group == group)
        action.toggled.connect(
            lambda on, other=other: share_scale(canvas, lane, other, shared=bool(on))
        )
    share.addSeparator()
    entry(share, "lane-share-all", "All signals",
          partial(_share_with, canvas, [lane, *others]))  # fmt: skip
    alone = entry(share, "lane-share-none", "None",
                  lambda: _leave_group(canvas, lane))  # fmt: skip
    alone.setEnabled(bool(group))


def share_scale(canvas: Canvas, lane: Lane, other: Lane, *, shared: bool) -> None:
    """Let two lanes and all that share with them have one scale, or part the other."""
    if not shared:
        _leave_group(canvas, other)
        return
    groups = {lane.look.group, other.look.group} - {""}
    mates = [one for one in canvas.lanes if one.look.group in groups]
    _share_with(canvas, [lane, other, *mates])


def _share_with(canvas: Canvas, lanes: list[Lane]) -> None:
    """Put lanes into one group; who they shared with before is left alone."""
    names = {lane.look.group for lane in canvas.lanes if lane not in lanes}
    wanted = [lane.look.group for lane in lanes if lane.look.group]
    fresh = (name for name in (*wanted, *_group_names()) if name not in names)
    group = next(fresh)
    changes = {lane.track.key: {"group": group} for lane in lanes}
    lanes[0].book.change_many(changes)


def _leave_group(canvas: Canvas, lane: Lane) -> None:
    """Take a lane out of its group, and dissolve a group of one."""
    group = lane.look.group
    rest = [one for one in canvas.lanes if one.look.group == group and one is not lane]
    leaving = [lane, *(rest if len(rest) == 1 else [])]
    lane.book.change_many({one.track.key: {"group": ""} for one in leaving})


def _group_names() -> list[str]:
    return [f"group {number}" for number in range(1, 100)]


def _add_summaries(menu: QMenu, lane: Lane) -> None:
    several = submenu(menu, "lane-summary", "Many values in a pixel")
    group = QActionGroup(several)
    for name in SUMMARIES:
        title = _SUMMARY_TITLES[name]
        _choice(several, group, title, lane.look.summary == name, lane, summary=name)


def _choice(
    menu: QMenu, group: QActionGroup, title: str, checked: bool, lane: Lane,
    **fields: object,
) -> QAction:  # fmt: skip
    """Add one of several ways; choosing it changes fields of the lane's look."""
    action = menu.addAction(title)
    action.setCheckable(True)
    action.setChecked(checked)
    group.addAction(action)
    action.triggered.connect(lambda _=False: _change(lane, **fields))
    return action


def _change(lane: Lane, **fields: object) -> None:
    lane.book.change(lane.track.key, **fields)


def _reset(lane: Lane) -> None:
    key, hidden = lane.track.key, lane.look.hidden
    usual = LaneLook(key, hidden=hidden)
    book = lane.book
    book.restore([usual if look.key == key else look for look in book.looks])


def _is_tinted(canvas: Canvas, lane: Lane) -> bool:
    """Tell whether the track takes a colour of its own; predictions say REF and ALT."""
    files = canvas.sources.workspace.track_files
    key = lane.track.key
    return key in _TINTED or files.of(key) is not None


def _is_signal(canvas: Canvas, lane: Lane) -> bool:
    file = canvas.sources.workspace.track_files.of(lane.track.key)
    return file is not None and file.kind is TrackKind.SIGNAL


def _number(value: float | None) -> str:
    return "automatic" if value is None else f"{value:g}"


def swatch(code: str) -> QIcon:
    """Return a small square of a colour."""
    side = round(16 * theme.scale_of())
    picture = QPixmap(side, side)
    picture.fill(QColor(code))
    with QPainter(picture) as painter:
        painter.setPen(QPen(QColor(theme.current().border), 1))
        painter.drawRect(0, 0, side - 1, side - 1)
    return QIcon(picture)
