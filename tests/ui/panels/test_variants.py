from __future__ import annotations

import gc
import weakref
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent, QModelIndex, Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from gfm_desktop.genome.status import Status
from gfm_desktop.jobs.events import Failed, Finished
from gfm_desktop.jobs.export_scores import ExportScores
from gfm_desktop.ui import theme
from gfm_desktop.ui.panels.variants import PANEL, REFRESH_MS, VariantsPanel
from gfm_desktop.ui.widgets.score_bar import MISSING
from gfm_desktop.ui.widgets.totals import totals_line
from gfm_desktop.ui.widgets.variant_model import Question, VariantModel

from .conftest import SilentEngine, scored, write_part

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.modeltest import ModelTester
    from pytestqt.qtbot import QtBot

    from gfm_desktop.ui.engine_bridge import EngineBridge
    from gfm_desktop.workspace.score_table import ScoreTable
    from gfm_desktop.workspace.workspace import ScoreRun, Workspace


def settled(qtbot: QtBot, panel: VariantsPanel) -> None:
    """Wait until the newest order is on show."""
    qtbot.waitUntil(
        lambda: (
            panel.model.answer is not None
            and not panel.model.busy
            and not panel._refresh.isActive()
            and not panel.filter._timer.isActive()
        )
    )


@pytest.fixture
def panel(
    qtbot: QtBot, workspace: Workspace, bridge: EngineBridge, run: ScoreRun
) -> VariantsPanel:
    """Return the panel with the first three rows scored: 0.9, 0.25, outside genes."""
    workspace.set_run(run)
    made = VariantsPanel(workspace, bridge)
    qtbot.addWidget(made)
    made.resize(1200, 400)
    made.show()
    settled(qtbot, made)
    return made


def column(panel: VariantsPanel, key: str) -> int:
    return [c.key for c in panel.model.columns].index(key)


def texts(panel: VariantsPanel, key: str) -> list[str]:
    place = column(panel, key)
    model = panel.model
    return [model.index(i, place).data() for i in range(model.rowCount())]


def rows(panel: VariantsPanel) -> list[int]:
    return [panel.model.row_at(i).row for i in range(panel.model.rowCount())]


def test_that_the_model_keeps_qt_s_rules(
    qtmodeltester: ModelTester, qtbot: QtBot, table: ScoreTable, run: ScoreRun
) -> None:
    model = VariantModel()
    qtmodeltester.check(model)
    with qtbot.waitSignal(model.modelReset):
        model.set_table(table)
    qtbot.waitUntil(lambda: model.rowCount() == 10)
    qtmodeltester.check(model)
    table.attach(run.folder)
    with qtbot.waitSignal(model.modelReset):
        model.refresh()
    with qtbot.waitSignal(model.layoutChanged):
        model.ask(Question(sort="position", descending=False))
    qtmodeltester.check(model)


def test_that_variants_are_ranked_and_missing_scores_come_last_as_a_dash(
    panel: VariantsPanel,
) -> None:
    assert texts(panel, "score") == ["0.900", "0.250", *[MISSING] * 8]
    assert rows(panel)[:2] == [1, 0]
    assert texts(panel, "rank")[:3] == ["1", "2", "3"]
    assert "0.000" not in texts(panel, "score")
    assert texts(panel, "ds_al")[:3] == ["0.000", "0.000", MISSING]


def test_that_numbers_stand_at_the_right(panel: VariantsPanel) -> None:
    for key in ("position", "ds_ag", "rank"):
        index = panel.model.index(0, column(panel, key))
        side = Qt.AlignmentFlag(index.data(Qt.ItemDataRole.TextAlignmentRole))
        assert side & Qt.AlignmentFlag.AlignRight


def test_that_the_totals_reconcile(panel: VariantsPanel, workspace: Workspace) -> None:
    answer = panel.model.answer
    assert answer is not None
    assert sum(answer.counts.values()) == len(answer.order) == 10
    assert panel.totals.text() == (
        "9 records → 10 alleles: 2 scored · 3 not scored yet · 1 REF differs · "
        "1 unknown contig · 1 no sequence · 1 outside genes · 1 unreadable line"
    )


def test_that_a_total_of_one_is_written_as_one() -> None:
    assert totals_line({"scored": 1}, records=1) == "1 record → 1 allele: 1 scored"


