"""What is open: genome, gene models, variants; and how to open something else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gfm_desktop.genome.status import Status
from gfm_desktop.ui.panel import Panel
from gfm_desktop.ui.widgets.facts import FactGrid
from gfm_desktop.ui.widgets.listening import listen
from gfm_desktop.ui.widgets.look import LABELS, Tone
from gfm_desktop.ui.widgets.notice import Notice
from gfm_desktop.ui.widgets.scrolled import ScrolledColumn
from gfm_desktop.ui.widgets.texts import Section, heading, muted
from gfm_desktop.workspace.opening import Opening

if TYPE_CHECKING:
    from gfm_desktop.ui.engine_bridge import EngineBridge
    from gfm_desktop.workspace.workspace import Workspace

GENOME_FILES = "Genome (*.fa *.fasta *.fna *.fa.gz *.fasta.gz *.fna.gz);;All files (*)"
GENE_FILES = (
    "Gene models (*.gtf *.gff *.gff3 *.gtf.gz *.gff.gz *.gff3.gz);;All files (*)"
)
VARIANT_FILES = "Variants (*.vcf *.vcf.gz *.bcf);;All files (*)"


class DataCard(Section):
    """One kind of file: its name, its facts, what must be said, and a button."""

    def __init__(self, name: str, title: str, *, button: str) -> None:
        """Make an empty card; `name` begins the object names."""
        super().__init__(title, first=name == "genome")
        self.name = heading(scale=1.05)
        self.name.setObjectName(f"{name}-name")
        self.facts = FactGrid()
        self.notes = muted()
        self.notice = Notice(f"{name}-notice")
        self.button = QPushButton(button)
        self.button.setObjectName(f"open-{name}")
        self.button.setAccessibleName(button)
        row = QHBoxLayout()
        row.addWidget(self.button)
        row.addStretch(1)
        for widget in (self.name, self.facts, self.notice, self.notes):
            self.body.addWidget(widget)
        self.body.addLayout(row)

    def show_file(
        self,
        path: Path | None,
        facts: list[tuple[str, str]],
        *,
        notes: tuple[str, ...] = (),
        warnings: tuple[str, ...] = (),
        absent: str = "",
    ) -> None:
        """Show an open file, or in `absent` what it would be good for."""
        self.name.setText(path.name if path else "")
        self.name.setToolTip(str(path) if path else "")
        self.name.setVisible(path is not None)
        self.facts.show_facts(facts)
        self.facts.setVisible(bool(facts))
        words = "\n".join(notes) if path else absent
        self.notes.setText(words)
        self.notes.setVisible(bool(words))
        self.notice.say("\n\n".join(warnings), Tone.CAUTION)


class DataPanel(QWidget):
    """Three cards that follow the workspace."""

    def __init__(
        self,
        workspace: Workspace,
        bridge: EngineBridge,
        *,
        opening: Opening | None = None,
    ) -> None:
        """Show what is open; `opening` is made from the bridge where none is given."""
        super().__init__()
        self.setObjectName("data-panel")
        self._workspace = workspace
        self._opening = opening or Opening(workspace, bridge)
        self.genome = DataCard("genome", "Genome", button="Open genome…")
        self.annotation = DataCard("annotation", "Gene models", button="Open genes…")
        self.variants = DataCard("variants", "Variants", button="Open variants…")
        area = ScrolledColumn()
        for card in (self.genome, self.annotation, self.variants):
            area.body.addWidget(card)
        area.body.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(area)
        self._connect()
        self._show()

    def open(self, paths: list[Path]) -> None:
        """Open files of any of the three kinds."""
        self._opening.open(paths)

    def _connect(self) -> None:
        workspace = self._workspace
        for signal in (
            workspace.genome_changed,
            workspace.annotation_changed,
            workspace.variants_changed,
            workspace.scores_changed,
        ):
            listen(self, signal, self._show)
        for card, files in (
            (self.genome, GENOME_FILES),
            (self.annotation, GENE_FILES),
            (self.variants, VARIANT_FILES),
        ):
            card.button.clicked.connect(
                lambda _=False, card=card, files=files: self._choose(card, files)
            )

    def _choose(self, card: DataCard, files: str) -> None:
        words = card.button.text().rstrip("…")
        path, _ = QFileDialog.getOpenFileName(self, words, "", files)
        if path:
            self.open([Path(path)])

    def _show(self, *_: object) -> None:
        self._show_genome()
        self._show_annotation()
        self._show_variants()

    def _show_genome(self) -> None:
        genome = self._workspace.genome
        if genome is None:
            absent = "A FASTA file: the sequence that everything refers to."
            self.genome.show_file(None, [], absent=absent)
            return
        contigs = genome.contigs
        names = list(contigs)
        shown = ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
        facts = [
            ("Build", genome.build or "not recognised"),
            ("Contigs", f"{len(contigs):,} ({shown})"),
            ("Length", f"{sum(contigs.values()):,} bp"),
        ]
        self.genome.show_file(genome.source, facts, notes=genome.notes)

    def _show_annotation(self) -> None:
        genes = self._workspace.annotation
        self.annotation.button.setEnabled(self._workspace.genome is not None)
        if genes is None:
            absent = "A GTF or GFF3 file: genes to draw, to find by name, to score."
            self.annotation.show_file(None, [], absent=absent)
            return
        facts = [("Genes", f"{len(genes):,}")]
        self.annotation.show_file(genes.path, facts, notes=genes.notes)

    def _show_variants(self) -> None:
        variants, table = self._workspace.variants, self._workspace.table
        self.variants.button.setEnabled(self._workspace.genome is not None)
        if variants is None:
            absent = "A VCF or BCF file: the variants to rank."
            self.variants.show_file(None, [], absent=absent)
            return
        run = self._workspace.run
        counts = table.counts() if run is not None and table else variants.counts
        facts = [("Alleles", f"{sum(counts.values()):,}")]
        facts += [(LABELS[s], f"{counts[s]:,}") for s in Status if counts.get(s)]
        self.variants.show_file(variants.path, facts, warnings=variants.warnings)


PANEL = Panel(key="data", title="Data", area="left", factory=DataPanel, order=0)
