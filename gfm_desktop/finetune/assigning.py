"""Whole groups of examples to parts, so that each gets its share of every class."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gfm_desktop.finetune.labelled import LabelledSet

    Whole = NDArray[np.int64]

_LEVELS = 5


def strata(data: LabelledSet) -> Whole:
    """Return int64 (n,), what parts are balanced for.

    It is the class; the fifth of all numbers that a value lies in; and of a multi-label
    example its rarest label, or that it has none.
    """
    if data.task == "regression":
        values = np.asarray(data.labels, np.float64)
        edges = np.quantile(values, np.arange(1, _LEVELS) / _LEVELS)
        return np.searchsorted(edges, values, side="right").astype(np.int64)
    if data.task == "multilabel":
        has = data.labels == 1
        counts = has.sum(axis=0)
        ranked = np.where(has, counts[None, :], np.iinfo(np.int64).max)
        return np.where(has.any(axis=1), ranked.argmin(axis=1) + 1, 0).astype(np.int64)
    return np.asarray(data.labels, np.int64)


def assign(
    groups: Whole, kinds: Whole, shares: tuple[float, ...], rng: np.random.Generator
) -> Whole:
    """Return the part of every example, (n,); a group is never parted.

    Groups of several examples go first, the largest first, each to the part that it
    brings nearest to its share of every kind; a group larger than any part's share goes
    to the largest part. Single examples then fill up what each part still lacks.

    Args:
        groups: (n,), numbers of groups.
        kinds: (n,), what is balanced, as `strata` returns it.
        shares: Share of each part, summing to 1.
        rng: Of the order among groups of one size, and of the choice of singles.
    """
    _, groups = np.unique(groups, return_inverse=True)
    _, kinds = np.unique(kinds, return_inverse=True)
    if not len(groups):
        return np.zeros(0, np.int64)
    sizes = np.bincount(groups)
    counts = np.zeros((len(sizes), int(kinds.max()) + 1), np.int64)
    np.add.at(counts, (groups, kinds), 1)
    wanted = np.outer(shares, counts.sum(axis=0))
    part_of = np.full(len(sizes), -1, np.int64)
    have = np.zeros_like(wanted)
    large = rng.permutation(np.flatnonzero(sizes > 1))
    for group in large[np.argsort(-sizes[large], kind="stable")]:
        part = _nearest(have, wanted, counts[group])
        part_of[group] = part
        have[part] += counts[group]
    for kind in range(counts.shape[1]):
        single = np.flatnonzero((sizes == 1) & (counts[:, kind] == 1))
        lacking = _lacking(have[:, kind], wanted[:, kind], len(single))
        part_of[rng.permutation(single)] = np.repeat(np.arange(len(shares)), lacking)
    return part_of[groups]


def _nearest(
    have: NDArray[np.float64], wanted: NDArray[np.float64], group: Whole
) -> int:
    """Return the part that the group brings nearest to its wishes.

    The loss is the sum over parts and kinds of ((have - wanted) / wanted)², so that a
    rare kind and a small part count as much as others.
    """
    scale = np.maximum(wanted, 0.5)
    before = ((have - wanted) / scale) ** 2
    after = ((have + group - wanted) / scale) ** 2
    return int(np.argmin((after - before).sum(axis=1)))


def _lacking(
    have: NDArray[np.float64], wanted: NDArray[np.float64], count: int
) -> Whole:
    """Return how many of `count` examples each part gets: most where most lack."""
    lack = np.maximum(wanted - have, 0)
    if lack.sum() == 0:
        lack = wanted
    exact = lack / max(lack.sum(), 1e-12) * count
    given = np.floor(exact).astype(np.int64)
    rest = count - int(given.sum())
    given[np.argsort(given - exact, kind="stable")[:rest]] += 1
    return np.asarray(given, np.int64)
