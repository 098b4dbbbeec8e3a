"""How one variant gets its Pangolin score; the rule is told in `pangolin_delta`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gfm_desktop.genome.status import Status
from gfm_desktop.models.splice_alleles import AlleleBatch, AlleleModel
from gfm_desktop.models.splice_windows import (
    masked_sequence,
    projected,
    strand_targets,
)
from gfm_desktop.scoring.card import VariantScore
from gfm_desktop.scoring.refusals import Refusal, unreadable
from gfm_desktop.scoring.splice_refusals import unscorable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gfm_desktop.genome.annotation import Gene, GeneModels
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.genome.variant import Variant
    from gfm_desktop.models.pangolin import PangolinModel
    from gfm_desktop.models.splice_question import Question

LARGEST_DISTANCE = 4_999
UNKNOWN_SHARE = 0.05
"""Share of N in what the model sees, above which a score is cautioned."""


@dataclass(frozen=True, slots=True)
class Networks:
    """The model as a batch of windows asks it: a column for each network."""

    model: PangolinModel

    def predict(
        self, sequences: Sequence[str], *, batch_size: int = 8
    ) -> list[NDArray[np.float32]]:
        """Return shape (n, tissues * replicates) for each sequence."""
        found = self.model.replicate_probabilities(sequences, batch_size=batch_size)
        return [values.reshape(len(values), -1) for values in found]

    @property
    def incremental(self) -> bool:
        """Tell whether the model reckons what variants change (`AlleleModel`)."""
        return isinstance(self.model, AlleleModel) and self.model.incremental

    def answers(
        self, questions: Sequence[Question]
    ) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
        """Return REF and ALT, each of shape (n, tissues * replicates)."""
        return [
            (ref.reshape(len(ref), -1), alt.reshape(len(alt), -1))
            for ref, alt in self.model.answers(questions)
        ]


@dataclass(frozen=True, slots=True)
class Place:
    """A gene that the score is for, or a bare strand.

    Attributes:
        name: Symbol; empty for a strand.
        written: What the published layout calls it.
        strand: ``"+"`` or ``"-"``.
        ends: First and last base of every exon, 0-based; None where nothing is known.
    """

    name: str
    written: str
    strand: str
    ends: tuple[int, ...] | None

    @classmethod
    def of(cls, gene: Gene) -> Place:
        """Return a gene with the exon ends of its canonical transcript."""
        ends = {base for a, b in gene.canonical.exons for base in (a, b - 1)}
        return cls(gene.name, gene.gene_id, gene.strand, tuple(sorted(ends)))


@dataclass(frozen=True, slots=True)
class PlaceScore:
    """The two changes in one gene, their positions, and tissues where there is one."""

    place: Place
    gain: float
    gain_at: int
    gain_tissue: str | None
    loss: float
    loss_at: int
    loss_tissue: str | None
    warning: str

    @property
    def highest(self) -> float:
        """Return the larger of both changes."""
        return max(self.gain, -self.loss)

    def layout(self) -> str:
        """Return the program's layout: 2 decimals, and no "-0.0"."""
        gain, loss = round(self.gain, 2) + 0.0, round(self.loss, 2) + 0.0
        return (
            f"{self.place.written}|{self.gain_at}:{gain}|{self.loss_at}:{loss}"
            f"|Warnings:{self.warning}"
        )


Waiting = tuple["Variant", list[Place], dict[str, int], float, AlleleBatch]
"""The variant, its genes, what was asked for each strand, the share of N, the batch."""


