"""Which examples teach and which measure, so that the measure does not flatter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.errors import InputError, OptionError
from gfm_desktop.finetune import homology
from gfm_desktop.finetune.assigning import assign, strata
from gfm_desktop.finetune.places import overlapping_pairs
from gfm_desktop.finetune.split import TEST, TRAIN, UNUSED, VALIDATION, How, Split

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gfm_desktop.finetune.labelled import LabelledSet

    Whole = NDArray[np.int64]

FEWEST = 100
"""Examples below which all are needed for learning: cross-validation measures."""
FEWEST_TESTED = 10
"""Examples of the rarer class that a test part must hold."""
_FEWEST_CONTIGS = 4
_LEAST_VALIDATION = 0.1
_CODES = {"train": TRAIN, "validation": VALIDATION, "test": TEST, "": UNUSED}


def make(
    data: LabelledSet,
    *,
    split: str = "auto",
    test_fraction: float = 0.2,
    folds: int = 5,
    identity: float = 0.8,
    seed: int = 1,
) -> Split:
    """Part the examples; the same arguments give the same split.

    The user's own column is honoured as it stands. Otherwise whole groups go to one
    part: chromosomes where at least four are known, else sequences that are alike or
    overlap. With few labels the design is a cross-validation (`Split`).

    Args:
        data: All examples.
        split: One of `How`, or ``"auto"``.
        test_fraction: Share of the test part.
        folds: Number of folds.
        identity: Share of equal letters from which sequences are relatives.
        seed: Of every random choice.

    Raises:
        OptionError: If the file does not offer what `split` asks for.
        InputError: If the groups are too few to be parted.
    """
    how = _how(data, split)
    rng = np.random.default_rng(seed)
    if how == "given":
        return _given(data, folds, identity, rng)
    groups, why = _groups(data, how, identity)
    kinds = strata(data)
    count = len(np.unique(groups))
    if count < 3:
        raise _one_lump(how, count)
    validation = max(_LEAST_VALIDATION, test_fraction / 2)
    shares = (1 - test_fraction - validation, validation, test_fraction)
    parts = assign(groups, kinds, shares, rng)
    few = _too_few(data, parts == TEST)
    if few:
        folds = min(folds, count)
        parts = np.full(len(data), TRAIN)
        why = f"{few} {why}"
    in_folds = parts != TEST
    return Split(
        parts.astype(np.uint8),
        _folds(groups, kinds, in_folds, folds, rng),
        groups,
        how,
        bool(few),
        why + _largest(groups, how),
    )


def similarity_groups(data: LabelledSet, identity: float) -> Whole:
    """Return (n,) numbers of groups: alike, overlapping, and what hangs together so."""
    found = homology.relatives(data.sequences, identity)
    return found.joined(overlapping_pairs(data.places))


def _how(data: LabelledSet, split: str) -> How:
    contigs = {place.contig for place in data.places}
    offered: dict[str, bool] = {
        "given": "train" in data.given,
        "chromosome": len(contigs) >= 2,
        "similarity": True,
        "random": True,
    }
    if split == "auto":
        if offered["given"]:
            return "given"
        return "chromosome" if len(contigs) >= _FEWEST_CONTIGS else "similarity"
    if split not in offered:
        raise OptionError(
            f"There is no split “{split}”.", todo=f"Choose one of {', '.join(offered)}."
        )
    if not offered[split]:
        missing = {
            "given": "The file has no column that says which rows are for training.",
            "chromosome": "Places on at least two chromosomes are not known.",
        }
        raise OptionError(missing[split], todo="Choose the split “similarity”.")
    how: dict[str, How] = {
        "given": "given",
        "chromosome": "chromosome",
        "similarity": "similarity",
        "random": "random",
    }
    return how[split]


def _groups(data: LabelledSet, how: How, identity: float) -> tuple[Whole, str]:
    """Return what must stay together, and why, in words."""
    if how == "chromosome":
        contigs = sorted({place.contig for place in data.places})
        number = {contig: i for i, contig in enumerate(contigs)}
        groups = np.array([number[place.contig] for place in data.places], np.int64)
        return groups, (
            f"Whole chromosomes ({len(contigs)}) are kept apart, so that no window and "
            "no gene lies on both sides."
        )
    if how == "random":
        return np.arange(len(data), dtype=np.int64), (
            "Examples were parted at random: relatives may lie on both sides, which "
            "flatters."
        )
    groups = similarity_groups(data, identity)
    return groups, (
        f"Sequences that are alike in {identity:.0%} of their letters, or overlap, are "
        f"kept on one side: {len(np.unique(groups)):,} groups of {len(data):,} "
        "examples."
    )


def _given(
    data: LabelledSet, folds: int, identity: float, rng: np.random.Generator
) -> Split:
    """Return the file's own parts; a part that is missing is taken from another."""
    groups = similarity_groups(data, identity)
    parts = np.array([_CODES[part] for part in data.given], np.uint8)
    why = "The file's own column says which rows teach and which measure."
    kinds = strata(data)
    if TEST not in parts:
        if VALIDATION in parts:
            parts[parts == VALIDATION] = TEST
            why += " It has no test part: its validation part measures."
        else:
            why += " It has no test part, so that all rows are cross-validated."
            used = parts != UNUSED
            count = len(np.unique(groups[used]))
            if count < 3:
                raise _one_lump("similarity", count)
            made = _folds(groups, kinds, used, min(folds, count), rng)
            return Split(parts, made, groups, "given", True, why)
    if VALIDATION not in parts:
        train = np.flatnonzero(parts == TRAIN)
        shares = (1 - _LEAST_VALIDATION, _LEAST_VALIDATION)
        inner = assign(groups[train], kinds[train], shares, rng)
        parts[train[inner == 1]] = VALIDATION
        why += (
            f" It has no validation part: {int((inner == 1).sum()):,} training rows "
            "choose settings instead."
        )
    if unused := int((parts == UNUSED).sum()):
        why += f" {unused:,} rows are in no part and not used."
    if few := _too_few(data, parts == TEST):
        why += f" {few.split(':')[0]}: expect wide intervals."
    in_folds = (parts == TRAIN) | (parts == VALIDATION)
    return Split(
        parts, _folds(groups, kinds, in_folds, folds, rng), groups, "given", False, why
    )


