"""Score every variant of a file with one model; continues where it was stopped."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from gfm_desktop.genome.status import Status
from gfm_desktop.jobs.events import Finished, Partial, Progress
from gfm_desktop.jobs.pending import Pending
from gfm_desktop.jobs.percentiles import add_percentiles, background_of
from gfm_desktop.jobs.run_folder import RunFolder
from gfm_desktop.jobs.score_shard import PrepareScoring, split
from gfm_desktop.jobs.scoring import Scoring
from gfm_desktop.jobs.scoring_work import UNIT, completed, prepare, score_all

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from gfm_desktop.jobs.context import JobContext
    from gfm_desktop.jobs.job import Split


@dataclass(frozen=True, slots=True)
class ScoreVariants(Scoring):
    """Score a variant file; the same question again continues or answers at once.

    Outputs: ``run``, the run folder, and ``table``, the variant table. Counts: status
    to number of rows, refusals from reading included; they add up to all rows.
    Partials: ``scores``, one Parquet part a batch. Several workers can share it
    (`jobs.job.Shardable`); scores and totals are the same.
    """

    resumable: ClassVar[bool] = True

    def continued(self, *, out_of_memory: bool) -> ScoreVariants:
        """Return the job that goes on after the worker ended in the middle of it."""
        size = self.batch_size
        if out_of_memory:
            # 0 chose at least 8, and that was too much: the surest size is 1.
            size = max(1, size // 2)
        return replace(self, batch_size=size, fresh=False)

    def run(self, context: JobContext) -> Generator[Progress | Partial, None, Finished]:
        """Score what has no score yet.

        Raises:
            InputError: If a file cannot be used.
            ModelError: If the model cannot be used.
            OptionError: If scorer, option or batch size have no meaning here.
        """
        prepared = yield from prepare(self, context)
        opened, manifest = prepared.opened, prepared.manifest
        folder = RunFolder.of(manifest.identity)
        with folder.locked():
            if self.fresh:
                folder.forget_scores()
            folder.write_manifest(manifest)
            rows, counts = folder.done()
            total = opened.summary.counts.get(Status.PENDING, 0)
            words = f"Scoring with {manifest.model_name}"
            yield Progress(len(rows), total, UNIT, words)
            for part in folder.parts:
                yield Partial("scores", str(part))
            todo = Pending(opened.table, rows)
            counts += yield from score_all(
                prepared.work, folder, todo, done=len(rows), total=total
            )
            read = opened.summary.counts
            work, number = prepared.work, background_of(self, prepared.work.card)
            if number and counts[Status.SCORED]:
                yield from add_percentiles(
                    work, folder, manifest.identity, opened.table, number
                )
                manifest = replace(manifest, background=number)
            return completed(folder, manifest, read=read, scored=counts)

    def preparation(self) -> PrepareScoring:
        """Return the job that opens everything before the scoring is divided."""
        return PrepareScoring(self)

    @contextlib.contextmanager
    def shards(self, n: int, prepared: Finished) -> Iterator[Split]:
        """Divide what has no score; keeps the run folder locked.

        Raises:
            GfmError: If another living process is writing into it.
        """
        folder = RunFolder(Path(prepared.outputs["run"]))
        with folder.locked() as holder:
            table = Path(prepared.outputs["table"])
            yield split(self, folder, table, n=n, holder=holder)

    def merge(self, parts: Sequence[Finished], prepared: Finished) -> Finished:
        """Return the ending; what is on disk is counted, not what the shards said.

        Raises:
            RuntimeError: If a row has no status or two: a number nobody could trust.
        """
        folder = RunFolder(Path(prepared.outputs["run"]))
        rows, counts = folder.done()
        twice = len(rows) - len(np.unique(rows))
        if twice:
            raise RuntimeError(f"{twice} variants were scored twice")
        manifest = folder.read_manifest()
        return completed(folder, manifest, read=prepared.counts, scored=counts)
