"""Predicted acceptor and donor probabilities along a region, with REF and with ALT.

The prediction is that of the scorer "splice-delta": one window for each canonical
transcript, N outside it, minus strands read as reverse complement. So the difference of
ALT and REF at a position is the change that the score is the maximum of. Where several
transcripts of one strand overlap, the highest probability is shown. The model sees
5,000 bases beyond the region on both sides; N stands for what lies past the contig.

In ALT deleted bases have probability 0, inserted bases their maximum at the base that
they follow. Where no transcript of a strand is, its signals are NaN.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.errors import OptionError
from gfm_desktop.models.protocols import SpliceModel
from gfm_desktop.models.splice_windows import (
    SpliceTarget,
    WindowBatch,
    masked_sequence,
    projected,
    substituted,
    targets_over,
)
from gfm_desktop.tracks.card import Browsing, TrackCard
from gfm_desktop.tracks.place import check_place
from gfm_desktop.tracks.prediction import TrackPrediction

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gfm_desktop.genome.annotation import GeneModels
    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.genome.variant import Variant
    from gfm_desktop.models.protocols import LoadedModel

SIGNALS = ("acceptor_plus", "donor_plus", "acceptor_minus", "donor_minus")
"""Keys of the signals; files carry them with ``ref_`` and ``alt_`` in front."""
_PIECE = 16_384
"""Positions that one forward pass covers at most: bounds the memory."""
_STEP = 32_768
"""bp between two chances to cancel."""

TRACK = TrackCard(
    name="splice-probability",
    title="Splice site probability",
    noun="splice sites",
    needs="splice",
    units="probability, 0 to 1",
    description="How likely each base is a splice acceptor or donor, per strand.",
    source="SpliceAI (Jaganathan et al. 2019, Cell 176:535-548)",
    signals=(
        ("acceptor_plus", "Acceptor, + strand"),
        ("donor_plus", "Donor, + strand"),
        ("acceptor_minus", "Acceptor, - strand"),
        ("donor_minus", "Donor, - strand"),
    ),
    widest_bp=200_000,
    default_model="ci-spliceai",
)


def splice_model(model: LoadedModel) -> SpliceModel:
    """Return the model as one that predicts acceptors and donors.

    Raises:
        OptionError: If it predicts something else.
    """
    if isinstance(model, SpliceModel):
        return model
    raise OptionError(
        f"{model.card.name} does not predict splice sites.",
        where="--model",
        todo="Choose a model of the family splice.",
    )


def browsing() -> Browsing:
    """Return how it is asked for: a tile reads 10,000 bp more than it tells."""
    return Browsing(tile_bp=10_000, flank_bp=1_000, automatic_bp=20_000)


def piece(model: LoadedModel) -> int:
    """Return the bp that are predicted between two chances to cancel."""
    return _STEP


def predict(
    model: LoadedModel,
    interval: Interval,
    *,
    reference: Reference,
    genes: GeneModels | None,
    variant: Variant | None = None,
    batch_size: int = 8,
) -> TrackPrediction:
    """Predict a region; the signals are `SIGNALS`.

    Args:
        model: A splice model.
        interval: What to predict; inside a contig of the reference.
        reference: The genome.
        genes: Gene models; None predicts both strands unmasked.
        variant: Normalised variant to apply for `TrackPrediction.alt`; None for REF
            alone. Genes that do not hold its POS keep their REF prediction, as in the
            score.
        batch_size: Most windows of one length to run at once on a GPU.

    Raises:
        OptionError: If it is no splice model, the interval lies outside the genome, or
            the variant does not fit the genome.
    """
    check_place(interval, variant, reference)
    asked_of = splice_model(model)
    batch = WindowBatch(asked_of, batch_size=batch_size)
    targets = (
        targets_over(interval, reference=reference, genes=genes)
        if len(interval)
        else []
    )
    plan = [
        _Plan.ask(batch, target, interval, variant, reference, asked_of.flank)
        for target in targets
    ]
    batch.run()
    ref, alt = _nothing(len(interval)), _nothing(len(interval))
    for asked in plan:
        before, after = asked.read(batch, variant)
        offset = asked.start - interval.start
        _merge(ref, asked.target.strand, offset, before)
        _merge(alt, asked.target.strand, offset, after)
    return TrackPrediction(
        interval,
        ref,
        None if variant is None else alt,
        variant,
        tuple(dict.fromkeys(t.symbol for t in targets if t.is_gene)),
        model.card.id,
        model.weights_sha256,
        kind=TRACK.name,
        titles=dict(TRACK.signals),
        units=TRACK.units,
        limits=(0.0, 1.0),
    )


@dataclass(frozen=True, slots=True)
class _Alternative:
    """The window with the variant: reference positions ``[start, end)`` once laid over.

    It always holds the variant, even where the region does not; ``[first, last)`` is
    the part that the region needs. Further away than the model sees, ALT equals REF.
    """

    number: int
    start: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class _Plan:
    """What was asked of the model for one target: ``[start, end)`` of the region."""

    target: SpliceTarget
    start: int
    pieces: tuple[int, ...]
    alternative: _Alternative | None

    @classmethod
    def ask(
        cls,
        batch: WindowBatch,
        target: SpliceTarget,
        interval: Interval,
        variant: Variant | None,
        reference: Reference,
        flank: int,
    ) -> _Plan:
        start = max(target.start, interval.start)
        end = min(target.end, interval.end)
        pieces = []
        for left in range(start, end, _PIECE):
            right = min(left + _PIECE, end)
            window = masked_sequence(reference, target, left - flank, right + flank)
            pieces.append(batch.add(target.strand, window))
        alternative = None
        if variant is not None and target.start <= variant.start < target.end:
            behind = variant.start + len(variant.ref)
            first = max(start, variant.start - flank)
            last = min(end, behind + flank)
            if first < last:
                left = min(first, variant.start)
                right = max(last, behind)
                window = masked_sequence(reference, target, left - flank, right + flank)
                changed = substituted(window, variant.start - left + flank, variant)
                number = batch.add(target.strand, changed)
                alternative = _Alternative(number, left, first, last)
        return cls(target, start, tuple(pieces), alternative)

    def read(
        self, batch: WindowBatch, variant: Variant | None
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return REF and ALT probabilities, each of shape (bp, 3)."""
        before = np.concatenate([batch.result(number) for number in self.pieces])
        if self.alternative is None or variant is None:
            return before, before
        asked = self.alternative
        changed = projected(
            batch.result(asked.number), variant.start - asked.start, variant
        )
        after = before.copy()
        after[asked.first - self.start : asked.last - self.start] = changed[
            asked.first - asked.start : asked.last - asked.start
        ]
        return before, after


def _nothing(length: int) -> dict[str, NDArray[np.float32]]:
    return {name: np.full(length, np.nan, dtype=np.float32) for name in SIGNALS}


def _merge(
    signals: dict[str, NDArray[np.float32]],
    strand: str,
    offset: int,
    probabilities: NDArray[np.float32],
) -> None:
    """Lay one target's probabilities into the signals of its strand."""
    side = "plus" if strand == "+" else "minus"
    for name, column in (("acceptor", 1), ("donor", 2)):
        part = signals[f"{name}_{side}"][offset : offset + len(probabilities)]
        np.fmax(part, probabilities[:, column], out=part)
