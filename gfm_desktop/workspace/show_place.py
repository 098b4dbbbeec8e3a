"""Show a place that something else is about, in the browser beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gfm_desktop.errors import GfmError
from gfm_desktop.workspace.workspace import BROWSER

if TYPE_CHECKING:
    from gfm_desktop.workspace.workspace import Workspace


def show_place(workspace: Workspace, place: str) -> None:
    """Show an example in the browser, beside the panel.

    Args:
        workspace: Whose browser.
        place: Such as ``"chr1:101-200"``, 1-based inclusive.
    """
    from gfm_desktop.genome.locus import parse_locus

    genome = workspace.genome
    if genome is None:
        text = f"Open the genome to see {place} in the browser."
        workspace.message.emit("info", text)
        return
    try:
        locus = parse_locus(
            place,
            contigs=genome.contigs,
            resolve=genome.resolve,
            genes=workspace.annotation,
            here=workspace.locus,
        )
    except GfmError as error:
        workspace.message.emit("warning", str(error))
        return
    workspace.panel_wanted.emit(BROWSER)
    workspace.go_to(locus)
