"""The selective scan of Mamba, in PyTorch alone, without a step for every position.

The recurrence (Gu and Dao 2023, Mamba, equation 2, with the simplified discretisation
of ``selective_scan_ref`` in state-spaces/mamba), for each channel and state::

    h[t] = exp(delta[t] * A) * h[t - 1] + delta[t] * u[t] * B[t]
    y[t] = sum over states of h[t] * C[t]
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

_WIDTH = {"cpu": 1 << 17, "cuda": 1 << 22}
"""States to work on at once: fewer, and starting each operation is what takes time."""
_FEW = 3
"""So few pieces save less than their second pass costs."""


def selective_scan(
    u: torch.Tensor,
    delta: torch.Tensor,
    a: torch.Tensor,
    b: torch.Tensor,
    c: torch.Tensor,
    *,
    pieces: int | None = None,
) -> torch.Tensor:
    """Return y of the recurrence above, shape (batch, length, channels).

    The sequence is cut into pieces that run side by side. A first pass from empty
    states gives what each piece adds to the state; carrying those over the pieces gives
    the state at each start, and a second pass from there is the recurrence itself.
    Decays are exponentials of sums that are never positive: nothing overflows, and no
    quotient of tiny numbers is formed.

    Args:
        u: Input, shape (batch, length, channels).
        delta: Step widths, not negative, shape (batch, length, channels).
        a: Decay rates, negative, shape (channels, states).
        b: Input weights, shape (batch, length, states).
        c: Output weights, shape (batch, length, states).
        pieces: How many pieces; chosen by the size of the work where None.
    """
    batch, length, channels = u.shape
    if pieces is None:
        width = batch * channels * a.shape[1]
        pieces = _pieces(length, width, u.device.type)
    inputs = delta * u
    if pieces <= 1:
        start = u.new_zeros(batch, channels, a.shape[1])
        return _outputs(start, delta, inputs, a, b, c)
    step = -(-length // pieces)
    pieces = -(-length // step)
    # Positions of width 0 at the end leave every state as it is.
    delta, inputs, b, c = (_cut(one, pieces, step) for one in (delta, inputs, b, c))
    starts = _starts(delta, inputs, a, b, pieces)
    y = _outputs(starts, delta, inputs, a, b, c)
    return y.reshape(batch, pieces * step, channels)[:, :length]


def _pieces(length: int, width: int, device: str) -> int:
    """Return how many pieces pay: one where a single position is work enough."""
    wanted = _WIDTH.get(device, _WIDTH["cpu"]) // max(1, width)
    possible = min(wanted, int(length**0.5))
    return possible if possible > _FEW else 1


def _cut(values: torch.Tensor, pieces: int, step: int) -> torch.Tensor:
    """Return (batch * pieces, step, n) of (batch, length, n), with zeros at the end."""
    from torch.nn import functional

    batch, length, count = values.shape
    filled = functional.pad(values, (0, 0, 0, pieces * step - length))
    return filled.reshape(batch * pieces, step, count)


def _starts(
    delta: torch.Tensor,
    inputs: torch.Tensor,
    a: torch.Tensor,
    b: torch.Tensor,
    pieces: int,
) -> torch.Tensor:
    """Return the state before each piece, shape (batch * pieces, channels, states)."""
    import torch

    state = torch.zeros_like(inputs[:, 0, :, None] * b[:, 0, None, :])
    for t in range(delta.shape[1]):
        state = _next(state, t, delta, inputs, a, b)
    added = state.reshape(-1, pieces, *state.shape[1:])
    decay = torch.exp(delta.sum(1)[..., None] * a).reshape(added.shape)
    starts = [torch.zeros_like(added[:, 0])]
    for k in range(pieces - 1):
        starts.append(decay[:, k] * starts[-1] + added[:, k])
    return torch.stack(starts, 1).flatten(0, 1)


def _outputs(
    state: torch.Tensor,
    delta: torch.Tensor,
    inputs: torch.Tensor,
    a: torch.Tensor,
    b: torch.Tensor,
    c: torch.Tensor,
) -> torch.Tensor:
    """Return the outputs of sequences that begin with a state."""
    import torch

    outputs = []
    for t in range(delta.shape[1]):
        state = _next(state, t, delta, inputs, a, b)
        outputs.append(torch.matmul(state, c[:, t, :, None])[..., 0])
    return torch.stack(outputs, 1)


def _next(
    state: torch.Tensor,
    t: int,
    delta: torch.Tensor,
    inputs: torch.Tensor,
    a: torch.Tensor,
    b: torch.Tensor,
) -> torch.Tensor:
    """Return the state after position t."""
    import torch

    decay = delta[:, t, :, None] * a
    if torch.is_grad_enabled():
        decay = torch.exp(decay)
        return torch.addcmul(decay * state, inputs[:, t, :, None], b[:, t, None, :])
    # In place where nothing has to be kept for gradients: a third faster on a CPU.
    return decay.exp_().mul_(state).addcmul_(inputs[:, t, :, None], b[:, t, None, :])
