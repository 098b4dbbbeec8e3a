"""HyenaDNA against its authors' program, on a tiny random checkpoint."""

from __future__ import annotations

import numpy as np
import pytest

from gfm_desktop.errors import OptionError

from .hub_goldens import assert_inputs_reproduced, assert_near, opened

pytestmark = pytest.mark.golden
TOLERANCE = 1e-4
COMPLEMENT = str.maketrans("ACGT", "TGCA")


def test_that_ids_logits_and_states_are_the_authors() -> None:
    assert_inputs_reproduced("hyenadna", tolerance=TOLERANCE)


def test_that_logits_and_states_without_the_end_token_are_the_authors() -> None:
    model, inputs, expected = opened("hyenadna")
    for i, one in enumerate(inputs["inputs"]):
        ids = np.array([one["input_ids_no_special"]])
        logits, hidden = model.logits(ids)[0], model.hidden(ids)[0]
        assert_near(logits, expected[f"logits_nosep_{i}"], tolerance=TOLERANCE)
        assert_near(hidden, expected[f"hidden_nosep_{i}"], tolerance=TOLERANCE)


def test_that_likelihoods_of_alleles_are_the_authors() -> None:
    model, inputs, expected = opened("hyenadna")

    def mean_log_likelihood(sequence: str) -> float:
        ids = model.tokens(sequence).ids
        logits = model.logits(ids[None])[0].astype(np.float64)
        norms = np.log(np.exp(logits).sum(1, keepdims=True))
        return float((logits - norms)[np.arange(len(ids) - 1), ids[1:]].mean())

    found: dict[str, list[float]] = {"fwd": [], "rev": []}
    for variant in inputs["variants"]:
        window, at = variant["window"], variant["pos0"]
        changed = window[:at] + variant["alt"] + window[at + 1 :]
        pairs = {
            "fwd": (window, changed),
            "rev": tuple(s.translate(COMPLEMENT)[::-1] for s in (window, changed)),
        }
        for strand, (ref, alt) in pairs.items():
            found[strand].append(mean_log_likelihood(alt) - mean_log_likelihood(ref))
    for strand, values in found.items():
        one = expected[f"snv_{strand}_mean"]
        assert_near(np.array(values), one, tolerance=TOLERANCE)


def test_that_one_base_too_many_is_refused() -> None:
    model, _, _ = opened("hyenadna")
    longest = model.longest - 1
    assert len(model.tokens("A" * longest)) == model.longest
    with pytest.raises(OptionError, match="reads at most 258 tokens"):
        model.tokens("A" * (longest + 1))
