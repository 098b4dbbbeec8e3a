"""Connect a widget to the workspace so that the connection ends with the widget."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shiboken6 import isValid

if TYPE_CHECKING:
    from collections.abc import Callable

    from psygnal import SignalInstance
    from PySide6.QtCore import QObject


def listen(owner: QObject, signal: SignalInstance, slot: Callable[..., Any]) -> None:
    """Call `slot` on each emission for as long as `owner` lives.

    psygnal knows nothing of Qt: it would call a method of a widget whose C++ half
    is gone. The workspace outlives every panel, so each connection is cut when its
    panel is destroyed.

    Args:
        owner: The widget that listens.
        signal: A signal of the workspace.
        slot: A bound method of `owner`.
    """

    def forward(*values: Any) -> None:
        if isValid(owner):
            slot(*values)

    signal.connect(forward)
    owner.destroyed.connect(lambda: signal.disconnect(forward, missing_ok=True))