def test_that_a_click_shows_the_variant_in_the_browser(
    qtbot: QtBot, panel: VariantsPanel, workspace: Workspace
) -> None:
    index = panel.model.index(0, column(panel, "gene"))
    where = panel.view.visualRect(index).center()
    qtbot.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert workspace.selection is not None
    assert workspace.selection.row == 1
    assert workspace.locus.start < 201 < workspace.locus.end


def test_that_selecting_elsewhere_selects_the_row(
    panel: VariantsPanel, workspace: Workspace, table: ScoreTable
) -> None:
    before = workspace.locus
    workspace.select(table.row(0))
    assert panel.view.currentIndex().row() == 1
    assert panel.view.shows(0)
    assert workspace.locus == before, "a selection from outside must not move the view"
    workspace.select(None)
    assert not panel.view.selectionModel().hasSelection()


def test_that_the_table_is_used_with_the_keyboard_alone(
    qtbot: QtBot, panel: VariantsPanel, workspace: Workspace
) -> None:
    panel.activateWindow()
    panel.view.setFocus()
    seen: list[int] = []
    workspace.selection_changed.connect(lambda row: seen.append(row.row))
    for key in (Qt.Key.Key_Home, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up):
        qtbot.keyClick(panel.view, key)
    qtbot.keyClick(panel.view, Qt.Key.Key_End)
    expected = rows(panel)
    assert seen == [expected[0], expected[1], expected[2], expected[1], expected[-1]]
    qtbot.keyClick(panel.view, Qt.Key.Key_Home)
    qtbot.keyClick(panel.view, Qt.Key.Key_Return)
    assert len(workspace.locus) <= 100


def test_that_next_and_previous_step_through_the_ranking(
    qtbot: QtBot, panel: VariantsPanel, workspace: Workspace
) -> None:
    keys = {a.objectName(): a for a in panel.findChildren(QAction)}
    assert keys["next-variant"].shortcut().toString() == "N"
    assert keys["previous-variant"].shortcut().toString() == "P"
    steps = ("next-variant", "next-variant", "previous-variant", "previous-variant")
    seen = []
    for name in steps:
        keys[name].trigger()
        assert workspace.selection is not None
        seen.append(workspace.selection.row)
    assert seen == [1, 0, 1, 1]


def test_that_typing_filters_the_table(qtbot: QtBot, panel: VariantsPanel) -> None:
    qtbot.keyClicks(panel.filter.search, "rs2")
    qtbot.waitUntil(lambda: panel.model.rowCount() == 2)
    settled(qtbot, panel)
    assert texts(panel, "id") == ["rs2", "rs2"]
    assert panel.shown.text() == "2 shown"
    assert "10 alleles" in panel.totals.text(), "totals are of the file, not the filter"


def test_that_an_n_typed_in_the_search_box_is_a_letter(
    qtbot: QtBot, panel: VariantsPanel, workspace: Workspace
) -> None:
    panel.activateWindow()
    panel.filter.search.setFocus()
    qtbot.keyClicks(panel.filter.search, "np")
    assert panel.filter.search.text() == "np"
    assert workspace.selection is None


def test_that_statuses_are_offered_with_their_counts(
    qtbot: QtBot, panel: VariantsPanel
) -> None:
    box = panel.filter.status
    offered = [box.itemText(i) for i in range(box.count())]
    assert offered[0] == "All statuses (10)"
    assert "Scored (2)" in offered
    assert "REF differs (1)" in offered
    assert not any("Failed" in text for text in offered)
    box.setCurrentIndex(box.findData(Status.REF_MISMATCH))
    qtbot.waitUntil(lambda: panel.model.rowCount() == 1)
    row = panel.model.row_at(0)
    assert row.status is Status.REF_MISMATCH
    assert "REF is" in row.reason


def test_that_a_smallest_score_hides_rows_without_one(
    qtbot: QtBot, panel: VariantsPanel
) -> None:
    panel.filter.minimum.setText("0.0")
    qtbot.waitUntil(lambda: panel.model.rowCount() == 2)


def test_that_only_the_view_follows_the_browser(
    qtbot: QtBot, panel: VariantsPanel, workspace: Workspace, table: ScoreTable
) -> None:
    workspace.show_variant(table.row(0), flank=30)
    panel.filter.in_view.click()
    qtbot.waitUntil(lambda: rows(panel) == [0])
    workspace.show_variant(table.row(1), flank=30)
    qtbot.waitUntil(lambda: rows(panel) == [1, 2])


