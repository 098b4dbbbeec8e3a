"""Caduceus against its authors' program, on tiny random checkpoints of both kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from .hub_goldens import assert_inputs_reproduced, assert_near, opened

if TYPE_CHECKING:
    from gfm_desktop.models.language_model import LanguageModel

pytestmark = pytest.mark.golden
TOLERANCE = 2e-4
COMPLEMENT = str.maketrans("ACGT", "TGCA")
SHARED = ["caduceus_ps", "caduceus_ps_unfused"]
EVERY = ["caduceus_ph", *SHARED]


@pytest.mark.parametrize("name", EVERY)
def test_that_ids_logits_and_states_are_the_authors(name: str) -> None:
    assert_inputs_reproduced(name, tolerance=TOLERANCE)


@pytest.mark.parametrize("name", EVERY)
def test_that_logits_with_an_end_token_are_the_authors(name: str) -> None:
    model, inputs, expected = opened(name)
    for i, one in enumerate(inputs["inputs"]):
        if f"logits_sep_{i}" in expected:
            logits = model.logits(np.array([one["input_ids_with_special"]]))[0]
            assert_near(logits, expected[f"logits_sep_{i}"], tolerance=TOLERANCE)


@pytest.mark.parametrize("name", EVERY)
def test_that_log_odds_of_alleles_are_the_authors(name: str) -> None:
    model, inputs, expected = opened(name)
    found: dict[str, list[float]] = {"fwd": [], "rev": []}
    for one in inputs["variants"]:
        window, at = one["window"], one["pos0"]
        found["fwd"].append(_log_odds(model, window, at, one["ref"], one["alt"]))
        turned = [s.translate(COMPLEMENT)[::-1] for s in (window, *_alleles(one))]
        found["rev"].append(
            _log_odds(model, turned[0], len(window) - 1 - at, *turned[1:])
        )
    for strand, values in found.items():
        assert_near(np.array(values), expected[f"snv_{strand}"], tolerance=TOLERANCE)


@pytest.mark.parametrize("name", SHARED)
def test_that_models_with_shared_strands_say_so(name: str) -> None:
    model, _, _ = opened(name)
    assert model.symmetric


def test_that_models_without_shared_strands_say_so() -> None:
    model, _, _ = opened("caduceus_ph")
    assert not model.symmetric


def _alleles(one: dict[str, str]) -> tuple[str, str]:
    return one["ref"], one["alt"]


def _log_odds(model: LanguageModel, window: str, at: int, ref: str, alt: str) -> float:
    """Return log p(alt) - log p(ref) of a hidden base, PlantCaduceus's rule."""
    ids = model.tokens(window).ids
    ids[at] = model.tokenizer.mask_id
    logits = model.logits(ids[None])[0, at]
    of = dict(zip("ACGT", model.tokenizer.base_ids, strict=True))
    return float(logits[of[alt]] - logits[of[ref]])
