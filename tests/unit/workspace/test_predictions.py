from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gfm_desktop.errors import GfmError
from gfm_desktop.genome.annotation import GeneModels
from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.reference import Reference
from gfm_desktop.genome.status import Status
from gfm_desktop.genome.variant import Variant, VariantKind
from gfm_desktop.jobs.events import Cancelled, Failed, Finished, Progress, Started
from gfm_desktop.jobs.predict_region import PredictRegion
from gfm_desktop.tracks.prediction import TrackPrediction
from gfm_desktop.tracks.splice_probability import SIGNALS, browsing
from gfm_desktop.workspace.prediction_questions import Store, tiles_over
from gfm_desktop.workspace.prediction_region import assemble
from gfm_desktop.workspace.prediction_state import Stage
from gfm_desktop.workspace.predictions import Predictions
from gfm_desktop.workspace.score_table import VariantRow
from gfm_desktop.workspace.workspace import ScoreRun, Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Files, ToldRunner

LENGTH = 45_000
TILE, FLANK, AUTOMATIC = 10_000, 1_000, 20_000
VIEW = Interval("chr1", 12_000, 18_000)
WIDE = Interval("chr1", 0, 40_000)


def write_genome(path: Path, name: str = "chr1") -> Path:
    bases = "".join(random.Random(3).choices("ACGT", k=LENGTH))
    path.write_text(f">{name}\n{bases}\n")
    return path


@pytest.fixture
def opened(workspace: Workspace, tmp_path: Path) -> Workspace:
    workspace.set_genome(Reference.open(write_genome(tmp_path / "big.fa")))
    return workspace


@pytest.fixture
def predictions(opened: Workspace, told: ToldRunner) -> Predictions:
    return Predictions(opened, told)


def row(
    status: Status = Status.SCORED, reason: str = "", start: int = 15_000
) -> VariantRow:
    variant = Variant("chr1", start, "A", "G")
    return VariantRow(
        row=0,
        line=2,
        chrom="1",
        pos=start + 1,
        id="",
        ref="A",
        alt="G",
        variant=variant,
        kind=VariantKind.SNV,
        status=status,
        reason=reason,
    )


def predicted(interval: Interval, variant: Variant | None = None) -> TrackPrediction:
    """Make up values that tell their position."""
    places = np.arange(interval.start, interval.end, dtype=np.float32) / LENGTH
    ref = {name: places + number for number, name in enumerate(SIGNALS)}
    alt = None if variant is None else {name: -v for name, v in ref.items()}
    return TrackPrediction(interval, ref, alt, variant, ("GENE",), "ci-spliceai")


def answer(told: ToldRunner, folder: Path, job: int = -1) -> None:
    """Let a job finish with a file that fits its question."""
    asked = told.jobs[job]
    assert isinstance(asked, PredictRegion)
    interval = Interval(asked.contig, asked.start, asked.end)
    path = folder / f"{len(list(folder.glob('*.npz')))}.npz"
    predicted(interval, asked.variant).save(path)
    told.tell(Started("x"), Finished("Done", outputs={"track": str(path)}), job=job)


def places(told: ToldRunner) -> list[tuple[int, int]]:
    jobs = [job for job in told.jobs if isinstance(job, PredictRegion)]
    return [(job.start, job.end) for job in jobs]


@given(start=st.integers(0, 99_999), size=st.integers(1, 60_000))
def test_that_tiles_cover_a_view_without_overlap_and_stay_on_the_contig(
    start: int, size: int
) -> None:
    view = Interval("c", start, min(start + size, 100_000))
    tiles = tiles_over(view, 100_000, TILE)
    assert tiles[0].start <= view.start
    assert tiles[-1].end >= view.end
    assert all(a.end == b.start for a, b in itertools.pairwise(tiles))
    assert all(tile.start % TILE == 0 and tile.end <= 100_000 for tile in tiles)


