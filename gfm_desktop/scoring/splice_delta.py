"""Gain and loss of splice sites around a variant: the published SpliceAI rule.

Equation. For the probabilities p of the sequence with REF and with ALT, over the
positions x within `distance` of the variant::

    DS_AG = max(p_alt(x) - p_ref(x)), acceptor    DP_AG = the first such x - POS
    DS_AL = max(p_ref(x) - p_alt(x)), acceptor    DP_AL ...
    DS_DG, DS_DL: the same for donors             score = max of the four, over genes

Source: Jaganathan et al. 2019, Cell 176:535-548, and the function
``get_delta_scores`` of the program ``spliceai`` 1.3.1, whose rules are kept: one window
for each gene whose (canonical) transcript holds POS; N outside that transcript; minus
strands read as reverse complement; deleted positions count as 0 in ALT; inserted bases
count with their maximum at the base that they follow. `masked` sets a gain at the
annotated exon boundary that is nearest to POS, and a loss anywhere else, to 0, after
the position was chosen.

Beyond the published rule, which leaves these out:

* several bases for several others (MNV, delins) are scored as the haplotype they are;
  the alignment is `models.splice_windows.projected`, of which the rule is a case;
* without gene models both strands are scored unmasked, symbols "+" and "-", as
  CI-SpliceAI does;
* letters other than A, C, G, T in the genome count as N (``spliceai`` reads R as C...).

Limits: positions in the published layout are relative to the variant's POS, which here
is that of the normalised variant. A deletion longer than distance + 1 leaves the window
on the right; the published rule then also counts 0 for bases left of it that are not
deleted. It is kept, and such a score carries a caution.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gfm_desktop.errors import OptionError
from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.status import Status
from gfm_desktop.models.option import Option
from gfm_desktop.models.splice_alleles import AlleleBatch, asked_at_once
from gfm_desktop.models.splice_windows import (
    SpliceTarget,
    masked_sequence,
    projected,
    targets_over,
)
from gfm_desktop.scoring.card import Column, ScorerCard, VariantScore
from gfm_desktop.scoring.refusals import unreadable
from gfm_desktop.scoring.splice_refusals import outside, unscorable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gfm_desktop.genome.annotation import GeneModels
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.genome.variant import Variant
    from gfm_desktop.models.protocols import SpliceModel

LARGEST_DISTANCE = 4_999
UNKNOWN_SHARE = 0.05
"""Share of N in what the model sees of the gene, above which a score is cautioned."""
_KINDS = (("ag", 1, 1), ("al", 1, -1), ("dg", 2, 1), ("dl", 2, -1))
"""Name, column of the model's output, sign of the change."""

_WORDS = {
    "ag": "acceptor gain",
    "al": "acceptor loss",
    "dg": "donor gain",
    "dl": "donor loss",
}

SCORER = ScorerCard(
    name="splice-delta",
    title="Splice site gain and loss",
    equation="max over acceptor/donor and gain/loss of |p(ALT) - p(REF)|",
    units="change of probability, 0 to 1",
    source="SpliceAI (Jaganathan et al. 2019, Cell 176:535-548), spliceai 1.3.1",
    needs="splice",
    columns=(
        *(Column(f"ds_{k}", "float", f"Delta score, {w}") for k, w in _WORDS.items()),
        *(
            Column(f"dp_{k}", "int", f"Position of the {w}, in bp from the variant")
            for k, w in _WORDS.items()
        ),
        Column("strand", "str", "Strand that the score belongs to"),
        Column(
            "splice",
            "str",
            "ALLELE|SYMBOL|DS_AG|DS_AL|DS_DG|DS_DL|DP_AG|DP_AL|DP_DG|DP_DL, one entry "
            "for each gene",
        ),
    ),
    options=(
        Option(
            "distance",
            "Distance",
            "How far from the variant a splice site may be gained or lost.",
            50,
            minimum=0,
            maximum=LARGEST_DISTANCE,
            unit="bp",
        ),
        Option(
            "masked",
            "Masked",
            "Leave out gains of annotated splice sites and losses of other positions. "
            "Needs gene models.",
            False,
        ),
    ),
    thresholds=(
        (0.2, "high recall (SpliceAI paper)"),
        (0.5, "recommended (SpliceAI paper)"),
        (0.8, "high precision (SpliceAI paper)"),
    ),
    needs_annotation=True,
    losses=("ds_al", "ds_dl"),
)


def score(
    model: SpliceModel,
    variants: Sequence[Variant],
    *,
    reference: Reference,
    genes: GeneModels | None,
    distance: int = 50,
    masked: bool = False,
    batch_size: int = 8,
) -> list[VariantScore]:
    """Score variants; every one gets exactly one outcome.

    Args:
        model: A splice model.
        variants: Normalised variants, on contigs of the reference or not.
        reference: The genome.
        genes: Gene models of the genome; None scores both strands unmasked.
        distance: Positions on each side of POS that are looked at, in bp.
        masked: Apply the published mask; needs `genes`.
        batch_size: Variants whose windows are collected and predicted together.

    Returns:
        One outcome for each variant, in their order.

    Raises:
        OptionError: If an option makes no sense; never because of one variant.
    """
    _check_options(distance, masked, genes, batch_size)
    rule = _Rule(model, reference, genes, distance, masked)
    outcomes: list[VariantScore] = []
    step = asked_at_once(model, batch_size)
    for first in range(0, len(variants), step):
        batch = AlleleBatch(model, reference, batch_size=batch_size)
        waiting = [rule.begin(v, batch) for v in variants[first : first + step]]
        batch.run()
        for state in waiting:
            outcome = state if isinstance(state, VariantScore) else rule.end(*state)
            outcomes.append(outcome)
    return outcomes


