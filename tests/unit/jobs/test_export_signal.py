from __future__ import annotations

from pathlib import Path

import numpy as np
import pyBigWig
import pytest

from gfm_desktop.genome.interval import Interval
from gfm_desktop.jobs.context import JobContext
from gfm_desktop.jobs.events import Failed, Finished
from gfm_desktop.jobs.export import value_files
from gfm_desktop.jobs.export.value_files import write_values
from gfm_desktop.jobs.export_signal import ExportSignal
from gfm_desktop.jobs.guard import run_guarded
from gfm_desktop.jobs.open_signal import OpenSignal

NAN = float("nan")


@pytest.fixture
def genome(tmp_path: Path) -> str:
    path = tmp_path / "genome.fa"
    path.write_text(">chr1\n" + "ACGT" * 50 + "\n>chr2\nACGT\n")
    return str(path)


@pytest.fixture
def signal(tmp_path: Path, genome: str) -> tuple[str, str]:
    """Return a file and its store: 1 over 10-20, 2.5 over 20-30, nothing elsewhere."""
    path = tmp_path / "signal.bedgraph"
    path.write_text("chr1\t10\t20\t1\nchr1\t20\t30\t2.5\n")
    *_, last = run_guarded(OpenSignal(str(path), genome), JobContext())
    assert isinstance(last, Finished)
    return str(path), last.outputs["store"]


def exported(
    signal: tuple[str, str], genome: str, out: Path, contig: str = "chr1"
) -> Finished | Failed:
    job = ExportSignal(*signal, genome, contig, 15, 28, str(out))
    *_, last = run_guarded(job, JobContext())
    assert isinstance(last, Finished | Failed)
    return last


def test_that_bedgraph_has_only_the_region(
    tmp_path: Path, genome: str, signal: tuple[str, str]
) -> None:
    out = tmp_path / "out.bedgraph"
    assert isinstance(exported(signal, genome, out), Finished)
    assert out.read_text().splitlines() == [
        'track type=bedGraph name="signal" autoScale=on',
        "chr1\t15\t20\t1",
        "chr1\t20\t28\t2.5",
    ]


def test_that_bigwig_has_every_value_at_its_base(
    tmp_path: Path,
    genome: str,
    signal: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(value_files, "_CHUNK", 4)
    out = tmp_path / "out.bw"
    assert isinstance(exported(signal, genome, out), Finished)
    file = pyBigWig.open(str(out))
    assert file.chroms() == {"chr1": 200, "chr2": 4}
    found = np.array(file.values("chr1", 13, 30))
    file.close()
    expected = [NAN] * 2 + [1.0] * 5 + [2.5] * 8 + [NAN] * 2
    np.testing.assert_array_equal(found, expected)


def test_that_a_table_counts_from_1(
    tmp_path: Path, genome: str, signal: tuple[str, str]
) -> None:
    out = tmp_path / "out.tsv"
    assert isinstance(exported(signal, genome, out), Finished)
    lines = out.read_text().splitlines()
    assert lines[:2] == ["chrom\tpos\tsignal", "chr1\t16\t1"]
    assert lines[-1] == "chr1\t28\t2.5"
    assert len(lines) == 14


def test_that_a_contig_without_values_is_refused(
    tmp_path: Path, genome: str, signal: tuple[str, str]
) -> None:
    last = exported(signal, genome, tmp_path / "out.bw", "chr2")
    assert isinstance(last, Failed)
    assert last.what == "The signal has no values on chr2."


def test_that_the_file_that_was_read_is_never_overwritten(
    genome: str, signal: tuple[str, str]
) -> None:
    before = Path(signal[0]).read_bytes()
    last = exported(signal, genome, Path(signal[0]))
    assert isinstance(last, Failed)
    assert Path(signal[0]).read_bytes() == before


def test_that_a_region_beyond_the_genome_is_refused_and_nothing_is_written(
    tmp_path: Path, genome: str, signal: tuple[str, str]
) -> None:
    out = tmp_path / "out.tsv"
    *_, last = run_guarded(
        ExportSignal(*signal, genome, "chr1", 0, 999, str(out)), JobContext()
    )
    assert isinstance(last, Failed)
    assert "is not inside the genome" in last.what
    assert not out.exists()


def test_that_a_cancelled_export_leaves_no_file(tmp_path: Path) -> None:
    def read(
        contig: str, start: int, end: int
    ) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
        return np.ones(end - start, np.float32)

    region = Interval("chr1", 0, 1_000_000)
    writing = write_values(
        tmp_path / "out.bw", region, read, contigs={"chr1": 1_000_000}, name="x"
    )
    next(writing)
    writing.close()
    assert list(tmp_path.iterdir()) == []