def test_that_nothing_found_says_so_and_offers_the_way_back(
    qtbot: QtBot, panel: VariantsPanel
) -> None:
    panel.filter.search.setText("no such thing")
    qtbot.waitUntil(panel.empty.isVisible)
    assert "10 variants are hidden" in panel.empty.text.text()
    panel.empty.button.click()
    qtbot.waitUntil(panel.view.isVisible)
    assert panel.filter.search.text() == ""


def test_that_a_header_click_sorts_and_a_second_one_turns_round(
    qtbot: QtBot, panel: VariantsPanel
) -> None:
    header = panel.view.horizontalHeader()
    header.sectionClicked.emit(column(panel, "position"))
    settled(qtbot, panel)
    assert rows(panel) == [0, 1, 2, 3, 4, 5, 7, 9, 8, 6]
    header.sectionClicked.emit(column(panel, "position"))
    settled(qtbot, panel)
    assert rows(panel) == [8, 9, 7, 5, 4, 3, 1, 2, 0, 6]
    assert texts(panel, "position")[-1] == MISSING


def test_that_sorting_keeps_the_selected_variant(
    qtbot: QtBot, panel: VariantsPanel, workspace: Workspace, table: ScoreTable
) -> None:
    workspace.select(table.row(0))
    panel.model.ask(Question(sort="position", descending=False))
    settled(qtbot, panel)
    assert panel.view.currentIndex().row() == 0
    assert panel.view.shows(0)
    assert workspace.selection == table.row(0)


def test_that_a_selection_hidden_by_a_filter_comes_back(
    qtbot: QtBot, panel: VariantsPanel, workspace: Workspace, table: ScoreTable
) -> None:
    workspace.select(table.row(0))
    panel.filter.search.setText("rs2")
    qtbot.waitUntil(lambda: panel.model.rowCount() == 2)
    assert workspace.selection == table.row(0)
    panel.filter.clear()
    qtbot.waitUntil(lambda: panel.model.rowCount() == 10)
    settled(qtbot, panel)
    assert panel.view.shows(0)


def test_that_arriving_parts_are_shown_at_most_once_in_a_while(
    qtbot: QtBot, panel: VariantsPanel, workspace: Workspace, run: ScoreRun
) -> None:
    asked: list[int] = []
    panel.model.answered.connect(lambda: asked.append(1))
    for number in range(1, 4):
        write_part(run.folder, number, [scored(number + 2, 0.1 * number)])
        workspace.set_run(replace(run))
        assert panel._refresh.isActive()
    assert not asked, "nothing is ordered anew before the pause is over"
    with qtbot.waitSignal(panel.model.answered, timeout=20 * REFRESH_MS):
        pass
    settled(qtbot, panel)
    assert len(asked) == 1
    assert texts(panel, "score")[:5] == ["0.900", "0.300", "0.250", "0.200", "0.100"]
    assert "5 scored" in panel.totals.text()


def test_that_parts_that_keep_arriving_do_not_starve_the_table(
    qtbot: QtBot, panel: VariantsPanel, workspace: Workspace, run: ScoreRun
) -> None:
    workspace.set_run(replace(run))
    left = panel._refresh.remainingTime()
    workspace.set_run(replace(run))
    assert 0 <= panel._refresh.remainingTime() <= left


def test_that_scroll_position_and_selection_survive_new_parts(
    qtbot: QtBot, panel: VariantsPanel, workspace: Workspace, run: ScoreRun
) -> None:
    panel.resize(1200, 160)
    workspace.select(panel.model.row_at(0))
    panel.view.verticalScrollBar().setValue(3)
    write_part(run.folder, 1, [scored(3, 0.1)])
    workspace.set_run(replace(run))
    settled(qtbot, panel)
    assert panel.view.verticalScrollBar().value() == 3
    assert workspace.selection is not None
    assert panel.view.shows(workspace.selection.row)


def test_that_rows_and_columns_grow_with_the_text(
    qtbot: QtBot, workspace: Workspace, bridge: EngineBridge, qapp: QApplication
) -> None:
    palette, before = theme.current(), round(theme.scale_of() * 100)
    panel = VariantsPanel(workspace, bridge)
    qtbot.addWidget(panel)
    settled(qtbot, panel)
    gene = column(panel, "gene")
    try:
        theme.apply(qapp, palette, scale=100)
        panel.view.setColumnWidth(gene, 120)
        panel.view.setColumnHidden(column(panel, "id"), True)
        row = panel.view.verticalHeader().defaultSectionSize()
        minimum = panel.filter.minimum.width()
        theme.apply(qapp, palette, scale=200)
        assert 200 < panel.view.columnWidth(gene) < 280
        assert panel.view.isColumnHidden(column(panel, "id"))
        assert panel.view.verticalHeader().defaultSectionSize() > 1.4 * row
        assert panel.filter.minimum.minimumWidth() > 1.4 * minimum
    finally:
        theme.apply(qapp, palette, scale=before)


