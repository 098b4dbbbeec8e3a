"""What a fine-tuned model predicts along a region, REF and ALT.

Rule. The contig is cut into bins of `step` bp from its first base on. The bases of a
bin get the calibrated prediction of one window, which has the length that the model
learnt with and the bin's middle base as letter ``length // 2`` (0-based). So a value
does not depend on what else was asked for, and nothing is interpolated. Signals are the
probability of the positive class, of every class or label, or the value.

**Strands** (option ``strands``): a model that averages both strands is asked once. One
that learnt from one strand reads, with gene models open, the sense strand of the genes
at the bin's middle, and tells nothing between genes; without them both strands, whose
logits are averaged, and the note says so.

**ALT**: windows of the haplotype with the variant, of the same length, around the same
base of the reference (where that one is deleted, around the nearest base of the bin
that is not). Windows that do not reach the variant are those of REF. Deleted bases have
no ALT; inserted ones have no place on the reference, but are read.

NaN, with the reason: where no whole window has a place on the contig; where more than a
fifth of a window is N.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.errors import OptionError
from gfm_desktop.models.finetuned_model import FineTunedModel
from gfm_desktop.models.option import Option
from gfm_desktop.tracks.card import Browsing, TrackCard
from gfm_desktop.tracks.finetuned_reading import Reader
from gfm_desktop.tracks.haplotype import Haplotype
from gfm_desktop.tracks.place import check_place
from gfm_desktop.tracks.prediction import TrackPrediction

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from gfm_desktop.genome.annotation import GeneModels
    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.genome.variant import Variant
    from gfm_desktop.models.protocols import LoadedModel

    Table = NDArray[np.float32]

_TOGETHER = {"cpu": 16, "gpu": 256}
"""Bins that are predicted between two chances to cancel."""
_SHARE = 4
"""Bins of a window, where the user gives no step."""

STEP = Option(
    "step",
    "Step",
    "Bases that share one prediction; 0 for a quarter of the length that the model "
    "learnt with.",
    0,
    minimum=0,
    maximum=100_000,
    unit="bp",
)
STRANDS = Option(
    "strands",
    "Strands",
    "For models that learnt from one strand: read the sense strand of the gene (needs "
    "gene models), both, or one. Auto: the sense strand where gene models are open, "
    "else both.",
    "auto",
    choices=("auto", "both", "forward", "reverse", "gene"),
)

TRACK = TrackCard(
    name="finetuned-prediction",
    title="Fine-tuned prediction",
    noun="fine-tuned predictions",
    needs="finetuned",
    units="probability, 0 to 1, or the unit of the learnt value",
    description="What the fine-tuned model predicts for windows along the region.",
    source="The fine-tuned model's own report",
    signals=(),
    widest_bp=50_000,
    options=(STEP, STRANDS),
    by_allele=True,
)


def browsing(*, step: int = 0, **options: object) -> Browsing:
    """Return how it is asked for: some windows at a time."""
    return Browsing(tile_bp=2_048, flank_bp=512, speed=float(step or 64))


def piece(model: LoadedModel, *, step: int = 0, **options: object) -> int:
    """Return the bp that are predicted between two chances to cancel."""
    place = "cpu" if model.device.startswith("cpu") else "gpu"
    return _step_of(model, step) * _TOGETHER[place]


def predict(
    model: LoadedModel,
    interval: Interval,
    *,
    reference: Reference,
    genes: GeneModels | None,
    variant: Variant | None = None,
    batch_size: int = 8,
    known: TrackPrediction | None = None,
    step: int = 0,
    strands: str = "auto",
) -> TrackPrediction:
    """Predict a region.

    Args:
        model: A fine-tuned model of sequences.
        interval: What to predict; inside a contig of the reference.
        reference: The genome.
        genes: Gene models; tell the sense strand.
        variant: Normalised variant for `TrackPrediction.alt`; None for REF alone.
        batch_size: Most sequences of a forward pass.
        known: This prediction without the variant, where it is at hand.
        step: Bases of a bin; 0 for a quarter of the model's length.
        strands: Which strands to read: a choice of `STRANDS`.

    Raises:
        OptionError: If model, interval, variant or option do not fit.
    """
    check_place(interval, variant, reference)
    reader = Reader(
        _checked(model, strands, genes),
        interval,
        reference,
        genes,
        batch_size,
        _step_of(model, step),
        strands,
    )
    titles = reader.titles
    if known is None:
        table, missing = reader.read(Haplotype(reference, interval.contig))
    else:
        table = np.stack([known.ref[key] for key in titles], axis=1)
        missing = known.missing
    alt = None
    if variant is not None:
        changed = Haplotype(reference, interval.contig, variant)
        alt, more = reader.read(changed, table)
        missing = (*missing, *more)
    names = genes.overlapping(interval) if genes is not None else []
    task = reader.model.task
    return TrackPrediction(
        interval,
        _signals(table, titles),
        None if alt is None else _signals(alt, titles),
        variant,
        tuple(dict.fromkeys(gene.name for gene in names)),
        model.card.id,
        model.weights_sha256,
        kind=TRACK.name,
        how=reader.how,
        titles=titles,
        units="learnt value" if task == "regression" else "probability, 0 to 1",
        limits=None if task == "regression" else (0.0, 1.0),
        missing=missing,
        notes=reader.notes,
    )


def _checked(
    model: LoadedModel, strands: str, genes: GeneModels | None
) -> FineTunedModel:
    """Return the model where it fits.

    Raises:
        OptionError: If it does not, or the strands make no sense.
    """
    if not isinstance(model, FineTunedModel):
        problem = f"{model.card.name} is not a fine-tuned model"
    elif model.input != "sequence":
        problem = (
            f"{model.card.name} learnt from variants; a stretch of the genome has none"
        )
    elif strands not in STRANDS.choices:
        problem = f"Strands must be one of {', '.join(STRANDS.choices)}"
    elif strands == "gene" and genes is None:
        problem = "The sense strand is known only where gene models are"
    else:
        return model
    raise OptionError(f"{problem}.", where=TRACK.name)


def _step_of(model: LoadedModel, step: int) -> int:
    """Return the bp of a bin."""
    if step or not isinstance(model, FineTunedModel):
        return max(1, step)
    return max(1, model.length // _SHARE)


def _signals(table: Table, titles: Mapping[str, str]) -> dict[str, Table]:
    return {key: np.ascontiguousarray(table[:, i]) for i, key in enumerate(titles)}