def _check_options(
    distance: int, masked: bool, genes: GeneModels | None, batch_size: int
) -> None:
    problems = []
    if not 0 <= distance <= LARGEST_DISTANCE:
        problems.append(
            f"The distance must be from 0 to {LARGEST_DISTANCE:,} bp, not {distance:,}"
        )
    if masked and genes is None:
        problems.append("Masked scores need gene models, which say what to mask")
    if batch_size < 1:
        problems.append(f"The batch size must be positive, not {batch_size}")
    if problems:
        raise OptionError(
            "; ".join(problems) + ".",
            where="splice-delta",
            todo="Open gene models (GTF or GFF3), or score unmasked."
            if masked and genes is None
            else "",
        )


@dataclass(frozen=True, slots=True)
class _Request:
    """What was asked of the model for one variant in one gene."""

    target: SpliceTarget
    alleles: int
    unknown: float


@dataclass(frozen=True, slots=True)
class _GeneScore:
    """Delta scores and positions in one gene, in the order of `_KINDS`."""

    target: SpliceTarget
    deltas: tuple[float, ...]
    positions: tuple[int, ...]

    @property
    def highest(self) -> float:
        return max(self.deltas)

    def written(self, alt: str) -> str:
        """Return the published layout, 2 decimals, and no "-0.00"."""
        deltas = (f"{round(delta, 2) + 0.0:.2f}" for delta in self.deltas)
        places = (str(place) for place in self.positions)
        return "|".join((alt, self.target.symbol, *deltas, *places))


@dataclass(frozen=True, slots=True)
class _Rule:
    """The published rule with its options."""

    model: SpliceModel
    reference: Reference
    genes: GeneModels | None
    distance: int
    masked: bool

    def begin(
        self, variant: Variant, batch: AlleleBatch
    ) -> VariantScore | tuple[Variant, list[_Request], AlleleBatch]:
        """Refuse the variant, or ask for the windows that it needs."""
        targets: list[SpliceTarget] = []
        refusal = unreadable(variant, self.reference)
        if refusal is None:
            targets = targets_over(
                Interval(variant.contig, variant.start, variant.start + 1),
                reference=self.reference,
                genes=self.genes,
            )
            refusal = outside(variant, self.genes) if not targets else None
        if refusal is None:
            refusal = unscorable(
                variant,
                self.reference,
                flank=self.model.flank,
                distance=self.distance,
                largest_distance=LARGEST_DISTANCE,
            )
        if refusal is not None:
            return VariantScore(variant, refusal.status, refusal.reason)
        return variant, [self._ask(variant, t, batch) for t in targets], batch

    def end(
        self, variant: Variant, requests: list[_Request], batch: AlleleBatch
    ) -> VariantScore:
        """Compare the predictions."""
        found = [self._compare(variant, request, batch) for request in requests]
        if not all(np.isfinite(gene.deltas).all() for gene in found):
            reason = "The model gave something that is not a number."
            return VariantScore(variant, Status.FAILED, reason)
        best = max(found, key=lambda gene: gene.highest)
        names = [name for name, _, _ in _KINDS]
        columns: dict[str, float | int | str | None] = {
            **{f"ds_{n}": v for n, v in zip(names, best.deltas, strict=True)},
            **{f"dp_{n}": v for n, v in zip(names, best.positions, strict=True)},
            "strand": best.target.strand,
            "splice": ",".join(gene.written(variant.alt) for gene in found),
        }
        return VariantScore(
            variant,
            Status.SCORED,
            self._cautions(variant, requests),
            best.highest,
            best.target.symbol if best.target.is_gene else "",
            columns,
        )

    def _ask(
        self, variant: Variant, target: SpliceTarget, batch: AlleleBatch
    ) -> _Request:
        flank, distance = self.model.flank, self.distance
        start, end = variant.start - distance, variant.start + distance + 1
        alleles = batch.ask(target, variant, start, end, flank=flank)
        window = masked_sequence(self.reference, target, start - flank, end + flank)
        seen = min(end + flank, target.end) - max(start - flank, target.start)
        unknown = (window.count("N") - (len(window) - seen)) / seen
        return _Request(target, alleles, unknown)

    def _compare(
        self, variant: Variant, request: _Request, batch: AlleleBatch
    ) -> _GeneScore:
        ref, alt = batch.read(request.alleles)
        alt = projected(alt, self.distance, variant)
        boundary = request.target.nearest_boundary(variant.start)
        deltas, positions = [], []
        for _, column, sign in _KINDS:
            change: NDArray[np.floating[Any]] = sign * (alt[:, column] - ref[:, column])
            place = int(change.argmax())
            position = place - self.distance
            # A gain at the annotated site, or a loss elsewhere, is masked.
            hidden = self.masked and (position == boundary) == (sign > 0)
            deltas.append(0.0 if hidden else float(change[place]))
            positions.append(position)
        return _GeneScore(request.target, tuple(deltas), tuple(positions))

    def _cautions(self, variant: Variant, requests: Sequence[_Request]) -> str:
        cautions = []
        unknown = max(request.unknown for request in requests)
        if unknown > UNKNOWN_SHARE:
            cautions.append(
                f"Caution: {unknown:.0%} of the sequence that the model sees here is "
                "unknown (N) in this genome."
            )
        if len(variant.alt) < len(variant.ref) > self.distance + 1:
            cautions.append(
                "Caution: the deletion reaches past the window, where the published "
                "rule overstates losses; a distance of at least "
                f"{len(variant.ref) - 1:,} avoids that."
            )
        return " ".join(cautions)
