"""A fine-tuned model of the library scores a VCF, percentiles included."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pysam

from gfm_desktop import paths
from gfm_desktop.jobs.context import JobContext
from gfm_desktop.jobs.events import Finished
from gfm_desktop.jobs.export_scores import ExportScores
from gfm_desktop.jobs.run_folder import RunFolder
from gfm_desktop.jobs.score_variants import ScoreVariants
from gfm_desktop.models import library

from ..models import tiny_ensemble  # noqa: TID252
from ..models.finetuned_kit import make  # noqa: TID252

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .conftest import Desk


def finished(job: Any) -> Finished:
    work: Iterator[Any] = job.run(JobContext())
    *_, last = [*_ended(work)]
    assert isinstance(last, Finished)
    return last


def _ended(work: Iterator[Any]) -> Iterator[Any]:
    while True:
        try:
            yield next(work)
        except StopIteration as end:
            yield end.value
            return


def test_that_a_vcf_gets_scores_percentiles_and_columns(
    desk: Desk, tmp_path: Path
) -> None:
    base = library.add(tiny_ensemble.make(paths.cache() / "src"), model_id="tiny").id
    library.add(make(tmp_path / "mine", base, "multiclass"))
    variants = desk.vcf(
        *(desk.snv(position) for position in range(600, 1_400, 200)),
        f"chr1 3500 . {desk.sequence[3499]} {desk.sequence[3499]}AC . . .",
    )
    done = finished(ScoreVariants(desk.genome, variants, "my-model", background=10))
    assert done.counts == {"scored": 5}
    (part,) = RunFolder(Path(done.outputs["run"])).parts
    rows = pq.read_table(part).to_pylist()
    assert all(row["changed"] in ("a", "b", "c") for row in rows)
    assert all(row["changes"].count("=") == 3 for row in rows)
    assert [row["percentile"] is not None for row in rows] == [True] * 4 + [False]
    assert all(row["background"] == 10 for row in rows[:4])
    out = tmp_path / "out.vcf"
    finished(ExportScores(done.outputs["run"], str(out)))
    with pysam.VariantFile(str(out)) as file:
        told = [record.info["GFM_SCORE"][0] for record in file]
    assert len(told) == 5
    assert all(isinstance(score, float) for score in told)