def test_that_a_view_is_asked_for_once_and_what_is_open_goes_along(
    predictions: Predictions, opened: Workspace, told: ToldRunner, files: Files
) -> None:
    models = GeneModels.load(files.genes, reference=opened.genome)
    opened.set_annotation(models)
    predictions.show(VIEW)
    predictions.show(Interval("chr1", 12_100, 18_100))
    assert told.jobs == [
        PredictRegion(
            genome=str(opened.genome.path if opened.genome else ""),
            contig="chr1",
            start=10_000,
            end=20_000,
            model="ci-spliceai",
            annotation=str(files.genes),
            track="splice-probability",
        )
    ]
    state = predictions.state(VIEW)
    assert state.stage is Stage.WAITING
    assert "CI-SpliceAI" in state.message


def test_that_answers_land_on_their_bases(
    predictions: Predictions, told: ToldRunner, tmp_path: Path
) -> None:
    view = Interval("chr1", 18_000, 22_000)
    predictions.show(view)
    assert places(told) == [(10_000, 20_000), (20_000, 30_000)]
    answer(told, tmp_path, 1)
    assert predictions.state(view).stage is Stage.WAITING
    half = predictions.region(view)
    assert half.known.tolist() == [False] * 2_000 + [True] * 2_000
    assert np.isnan(half.ref["donor_plus"][:2_000]).all()
    answer(told, tmp_path, 0)
    assert predictions.state(view).stage is Stage.READY
    region = predictions.region(view)
    wanted = np.arange(18_000, 22_000, dtype=np.float32) / LENGTH
    np.testing.assert_array_equal(region.ref["acceptor_plus"], wanted)
    assert region.alt is None
    assert region.genes == ("GENE",)


def test_that_a_tile_ends_with_the_contig(
    predictions: Predictions, told: ToldRunner
) -> None:
    predictions.show(Interval("chr1", 41_000, LENGTH))
    assert places(told) == [(40_000, LENGTH)]


def test_that_leaving_a_view_cancels_its_questions_and_drops_late_answers(
    predictions: Predictions, told: ToldRunner, tmp_path: Path
) -> None:
    predictions.show(VIEW)
    elsewhere = Interval("chr1", 31_000, 32_000)
    predictions.show(elsewhere)
    assert told.cancelled == ["job-1"]
    answer(told, tmp_path, 0)
    assert not predictions.region(VIEW).known.any()
    told.tell(Cancelled(), job=0)
    assert predictions.state(elsewhere).stage is Stage.WAITING
    predictions.show(VIEW)
    assert places(told)[-1] == (10_000, 20_000)


def test_that_a_wide_view_is_predicted_on_request_only(
    predictions: Predictions, told: ToldRunner
) -> None:
    predictions.show(WIDE)
    assert not told.jobs
    state = predictions.state(WIDE)
    assert state.stage is Stage.TOO_WIDE
    assert "below 20 kb" in state.message
    assert "Predict here" in state.message
    predictions.predict_here(WIDE)
    assert len(told.jobs) == 4
    assert predictions.state(WIDE).stage is Stage.WAITING


def test_that_a_chosen_part_of_a_wide_view_is_predicted(
    predictions: Predictions, told: ToldRunner
) -> None:
    predictions.show(WIDE)
    part = Interval("chr1", 11_000, 19_000)
    predictions.predict_here(part)
    assert places(told) == [(10_000, 20_000)]
    assert predictions.wanted(WIDE) == part


def test_that_a_view_too_wide_to_draw_says_so_whatever_is_known_of_a_part(
    predictions: Predictions, told: ToldRunner, tmp_path: Path
) -> None:
    part, whole = Interval("chr1", 11_000, 19_000), Interval("chr1", 0, 400_000)
    predictions.show(part)
    answer(told, tmp_path)
    predictions.predict_here(part)
    assert predictions.state(part).stage is Stage.READY
    predictions.show(whole)
    state = predictions.state(whole)
    assert state.stage is Stage.TOO_WIDE
    assert state.message.startswith("Zoom in below 20 kb")


def test_that_far_too_much_is_refused_with_advice(predictions: Predictions) -> None:
    with pytest.raises(GfmError, match="Zoom in below 200,000 bp"):
        predictions.predict_here(Interval("chr1", 0, 200_001))


