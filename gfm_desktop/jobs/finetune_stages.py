"""The first half of a fine-tuning: labels, check, split, baselines, the model."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from gfm_desktop.finetune import checks, homology, intervals, report, splitting, trial
from gfm_desktop.finetune.baselines.kmer_linear import both_strands
from gfm_desktop.finetune.split import PARTS, TEST, TRAIN, UNUSED, VALIDATION, Split
from gfm_desktop.jobs.events import Progress
from gfm_desktop.jobs.finetune_desk import (
    BASELINES,
    EARLY_STOPPERS,
    exported,
    judge,
    tried,
)
from gfm_desktop.jobs.finetune_folder import Kept
from gfm_desktop.jobs.finetune_results import (
    MODEL,
    baseline_shown,
    method_part,
    shown,
)

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from gfm_desktop.finetune.labelled import LabelledSet
    from gfm_desktop.jobs.finetune_desk import Desk
    from gfm_desktop.jobs.finetune_folder import FineTuneFolder
    from gfm_desktop.jobs.finetune_log import Said
    from gfm_desktop.models.option import OptionValue

FINAL = "final"
_REFUSED_SHOWN = 1_000
_STRANDS = {
    "yes": "You said that both strands mean the same.",
    "no": "You said that strands differ.",
}


def designed(
    folder: FineTuneFolder, data: LabelledSet, options: Mapping[str, OptionValue]
) -> Generator[Said, None, tuple[Split, Kept]]:
    """Return the split, and what the data check found, as it is kept.

    Raises:
        InputError: If the examples cannot be parted.
        OptionError: If the file does not offer the split that is asked for.
    """
    kept = folder.load("split")
    if kept is None:
        identity = float(options["identity"])
        for done, total in homology.search(data.sequences, identity):
            yield Progress(done, total or None, "pairs", "Looking for relatives")
        made = splitting.make(
            data,
            split=str(options["split"]),
            test_fraction=float(options["test_fraction"]),
            folds=int(options["folds"]),
            identity=identity,
            seed=int(options["seed"]),
        )
        yield Progress(0, None, "examples", "Checking the data")
        found = checks.check(data, made, identity=identity)
        facts: dict[str, Any] = {
            "how": made.how,
            "why": made.why,
            "cross_validation": made.cross_validation,
            "checks": [asdict(one) for one in found.findings],
            "leakage": found.leakage,
        }
        arrays: dict[str, NDArray[Any]] = {
            "parts": made.parts,
            "folds": made.folds,
            "groups": made.groups,
        }
        kept = Kept(facts, arrays)
        folder.save("split", kept)
    split = Split(
        **kept.arrays,
        how=kept.facts["how"],
        cross_validation=kept.facts["cross_validation"],
        why=kept.facts["why"],
    )
    return split, kept


def first_report(
    data: LabelledSet, split: Split, found: Kept, settings: Mapping[str, OptionValue]
) -> report.Report:
    """Return the report before anything was learnt."""
    counts = {part: int((split.parts == part).sum()) for part in range(len(PARTS))}
    measured = split.of(TEST)
    sizes = report.Sizes(
        train=counts[TRAIN],
        validation=counts[VALIDATION],
        test=counts[TEST],
        unused=counts[UNUSED],
    )
    folds = len(np.unique(split.folds[split.folds >= 0]))
    if split.cross_validation:
        measured = np.flatnonzero(split.folds >= 0)
        sizes = sizes.model_copy(update={"test": len(measured)})
    groups = split.groups[measured]
    return report.Report(
        task=data.task,
        names=list(data.names),
        split=report.SplitPart(
            how=split.how,
            why=split.why,
            cross_validation=split.cross_validation,
            folds=folds,
            groups=len(np.unique(groups)),
            drawn=intervals.unit_of(groups),
        ),
        sizes=sizes,
        leakage=report.Leakage(**found.facts["leakage"]),
        checks=[report.CheckPart(**one) for one in found.facts["checks"]],
        settings=dict(settings),
        refused=[
            report.RefusedPart(row=one.row, reason=one.reason)
            for one in data.refused[:_REFUSED_SHOWN]
        ],
        refused_count=len(data.refused),
        notes=list(data.notes),
        data_sha256=data.sha256,
    )


def strands(desk: Desk) -> Generator[Said, None, None]:
    """Find out whether the reverse complement means the same."""
    wanted = str(desk.options["reverse_complement"])
    words = _STRANDS.get(wanted, "")
    if wanted == "auto":
        kept = desk.folder.load("strands")
        if kept is None:
            known = desk.split.of(TRAIN, VALIDATION)
            parts = (known, known[:0], desk.split.folds)
            asking = both_strands(desk.data, *parts, seed=desk.seed)
            found = yield from desk.log.driven(asking, "strands", "Both strands?")
            kept = Kept({"both": found})
            desk.folder.save("strands", kept)
        desk.both_strands = bool(kept.facts["both"])
        words = _strands_why(desk)
    else:
        desk.both_strands = wanted == "yes"
    part = method_part(desk).model_copy(update={"strands_why": words})
    yield from shown(desk, method=part)


def _strands_why(desk: Desk) -> str:
    if desk.data.alternatives:
        return "Variants lie on both strands."
    if desk.data.places and not desk.data.reverse:
        return "Regions without a strand lie on both strands."
    if desk.both_strands:
        return "A k-mer model of both strands did as well as one of this strand alone."
    return "A k-mer model of this strand alone did better than one of both strands."


def baselines(desk: Desk) -> Generator[Said, None, None]:
    """Learn and measure every baseline."""
    for key in BASELINES:
        stops = key in EARLY_STOPPERS
        if key == "random_init":
            stops = desk.method in EARLY_STOPPERS
        folds = trial.plan(desk.split, stops_early=stops)
        names = [f"{key}-{fold.number}" for fold in folds]
        # A network with random weights is not made only to be thrown away.
        done = all(desk.folder.load(name) is not None for name in names)
        make = desk.baseline("majority" if done else key)
        found = yield from tried(desk, key, make, folds)
        balanced = key == "random_init" and bool(desk.options["class_weights"])
        judge(desk, key, found, balanced=balanced)
        yield from baseline_shown(desk, key)
        yield from shown(desk, method=method_part(desk))


def model(desk: Desk) -> Generator[Said, None, tuple[Path, dict[str, Any]]]:
    """Learn with the chosen method; returns the shipped weights and their entries."""
    stops = desk.method in EARLY_STOPPERS
    crossed = desk.split.cross_validation

    def make(_fold: trial.Fold, folder: Path) -> Any:
        return desk.tuning(folder)

    folds = trial.plan(desk.split, stops_early=stops)
    if not crossed and exported(desk, MODEL, 0) is None:
        desk.folder.drop(f"{MODEL}-0")
    # In a cross-validation a fold's model must not speak of what it learnt from.
    held = not crossed
    found = yield from tried(
        desk, MODEL, make, folds, stage=desk.method, whole=held, export=held
    )
    balanced = bool(desk.options["class_weights"])
    judge(desk, MODEL, found, balanced=balanced)
    yield from shown(desk, method=method_part(desk))
    key, number = MODEL, 0
    if crossed:
        key, number = FINAL, -1
        if exported(desk, key, number) is None:
            desk.folder.drop(f"{key}-{number}")
        last = [trial.whole(desk.split, stops_early=stops)]
        words = "Learning from all examples"
        yield from tried(
            desk, key, make, last, stage=desk.method, title=words, export=True
        )
    weights = exported(desk, key, number)
    assert weights is not None, "just made"
    return weights
