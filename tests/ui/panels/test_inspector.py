from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QGuiApplication

from gfm_desktop.genome.status import Status
from gfm_desktop.scoring import registry
from gfm_desktop.ui import theme
from gfm_desktop.ui.panels.inspector import InspectorPanel
from gfm_desktop.ui.widgets.effects import verdict
from gfm_desktop.ui.widgets.look import Tone
from gfm_desktop.ui.widgets.score_bar import MISSING
from gfm_desktop.workspace.hypothetical import HYPOTHETICAL

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from gfm_desktop.ui.engine_bridge import EngineBridge
    from gfm_desktop.workspace.score_table import ScoreTable
    from gfm_desktop.workspace.workspace import ScoreRun, Workspace


@pytest.fixture
def panel(qtbot: QtBot, workspace: Workspace, bridge: EngineBridge) -> InspectorPanel:
    made = InspectorPanel(workspace, bridge)
    qtbot.addWidget(made)
    made.resize(360, 700)
    made.show()
    return made


def test_that_nothing_selected_says_what_to_do(panel: InspectorPanel) -> None:
    assert panel.empty.isVisible()
    assert "Click a row" in panel.empty.text.text()


def test_that_a_waiting_variant_shows_a_dash_and_the_next_step(
    panel: InspectorPanel, workspace: Workspace, table: ScoreTable
) -> None:
    workspace.select(table.row(0))
    assert panel.title.text() == "chrA:101"
    assert panel.score.text() == MISSING
    assert panel.chip.status is Status.PENDING
    assert "Score the variants" in panel.notice.text
    assert not panel._effect_section.isVisible()


def test_that_a_scored_variant_shows_four_effects_with_their_positions(
    panel: InspectorPanel, workspace: Workspace, table: ScoreTable, run: ScoreRun
) -> None:
    workspace.select(table.row(1))
    workspace.set_run(run)
    assert panel.score.text() == "0.900"
    assert panel.chip.status is Status.SCORED
    bars = panel.effects.bars
    assert list(bars) == ["ds_ag", "ds_al", "ds_dg", "ds_dl"]
    assert bars["ds_ag"].value == 0.9
    assert bars["ds_ag"].remark == "-7 bp · chrA:195"
    assert bars["ds_al"].value == 0.0
    assert bars["ds_al"].remark == "0 bp · chrA:202"
    assert bars["ds_dg"].remark == "+7 bp · chrA:209"
    assert "0.8: high precision" in panel.effects.verdict.text()
    assert not panel.notice.isVisible()
    facts = dict(panel.origin.facts)
    assert facts["Model"] == "CI-SpliceAI"
    assert "distance 50 bp" in facts["Settings"]


@pytest.mark.parametrize(
    ("score", "words"),
    [
        (0.19, "Below 0.2, the lowest published cut-off."),
        (0.2, "Reaches the cut-off 0.2"),
        (0.79, "Reaches the cut-off 0.5"),
        (1.0, "Reaches the cut-off 0.8"),
        (None, ""),
    ],
)
def test_that_a_verdict_quotes_the_published_cut_offs(
    score: float | None, words: str
) -> None:
    assert verdict(score, registry.card_of("splice-delta")).startswith(words)


def test_that_a_score_without_cut_offs_is_not_judged() -> None:
    card = replace(registry.card_of("splice-delta"), thresholds=())
    assert verdict(0.9, card).startswith("No calibrated cut-off")


def test_that_a_refusal_shows_reason_and_fix_and_no_number(
    panel: InspectorPanel, workspace: Workspace, table: ScoreTable
) -> None:
    workspace.select(table.row(5))
    assert panel.chip.status is Status.REF_MISMATCH
    assert "the genome has" in panel.notice.text
    assert "build" in panel.notice.text
    assert panel.notice.tone is Tone.BAD
    assert not panel.score.isVisible()


def test_that_a_malformed_line_is_shown_by_its_number(
    panel: InspectorPanel, workspace: Workspace, table: ScoreTable
) -> None:
    workspace.select(table.row(6))
    assert panel.title.text() == "line 8"
    assert not panel.copy_hgvs.isEnabled()