def test_that_nothing_is_asked_unasked_when_switched_off(
    predictions: Predictions, told: ToldRunner
) -> None:
    predictions.set_automatic(False)
    predictions.show(VIEW)
    assert not told.jobs
    assert predictions.state(VIEW).stage is Stage.IDLE
    predictions.predict_here(VIEW)
    assert len(told.jobs) == 1


def test_that_a_failure_is_told_and_not_repeated_until_asked_again(
    predictions: Predictions, told: ToldRunner, tmp_path: Path
) -> None:
    predictions.show(VIEW)
    told.tell(Failed("The weights are damaged.", todo="Import the model again."))
    state = predictions.state(VIEW)
    assert state.stage is Stage.FAILED
    assert state.message == "The weights are damaged. Import the model again."
    predictions.show(Interval("chr1", 12_001, 18_001))
    assert len(told.jobs) == 1
    predictions.retry()
    assert len(told.jobs) == 2
    answer(told, tmp_path)
    assert predictions.state(VIEW).stage is Stage.READY


def test_that_a_job_cancelled_by_hand_says_how_to_go_on(
    predictions: Predictions, told: ToldRunner
) -> None:
    predictions.show(VIEW)
    told.tell(Cancelled())
    state = predictions.state(VIEW)
    assert state.stage is Stage.FAILED
    assert "Predict here" in state.message
    predictions.predict_here(VIEW)
    assert predictions.state(VIEW).stage is Stage.WAITING


@pytest.mark.parametrize("content", [b"", b"PK rubbish", b"\0" * 400])
def test_that_a_damaged_answer_is_a_failure(
    predictions: Predictions, told: ToldRunner, tmp_path: Path, content: bytes
) -> None:
    predictions.show(VIEW)
    bad = tmp_path / "bad.npz"
    bad.write_bytes(content)
    told.tell(Finished("Done", outputs={"track": str(bad)}))
    state = predictions.state(VIEW)
    assert state.stage is Stage.FAILED
    assert "no file of a predicted track" in state.message


def test_that_an_answer_to_another_question_is_not_shown(
    predictions: Predictions, told: ToldRunner, tmp_path: Path
) -> None:
    predictions.show(VIEW)
    path = tmp_path / "other.npz"
    predicted(Interval("chr1", 0, 10_000)).save(path)
    told.tell(Finished("Done", outputs={"track": str(path)}))
    assert predictions.state(VIEW).stage is Stage.FAILED
    assert not predictions.region(VIEW).known.any()


def test_that_progress_changes_nothing(
    predictions: Predictions, told: ToldRunner
) -> None:
    predictions.show(VIEW)
    before = predictions.revision
    told.tell(Started("Predict"), Progress(0, 10, "bp"))
    assert predictions.revision == before


def test_that_the_selection_is_asked_for_first_and_covers_a_close_view(
    predictions: Predictions, opened: Workspace, told: ToldRunner, tmp_path: Path
) -> None:
    close = Interval("chr1", 14_850, 15_151)
    predictions.show(close)
    opened.select(row())
    assert told.cancelled == ["job-1"], "the tile is not needed beside the overlay"
    asked = told.jobs[-1]
    assert isinstance(asked, PredictRegion)
    assert asked.variant == row().variant
    assert places(told)[-1] == (15_000 - FLANK, 15_001 + FLANK)
    assert predictions.overlay_state().stage is Stage.WAITING
    answer(told, tmp_path)
    assert predictions.overlay_state().stage is Stage.READY
    assert predictions.state(close).stage is Stage.READY
    region = predictions.region(close)
    assert region.alt is not None
    assert region.variant == row().variant
    np.testing.assert_array_equal(region.alt["donor_minus"], -region.ref["donor_minus"])


