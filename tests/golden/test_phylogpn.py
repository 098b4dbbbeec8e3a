"""PhyloGPN against its authors' program, on a tiny random checkpoint."""

from __future__ import annotations

import numpy as np
import pytest

from .hub_goldens import assert_near, opened

pytestmark = pytest.mark.golden
TOLERANCE = 2e-5
COMPLEMENT = str.maketrans("ACGT", "TGCA")


@pytest.mark.parametrize("padding", ["yes", "no"])
def test_that_ids_logits_and_states_are_the_authors(padding: str) -> None:
    model, inputs, expected = opened("phylogpn", padding=padding)
    compared = 0
    for i, one in enumerate(inputs["inputs"]):
        if one["padded"].startswith("-") != (padding == "yes"):
            continue
        ids = model.tokens(one["seq"]).ids
        assert ids.tolist() == one["input_ids"]
        logits, hidden = model.logits(ids[None])[0], model.hidden(ids[None])[0]
        assert_near(logits, expected[f"logits_{i}"], tolerance=TOLERANCE)
        assert_near(hidden, expected[f"hidden_{i}"], tolerance=TOLERANCE)
        compared += 1
    assert compared == (7 if padding == "yes" else 1)


def test_that_log_odds_of_alleles_are_the_authors() -> None:
    model, inputs, expected = opened("phylogpn", padding="no")
    assert model.window == inputs["receptive_field"]

    def log_odds(window: str, ref: str, alt: str) -> float:
        logits = model.logits(model.tokens(window).ids[None])[0]
        assert len(logits) == 1
        return float(logits[0, "ACGT".index(alt)] - logits[0, "ACGT".index(ref)])

    found: dict[str, list[float]] = {"fwd": [], "rev": []}
    for one in inputs["variants"]:
        given = [one["window"], one["ref"], one["alt"]]
        found["fwd"].append(log_odds(*given))
        found["rev"].append(log_odds(*(s.translate(COMPLEMENT)[::-1] for s in given)))
    for strand, values in found.items():
        assert_near(np.array(values), expected[f"snv_{strand}"], tolerance=TOLERANCE)
    mean = np.mean([found["fwd"], found["rev"]], axis=0)
    assert_near(mean, expected["snv_mean"], tolerance=TOLERANCE)
