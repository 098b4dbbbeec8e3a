"""How many variants come next: short batches, whatever they cost."""

from __future__ import annotations

from gfm_desktop.genome.status import Status
from gfm_desktop.genome.variant import Variant
from gfm_desktop.jobs.pacing import Pace
from gfm_desktop.scoring.card import VariantScore

VARIANT = Variant("chr1", 10, "A", "C")


def outcomes(scored: int, refused: int) -> list[VariantScore]:
    return [VariantScore(VARIANT, Status.SCORED, score=0.5)] * scored + [
        VariantScore(VARIANT, Status.NOT_IN_GENE, "outside")
    ] * refused


def test_that_refused_variants_do_not_make_the_next_batch_longer() -> None:
    pace = Pace()
    before = pace.size
    for _ in range(20):
        pace.learn(outcomes(0, 4), 1e-4)
    assert pace.size == before


def test_that_slow_variants_come_one_by_one() -> None:
    pace = Pace()
    pace.learn(outcomes(4, 0), 12.0)
    assert pace.size == 1


def test_that_fast_variants_fill_the_wanted_time() -> None:
    pace = Pace()
    for _ in range(20):
        pace.learn(outcomes(pace.size, 0), pace.size * 0.001)
    assert 400 <= pace.size <= 600
