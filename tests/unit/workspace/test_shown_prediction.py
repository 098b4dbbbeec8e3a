"""What is on screen of a prediction, as files: the same numbers, and no others."""

from __future__ import annotations

import random
import shlex
from typing import TYPE_CHECKING, Any

import numpy as np
import pyBigWig
import pytest

from gfm_desktop.command_line.flags import OPTION
from gfm_desktop.command_line.parser import build_parser
from gfm_desktop.errors import GfmError
from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.reference import Reference
from gfm_desktop.genome.status import Status
from gfm_desktop.genome.variant import Variant, VariantKind
from gfm_desktop.jobs.context import JobContext
from gfm_desktop.jobs.events import Finished
from gfm_desktop.jobs.guard import run_guarded
from gfm_desktop.jobs.predict_region import PredictRegion
from gfm_desktop.tracks.prediction import Missing, TrackPrediction
from gfm_desktop.tracks.splice_probability import SIGNALS
from gfm_desktop.workspace.predictions import Predictions
from gfm_desktop.workspace.score_table import VariantRow
from gfm_desktop.workspace.shown_prediction import (
    export_shown,
    predict_command,
    shown_prediction,
)

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import ToldRunner

    from gfm_desktop.jobs.export_track import ExportTrack
    from gfm_desktop.workspace.workspace import Workspace

LENGTH, TILE = 45_000, 10_000
REGION = Interval("chr1", 9_990, 10_020)
"""The end of one tile and the beginning of the next."""
VARIANT = Variant("chr1", 10_000, "A", "G")


@pytest.fixture
def opened(workspace: Workspace, tmp_path: Path) -> Workspace:
    path = tmp_path / "big.fa"
    path.write_text(f">chr1\n{''.join(random.Random(3).choices('ACGT', k=LENGTH))}\n")
    workspace.set_genome(Reference.open(path))
    return workspace


@pytest.fixture
def predictions(opened: Workspace, told: ToldRunner) -> Predictions:
    return Predictions(opened, told)


def predicted(interval: Interval, variant: Variant | None = None) -> TrackPrediction:
    """Make up values that tell their position; the tenth base has none."""
    places = np.arange(interval.start, interval.end, dtype=np.float32) / LENGTH
    ref = {name: places + np.float32(n) for n, name in enumerate(SIGNALS)}
    if 10_010 in range(interval.start, interval.end):
        for values in ref.values():
            values[10_010 - interval.start] = np.nan
    alt = (
        None
        if variant is None
        else {name: v / np.float32(2) for name, v in ref.items()}
    )
    return TrackPrediction(
        interval,
        ref,
        alt,
        variant,
        ("GENE",),
        "ci-spliceai",
        "f" * 64,
        "splice-probability",
        missing=(Missing(10_010, 10_011, "N in the genome"),),
    )


def answer(told: ToldRunner, folder: Path, job: int) -> None:
    asked = told.jobs[job]
    assert isinstance(asked, PredictRegion)
    path = folder / f"{job}.npz"
    interval = Interval(asked.contig, asked.start, asked.end)
    predicted(interval, asked.variant).save(path)
    told.tell(Finished("Done", outputs={"track": str(path)}), job=job)


@pytest.fixture
def shown(predictions: Predictions, told: ToldRunner, tmp_path: Path) -> Predictions:
    """Answer both tiles of `REGION`."""
    predictions.show(REGION)
    for number in range(2):
        answer(told, tmp_path, number)
    return predictions


def wrote(job: ExportTrack) -> Finished:
    *_, last = run_guarded(job, JobContext())
    assert isinstance(last, Finished), last
    return last


def select(workspace: Workspace) -> None:
    row = VariantRow(
        row=0,
        line=2,
        chrom="1",
        pos=VARIANT.position,
        id="",
        ref="A",
        alt="G",
        variant=VARIANT,
        kind=VariantKind.SNV,
        status=Status.SCORED,
    )
    workspace.select(row)


def test_that_arrays_are_written_as_they_are_on_screen(
    shown: Predictions, opened: Workspace, tmp_path: Path
) -> None:
    out = tmp_path / "out.npz"
    wrote(export_shown(opened, shown, REGION, str(out)))
    found, screen = TrackPrediction.load(out), shown.region(REGION)
    assert (found.interval, found.model) == (REGION, "ci-spliceai")
    assert (found.kind, found.weights_sha256) == ("splice-probability", "f" * 64)
    assert found.missing == (Missing(10_010, 10_011, "N in the genome"),)
    assert found.signals == tuple(SIGNALS)
    for name, values in found.ref.items():
        np.testing.assert_array_equal(values, screen.ref[name])
        assert np.flatnonzero(np.isnan(values)).tolist() == [20]


def test_that_bigwig_has_the_values_and_the_gaps_of_the_screen(
    shown: Predictions, opened: Workspace, tmp_path: Path
) -> None:
    done = wrote(export_shown(opened, shown, REGION, str(tmp_path / "out.bw")))
    screen = shown.region(REGION)
    assert set(done.outputs) == {"out", *(f"ref_{name}" for name in SIGNALS)}
    for name in SIGNALS:
        with pyBigWig.open(done.outputs[f"ref_{name}"]) as file:
            found = file.values("chr1", REGION.start - 5, REGION.end + 5, numpy=True)
        outside = np.full(5, np.nan, np.float32)
        expected = np.concatenate([outside, screen.ref[name], outside])
        np.testing.assert_array_equal(found, expected)