def test_that_a_wider_view_gets_its_tiles_and_alt_only_around_the_variant(
    predictions: Predictions, opened: Workspace, told: ToldRunner, tmp_path: Path
) -> None:
    predictions.show(VIEW)
    opened.select(row())
    for job in range(len(told.jobs)):
        answer(told, tmp_path, job)
    region = predictions.region(VIEW)
    assert region.known.all()
    assert region.alt is not None
    known = np.flatnonzero(~np.isnan(region.alt["acceptor_plus"])) + VIEW.start
    assert (known[0], known[-1] + 1) == (14_000, 16_001)


def test_that_the_overlay_reaches_as_far_as_the_scores(
    predictions: Predictions, opened: Workspace, told: ToldRunner, tmp_path: Path
) -> None:
    options = {"distance": 3_000}
    opened.set_run(ScoreRun(tmp_path, "ci-spliceai", "splice-delta", options))
    predictions.show(VIEW)
    opened.select(row())
    assert (12_000, 18_001) in places(told)


@pytest.mark.parametrize(
    ("status", "reason", "said"),
    [
        (Status.REF_MISMATCH, "REF is C here", "REF is C here"),
        (Status.NOT_IN_GENE, "", "outside every annotated gene"),
    ],
)
def test_that_a_refused_variant_has_no_overlay_but_a_reason(
    predictions: Predictions,
    opened: Workspace,
    told: ToldRunner,
    status: Status,
    reason: str,
    said: str,
) -> None:
    predictions.show(VIEW)
    opened.select(row(status, reason))
    assert len(told.jobs) == 1
    state = predictions.overlay_state()
    assert state.stage is Stage.IDLE
    assert said in state.message


def test_that_a_failed_overlay_leaves_the_view_to_its_tiles(
    predictions: Predictions, opened: Workspace, told: ToldRunner, tmp_path: Path
) -> None:
    close = Interval("chr1", 14_850, 15_151)
    opened.select(row())
    predictions.show(close)
    assert len(told.jobs) == 1
    told.tell(Failed("The model cannot do that."))
    assert predictions.overlay_state().stage is Stage.FAILED
    assert places(told)[-1] == (10_000, 20_000)
    answer(told, tmp_path)
    assert predictions.state(close).stage is Stage.READY
    assert predictions.region(close).alt is None


def test_that_another_selection_takes_the_place_of_the_one_before(
    predictions: Predictions, opened: Workspace, told: ToldRunner, tmp_path: Path
) -> None:
    predictions.show(VIEW)
    opened.select(row())
    opened.select(row(start=15_200))
    assert "job-2" in told.cancelled
    answer(told, tmp_path, 1)
    assert predictions.overlays == []
    answer(told, tmp_path, 2)
    (overlay,) = predictions.overlays
    assert overlay.variant == row(start=15_200).variant
    opened.select(None)
    assert predictions.region(VIEW).alt is None
    opened.select(row(start=15_200))
    assert len(told.jobs) == 3, "it is remembered"


def test_that_another_genome_forgets_everything_and_asks_nothing_by_itself(
    predictions: Predictions, opened: Workspace, told: ToldRunner, tmp_path: Path
) -> None:
    predictions.show(VIEW)
    answer(told, tmp_path)
    predictions.show(Interval("chr1", 25_000, 26_000))
    stale: list[bool] = []
    predictions.stale.connect(lambda: stale.append(True))
    opened.set_genome(Reference.open(write_genome(tmp_path / "other.fa")))
    assert stale
    assert told.cancelled == ["job-2"]
    answer(told, tmp_path, 1)
    assert not predictions.region(VIEW).known.any()
    assert len(told.jobs) == 2
    predictions.show(VIEW)
    asked = told.jobs[-1]
    assert isinstance(asked, PredictRegion)
    assert asked.genome.endswith("other.fa")


def test_that_closing_the_genome_ends_it_all(
    predictions: Predictions, opened: Workspace, told: ToldRunner
) -> None:
    predictions.show(VIEW)
    opened.set_genome(None)
    predictions.show(VIEW)
    assert told.cancelled == ["job-1"]
    assert len(told.jobs) == 1
    assert predictions.state(VIEW).stage is Stage.IDLE


