"""What the window's end-to-end tests share: a small real VCF, and a real window."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gfm_desktop import paths
from gfm_desktop.engine.process import ProcessEngine
from gfm_desktop.genome.annotation import GeneModels
from gfm_desktop.settings import load_settings
from gfm_desktop.ui.app import make_application
from gfm_desktop.ui.engine_bridge import EngineBridge
from gfm_desktop.ui.main_window import MainWindow
from gfm_desktop.workspace.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QWidget
    from pytestqt.qtbot import QtBot

SAMPLE = "sample"
GENOME = "chr22.fa.gz"
GENES = "genes.gtf.gz"
BROKEN = b"chr22\tnowhere\tbroken\tA\tG\t.\t.\t.\n"


def sample_file(name: str) -> Path:
    """Return one of the shipped sample's files."""
    return paths.resources() / SAMPLE / name


def near_splice_sites(folder: Path, count: int, *, others: int = 0) -> Path:
    """Write the sample's variants nearest to exon boundaries, and some broken lines.

    Args:
        folder: Where to write.
        count: Records in genes.
        others: Records outside genes to add, and one each of a wrong REF and of a
            line that cannot be read where it is not 0.
    """
    lines = gzip.decompress(sample_file("variants.vcf.gz").read_bytes()).splitlines(
        keepends=True
    )
    genes = list(GeneModels.load(sample_file(GENES)))
    header = [line for line in lines if line.startswith(b"#")]
    records = [(int(line.split(b"\t")[1]), line) for line in lines[len(header) :]]

    def distance(pos: int) -> int:
        return min(
            abs(edge - pos)
            for gene in genes
            for exon in gene.canonical.exons
            for edge in exon
        )

    inside = [r for r in records if any(g.start < r[0] <= g.end for g in genes)]
    outside = [r for r in records if not any(g.start < r[0] <= g.end for g in genes)]
    chosen = sorted(inside, key=lambda r: distance(r[0]))[:count] + outside[:others]
    body = [line for _, line in sorted(chosen)]
    if others:
        _, line = records[0]
        fields = line.split(b"\t")
        fields[3], fields[4] = (b"ACGT"[i : i + 1] for i in _two_wrong(fields[3]))
        body = [b"\t".join(fields), BROKEN, *body]
    out = folder / f"near-{count}-{others}.vcf"
    out.write_bytes(b"".join(header + body))
    return out


def _two_wrong(ref: bytes) -> tuple[int, int]:
    wrong = [i for i in range(4) if b"ACGT"[i : i + 1] != ref[:1]]
    return wrong[0], wrong[1]


@dataclass(slots=True)
class Desk:
    """A window with its engine, as `ui.app.run` makes them."""

    window: MainWindow
    engine: ProcessEngine
    bridge: EngineBridge

    @property
    def workspace(self) -> Workspace:
        """Return what is open."""
        return self.window.workspace

    def widget(self, name: str) -> QWidget:
        """Return a widget by its object name."""
        from PySide6.QtWidgets import QWidget

        found = self.window.findChild(QWidget, name)
        assert isinstance(found, QWidget), f"no widget {name}"
        return found

    def open(self, qtbot: QtBot, *files: Path) -> None:
        """Open files and wait until the table shows them."""
        self.window.commands.open_paths(list(files))
        qtbot.waitUntil(lambda: self.workspace.variants is not None, timeout=60_000)
        table = self.widget("variant-table")
        qtbot.waitUntil(lambda: table.model().rowCount() > 0, timeout=20_000)

    def close(self) -> None:
        """Close the window and its worker."""
        self.window.close()
        self.bridge.close()


def make_desk() -> Desk:
    """Open an empty window with its own worker."""
    make_application()
    engine = ProcessEngine()
    bridge = EngineBridge(engine)
    window = MainWindow(Workspace(), bridge, load_settings())
    window.dress()
    window.show()
    engine.start()
    return Desk(window, engine, bridge)
