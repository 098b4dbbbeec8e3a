"""What the menu of a predicted lane offers, and that it does what it says."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from gfm_desktop.genome.interval import Interval
from gfm_desktop.models import catalogue
from gfm_desktop.ui.browser.predicted_menu import predicted_actions
from gfm_desktop.workspace import prediction_model
from gfm_desktop.workspace.predictions import Predictions
from gfm_desktop.workspace.workspace import ScoreRun

if TYPE_CHECKING:
    from pathlib import Path

    from gfm_desktop.jobs.job import Job
    from gfm_desktop.models.card import ModelCard
    from gfm_desktop.ui.browser.track import TrackAction
    from gfm_desktop.workspace.workspace import Workspace

NUCLEOTIDES = "gpn-brassicales"


class Clerk:
    """Takes jobs and never runs them."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []

    def submit(self, job: Job, on_event: object = None, *, priority: object = 0) -> str:
        self.jobs.append(job)
        return str(len(self.jobs))

    def cancel(self, job_id: str) -> None: ...


@pytest.fixture
def clerk() -> Clerk:
    return Clerk()


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> dict[str, ModelCard]:
    """Let two language models and a splice model be installed."""
    from gfm_desktop.models.option import Option

    option = Option("vocabulary", "Vocabulary", "", "bases", choices=("bases", "kmer"))
    cards = catalogue.cards()
    found = {
        NUCLEOTIDES: replace(cards[NUCLEOTIDES], options=(option,)),
        "ci-spliceai": cards["ci-spliceai"],
        "gpn-animal-promoter": cards["gpn-animal-promoter"],
    }
    monkeypatch.setattr(prediction_model, "usable", lambda: found)
    monkeypatch.setattr(catalogue, "card_of", lambda model: found[model])
    return found


@pytest.fixture
def predictions(
    workspace: Workspace, clerk: Clerk, installed: dict[str, ModelCard]
) -> Predictions:
    made: Any = clerk
    return Predictions(workspace, made, "base-probability")


def entries(predictions: Predictions, workspace: Workspace) -> list[TrackAction]:
    return predicted_actions(predictions, workspace)


def entry(predictions: Predictions, workspace: Workspace, title: str) -> TrackAction:
    found = entries(predictions, workspace)
    return next(action for action in found if action.title == title)


def ticked(predictions: Predictions, workspace: Workspace, menu: str) -> list[str]:
    found = entries(predictions, workspace)
    return [one.title for one in found if one.menu == menu and one.checked]


def test_that_only_models_with_such_a_track_are_offered(
    predictions: Predictions, workspace: Workspace
) -> None:
    names = [a.title for a in entries(predictions, workspace) if a.menu == "Model"]
    assert names[1:] == ["GPN Brassicales", "GPN animal promoter"]
    assert ticked(predictions, workspace, "Model") == names[:1]


def test_that_a_chosen_model_and_its_vocabulary_are_asked(
    predictions: Predictions, workspace: Workspace, clerk: Clerk
) -> None:
    entry(predictions, workspace, "GPN Brassicales").run()
    assert ticked(predictions, workspace, "Model") == ["GPN Brassicales"]
    assert ticked(predictions, workspace, "Vocabulary") == ["bases"]
    entry(predictions, workspace, "kmer").run()
    assert ticked(predictions, workspace, "Vocabulary") == ["kmer"]
    predictions.show(Interval("chr1", 100, 120))
    job: Any = clerk.jobs[-1]
    assert (job.model, job.model_options) == (NUCLEOTIDES, (("vocabulary", "kmer"),))
    predictions.set_model("")
    assert ticked(predictions, workspace, "Model") == ["As scored, else the app's own"]


def test_that_the_model_that_scored_keeps_its_choices(
    predictions: Predictions, workspace: Workspace, tmp_path: Path
) -> None:
    chosen = {"vocabulary": "kmer"}
    run = ScoreRun(tmp_path, NUCLEOTIDES, "masked-log-odds", model_options=chosen)
    workspace.set_run(run)
    assert ticked(predictions, workspace, "Vocabulary") == ["kmer"]
    entry(predictions, workspace, "GPN Brassicales").run()
    assert dict(predictions.model.options) == chosen


def test_that_how_bases_are_hidden_can_be_chosen(
    predictions: Predictions, workspace: Workspace
) -> None:
    assert ticked(predictions, workspace, "Hide") == ["Each base in turn (exact)"]
    quick = "Every 16th at once (faster, a little different)"
    entry(predictions, workspace, quick).run()
    assert ticked(predictions, workspace, "Hide") == [quick]
    assert predictions.options["mode"] == "spaced"
    assert ticked(predictions, workspace, "Strands") == ["auto"]


def test_that_predicting_while_browsing_can_be_switched(
    predictions: Predictions, workspace: Workspace
) -> None:
    action = entry(predictions, workspace, "Predict while browsing")
    assert action.checked is True
    action.run()
    assert predictions.automatic is False
