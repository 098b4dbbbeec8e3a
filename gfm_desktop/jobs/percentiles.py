"""Put percentiles beside the scores of a finished run, and its parts into one file."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from gfm_desktop.genome.status import Status
from gfm_desktop.jobs.background import (
    Background,
    Ranks,
    Site,
    class_of,
    sites,
    substitutions,
    trinucleotide_of,
)
from gfm_desktop.jobs.events import Partial, Progress
from gfm_desktop.jobs.pacing import PART_SECONDS, STEP_SECONDS
from gfm_desktop.scoring.card import Column

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.jobs.run_folder import Identity, RunFolder
    from gfm_desktop.jobs.scoring import Scoring
    from gfm_desktop.jobs.work import Work
    from gfm_desktop.scoring.card import ScorerCard

PERCENTILE = Column(
    "percentile",
    "float",
    "How much of the background lies below the score, 0 to 100: random substitutions "
    "of the same trinucleotide class in the same genome",
)
BACKGROUND = Column(
    "background", "int", "Random substitutions that the percentile compares with"
)
_UNIT = "random substitutions"


def with_percentiles(card: ScorerCard) -> ScorerCard:
    """Return a scorer's card with the two columns, where it has a background."""
    if not card.background:
        return card
    return replace(card, columns=(*card.columns, PERCENTILE, BACKGROUND))


def background_of(job: Scoring, card: ScorerCard) -> int:
    """Return the sites of each trinucleotide to compare with; 0 for no percentiles."""
    if not card.background:
        return 0
    if job.background < 0:
        return 0 if card.background_asked else card.background
    return job.background


def add_percentiles(
    work: Work, folder: RunFolder, identity: Identity, table: Path, number: int
) -> Generator[Progress | Partial, None, None]:
    """Score the background that a run lacks, and write percentiles beside its scores.

    The parts of the run become one part. Whatever ends the work, what was scored of
    the background is kept for the next time.

    Args:
        work: What a batch needs.
        folder: The run folder; every row has a status.
        identity: What the run's numbers depend on.
        table: The variant table.
        number: Sites of each trinucleotide.
    """
    classes = yield from _classes(table, work.reference, folder)
    wanted = {trinucleotide_of(name) for name in classes.values()}
    background = Background.open(_background_identity(identity))
    yield from _complete(work, background, wanted, number)
    written = folder.rewrite(_Percentiles(background, classes, number).column_values)
    yield Partial("scores", str(written))


def _background_identity(identity: Identity) -> dict[str, object]:
    return {
        "genome": identity.genome,
        "annotation": identity.annotation,
        "weights": identity.weights,
        "scorer": identity.scorer,
        "options": identity.options,
        "model_options": identity.model_options,
        "version": identity.version,
    }


def _classes(
    table: Path, reference: Reference, folder: RunFolder
) -> Generator[Progress, None, dict[int, str]]:
    """Return row to class of every scored substitution."""
    from gfm_desktop.genome.variant_table import read_pending

    scored = folder.rows_with(Status.SCORED)
    classes: dict[int, str] = {}
    for batch in read_pending(table, 4096, 0):
        for row, variant in batch:
            if row in scored and (name := class_of(variant, reference)):
                classes[row] = name
        yield Progress(0, None, _UNIT, "Finding comparable substitutions")
    return classes


def _complete(
    work: Work, background: Background, wanted: Iterable[str], number: int
) -> Generator[Progress, None, None]:
    """Score the sites that the background lacks, some at a time."""
    lacking = [c for c in wanted if background.sites.get(c, 0) < number]
    total = sum(3 * (number - background.sites.get(c, 0)) for c in lacking)
    words = "Scoring random substitutions to compare with"
    done, size, saved = 0, 1, time.perf_counter()
    waiting: list[Site] = []
    yield Progress(done, total, _UNIT, words)

    def score() -> None:
        nonlocal done, size
        began = time.perf_counter()
        _score_sites(work, background, waiting)
        done += 3 * len(waiting)
        seconds = max(time.perf_counter() - began, 1e-6)
        size = max(1, min(2 * size, int(STEP_SECONDS * len(waiting) / seconds), 512))
        waiting.clear()

    try:
        known = dict(background.sites)
        for site in sites(work.reference, lacking, number):
            if site.number < known.get(site.context, 0):
                continue
            waiting.append(site)
            if len(waiting) >= size:
                score()
                yield Progress(done, total, _UNIT, words)
                if time.perf_counter() - saved > PART_SECONDS:
                    background.save()
                    saved = time.perf_counter()
        score()
    finally:
        background.save()
    yield Progress(total, total, _UNIT, words)


def _score_sites(work: Work, background: Background, waiting: list[Site]) -> None:
    """Score the three substitutions of each site, all sites together."""
    found = [substitutions(work.reference, site) for site in waiting]
    scores = iter(work.score([v for group in found for v in group.values()]))
    for site, group in zip(waiting, found, strict=True):
        background.add(site.context, {name: next(scores).score for name in group})


class _Percentiles:
    """Looks up percentiles; the sorted scores of a class are kept."""

    def __init__(
        self, background: Background, classes: dict[int, str], number: int
    ) -> None:
        self._background = background
        self._classes = classes
        self._number = number
        self._ranks: dict[str, Ranks] = {}

    def column_values(
        self,
        rows: NDArray[np.int64],
        scores: list[float | None],
    ) -> dict[str, list[float | None] | list[int | None]]:
        """Return the two columns for rows with their scores."""
        percentiles: list[float | None] = []
        counts: list[int | None] = []
        for row, score in zip(rows.tolist(), scores, strict=True):
            ranks = self._of(self._classes.get(row, ""))
            found = None if score is None else ranks.percentile(score)
            percentiles.append(found)
            counts.append(None if found is None else len(ranks.scores))
        return {PERCENTILE.name: percentiles, BACKGROUND.name: counts}

    def _of(self, name: str) -> Ranks:
        """Return the background of a class; an empty one for what is no class."""
        if name not in self._ranks:
            self._ranks[name] = self._background.ranked(name, self._number)
        return self._ranks[name]
