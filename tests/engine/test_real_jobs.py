"""The built-in model on the sample, in every engine, through death and cancel."""

from __future__ import annotations

import gzip
import math
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from toy_jobs import Recorder

from gfm_desktop.engine.engine import Priority
from gfm_desktop.engine.inline import InlineEngine
from gfm_desktop.genome.variant import Variant
from gfm_desktop.jobs.events import (
    Cancelled,
    Event,
    Failed,
    Finished,
    Partial,
    Progress,
)
from gfm_desktop.jobs.export.track_files import series_of
from gfm_desktop.jobs.export_scores import ExportScores
from gfm_desktop.jobs.load_model import LoadModel
from gfm_desktop.jobs.predict_region import PredictRegion
from gfm_desktop.jobs.run_folder import RunFolder
from gfm_desktop.jobs.score_variants import ScoreVariants
from gfm_desktop.paths import resources
from gfm_desktop.tracks.prediction import TrackPrediction
from gfm_desktop.tracks.splice_probability import SIGNALS

if TYPE_CHECKING:
    from gfm_desktop.engine.engine import Engine
    from gfm_desktop.engine.process import ProcessEngine

SAMPLE = resources() / "sample"
MODEL = "ci-spliceai"
GENOME, ANNOTATION = str(SAMPLE / "chr22.fa.gz"), str(SAMPLE / "genes.gtf.gz")
FIRST = 400
"""A record of the sample that lies in a gene, as its neighbours do."""


@pytest.fixture
def subset(tmp_path: Path) -> str:
    """Write eight neighbouring records of the sample, and one that is none."""
    with gzip.open(SAMPLE / "variants.vcf.gz", "rt", encoding="utf-8") as file:
        lines = file.read().splitlines()
    head = [line for line in lines if line.startswith("#")]
    records = lines[len(head) :][FIRST : FIRST + 8]
    path = tmp_path / "subset.vcf"
    text = "\n".join([*head, *records, "chr22\tnowhere\t.\tA\tC\t.\t.\t."]) + "\n"
    path.write_text(text, encoding="utf-8")
    return str(path)


def scoring(variants: str, **more: Any) -> ScoreVariants:
    return ScoreVariants(
        GENOME, variants, MODEL, annotation=ANNOTATION, batch_size=1, **more
    )


def scores_of(finished: Event) -> dict[int, float]:
    assert isinstance(finished, Finished), finished
    parts = RunFolder(Path(finished.outputs["run"])).parts
    rows = [row for part in parts for row in pq.read_table(part).to_pylist()]
    scores = {row["row"]: row["score"] for row in rows}
    assert len(scores) == len(rows), "no row twice"
    return scores


@pytest.fixture
def expected(subset: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Score the subset undisturbed, in folders of its own."""
    heard = Recorder()
    with monkeypatch.context() as patch:
        patch.setenv("GFM_DATA_DIR", str(tmp_path / "undisturbed"))
        engine = InlineEngine()
        finished = heard.ending(engine.submit(scoring(subset), heard))
        engine.close()
    return scores_of(finished)


def test_that_the_sample_is_scored_drawn_and_exported(
    engine: Engine, subset: str, tmp_path: Path
) -> None:
    heard = Recorder()
    ready = heard.ending(engine.submit(LoadModel(MODEL), heard))
    assert isinstance(ready, Finished)
    finished = heard.ending(engine.submit(scoring(subset), heard))
    scores = scores_of(finished)
    assert isinstance(finished, Finished)
    assert finished.counts == {"scored": 8, "malformed": 1}
    assert all(0 <= score <= 1 for score in scores.values())
    out = tmp_path / "out.vcf.gz"
    run = finished.outputs["run"]
    exported = heard.ending(engine.submit(ExportScores(run, str(out)), heard))
    assert isinstance(exported, Finished)
    assert exported.counts == finished.counts
    # The overlay at the highest variant shows the very change that is its score.
    row = max(scores, key=scores.__getitem__)
    table = pq.read_table(finished.outputs["table"]).to_pylist()[row]
    variant = Variant(
        table["contig"], table["start"], table["norm_ref"], table["norm_alt"]
    )
    region = PredictRegion(
        GENOME,
        variant.contig,
        variant.start - 50,
        variant.start + 51,
        MODEL,
        annotation=ANNOTATION,
        variant=variant,
    )
    drawn = heard.ending(engine.submit(region, heard))
    assert isinstance(drawn, Finished)
    series = series_of(TrackPrediction.load(Path(drawn.outputs["track"])))
    changes = [series[f"alt_{name}"] - series[f"ref_{name}"] for name in SIGNALS]
    highest = float(np.nanmax(np.abs(changes)))
    assert math.isclose(highest, scores[row], abs_tol=2e-6)


def test_that_a_killed_worker_costs_at_most_one_batch(
    process: ProcessEngine, subset: str, expected: dict[int, float]
) -> None:
    heard = Recorder()
    killed: list[int] = []

    def sink(job_id: str, event: Event) -> None:
        heard(job_id, event)
        if isinstance(event, Partial) and not killed:
            killed.append(process.worker_pid)
            os.kill(killed[0], signal.SIGKILL)

    finished = heard.ending(process.submit(scoring(subset), sink))
    assert killed
    scores = scores_of(finished)
    assert scores.keys() == expected.keys()
    for row, score in scores.items():
        assert math.isclose(score, expected[row], abs_tol=1e-6)
    done = [
        event.done
        for event in heard.of("job-1")
        if isinstance(event, Progress) and event.message.startswith("Scoring")
    ]
    assert done == sorted(done)
    assert done.count(0) == 1, "what was on disk was not scored again"


def test_that_cancel_stops_within_a_batch_and_the_rest_can_be_done_later(
    engine: Engine, subset: str, expected: dict[int, float]
) -> None:
    heard = Recorder()

    def sink(job_id: str, event: Event) -> None:
        heard(job_id, event)
        if isinstance(event, Partial):
            engine.cancel(job_id)

    job_id = engine.submit(scoring(subset), sink)
    assert heard.ending(job_id) == Cancelled()
    kept = [e for e in heard.of(job_id) if isinstance(e, Partial)]
    assert 1 <= len(kept) <= 2
    finished = heard.ending(engine.submit(scoring(subset), heard))
    scores = scores_of(finished)
    assert scores.keys() == expected.keys()
    for row, score in scores.items():
        assert math.isclose(score, expected[row], abs_tol=1e-6)


def test_that_a_tile_goes_ahead_of_a_scoring_run(
    process: ProcessEngine, subset: str
) -> None:
    heard = Recorder()
    tile = PredictRegion(GENOME, "chr22", 20_113_000, 20_113_040, MODEL)
    asked: list[str] = []

    def sink(job_id: str, event: Event) -> None:
        heard(job_id, event)
        if isinstance(event, Partial) and not asked:
            asked.append(process.submit(tile, heard, priority=Priority.INTERACTIVE))

    scored = process.submit(scoring(subset), sink)
    assert isinstance(heard.ending(scored), Finished)
    ended = [job_id for job_id, event in heard.events if isinstance(event, Finished)]
    assert ended == [*asked, scored]


def test_that_a_users_error_is_the_same_from_every_engine(
    engine: Engine, subset: str
) -> None:
    heard = Recorder()
    wrong = scoring(subset, options=(("distance", 5000), ("speed", "fast")))
    failed = heard.ending(engine.submit(wrong, heard))
    assert isinstance(failed, Failed)
    assert "4,999" in failed.what
    assert "speed" in failed.what
    assert not failed.details
