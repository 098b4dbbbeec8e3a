from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from gfm_desktop.genome.reference import Reference
from gfm_desktop.ui.badges import GenomeBadge
from gfm_desktop.ui.panels.data import DataPanel
from gfm_desktop.workspace.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from gfm_desktop.ui.engine_bridge import EngineBridge
    from gfm_desktop.workspace.score_table import ScoreTable
    from gfm_desktop.workspace.workspace import ScoreRun


class Remembers:
    """Stands for `workspace.opening.Opening`."""

    def __init__(self) -> None:
        self.paths: list[Path] = []

    def open(self, paths: Sequence[Path]) -> None:
        self.paths += paths


@pytest.fixture
def panel(qtbot: QtBot, workspace: Workspace, bridge: EngineBridge) -> DataPanel:
    made = DataPanel(workspace, bridge, opening=Remembers())  # type: ignore[arg-type]
    qtbot.addWidget(made)
    made.show()
    return made


def test_that_it_says_what_is_open(panel: DataPanel) -> None:
    assert panel.genome.name.text() == "genome.fa"
    facts = dict(panel.genome.facts.facts)
    assert facts["Contigs"] == "1 (chrA)"
    assert facts["Length"] == "2,000 bp"
    assert facts["Build"] == "not recognised"
    assert "GTF" in panel.annotation.notes.text()


def test_that_a_genome_out_of_another_file_has_the_name_of_that(
    panel: DataPanel, workspace: Workspace, tmp_path: Path, qtbot: QtBot
) -> None:
    assert workspace.genome is not None
    source = tmp_path / "plasmid.gb"
    workspace.set_genome(Reference.open(workspace.genome.path, source=source))
    assert panel.genome.name.text() == "plasmid.gb"
    badge = GenomeBadge(workspace)
    qtbot.addWidget(badge)
    assert badge.label.text() == "plasmid.gb"
    assert str(source) in badge.toolTip()


def test_that_the_numbers_of_the_variants_add_up(
    panel: DataPanel, workspace: Workspace, run: ScoreRun
) -> None:
    for current in (None, run):
        workspace.set_run(current)
        facts = [(name, int(value)) for name, value in panel.variants.facts.facts]
        assert facts[0] == ("Alleles", 10)
        assert sum(number for _, number in facts[1:]) == 10
    assert dict(facts)["Scored"] == 2


def test_that_warnings_are_shown_loudly(
    panel: DataPanel, workspace: Workspace, table: ScoreTable
) -> None:
    assert not panel.variants.notice.isVisible()
    assert workspace.variants is not None
    workspace.set_variants(
        replace(workspace.variants, warnings=("Wrong build.",)), table
    )
    assert panel.variants.notice.isVisible()
    assert panel.variants.notice.text == "Wrong build."


def test_that_variants_wait_for_a_genome(qtbot: QtBot, bridge: EngineBridge) -> None:
    panel = DataPanel(Workspace(), bridge)
    qtbot.addWidget(panel)
    assert panel.genome.button.isEnabled()
    assert not panel.variants.button.isEnabled()
    assert not panel.annotation.button.isEnabled()


def test_that_a_chosen_file_is_opened(
    panel: DataPanel, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    chosen = tmp_path / "other.vcf"
    monkeypatch.setattr(
        "gfm_desktop.ui.panels.data.QFileDialog.getOpenFileName",
        lambda *_: (str(chosen), ""),
    )
    panel.variants.button.click()
    assert panel._opening.paths == [chosen]  # type: ignore[attr-defined]
