"""What the numbers mean, in plain words, before any number flatters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gfm_desktop.finetune.evaluation import GUESS, TITLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gfm_desktop.finetune.intervals import Measured
    from gfm_desktop.finetune.report import Outcome

BASELINES = {
    "majority": "guessing the most common label",
    "gc_length": "GC content and length alone",
    "kmer_linear": "k-mer counts",
    "cnn": "a small CNN trained from scratch",
    "random_init": "the same network with random weights",
}
"""Key of a baseline to what a sentence calls it."""

FEW = 20
"""Test examples of the rarer class below which no verdict is firm."""


def verdict(
    primary: str,
    measured: Measured,
    differences: Mapping[str, Measured],
    *,
    names: Mapping[str, str] | None = None,
    rarest: int,
    cautions: tuple[str, ...] = (),
) -> tuple[Outcome, str]:
    """Return the verdict for a script, and in words.

    Args:
        primary: Measure that is spoken of.
        measured: Its value for the model, on examples that it did not learn from.
        differences: Baseline to the paired difference, model minus baseline.
        names: Baseline to better words than `BASELINES` (such as ``"5-mer counts"``).
        rarest: Test examples of the rarest class (all of them in a regression).
        cautions: Sentences on what may make the numbers too good.
    """
    outcome, first = _first(primary, measured, differences, names or {})
    parts = [first]
    if rarest < FEW:
        parts.append(
            f"Only {rarest} test examples of the rarest kind were there to measure "
            "with: take every number as rough."
        )
        if outcome in ("better", "not_better") and measured.low is None:
            outcome = "too_few"
    parts += cautions
    return outcome, " ".join(parts)


def _first(
    primary: str,
    measured: Measured,
    differences: Mapping[str, Measured],
    names: Mapping[str, str],
) -> tuple[Outcome, str]:
    title = TITLES[primary]
    if measured.value is None or measured.low is None or measured.high is None:
        return "too_few", (
            f"Cannot be judged: the test examples do not allow a {title} (each kind "
            "must occur among them)."
        )
    span = f"{measured.low:.3f} to {measured.high:.3f}"
    if measured.low <= GUESS[primary]:
        return "no_signal", (
            f"No signal: the interval of the {title} ({measured.value:.3f}, {span}) "
            f"includes {GUESS[primary]:g}, which is guessing."
        )
    known = {key: one for key, one in differences.items() if one.value is not None}
    beaten = {k: one for k, one in known.items() if one.low is not None and one.low > 0}
    others = {k: one for k, one in known.items() if k not in beaten}
    head = f"{title} {measured.value:.3f} ({span})."
    if not known:
        return "too_few", f"{head} There is no baseline to compare with yet."
    if not others:
        hardest = min(known, key=lambda key: known[key].value or 0.0)
        return "better", (
            f"Beats every baseline; the nearest is {_called(hardest, names)}: "
            f"{_difference(known[hardest])}. {head}"
        )
    lost = {k for k, one in others.items() if one.high is not None and one.high < 0}
    hardest = min(others, key=lambda key: others[key].value or 0.0)
    if hardest in lost:
        words = f"Worse than {_called(hardest, names)}"
        outcome: Outcome = "worse"
    else:
        words = f"Does not beat {_called(hardest, names)}"
        outcome = "not_better"
    more = [_called(key, names) for key in others if key != hardest]
    also = f" Nor does it beat {_listed(more)}." if more else ""
    return outcome, f"{words}: {_difference(others[hardest])}.{also} {head}"


def _called(key: str, names: Mapping[str, str]) -> str:
    return names.get(key) or BASELINES.get(key, key)


def _difference(one: Measured) -> str:
    if one.low is None or one.high is None:
        return f"difference {one.value:.3f}, without an interval"
    return (
        f"difference {one.value:.3f}, interval {one.low:.3f} to {one.high:.3f}"
    ).replace("-0.000", "0.000")


def _listed(words: list[str]) -> str:
    return " or ".join([", ".join(words[:-1]), words[-1]] if words[1:] else words)
