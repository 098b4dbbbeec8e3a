from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QApplication

from gfm_desktop import paths
from gfm_desktop.ui import theme
from gfm_desktop.ui.actions import ACTIONS
from gfm_desktop.ui.icons import APP, icon, pixmap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

NAMES = sorted(path.stem for path in (paths.resources() / "icons").glob("*.svg"))


@pytest.fixture(autouse=True)
def light(qtbot: QtBot) -> Iterator[QApplication]:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    theme.apply(application, theme.LIGHT)
    yield application
    theme.apply(application, theme.LIGHT)


def inks(picture: QPixmap) -> set[str]:
    image = picture.toImage()
    size = range(image.width())
    colours = (image.pixelColor(x, y) for x in size for y in size)
    return {colour.name() for colour in colours if colour.alpha() == 255}


@pytest.mark.parametrize("name", NAMES)
def test_that_every_drawing_draws_something_at_every_size(name: str) -> None:
    for size in (14, 24, 64):
        image = icon(name).pixmap(QSize(size, size)).toImage()
        drawn = sum(
            image.pixelColor(x, y).alpha() > 128
            for x in range(image.width())
            for y in range(image.height())
        )
        assert 0.02 < drawn / (image.width() * image.height()) < 0.98


def test_that_every_action_with_an_icon_has_its_drawing() -> None:
    assert {action.icon for action in ACTIONS if action.icon} <= set(NAMES)


def test_that_an_icon_follows_the_theme_without_being_made_anew(
    light: QApplication,
) -> None:
    made = icon("score")
    assert theme.LIGHT.text in inks(made.pixmap(QSize(64, 64)))
    theme.apply(light, theme.DARK)
    assert theme.DARK.text in inks(made.pixmap(QSize(64, 64)))
    disabled = made.pixmap(QSize(64, 64), QIcon.Mode.Disabled)
    assert theme.DARK.faint in inks(disabled)


def test_that_a_picture_is_sharp_on_a_fine_screen() -> None:
    picture = pixmap("open", 20, "accent", ratio=2.0)
    assert picture.size() == QSize(40, 40)
    assert picture.devicePixelRatio() == 2.0
    assert QColor(theme.LIGHT.accent).name() in inks(picture)


def test_that_the_programs_mark_keeps_its_own_colours() -> None:
    assert len(inks(pixmap(APP, 64))) > 3


def test_that_an_unknown_name_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        icon("no-such-drawing")
