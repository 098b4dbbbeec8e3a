"""Alignments opened and counted by jobs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyBigWig
import pysam
import pytest

from gfm_desktop.genome.coverage import Coverage
from gfm_desktop.jobs import export_coverage, read_coverage
from gfm_desktop.jobs.context import JobContext
from gfm_desktop.jobs.events import Failed, Finished, Partial
from gfm_desktop.jobs.export_coverage import COUNTS, ExportCoverage
from gfm_desktop.jobs.guard import run_guarded
from gfm_desktop.jobs.open_alignments import OpenAlignments
from gfm_desktop.jobs.read_coverage import ReadCoverage

if TYPE_CHECKING:
    from conftest import Desk


def events(job: Any, context: JobContext) -> list[Any]:
    return list(run_guarded(job, context))


@pytest.fixture
def bam(desk: Desk) -> Path:
    """Write a read of 50 bp at every tenth base of 500-2,999, and one far contig."""
    path = desk.folder / "reads.bam"
    sq = [{"SN": "chr1", "LN": 4_000}, {"SN": "chrUn", "LN": 77}]
    with pysam.AlignmentFile(str(path), "wb", header={"SQ": sq}) as file:
        for start in [*range(500, 3_000, 10), -1]:
            read = pysam.AlignedSegment()
            read.query_name, read.cigarstring = f"read-{start}", "50M"
            read.reference_id, read.reference_start = (0, start)
            read.query_sequence = desk.sequence[start : start + 50]
            if start < 0:
                read.reference_id, read.reference_start = 1, 0
                read.query_sequence = "A" * 50
            file.write(read)
    return path


@pytest.fixture
def store(bam: Path, desk: Desk) -> str:
    last = events(OpenAlignments(str(bam), desk.genome), JobContext())[-1]
    assert isinstance(last, Finished), last
    return last.outputs["store"]


def test_that_opening_tells_store_title_and_what_is_left_out(
    bam: Path, desk: Desk
) -> None:
    last = events(OpenAlignments(str(bam), desk.genome), JobContext())[-1]
    assert isinstance(last, Finished), last
    assert last.outputs["title"] == "reads.bam"
    assert Path(last.outputs["store"]).is_file()
    assert last.message == "reads.bam: alignments on 1 contig"
    assert len(last.warnings) == 1
    assert "1 reads on 1 contig are not shown" in last.warnings[0]
    assert [p.name for p in bam.parent.glob("reads*")] == ["reads.bam"]


def test_that_tiles_are_told_one_by_one_and_kept(
    store: str, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_coverage, "TILE", 1_000)
    job = ReadCoverage(store, desk.genome, "chr1", 900, 2_100)
    told = events(job, JobContext())
    assert isinstance(told[-1], Finished)
    paths = [Path(e.path) for e in told if isinstance(e, Partial)]
    tiles = [Coverage.load(path) for path in paths]
    places = [(t.interval.start, t.interval.end) for t in tiles]
    assert places == [(0, 1_000), (1_000, 2_000), (2_000, 3_000)]
    depth = np.concatenate([t.depth for t in tiles])
    assert depth[:500].sum() == 0
    assert depth[540:2_990].tolist() == [5] * 2_450
    made = [path.stat().st_mtime_ns for path in paths]
    again = [e for e in events(job, JobContext()) if isinstance(e, Partial)]
    assert [e.path for e in again] == [str(path) for path in paths]
    assert [path.stat().st_mtime_ns for path in paths] == made
    other = ReadCoverage(store, desk.genome, "chr1", 900, 2_100, 30)
    others = {e.path for e in events(other, JobContext()) if isinstance(e, Partial)}
    assert others.isdisjoint(str(path) for path in paths)


def test_that_a_region_beyond_the_genome_is_refused(store: str, desk: Desk) -> None:
    for contig, start, end in (("chr1", 0, 4_001), ("chr9", 0, 10), ("chr1", 9, 9)):
        last = events(
            ReadCoverage(store, desk.genome, contig, start, end), JobContext()
        )[-1]
        assert isinstance(last, Failed)
        assert "not on the genome" in last.what


def test_that_depth_and_counts_are_written_for_other_programs(
    store: str, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_coverage, "TILE", 700)

    def written(name: str, *chosen: int) -> Path:
        out = desk.folder / name
        job = ExportCoverage(store, desk.genome, "chr1", 480, 3_100, str(out), *chosen)
        last = events(job, JobContext())[-1]
        assert isinstance(last, Finished), last
        others = {} if out.suffix == ".tsv" else COUNTS
        beside = {key: f"{out.stem}.{key}{out.suffix}" for key in others}
        found = {key: Path(path).name for key, path in last.outputs.items()}
        assert found == {"out": out.name} | beside
        return out

    with pyBigWig.open(str(written("depth.bw"))) as file:
        depth = file.values("chr1", 480, 3_100)
    expected = [
        min(max(0, p // 10 - 49), 5, max(0, 304 - p // 10)) for p in range(480, 3_100)
    ]
    assert depth == expected
    for base in "ACGT":
        with pyBigWig.open(str(desk.folder / f"depth.{base}.bw")) as file:
            counts = file.values("chr1", 480, 3_100)
        letters = desk.sequence[480:3_100]
        pairs = zip(depth, letters, strict=True)
        assert counts == [d if letter == base else 0 for d, letter in pairs]
    lines = written("depth.bedgraph").read_text().splitlines()
    assert lines[1:4] == ["chr1\t480\t500\t0", "chr1\t500\t510\t1", "chr1\t510\t520\t2"]
    gone = (desk.folder / "depth.deletions.bedgraph").read_text().splitlines()
    assert gone[0].startswith('track type=bedGraph name="reads that lack the base of ')
    assert gone[1:] == ["chr1\t480\t3100\t0"]
    rows = [line.split("\t") for line in written("counts.tsv").read_text().splitlines()]
    assert len(rows) == 1 + 3_100 - 480
    assert rows[0][:9] == ["contig", "position", "ref", "depth", *"ACGTN"]
    table = dict(zip(rows[0], rows[1 + 1_000 - 480], strict=True))
    assert table["position"] == "1001"
    assert table["ref"] == desk.sequence[1_000]
    assert table["depth"] == table[table["ref"]] == "5"
    assert table["deletions"] == "0"
    none = written("none.tsv", 99).read_text().splitlines()
    assert {line.split("\t")[3] for line in none[1:]} == {"0"}


def test_that_an_export_beyond_the_genome_is_refused(store: str, desk: Desk) -> None:
    out = desk.folder / "out.tsv"
    job = ExportCoverage(store, desk.genome, "chr1", 0, 9_999, str(out))
    last = events(job, JobContext())[-1]
    assert isinstance(last, Failed)
    assert "not on the genome" in last.what
    assert not out.exists()
