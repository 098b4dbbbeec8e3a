"""What a panel file offers, so that menus and docks are made from a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from gfm_desktop.ui.engine_bridge import EngineBridge
    from gfm_desktop.workspace.workspace import Workspace

Area = Literal["left", "right", "bottom", "centre"]
"""Where a panel docks; one of the centre takes the whole window while it is open."""


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel: a dock, or a page of its own, with an entry in the View menu.

    Attributes:
        key: Object name of its dock, such as ``"variants"``.
        title: What the dock and the menu say.
        area: Where it docks at first.
        factory: Makes the widget when it is first shown. It gets the workspace and
            the bridge: never the window, never another panel.
        order: Position among the panels of its area, small first.
        shown: Whether it is open in the first layout.
    """

    key: str
    title: str
    area: Area
    factory: Callable[[Workspace, EngineBridge], QWidget]
    order: int = 0
    shown: bool = True
