"""Whether there is what an action needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gfm_desktop.ui.actions import Need
    from gfm_desktop.ui.desk import Desk


def is_met(need: Need, desk: Desk) -> bool:
    """Tell whether an action with this need can be used now."""
    workspace = desk.workspace
    match need:
        case "":
            return True
        case "genome":
            return workspace.genome is not None
        case "variants":
            return workspace.variants is not None
        case "run":
            return workspace.run is not None
        case "selection":
            return workspace.selection is not None
        case "scoring":
            return workspace.scoring is not None
        case "idle":
            return not desk.scoring.obstacle()
        case "undo":
            return desk.history.can_undo
        case "redo":
            return desk.history.can_redo