def _folds(
    groups: Whole,
    kinds: Whole,
    chosen: NDArray[np.bool_],
    folds: int,
    rng: np.random.Generator,
) -> Whole:
    """Return (n,) folds of the chosen examples, -1 for all others."""
    made = np.full(len(groups), -1, np.int64)
    made[chosen] = assign(groups[chosen], kinds[chosen], (1 / folds,) * folds, rng)
    return made


def _too_few(data: LabelledSet, tested: NDArray[np.bool_]) -> str:
    """Return why a test part would say too little; empty where it would do."""
    if len(data) < FEWEST:
        return f"With {len(data)} labels each is tested in turn: {_CROSS}."
    if data.task == "regression":
        return ""
    counts = _class_counts(data, tested)
    # A class of a handful of examples cannot be measured by any design.
    in_all = _class_counts(data, np.ones(len(data), np.bool_))
    measured = counts[in_all >= FEWEST_TESTED]
    rarest = int(measured.min(initial=FEWEST_TESTED))
    if rarest >= FEWEST_TESTED:
        return ""
    return (
        f"Only {rarest} examples of the rarest class would be in the test part: "
        f"{_CROSS}."
    )


_CROSS = "every fold is predicted by a model that learnt from the others"


def _class_counts(data: LabelledSet, chosen: NDArray[np.bool_]) -> Whole:
    """Return the number of examples of every class, or of every label's two answers."""
    if data.task == "multilabel":
        values = data.labels[chosen]
        return np.concatenate([(values == 1).sum(axis=0), (values == 0).sum(axis=0)])
    labels = np.asarray(data.labels[chosen], np.int64)
    return np.bincount(labels, minlength=len(data.names))


def _largest(groups: Whole, how: How) -> str:
    """Return a warning where one group is most of the examples."""
    share = np.bincount(groups).max() / len(groups)
    if share < 0.5 or how == "random":
        return ""
    what = "chromosome" if how == "chromosome" else "group of relatives"
    return (
        f" One {what} holds {share:.0%} of all examples, so that parts differ from the "
        "sizes that were asked for."
    )


def _one_lump(how: How, count: int) -> InputError:
    what = "chromosomes" if how == "chromosome" else "groups of unrelated sequences"
    return InputError(
        f"There are {count} {what}: too few to keep some apart for an honest test.",
        todo="Raise “Similar from”, add other examples, or choose another split; a "
        "random one flatters.",
    )
