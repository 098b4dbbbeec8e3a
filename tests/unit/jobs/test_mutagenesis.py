"""Mutagenesis as a job: the scorer's own numbers, cached by all that decides them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from gfm_desktop.errors import OptionError
from gfm_desktop.genome.variant import Variant
from gfm_desktop.jobs.context import JobContext
from gfm_desktop.jobs.events import Finished, Progress
from gfm_desktop.jobs.predict_region import PREDICTING, PredictRegion
from gfm_desktop.scoring import masked_log_odds, splice_delta
from gfm_desktop.tracks.mutagenesis import EFFECTS, IMPORTANCE, LEVELS
from gfm_desktop.tracks.prediction import TrackPrediction
from tests.unit.models import tiny_ensemble

if TYPE_CHECKING:
    from conftest import Desk

START, END = 985, 1035
"""The gene ONE begins at 1,000: before it nothing can be told."""


def run(job: PredictRegion, context: JobContext) -> tuple[list[Any], Finished]:
    said = []
    steps = job.run(context)
    while True:
        try:
            said.append(next(steps))
        except StopIteration as stop:
            return said, stop.value


def shown(finished: Finished) -> TrackPrediction:
    return TrackPrediction.load(Path(finished.outputs["track"]))


@pytest.fixture
def job(desk: Desk) -> PredictRegion:
    return PredictRegion(
        desk.genome,
        "chr1",
        START,
        END,
        "toy",
        annotation=desk.annotation,
        track="mutagenesis",
    )


def substitutions(desk: Desk, start: int, end: int) -> list[Variant]:
    return [
        Variant("chr1", at, desk.sequence[at], alt)
        for at in range(start, end)
        for alt in "ACGT"
        if alt != desk.sequence[at]
    ]


def test_that_splice_effects_are_the_single_scores_with_the_sign_of_the_change(
    job: PredictRegion, desk: Desk, context: JobContext
) -> None:
    found = shown(run(job, context)[1])
    assert (found.kind, found.how) == ("mutagenesis", "Splice site gain and loss")
    assert found.letters == desk.sequence[START:END]
    reference = context.reference(desk.genome)
    genes = context.genes(desk.annotation, desk.genome)
    signs = set()
    for one in substitutions(desk, START, END):
        (alone,) = splice_delta.score(
            context.model("toy"),  # type: ignore[arg-type]
            [one],
            reference=reference,
            genes=genes,
        )
        at = one.start - START
        effect = found.ref[EFFECTS["ACGT".index(one.alt)]][at]
        if alone.score is None:
            assert np.isnan(effect)
            assert one.start < 1_000
            assert "gene" in found.missing[0].reason
            continue
        assert abs(effect) == np.float32(alone.score)
        gain = max(alone.columns["ds_ag"], alone.columns["ds_dg"])  # type: ignore[type-var]
        assert (effect > 0) == (gain == alone.score)
        assert found.ref[EFFECTS["ACGT".index(one.ref)]][at] == 0.0
        signs.add(np.sign(effect))
    assert signs == {-1.0, 1.0}


def test_that_the_parts_hold_the_numbers_of_the_whole(
    job: PredictRegion, context: JobContext
) -> None:
    whole = shown(run(job, context)[1])
    parts = [shown(run(replace(job, part=part), context)[1]) for part in LEVELS]
    for key in whole.signals:
        merged = np.full(END - START, np.nan, np.float32)
        for one in parts:
            told = one.tells(START, END)
            assert np.isnan(one.ref[key][~told]).all()
            merged[told] = one.ref[key][told]
        np.testing.assert_array_equal(merged, whole.ref[key])


def test_that_going_back_asks_no_model(job: PredictRegion, context: JobContext) -> None:
    coarse = replace(job, part=LEVELS[0])
    outputs = run(coarse, context)[1].outputs
    model: Any = context.model("toy")
    model.calls.clear()
    assert run(coarse, context)[1].outputs == outputs
    assert not model.calls
    others = [
        replace(job, part=LEVELS[1]),
        replace(coarse, options=(("distance", 10),)),
        replace(coarse, annotation=""),
    ]
    assert all(run(other, context)[1].outputs != outputs for other in others)
    # Said or left out, the recommended distance is the same choice.
    same = replace(coarse, options=(("distance", 50), ("scorer", "recommended")))
    assert run(same, context)[1].outputs == outputs


def test_that_it_can_be_cancelled_every_eight_positions(
    job: PredictRegion, context: JobContext
) -> None:
    said = run(replace(job, part=LEVELS[0]), context)[0]
    steps = [
        e.done for e in said if isinstance(e, Progress) and e.message == PREDICTING
    ]
    # Pieces of 64 bp from the contig's start: 8 positions each.
    assert steps == [0, 1024 - START, END - START]


def test_that_a_share_tells_how_far_the_whole_is(
    job: PredictRegion, context: JobContext
) -> None:
    share = replace(job, part=LEVELS[0], share=(40, 90))
    said = [e for e in run(share, context)[0] if isinstance(e, Progress)]
    assert {(e.total, e.unit) for e in said} == {(90, "positions")}
    # Before 1024 these are told: 992, 1000, 1008, 1016; behind it 1024 and 1032.
    assert [e.done for e in said if e.message == PREDICTING] == [40, 44, 46]


def test_that_a_language_model_reads_a_base_once_for_all_its_substitutions(
    desk: Desk, tmp_path: Path
) -> None:
    pytest.importorskip("tokenizers")
    folder = tiny_ensemble.make(tmp_path / "tiny")
    context = JobContext()
    job = PredictRegion(
        desk.genome, "chr1", 1000, 1012, str(folder), track="mutagenesis"
    )
    model: Any = context.model(job.model)
    asked: list[int] = []
    real = model.logits

    class Counted(type(model)):  # type: ignore[misc]
        __slots__ = ()

        def logits(self, ids: Any, rows: Any = None) -> Any:
            asked.append(len(ids))
            return real(ids, rows)

    model.__class__ = Counted
    found = shown(run(job, context)[1])
    # 12 bases, each hidden once on either strand.
    assert sum(asked) == 24
    wanted = substitutions(desk, 1000, 1012)
    scores = masked_log_odds.score(
        model, wanted, reference=context.reference(desk.genome), genes=None
    )
    for one, score in zip(wanted, scores, strict=True):
        value = found.ref[EFFECTS["ACGT".index(one.alt)]][one.start - 1000]
        assert value == pytest.approx(score.score, rel=1e-5, abs=1e-6)
    total = sum(found.ref[key].astype(float) for key in EFFECTS)
    np.testing.assert_allclose(found.ref[IMPORTANCE], -total / 4, rtol=1e-5, atol=1e-6)


def test_that_the_table_names_the_base_that_is_there(
    job: PredictRegion, desk: Desk, context: JobContext, tmp_path: Path
) -> None:
    out = tmp_path / "m.tsv"
    run(replace(job, out=str(out)), context)
    lines = [line.split("\t") for line in out.read_text("utf-8").splitlines()]
    assert lines[0] == [
        "chrom",
        "pos",
        "ref",
        *(f"ref_{key}" for key in (*EFFECTS, IMPORTANCE)),
    ]
    assert "".join(line[2] for line in lines[1:]) == desk.sequence[START:END]
    base = desk.sequence[1010]
    row = lines[1 + 1010 - START]
    assert row[:3] == ["chr1", "1011", base]
    assert row[3 + "ACGT".index(base)] == "0"


@pytest.mark.parametrize(
    "change",
    [
        {"options": (("scorer", "masked-log-odds"),)},
        {"options": (("scorer", "nonsense"),)},
        {"options": (("distance", -1),)},
        {"variant": Variant("chr1", 1010, "A", "C")},
    ],
)
def test_that_what_makes_no_sense_is_refused(
    job: PredictRegion, context: JobContext, desk: Desk, change: dict[str, Any]
) -> None:
    if "variant" in change:
        ref = desk.sequence[1010]
        alt = "ACGT"[ref == "A"]
        change = {"variant": Variant("chr1", 1010, ref, alt)}
    with pytest.raises(OptionError):
        run(replace(job, **change), context)
