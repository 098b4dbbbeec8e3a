from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from gfm_desktop.errors import ModelError
from gfm_desktop.genome.variant import VariantKind
from gfm_desktop.jobs.add_model import AddModel
from gfm_desktop.jobs.download_model import DownloadModel
from gfm_desktop.jobs.events import Cancelled, Failed, Finished, Progress
from gfm_desktop.models import catalogue, licence
from gfm_desktop.models.catalogue import Entry
from gfm_desktop.models.ci_spliceai import CARD
from gfm_desktop.ui.panels.models import ModelsPanel
from gfm_desktop.ui.widgets.licence_dialog import LicenceDialog
from gfm_desktop.workspace.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from gfm_desktop.ui.engine_bridge import EngineBridge

    from .conftest import SilentEngine

HERE = Entry("ci-spliceai", CARD, Path("/nowhere/ci-spliceai"))
FREE = replace(
    CARD,
    id="free-plant",
    name="Free plant",
    family="GPN",
    species=("Arabidopsis thaliana",),
    scores=(VariantKind.SNV,),
    built_in=False,
    repository="someone/free-plant",
    download_bytes=264_000_000,
    parameters=0,
)
BOUND = replace(
    FREE,
    id="bound",
    name="Bound",
    family="NT",
    species=("Homo sapiens",),
    licence="CC-BY-NC-4.0",
    commercial_use=False,
    repository="someone/bound",
)
NEEDY = replace(
    FREE, id="needy", name="Needy", family="Evo", requirement="Needs a big GPU."
)
BROKEN = Entry("x", None, Path("/models/x"), ModelError("The file is cut off."))
ALL = [
    HERE,
    BROKEN,
    *(Entry(card.id, card, None) for card in (FREE, BOUND, NEEDY)),
]


@pytest.fixture
def workspace() -> Workspace:
    return Workspace()


@pytest.fixture
def panel(
    qtbot: QtBot,
    bridge: EngineBridge,
    workspace: Workspace,
    monkeypatch: pytest.MonkeyPatch,
) -> ModelsPanel:
    monkeypatch.setattr(catalogue, "entries", lambda: list(ALL))
    made = ModelsPanel(workspace, bridge)
    qtbot.addWidget(made)
    made.resize(320, 800)
    made.show()
    return made


def test_that_models_are_grouped_by_what_can_be_done_with_them(
    panel: ModelsPanel,
) -> None:
    assert panel.list.ids == ["ci-spliceai", "free-plant", "bound", "needy", "x"]
    heads = [panel.list.topLevelItem(i) for i in range(4)]
    assert [head.text(0) for head in heads if head] == [
        "Installed (1)",
        "Can be downloaded (2)",
        "Needs something else (1)",
        "Cannot be used (1)",
    ]
    assert panel.list.current == "ci-spliceai"


def test_that_search_and_filters_narrow_the_list(panel: ModelsPanel) -> None:
    bar = panel.filter
    bar.text.setText("arabidopsis gpn")
    assert panel.list.ids == ["free-plant"]
    bar.text.clear()
    bar.commercial.setChecked(True)
    assert "bound" not in panel.list.ids
    assert "x" not in panel.list.ids
    bar.commercial.setChecked(False)
    bar.species.setCurrentIndex(bar.species.findData("Homo sapiens"))
    assert panel.list.ids == ["ci-spliceai", "bound"]
    bar.kind.setCurrentIndex(bar.kind.findData(VariantKind.DELETION))
    assert panel.list.ids == ["ci-spliceai"]
    bar.family.setCurrentIndex(bar.family.findData("GPN"))
    assert panel.list.ids == []
    assert panel.empty.isVisible()
    assert not panel.sheet.isVisible()
    panel.empty.button.click()
    assert len(panel.list.ids) == 5
    assert panel.sheet.isVisible()


def test_that_only_known_species_can_be_typed(panel: ModelsPanel) -> None:
    box = panel.filter.species
    panel.filter.more.click()
    line = box.lineEdit()
    assert line is not None
    line.selectAll()
    line.insert("no such thing")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert box.currentText() == "Species: any"
    line.selectAll()
    line.insert("homo sapiens")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert box.currentData() == "Homo sapiens"