@dataclass(frozen=True, slots=True)
class Rule:
    """The program's rule with its options."""

    model: PangolinModel
    reference: Reference
    genes: GeneModels | None
    distance: int
    masked: bool

    def begin(self, variant: Variant, batch: AlleleBatch) -> VariantScore | Waiting:
        """Refuse the variant, or ask for the windows that it needs."""
        refusal = unreadable(variant, self.reference)
        places = [] if refusal else self._places(variant)
        if refusal is None and not places:
            reason = "No gene of the annotation holds this position."
            refusal = Refusal(Status.NOT_IN_GENE, reason)
        if refusal is None:
            refusal = self._unscorable(variant)
        if refusal is not None:
            return VariantScore(variant, refusal.status, refusal.reason)
        length = self.reference.contigs[variant.contig]
        strands = {place.strand for place in places}
        targets = strand_targets(variant.contig, length)
        start, end = self._span(variant)
        flank = self.model.flank
        seen = masked_sequence(self.reference, targets[0], start - flank, end + flank)
        asked = {
            target.strand: batch.ask(target, variant, start, end, flank=flank)
            for target in targets
            if target.strand in strands
        }
        return variant, places, asked, seen.count("N") / len(seen), batch

    def end(
        self,
        variant: Variant,
        places: list[Place],
        asked: dict[str, int],
        unknown: float,
        batch: AlleleBatch,
    ) -> VariantScore:
        """Compare the predictions."""
        changes = {s: self._change(variant, r, batch) for s, r in asked.items()}
        if not all(np.isfinite(change).all() for change in changes.values()):
            reason = "The model gave something that is not a number."
            return VariantScore(variant, Status.FAILED, reason)
        found = [self._score(variant, p, changes[p.strand]) for p in places]
        best = max(found, key=lambda one: one.highest)
        caution = (
            f"Caution: {unknown:.0%} of the sequence that the model sees here is "
            "unknown (N) in this genome."
            if unknown > UNKNOWN_SHARE
            else ""
        )
        columns: dict[str, float | int | str | None] = {
            "gain": best.gain,
            "gain_at": best.gain_at,
            "gain_tissue": best.gain_tissue,
            "loss": best.loss,
            "loss_at": best.loss_at,
            "loss_tissue": best.loss_tissue,
            "strand": best.place.strand,
            "pangolin": ",".join(one.layout() for one in found),
        }
        return VariantScore(
            variant, Status.SCORED, caution, best.highest, best.place.name, columns
        )

    def _places(self, variant: Variant) -> list[Place]:
        """Return the genes at POS, those of the plus strand first, as written."""
        if self.genes is None:
            return [Place("", strand, strand, None) for strand in "+-"]
        here = self.genes.at(variant.contig, variant.start)
        return sorted(map(Place.of, here), key=lambda place: place.strand != "+")

    def _unscorable(self, variant: Variant) -> Refusal | None:
        flank, distance = self.model.flank, self.distance
        refusal = unscorable(
            variant,
            self.reference,
            flank=flank,
            distance=distance,
            largest_distance=LARGEST_DISTANCE,
        )
        room = self.reference.contigs[variant.contig] - variant.start - len(variant.ref)
        if refusal is None and room < flank + distance:
            # The program looks at `distance` bases behind the end of REF.
            return Refusal(
                Status.OUT_OF_RANGE,
                f"The model needs {flank + distance:,} bases on each side, and the "
                f"contig ends {room:,} bases behind the variant.",
            )
        return refusal

    def _span(self, variant: Variant) -> tuple[int, int]:
        """Return the positions that are compared, 0-based half-open."""
        end = variant.start + len(variant.ref) + self.distance
        return variant.start - self.distance, end

    def _change(
        self, variant: Variant, number: int, batch: AlleleBatch
    ) -> NDArray[np.floating[Any]]:
        """Return the mean change, shape (positions, tissues)."""
        ref, alt = batch.read(number)
        change = projected(alt, self.distance, variant) - ref
        tissues = len(self.model.tissues)
        mean: NDArray[np.floating[Any]] = change.reshape(len(change), tissues, -1).mean(
            axis=2
        )
        return mean

    def _score(
        self, variant: Variant, place: Place, change: NDArray[np.floating[Any]]
    ) -> PlaceScore:
        gain, loss = change.max(axis=1), change.min(axis=1)
        warning = ""
        if self.masked and place.ends is not None:
            start = variant.start - self.distance
            positions = np.arange(start, start + len(change))
            annotated = np.isin(positions, place.ends)
            gain = np.where(annotated, np.minimum(gain, 0), gain)
            loss = np.where(annotated, loss, np.maximum(loss, 0))
            warning = "" if place.ends else "NoAnnotatedSitesToMaskForThisGene"
        up, down = int(gain.argmax()), int(loss.argmin())
        return PlaceScore(
            place,
            float(gain[up]),
            up - self.distance,
            self.model.tissues[int(change[up].argmax())] if gain[up] > 0 else None,
            float(loss[down]),
            down - self.distance,
            self.model.tissues[int(change[down].argmin())] if loss[down] < 0 else None,
            warning,
        )
