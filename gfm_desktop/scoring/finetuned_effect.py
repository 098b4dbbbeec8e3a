"""What a fine-tuned model says about a variant: how its own prediction changes.

Equation, for the logits z of a model that learnt from sequences, of windows of the
length it learnt with::

    two classes      score = z_ALT - z_REF, with z = log p / (1 - p)
    several labels   the same for each label; the largest change counts, with its sign
    one of classes   the same with log p_k / (1 - p_k) of each class k
    a number         score = value of ALT - value of REF

The logits are those before the calibration: a rising curve would make equals of what
the model tells apart. `ref_prediction` and `alt_prediction` are calibrated. A model
that learnt from variants (REF and ALT together) gives its prediction itself as the
score: the probability of the positive class, or of the most probable one, or the value.

Windows: both haplotypes have the trained length, the variant in their middle
(`equal_windows`); a model of variants reads them as `windows.centred` has it, which is
how it was taught. Strands: a model that averages both strands is asked once. One that
learnt from one strand reads the sense strand of the genes where gene models are open,
else both, with a caution: it cannot know which strand is meant.

Limits: such a score is as good as the model, whose report says how it was tested; a
model of sequences was never shown a variant.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.errors import OptionError
from gfm_desktop.genome.status import Status
from gfm_desktop.models.finetuned_model import FineTunedModel
from gfm_desktop.scoring.card import Column, ScorerCard, VariantScore
from gfm_desktop.scoring.equal_windows import Haplotypes, equal_windows
from gfm_desktop.scoring.language_refusals import SEQUENCE_KINDS, senseless
from gfm_desktop.scoring.language_scoring import STRANDS, UNKNOWN_SHARE
from gfm_desktop.scoring.refusals import Refusal, unreadable
from gfm_desktop.scoring.windows import centred, window

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gfm_desktop.genome.annotation import GeneModels
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.genome.variant import Variant

    Floats = NDArray[np.float64]

SCORER = ScorerCard(
    name="finetuned-effect",
    title="Change of the fine-tuned prediction",
    equation="logit p(ALT) - logit p(REF); difference of values for numbers; the "
    "prediction itself for models of variants",
    units="log-odds (natural), or the unit of the learnt value; higher is a gain",
    source="The fine-tuned model's own report; differences of log-odds as in deltaSVM "
    "(Lee et al. 2015, Nat Genet 47:955)",
    needs="finetuned",
    background=20,
    columns=(
        Column("ref_prediction", "float", "Calibrated prediction with REF"),
        Column("alt_prediction", "float", "Calibrated prediction with ALT"),
        Column("changed", "str", "Class or label that the score belongs to"),
        Column("changes", "str", "Change of every class or label, name=value"),
    ),
    options=(STRANDS,),
    kinds=SEQUENCE_KINDS,
)
_TOGETHER = 16
"""Variants whose windows are predicted together, at least."""


def score(
    model: FineTunedModel,
    variants: Sequence[Variant],
    *,
    reference: Reference,
    genes: GeneModels | None,
    batch_size: int = 8,
    strands: str = "auto",
) -> list[VariantScore]:
    """Score variants; every one gets exactly one outcome.

    Args:
        model: A fine-tuned model.
        variants: Normalised variants, on contigs of the reference or not.
        reference: The genome.
        genes: Gene models; tell the sense strand.
        batch_size: Most sequences of a forward pass.
        strands: Which strands to read: a choice of `STRANDS`.

    Returns:
        One outcome for each variant, in their order.

    Raises:
        OptionError: If an option makes no sense or the model does not fit; never
            because of one variant.
    """
    _check(model, genes, batch_size, strands)
    rule = _Rule(model, reference, genes, strands)
    outcomes: list[VariantScore] = []
    step = max(_TOGETHER, batch_size)
    for first in range(0, len(variants), step):
        begun = [rule.begin(variant) for variant in variants[first : first + step]]
        waiting = [one for one in begun if isinstance(one, _Waiting)]
        ended = iter(rule.end(waiting, batch_size))
        outcomes += [
            one if isinstance(one, VariantScore) else next(ended) for one in begun
        ]
    return outcomes


def _check(
    model: FineTunedModel, genes: GeneModels | None, batch_size: int, strands: str
) -> None:
    if not isinstance(model, FineTunedModel):
        raise OptionError(
            f"{model.card.name} is not a fine-tuned model, so {SCORER.name} cannot "
            "score with it.",
            where="--scorer",
            todo=f"Choose one of: {', '.join(model.card.scorers)}.",
        )
    problems, todo = [], ""
    if batch_size < 1:
        problems.append(f"The batch size must be positive, not {batch_size}")
    if strands not in STRANDS.choices:
        problems.append(f"Strands must be one of {', '.join(STRANDS.choices)}")
    if strands == "gene" and genes is None:
        problems.append("The sense strand is known only where gene models are")
        todo = "Open gene models (GTF or GFF3), or choose another strand."
    if problems:
        raise OptionError("; ".join(problems) + ".", where=SCORER.name, todo=todo)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A variant whose windows have not been predicted, one for each strand."""

    variant: Variant
    windows: tuple[Haplotypes, ...]
    cautions: tuple[str, ...]
    gene: str


