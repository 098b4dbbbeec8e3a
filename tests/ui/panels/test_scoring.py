from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QLineEdit, QSpinBox

from gfm_desktop.genome.variant import VariantKind
from gfm_desktop.jobs.events import Cancelled, Finished, Progress
from gfm_desktop.jobs.score_variants import ScoreVariants
from gfm_desktop.models import catalogue, licence
from gfm_desktop.models.card import ModelCard
from gfm_desktop.models.catalogue import Entry
from gfm_desktop.models.ci_spliceai import CARD
from gfm_desktop.models.option import Option
from gfm_desktop.ui.panels.scoring import ScoringPanel
from gfm_desktop.ui.widgets.licence_dialog import LicenceDialog
from gfm_desktop.ui.widgets.option_form import OptionForm
from gfm_desktop.ui.widgets.search_combo import SearchCombo
from gfm_desktop.workspace.before_scoring import species_words
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
    for _ in range(9):
        focused = panel.focusWidget()
        seen.append(focused.objectName())
        if focused is panel.button:
            break
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    assert seen == [
        "scoring-model",
        "model-option-precision",
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


LANGUAGE = ModelCard(
    id="leaf",
    name="Leaf",
    family="Leaf",
    summary="Predicts hidden bases.",
    species=("Arabidopsis thaliana",),
    context_bp=512,
    parameters=7,
    licence="CC-BY-NC-4.0",
    licence_url="https://example.org/licence",
    attribution="Somebody",
    commercial_use=False,
    citation="Somebody (2020)",
    source="nowhere",
    scores=(VariantKind.SNV,),
    scorers=("masked-log-odds", "embedding-distance"),
    tracks=(),
    options=(
        Option("species", "Species", "Which.", "s3",
               choices=tuple(f"s{i}" for i in range(40))),
    ),
    safe_precisions=("bf16",),
)  # fmt: skip
ABSENT = replace(
    LANGUAGE, id="absent", name="Absent", repository="a/b", commercial_use=True
)


@pytest.fixture
def with_language(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [
        Entry("absent", ABSENT, None),
        Entry("ci-spliceai", CARD, Path("/nowhere/ci")),
        Entry("leaf", LANGUAGE, Path("/nowhere/leaf")),
    ]
    monkeypatch.setattr(catalogue, "entries", lambda: entries)


def test_that_models_that_are_not_there_are_greyed_with_the_reason(
    with_language: None, panel: ScoringPanel
) -> None:
    box = panel.form.model
    assert [box.itemText(i) for i in range(box.count())] == [
        "CI-SpliceAI",
        "Leaf",
        "Absent (not downloaded)",
    ]
    lines = box.model()
    flags = [lines.flags(lines.index(i, 0)) for i in range(3)]
    enabled = [bool(flag & Qt.ItemFlag.ItemIsEnabled) for flag in flags]
    assert enabled == [True, True, False]
    box.choose("absent")
    assert box.chosen == "ci-spliceai"


def test_that_a_model_chosen_in_the_library_is_chosen_here(
    with_language: None, panel: ScoringPanel, workspace: Workspace
) -> None:
    workspace.choose_model("leaf")
    assert panel.form.model.chosen == "leaf"
    assert [panel.form.scorer.itemText(i) for i in range(2)] == [
        "Masked log-odds",
        "Embedding distance",
    ]
    panel.form.model.choose("ci-spliceai")
    assert workspace.model == "ci-spliceai"


def test_that_options_of_the_model_reach_job_and_command(
    with_language: None, panel: ScoringPanel, engine: SilentEngine
) -> None:
    licence.accept(LANGUAGE)
    panel.form.model.choose("leaf")
    species = panel.form.model_options.fields["species"]
    assert isinstance(species, SearchCombo)
    assert species.currentText() == "s3"
    species.setCurrentIndex(species.findText("s27"))
    precision = panel.form.model_options.fields["precision"]
    assert isinstance(precision, QComboBox)
    precision.setCurrentIndex(precision.findText("bf16"))
    command = panel.copy_command.toolTip()
    assert "--option species=s27" in command
    assert "--option precision=bf16" in command
    panel.form.percentiles.setChecked(False)
    assert "--background 0" in panel.copy_command.toolTip()
    panel.button.click()
    (job,) = engine.jobs.values()
    assert isinstance(job, ScoreVariants)
    assert dict(job.model_options) == {"species": "s27", "precision": "bf16"}
    assert job.background == 0
    assert job.scorer == "masked-log-odds"


def test_that_another_vocabulary_brings_the_scorers_that_fit_it(
    monkeypatch: pytest.MonkeyPatch, panel: ScoringPanel
) -> None:
    cuts = Option("cut", "Cut", "How.", "single", choices=("single", "pairs"))
    card = replace(
        LANGUAGE,
        options=(cuts,),
        scorers_for=(("cut", "pairs", ("pseudo-log-likelihood",)),),
    )
    entries = [Entry("leaf", card, Path("/nowhere/leaf"))]
    monkeypatch.setattr(catalogue, "entries", lambda: entries)
    panel._show_library()
    form = panel.form
    assert [form.scorer.itemData(i) for i in range(form.scorer.count())] == [
        "masked-log-odds",
        "embedding-distance",
    ]
    field = form.model_options.fields["cut"]
    assert isinstance(field, QComboBox)
    field.setCurrentText("pairs")
    assert form.scorer.currentData() == "pseudo-log-likelihood"
    assert form.model_options.chosen == {"cut": "pairs"}
    # Percentiles of a slow score are made where the user asks, those of others anyway.
    assert not form.percentiles.isChecked()
    assert form.background == 0
    form.percentiles.setChecked(True)
    assert form.background == 12
    field.setCurrentText("single")
    assert form.scorer.currentData() == "masked-log-odds"
    assert form.percentiles.isChecked()
    assert form.background == -1


def test_that_a_half_typed_name_is_no_choice(
    with_language: None, panel: ScoringPanel
) -> None:
    panel.form.model.choose("leaf")
    species = panel.form.model_options.fields["species"]
    assert isinstance(species, SearchCombo)
    species.setEditText("s2")
    species.setEditText("nonsense")
    assert panel.form.model_options.values["species"] == "s3"


def test_that_variants_that_will_get_no_score_are_told_before(
    qtbot: QtBot, with_language: None, panel: ScoringPanel
) -> None:
    panel.form.model.choose("leaf")
    qtbot.waitUntil(lambda: panel.unscorable.isVisible())
    words = panel.unscorable.text
    assert words.startswith("1 of 6 variants is an insertion: it will get the status")
    assert "unsupported_by_model" in words
    panel.form.scorer.setCurrentIndex(1)
    assert not panel.unscorable.isVisible()


def test_that_the_species_of_the_model_are_said(
    with_language: None, panel: ScoringPanel
) -> None:
    panel.form.model.choose("leaf")
    assert panel.form.species.isVisible()
    assert panel.form.species.text == (
        "Trained on Arabidopsis thaliana; its scores mean little in other species."
    )


def test_that_terms_are_ticked_before_a_bound_model_scores(
    with_language: None, panel: ScoringPanel, engine: SilentEngine
) -> None:
    panel.form.model.choose("leaf")
    panel.button.click()
    assert not engine.jobs
    dialog = panel.findChild(LicenceDialog)
    assert isinstance(dialog, LicenceDialog)
    assert not dialog.agree.isEnabled()
    dialog.tick.click()
    dialog.agree.click()
    assert len(engine.jobs) == 1
    assert licence.accepted(LANGUAGE)


def test_that_a_human_model_needs_no_caution_on_a_human_genome() -> None:
    assert species_words(CARD, "GRCh38") == ""
    assert "Homo sapiens" in species_words(CARD, "GRCm39")
    assert "Homo sapiens" in species_words(CARD, None)
    assert "do not say" in species_words(replace(CARD, species=()), "GRCh38")
