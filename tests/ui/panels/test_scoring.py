from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QLineEdit, QSpinBox

from gfm_desktop.jobs.events import Cancelled, Finished, Progress
from gfm_desktop.jobs.score_variants import ScoreVariants
from gfm_desktop.models.option import Option
from gfm_desktop.ui.panels.scoring import ScoringPanel
from gfm_desktop.ui.widgets.option_form import OptionForm
from gfm_desktop.workspace.workspace import Workspace

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from gfm_desktop.ui.engine_bridge import EngineBridge
    from gfm_desktop.workspace.workspace import ScoreRun

    from .conftest import SilentEngine


@pytest.fixture
def panel(qtbot: QtBot, workspace: Workspace, bridge: EngineBridge) -> ScoringPanel:
    made = ScoringPanel(workspace, bridge)
    qtbot.addWidget(made)
    made.show()
    return made


def test_that_the_button_says_how_many_variants_it_scores(panel: ScoringPanel) -> None:
    assert panel.button.objectName() == "score-button"
    assert panel.button.text() == "Score 6 variants"
    assert panel.button.isEnabled()
    assert not panel.why.isVisible()


def test_that_the_card_is_shown_before_anything_runs(panel: ScoringPanel) -> None:
    assert panel.form.model.currentText() == "CI-SpliceAI"
    facts = dict(panel.form.facts.facts)
    assert facts["Licence"] == "CC-BY-4.0 (commercial use allowed)"
    assert facts["Sees"] == "10,000 bp"
    assert "research" in panel.form.limits.text()
    assert "p(ALT) - p(REF)" in panel.form.equation.text()


def test_that_an_impossible_start_is_disabled_with_the_reason(
    qtbot: QtBot, bridge: EngineBridge, panel: ScoringPanel, workspace: Workspace
) -> None:
    nothing = ScoringPanel(Workspace(), bridge)
    qtbot.addWidget(nothing)
    nothing.show()
    assert not nothing.button.isEnabled()
    assert "Open a genome first" in nothing.why.text()
    assert nothing.why.isVisible()
    workspace.set_variants(None, None)
    assert not panel.button.isEnabled()
    assert "variants first" in panel.why.text()


def test_that_missing_gene_models_are_said_before_the_start(
    panel: ScoringPanel,
) -> None:
    assert panel.notice.isVisible()
    assert "both strands" in panel.notice.text


def test_that_options_and_device_reach_the_job(
    qtbot: QtBot, panel: ScoringPanel, engine: SilentEngine, workspace: Workspace
) -> None:
    distance = panel.form.options.fields["distance"]
    assert isinstance(distance, QSpinBox)
    assert (distance.minimum(), distance.maximum()) == (0, 4999)
    distance.setValue(500)
    panel.form.device.setCurrentIndex(panel.form.device.findData("cpu"))
    assert "--distance 500" in panel.copy_command.toolTip()
    assert "--device cpu" in panel.copy_command.toolTip()
    qtbot.mouseClick(panel.button, Qt.MouseButton.LeftButton)
    (job,) = engine.jobs.values()
    assert isinstance(job, ScoreVariants)
    assert job.model == "ci-spliceai"
    assert job.scorer == "splice-delta"
    assert dict(job.options) == {"distance": 500, "masked": False}
    assert job.device == "cpu"
    assert not panel.button.isEnabled()


def test_that_the_button_follows_the_run_and_cancel_stops_it(
    qtbot: QtBot, panel: ScoringPanel, engine: SilentEngine
) -> None:
    panel.button.click()
    assert panel.cancel.isVisible()
    sink = engine.sinks["job-0"]
    sink("job-0", Progress(2, 6, "variants"))
    qtbot.waitUntil(lambda: panel.button.text() == "Scoring 2 of 6")
    panel.cancel.click()
    assert engine.cancelled == ["job-0"]
    sink("job-0", Cancelled())
    qtbot.waitUntil(panel.button.isEnabled)
    assert panel.button.text() == "Score 6 variants"
    assert not panel.cancel.isVisible()


def test_that_the_button_is_back_after_the_end(
    qtbot: QtBot, panel: ScoringPanel, engine: SilentEngine, run: ScoreRun
) -> None:
    panel.button.click()
    done = Finished("Done", outputs={"run": str(run.folder)})
    engine.sinks["job-0"]("job-0", done)
    qtbot.waitUntil(panel.button.isEnabled)


def test_that_it_is_used_with_the_keyboard_alone(
    qtbot: QtBot, panel: ScoringPanel, engine: SilentEngine
) -> None:
    panel.activateWindow()
    panel.form.model.setFocus()
    seen = []
    for _ in range(8):
        focused = panel.focusWidget()
        seen.append(focused.objectName())
        if focused is panel.button:
            break
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    assert seen == [
        "scoring-model",
        "scoring-scorer",
        "option-distance",
        "option-masked",
        "scoring-device",
        "score-button",
    ]
    qtbot.keyClick(panel.button, Qt.Key.Key_Space)
    assert len(engine.jobs) == 1


OPTIONS = (
    Option("count", "Count", "How many.", 3, minimum=1, maximum=9, unit="bp"),
    Option("share", "Share", "How much.", 0.5, minimum=0, maximum=1),
    Option("deep", "Deep", "Whether.", False),
    Option("way", "Way", "Which.", "a", choices=("a", "b")),
    Option("label", "Label", "Any words.", "x"),
)


def test_that_a_form_has_a_field_of_the_right_kind_for_every_option(
    qtbot: QtBot,
) -> None:
    form = OptionForm()
    qtbot.addWidget(form)
    form.set_options(OPTIONS, {"count": 5})
    kinds = [type(field) for field in form.fields.values()]
    assert kinds == [QSpinBox, QDoubleSpinBox, QCheckBox, QComboBox, QLineEdit]
    values = {"count": 5, "share": 0.5, "deep": False, "way": "a", "label": "x"}
    assert form.values == values
    assert all(f.objectName() and f.accessibleName() for f in form.fields.values())
    with qtbot.waitSignal(form.changed):
        form.fields["deep"].click()  # type: ignore[union-attr]
    assert form.values["deep"] is True
    form.set_options([replace(OPTIONS[0], default=7)])
    assert form.values == {"count": 7}
