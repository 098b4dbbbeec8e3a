"""The pieces into which the scoring of a file is divided."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from gfm_desktop.errors import GfmError
from gfm_desktop.jobs.events import Finished, Partial, Progress
from gfm_desktop.jobs.job import Split
from gfm_desktop.jobs.pending import Pending, contained, fit_rows
from gfm_desktop.jobs.run_folder import Claim, RunFolder
from gfm_desktop.jobs.scoring_work import UNIT, prepare, score_all

if TYPE_CHECKING:
    from collections.abc import Generator

    from gfm_desktop.jobs.context import JobContext
    from gfm_desktop.jobs.scoring import Scoring


@dataclass(frozen=True, slots=True)
class PrepareScoring:
    """Make the run folder of a scoring, and the variant table, before it is divided.

    Outputs: ``run`` and ``table``. Counts: status to number of rows after reading.
    Partials: ``scores``, what an earlier run has written.

    Attributes:
        scoring: The whole job.
    """

    scoring: Scoring
    resumable: ClassVar[bool] = True

    @property
    def title(self) -> str:
        """Return what the job strip calls the whole job."""
        return self.scoring.title

    def run(self, context: JobContext) -> Generator[Progress | Partial, None, Finished]:
        """Check everything, as the whole job would, and note it in the folder.

        Raises:
            GfmError: As `ScoreVariants.run` does.
        """
        prepared = yield from prepare(self.scoring, context)
        folder = RunFolder.of(prepared.manifest.identity)
        with folder.locked():
            if self.scoring.fresh:
                folder.forget_scores()
            folder.write_manifest(prepared.manifest)
            for part in folder.parts:
                yield Partial("scores", str(part))
        return Finished(
            "Ready to be scored",
            counts=dict(prepared.opened.summary.counts),
            outputs={"run": str(folder.path), "table": str(prepared.opened.table)},
        )


@dataclass(frozen=True, slots=True)
class ScoreShard:
    """Score a range of a variant table into the run folder of the whole job.

    Attributes:
        scoring: The whole job.
        folder: The run folder, locked by whoever divided the job.
        claim: Which parts of the folder are this shard's.
        first: First of its variants, counted among those that are fit to be scored.
        count: How many of those the range has.
        share: How many of the range had no score when the job was divided.
    """

    scoring: Scoring
    folder: str
    claim: Claim
    first: int
    count: int
    share: int
    resumable: ClassVar[bool] = True

    @property
    def title(self) -> str:
        """Return what the job strip calls the whole job."""
        return self.scoring.title

    def run(self, context: JobContext) -> Generator[Progress | Partial, None, Finished]:
        """Score what of the range has no score yet.

        Raises:
            GfmError: If this computer would reckon something else than the others.
        """
        prepared = yield from prepare(self.scoring, context)
        folder = RunFolder(Path(self.folder), claim=self.claim)
        if prepared.manifest.identity.id != folder.path.name:
            raise GfmError(
                "A worker has other files, weights or another version of the program "
                "than the rest: its scores could not be compared.",
                where=self.folder,
                todo="Give all workers the same files and the same version.",
            )
        table = prepared.opened.table
        done, _ = folder.done()
        mine = fit_rows(table)[self.first : self.first + self.count]
        scored = self.share - int(np.count_nonzero(~contained(mine, done)))
        yield Progress(scored, self.share, UNIT)
        todo = Pending(table, done, first=self.first, count=self.count)
        counts = yield from score_all(
            prepared.work, folder, todo, done=scored, total=self.share
        )
        return Finished(f"{self.share:,} alleles scored", counts=dict(counts))


def split(
    scoring: Scoring, folder: RunFolder, table: Path, *, n: int, holder: str
) -> Split:
    """Divide what has no score into ranges of neighbours, about equally many in each.

    Neighbours stay together because they share the reference's prediction.

    Args:
        scoring: The whole job.
        folder: Its run folder, locked.
        table: Its variant table.
        n: Most shards.
        holder: What locking the folder gave.
    """
    done, _ = folder.done()
    fit = fit_rows(table)
    todo = np.flatnonzero(~contained(fit, done))
    number = folder.next_number()
    jobs = []
    for chunk in np.array_split(todo, min(n, len(todo))) if len(todo) else ():
        first, share = int(chunk[0]), len(chunk)
        # A part has at least one row: no shard can run into the next one's numbers.
        claim = Claim(holder, number, most=share)
        count = int(chunk[-1]) + 1 - first
        jobs.append(
            ScoreShard(scoring, str(folder.path), claim, first, count, share=share)
        )
        number += share
    return Split(tuple(jobs), len(done), len(fit), UNIT)