def test_that_a_table_has_the_command_and_dots_for_what_is_missing(
    shown: Predictions, opened: Workspace, tmp_path: Path
) -> None:
    out = tmp_path / "out.tsv"
    wrote(export_shown(opened, shown, REGION, str(out)))
    first, command, head, *rows = out.read_text().splitlines()
    assert first.startswith("# GFM Desktop ")
    assert command.startswith("# gfm predict --model ci-spliceai --genome ")
    assert head.split("\t") == ["chrom", "pos", *(f"ref_{name}" for name in SIGNALS)]
    assert [row.split("\t")[1] for row in rows] == [
        str(n + 1) for n in range(REGION.start, REGION.end)
    ]
    assert rows[20].split("\t")[2:] == ["."] * 4
    values = np.array([float(row.split("\t")[2]) for row in rows[:20]], np.float32)
    expected = shown.region(REGION).ref["acceptor_plus"][:20]
    np.testing.assert_allclose(values, expected, rtol=1e-5)


def test_that_bedgraph_leaves_out_what_is_missing(
    shown: Predictions, opened: Workspace, tmp_path: Path
) -> None:
    out = tmp_path / "out.bedgraph"
    wrote(export_shown(opened, shown, REGION, str(out)))
    lines = out.read_text().splitlines()
    assert [line[0] for line in lines[:2]] == ["#", "#"]
    places = [line.split("\t")[1] for line in lines if line.startswith("chr1")]
    assert len(places) == 4 * (len(REGION) - 1)
    assert "10010" not in places


def test_that_what_is_not_predicted_yet_is_told(
    predictions: Predictions, opened: Workspace, told: ToldRunner, tmp_path: Path
) -> None:
    predictions.show(REGION)
    with pytest.raises(GfmError, match="Nothing is predicted"):
        export_shown(opened, predictions, REGION, str(tmp_path / "out.tsv"))
    answer(told, tmp_path, 0)
    out = tmp_path / "out.tsv"
    done = wrote(export_shown(opened, predictions, REGION, str(out)))
    assert done.warnings == ("20 of 30 bp are not predicted yet.",)
    assert "# 20 of 30 bp are not predicted yet.\n" in out.read_text()
    assert len(told.jobs) == 2, "an export asks for no prediction"


def test_that_alt_is_written_where_it_is_told(
    predictions: Predictions, opened: Workspace, told: ToldRunner, tmp_path: Path
) -> None:
    select(opened)
    wide = Interval("chr1", 8_000, 12_000)
    predictions.show(wide)
    for number in range(len(told.jobs)):
        answer(told, tmp_path, number)
    found = shown_prediction(predictions, wide)
    assert found is not None
    assert found.variant == VARIANT
    assert found.alt is not None
    reached = np.flatnonzero(np.isfinite(found.alt["donor_plus"]))
    out = tmp_path / "out.tsv"
    job = export_shown(opened, predictions, wide, str(out))
    wrote(job)
    first, last = 8_000 + int(reached[0]) + 1, 8_000 + int(reached[-1]) + 1
    assert any(f"is told in {first:,}-{last:,} alone" in note for note in job.notes)
    table = [line.split("\t") for line in out.read_text().splitlines()]
    head, *rows = [cells for cells in table if not cells[0].startswith("#")]
    column = head.index("alt_donor_plus")
    told_at = [n for n, cells in enumerate(rows) if cells[column] != "."]
    assert told_at == reached.tolist()


def test_that_the_command_means_what_was_written(
    shown: Predictions, opened: Workspace
) -> None:
    shown.model.choose("ci-spliceai", (("species", "homo sapiens"),))
    command = predict_command(opened, shown, REGION, VARIANT, "out file.tsv")
    program, *words = shlex.split(command)
    found = build_parser().parse_args(words)
    assert program == "gfm"
    assert opened.genome is not None
    assert found.genome == str(opened.genome.path)
    assert (found.model, found.option) == (
        "ci-spliceai",
        [("species", "homo sapiens")],
    )
    assert (found.region, found.variant) == ("chr1:9991-10020", "chr1:10001:A:G")
    assert (found.track, found.out) == ("splice-probability", "out file.tsv")


@pytest.mark.parametrize(
    ("track", "name", "value", "usual"),
    [
        ("base-probability", "mode", "spaced", "--window"),
        ("mutagenesis", "distance", 100, "--scorer"),
    ],
)
def test_that_the_command_has_the_choices_that_were_made(
    opened: Workspace, told: ToldRunner, track: str, name: str, value: Any, usual: str
) -> None:
    predictions = Predictions(opened, told, track)
    predictions.set_option(name, value)
    words = shlex.split(predict_command(opened, predictions, REGION, None, "a.bw"))
    found = build_parser().parse_args(words[1:])
    assert getattr(found, f"{OPTION}{name}") == str(value)
    assert usual not in words
    assert (found.track, found.variant) == (track, None)