@dataclass(frozen=True, slots=True)
class _Rule:
    """The rule with its model and options."""

    model: FineTunedModel
    reference: Reference
    genes: GeneModels | None
    strands: str

    def begin(self, variant: Variant) -> VariantScore | _Waiting:
        """Refuse a variant, or say what to predict for it."""
        found: Refusal | Haplotypes | None = unreadable(variant, self.reference)
        strands, gene = "+", ""
        cautions: tuple[str, ...] = ()
        if found is None:
            strands, cautions, gene = self._strands(variant)
            if not strands and self.genes is not None:
                found = senseless(variant, self.genes)
        if found is None:
            found = self._window(variant)
        if isinstance(found, Refusal):
            return VariantScore(variant, found.status, found.reason)
        if found.unknown > UNKNOWN_SHARE:
            cautions = (
                *cautions,
                f"Caution: {found.unknown:.0%} of the sequence that the model reads "
                "here is unknown (N) in this genome.",
            )
        windows = [found if strand == "+" else found.reversed() for strand in strands]
        return _Waiting(variant, tuple(windows), cautions, gene)

    def _window(self, variant: Variant) -> Haplotypes | Refusal:
        if self.model.input == "sequence":
            return equal_windows(self.reference, variant, self.model.length)
        length = self.reference.contigs[variant.contig]
        span = centred(variant, length, self.model.length)
        if isinstance(span, Refusal):
            return span
        both = window(self.reference, variant, span)
        return Haplotypes(both.ref, both.alt)

    def _strands(self, variant: Variant) -> tuple[str, tuple[str, ...], str]:
        """Return the strands to read, none outside genes; cautions; gene names."""
        if self.model.both_strands and self.strands in ("auto", "both"):
            # The model itself takes the mean of both.
            return "+", (), ""
        if self.strands in ("forward", "reverse"):
            return {"forward": "+", "reverse": "-"}[self.strands], (), ""
        if self.strands == "both" or self.genes is None:
            caution = (
                "Caution: the model learnt from one strand, and the score is the mean "
                "of both; with gene models open the sense strand alone is read."
            )
            return "+-", (caution,) if self.strands == "auto" else (), ""
        found = self.genes.at(variant.contig, variant.start)
        strands = "".join(sorted({one.strand for one in found}))
        two = "Caution: genes on both strands lie here; the score is the mean of both."
        names = ",".join(one.name for one in found)
        return strands, (two,) if len(strands) > 1 else (), names

    def end(self, waiting: Sequence[_Waiting], batch_size: int) -> list[VariantScore]:
        """Predict the windows, and turn the predictions into outcomes."""
        every = [one for variant in waiting for one in variant.windows]
        ref, alt = [one.ref for one in every], [one.alt for one in every]
        if self.model.input == "variant":
            tables = [self.model.logits(ref, alt, batch_size=batch_size)]
        else:
            both = self.model.logits([*ref, *alt], batch_size=batch_size)
            tables = [both[: len(ref)], both[len(ref) :]]
        outcomes, first = [], 0
        for one in waiting:
            here = slice(first, first + len(one.windows))
            means = [table[here].mean(axis=0) for table in tables]
            first += len(one.windows)
            outcomes.append(self._outcome(one, means))
        return outcomes

    def _outcome(self, one: _Waiting, means: Sequence[Floats]) -> VariantScore:
        if not all(np.isfinite(values).all() for values in means):
            reason = "The model gave something that is not a number."
            return VariantScore(one.variant, Status.FAILED, reason)
        if len(means) == 1:
            found, columns = self._predicted(means[0])
        else:
            found, columns = self._changed(*means)
        reason = " ".join(one.cautions)
        return VariantScore(
            one.variant, Status.SCORED, reason, found, one.gene, columns
        )

    def _changed(
        self, ref: Floats, alt: Floats
    ) -> tuple[float, dict[str, float | int | str | None]]:
        """Return score and columns of a model of sequences, of logits (outputs,)."""
        changes = self._odds(alt) - self._odds(ref)
        place = int(np.abs(changes).argmax())
        tables = [self.model.calibrated(values[None])[0] for values in (ref, alt)]
        return float(changes[place]), {
            "ref_prediction": float(tables[0][place]),
            "alt_prediction": float(tables[1][place]),
            "changed": self._name(place),
            "changes": self._listed(changes, "+"),
        }

    def _predicted(
        self, logits: Floats
    ) -> tuple[float, dict[str, float | int | str | None]]:
        """Return score and columns of a model of variants."""
        chances = self.model.calibrated(logits[None])[0].astype(np.float64)
        place = int(chances.argmax())
        return float(chances[place]), {
            "ref_prediction": None,
            "alt_prediction": float(chances[place]),
            "changed": self._name(place),
            "changes": self._listed(chances, ""),
        }

    def _odds(self, logits: Floats) -> Floats:
        """Return log p / (1 - p) of every output, or the value."""
        if self.model.task != "multiclass":
            return logits
        odds = np.empty(len(logits))
        for i in range(len(logits)):
            others = np.delete(logits, i)
            highest = others.max()
            odds[i] = logits[i] - highest - np.log(np.exp(others - highest).sum())
        return odds

    def _name(self, place: int) -> str:
        return self.model.names[-1 if self.model.task == "binary" else place]

    def _listed(self, values: Floats, sign: str) -> str:
        """Return every class with its value; empty where there is only one."""
        if len(values) < 2:
            return ""
        named = zip(self.model.names, values, strict=True)
        return ",".join(f"{name}={value:{sign}.4f}" for name, value in named)
