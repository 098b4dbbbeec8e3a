"""Both ways of asking for alleles give the same numbers, on either strand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from gfm_desktop.genome.variant import Variant
from gfm_desktop.models.ci_spliceai import CARD
from gfm_desktop.models.side_by_side import side_by_side
from gfm_desktop.models.splice_alleles import AlleleBatch, SenseStrand
from gfm_desktop.models.splice_cone import Span
from gfm_desktop.models.splice_ensemble import SpliceEnsemble
from gfm_desktop.models.splice_network import SpliceArchitecture
from gfm_desktop.models.splice_windows import SpliceTarget, strand_targets

from .splice_strands import random_network

if TYPE_CHECKING:
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.models.protocols import SpliceModel

SIZES = SpliceArchitecture(channels=5, groups=((3, 1), (7, 4)), units=2)
DISTANCE = 15


class Whole:
    """A model without `answers`."""

    def __init__(self, model: SpliceEnsemble) -> None:
        self.predict = model.predict


@pytest.fixture(scope="module")
def model() -> SpliceEnsemble:
    networks = [random_network(SIZES, seed=seed).float() for seed in (1, 2)]
    return SpliceEnsemble(
        CARD, networks, flank=SIZES.flank, device="cpu", weights_sha256="0" * 64
    )


def variants(reference: Reference) -> list[Variant]:
    found = []
    for start, removed, alt in (
        (1_300, 1, "."),
        (1_301, 1, ".GGT"),
        (1_310, 4, "."),
        (2_199, 2, "TA"),
        (2_205, 3, "TAGCC"),
        (503, 1, ".A"),
        (2_498, 2, "."),
        (1_300, 1, "." + "ACGGT" * 30),
    ):
        ref = reference.fetch("chr1", start, start + removed)
        alt = alt.replace(".", ref[0]) if len(alt) > 1 or removed > 1 else "A"
        alt = "C" if alt == ref else alt
        found.append(Variant("chr1", start, ref, alt))
    return found


@pytest.mark.parametrize("strand", ["+", "-"])
def test_that_incremental_answers_are_those_of_whole_windows(
    strand: str, model: SpliceEnsemble, toy_reference: Reference
) -> None:
    target = SpliceTarget("G", "chr1", strand, 500, 2_500)
    asked = variants(toy_reference)
    results = []
    for asks in (model, Whole(model)):
        batch = AlleleBatch(asks, toy_reference)
        numbers = [
            batch.ask(
                target,
                variant,
                variant.start - DISTANCE,
                variant.start + DISTANCE + 1,
                flank=model.flank,
            )
            for variant in asked
        ]
        batch.run()
        results.append([batch.read(number) for number in numbers])
    for variant, found, told in zip(asked, *results, strict=True):
        grown = len(variant.alt) - len(variant.ref)
        assert found[0].shape == (2 * DISTANCE + 1, 3)
        assert found[1].shape == (2 * DISTANCE + 1 + grown, 3)
        for values, expected in zip(found, told, strict=True):
            np.testing.assert_allclose(values, expected, atol=1e-5)


def test_that_a_question_asked_twice_is_answered_once(
    model: SpliceEnsemble, toy_reference: Reference, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    answers = model.answers
    monkeypatch.setattr(
        model,
        "answers",
        lambda questions: (asked.append(len(questions)), answers(questions))[1],
    )
    batch = AlleleBatch(model, toy_reference)
    targets = strand_targets("chr1", 6_000)
    snv = variants(toy_reference)[0]
    numbers = [
        batch.ask(target, snv, snv.start - 3, snv.start + 4, flank=model.flank)
        for target in (*targets, *targets)
    ]
    batch.run()
    assert numbers == [0, 1, 0, 1]
    assert asked == [2]


def test_that_other_models_are_asked_for_whole_windows(
    toy_model: SpliceModel, toy_reference: Reference
) -> None:
    batch = AlleleBatch(toy_model, toy_reference)
    target = SpliceTarget("G", "chr1", "-", 500, 2_500)
    snv = variants(toy_reference)[0]
    number = batch.ask(target, snv, snv.start - 9, snv.start + 10, flank=30)
    batch.run()
    ref, alt = batch.read(number)
    assert ref.shape == alt.shape == (19, 3)
    assert not np.array_equal(ref, alt)


def test_that_sense_positions_grow_along_the_strand(toy_reference: Reference) -> None:
    plus, minus = (
        SenseStrand(toy_reference, SpliceTarget("G", "chr1", strand, 500, 2_500))
        for strand in "+-"
    )
    there = toy_reference.fetch("chr1", 500, 504)
    assert plus.letters(498, 504) == "NN" + there
    turned = there[::-1].translate(str.maketrans("ACGT", "TGCA"))
    assert minus.letters(-504, -498) == turned + "NN"
    assert minus.seen == Span(-2_500, -500)
    assert plus.key != minus.key
    snv = Variant("chr1", 1_000, "A", "G")
    asked = minus.question(snv, 990, 1_011)
    assert (asked.edit.start, asked.edit.inserted) == (-1_001, "C")
    assert asked.ref == asked.alt == Span(-1_011, -990)


@pytest.mark.parametrize("threads", [1, 3])
def test_that_tasks_run_on_one_thread_each_and_keep_their_order(threads: int) -> None:
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        found = side_by_side(
            [lambda n=n: (n, torch.get_num_threads()) for n in range(7)]
        )
        assert found == [(n, 1) for n in range(7)]
        assert torch.get_num_threads() == threads

        def fails() -> Any:
            raise KeyError("one")

        with pytest.raises(KeyError, match="one"):
            side_by_side([fails, fails])
        assert torch.get_num_threads() == threads
    finally:
        torch.set_num_threads(before)
