"""Score every variant of a file with one model; continues where it was stopped."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

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
    from collections.abc import Generator, Iterator

    from numpy.typing import NDArray

    from gfm_desktop.genome.annotation import GeneModels
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.genome.variant import Variant
    from gfm_desktop.jobs.context import JobContext
    from gfm_desktop.jobs.open_variants import OpenedTable
    from gfm_desktop.models.protocols import LoadedModel
    from gfm_desktop.scoring.card import OptionValue, ScorerCard, VariantScore

_STEP_SECONDS = 1.0
"""Wanted time of a batch: a tile or a cancel waits for that long."""
_LARGEST_STEP = 4096
_FIRST_STEP = 4
_DEFAULT_BATCH = {"cpu": 8, "cuda": 32}
"""Sequences a forward pass, where the user leaves the choice to us."""


@dataclass(frozen=True, slots=True)
class ScoreVariants:
    """Score a variant file; the same question again continues or answers at once.

    Outputs: ``run``, the run folder, and ``table``, the variant table. Counts: status
    to number of rows, refusals from reading included; they add up to all rows.
    Partials: ``scores``, one Parquet part a batch.

    Attributes:
        genome: FASTA file.
        variants: VCF or BCF file.
        model: Model id or folder.
        scorer: Scorer name; empty for the model's recommended one.
        annotation: GTF or GFF3 file; empty for none.
        device: ``"auto"``, ``"cpu"`` or ``"cuda"``.
        batch_size: Sequences a forward pass; 0 lets the program choose.
        options: The scorer's settings as (name, value) pairs.
        fresh: Score again what an earlier run has already scored.
    """

    genome: str
    variants: str
    model: str
    scorer: str = ""
    annotation: str = ""
    device: str = "auto"
    batch_size: int = 0
    options: tuple[tuple[str, OptionValue], ...] = ()
    fresh: bool = False
    resumable: ClassVar[bool] = True

    @property
    def title(self) -> str:
        """Return what the job strip calls it."""
        return f"Score {Path(self.variants).name}"

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
        from gfm_desktop.models import catalogue

        if self.batch_size < 0:
            raise OptionError(
                f"The batch size must be at least 1, not {self.batch_size}.",
                where="--batch-size",
                todo="Leave it out, or give 0, to let the program choose.",
            )
        card = choose_scorer(catalogue.card_of(self.model), self.scorer)
        options = checked_options(card, self.options)
        yield Progress(0, None, "variants", "Reading the genome")
        reference = context.reference(self.genome)
        genes = context.genes(self.annotation, self.genome)
        opened = yield from open_table(Path(self.variants), reference)
        if not context.has_model(self.model, self.device):
            yield Progress(0, None, "variants", "Loading the model")
        model = context.model(self.model, self.device)
        work = _Work(model, reference, genes, card, options, self.batch_size)
        work.score([])  # Settings that need gene models are refused before any work.
        manifest = self._manifest(reference, genes, opened, model, card, options)
        folder = RunFolder.of(manifest.identity)
        with folder.locked():
            if self.fresh:
                folder.forget_scores()
            folder.write_manifest(manifest)
            counts = yield from _score_all(work, folder, opened)
            total = _reconciled(opened.summary.counts, counts)
            folder.write_manifest(replace(manifest, counts=total, complete=True))
        return Finished(
            f"{total.get(Status.SCORED, 0):,} of {sum(total.values()):,} alleles "
            f"scored with {model.card.name}",
            counts=total,
            outputs={"run": str(folder.path), "table": str(opened.table)},
            warnings=manifest.warnings,
        )

    def _manifest(
        self,
        reference: Reference,
        genes: GeneModels | None,
        opened: OpenedTable,
        model: LoadedModel,
        card: ScorerCard,
        options: dict[str, OptionValue],
    ) -> Manifest:
        identity = Identity(
            genome=reference.fingerprint,
            variants=opened.fingerprint,
            annotation=genes.fingerprint if genes is not None else "",
            weights=model.weights_sha256,
            scorer=card.name,
            options=options,
            version=__version__,
        )
        warnings = list(opened.summary.warnings)
        if card.needs_annotation and genes is None:
            warnings.append(
                "No gene models were given: both strands were scored everywhere, and "
                "no variant is reported as outside genes."
            )
        return Manifest(
            identity=identity,
            genome=self.genome,
            variants=self.variants,
            annotation=self.annotation,
            table=str(opened.table),
            model=self.model,
            model_name=model.card.name,
            columns=tuple((c.name, c.kind, c.description) for c in card.columns),
            warnings=tuple(warnings),
        )


@dataclass(slots=True)
class _Work:
    """What one batch needs; `batch_size` shrinks when the device's memory is full."""

    model: LoadedModel
    reference: Reference
    genes: GeneModels | None
    card: ScorerCard
    options: dict[str, OptionValue]
    batch_size: int

    def __post_init__(self) -> None:
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


