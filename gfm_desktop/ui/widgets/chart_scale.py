"""Round numbers along an axis, and how they are written."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


def span_of(
    values: Iterable[float], low: float | None, high: float | None
) -> tuple[float, float]:
    """Return the ends of an axis, never equal.

    Args:
        values: What is drawn; NaN and infinite values are left out.
        low: Fixed lower end; None for the least value, with a margin.
        high: Fixed upper end; None for the greatest value, with a margin.
    """
    finite = [value for value in values if math.isfinite(value)]
    least, most = (min(finite), max(finite)) if finite else (0.0, 1.0)
    margin = 0.05 * (most - least) or 0.5 * abs(most) or 0.5
    first = least - margin if low is None else low
    last = most + margin if high is None else high
    return (first, last) if last > first else (first, first + 1.0)


def ticks(low: float, high: float, most: int) -> list[float]:
    """Return round numbers from `low` to `high`, at most about `most`.

    Args:
        low: Lower end.
        high: Upper end, above `low`.
        most: How many fit; at least 2.
    """
    rough = (high - low) / max(1, most - 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(s * power for s in _STEPS if s * power >= rough * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]


def tick_words(value: float, step: float) -> str:
    """Return a tick's number with as many decimals as the step between two needs."""
    if abs(value) < step * 1e-6:
        return "0"
    if abs(value) >= 1e6:
        return f"{value:.3g}"
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    if round(step, decimals) != round(step, decimals + 1):
        decimals += 1
    return f"{value:,.{decimals}f}"