def test_that_other_gene_models_make_answers_stale(
    predictions: Predictions,
    opened: Workspace,
    told: ToldRunner,
    files: Files,
    tmp_path: Path,
) -> None:
    predictions.show(VIEW)
    answer(told, tmp_path)
    opened.set_annotation(GeneModels.load(files.genes, reference=opened.genome))
    assert not predictions.region(VIEW).known.any()
    predictions.show(VIEW)
    assert len(told.jobs) == 2


def test_that_a_run_with_another_model_is_the_one_that_predicts(
    predictions: Predictions, opened: Workspace, told: ToldRunner, tmp_path: Path
) -> None:
    predictions.show(VIEW)
    answer(told, tmp_path)
    opened.set_run(ScoreRun(tmp_path, "/models/mine", "splice-delta"))
    assert predictions.model.id == "/models/mine"
    assert predictions.model_name == "mine"
    assert not predictions.region(VIEW).known.any()
    predictions.show(VIEW)
    asked = told.jobs[-1]
    assert isinstance(asked, PredictRegion)
    assert asked.model == "/models/mine"
    predictions.set_model("ci-spliceai", device="cpu")
    predictions.show(VIEW)
    asked = told.jobs[-1]
    assert isinstance(asked, PredictRegion)
    assert (asked.model, asked.device) == ("ci-spliceai", "cpu")


def test_that_the_same_run_growing_keeps_the_answers(
    predictions: Predictions, opened: Workspace, told: ToldRunner, tmp_path: Path
) -> None:
    predictions.show(VIEW)
    answer(told, tmp_path)
    opened.set_run(ScoreRun(tmp_path, "ci-spliceai", "splice-delta"))
    assert predictions.region(VIEW).known.all()
    assert len(told.jobs) == 1


def test_that_the_store_gives_up_what_was_not_used_for_longest() -> None:
    store = Store(2)
    keys = [(Interval("c", n, n + 5), None) for n in range(3)]
    store.add(keys[0], predicted(keys[0][0]))
    store.add(keys[1], predicted(keys[1][0]))
    assert store.get(keys[0]) is not None
    store.add(keys[2], predicted(keys[2][0]))
    assert list(store.answers) == [keys[0], keys[2]]


def test_that_predictions_elsewhere_are_passed_over() -> None:
    view = Interval("chr1", 100, 200)
    others = [predicted(Interval("chr1", 0, 100)), predicted(Interval("chr2", 0, 300))]
    region = assemble(view, others, [], SIGNALS)
    assert not region.known.any()
    assert region.signals == ()
    assert region.genes == ()


def test_that_splice_sites_are_asked_for_in_large_tiles() -> None:
    how = browsing()
    assert (how.tile_bp, how.flank_bp, how.automatic_bp) == (TILE, FLANK, AUTOMATIC)


def test_that_a_view_of_the_widest_automatic_size_is_not_too_wide(
    predictions: Predictions,
) -> None:
    assert predictions.wanted(Interval("chr1", 0, AUTOMATIC)) is not None
    assert predictions.wanted(Interval("chr1", 0, AUTOMATIC + 1)) is None


def test_that_a_locus_beside_the_active_one_does_not_pretend_to_be_predicted(
    predictions: Predictions, opened: Workspace, told: ToldRunner, tmp_path: Path
) -> None:
    other = Interval("chr1", 40_000, 46_000)
    opened.set_loci((VIEW, other))
    predictions.show(opened.locus)
    assert predictions.state(VIEW).stage is Stage.WAITING
    aside = predictions.state(other)
    assert aside.stage is Stage.IDLE
    assert aside.message.startswith("Click here to predict")
    answer(told, tmp_path)
    assert predictions.state(VIEW).stage is Stage.READY
    inside = Interval("chr1", 40_000, 41_000)
    opened.set_loci((VIEW, other, inside), active=1)
    predictions.show(opened.locus)
    assert predictions.state(other).stage is Stage.WAITING
    assert predictions.state(inside).stage is Stage.IDLE
    # What was answered stays, also in the locus that is left.
    assert predictions.state(VIEW).stage is Stage.READY
