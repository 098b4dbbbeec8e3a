"""GPN against its authors' program, on tiny random checkpoints of both layouts."""

from __future__ import annotations

import pytest

from .hub_goldens import assert_inputs_reproduced

pytestmark = pytest.mark.golden


@pytest.mark.parametrize("name", ["gpn_convnet", "gpn_new"])
def test_that_ids_logits_and_states_are_the_authors(name: str) -> None:
    assert_inputs_reproduced(name, tolerance=2e-5)
