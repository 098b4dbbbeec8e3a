"""What a fine-tuned model is worth: measures, differences, verdict, curves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gfm_desktop.finetune import curves, evaluation, intervals, report, verdict
from gfm_desktop.finetune.evaluation import truth_table
from gfm_desktop.jobs.events import Partial, Progress
from gfm_desktop.jobs.finetune_desk import BASELINES, TITLES
from gfm_desktop.jobs.finetune_folder import Kept

if TYPE_CHECKING:
    from collections.abc import Generator

    from gfm_desktop.finetune.intervals import Measured
    from gfm_desktop.finetune.trial import Judged
    from gfm_desktop.jobs.finetune_desk import Desk
    from gfm_desktop.jobs.finetune_log import Said

MODEL = "model"
_WORDS = "Measuring"


def shown(desk: Desk, **news: Any) -> Generator[Said, None, None]:
    """Add to the report, write it, and say so."""
    news["seconds"] = desk.log.seconds
    news["memory_mb"] = round(desk.log.memory, 1)
    news["history"] = [
        report.Epoch(
            stage=line["stage"],
            epoch=line["epoch"],
            train_loss=line["train_loss"],
            validation_loss=line["validation_loss"],
            metric=line["metric"],
            best=line["best"],
        )
        for line in desk.log.epochs
    ]
    desk.report = desk.report.model_copy(update=news)
    report.write(desk.folder.report, desk.report)
    desk.log.keep()
    yield Partial("report", str(desk.folder.report))


def measured(desk: Desk, key: str) -> Generator[Said, None, dict[str, report.Number]]:
    """Return all measures of a baseline or of the model, with their intervals."""
    kept = desk.folder.load(f"measures-{key}")
    if kept is None:
        yield Progress(0, None, "measures", _WORDS)
        outcome = desk.judged[key].outcome
        found = intervals.intervals(outcome, seed=desk.seed)
        facts = {name: _fields(one) for name, one in found.items()}
        kept = Kept(facts)
        desk.folder.save(f"measures-{key}", kept)
    return {name: report.Number(**one) for name, one in kept.facts.items()}


def baseline_shown(desk: Desk, key: str) -> Generator[Said, None, None]:
    """Measure a baseline and add it to the report."""
    numbers = yield from measured(desk, key)
    yield from shown(desk, baselines={**desk.report.baselines, key: numbers})


def compared(desk: Desk) -> Generator[Said, None, None]:
    """Measure the model, compare it with every baseline, and say the verdict."""
    numbers = yield from measured(desk, MODEL)
    judged, data = desk.judged[MODEL], desk.data
    primary = evaluation.PRIMARY[data.task]
    apart = yield from _differences(desk)
    found = {
        key: report.Difference(metric=primary, **_fields(one))
        for key, one in apart.items()
    }
    outcome, words = verdict.verdict(
        primary,
        intervals.Measured(**numbers[primary].model_dump()),
        apart,
        names=_names(desk),
        rarest=_rarest(judged),
        cautions=_cautions(desk),
    )
    drawn = curves.curves(judged.outcome, data.names)
    if data.task == "binary":
        kmers = curves.curves(desk.judged["kmer_linear"].outcome, data.names)
        plain = report.Curve(roc=kmers.roc, pr=kmers.pr, prevalence=kmers.prevalence)
        drawn = drawn.model_copy(update={"baselines": {"kmer_linear": plain}})
    yield from shown(
        desk,
        metrics=numbers,
        primary=primary,
        differences=found,
        outcome=outcome,
        verdict=words,
        calibration=_calibration(judged),
        threshold=[float(one) for one in judged.thresholds],
        curves=drawn,
        confusion=curves.confusion(judged.outcome, data.names, judged.thresholds),
        worst=curves.worst(data, judged.tested, judged.outcome),
        **_by_fold(desk, judged),
    )


def method_part(desk: Desk) -> report.MethodPart:
    """Return what the method and each baseline chose."""
    details = desk.details.get(MODEL, [])
    return report.MethodPart(
        name=desk.method,
        title=TITLES[desk.method],
        both_strands=desk.both_strands,
        strands_why=desk.report.method.strands_why if desk.report.method else "",
        details=_together(details),
        baselines={
            key: _together(desk.details[key])
            for key in BASELINES
            if any(desk.details.get(key, []))
        },
    )


def _differences(desk: Desk) -> Generator[Said, None, dict[str, Measured]]:
    found = {}
    model = desk.judged[MODEL].outcome
    for i, key in enumerate(BASELINES):
        kept = desk.folder.load(f"difference-{key}")
        if kept is None:
            yield Progress(i, len(BASELINES), "baselines", "Comparing with baselines")
            other = desk.judged[key].outcome
            one = intervals.difference(model, other, seed=desk.seed)
            kept = Kept(_fields(one))
            desk.folder.save(f"difference-{key}", kept)
        found[key] = intervals.Measured(**kept.facts)
    return found


def _by_fold(desk: Desk, judged: Judged) -> dict[str, Any]:
    """Return the measures of each fold, and their mean with an interval."""
    if not desk.split.cross_validation:
        return {}
    outcome = judged.outcome
    folds = np.unique(outcome.strata)
    each = [
        evaluation.measured(outcome, (outcome.strata == fold)[None, :].astype(float))
        for fold in folds
    ]
    table = {name: [float(one[name][0]) for one in each] for name in each[0]}
    return {
        "by_fold": {
            name: [None if np.isnan(value) else value for value in values]
            for name, values in table.items()
        },
        "over_folds": {
            name: report.Number(**_fields(intervals.over_folds(values)))
            for name, values in table.items()
        },
    }


def _calibration(judged: Judged) -> report.CalibrationPart | None:
    if judged.outcome.task == "regression":
        return None
    kind = str(judged.calibration["kind"])
    words = {
        "none": "Probabilities are as the model gives them.",
        "temperature": "Log-odds were divided by a temperature and shifted.",
        "isotonic": "Probabilities were mapped along a rising curve.",
    }
    return report.CalibrationPart(
        kind=kind,
        words=words[kind],
        before=curves.reliability(judged.before),
        after=curves.reliability(judged.outcome),
    )


def _names(desk: Desk) -> dict[str, str]:
    """Return better words for baselines, such as the k that was chosen."""
    sizes = {one["k"] for one in desk.details["kmer_linear"] if "k" in one}
    return {"kmer_linear": f"{min(sizes)}-mer counts"} if len(sizes) == 1 else {}


def _rarest(judged: Judged) -> int:
    """Return the number of test examples of the rarest class or label value."""
    outcome = judged.outcome
    if outcome.task == "regression":
        return len(outcome)
    known, truth = truth_table(
        outcome.task, outcome.labels, outcome.predictions.shape[1]
    )
    yes, no = (truth & known).sum(axis=0), (~truth & known).sum(axis=0)
    return int(min(yes.min(), no.min()))


def _cautions(desk: Desk) -> tuple[str, ...]:
    """Return what may make the numbers too good."""
    found = []
    leaks = desk.report.leakage.model_dump() if desk.report.leakage else {}
    across = {name.replace("_", " "): n for name, n in leaks.items() if n}
    if across and desk.split.how in ("given", "random"):
        listed = ", ".join(f"{n:,} {name}" for name, n in across.items())
        found.append(
            f"Test and training examples are related ({listed}): the numbers are "
            "likely too good."
        )
    return tuple(found)


def _together(details: list[dict[str, Any]]) -> dict[str, Any]:
    """Return one training's details, or those of all folds as lists."""
    if len(details) == 1:
        return details[0]
    names = {name: None for one in details for name in one}
    return {name: [one.get(name) for one in details] for name in names}


def _fields(one: Measured) -> dict[str, float | None]:
    return {"value": one.value, "low": one.low, "high": one.high}
