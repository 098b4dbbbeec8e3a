"""What `report.json` says, in the words and bars that the panel shows.

A report that is still being made lacks parts: the page fills in as they come.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gfm_desktop.errors import InputError
from gfm_desktop.finetune import report as reports
from gfm_desktop.finetune.evaluation import PRIMARY, TITLES

if TYPE_CHECKING:
    from pathlib import Path

    from gfm_desktop.finetune.report import Number, Report

BASELINES: dict[str, str] = {
    "majority": "Most common label",
    "gc_length": "GC and length",
    "kmer_linear": "k-mer counts",
    "cnn": "Small CNN",
    "random_init": "Same model, random weights",
}
"""Baselines by key, in the order in which they are shown."""


def read_report(path: Path) -> Report | None:
    """Return a report; None where there is none that this version can read."""
    try:
        return reports.read(path)
    except InputError:
        return None


def primary_of(report: Report) -> str:
    """Return the key of the measure that decides."""
    if report.primary:
        return report.primary
    return next((key for task, key in PRIMARY.items() if task == report.task), "auroc")


def title_of(measure: str) -> str:
    """Return what people call a measure."""
    return TITLES.get(measure, measure)


def words_of(number: Number | None) -> str:
    """Return a number with its interval; empty where there is none."""
    if number is None or number.value is None:
        return ""
    if number.low is None or number.high is None:
        return f"{number.value:.3f}"
    return f"{number.value:.3f} ({number.low:.3f} to {number.high:.3f})"


def measures(report: Report) -> list[tuple[str, str]]:
    """Return title and value of every measure, the one that decides first."""
    known = report.metrics or {}
    first = primary_of(report)
    order = [name for name in (first, *TITLES, *known) if name in known]
    pairs = [(title_of(n), words_of(known[n])) for n in dict.fromkeys(order)]
    return [pair for pair in pairs if pair[1]]


def baseline_of(report: Report, key: str) -> Number | None:
    """Return what a baseline reaches in the measure that decides."""
    return report.baselines.get(key, {}).get(primary_of(report))