def test_that_hidden_columns_stay_hidden_when_a_scorer_adds_its_own(
    qtbot: QtBot, workspace: Workspace, bridge: EngineBridge, run: ScoreRun
) -> None:
    panel = VariantsPanel(workspace, bridge)
    qtbot.addWidget(panel)
    settled(qtbot, panel)
    before = column(panel, "reason")
    panel.view.setColumnHidden(column(panel, "id"), True)
    panel.view.setColumnWidth(column(panel, "gene"), 123)
    workspace.set_run(run)
    settled(qtbot, panel)
    assert column(panel, "reason") == before + 10
    assert panel.view.isColumnHidden(column(panel, "id"))
    assert panel.view.columnWidth(column(panel, "gene")) == 123
    assert not panel.view.isColumnHidden(column(panel, "ds_ag"))
    assert panel.view.isColumnHidden(column(panel, "dp_ag"))
    actions = {a.text(): a for a in panel.view.columns_menu().actions()}
    assert actions["DP_AG"].isChecked() is False
    actions["DP_AG"].setChecked(True)
    assert not panel.view.isColumnHidden(column(panel, "dp_ag"))
    assert texts(panel, "dp_ag")[0] == "-7"


def test_that_a_row_is_copied_as_it_is_shown(
    qtbot: QtBot, panel: VariantsPanel
) -> None:
    panel.view.selectRow(0)
    panel.view.setFocus()
    qtbot.keyClick(
        panel.view, Qt.Key.Key_C, modifier=Qt.KeyboardModifier.ControlModifier
    )
    copied = QGuiApplication.clipboard().text().split("\t")
    assert copied[:4] == ["1", "0.900", "Scored", "TBX1"]
    menu = panel.view.row_menu(panel.model.index(0, column(panel, "gene")))
    words = {action.text(): action for action in menu.actions()}
    words["Copy chrA-202-C-T"].trigger()
    assert QGuiApplication.clipboard().text() == "chrA-202-C-T"
    words["Copy “TBX1”"].trigger()
    assert QGuiApplication.clipboard().text() == "TBX1"


def test_that_export_needs_scores_and_runs_as_a_job(
    qtbot: QtBot,
    workspace: Workspace,
    bridge: EngineBridge,
    engine: SilentEngine,
    run: ScoreRun,
    tmp_path: Path,
) -> None:
    panel = VariantsPanel(workspace, bridge)
    qtbot.addWidget(panel)
    assert not panel.export_button.isEnabled()
    assert "Score the variants first" in panel.export_button.toolTip()
    assert panel.export_to(tmp_path / "x.tsv") is None
    workspace.set_run(run)
    assert panel.export_button.isEnabled()
    job_id = panel.export_to(tmp_path / "out.vcf.gz")
    assert job_id is not None
    job = engine.jobs[job_id]
    assert isinstance(job, ExportScores)
    assert job.folder == str(run.folder)
    said: list[tuple[str, str]] = []
    workspace.message.connect(lambda level, text: said.append((level, text)))
    engine.sinks[job_id](job_id, Finished("Written", outputs={"out": "out.vcf.gz"}))
    qtbot.waitUntil(lambda: bool(said))
    assert said == [("info", "Written: out.vcf.gz")]


def test_that_a_failed_export_says_why(
    qtbot: QtBot,
    panel: VariantsPanel,
    workspace: Workspace,
    engine: SilentEngine,
    tmp_path: Path,
) -> None:
    said: list[tuple[str, str]] = []
    workspace.message.connect(lambda level, text: said.append((level, text)))
    job_id = panel.export_to(tmp_path / "out.tsv")
    assert job_id is not None
    engine.sinks[job_id](job_id, Failed("The disk is full.", todo="Make room."))
    qtbot.waitUntil(lambda: bool(said))
    assert said == [("error", "The disk is full. Make room.")]


def test_that_a_broken_table_is_a_message_not_a_traceback(
    qtbot: QtBot, workspace: Workspace, bridge: EngineBridge, table: ScoreTable
) -> None:
    table.path.write_bytes(b"rubbish")
    table._columns = None
    said: list[str] = []
    workspace.message.connect(lambda level, text: said.append(text))
    panel = VariantsPanel(workspace, bridge)
    qtbot.addWidget(panel)
    qtbot.waitUntil(lambda: bool(said))
    assert "cannot be read" in said[0]