def _score_all(
    work: _Work, folder: RunFolder, opened: OpenedTable
) -> Generator[Progress | Partial, None, Counter[str]]:
    rows, counts = folder.done()
    total = opened.summary.counts.get(Status.PENDING, 0)
    done = len(rows)
    words = f"Scoring with {work.model.card.name}"
    yield Progress(done, total, "variants", words)
    for part in folder.parts:
        yield Partial("scores", str(part))
    size = max(_FIRST_STEP, work.batch_size)
    todo = _Pending(opened.table, rows)
    while batch := todo.take(size):
        began = time.perf_counter()
        scores = work.score([variant for _, variant in batch])
        if len(scores) != len(batch):
            raise RuntimeError(f"{len(scores)} scores for {len(batch)} variants")
        part = folder.write_part([row for row, _ in batch], scores, work.card)
        counts.update(str(score.status) for score in scores)
        done += len(batch)
        yield Partial("scores", str(part))
        yield Progress(done, total, "variants", words)
        size = _next_size(size, len(batch), time.perf_counter() - began)
    return counts


def _next_size(size: int, scored: int, seconds: float) -> int:
    """Return how many variants come next, so that a batch takes `_STEP_SECONDS`."""
    wanted = int(scored * _STEP_SECONDS / max(seconds, 1e-3))
    # At most doubled: the first batches may lie outside genes and cost nothing.
    return max(1, min(wanted, 2 * size, _LARGEST_STEP))


class _Pending:
    """Variants without a status, in order, in batches of any size."""

    def __init__(self, table: Path, done: NDArray[np.int64]) -> None:
        self._left = self._read(table, done)

    def take(self, number: int) -> list[tuple[int, Variant]]:
        """Return the next `number` of them, fewer at the end."""
        taken: list[tuple[int, Variant]] = []
        for one in self._left:
            taken.append(one)
            if len(taken) == number:
                break
        return taken

    @staticmethod
    def _read(table: Path, done: NDArray[np.int64]) -> Iterator[tuple[int, Variant]]:
        from gfm_desktop.genome.variant_table import read_pending

        for batch in read_pending(table, _LARGEST_STEP):
            rows = np.array([row for row, _ in batch], np.int64)
            known = np.searchsorted(done, rows, "right") > np.searchsorted(done, rows)
            for one, skip in zip(batch, known, strict=True):
                if not skip:
                    yield one


def _reconciled(read: dict[str, int], scored: Counter[str]) -> dict[str, int]:
    """Return the counts of refusals from reading and of scoring, together.

    Raises:
        RuntimeError: If a row has no status or two: a number nobody could trust.
    """
    waiting = read.get(Status.PENDING, 0)
    if scored.total() != waiting:
        raise RuntimeError(f"{scored.total()} statuses for {waiting} variants")
    total = Counter({s: n for s, n in read.items() if s != Status.PENDING})
    total.update(scored)
    return {str(status): total[status] for status in Status if total[status]}
