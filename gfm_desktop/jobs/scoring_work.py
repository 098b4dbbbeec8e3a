"""What scoring a file takes, whoever does it: one job alone, or several shards."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from gfm_desktop import __version__
from gfm_desktop.errors import OptionError
from gfm_desktop.genome.status import Status
from gfm_desktop.jobs.events import Finished, Partial, Progress
from gfm_desktop.jobs.open_variants import open_table
from gfm_desktop.jobs.pacing import LARGEST_STEP, Pace, Part
from gfm_desktop.jobs.percentiles import with_percentiles
from gfm_desktop.jobs.precision_check import check_precision
from gfm_desktop.jobs.run_folder import Identity, Manifest, RunFolder
from gfm_desktop.jobs.scorers import checked_options, choose_scorer
from gfm_desktop.jobs.work import Work

if TYPE_CHECKING:
    from collections.abc import Generator

    from gfm_desktop.jobs.context import JobContext
    from gfm_desktop.jobs.open_variants import OpenedTable
    from gfm_desktop.jobs.pending import Pending
    from gfm_desktop.jobs.scoring import Scoring

UNIT = "variants"
_TELL_SECONDS = 0.05
"""Cheap batches tell their progress together."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """All that must be known before the first variant is scored.

    Attributes:
        work: Model, genome, genes and settings.
        opened: The variant table.
        manifest: What the run folder will say; its identity names the folder.
    """

    work: Work
    opened: OpenedTable
    manifest: Manifest


def prepare(job: Scoring, context: JobContext) -> Generator[Progress, None, Prepared]:
    """Check the settings, open the files and load the model.

    Raises:
        InputError: If a file cannot be used.
        ModelError: If the model cannot be used.
        OptionError: If scorer, option or batch size have no meaning here.
    """
    from gfm_desktop.models import catalogue

    if job.batch_size < 0:
        raise OptionError(
            f"The batch size must be at least 1, not {job.batch_size}.",
            where="--batch-size",
            todo="Leave it out, or give 0, to let the program choose.",
        )
    chosen = dict(job.model_options)
    card = choose_scorer(catalogue.card_of(job.model), job.scorer, chosen)
    card = with_percentiles(card)
    options = checked_options(card, job.options)
    yield Progress(0, None, UNIT, "Reading the genome")
    reference = context.reference(job.genome)
    genes = context.genes(job.annotation, job.genome)
    opened = yield from open_table(Path(job.variants), reference)
    if not context.has_model(job.model, job.device, job.model_options):
        yield Progress(0, None, UNIT, "Loading the model")
    model = context.model(job.model, job.device, job.model_options)
    work = Work(model, reference, genes, card, options, job.batch_size)
    work.score([])  # Settings that need gene models are refused before any work.
    agreement = yield from check_precision(work)
    told = () if agreement is None else (agreement.words,)
    return Prepared(work, opened, _manifest(job, work, opened, told))


def _manifest(
    job: Scoring, work: Work, opened: OpenedTable, told: tuple[str, ...]
) -> Manifest:
    identity = Identity(
        genome=work.reference.fingerprint,
        variants=opened.fingerprint,
        annotation=work.genes.fingerprint if work.genes is not None else "",
        weights=work.model.weights_sha256,
        scorer=work.card.name,
        options=work.options,
        model_options=dict(job.model_options),
        version=__version__,
    )
    warnings = [*opened.summary.warnings, *told]
    if work.card.needs_annotation and work.genes is None:
        warnings.append(
            "No gene models were given: both strands were scored everywhere, and "
            "no variant is reported as outside genes."
        )
    return Manifest(
        identity=identity,
        genome=job.genome,
        variants=job.variants,
        annotation=job.annotation,
        table=str(opened.table),
        model=job.model,
        model_name=work.model.card.name,
        columns=tuple((c.name, c.kind, c.description) for c in work.card.columns),
        warnings=tuple(warnings),
    )


def score_all(
    work: Work, folder: RunFolder, todo: Pending, *, done: int, total: int
) -> Generator[Progress | Partial, None, Counter[str]]:
    """Score what is left, write it in parts, and return the statuses' counts.

    How often it yields and how much a part holds, `jobs.pacing` decides.
    Whatever ends the loop (a cancel, a failure), what was scored is on disk.

    Args:
        work: What a batch needs.
        folder: Where the parts go.
        todo: What is left.
        done: How many variants are told as finished before.
        total: How many there are in all.
    """
    counts: Counter[str] = Counter()
    words = f"Scoring with {work.model.card.name}"
    pace = Pace()
    part = Part(folder, work.card)
    told = time.perf_counter()
    try:
        while batch := todo.take(min(pace.size, LARGEST_STEP)):
            began = time.perf_counter()
            scores = work.score([variant for _, variant in batch])
            if len(scores) != len(batch):
                raise RuntimeError(f"{len(scores)} scores for {len(batch)} variants")
            part.add([row for row, _ in batch], scores)
            now = time.perf_counter()
            pace.learn(scores, now - began)
            counts.update(str(score.status) for score in scores)
            done += len(batch)
            if part.due(now) and (path := part.write()):
                yield Partial("scores", str(path))
            if now - told >= _TELL_SECONDS or done == total:
                told = now
                yield Progress(done, total, UNIT, words)
        if path := part.write():
            yield Partial("scores", str(path))
    finally:
        part.write()
    return counts


def completed(
    folder: RunFolder, manifest: Manifest, *, read: dict[str, int], scored: Counter[str]
) -> Finished:
    """Note in a run folder that every row has a status, and say so.

    Args:
        folder: The run folder.
        manifest: Its manifest.
        read: Status to number of rows after the reading.
        scored: Status to number of rows that were scored.

    Raises:
        RuntimeError: If a row has no status or two: a number nobody could trust.
    """
    total = _reconciled(read, scored)
    folder.write_manifest(replace(manifest, counts=total, complete=True))
    return Finished(
        f"{total.get(Status.SCORED, 0):,} of {sum(total.values()):,} alleles "
        f"scored with {manifest.model_name}",
        counts=total,
        outputs={"run": str(folder.path), "table": manifest.table},
        warnings=manifest.warnings,
    )


def _reconciled(read: dict[str, int], scored: Counter[str]) -> dict[str, int]:
    """Return the counts of refusals from reading and of scoring, together."""
    waiting = read.get(Status.PENDING, 0)
    if scored.total() != waiting:
        raise RuntimeError(f"{scored.total()} statuses for {waiting} variants")
    total = Counter({s: n for s, n in read.items() if s != Status.PENDING})
    total.update(scored)
    return {str(status): total[status] for status in Status if total[status]}