def test_that_a_caution_is_shown_beside_the_score(
    panel: InspectorPanel, workspace: Workspace, table: ScoreTable, run: ScoreRun
) -> None:
    workspace.set_run(run)
    workspace.select(replace(table.row(1), reason="Many bases are N."))
    assert panel.notice.text == "Many bases are N."
    assert panel.notice.tone is Tone.CAUTION
    assert panel.score.isVisible()


def test_that_normalisation_is_shown_where_it_changed_something(
    panel: InspectorPanel, workspace: Workspace, table: ScoreTable
) -> None:
    row = table.row(0)
    assert row.variant is not None
    workspace.select(row)
    assert "Normalised" not in dict(panel.facts.facts)
    workspace.select(replace(row, pos=100, ref="TA", alt="TG"))
    facts = dict(panel.facts.facts)
    assert facts["In the file"] == "chrA-100-TA-TG"
    assert facts["Normalised"] == "chrA-101-A-G"


def test_that_hgvs_command_and_links_are_copied(
    panel: InspectorPanel, workspace: Workspace, table: ScoreTable, run: ScoreRun
) -> None:
    workspace.select(table.row(1))
    assert not panel.copy_command.isEnabled()
    workspace.set_run(run)
    panel.copy_hgvs.click()
    clipboard = QGuiApplication.clipboard()
    assert clipboard.text() == "chrA:g.202C>T"
    panel.copy_command.click()
    command = clipboard.text()
    assert command.startswith("gfm predict --genome ")
    assert "--variant chrA:202:C:T" in command
    assert "--region chrA:1-701" in command
    panel._links.actions()[0].trigger()
    assert clipboard.text() == "https://www.ncbi.nlm.nih.gov/snp/rs2"


def test_that_several_genes_are_all_named(
    panel: InspectorPanel, workspace: Workspace, table: ScoreTable, run: ScoreRun
) -> None:
    workspace.set_run(run)
    row = table.row(1)
    splice = "T|ONE|0.90|0.00|0.00|0.00|1|2|3|4,T|TWO|0.10|0.20|0.00|0.00|1|2|3|4"
    workspace.select(replace(row, columns=row.columns | {"splice": splice}))
    facts = dict(panel.facts.facts)
    assert facts["ONE"] == "max Δ 0.90"
    assert facts["TWO"] == "max Δ 0.20"


def test_that_a_long_allele_does_not_widen_the_card(
    panel: InspectorPanel, workspace: Workspace, table: ScoreTable
) -> None:
    width = panel.minimumSizeHint().width()
    row = table.row(0)
    workspace.select(replace(row, ref="A" * 5000, reason="A" * 500))
    assert panel.minimumSizeHint().width() <= width + 40
    assert "(5,000)" in panel.subtitle.text()


def test_that_a_hypothetical_variant_is_called_so_and_has_no_score(
    panel: InspectorPanel, workspace: Workspace, table: ScoreTable, run: ScoreRun
) -> None:
    row = replace(
        table.row(0),
        row=HYPOTHETICAL,
        line=0,
        status=Status.PENDING,
        reason="Splice site gain and loss: effect +0.5",
    )
    workspace.select(row)
    assert panel.chip.accessibleName() == "Status: Hypothetical"
    assert not panel.score.isVisible()
    assert "effect +0.5" in panel.notice.text
    assert "REF and ALT" in panel.notice.text
    facts = dict(panel.facts.facts)
    assert "Hypothetical" in facts
    assert "Line" not in facts
    # Scores of the file arrive: this one stays as it is.
    workspace.set_run(run)
    assert workspace.selection == row
    workspace.select(table.row(0))
    assert panel.chip.accessibleName() != "Status: Hypothetical"


def test_that_names_of_effects_keep_their_room_in_larger_text(
    panel: InspectorPanel,
    workspace: Workspace,
    table: ScoreTable,
    run: ScoreRun,
    qapp: QApplication,
) -> None:
    workspace.select(table.row(1))
    workspace.set_run(run)
    bar = panel.effects.bars["ds_ag"]
    palette, before = theme.current(), round(theme.scale_of() * 100)
    places = []
    try:
        for scale in (100, 200):
            theme.apply(qapp, theme.LIGHT, scale=scale)
            places.append(bar._columns()[0])
    finally:
        theme.apply(qapp, palette, scale=before)
    assert places[1] > 1.6 * places[0], "where the bar begins"
