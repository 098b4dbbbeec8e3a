from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QApplication

from tests.ui.browser.hands import open_browser
from tests.ui.browser.random_hand import RandomHand

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from gfm_desktop.workspace.workspace import Workspace

GESTURES = 350


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_that_no_order_of_gestures_breaks_the_view(
    variants: Workspace, qtbot: QtBot, seed: int
) -> None:
    hand = RandomHand(open_browser(variants, qtbot), seed)
    for number in range(GESTURES):
        hand.act()
        if number % 10 == 0:
            # Painting, timers and what threads have read.
            QApplication.processEvents()
    assert sum(hand.acted.values()) == GESTURES
    assert len(hand.acted) >= 12, "every kind of gesture was made"
