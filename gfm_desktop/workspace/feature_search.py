"""Finds genes and features of all open files: by name, and the next one along.

Nothing here asks a network: names are looked up in what is open.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from gfm_desktop.errors import GfmError
from gfm_desktop.genome.feature_store import FeatureStore
from gfm_desktop.genome.interval import Interval
from gfm_desktop.workspace.track_files import TrackKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gfm_desktop.genome.feature_slice import SortedSpans
    from gfm_desktop.workspace.track_files import TrackFile
    from gfm_desktop.workspace.workspace import Workspace

GENES = "genes"
"""What `Found.source` says of gene models."""


class Found(NamedTuple):
    """A gene or feature that was found.

    Attributes:
        name: As its file has it.
        where: Its place, 0-based half-open.
        source: `GENES`, or the title of the track.
    """

    name: str
    where: Interval
    source: str


@lru_cache(maxsize=16)
def store_at(folder: str) -> FeatureStore:
    """Return the store of a track's file, mapped once for painter and search.

    Args:
        folder: `TrackFile.store`; its content never changes.

    Raises:
        InputError: If it is gone or damaged.
    """
    return FeatureStore.load(Path(folder))


def search(workspace: Workspace, text: str, limit: int = 20) -> list[Found]:
    """Return genes and features by name: equal names first, then genes, then others.

    Args:
        workspace: What is open.
        text: A name or its beginning (of genes also a part); case does not matter.
        limit: Most to return.
    """
    wanted = text.strip().casefold()
    if not wanted:
        return []
    found: list[Found] = []
    models = workspace.annotation
    if models is not None:
        genes = models.search(text, limit)
        found.extend(Found(gene.name, gene.interval, GENES) for gene in genes)
    for file, store in _stores(workspace):
        some = store.search(text, limit)
        found.extend(Found(one.name, one.where, file.title) for one in some)
    # A sort that keeps the order of what is alike.
    found.sort(key=lambda one: one.name.casefold() != wanted)
    return list(dict.fromkeys(found))[:limit]


def find(workspace: Workspace, name: str) -> Found | None:
    """Return the gene, else the feature, of exactly this name (any case), or None."""
    models = workspace.annotation
    gene = None if models is None else models.find(name)
    if gene is not None:
        return Found(gene.name, gene.interval, GENES)
    for file, store in _stores(workspace):
        one = store.find(name)
        if one is not None:
            return Found(one.name, one.where, file.title)
    return None


def next_feature(
    workspace: Workspace,
    interval: Interval,
    direction: Literal[1, -1],
    *,
    lane: str = "",
) -> Interval | None:
    """Return the next gene or feature on the contig of a view, or None.

    To the right, it is the first that begins beyond the view's middle; to the left, the
    last that ends before it. So a view with one in its middle goes on to the next.

    Args:
        workspace: What is open.
        interval: The view.
        direction: 1 to the right, -1 to the left.
        lane: Key of the features track to walk along; gene models where empty, or the
            first features track where there are none.
    """
    spans = _spans(workspace, interval.contig, lane)
    if spans is None or not len(spans):
        return None
    middle = (interval.start + interval.end) / 2
    if direction > 0:
        place = int(np.searchsorted(spans.start, middle, side="right"))
        if place == len(spans):
            return None
    else:
        before = np.flatnonzero(spans.end <= middle)
        if not len(before):
            return None
        place = int(before[np.lexsort((spans.start[before], spans.end[before]))[-1]])
    return Interval(interval.contig, int(spans.start[place]), int(spans.end[place]))


def _spans(workspace: Workspace, contig: str, lane: str) -> SortedSpans | None:
    models = workspace.annotation
    if not lane and models is not None:
        return models.spans(contig)
    for file, store in _stores(workspace):
        if lane in ("", file.key):
            return store.spans(contig)
    return None


def _stores(workspace: Workspace) -> Iterator[tuple[TrackFile, FeatureStore]]:
    """Yield the open files of features that can be looked into."""
    for file in workspace.track_files.all:
        if file.kind is TrackKind.FEATURES and file.store:
            try:
                store = store_at(file.store)
            except GfmError:
                continue  # Its lane says what is wrong with it.
            yield file, store
