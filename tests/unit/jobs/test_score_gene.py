"""A saturated gene: the numbers of the command line, and none of them twice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from gfm_desktop.errors import InputError
from gfm_desktop.jobs.events import Finished, Partial
from gfm_desktop.jobs.saturate_gene import SaturateGene
from gfm_desktop.jobs.score_gene import ScoreGene
from gfm_desktop.jobs.score_variants import ScoreVariants
from gfm_desktop.workspace.saturation_numbers import SaturationNumbers

if TYPE_CHECKING:
    from conftest import Desk

    from gfm_desktop.jobs.context import JobContext

GTF = (
    'chr1\tt\tgene\t1001\t2000\t.\t+\t.\tgene_id "G1"; gene_name "ABC";\n'
    'chr1\tt\ttranscript\t1001\t2000\t.\t+\t.\tgene_id "G1"; gene_name "ABC"; '
    'transcript_id "T1";\n'
    'chr1\tt\texon\t1001\t1010\t.\t+\t.\tgene_id "G1"; transcript_id "T1";\n'
    'chr1\tt\texon\t1981\t2000\t.\t+\t.\tgene_id "G1"; transcript_id "T1";\n'
)


def run(job: Any, context: JobContext) -> tuple[list[Any], Finished]:
    said = []
    steps = job.run(context)
    while True:
        try:
            said.append(next(steps))
        except StopIteration as stop:
            return said, stop.value


@pytest.fixture
def job(desk: Desk) -> ScoreGene:
    path = desk.folder / "abc.gtf"
    path.write_text(GTF)
    return ScoreGene("ABC", str(path), desk.genome, "toy", flank=5)


def numbers_of(said: list[Any]) -> SaturationNumbers:
    parts = [Path(one.path) for one in said if isinstance(one, Partial)]
    numbers = SaturationNumbers.open(parts[0].parent)
    for part in parts:
        numbers.add(part)
    return numbers


def test_that_window_and_command_line_share_files_and_numbers(
    job: ScoreGene, desk: Desk, context: JobContext
) -> None:
    said, finished = run(job, context)
    listed = run(SaturateGene("ABC", job.annotation, desk.genome, 5), context)[1]
    assert listed.outputs["variants"] == finished.outputs["variants"]
    scoring = ScoreVariants(
        desk.genome, listed.outputs["variants"], "toy", annotation=job.annotation
    )
    scored = run(scoring, context)[1]
    assert scored.outputs["run"] == finished.outputs["run"]
    assert scored.counts == finished.counts
    numbers = numbers_of(said)
    table = pq.read_table(scored.outputs["table"]).to_pylist()
    parts = [
        row
        for part in sorted(Path(scored.outputs["run"]).glob("scores-*.parquet"))
        for row in pq.read_table(part).to_pylist()
    ]
    assert len(parts) == len(table) == 3 * (10 + 5 + 5 + 20)
    for one in parts:
        variant = table[one["row"]]
        at = int(np.flatnonzero(numbers.places == variant["start"])[0])
        effect = numbers.values[at, "ACGT".index(variant["norm_alt"])]
        assert abs(effect) == np.float32(one["score"])
        gain = max(one["ds_ag"], one["ds_dg"])
        assert (effect >= 0) == (gain == one["score"])


def test_that_numbers_lie_at_the_exons_and_the_own_base_has_no_effect(
    job: ScoreGene, desk: Desk, context: JobContext
) -> None:
    numbers = numbers_of(run(job, context)[0])
    expected = [*range(1_000, 1_015), *range(1_975, 2_000)]
    assert numbers.places.tolist() == expected
    assert numbers.letters == "".join(desk.sequence[at] for at in expected)
    assert (numbers.interval.start, numbers.interval.end) == (1_000, 2_000)
    assert numbers.known.all()
    assert np.isfinite(numbers.values).all()
    own = ["ACGT".index(letter) for letter in numbers.letters]
    assert (numbers.values[np.arange(len(own)), own] == 0).all()
    assert numbers.scorer.name == "splice-delta"


def test_that_asking_again_scores_nothing_and_shows_the_same(
    job: ScoreGene, context: JobContext
) -> None:
    said, finished = run(job, context)
    model: Any = context.model("toy")
    model.calls.clear()
    again, ended = run(job, context)
    assert ended == finished
    assert not model.calls
    np.testing.assert_array_equal(numbers_of(again).values, numbers_of(said).values)


def test_that_what_was_scored_before_a_stop_is_kept(
    job: ScoreGene, context: JobContext
) -> None:
    steps = job.run(context)
    first = next(one for one in steps if isinstance(one, Partial))
    steps.close()
    numbers = SaturationNumbers.open(Path(first.path).parent)
    numbers.add(Path(first.path))
    assert numbers.known.any()
    said, finished = run(job, context)
    assert first in said
    assert sum(finished.counts.values()) == 120


def test_that_a_worker_that_ran_out_of_memory_gets_smaller_batches(
    job: ScoreGene,
) -> None:
    assert replace(job, batch_size=8).continued(out_of_memory=True).batch_size == 4
    assert job.continued(out_of_memory=True).batch_size == 1
    assert job.continued(out_of_memory=False) == job


def test_that_a_run_of_other_variants_is_refused(
    job: ScoreGene, desk: Desk, context: JobContext
) -> None:
    ref = desk.sequence[1_200]
    vcf = desk.vcf(f"chr1 1201 . {ref} {ref}A . . .")
    other = ScoreVariants(desk.genome, vcf, "toy", annotation=job.annotation)
    folder = run(other, context)[1].outputs["run"]
    with pytest.raises(InputError, match="no saturation"):
        SaturationNumbers.open(Path(folder))
    with pytest.raises(InputError):
        SaturationNumbers.open(desk.folder)
