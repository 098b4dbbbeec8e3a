"""The BERT house against its authors' programs, on tiny random checkpoints."""

from __future__ import annotations

import pytest

from .hub_goldens import assert_inputs_reproduced

pytestmark = pytest.mark.golden

TOLERANCE = 2e-5


@pytest.mark.parametrize(
    "name", ["dnabert6", "splicebert", "specieslm", "dnabert2", "dnabert_s"]
)
def test_that_ids_logits_and_states_are_the_authors(name: str) -> None:
    assert_inputs_reproduced(name, tolerance=TOLERANCE)
