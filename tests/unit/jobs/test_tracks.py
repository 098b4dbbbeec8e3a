"""Predicted tracks: cached by content, and written for other programs."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyBigWig
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gfm_desktop.errors import InputError, OptionError
from gfm_desktop.genome.variant import Variant
from gfm_desktop.jobs.events import Finished, Partial
from gfm_desktop.jobs.export.track_files import series_of, summary
from gfm_desktop.jobs.export.value_files import stretches
from gfm_desktop.jobs.export_track import ExportTrack
from gfm_desktop.jobs.predict_region import PredictRegion
from gfm_desktop.jobs.tile_cache import trim
from gfm_desktop.tracks.prediction import TrackPrediction
from gfm_desktop.tracks.splice_probability import SIGNALS

if TYPE_CHECKING:
    from conftest import Desk

    from gfm_desktop.jobs.context import JobContext


def run(job: Any, context: JobContext) -> tuple[list[Any], Finished]:
    said = []
    steps = job.run(context)
    while True:
        try:
            said.append(next(steps))
        except StopIteration as stop:
            return said, stop.value


@pytest.fixture
def job(desk: Desk) -> PredictRegion:
    """Predict 200 bp, of which the first hundred lie in no gene."""
    return PredictRegion(
        desk.genome, "chr1", 900, 1100, "toy", annotation=desk.annotation
    )


def test_that_the_same_question_is_answered_from_disk(
    job: PredictRegion, context: JobContext
) -> None:
    said, finished = run(job, context)
    assert Partial("tile", finished.outputs["track"]) in said
    model: Any = context.model("toy")
    model.calls.clear()
    assert run(job, context)[1] == finished
    assert not model.calls
    for other in (
        replace(job, end=1101),
        replace(job, annotation=""),
        replace(job, variant=Variant("chr1", 1050, "A", "T")),
    ):
        if other.variant is not None:
            base = context.reference(job.genome).fetch("chr1", 1050, 1051)
            other = replace(
                other, variant=Variant("chr1", 1050, base, "ACGT"[base == "A"])
            )
        assert run(other, context)[1].outputs != finished.outputs


def test_that_a_contig_may_be_spelt_in_another_way(
    job: PredictRegion, context: JobContext
) -> None:
    outputs = run(job, context)[1].outputs
    assert run(replace(job, contig="1"), context)[1].outputs == outputs


@pytest.mark.parametrize(
    "change", [{"contig": "chrX"}, {"start": 4000}, {"end": 4001}, {"end": 900}]
)
def test_that_a_region_outside_the_genome_is_refused(
    job: PredictRegion, context: JobContext, change: dict[str, Any]
) -> None:
    with pytest.raises(InputError):
        run(replace(job, **change), context)


def test_that_every_format_holds_the_same_numbers(
    job: PredictRegion, context: JobContext, desk: Desk
) -> None:
    out = {e: str(desk.folder / f"t{e}") for e in (".npz", ".tsv", ".bedgraph", ".bw")}
    _, finished = run(replace(job, out=out[".npz"]), context)
    shown = TrackPrediction.load(Path(out[".npz"]))
    assert (shown.interval.contig, shown.interval.start) == ("chr1", 900)
    series = series_of(shown)
    assert list(series) == [f"ref_{name}" for name in SIGNALS]
    donor = series["ref_donor_plus"]
    assert np.isnan(donor[:100]).all()
    assert np.isfinite(donor[100:]).all()
    for ending in (".tsv", ".bedgraph", ".bw"):
        track = finished.outputs["track"]
        run(ExportTrack(track, job.genome, out[ending]), context)
    lines = Path(out[".tsv"]).read_text("utf-8").splitlines()
    assert lines[0].split("\t") == ["chrom", "pos", *series]
    assert lines[1].split("\t") == ["chr1", "901", ".", ".", ".", "."]
    cells = np.array([line.split("\t")[3] for line in lines[101:]], float)
    np.testing.assert_allclose(cells, donor[100:], rtol=1e-5)
    text = Path(out[".bedgraph"]).read_text("utf-8")
    assert text.count("track type=bedGraph") == 4
    first = text.split('name="ref_donor_plus"')[1].splitlines()[1].split("\t")
    assert first[:3] == ["chr1", "1000", "1001"]
    with pyBigWig.open(str(desk.folder / "t.ref_donor_plus.bw")) as file:
        assert file.chroms() == {"chr1": 4000}
        np.testing.assert_array_equal(file.values("chr1", 900, 1100), donor)
    with pyBigWig.open(out[".bw"]) as file:
        highest = np.array(file.values("chr1", 1000, 1100))
    plus = np.maximum(series["ref_donor_plus"], series["ref_acceptor_plus"])[100:]
    np.testing.assert_array_equal(highest, plus)


def test_that_with_a_variant_the_summary_is_the_largest_change(
    job: PredictRegion, context: JobContext
) -> None:
    base = context.reference(job.genome).fetch("chr1", 1050, 1051)
    variant = Variant("chr1", 1050, base, "ACGT"[base == "A"])
    _, finished = run(replace(job, variant=variant), context)
    shown = TrackPrediction.load(Path(finished.outputs["track"]))
    series = series_of(shown)
    assert len(series) == 8
    change = summary(shown)
    assert np.isnan(change[:100]).all()
    near = np.flatnonzero(np.nan_to_num(change))
    assert near.min() >= 145
    assert near.max() <= 155
    parts = [series[f"alt_{n}"][150] - series[f"ref_{n}"][150] for n in SIGNALS[:2]]
    assert change[150] == max(parts, key=abs)


def test_that_an_unknown_format_is_refused_before_the_work(
    job: PredictRegion, context: JobContext
) -> None:
    with pytest.raises(OptionError, match="bedgraph"):
        run(replace(job, out="track.wig"), context)


def test_that_another_file_is_no_track(
    job: PredictRegion, context: JobContext, desk: Desk
) -> None:
    with pytest.raises(InputError, match="track"):
        run(ExportTrack(desk.genome, desk.genome, str(desk.folder / "t.tsv")), context)


@given(st.lists(st.sampled_from([0.0, 0.5, float("nan")]), max_size=40))
def test_that_stretches_cover_every_value_once(values: list[float]) -> None:
    array = np.array(values, np.float32)
    again = np.full(len(values), np.nan, np.float32)
    for begin, end, value in zip(*stretches(array), strict=True):
        assert np.isnan(again[begin:end]).all()
        again[begin:end] = value
    np.testing.assert_array_equal(again, array)


def test_that_the_oldest_tiles_make_room_for_new_ones(tmp_path: Path) -> None:
    for age in range(5):
        tile = tmp_path / f"{age}.npz"
        tile.write_bytes(b"x" * 10)
        os.utime(tile, (1000 - age, 1000 - age))
    trim(tmp_path, 25)
    assert sorted(tile.stem for tile in tmp_path.iterdir()) == ["0", "1"]
    trim(tmp_path, 25)
    assert len(list(tmp_path.iterdir())) == 2
