"""Score every substitution of a gene's exons and their neighbourhood, in one job.

The two jobs of ``gfm score --saturate GENE`` one after the other: the same list of
variants, the same run folder, the same numbers. What was scored before is read.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from gfm_desktop.jobs.saturate_gene import SaturateGene
from gfm_desktop.jobs.score_variants import ScoreVariants

if TYPE_CHECKING:
    from collections.abc import Generator

    from gfm_desktop.jobs.context import JobContext
    from gfm_desktop.jobs.events import Finished, Partial, Progress
    from gfm_desktop.models.option import OptionValue


@dataclass(frozen=True, slots=True)
class ScoreGene:
    """Saturate a gene; the same question again continues or answers at once.

    Outputs, counts and partials: those of `jobs.score_variants.ScoreVariants`, and
    ``variants``, the list that was scored.

    Attributes:
        gene: Name or identifier.
        annotation: GTF or GFF3 file.
        genome: FASTA file.
        model: Model id or folder.
        scorer: Scorer name; empty for the model's recommended one.
        flank: bp on each side of every exon that are changed as well.
        device: ``"auto"``, ``"cpu"`` or ``"cuda"``.
        batch_size: Sequences a forward pass; 0 lets the program choose.
        options: The scorer's settings as (name, value) pairs.
        model_options: Choices of the model's family as (name, value) pairs.
    """

    gene: str
    annotation: str
    genome: str
    model: str
    scorer: str = ""
    flank: int = 50
    device: str = "auto"
    batch_size: int = 0
    options: tuple[tuple[str, OptionValue], ...] = ()
    model_options: tuple[tuple[str, OptionValue], ...] = ()
    resumable: ClassVar[bool] = True

    @property
    def title(self) -> str:
        """Return what the job strip calls it."""
        return f"Saturate {self.gene}"

    def continued(self, *, out_of_memory: bool) -> ScoreGene:
        """Return the job that goes on after the worker ended in the middle of it."""
        size = self.batch_size
        return replace(self, batch_size=max(1, size // 2) if out_of_memory else size)

    def run(self, context: JobContext) -> Generator[Progress | Partial, None, Finished]:
        """List the substitutions, and score those that have no score yet.

        Raises:
            InputError: If a file cannot be used.
            ModelError: If the model cannot be used.
            OptionError: If there is no such gene, or scorer or option have no meaning.
        """
        list_all = SaturateGene(self.gene, self.annotation, self.genome, self.flank)
        listed = yield from list_all.run(context)
        variants = listed.outputs["variants"]
        # Percentiles do not change the numbers, and would come after all of them.
        scoring = ScoreVariants(
            genome=self.genome,
            variants=variants,
            model=self.model,
            scorer=self.scorer,
            annotation=self.annotation,
            device=self.device,
            batch_size=self.batch_size,
            options=self.options,
            background=0,
            model_options=self.model_options,
        )
        scored = yield from scoring.run(context)
        return replace(
            scored,
            message=f"{self.gene}: {scored.message}",
            outputs={**scored.outputs, "variants": variants},
        )
