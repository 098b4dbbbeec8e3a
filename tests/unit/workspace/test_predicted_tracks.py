"""Several kinds of tracks beside each other; slow models asked bit by bit."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import numpy as np
import pytest

from gfm_desktop.errors import GfmError, OptionError
from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.reference import Reference
from gfm_desktop.genome.status import Status
from gfm_desktop.genome.variant import Variant, VariantKind
from gfm_desktop.jobs.events import Cancelled, Failed, Finished, Progress
from gfm_desktop.jobs.predict_region import PREDICTING, PredictRegion
from gfm_desktop.tracks.base_probability import BASES, ENTROPY
from gfm_desktop.tracks.prediction import TrackPrediction
from gfm_desktop.workspace import prediction_jobs, prediction_model
from gfm_desktop.workspace.predicted_tracks import PredictedTracks
from gfm_desktop.workspace.prediction_pace import Pace
from gfm_desktop.workspace.prediction_state import Stage
from gfm_desktop.workspace.score_table import VariantRow
from gfm_desktop.workspace.workspace import ScoreRun, Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import ToldRunner

    from gfm_desktop.workspace.predictions import Predictions

KIND = "base-probability"
MODEL = "gpn-brassicales"
TILE = 16
VIEW = Interval("chr1", 1_000, 1_060)


@pytest.fixture
def opened(workspace: Workspace, tmp_path: Path) -> Workspace:
    bases = "".join(random.Random(4).choices("ACGT", k=20_000))
    (tmp_path / "g.fa").write_text(f">chr1\n{bases}\n")
    workspace.set_genome(Reference.open(tmp_path / "g.fa"))
    return workspace


@pytest.fixture
def tracks(opened: Workspace, told: ToldRunner) -> PredictedTracks:
    made = PredictedTracks(opened, told)
    made.of("splice-probability")
    made.of(KIND)
    return made


@pytest.fixture
def bases(tracks: PredictedTracks) -> Predictions:
    found = tracks.of(KIND)
    found.set_model(MODEL)
    return found


def row(start: int = 1_030) -> VariantRow:
    variant = Variant("chr1", start, "A", "G")
    return VariantRow(
        row=0, line=2, chrom="1", pos=start + 1, id="", ref="A", alt="G",
        variant=variant, kind=VariantKind.SNV, status=Status.SCORED, reason="",
    )  # fmt: skip


def asked(told: ToldRunner, kind: str = KIND) -> list[PredictRegion]:
    jobs = [job for job in told.jobs if isinstance(job, PredictRegion)]
    return [job for job in jobs if job.track == kind]


def answer(told: ToldRunner, folder: Path) -> None:
    """Let the last job finish with a file that fits its question."""
    job = told.jobs[-1]
    assert isinstance(job, PredictRegion)
    places = np.arange(job.start, job.end, dtype=np.float32)
    ref = dict.fromkeys([*BASES, ENTROPY], places)
    shown = TrackPrediction(
        Interval(job.contig, job.start, job.end),
        ref,
        None if job.variant is None else {name: -v for name, v in ref.items()},
        job.variant,
        kind=KIND,
    )
    path = folder / f"{len(list(folder.glob('*.npz')))}.npz"
    shown.save(path)
    told.tell(Finished("Done", outputs={"track": str(path)}))


def test_that_without_a_language_model_nothing_is_asked_and_said_how_to_get_one(
    tracks: PredictedTracks,
    opened: Workspace,
    told: ToldRunner,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = tracks.of(KIND)
    monkeypatch.setattr(prediction_model, "usable", dict)
    opened.library_changed.emit()
    tracks.show(VIEW)
    assert asked(told) == []
    state = found.state(VIEW)
    assert state.stage is Stage.IDLE
    assert "Models panel" in state.message


def test_that_the_app_s_own_model_is_taken_once_it_is_there(
    tracks: PredictedTracks, opened: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gfm_desktop.models import catalogue

    found = tracks.of(KIND)
    there: dict[str, object] = {}
    monkeypatch.setattr(prediction_model, "usable", there.copy)
    opened.library_changed.emit()
    assert found.model.id == ""
    there["gfm-ensemble"] = catalogue.cards()[MODEL]
    assert found.model.id == ""
    opened.library_changed.emit()
    assert found.model.id == "gfm-ensemble"


def test_that_tiles_are_asked_one_by_one_from_the_middle(
    bases: Predictions, told: ToldRunner, tmp_path: Path
) -> None:
    bases.show(VIEW)
    for _ in range(5):
        if bases.state(VIEW).stage is Stage.WAITING:
            answer(told, tmp_path)
    assert bases.state(VIEW).stage is Stage.READY
    starts = [job.start for job in asked(told)]
    assert sorted(starts) == [992, 1_008, 1_024, 1_040, 1_056]
    assert starts[0] == 1_024
    assert starts[-1] in (992, 1_056)
    assert all(job.end - job.start == TILE for job in asked(told))
    region = bases.region(VIEW)
    wanted = np.arange(VIEW.start, VIEW.end, dtype=np.float32)
    np.testing.assert_array_equal(region.ref["p_a"], wanted)


def test_that_a_variant_gets_its_tiles_from_itself_outwards_with_ref(
    bases: Predictions, opened: Workspace, told: ToldRunner, tmp_path: Path
) -> None:
    bases.show(VIEW)
    opened.select(row())
    assert told.cancelled == ["job-1"], "REF comes with ALT"
    while bases.overlay_state().stage is Stage.WAITING:
        answer(told, tmp_path)
    jobs = asked(told)[1:]
    assert all(job.variant == row().variant for job in jobs)
    assert jobs[0].start <= 1_030 < jobs[0].end
    assert len(jobs) == 5
    assert bases.state(VIEW).stage is Stage.READY
    region = bases.region(VIEW)
    assert region.alt is not None
    np.testing.assert_array_equal(region.alt[ENTROPY], -region.ref[ENTROPY])
    opened.select(None)
    answer(told, tmp_path)
    assert asked(told)[-1].variant is None, "REF alone is asked for again"


def test_that_tiles_where_alt_fails_are_asked_for_ref(
    bases: Predictions, opened: Workspace, told: ToldRunner, tmp_path: Path
) -> None:
    bases.show(VIEW)
    opened.select(row())
    for _ in range(5):
        told.tell(Failed("It moves all groups behind it."))
    assert bases.overlay_state().stage is Stage.FAILED
    for _ in range(5):
        answer(told, tmp_path)
    assert bases.state(VIEW).stage is Stage.READY
    assert bases.region(VIEW).alt is None


def test_that_choices_of_the_model_that_scored_are_carried_to_its_track(
    tracks: PredictedTracks, opened: Workspace, told: ToldRunner, tmp_path: Path
) -> None:
    options = {"species": "homo_sapiens", "precision": "bf16"}
    run = ScoreRun(tmp_path, MODEL, "masked-log-odds", model_options=dict(options))
    opened.set_run(run)
    tracks.show(VIEW)
    (job,) = asked(told)
    assert job.model == MODEL
    assert dict(job.model_options) == options
    # The lane of splice sites stays as it is.
    assert {j.model for j in asked(told, "splice-probability")} == {"ci-spliceai"}
    other = {"species": "unknown", "precision": "bf16"}
    opened.set_run(ScoreRun(tmp_path, MODEL, "masked-log-odds", model_options=other))
    tracks.show(VIEW)
    assert dict(asked(told)[-1].model_options) == other


def test_that_a_job_cancelled_by_hand_ends_the_whole_view(
    bases: Predictions, told: ToldRunner, tmp_path: Path
) -> None:
    bases.show(VIEW)
    answer(told, tmp_path)
    told.tell(Cancelled())
    assert len(asked(told)) == 2
    state = bases.state(VIEW)
    assert state.stage is Stage.FAILED
    assert "Predict here" in state.message
    bases.predict_here(VIEW)
    assert len(asked(told)) == 3


def test_that_other_choices_make_answers_stale(
    bases: Predictions, told: ToldRunner, tmp_path: Path
) -> None:
    bases.show(VIEW)
    answer(told, tmp_path)
    assert bases.region(VIEW).known.any()
    bases.set_option("mode", "spaced")
    assert not bases.region(VIEW).known.any()
    bases.show(VIEW)
    job = asked(told)[-1]
    assert dict(job.options) == {"mode": "spaced"}
    assert (job.start, job.end) == (1_024, 1_280)
    bases.set_model(MODEL, options=(("species", "unknown"),))
    bases.show(VIEW)
    assert asked(told)[-1].model_options == (("species", "unknown"),)
    with pytest.raises(OptionError):
        bases.set_option("mode", "half")


def test_that_a_hidden_lane_asks_for_nothing(
    bases: Predictions, told: ToldRunner
) -> None:
    bases.show(VIEW)
    bases.set_active(False)
    assert told.cancelled == ["job-1"]
    bases.show(Interval("chr1", 1_100, 1_150))
    assert len(asked(told)) == 1
    bases.set_active(True)
    assert len(asked(told)) == 2


def test_that_the_speed_of_the_model_decides_how_wide_a_view_is_predicted(
    bases: Predictions, told: ToldRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Until it is timed: 66 million weights, about nine bases a second.
    assumed = bases.widest_automatic
    assert 80 < assumed < 140
    now = [100.0]
    monkeypatch.setattr(prediction_jobs.time, "monotonic", lambda: now[0])
    bases.show(VIEW)
    told.tell(Progress(0, TILE, "bp", PREDICTING))
    now[0] += 4.0
    told.tell(Progress(TILE, TILE, "bp", PREDICTING))
    assert bases.widest_automatic == int(bases.browsing.seconds * TILE / 4.0)
    wide = Interval("chr1", 1_000, 1_500)
    state = bases.state(wide)
    assert state.stage is Stage.TOO_WIDE
    assert "Zoom in below 48 bp to predict expected bases" in state.message
    assert "Predict here (about 2 min)" in state.message
    bases.predict_here(wide)
    assert bases.state(wide).stage is Stage.WAITING


def test_that_a_fast_mode_allows_wider_views_and_nothing_exceeds_the_widest(
    bases: Predictions,
) -> None:
    before = bases.widest_automatic
    bases.set_option("mode", "spaced")
    assert bases.widest_automatic > 10 * before
    bases.set_option("mode", "visible")
    assert bases.widest_automatic == bases.card.widest_bp
    assert Pace().widest(None, 1.0, 5_000, 12.0) == 72


def test_that_a_request_is_refused_only_where_no_kind_can(
    tracks: PredictedTracks, bases: Predictions, told: ToldRunner
) -> None:
    tracks.predict_here(Interval("chr1", 0, 20_000))
    assert asked(told, "splice-probability") == []
    tracks.show(Interval("chr1", 0, 20_000))
    assert asked(told, "splice-probability")
    assert asked(told) == []
    with pytest.raises(GfmError, match="too many to predict splice sites"):
        tracks.predict_here(Interval("chr1", 0, 200_001))


def test_that_one_switch_serves_all_kinds(tracks: PredictedTracks) -> None:
    assert tracks.automatic
    tracks.of(KIND).set_automatic(False)
    assert not tracks.automatic
    tracks.set_automatic(True)
    assert tracks.of(KIND).automatic
    tracks.set_automatic(False)
    assert not tracks.of("splice-probability").automatic


def test_that_a_run_that_cannot_be_read_is_told_in_one_lane_only(
    tracks: PredictedTracks, opened: Workspace, tmp_path: Path
) -> None:
    opened.set_run(ScoreRun(tmp_path, "/models/gone", "masked-log-odds"))
    assert tracks.of("splice-probability").model.id == "/models/gone"
    assert tracks.of(KIND).model.id != "/models/gone"
