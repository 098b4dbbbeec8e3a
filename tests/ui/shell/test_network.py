from __future__ import annotations

from typing import TYPE_CHECKING

from gfm_desktop.settings import load_settings
from gfm_desktop.ui.badges import NetworkBadge

if TYPE_CHECKING:
    from gfm_desktop.ui.main_window import MainWindow


def test_that_the_badge_follows_the_network_switch(window: MainWindow) -> None:
    badge = window.findChild(NetworkBadge)
    assert isinstance(badge, NetworkBadge)
    assert badge.label.text() == "Network off"
    window.workspace.allow_network(True)
    assert badge.label.text() == "Network allowed"


def test_that_the_switch_is_kept_before_any_job_can_read_it(
    window: MainWindow,
) -> None:
    assert not load_settings().network_allowed
    window.workspace.allow_network(True)
    assert window.settings.network_allowed
    assert load_settings().network_allowed
