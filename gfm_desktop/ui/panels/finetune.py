"""Fine-tune a model without a line of code; loaded when it is first shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gfm_desktop.ui.panel import Panel

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from gfm_desktop.ui.engine_bridge import EngineBridge
    from gfm_desktop.workspace.workspace import Workspace


def _make(workspace: Workspace, bridge: EngineBridge) -> QWidget:
    # Charts and reports are much to load for a window that only scores.
    from gfm_desktop.ui.widgets.finetune_panel import FineTunePanel

    return FineTunePanel(workspace, bridge)


PANEL = Panel(
    key="finetune",
    title="Fine-tune",
    area="centre",
    factory=_make,
    shown=False,
)
