from __future__ import annotations

from pathlib import Path

import pytest

from gfm_desktop.genome.signal_store import SignalStore
from gfm_desktop.jobs.context import JobContext
from gfm_desktop.jobs.events import Failed, Finished, Progress
from gfm_desktop.jobs.guard import run_guarded
from gfm_desktop.jobs.open_signal import OpenSignal


@pytest.fixture
def genome(tmp_path: Path) -> str:
    path = tmp_path / "genome.fa"
    path.write_text(">chr1\n" + "ACGT" * 50 + "\n")
    return str(path)


def test_that_a_signal_is_made_ready_and_named(tmp_path: Path, genome: str) -> None:
    path = tmp_path / "Liver.rep1.bedGraph"
    path.write_text("1\t0\t20\t4\n2\t0\t5\t1\n")
    *_, last = events = list(run_guarded(OpenSignal(str(path), genome), JobContext()))
    assert isinstance(last, Finished)
    assert last.message == "Liver.rep1.bedGraph: values of 20 bp on 1 contig"
    assert last.outputs["title"] == "Liver.rep1.bedGraph"
    assert last.warnings == ("1 contig is left out: the genome has no contig 2.",)
    assert any(isinstance(event, Progress) and event.total == 200 for event in events)
    store = SignalStore(Path(last.outputs["store"]), path, {"chr1": 200})
    assert store.pyramid.extent("chr1") == (4, 4)


def test_that_a_signal_of_another_genome_fails_with_the_reason(
    tmp_path: Path, genome: str
) -> None:
    path = tmp_path / "a.wig"
    path.write_text("variableStep chrom=chr7\n1 2\n")
    *_, last = run_guarded(OpenSignal(str(path), genome), JobContext())
    assert isinstance(last, Failed)
    assert "the genome has no contig chr7" in last.what
    assert last.where == str(path)