def test_that_the_sheet_has_the_whole_card(panel: ModelsPanel) -> None:
    facts = dict(panel.sheet.facts.facts)
    assert facts["Name to type"] == "ci-spliceai"
    assert facts["Species"] == "Homo sapiens"
    assert facts["Sees"] == "10,000 bp"
    assert "commercial use allowed" in facts["Licence"]
    assert "CC BY" in facts["Attribution"]
    assert "research" in panel.sheet.limits.text()
    panel.sheet.cite.click()
    assert "Strauch" in QGuiApplication.clipboard().text()
    panel.list.select("free-plant")
    facts = dict(panel.sheet.facts.facts)
    assert facts["Size"] == "264 MB to download"
    assert facts["Parameters"] == "not published"


def test_that_the_sheet_says_whether_the_model_fits_this_machine(
    qtbot: QtBot, panel: ModelsPanel
) -> None:
    qtbot.waitUntil(panel.sheet.fit.isVisible)
    words = panel.sheet.fit.text()
    assert words.startswith(("Needs about", "Tight", "Too large"))
    assert "this machine:" in words


@pytest.mark.parametrize(
    ("model", "shown"),
    [
        ("ci-spliceai", {"model-use", "model-licence"}),
        ("free-plant", {"model-download", "model-licence"}),
        ("needy", {"model-licence"}),
        ("x", {"model-remove"}),
    ],
)
def test_that_only_what_can_be_done_has_a_button(
    panel: ModelsPanel, model: str, shown: set[str]
) -> None:
    panel.list.select(model)
    buttons = panel.sheet.findChildren(QPushButton)
    names = {b.objectName() for b in buttons if b.isVisible()}
    assert names - {"model-cite"} == shown


def test_that_a_broken_or_needy_model_says_what_is_the_matter(
    panel: ModelsPanel,
) -> None:
    panel.list.select("x")
    assert "cut off" in panel.sheet.problem.text
    assert panel.sheet.problem.isVisible()
    panel.list.select("needy")
    assert panel.sheet.problem.text == "Needs a big GPU."


def test_that_use_for_scoring_chooses_the_model(
    panel: ModelsPanel, workspace: Workspace
) -> None:
    said: list[str] = []
    workspace.message.connect(lambda _, text: said.append(text))
    panel.sheet.use.click()
    assert workspace.model == "ci-spliceai"
    assert "CI-SpliceAI" in said[0]


def test_that_a_download_explains_the_network_and_offers_to_allow_it(
    panel: ModelsPanel, workspace: Workspace, engine: SilentEngine
) -> None:
    panel.list.select("free-plant")
    panel.sheet.download.click()
    assert not engine.jobs
    assert panel.offer.isVisible()
    assert "Free plant" in panel.offer.notice.text
    assert not workspace.network_allowed
    panel.offer.allow.click()
    assert workspace.network_allowed
    assert not panel.offer.isVisible()
    (job,) = engine.jobs.values()
    assert job == DownloadModel("free-plant")


def test_that_not_now_leaves_the_network_off(
    panel: ModelsPanel, workspace: Workspace, engine: SilentEngine
) -> None:
    panel.list.select("free-plant")
    panel.sheet.download.click()
    panel.offer.refuse.click()
    assert not panel.offer.isVisible()
    assert not workspace.network_allowed
    assert not engine.jobs


def test_that_a_download_shows_its_progress_and_can_be_cancelled(
    qtbot: QtBot, panel: ModelsPanel, workspace: Workspace, engine: SilentEngine
) -> None:
    workspace.allow_network(True)
    panel.list.select("free-plant")
    panel.sheet.download.click()
    assert not panel.sheet.download.isVisible()
    engine.sinks["job-0"]("job-0", Progress(50, 200, "bytes", "Downloading"))
    qtbot.waitUntil(lambda: panel.sheet.problem.text == "Downloading… 25%")
    panel.list.select("ci-spliceai")
    assert not panel.sheet.cancel.isVisible()
    panel.list.select("free-plant")
    panel.sheet.cancel.click()
    assert engine.cancelled == ["job-0"]
    engine.sinks["job-0"]("job-0", Cancelled())
    qtbot.waitUntil(panel.sheet.download.isVisible)
    assert not panel.sheet.cancel.isVisible()


