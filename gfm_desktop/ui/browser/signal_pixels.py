"""The shapes of a signal as pixels of the screen, set by numpy; no Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gfm_desktop.ui.browser.signal_columns import Band
    from gfm_desktop.ui.browser.signal_scale import Axis


def tones(shapes: list[Band], height: int, ratio: float) -> NDArray[np.uint8]:
    """Return the tone of each pixel, 0 where nothing is: (height, n).

    Args:
        shapes: What to draw; where several are, the strongest tone is seen.
        height: Pixels of the screen from the lane's top to its bottom.
        ratio: Pixels of the screen for one of the lane.
    """
    count = len(shapes[0].top) if shapes else 0
    found = np.zeros((height, count), np.uint8)
    rows = np.arange(height, dtype=np.int16)[:, None]
    for shape in shapes:
        # fmin and fmax pass over NaN: such a column begins below the lane.
        top = np.maximum(np.fmin(shape.top * ratio + 0.5, height), 0).astype(np.int16)
        foot = np.minimum(np.fmax(shape.foot * ratio + 0.5, 0), height)
        # At least a pixel: what is there must be seen.
        least = np.where(top < height, top + 1, 0)
        foot = np.maximum(foot.astype(np.int16), least)
        first, last = int(top.min()), int(foot.max())
        if first >= last:
            continue
        part = rows[first:last]
        inside = part >= top
        if foot.min() < last:
            inside &= part < foot
        lane = found[first:last]
        marks = inside.view(np.uint8)
        marks *= np.uint8(shape.tone)
        np.maximum(lane, marks, out=lane)
    return found


def shades(values: NDArray[np.float32], axis: Axis) -> NDArray[np.uint8]:
    """Return how strong each column of a heat map is: 0 none, 1 weakest, 255 strongest.

    1 to 127 lie below 0 and 129 to 255 above it where the scale has both signs (128 is
    0); else 1 is the end of the scale that is nearest to 0.
    """
    low, high = axis.ends.low, axis.ends.high
    known = ~np.isnan(values)
    clipped = np.clip(np.nan_to_num(values), low, high)
    if low < 0 < high:
        most = max(-low, high)
        level = 128 + np.rint(127 * clipped / most)
    elif high <= 0:
        level = 1 + np.rint(254 * (high - clipped) / (high - low))
    else:
        level = 1 + np.rint(254 * (clipped - low) / (high - low))
    return np.where(known, level, 0).astype(np.uint8)
