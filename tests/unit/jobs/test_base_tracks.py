"""Expected bases as a job: cached by all that decides them, cut into pieces."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyBigWig
import pytest

from gfm_desktop.errors import OptionError
from gfm_desktop.genome.variant import Variant
from gfm_desktop.jobs.context import JobContext
from gfm_desktop.jobs.events import Finished, Progress
from gfm_desktop.jobs.predict_region import PREDICTING, PredictRegion
from gfm_desktop.tracks.prediction import TrackPrediction
from tests.unit.models import tiny_ensemble

if TYPE_CHECKING:
    from conftest import Desk


def run(job: PredictRegion, context: JobContext) -> tuple[list[Any], Finished]:
    said = []
    steps = job.run(context)
    while True:
        try:
            said.append(next(steps))
        except StopIteration as stop:
            return said, stop.value


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pytest.importorskip("tokenizers")
    return tiny_ensemble.make(tmp_path / "tiny")


@pytest.fixture
def job(desk: Desk, folder: Path) -> PredictRegion:
    return PredictRegion(desk.genome, "chr1", 1000, 1040, str(folder))


def shown(finished: Finished) -> TrackPrediction:
    return TrackPrediction.load(Path(finished.outputs["track"]))


def changed(desk: Desk, place: int) -> Variant:
    base = desk.sequence[place]
    return Variant("chr1", place, base, "ACGT"[base == "A"])


def test_that_the_folder_s_own_model_tells_bases(job: PredictRegion) -> None:
    said, finished = run(job, JobContext())
    found = shown(finished)
    assert found.kind == "base-probability"
    total = sum(found.ref[name] for name in ("p_a", "p_c", "p_g", "p_t"))
    np.testing.assert_allclose(total, 1, rtol=1e-5)
    steps = [
        e.done for e in said if isinstance(e, Progress) and e.message == PREDICTING
    ]
    # Pieces begin at multiples of 16 from the contig's start.
    assert steps == [0, 8, 24, 40]


@pytest.mark.parametrize("vocabulary", ["nucleotide", "kmer"])
def test_that_what_decides_the_numbers_names_the_file(
    job: PredictRegion, desk: Desk, vocabulary: str
) -> None:
    context = JobContext()
    job = replace(job, model_options=(("vocabulary", vocabulary),))
    first = run(job, context)[1].outputs["track"]
    assert run(job, context)[1].outputs["track"] == first
    others = [
        replace(job, options=(("mode", "spaced"),)),
        replace(job, options=(("strands", "forward"),)),
        replace(job, options=(("window", 60),)),
        replace(
            job,
            model_options=(("vocabulary", vocabulary), ("species", "homo_sapiens")),
        ),
        replace(job, variant=changed(desk, 1020)),
    ]
    found = {run(other, context)[1].outputs["track"] for other in others}
    assert len(found | {first}) == 6
    # Said or left out, a default is the same choice.
    said = replace(job, options=(("mode", "each"),))
    assert run(said, context)[1].outputs["track"] == first


def test_that_ref_is_worked_out_once_for_all_variants(
    job: PredictRegion, desk: Desk
) -> None:
    context = JobContext()
    one = replace(job, variant=changed(desk, 1020))
    with_alt = shown(run(one, context)[1])
    model: Any = context.model(job.model)
    asked: list[int] = []
    real = model.logits

    class Counted(type(model)):  # type: ignore[misc]
        __slots__ = ()

        def logits(self, ids: Any, rows: Any = None) -> Any:
            asked.append(len(ids))
            return real(ids, rows)

    model.__class__ = Counted
    alone = shown(run(job, context)[1])
    assert asked == [], "REF was kept when the variant was predicted"
    for name in alone.signals:
        np.testing.assert_array_equal(alone.ref[name], with_alt.ref[name])
    other = shown(run(replace(job, variant=changed(desk, 1025)), context)[1])
    # 40 bases in windows of 64, all of which see the variant, on both strands.
    assert sum(asked) == 80
    for name in alone.signals:
        np.testing.assert_array_equal(other.ref[name], alone.ref[name])


def test_that_files_hold_each_signal_and_entropy_stands_for_all(
    job: PredictRegion, desk: Desk, tmp_path: Path
) -> None:
    context = JobContext()
    job = replace(job, variant=changed(desk, 1020))
    found = shown(run(job, context)[1])
    assert found.alt is not None
    for ending in (".tsv", ".bedgraph", ".bw", ".npz"):
        run(replace(job, out=str(tmp_path / f"t{ending}")), context)
    lines = (tmp_path / "t.tsv").read_text("utf-8").splitlines()
    names = ["p_a", "p_c", "p_g", "p_t", "entropy"]
    head = [f"{allele}_{name}" for allele in ("ref", "alt") for name in names]
    assert lines[0].split("\t") == ["chrom", "pos", *head]
    assert len(lines) == 41
    with pyBigWig.open(str(tmp_path / "t.bw")) as file:
        change = np.array(file.values("chr1", 1000, 1040))
    expected = found.alt["entropy"] - found.ref["entropy"]
    np.testing.assert_allclose(change, expected, atol=1e-6)
    with pyBigWig.open(str(tmp_path / "t.ref_p_g.bw")) as file:
        values = np.array(file.values("chr1", 1000, 1040))
    np.testing.assert_allclose(values, found.ref["p_g"], atol=1e-6)
    assert (tmp_path / "t.bedgraph").read_text("utf-8").count("track type") == 10


def test_that_a_vocabulary_of_pieces_is_refused_with_the_reason(
    job: PredictRegion,
) -> None:
    job = replace(job, model_options=(("vocabulary", "bpe"),))
    with pytest.raises(OptionError, match="varying length") as caught:
        run(job, JobContext())
    assert "vocabulary" in caught.value.todo


@pytest.mark.parametrize(
    "options", [(("mode", "half"),), (("nonsense", 1),), (("window", -1),)]
)
def test_that_a_senseless_option_is_refused_before_the_model_is_loaded(
    job: PredictRegion, options: Any
) -> None:
    context = JobContext()
    with pytest.raises(OptionError):
        run(replace(job, options=options), context)
    assert not context.has_model(job.model)