def test_that_closing_the_file_empties_the_table(
    qtbot: QtBot, panel: VariantsPanel, workspace: Workspace
) -> None:
    workspace.set_variants(None, None)
    assert panel.model.rowCount() == 0
    assert panel.empty.isVisible()
    assert panel.empty.title.text() == "No variants open"
    assert panel.totals.text() == ""


def test_that_the_status_tooltip_tells_reason_and_fix(panel: VariantsPanel) -> None:
    place = rows(panel).index(5)
    tip = panel.model.index(place, column(panel, "status")).data(
        Qt.ItemDataRole.ToolTipRole
    )
    first, reason, fix = tip.split("\n")
    assert first == "Ref differs from the genome." or "REF" in first.upper()
    assert "the genome has" in reason
    assert "build" in fix


def test_that_every_interactive_widget_has_a_name(panel: VariantsPanel) -> None:
    widgets: list[QWidget] = [panel.view, panel.export_button, panel.columns_button]
    widgets += [panel.filter.search, panel.filter.status, panel.filter.kind]
    widgets += [panel.filter.minimum, panel.filter.in_view, panel.filter.clear_button]
    for widget in widgets:
        assert widget.objectName()
        assert widget.accessibleName()
    assert panel.view.objectName() == "variant-table"


def test_that_a_closed_panel_leaves_nothing_behind(
    qtbot: QtBot, workspace: Workspace, bridge: EngineBridge, run: ScoreRun
) -> None:
    panel = PANEL.factory(workspace, bridge)
    gone = weakref.ref(panel)
    panel.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    del panel
    gc.collect()
    workspace.set_run(run)
    workspace.set_variants(None, None)
    assert gone() is None


def test_that_an_invalid_index_has_no_data(panel: VariantsPanel) -> None:
    assert panel.model.data(QModelIndex()) is None


def test_that_a_splice_programs_own_field_is_offered_where_its_model_scored(
    qtbot: QtBot,
    workspace: Workspace,
    bridge: EngineBridge,
    engine: SilentEngine,
    run: ScoreRun,
    tmp_path: Path,
) -> None:
    panel = VariantsPanel(workspace, bridge)
    qtbot.addWidget(panel)
    workspace.set_run(replace(run, model="gfm-ensemble"))
    assert len(panel.export_filters()) == 4
    workspace.set_run(replace(run, model="ci-spliceai"))
    assert "the field CISpliceAI" in panel.export_filters()[-1]
    job_id = panel.export_to(tmp_path / "out.vcf.gz", program_tag=True)
    assert job_id is not None
    job = engine.jobs[job_id]
    assert isinstance(job, ExportScores)
    assert job.program_tag


def rows_of(panel: VariantsPanel) -> list[list[str]]:
    """Return the names of the filter's widgets, line by line, from the left."""
    direct = Qt.FindChildOption.FindDirectChildrenOnly
    found = panel.filter.findChildren(QWidget, options=direct)
    lines: list[list[QWidget]] = []
    for widget in sorted(found, key=lambda one: one.geometry().center().y()):
        middle = widget.geometry().center().y()
        if not lines or middle - lines[-1][0].geometry().center().y() > 8:
            lines.append([])
        lines[-1].append(widget)
    return [[one.objectName() for one in sorted(ln, key=QWidget.x)] for ln in lines]


def test_that_filters_take_another_line_rather_than_lose_their_words(
    panel: VariantsPanel, qtbot: QtBot
) -> None:
    names = [
        "variant-search",
        "variant-status",
        "variant-kind",
        "variant-minimum",
        "variant-in-view",
        "variant-clear",
        "variant-columns",
        "variant-export",
    ]
    panel.resize(1_400, 400)
    qtbot.waitUntil(lambda: rows_of(panel) == [names])
    filters = panel.filter
    # The search has what the others leave.
    assert filters.search.width() > 2 * filters.search.minimumWidth()
    assert filters.status.width() == filters.status.sizeHint().width()
    least = filters.minimumSizeHint().width()
    for width in (504, least):
        filters.setFixedWidth(width)
        qtbot.waitUntil(lambda: len(rows_of(panel)) > 1)
        assert [name for line in rows_of(panel) for name in line] == names
        for box in (filters.status, filters.kind, filters.minimum):
            assert box.width() >= box.minimumWidth()
            assert box.geometry().right() < filters.width()
        assert panel.view.geometry().top() >= filters.geometry().bottom()
