"""Too few labels to learn from, or to measure with."""

from __future__ import annotations

from gfm_desktop.finetune.data_checks.finding import Finding, Inspected, Level
from gfm_desktop.finetune.data_checks.imbalance import class_counts

_STOP, _CAUTION = 10, 50
"""Examples of a class below which nothing can be said, or little."""


def check(seen: Inspected) -> Finding:
    """Count the examples of every class."""
    data = seen.data
    if data.task == "regression":
        least, what = len(data), "the number that is predicted"
    else:
        counts, named = class_counts(seen)
        smallest = counts.min(axis=1)
        place = int(smallest.argmin())
        least, what = int(smallest[place]), named[place]
    level: Level = "ok"
    words = f"There are enough labels: {len(data):,}, at least {least:,} of each class."
    if data.task == "regression":
        words = f"There are enough labels: {len(data):,}."
    if least < _CAUTION:
        level = "stop" if least < _STOP else "caution"
        words = f"Only {least:,} labels for {what}: " + (
            f"with fewer than {_STOP}, what is learnt cannot be told from chance."
            if level == "stop"
            else "expect wide intervals, and that more labels would help."
        )
    return Finding("too_few", level, "Number of labels", words, least)
