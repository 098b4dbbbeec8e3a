"""A dilated convolution is the same by frequencies as tap by tap."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gfm_desktop.models.spectral_convolution import DilatedConvolution

if TYPE_CHECKING:
    import torch

CASES = {
    "several tiles": (41, 25, 2_600),
    "one tile": (41, 25, 1_050),
    "a last row cut short": (41, 25, 2_613),
    "narrow rows": (21, 10, 1_000),
    "dilation 1": (41, 1, 300),
    "another number of channels out": (41, 25, 1_200),
}


def kernel(width: int, inputs: int, outputs: int) -> tuple[torch.Tensor, torch.Tensor]:
    import torch

    generator = torch.Generator().manual_seed(1)
    shape = (outputs, inputs, 1, width)
    weight = torch.randn(shape, generator=generator, dtype=torch.float64)
    return weight, torch.randn(outputs, generator=generator, dtype=torch.float64)


def told(
    rows: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None, dilation: int
) -> torch.Tensor:
    import torch

    found = torch.nn.functional.conv1d(
        rows.T[None], weight[:, :, 0], bias, dilation=dilation
    )
    return found[0].T


def roomy(convolution: DilatedConvolution, rows: torch.Tensor) -> torch.Tensor:
    """Return rows with the zeros behind them that a convolution wants to read."""
    import torch

    missing = convolution.room(len(rows)) - len(rows)
    return torch.nn.functional.pad(rows, (0, 0, 0, missing))


@pytest.mark.parametrize("name", CASES)
def test_that_frequencies_give_the_convolution(name: str) -> None:
    import torch

    width, dilation, outputs = CASES[name]
    channels = 24 if "another" in name else 32
    weight, bias = kernel(width, 32, channels)
    convolution = DilatedConvolution(weight, bias, dilation=dilation)
    plain = outputs * width * 32 * channels
    assert convolution.multiplications(outputs) < plain
    rows = torch.randn(outputs + 2 * convolution.reach, 32, dtype=torch.float64)
    kept = rows.clone()
    found = convolution(rows)
    assert found.shape == (outputs, channels)
    torch.testing.assert_close(
        found, told(rows, weight, bias, dilation), rtol=0, atol=1e-11
    )
    torch.testing.assert_close(
        convolution.linear(roomy(convolution, rows), outputs),
        told(rows, weight, None, dilation),
        rtol=0,
        atol=1e-11,
    )
    assert torch.equal(rows, kept)


@pytest.mark.parametrize("length", [1, 3, 26, 1_000, 1_051, 2_001])
@pytest.mark.parametrize(("width", "dilation"), [(41, 25), (21, 10), (11, 4)])
def test_that_what_has_zeros_around_it_spreads(
    length: int, width: int, dilation: int
) -> None:
    import torch

    weight, bias = kernel(width, 32, 32)
    convolution = DilatedConvolution(weight, bias, dilation=dilation)
    rows = torch.randn(length, 32, dtype=torch.float64)
    kept = rows.clone()
    edge = 2 * convolution.reach
    padded = torch.nn.functional.pad(rows, (0, 0, edge, edge))
    found = convolution.spread(roomy(convolution, rows), length)
    assert found.shape == (length + edge, 32)
    torch.testing.assert_close(
        found, told(padded, weight, None, dilation), rtol=0, atol=1e-11
    )
    assert torch.equal(rows, kept)


@pytest.mark.parametrize(("width", "dilation", "outputs"), [(11, 4, 90), (41, 25, 7)])
def test_that_small_ones_are_left_to_the_plain_convolution(
    width: int, dilation: int, outputs: int
) -> None:
    import torch

    weight, bias = kernel(width, 32, 32)
    convolution = DilatedConvolution(weight, bias, dilation=dilation)
    assert convolution.multiplications(outputs) == outputs * width * 32 * 32
    rows = torch.randn(outputs + 2 * convolution.reach, 32, dtype=torch.float64)
    torch.testing.assert_close(
        convolution(rows), told(rows, weight, bias, dilation), rtol=0, atol=1e-11
    )


@pytest.mark.parametrize("length", [3, 90, 700, 2_050])
@pytest.mark.parametrize(("width", "dilation"), [(41, 25), (21, 10), (11, 1)])
def test_that_sequences_beside_each_other_give_what_each_gives_alone(
    length: int, width: int, dilation: int
) -> None:
    import torch

    weight, bias = kernel(width, 32, 32)
    convolution = DilatedConvolution(weight, bias, dilation=dilation)
    several = torch.randn(3, length, 32, dtype=torch.float64)
    beside = several.transpose(0, 1).reshape(-1, 32)
    missing = 3 * (convolution.room(length) - length)
    roomy_beside = torch.nn.functional.pad(beside, (0, 0, 0, missing))
    found = convolution.spread(roomy_beside, length, beside=3)
    for number, one in enumerate(several):
        alone = convolution.spread(roomy(convolution, one), length)
        torch.testing.assert_close(found[number::3], alone, rtol=0, atol=1e-12)
    if (outputs := length - 2 * convolution.reach) > 0:
        found = convolution.linear(roomy_beside, outputs, beside=3)
        assert len(found) == 3 * outputs
        for number, one in enumerate(several):
            alone = told(one, weight, None, dilation)
            torch.testing.assert_close(found[number::3], alone, rtol=0, atol=1e-11)


def test_that_a_tile_does_not_spread_a_small_signal_s_noise() -> None:
    # Differences far from a variant are tiny: they must not drown in rounding.
    import torch

    weight, bias = kernel(41, 32, 32)
    exact = DilatedConvolution(weight, bias, dilation=25)
    rounded = DilatedConvolution(weight.float(), bias.float(), dilation=25)
    rows = 1e-9 * torch.randn(2_050 + 2 * exact.reach, 32, dtype=torch.float64)
    error = (
        (rounded.linear(rows.float(), 2_050).double() - exact.linear(rows, 2_050))
        .abs()
        .max()
    )
    assert float(error) < 1e-5 * float(exact.linear(rows, 2_050).abs().max())
