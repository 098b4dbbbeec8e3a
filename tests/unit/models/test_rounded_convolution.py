"""A convolution in a fast number format is the exact one, up to its rounding."""

from __future__ import annotations

import pytest

from gfm_desktop.models.rounded_convolution import RoundedConvolution
from gfm_desktop.models.spectral_convolution import DilatedConvolution


@pytest.mark.parametrize(("width", "dilation"), [(11, 1), (11, 4), (41, 25)])
def test_that_it_is_the_exact_one_up_to_rounding(width: int, dilation: int) -> None:
    import torch

    generator = torch.Generator().manual_seed(1)
    weight = torch.randn((32, 32, 1, width), generator=generator) / width**0.5
    exact = DilatedConvolution(weight, torch.zeros(32), dilation=dilation)
    rounded = RoundedConvolution(weight, dilation=dilation, kind=torch.bfloat16)
    assert rounded.reach == exact.reach
    outputs = 60
    rows = torch.randn((outputs + 2 * exact.reach, 32), generator=generator)
    roomy = torch.nn.functional.pad(rows, (0, 0, 0, exact.room(len(rows)) - len(rows)))
    told = exact.linear(roomy, outputs)
    found = rounded.linear(roomy, outputs)
    assert found.dtype == torch.float32
    assert found.shape == told.shape
    error = (found - told).abs().max() / told.abs().max()
    assert 0 < float(error) < 0.01
    beside = torch.stack([rows, -rows], dim=1).reshape(-1, 32)
    both = rounded.linear(beside, outputs, beside=2)
    assert torch.equal(both[::2], found)
    assert torch.equal(both[1::2], -found)
    told = exact.spread(roomy, len(rows))
    found = rounded.spread(roomy, len(rows))
    assert found.shape == told.shape
    both = rounded.spread(beside, len(rows), beside=2)
    assert torch.equal(both[::2], found)
    error = (found - told).abs().max() / told.abs().max()
    assert 0 < float(error) < 0.01
