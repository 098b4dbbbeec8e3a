"""What each chart of a report shows; drawn by `chart.Chart`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from gfm_desktop.finetune.evaluation import GUESS
from gfm_desktop.ui.widgets.chart import Axis, Curve, Drawing, Guide
from gfm_desktop.ui.widgets.interval_bars import Bar
from gfm_desktop.workspace.finetuning_report import (
    BASELINES,
    baseline_of,
    primary_of,
    title_of,
)

if TYPE_CHECKING:
    from gfm_desktop.finetune.report import Number, Reliability, Report

_BESIDE = "kmer_linear"
"""Baseline whose curves stand beside the model's."""


def bars(report: Report) -> list[Bar]:
    """Return the model and every baseline in the measure that decides."""
    own = (report.metrics or {}).get(primary_of(report))
    found = [_bar("Your model", own, strong=True)]
    for key in dict.fromkeys([*BASELINES, *report.baselines]):
        found.append(_bar(BASELINES.get(key, key), baseline_of(report, key)))
    return found


def roc(report: Report) -> Drawing:
    """Return the ROC curve beside that of the k-mer counts, and chance."""
    return Drawing(
        _pair(report, "roc"),
        Axis("false positive rate", 0.0, 1.0),
        Axis("true positive rate", 0.0, 1.0),
        (Guide((0.0, 1.0), (0.0, 1.0), "guessing"),),
    )


def pr(report: Report) -> Drawing:
    """Return precision by recall, with the prevalence that guessing reaches."""
    curves = report.curves
    guides: tuple[Guide, ...] = ()
    if curves is not None and curves.prevalence is not None:
        share = curves.prevalence
        guides = (Guide((0.0, 1.0), (share, share), f"prevalence {share:.0%}"),)
    return Drawing(
        _pair(report, "pr"),
        Axis("recall", 0.0, 1.0),
        Axis("precision", 0.0, 1.0),
        guides,
    )


def reliability(report: Report) -> Drawing:
    """Return how often what was predicted came true, before and after calibration."""
    found = report.calibration
    if found is None:
        return Drawing()
    curves = [_reliable("after calibration", found.after, "accent", dashed=False)]
    if found.kind != "none":
        curves.insert(0, _reliable("before", found.before, "alt", dashed=True))
    return Drawing(
        tuple(curve for curve in curves if len(curve.x)),
        Axis("predicted probability", 0.0, 1.0),
        Axis("share that is true", 0.0, 1.0),
        (Guide((0.0, 1.0), (0.0, 1.0), "perfect"),),
    )


def reliability_words(report: Report) -> str:
    """Return Brier score and calibration error before and after, in words."""
    found = report.calibration
    if found is None:
        return ""
    parts = [f"{found.words.rstrip('.')}."] if found.words else []
    for title, name in (("Brier score", "brier"), ("calibration error", "ece")):
        before, after = getattr(found.before, name), getattr(found.after, name)
        if after is not None and before is not None and found.kind != "none":
            parts.append(f"{title} {before:.3f} before, {after:.3f} after.")
        elif after is not None:
            parts.append(f"{title} {after:.3f}.")
    return " ".join(part[:1].upper() + part[1:] for part in parts)


def scatter(report: Report) -> Drawing:
    """Return predictions of a regression against the labels."""
    points = report.curves.scatter if report.curves is not None else []
    x, y = [p[0] for p in points], [p[1] for p in points]
    ends = (min([*x, *y], default=0.0), max([*x, *y], default=1.0))
    return Drawing(
        (Curve("", x, y, "accent", dots=True, line=False),),
        Axis("label"),
        Axis("prediction"),
        (Guide(ends, ends, "perfect"),),
    )


def learning(report: Report) -> Drawing:
    """Return the measure after learning from fewer labels, beside the k-mer counts."""
    points = [p for p in report.learning_curve if p.value is not None]
    x = [float(point.labels) for point in points]
    own = Curve(
        "your model", x, [_number(p.value) for p in points], "accent", dots=True,
        low=[_number(p.low, p.value) for p in points],
        high=[_number(p.high, p.value) for p in points],
    )  # fmt: skip
    counts = [p for p in report.learning_curve if p.kmer is not None]
    kmer = Curve(
        "k-mer counts",
        [float(p.labels) for p in counts],
        [_number(p.kmer) for p in counts],
        "ref",
        dashed=True,
        dots=True,
    )
    measure = primary_of(report)
    guess = GUESS.get(measure)
    most = max(x, default=1.0)
    guides = () if guess is None else (Guide((0, most), (guess, guess), "guessing"),)
    return Drawing(
        (own, kmer), Axis("labels learnt from", 0.0), Axis(title_of(measure)), guides
    )


def history(report: Report) -> Drawing:
    """Return training and validation loss of the method, epoch by epoch."""
    name = report.method.name if report.method is not None else ""
    epochs = [e for e in report.history if e.stage == name]
    best = [e.epoch for e in epochs if e.best]
    train = [(e.epoch, e.train_loss) for e in epochs if e.train_loss is not None]
    valid = [
        (e.epoch, e.validation_loss) for e in epochs if e.validation_loss is not None
    ]
    curves = (
        Curve("training", [float(a) for a, _ in train], [b for _, b in train], "ref"),
        Curve("validation", [float(a) for a, _ in valid], [b for _, b in valid], "alt",
              dashed=True, dots=True),
    )  # fmt: skip
    values = [y for curve in curves for y in curve.y]
    guides: tuple[Guide, ...] = ()
    if best and values:
        low, high = min(values), max(values)
        room = (high - low) or 1.0
        at = float(best[-1])
        words = f"best: epoch {best[-1]}"
        guides = (Guide((at, at), (low - room, high + room), words, "good"),)
    return Drawing(curves, Axis("epoch"), Axis("loss"), guides)


def _pair(report: Report, name: str) -> tuple[Curve, ...]:
    """Return a curve of the model and that of the k-mer counts."""
    curves = report.curves
    if curves is None:
        return ()
    found = []
    beside = curves.baselines.get(_BESIDE)
    if beside is not None and getattr(beside, name):
        x, y = zip(*getattr(beside, name), strict=True)
        found.append(Curve("k-mer counts", x, y, "ref", dashed=True))
    if getattr(curves, name):
        x, y = zip(*getattr(curves, name), strict=True)
        found.append(Curve("your model", x, y, "accent"))
    return tuple(found)


def _reliable(name: str, found: Reliability, ink: str, *, dashed: bool) -> Curve:
    return Curve(
        name,
        [bin_.predicted for bin_ in found.curve],
        [bin_.observed for bin_ in found.curve],
        ink,
        dashed=dashed,
        dots=True,
        low=[bin_.low for bin_ in found.curve],
        high=[bin_.high for bin_ in found.curve],
    )


def _bar(name: str, found: Number | None, *, strong: bool = False) -> Bar:
    if found is None or found.value is None:
        return Bar(name, strong=strong, note="not measured")
    return Bar(name, found.value, found.low, found.high, strong=strong)


def _number(value: float | None, otherwise: float | None = None) -> float:
    chosen = otherwise if value is None else value
    return math.nan if chosen is None else chosen
