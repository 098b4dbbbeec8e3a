"""How many variants a batch takes, and when scores go to disk."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gfm_desktop.genome.status import Status

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from gfm_desktop.jobs.run_folder import RunFolder
    from gfm_desktop.scoring.card import ScorerCard, VariantScore

STEP_SECONDS = 0.6
"""Wanted time of a batch: a tile or a cancel waits for that long."""
PART_SECONDS = 2.0
"""Time that a part holds: a kill loses that much, and reading has few files."""
LARGEST_STEP = 4096
_FIRST_STEP = 4


@dataclass(slots=True)
class Pace:
    """Chooses the size of a batch, so that none takes longer than `STEP_SECONDS`.

    Refused variants cost nothing, and nobody knows how many of the next ones will be:
    the size supposes that all of them are to be scored.
    """

    size: int = _FIRST_STEP
    seconds: float = 0.0
    scored: float = 0.0

    def learn(self, scores: Sequence[VariantScore], seconds: float) -> None:
        """Take one batch into account; what is long ago counts less."""
        scored = sum(score.status == Status.SCORED for score in scores)
        if scored:
            self.seconds = 0.5 * self.seconds + seconds
            self.scored = 0.5 * self.scored + scored
            wanted = int(STEP_SECONDS * self.scored / max(self.seconds, 1e-6))
            self.size = max(1, min(wanted, 2 * self.size, LARGEST_STEP))


@dataclass(slots=True)
class Part:
    """Scores that are not on disk yet."""

    folder: RunFolder
    card: ScorerCard
    rows: list[int] = field(default_factory=list)
    scores: list[VariantScore] = field(default_factory=list)
    written: float = 0.0

    def add(self, rows: Sequence[int], scores: Sequence[VariantScore]) -> None:
        """Take one batch."""
        self.rows += rows
        self.scores += scores

    def due(self, now: float) -> bool:
        """Tell whether it is time to write; the first batch is shown at once."""
        return now - self.written >= PART_SECONDS or len(self.rows) >= LARGEST_STEP

    def write(self) -> Path | None:
        """Write what there is; None where there is nothing."""
        if not self.rows:
            return None
        rows, scores = self.rows, self.scores
        self.rows, self.scores = [], []
        path = self.folder.write_part(rows, scores, self.card)
        self.written = time.perf_counter()
        return path
