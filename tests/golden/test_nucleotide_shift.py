"""The change of expected neighbours against SpliceBERT's own divergences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from gfm_desktop.genome.reference import Reference
from gfm_desktop.genome.variant import Variant
from gfm_desktop.scoring import nucleotide_shift

from .hub_goldens import opened

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.golden


@pytest.mark.parametrize("distance", [7, 100])
def test_that_the_score_is_the_mean_of_the_authors_divergences(
    tmp_path: Path, distance: int
) -> None:
    model, inputs, expected = opened("splicebert")
    cases = inputs["variants"]
    path = tmp_path / "windows.fa"
    path.write_text("".join(f">w{i}\n{v['window']}\n" for i, v in enumerate(cases)))
    variants = [
        Variant(f"w{i}", v["pos0"], v["ref"], v["alt"]) for i, v in enumerate(cases)
    ]
    found = nucleotide_shift.score(
        model,
        variants,
        reference=Reference.open(path),
        genes=None,
        distance=distance,
        strands="forward",
    )
    for i, (variant, one) in enumerate(zip(variants, found, strict=True)):
        kl = expected[f"snv_kl_{i}"]
        places = np.arange(len(kl)) - variant.start
        near = (np.abs(places) <= distance) & (places != 0)
        assert one.score == pytest.approx(float(kl[near].mean()), abs=2e-5)
        # The golden values are small: a tolerance for numbers near 1 proves little.
        assert one.score == pytest.approx(float(kl[near].mean()), rel=2e-3)
        peak = int(np.where(near, kl, -1).argmax())
        assert one.columns["kl_max"] == pytest.approx(float(kl[peak]), rel=2e-3)
        assert one.columns["kl_max_offset"] == peak - variant.start
