"""The network of the BERT house computes what its papers say, switch by switch."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gfm_desktop.models.bert_network import BertSizes, alibi, network, slopes

from .bert_kit import SLOPES, naive, random_state

PLAIN = BertSizes(
    vocabulary=11,
    width=12,
    layers=2,
    heads=3,
    inner=20,
    positions=16,
    types=2,
    eps=1e-5,
    head_eps=1e-3,
)
MOSAIC = replace(PLAIN, qkv="fused", mlp="geglu", position="alibi", positions=0)
KINDS = {
    "plain": PLAIN,
    "mosaic": MOSAIC,
    "mosaic without head": replace(MOSAIC, head=False, prefix=""),
    "mosaic, table unused": replace(MOSAIC, positions=16),
    "mosaic, absolute": replace(MOSAIC, positions=16, position="absolute"),
    "pre": replace(PLAIN, norm="pre", final_norm=True),
    "pre without final norm": replace(PLAIN, norm="pre", heads=4),
    "pre, gated": replace(MOSAIC, norm="pre", heads=2),
}


@pytest.mark.parametrize("sizes", KINDS.values(), ids=KINDS)
def test_that_the_network_is_the_formula(sizes: BertSizes) -> None:
    import torch

    state = random_state(sizes, tied=False)
    made = network(sizes)
    tensors = {n: torch.tensor(a, dtype=torch.float32) for n, a in state.items()}
    made.load_state_dict(tensors, strict=True, assign=True)
    ids = np.array([[2, 7, 5, 0, 9, 3, 10], [2, 1, 1, 8, 4, 6, 3]])
    with torch.inference_mode():
        states = made.hidden(torch.from_numpy(ids))
        logits = made.head(states).numpy() if sizes.head else None
    for row, one in enumerate(ids):
        expected, expected_logits = naive(state, sizes, one)
        np.testing.assert_allclose(states[row], expected, atol=2e-5)
        if logits is not None:
            np.testing.assert_allclose(logits[row], expected_logits, atol=5e-5)


@pytest.mark.parametrize("heads", SLOPES)
def test_that_slopes_interleave_where_heads_are_no_power_of_two(heads: int) -> None:
    np.testing.assert_allclose(slopes(heads), SLOPES[heads], rtol=1e-12)


def test_that_the_penalty_is_symmetric_and_made_for_any_length() -> None:
    import torch

    for length in (1, 3, 700):
        bias = alibi(3, length, device=torch.device("cpu"), dtype=torch.float32)
        assert bias.shape == (3, length, length)
        assert torch.equal(bias, bias.transpose(1, 2))
        assert float(bias[2, 0, -1]) == -0.25 * (length - 1)


def test_that_a_network_without_head_says_so() -> None:
    import torch

    made = network(replace(MOSAIC, head=False))
    with pytest.raises(NotImplementedError, match="no head"):
        made.head(torch.zeros(1, 12))


def test_that_half_precision_stays_near() -> None:
    import torch

    state = random_state(MOSAIC)
    made = network(MOSAIC)
    tensors = {n: torch.tensor(a, dtype=torch.float32) for n, a in state.items()}
    made.load_state_dict(tensors, strict=True, assign=True)
    ids = torch.tensor([[2, 7, 5, 0, 9, 3]])
    with torch.inference_mode():
        exact = made.hidden(ids)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            rough = made.hidden(ids).float()
    assert 0 < float((exact - rough).abs().max()) < 0.2
