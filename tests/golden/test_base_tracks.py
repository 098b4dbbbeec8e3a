"""Expected bases from the published layouts of every family, and who cannot tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from gfm_desktop.errors import OptionError
from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.reference import Reference
from gfm_desktop.genome.variant import Variant
from gfm_desktop.scoring import registry
from gfm_desktop.tracks.base_probability import BASES, ENTROPY, predict

from .hub_goldens import opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.golden

SAME_AS_SCORE = {
    "gpn_convnet": "masked-log-odds",
    "gpn_new": "masked-log-odds",
    "caduceus_ph": "masked-log-odds",
    "caduceus_ps": "masked-log-odds",
    "splicebert": "masked-log-odds",
    "phylogpn": "column-log-odds",
}
CANNOT: dict[str, str] = {
    "dnabert2": "varying length",
    "gena_lm": "varying length",
    "genomics_fm": "varying length",
    "dnabert_s": "no letters",
    "hyenadna": "continue a sequence",
}
KMERS: dict[str, dict[str, Any]] = {
    "nt_v1": {},
    "nt_v2": {},
    "dnabert6": {},
    "specieslm": {},
    "genomics_fm": {"vocabulary": "kmer"},
}
WINDOW = 96


@pytest.fixture
def reference(tmp_path: Path) -> Iterator[Reference]:
    letters = "".join(np.random.default_rng(2).choice(list("ACGT"), size=700))
    (tmp_path / "g.fa").write_text(f">chr1\n{letters}\n")
    found = Reference.open(tmp_path / "g.fa", cache=tmp_path / "cache")
    yield found
    found.close()


@pytest.mark.parametrize("name", SAME_AS_SCORE)
def test_that_log_odds_of_the_track_are_the_score(
    name: str, reference: Reference
) -> None:
    model, _, _ = opened(name)
    scorer = SAME_AS_SCORE[name]
    window = {"window": WINDOW} if scorer == "masked-log-odds" else {}
    where = Interval("chr1", 340, 346)
    shown = predict(model, where, reference=reference, genes=None, **window)
    found = np.stack([shown.ref[base] for base in BASES], axis=1)
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-5)
    letters = reference.fetch("chr1", where.start, where.end)
    variants = [
        Variant("chr1", where.start + i, ref, "ACGT"["ACGT".index(ref) - 1])
        for i, ref in enumerate(letters)
    ]
    outcomes = registry.function_of(scorer)(
        model, variants, reference=reference, genes=None, **window
    )
    for row, one, outcome in zip(found, variants, outcomes, strict=True):
        alt, ref = (row["ACGT".index(base)] for base in (one.alt, one.ref))
        assert np.log(alt / ref) == pytest.approx(outcome.score, abs=2e-4)


@pytest.mark.parametrize("name", KMERS)
def test_that_k_mers_are_summed_to_bases(name: str, reference: Reference) -> None:
    model, _, _ = opened(name, **KMERS[name])
    where = Interval("chr1", 340, 352)
    shown = predict(model, where, reference=reference, genes=None, window=WINDOW)
    found = np.stack([shown.ref[base] for base in BASES], axis=1)
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-5)
    assert (found > 0).all()
    assert ((shown.ref[ENTROPY] >= 0) & (shown.ref[ENTROPY] <= 2)).all()


@pytest.mark.parametrize("name", CANNOT)
def test_that_others_are_refused_with_the_reason(
    name: str, reference: Reference
) -> None:
    model, _, _ = opened(name)
    with pytest.raises(OptionError, match=CANNOT[name]):
        predict(model, Interval("chr1", 340, 346), reference=reference, genes=None)
