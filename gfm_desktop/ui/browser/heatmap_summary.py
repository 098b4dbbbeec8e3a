"""Effects of a stretch in a few lines: what somebody draws a band around."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.ui.browser.scale import MINUS

if TYPE_CHECKING:
    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.ui.browser.heatmap_geometry import Effects

_STRONGEST = 3
_NOTABLE = 0.2
"""Share of the largest importance from which a base is written as a capital."""
_MOST_LETTERS = 60


def summary(effects: Effects, region: Interval) -> str:
    """Return bases, mean importance and strongest substitutions of a stretch.

    Bases that hold up what the model predicts are capitals: those with at least a fifth
    of the largest importance there. The rest are small letters.

    Args:
        effects: What is known.
        region: The stretch.

    Returns:
        Lines of text; empty where nothing is known of the stretch.
    """
    part = effects.part(region)
    sizes = np.fmax(np.abs(part.low), np.abs(part.high))
    told = np.flatnonzero(np.isfinite(sizes))
    if not len(told):
        return ""
    lines = [f"{region}, {len(told):,} of {len(region):,} bases scored"]
    importance = part.importance
    if np.isfinite(importance).any():
        highest = max(float(np.nanmax(importance)), 0.0)
        if len(region) <= _MOST_LETTERS:
            lines.append(f"Bases: {_letters(part, highest)}")
        lines.append(f"Mean importance {_signed(float(np.nanmean(importance)))}")
    order = told[np.argsort(-sizes[told], kind="stable")][:_STRONGEST]
    for number in order.tolist():
        place = int(part.places[number])
        best = part.strongest(place, place + 1)
        if best is not None:
            variant, value = best
            change = f"{variant.ref} → {variant.alt}"
            lines.append(f"{variant.position:,} {change}  {_signed(value)}")
    return "\n".join(lines)


def _letters(part: Effects, highest: float) -> str:
    found = []
    for letter, value in zip(part.letters, part.importance.tolist(), strict=True):
        notable = highest > 0 and value >= _NOTABLE * highest
        found.append(letter if notable else letter.lower())
    return "".join(found)


def _signed(value: float) -> str:
    return f"{value:+.3g}".replace("-", MINUS)
