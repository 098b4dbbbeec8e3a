"""What a signal says in words: under the mouse, and copied as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.ui.browser.signal_scale import value_label

if TYPE_CHECKING:
    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.genome.signal_bins import Bins


def reading(place: Interval, bins: Bins, length: int) -> str:
    """Return the values of a place, fit to read.

    Args:
        place: What the mouse is over, at least one base.
        bins: Bins over it; where they are wider they are named instead.
        length: Length of the contig in bp, where the last bin ends.
    """
    if not len(bins):
        return f"{place.contig}:{place.start + 1:,}\nno value"
    start, end = bins.start, min(length, bins.start + bins.size * len(bins))
    covered = int(bins.covered.sum())
    spot = f"{place.contig}:{start + 1:,}"
    if end - start > 1:
        spot += f"-{end:,}"
    if not covered:
        return f"{spot}\nno value"
    if end - start == 1:
        return f"{spot}\n{value_label(float(bins.mean[0]))}"
    weighed = np.where(bins.covered > 0, bins.mean, 0.0) * bins.covered
    mean, low = float(weighed.sum()) / covered, float(np.nanmin(bins.low))
    high = float(np.nanmax(bins.high))
    values = (
        f"mean {value_label(mean)}, min {value_label(low)}, max {value_label(high)}"
    )
    all_known = covered == end - start
    known = "" if all_known else f"\n{covered:,} of {end - start:,} bp have a value"
    return f"{spot}\n{values}{known}"


def table(interval: Interval, bins: Bins) -> str:
    """Return the bins of a view as tab-separated text, 1-based, with a header line.

    A line a base where bins have one base, else a line a bin with mean, smallest and
    largest value and how many of its bases have one. What has no value is left out.

    Args:
        interval: What is on screen.
        bins: Bins over it.
    """
    shown = bins.part(interval.start, interval.end)
    if shown.size == 1:
        lines = ["contig\tposition\tvalue"]
    else:
        lines = ["contig\tstart\tend\tmean\tmin\tmax\tcovered"]
    for at in np.flatnonzero(shown.covered).tolist():
        start = shown.start + at * shown.size
        if shown.size == 1:
            lines.append(f"{interval.contig}\t{start + 1}\t{shown.mean[at]:.7g}")
            continue
        numbers = f"{shown.mean[at]:.7g}\t{shown.low[at]:.7g}\t{shown.high[at]:.7g}"
        span = f"{start + 1}\t{start + shown.size}"
        lines.append(f"{interval.contig}\t{span}\t{numbers}\t{shown.covered[at]}")
    return "\n".join(lines) + "\n" if len(lines) > 1 else ""
