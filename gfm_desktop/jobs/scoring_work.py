"""What scoring a file takes, whoever does it: one job alone, or several shards."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop import __version__
from gfm_desktop.errors import OptionError
from gfm_desktop.genome.status import Status
from gfm_desktop.jobs.events import Finished, Partial, Progress
from gfm_desktop.jobs.open_variants import open_table
from gfm_desktop.jobs.run_folder import Identity, Manifest, RunFolder
from gfm_desktop.jobs.scorers import checked_options, choose_scorer
from gfm_desktop.scoring import registry

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from numpy.typing import NDArray

    from gfm_desktop.genome.annotation import GeneModels
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.genome.variant import Variant
    from gfm_desktop.jobs.context import JobContext
    from gfm_desktop.jobs.open_variants import OpenedTable
    from gfm_desktop.jobs.scoring import Scoring
    from gfm_desktop.models.option import OptionValue
    from gfm_desktop.models.protocols import LoadedModel
    from gfm_desktop.scoring.card import ScorerCard, VariantScore

UNIT = "variants"
_STEP_SECONDS = 0.6
"""Wanted time of a batch: a tile or a cancel waits for that long."""
_TELL_SECONDS = 0.05
"""Cheap batches tell their progress together."""
_PART_SECONDS = 2.0
"""Time that a part holds: a kill loses that much, and reading has few files."""
_LARGEST_STEP = 4096
_FIRST_STEP = 4
_DEFAULT_BATCH = {"cpu": 8, "cuda": 32}
"""Sequences a forward pass, where the user leaves the choice to us."""


@dataclass(slots=True)
class Work:
    """What one batch needs; `batch_size` shrinks when the device's memory is full."""

    model: LoadedModel
    reference: Reference
    genes: GeneModels | None
    card: ScorerCard
    options: dict[str, OptionValue]
    batch_size: int

    def __post_init__(self) -> None:
        """Choose the batch size where the user leaves it to us."""
        if self.batch_size == 0:
            kind = self.model.device.split(":")[0]
            self.batch_size = _DEFAULT_BATCH.get(kind, 8)

    def score(self, variants: list[Variant]) -> list[VariantScore]:
        """Score one batch; halves the forward passes where memory runs out."""
        import torch

        score = registry.function_of(self.card.name)
        while True:
            try:
                return score(
                    self.model,
                    variants,
                    reference=self.reference,
                    genes=self.genes,
                    batch_size=self.batch_size,
                    **self.options,
                )
            except torch.OutOfMemoryError:
                if self.batch_size == 1:
                    raise
                self.batch_size //= 2
                torch.cuda.empty_cache()


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
    card = choose_scorer(catalogue.card_of(job.model), job.scorer)
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
    return Prepared(work, opened, _manifest(job, work, opened))


def _manifest(job: Scoring, work: Work, opened: OpenedTable) -> Manifest:
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
    warnings = list(opened.summary.warnings)
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

    Yields about every `_STEP_SECONDS`; a part holds what was scored in `_PART_SECONDS`.
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
    pace = _Pace()
    part = _Part(folder, work.card)
    told = time.perf_counter()
    try:
        while batch := todo.take(min(pace.size, _LARGEST_STEP)):
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


@dataclass(slots=True)
class _Pace:
    """Chooses the size of a batch, so that none takes longer than `_STEP_SECONDS`.

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
            wanted = int(_STEP_SECONDS * self.scored / max(self.seconds, 1e-6))
            self.size = max(1, min(wanted, 2 * self.size, _LARGEST_STEP))


@dataclass(slots=True)
class _Part:
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
        return now - self.written >= _PART_SECONDS or len(self.rows) >= _LARGEST_STEP

    def write(self) -> Path | None:
        """Write what there is; None where there is nothing."""
        if not self.rows:
            return None
        rows, scores = self.rows, self.scores
        self.rows, self.scores = [], []
        path = self.folder.write_part(rows, scores, self.card)
        self.written = time.perf_counter()
        return path


class Pending:
    """Variants without a status, in order, in batches of any size."""

    def __init__(
        self,
        table: Path,
        done: NDArray[np.int64],
        *,
        first: int = 0,
        count: int | None = None,
    ) -> None:
        """Look at a range of the variants of a table that are fit to be scored.

        Args:
            table: The variant table.
            done: Its rows that have a score, sorted.
            first: How many fit variants to pass over.
            count: How many of the following to look at; None for all.
        """
        self._left = self._read(table, done, first, count)

    def take(self, number: int) -> list[tuple[int, Variant]]:
        """Return the next `number` of them, fewer at the end."""
        taken: list[tuple[int, Variant]] = []
        for one in self._left:
            taken.append(one)
            if len(taken) == number:
                break
        return taken

    @staticmethod
    def _read(
        table: Path, done: NDArray[np.int64], first: int, count: int | None
    ) -> Iterator[tuple[int, Variant]]:
        from gfm_desktop.genome.variant_table import read_pending

        for batch in read_pending(table, _LARGEST_STEP, first):
            wanted = batch[:count]
            known = contained([row for row, _ in wanted], done)
            for one, skip in zip(wanted, known, strict=True):
                if not skip:
                    yield one
            if count is not None:
                count -= len(wanted)
                if count == 0:
                    return


def fit_rows(table: Path) -> NDArray[np.int64]:
    """Return the rows of a variant table that are fit to be scored, ascending."""
    import pyarrow.parquet as pq

    fit = [("status", "=", str(Status.PENDING))]
    rows = pq.read_table(table, columns=["row"], filters=fit)["row"].to_numpy()
    return np.asarray(rows, np.int64)


def contained(
    rows: NDArray[np.int64] | list[int], done: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Return which rows are among those of `done`, which is sorted."""
    right, left = (np.searchsorted(done, rows, side) for side in ("right", "left"))
    return np.asarray(right > left)


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
