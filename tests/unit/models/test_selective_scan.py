"""The selective scan is its recurrence, however it is cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gfm_desktop.models.selective_scan import selective_scan

if TYPE_CHECKING:
    import torch

CHANNELS, STATES = 3, 4


def inputs(length: int, kind: torch.dtype, step: float = 0.5) -> list[torch.Tensor]:
    """Return u, delta, A, B and C of two sequences."""
    import torch

    source = torch.Generator().manual_seed(length)

    def draw(*shape: int) -> torch.Tensor:
        return torch.randn(*shape, generator=source, dtype=torch.float64)

    return [
        one.to(kind)
        for one in (
            draw(2, length, CHANNELS),
            draw(2, length, CHANNELS).abs() * step,
            -torch.exp(draw(CHANNELS, STATES)),
            draw(2, length, STATES),
            draw(2, length, STATES),
        )
    ]


def plain(
    u: torch.Tensor,
    delta: torch.Tensor,
    a: torch.Tensor,
    b: torch.Tensor,
    c: torch.Tensor,
) -> torch.Tensor:
    """Return the recurrence, one number after another, in Python's own floats."""
    import math

    import torch

    y = torch.zeros(u.shape, dtype=torch.float64)
    for i in range(u.shape[0]):
        for d in range(CHANNELS):
            state = [0.0] * STATES
            for t in range(u.shape[1]):
                width = float(delta[i, t, d])
                for n in range(STATES):
                    decay = math.exp(width * float(a[d, n]))
                    added = width * float(u[i, t, d]) * float(b[i, t, n])
                    state[n] = decay * state[n] + added
                y[i, t, d] = sum(state[n] * float(c[i, t, n]) for n in range(STATES))
    return y


@pytest.mark.parametrize("length", [1, 2, 7, 16, 61])
@pytest.mark.parametrize("pieces", [None, 1, 2, 5, 7, 100])
def test_that_it_is_the_plain_loop_in_double_precision(
    length: int, pieces: int | None
) -> None:
    import torch

    values = inputs(length, torch.float64)
    expected = plain(*values)
    for gradients in (True, False):
        with torch.set_grad_enabled(gradients):
            found = selective_scan(*values, pieces=pieces)
        torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("pieces", [None, 1, 6])
def test_that_single_precision_loses_no_more_than_its_digits(
    pieces: int | None,
) -> None:
    import torch

    values = inputs(200, torch.float32)
    with torch.inference_mode():
        found = selective_scan(*values, pieces=pieces).double()
    torch.testing.assert_close(found, plain(*values), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("step", [0.0, 1e-8, 60.0])
def test_that_very_short_and_very_long_steps_stay_finite(step: float) -> None:
    import torch

    values = inputs(64, torch.float32, step)
    found = selective_scan(*values, pieces=8).double()
    expected = plain(*values)
    scale = max(1.0, float(expected.abs().max()))
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-5 * scale)


def test_that_an_output_knows_nothing_of_later_inputs() -> None:
    import torch

    values = inputs(40, torch.float64)
    before = selective_scan(*values, pieces=5)
    values[0] = values[0].clone()
    values[0][:, 20:] += 1
    after = selective_scan(*values, pieces=5)
    torch.testing.assert_close(before[:, :20], after[:, :20])
    assert (before[:, 20:] - after[:, 20:]).abs().max() > 1e-3


def test_that_gradients_pass_through_all_pieces() -> None:
    import torch

    values = inputs(12, torch.float64)
    for one in values:
        one.requires_grad_()
    torch.autograd.gradcheck(
        lambda *given: selective_scan(*given, pieces=3), tuple(values)
    )