def test_that_a_model_that_has_arrived_is_listed_and_shown(
    qtbot: QtBot,
    panel: ModelsPanel,
    workspace: Workspace,
    engine: SilentEngine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    workspace.allow_network(True)
    panel.list.select("free-plant")
    panel.sheet.download.click()
    panel.list.select("ci-spliceai")
    changed: list[bool] = []
    workspace.library_changed.connect(lambda: changed.append(True))
    now = [HERE, Entry("free-plant", FREE, Path("/nowhere/free"))]
    monkeypatch.setattr(catalogue, "entries", lambda: now)
    done = Finished("Downloaded", outputs={"model": "free-plant"})
    engine.sinks["job-0"]("job-0", done)
    qtbot.waitUntil(lambda: bool(changed))
    assert panel.list.ids == ["ci-spliceai", "free-plant"]
    assert panel.list.current == "free-plant"
    assert panel.sheet.use.isVisible()


def test_that_terms_are_ticked_before_a_bound_model_is_downloaded(
    panel: ModelsPanel, workspace: Workspace, engine: SilentEngine
) -> None:
    workspace.allow_network(True)
    panel.list.select("bound")
    panel.sheet.download.click()
    assert not engine.jobs
    dialog = panel.findChild(LicenceDialog)
    assert isinstance(dialog, LicenceDialog)
    assert "Not for commercial use" in dialog.notice.text
    assert "CC-BY-NC-4.0" in dialog.text.toPlainText()
    assert not dialog.agree.isEnabled()
    dialog.tick.click()
    dialog.agree.click()
    (job,) = engine.jobs.values()
    assert job == DownloadModel("bound", accept_licence=True)


def test_that_terms_once_accepted_are_not_asked_for_again(
    panel: ModelsPanel, workspace: Workspace, engine: SilentEngine
) -> None:
    licence.accept(BOUND)
    workspace.allow_network(True)
    panel.list.select("bound")
    panel.sheet.download.click()
    assert list(engine.jobs.values()) == [DownloadModel("bound")]


def test_that_the_licence_can_be_read_without_a_question(panel: ModelsPanel) -> None:
    panel.list.select("bound")
    panel.sheet.licence.click()
    dialog = panel.findChild(LicenceDialog)
    assert isinstance(dialog, LicenceDialog)
    assert not dialog.tick.isVisible()
    assert dialog.agree.text() == "Close"
    assert dialog.agree.isEnabled()


def test_that_a_folder_is_added_in_the_worker_and_a_refusal_is_told(
    qtbot: QtBot,
    panel: ModelsPanel,
    workspace: Workspace,
    engine: SilentEngine,
    tmp_path: Path,
) -> None:
    said: list[tuple[str, str]] = []
    workspace.message.connect(lambda level, text: said.append((level, text)))
    panel.add(tmp_path)
    assert list(engine.jobs.values()) == [AddModel(str(tmp_path))]
    assert not panel.add_button.isEnabled()
    failed = Failed("This is no model.", where=str(tmp_path), todo="Choose another.")
    engine.sinks["job-0"]("job-0", failed)
    qtbot.waitUntil(lambda: bool(said))
    assert said[0][0] == "error"
    assert "This is no model." in said[0][1]
    assert panel.add_button.isEnabled()


def test_that_a_model_of_ones_own_is_removed_after_a_question(
    qtbot: QtBot,
    bridge: EngineBridge,
    workspace: Workspace,
    library_model: Callable[[str], Path],
) -> None:
    folder = library_model("mine")
    panel = ModelsPanel(workspace, bridge)
    qtbot.addWidget(panel)
    panel.show()
    panel.list.select("mine")
    panel.sheet.remove.click()
    assert folder.is_dir()
    question = panel.findChild(QPushButton, "model-remove-yes")
    assert isinstance(question, QPushButton)
    question.click()
    assert not folder.exists()
    assert "mine" not in panel.list.ids


@pytest.fixture
def library_model() -> Callable[[str], Path]:
    """Return a maker of a folder in the library that cannot be read as a model."""
    from gfm_desktop import paths

    def made(name: str) -> Path:
        folder = paths.imported_models() / name
        folder.mkdir()
        (folder / "gfm_model.json").write_text("{}")
        return folder

    return made
