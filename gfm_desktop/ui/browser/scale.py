"""Round steps for rulers, and positions as people write them."""

from __future__ import annotations

import math

MINUS = "\N{MINUS SIGN}"


def round_step(least: float) -> int:
    """Return the smallest of 1, 2, 5, 10, 20, ... that is not below `least`."""
    if least <= 1:
        return 1
    power = int(10 ** math.floor(math.log10(least)))
    for factor in (1, 2, 5, 10):
        if factor * power >= least:
            return factor * power
    raise AssertionError("unreachable: 10 times the power is always enough")


def tick_label(position: int, step: int) -> str:
    """Return a 1-based position as short as its step allows: ``20,113 kb``."""
    if step % 1_000_000 == 0:
        return f"{position // 1_000_000:,} Mb"
    if step % 100_000 == 0:
        return f"{position / 1_000_000:,.1f} Mb"
    if step % 1_000 == 0:
        return f"{position // 1_000:,} kb"
    return f"{position:,}"


def span_label(length: float) -> str:
    """Return a length with its unit: ``301 bp``, ``12.4 kb``, ``1.25 Mb``."""
    if length < 1_000:
        return f"{length:,.0f} bp"
    if length < 10_000:
        return f"{_short(length / 1_000)} kb"
    if length < 1_000_000:
        return f"{length / 1_000:,.1f}".removesuffix(".0") + " kb"
    return f"{_short(length / 1_000_000)} Mb"


def signed(value: float) -> str:
    """Return a difference with its sign: ``+0.72``, with a real minus sign."""
    return f"{MINUS if value < 0 else '+'}{abs(value):.2f}"


def _short(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
