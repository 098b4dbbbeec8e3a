"""Small words at the right end of the status bar: genome, network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from gfm_desktop.ui import theme
from gfm_desktop.ui.icons import pixmap
from gfm_desktop.ui.widgets.listening import listen

if TYPE_CHECKING:
    from gfm_desktop.workspace.workspace import Workspace


class Badge(QWidget):
    """An icon and a word."""

    def __init__(self, name: str, drawing: str, text: str = "") -> None:
        """Name the badge; without a text it is hidden."""
        super().__init__()
        self.setObjectName(name)
        self._drawing = drawing
        self._mark = QLabel()
        self.label = QLabel()
        self.label.setProperty("role", "muted")
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 0, 6, 0)
        row.setSpacing(5)
        row.addWidget(self._mark)
        row.addWidget(self.label)
        self._dress()
        self.say(text)

    def say(self, text: str, tip: str = "") -> None:
        """Show other words; empty ones hide the badge."""
        self.label.setText(text)
        self.setToolTip(tip)
        self.setAccessibleName(text)
        self.setAccessibleDescription(tip)
        self.setVisible(bool(text))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme and the text size."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._dress()

    def _dress(self) -> None:
        side = round(15 * theme.scale_of())
        ratio = self.devicePixelRatioF()
        self._mark.setPixmap(pixmap(self._drawing, side, "muted", ratio=ratio))


class GenomeBadge(Badge):
    """Which genome everything is read against."""

    def __init__(self, workspace: Workspace) -> None:
        """Follow the workspace."""
        super().__init__("genome-badge", "genome")
        self._workspace = workspace
        listen(self, workspace.genome_changed, self._show)
        self._show()

    def _show(self) -> None:
        genome = self._workspace.genome
        if genome is None:
            self.say("")
            return
        contigs = len(genome.contigs)
        noun = "contig" if contigs == 1 else "contigs"
        size = f"{contigs:,} {noun}, {sum(genome.contigs.values()):,} bp"
        known = genome.build or genome.source.name
        self.say(known, f"{genome.source}\n{size}")


class NetworkBadge(Badge):
    """Whether the app may use the network."""

    def __init__(self, workspace: Workspace) -> None:
        """Follow the workspace."""
        super().__init__("network-badge", "network-off")
        self._workspace = workspace
        listen(self, workspace.network_changed, self._show)
        self._show()

    def _show(self, *_: object) -> None:
        if self._workspace.network_allowed:
            self._drawing = "network-on"
            self.say("Network allowed", "Allowed by you: models may be fetched.")
        else:
            self._drawing = "network-off"
            self.say("Network off", "Nothing leaves this machine, nothing is fetched.")
        self._dress()
