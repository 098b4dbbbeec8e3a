"""Gain and loss of splice sites around a variant: the rule of the program Pangolin.

Equation. p(x, t, r) is the probability of a splice site at x, in tissue t, by the
tissue's network r, for the sequence with REF and with ALT::

    change(x, t) = mean over r of  p_alt(x, t, r) - p_ref(x, t, r)
    gain(x) = max over t of change(x, t)     loss(x) = min over t of change(x, t)
    gain = max over x of gain(x), at the first such x     loss = min over x of loss(x)
    score = max(gain, -loss), over genes

over x from `distance` before POS to `distance` behind the last base of REF.

Source: Zeng and Li 2022, Genome Biology 23:103, and the functions ``compute_score`` and
``process_variant`` of the program (tkzeng/Pangolin, commit ee70f48), whose rules are
kept: every gene whose body holds POS, on its own strand; the genome's own sequence, no
part of it masked; a deleted position counts as 0 in ALT; inserted bases count with
their maximum, network by network, at the base before them. `masked`, which is the
program's default, sets gains at annotated exon ends (of the canonical transcript) to
at most 0, and losses at all other positions to at least 0.

Where this differs:

* the program masks genes of one strand one after another in the same arrays, so that a
  gene's score depends on the genes in front of it; here each gene is masked for itself;
* REF and ALT of several bases each and of different lengths, which the program skips,
  are scored as the haplotype they are (`models.splice_windows.projected`);
* without gene models both strands are scored unmasked, symbols "+" and "-";
* letters other than A, C, G, T in the genome count as N (the program stops at them).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gfm_desktop.errors import OptionError
from gfm_desktop.models.option import Option
from gfm_desktop.models.splice_alleles import AlleleBatch, asked_at_once
from gfm_desktop.scoring.card import Column, ScorerCard, VariantScore
from gfm_desktop.scoring.pangolin_rule import LARGEST_DISTANCE, Networks, Rule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gfm_desktop.genome.annotation import GeneModels
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.genome.variant import Variant
    from gfm_desktop.models.pangolin import PangolinModel

SCORER = ScorerCard(
    name="pangolin-delta",
    title="Splice site gain and loss in tissues",
    equation="max over positions and tissues of |p(ALT) - p(REF)|, mean of 3 networks",
    units="change of probability, 0 to 1",
    source="Pangolin (Zeng and Li 2022, Genome Biology 23:103)",
    needs="splice-tissue",
    columns=(
        Column("gain", "float", "Largest increase of a splice site's probability"),
        Column("gain_at", "int", "Position of the increase, in bp from the variant"),
        Column("gain_tissue", "str", "Tissue of the increase"),
        Column("loss", "float", "Largest decrease, as a negative number"),
        Column("loss_at", "int", "Position of the decrease, in bp from the variant"),
        Column("loss_tissue", "str", "Tissue of the decrease"),
        Column("strand", "str", "Strand that the score belongs to"),
        Column(
            "pangolin",
            "str",
            "GENE|POSITION:GAIN|POSITION:LOSS|Warnings:, one entry for each gene",
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
            "Leave out gains of annotated splice sites and losses of other positions, "
            "as the program does. Needs gene models.",
            True,
        ),
    ),
    needs_annotation=True,
    losses=("loss",),
)


def score(
    model: PangolinModel,
    variants: Sequence[Variant],
    *,
    reference: Reference,
    genes: GeneModels | None,
    distance: int = 50,
    masked: bool = True,
    batch_size: int = 8,
) -> list[VariantScore]:
    """Score variants; every one gets exactly one outcome.

    Args:
        model: Pangolin.
        variants: Normalised variants, on contigs of the reference or not.
        reference: The genome.
        genes: Gene models of the genome; None scores both strands, unmasked.
        distance: Positions on each side of the variant that are looked at, in bp.
        masked: Apply the program's mask; needs `genes`.
        batch_size: Variants whose windows are collected and predicted together.

    Returns:
        One outcome for each variant, in their order.

    Raises:
        OptionError: If an option makes no sense; never because of one variant.
    """
    _check_options(distance, masked, genes, batch_size)
    rule = Rule(model, reference, genes, distance, masked)
    outcomes: list[VariantScore] = []
    step = asked_at_once(Networks(model), batch_size)
    for first in range(0, len(variants), step):
        batch = AlleleBatch(Networks(model), reference, batch_size=batch_size)
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
            where="pangolin-delta",
            todo="Open gene models (GTF or GFF3), or score unmasked."
            if masked and genes is None
            else "",
        )
