"""The check of the data before training: a traffic light with one-click fixes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gfm_desktop.errors import OptionError
from gfm_desktop.finetune import homology
from gfm_desktop.finetune.data_checks import (
    conflicting_labels,
    duplicates,
    fixes,
    gc_shortcut,
    homologous,
    imbalance,
    length_shortcut,
    overlaps,
    reverse_complements,
    same_chromosome,
    same_gene,
    too_few,
)
from gfm_desktop.finetune.data_checks.finding import (
    Finding,
    Inspected,
    Level,
    numbered,
)
from gfm_desktop.finetune.data_checks.sides import Sides

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gfm_desktop.finetune.labelled import LabelledSet
    from gfm_desktop.finetune.split import Split

CHECKS: tuple[Callable[[Inspected], Finding | None], ...] = (
    too_few.check,
    conflicting_labels.check,
    duplicates.check,
    reverse_complements.check,
    overlaps.check,
    homologous.check,
    same_gene.check,
    same_chromosome.check,
    imbalance.check,
    length_shortcut.check,
    gc_shortcut.check,
)
"""In the order of the report. One answers None where its question makes no sense."""

FIXES: dict[str, tuple[str, Callable[[LabelledSet], LabelledSet]]] = {
    "duplicates": ("Keep one of each", fixes.drop_duplicates),
    "reverse_complements": ("Keep one strand", fixes.drop_reverse_complements),
    "conflicting_labels": ("Settle conflicts", fixes.settle_conflicts),
}
"""Key to what a button says, and what it does."""

SETTING_FIXES = {
    "split=similarity": "Split by similarity",
    "split=chromosome": "Split by chromosome",
    "class_weights=true": "Balance classes",
}
"""Fixes that change a setting (`options.OPTIONS`), to what a button says."""

LEAKS = ("duplicates", "reverse_complements", "overlaps", "homologous")
_ORDER: tuple[Level, ...] = ("ok", "caution", "stop")


@dataclass(frozen=True, slots=True)
class DataCheck:
    """All answers.

    Attributes:
        findings: One a check.
        leakage: Key of `LEAKS` to the number of examples that leak (`Finding.leaking`).
    """

    findings: tuple[Finding, ...]
    leakage: dict[str, int]

    @property
    def level(self) -> Level:
        """Return the colour of the light: the worst of all answers."""
        return max((one.level for one in self.findings), key=_ORDER.index, default="ok")


def check(data: LabelledSet, split: Split, *, identity: float = 0.8) -> DataCheck:
    """Look for all that would flatter or mislead.

    The search for relatives is the long part; a job steps through `homology.search`
    first, and this then takes its answer.

    Args:
        data: All examples.
        split: Their parts.
        identity: Share of equal letters from which sequences are relatives.
    """
    nodes, mates = numbered(data)
    seen = Inspected(
        data,
        split,
        Sides.of(split),
        homology.relatives(data.sequences, identity),
        nodes,
        mates,
    )
    findings = tuple(found for one in CHECKS if (found := one(seen)) is not None)
    leaking = {found.key: found.leaking for found in findings}
    return DataCheck(findings, {key: leaking.get(key, 0) for key in LEAKS})


def apply_fix(key: str, data: LabelledSet) -> LabelledSet:
    """Return the examples after a fix; rows that it drops are in `refused`.

    Raises:
        OptionError: If there is no such fix.
    """
    if key not in FIXES:
        raise OptionError(
            f"There is no fix “{key}”.", todo=f"Choose one of {', '.join(FIXES)}."
        )
    return FIXES[key][1](data)


def apply_fixes(keys: Iterable[str], data: LabelledSet) -> LabelledSet:
    """Return the examples after several fixes, in the order of `FIXES`."""
    wanted = set(keys)
    for key in [*wanted - FIXES.keys(), *(key for key in FIXES if key in wanted)]:
        data = apply_fix(key, data)
    return data
