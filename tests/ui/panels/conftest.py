"""A small workspace with every kind of row, and an engine that only writes down."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gfm_desktop.engine.engine import Priority
from gfm_desktop.genome.reference import Reference
from gfm_desktop.genome.variant_table import build_variant_table
from gfm_desktop.ui.engine_bridge import EngineBridge
from gfm_desktop.workspace.score_table import ScoreTable
from gfm_desktop.workspace.workspace import ScoreRun, VariantSet, Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gfm_desktop.engine.engine import EventSink
    from gfm_desktop.jobs.job import Job

GENOME = "ACGTACGTAC" * 200
VCF = """\
##fileformat=VCFv4.2
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO
chrA\t101\trs1\tA\tG\t.\t.\t.
chrA\t202\trs2\tC\tT,G\t.\t.\t.
chrA\t303\trs3\tG\tGTT\t.\t.\t.
chrA\t404\trs4\tT\tG\t.\t.\t.
chrA\t501\trs5\tC\tG\t.\t.\t.
chrA\tnowhere\trs6\tC\tG\t.\t.\t.
chrA\t601\trs7\tA\t<DEL>\t.\t.\t.
chrB\t5\trs8\tA\tC\t.\t.\t.
chrA\t701\trs9\tA\tC\t.\t.\t.
"""
"""Nine records, ten alleles: one REF mismatch, one malformed, one symbolic, one on an
unknown contig, six fit to be scored."""

COLUMNS = ["ds_ag", "ds_al", "ds_dg", "ds_dl"]


class SilentEngine:
    """Takes jobs and says nothing until a test does."""

    def __init__(self) -> None:
        self.jobs: dict[str, Job] = {}
        self.sinks: dict[str, EventSink] = {}
        self.cancelled: list[str] = []

    def submit(
        self, job: Job, on_event: EventSink, *, priority: Priority = Priority.BATCH
    ) -> str:
        del priority
        job_id = f"job-{len(self.jobs)}"
        self.jobs[job_id] = job
        self.sinks[job_id] = on_event
        return job_id

    def cancel(self, job_id: str) -> None:
        self.cancelled.append(job_id)

    def pause(self, job_id: str) -> None: ...

    def resume(self, job_id: str) -> None: ...

    def close(self) -> None: ...


def scored(
    row: int, score: float | None, *, gene: str = "TBX1", reason: str = ""
) -> dict[str, object]:
    """Return a row of a score part; without a score it lies outside genes."""
    status = "not_in_gene" if score is None else "scored"
    values: dict[str, object] = {
        "row": row,
        "status": status,
        "reason": reason,
        "gene": gene if score is not None else "",
        "score": score,
    }
    for place, name in enumerate(COLUMNS):
        values[name] = None if score is None else (score if place == 0 else 0.0)
        values[name.replace("ds", "dp")] = None if score is None else place * 7 - 7
    return values | {"strand": "+", "splice": ""}


def write_part(run: Path, number: int, rows: list[dict[str, object]]) -> Path:
    """Write a score part as the scoring job does."""
    run.mkdir(exist_ok=True)
    fields = [("row", pa.int64())]
    fields += [(name, pa.string()) for name in ("status", "reason", "gene")]
    fields += [("score", pa.float64())]
    fields += [(name, pa.float64()) for name in COLUMNS]
    fields += [(name.replace("ds", "dp"), pa.int64()) for name in COLUMNS]
    fields += [("strand", pa.string()), ("splice", pa.string())]
    path = run / f"scores-{number:06d}.parquet"
    pq.write_table(pa.Table.from_pylist(rows, schema=pa.schema(fields)), path)
    return path


@pytest.fixture
def engine() -> SilentEngine:
    return SilentEngine()


@pytest.fixture
def bridge(qtbot: object, engine: SilentEngine) -> Iterator[EngineBridge]:
    made = EngineBridge(engine)
    yield made
    made.close()


@pytest.fixture
def reference(tmp_path: Path) -> Iterator[Reference]:
    fasta = tmp_path / "genome.fa"
    fasta.write_text(f">chrA\n{GENOME}\n")
    opened = Reference.open(fasta, cache=tmp_path / "cache")
    yield opened
    opened.close()


@pytest.fixture
def table(tmp_path: Path, reference: Reference) -> Iterator[ScoreTable]:
    vcf = tmp_path / "some.vcf"
    vcf.write_text(VCF)
    out = tmp_path / "variants.parquet"
    for _ in build_variant_table(vcf, reference, out):
        pass
    made = ScoreTable(out)
    yield made
    made.close()


@pytest.fixture
def workspace(reference: Reference, table: ScoreTable, tmp_path: Path) -> Workspace:
    """Return the small genome with its variants, not scored yet."""
    made = Workspace()
    made.set_genome(reference)
    variants = VariantSet(tmp_path / "some.vcf", table.path, table.counts())
    made.set_variants(variants, table)
    return made


@pytest.fixture
def run(tmp_path: Path) -> ScoreRun:
    """Return a run whose first part scores rows 0, 1 and 2."""
    folder = tmp_path / "run"
    write_part(folder, 0, [scored(0, 0.25), scored(1, 0.9), scored(2, None)])
    return ScoreRun(folder, "ci-spliceai", "splice-delta", {"distance": 50})
