"""Mutagenesis of what is on screen: on request, coarse to fine, stopped at will."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from gfm_desktop.errors import GfmError
from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.reference import Reference
from gfm_desktop.genome.status import Status
from gfm_desktop.genome.variant import Variant, VariantKind
from gfm_desktop.jobs.events import Finished, Progress
from gfm_desktop.jobs.predict_region import PREDICTING, PredictRegion
from gfm_desktop.tracks.mutagenesis import EFFECTS, IMPORTANCE, LEVELS
from gfm_desktop.tracks.prediction import TrackPrediction
from gfm_desktop.workspace.predicted_tracks import PredictedTracks
from gfm_desktop.workspace.prediction_state import Stage
from gfm_desktop.workspace.score_table import VariantRow

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import ToldRunner

    from gfm_desktop.workspace.predictions import Predictions
    from gfm_desktop.workspace.workspace import Workspace

KIND = "mutagenesis"
VIEW = Interval("chr1", 1_000, 1_080)
"""Two tiles: from 960 and from 1,024."""


@pytest.fixture
def tracks(workspace: Workspace, told: ToldRunner, tmp_path: Path) -> PredictedTracks:
    bases = "".join(random.Random(4).choices("ACGT", k=20_000))
    (tmp_path / "g.fa").write_text(f">chr1\n{bases}\n")
    workspace.set_genome(Reference.open(tmp_path / "g.fa"))
    made = PredictedTracks(workspace, told)
    made.of(KIND)
    return made


@pytest.fixture
def effects(tracks: PredictedTracks) -> Predictions:
    return tracks.of(KIND)


def asked(told: ToldRunner) -> list[PredictRegion]:
    return [job for job in told.jobs if isinstance(job, PredictRegion)]


def answer(told: ToldRunner, folder: Path) -> None:
    """Let the last job finish with a file that fits its question."""
    job = asked(told)[-1]
    places = np.arange(job.start, job.end)
    values = np.where(places % job.part[0] == job.part[1], places, np.nan)
    shown = TrackPrediction(
        Interval(job.contig, job.start, job.end),
        dict.fromkeys([*EFFECTS, IMPORTANCE], values.astype(np.float32)),
        kind=KIND,
        letters="A" * len(places),
        told=job.part,
    )
    path = folder / f"{len(list(folder.glob('*.npz')))}.npz"
    shown.save(path)
    told.tell(Finished("Done", outputs={"track": str(path)}))


def test_that_nothing_is_computed_unasked(
    tracks: PredictedTracks, effects: Predictions, told: ToldRunner
) -> None:
    assert effects.model.id == "ci-spliceai"
    tracks.show(VIEW)
    assert asked(told) == []
    state = effects.state(VIEW)
    assert state.stage is Stage.IDLE
    assert state.message.startswith("Click here to predict effects of substitutions")
    # The button for all kinds does not count it, and cannot switch it on.
    assert tracks.automatic
    tracks.set_automatic(True)
    assert not effects.automatic
    assert asked(told) == []
    effects.set_automatic(True)
    assert len(asked(told)) == 1
    tracks.set_automatic(False)
    assert not effects.automatic


def test_that_all_tiles_are_coarse_before_any_is_fine(
    effects: Predictions, told: ToldRunner, tmp_path: Path
) -> None:
    effects.show(VIEW)
    effects.predict_here(VIEW)
    shares = []
    for number in range(8):
        assert len(asked(told)) == number + 1
        assert effects.state(VIEW).stage is Stage.WAITING
        answer(told, tmp_path)
        shares.append(float(effects.region(VIEW).known.mean()))
    # The tile in the middle of the view first, at each level.
    order = [(job.part, job.start) for job in asked(told)]
    assert order == [(part, start) for part in LEVELS for start in (1_024, 960)]
    assert effects.state(VIEW).stage is Stage.READY
    assert shares[1] == pytest.approx(1 / 8, abs=0.02)
    assert shares[3] == pytest.approx(1 / 4, abs=0.02)
    assert shares[5] == pytest.approx(1 / 2, abs=0.02)
    assert shares[7] == 1.0
    region = effects.region(VIEW)
    np.testing.assert_array_equal(region.ref["to_a"], np.arange(1_000, 1_080))
    assert region.letters == "A" * 80


def test_that_scrolling_away_stops_it_and_late_answers_are_dropped(
    effects: Predictions, told: ToldRunner, tmp_path: Path
) -> None:
    effects.show(VIEW)
    effects.predict_here(VIEW)
    answer(told, tmp_path)
    assert len(asked(told)) == 2
    effects.show(Interval("chr1", 5_000, 5_100))
    assert told.cancelled == ["job-2"]
    answer(told, tmp_path)
    assert len(asked(told)) == 2
    assert effects.region(VIEW).known.sum() == (1_080 - 1_024) // 8
    assert not effects.region(Interval("chr1", 960, 1_024)).known.any()
    # Coming back goes on where it stopped: the part that is there is not asked again.
    effects.show(VIEW)
    again = asked(told)[-1]
    assert (again.start, again.part) == (960, LEVELS[0])
    assert len(asked(told)) == 3


def test_that_what_is_there_is_never_asked_again(
    effects: Predictions, told: ToldRunner, tmp_path: Path
) -> None:
    effects.show(VIEW)
    effects.predict_here(VIEW)
    for _ in range(8):
        answer(told, tmp_path)
    effects.show(Interval("chr1", 5_000, 5_100))
    effects.show(VIEW)
    effects.predict_here(VIEW)
    assert len(asked(told)) == 8
    assert effects.state(VIEW).stage is Stage.READY


def test_that_a_selected_variant_changes_nothing(
    effects: Predictions, told: ToldRunner, workspace: Workspace
) -> None:
    effects.show(VIEW)
    variant = Variant("chr1", 1_030, "A", "G")
    workspace.select(
        VariantRow(
            row=-1,
            line=0,
            chrom="chr1",
            pos=1_031,
            id="",
            ref="A",
            alt="G",
            variant=variant,
            kind=VariantKind.SNV,
            status=Status.PENDING,
        )
    )
    effects.predict_here(VIEW)
    assert [job.variant for job in asked(told)] == [None]
    assert effects.overlays == []
    assert effects.overlay_state().stage is Stage.IDLE


def test_that_wide_views_are_left_to_the_lane_and_very_wide_ones_refused(
    tracks: PredictedTracks, effects: Predictions, told: ToldRunner
) -> None:
    wide = Interval("chr1", 1_000, 1_600)
    tracks.of("splice-probability")
    tracks.show(wide)
    tracks.predict_here(wide)
    assert KIND not in {job.track for job in asked(told)}
    effects.predict_here(wide)
    assert KIND in {job.track for job in asked(told)}
    huge = Interval("chr1", 1_000, 3_001)
    with pytest.raises(GfmError, match="too many to predict effects of substitutions"):
        effects.predict_here(huge)
    effects.show(huge)
    state = effects.state(Interval("chr1", 10_000, 12_001))
    assert state.stage is Stage.TOO_WIDE
    assert "below 2 kb" in state.message
    assert "saturate a gene" in state.message


def test_that_the_pace_counts_the_positions_that_were_scored(
    effects: Predictions, told: ToldRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Until it is timed: 3.5 million weights that read ten thousand bases.
    assert 5 < effects.rate < 9
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    effects.show(VIEW)
    effects.predict_here(VIEW)
    told.tell(Progress(0, 128, "positions", PREDICTING))
    now[0] += 4.0
    told.tell(Progress(8, 128, "positions", PREDICTING))
    assert effects.rate == pytest.approx(8 / 4.0)
    assert effects.widest_automatic == 60


def test_that_progress_counts_the_positions_of_all_that_is_asked_for(
    effects: Predictions, told: ToldRunner, tmp_path: Path
) -> None:
    effects.show(VIEW)
    effects.predict_here(VIEW)
    while effects.state(VIEW).stage is Stage.WAITING:
        answer(told, tmp_path)
    # Two tiles of 64: of each 8, 8, 16 and 32 positions, coarse to fine.
    before = [0, 8, 16, 24, 32, 48, 64, 96]
    assert [job.share for job in asked(told)] == [(one, 128) for one in before]
    assert {job.title for job in asked(told)} == {
        "Mutagenesis near chr1:961",
        "Mutagenesis near chr1:1,025",
    }


def test_that_questions_that_are_out_together_count_one_after_the_other(
    effects: Predictions, told: ToldRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(effects), "slow", False)
    effects.show(VIEW)
    effects.predict_here(VIEW)
    before = [0, 8, 16, 24, 32, 48, 64, 96]
    assert [job.share for job in asked(told)] == [(one, 128) for one in before]


def test_that_any_model_with_a_scorer_of_substitutions_can_be_chosen(
    effects: Predictions, told: ToldRunner
) -> None:
    assert {"ci-spliceai", "gfm-ensemble"} <= set(effects.model.offered())
    effects.set_model("gfm-ensemble")
    effects.show(VIEW)
    effects.predict_here(VIEW)
    assert [job.model for job in asked(told)] == ["gfm-ensemble"]
