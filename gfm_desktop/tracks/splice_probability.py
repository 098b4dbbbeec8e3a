"""Predicted acceptor and donor probabilities along a region, with REF and with ALT.

The prediction is that of the scorer "splice-delta": one window for each canonical
transcript, N outside it, minus strands read as reverse complement. So the difference of
ALT and REF at a position is the change that the score is the maximum of. Where several
transcripts of one strand overlap, the highest probability is shown. The model sees
5,000 bases beyond the region on both sides; N stands for what lies past the contig.
"""

from __future__ import annotations

import uuid
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.errors import InputError, OptionError
from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.variant import Variant
from gfm_desktop.models.splice_windows import (
    SpliceTarget,
    WindowBatch,
    masked_sequence,
    projected,
    substituted,
    targets_over,
)
from gfm_desktop.tracks.card import TrackCard

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from gfm_desktop.genome.annotation import GeneModels
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.models.protocols import SpliceModel

SIGNALS = ("acceptor_plus", "donor_plus", "acceptor_minus", "donor_minus")
"""Keys of the signals; files carry them with ``ref_`` and ``alt_`` in front."""
_DAMAGED = (ValueError, KeyError, EOFError, TypeError, zipfile.BadZipFile)
_PIECE = 16_384
"""Positions that one forward pass covers at most: bounds the memory."""

TRACK = TrackCard(
    name="splice-probability",
    title="Splice site probability",
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
)


@dataclass(frozen=True, slots=True)
class SplicePrediction:
    """Probabilities over an interval, on reference coordinates.

    Attributes:
        interval: The region, 0-based half-open.
        ref: Signal to float32 array of one value per bp; NaN where nothing is
            predicted because no transcript of that strand is there.
        alt: The same with the variant; None where no variant was asked for. Deleted
            bases have probability 0, inserted bases their maximum at the base that
            they follow.
        variant: The variant of `alt`.
        genes: Names of the genes in the region; empty where no gene models are open.
        model: Id of the model.
        weights_sha256: Which weights these are.
    """

    interval: Interval
    ref: Mapping[str, NDArray[np.float32]]
    alt: Mapping[str, NDArray[np.float32]] | None = None
    variant: Variant | None = None
    genes: tuple[str, ...] = ()
    model: str = ""
    weights_sha256: str = ""

    def save(self, path: Path) -> None:
        """Write an ``.npz``, whole or not at all."""
        values: dict[str, NDArray[np.generic]] = {
            "contig": np.array(self.interval.contig),
            "start": np.array(self.interval.start, np.int64),
            "end": np.array(self.interval.end, np.int64),
            "genes": np.array(self.genes, dtype=np.str_),
            "model": np.array(self.model),
            "weights_sha256": np.array(self.weights_sha256),
        }
        values |= {f"ref_{name}": signal for name, signal in self.ref.items()}
        if self.alt is not None and self.variant is not None:
            values |= {f"alt_{name}": signal for name, signal in self.alt.items()}
            values["variant_start"] = np.array(self.variant.start, np.int64)
            values["variant_ref"] = np.array(self.variant.ref)
            values["variant_alt"] = np.array(self.variant.alt)
        half = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
        try:
            with half.open("wb") as file:
                np.savez(file, allow_pickle=False, **values)
            half.replace(path)
        finally:
            half.unlink(missing_ok=True)

    @classmethod
    def load(cls, path: Path) -> SplicePrediction:
        """Read what `save` wrote.

        Raises:
            InputError: If the file is missing, damaged or another kind of file.
        """
        try:
            # Opened here: NumPy leaves a damaged file open.
            with path.open("rb") as opened, np.load(opened) as file:
                values = {name: file[name] for name in file.files}
            contig = str(values["contig"])
            interval = Interval(contig, int(values["start"]), int(values["end"]))
            variant = None
            if "variant_start" in values:
                variant = Variant(
                    contig,
                    int(values["variant_start"]),
                    str(values["variant_ref"]),
                    str(values["variant_alt"]),
                )
            return cls(
                interval,
                {name: values[f"ref_{name}"] for name in SIGNALS},
                {n: values[f"alt_{n}"] for n in SIGNALS} if variant else None,
                variant,
                tuple(str(name) for name in values["genes"]),
                str(values["model"]),
                str(values["weights_sha256"]),
            )
        except (OSError, *_DAMAGED) as error:
            raise InputError(
                "This is no file of predicted splice probabilities.",
                where=str(path),
                todo="Predict the region again.",
            ) from error


def joined(pieces: Sequence[SplicePrediction]) -> SplicePrediction:
    """Return neighbouring predictions of one model and variant as one.

    Args:
        pieces: At least one; each begins where the one before ends.
    """
    first, last = pieces[0], pieces[-1]
    alternatives = [p.alt for p in pieces if p.alt is not None]
    return SplicePrediction(
        Interval(first.interval.contig, first.interval.start, last.interval.end),
        {n: np.concatenate([p.ref[n] for p in pieces]) for n in SIGNALS},
        {n: np.concatenate([a[n] for a in alternatives]) for n in SIGNALS}
        if alternatives
        else None,
        first.variant,
        tuple(dict.fromkeys(name for p in pieces for name in p.genes)),
        first.model,
        first.weights_sha256,
    )


def predict(
    model: SpliceModel,
    interval: Interval,
    *,
    reference: Reference,
    genes: GeneModels | None,
    variant: Variant | None = None,
    batch_size: int = 8,
) -> SplicePrediction:
    """Predict a region.

    Args:
        model: A splice model.
        interval: What to predict; inside a contig of the reference.
        reference: The genome.
        genes: Gene models; None predicts both strands unmasked.
        variant: Normalised variant to apply for `SplicePrediction.alt`; None for REF
            alone. Genes that do not hold its POS keep their REF prediction, as in the
            score.
        batch_size: Most windows of one length to run at once on a GPU.

    Raises:
        OptionError: If the interval lies outside the genome, or the variant does not
            fit the genome.
    """
    _check(interval, variant, reference)
    batch = WindowBatch(model, batch_size=batch_size)
    targets = (
        targets_over(interval, reference=reference, genes=genes)
        if len(interval)
        else []
    )
    plan = [
        _Plan.ask(batch, target, interval, variant, reference, model.flank)
        for target in targets
    ]
    batch.run()
    ref, alt = _nothing(len(interval)), _nothing(len(interval))
    for asked in plan:
        before, after = asked.read(batch, variant)
        offset = asked.start - interval.start
        _merge(ref, asked.target.strand, offset, before)
        _merge(alt, asked.target.strand, offset, after)
    return SplicePrediction(
        interval,
        ref,
        None if variant is None else alt,
        variant,
        tuple(dict.fromkeys(t.symbol for t in targets if t.is_gene)),
        model.card.id,
        model.weights_sha256,
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


def _check(interval: Interval, variant: Variant | None, reference: Reference) -> None:
    length = reference.contigs.get(interval.contig)
    if length is None:
        raise OptionError(
            f"The genome has no contig “{interval.contig}”.", where=str(interval)
        )
    if interval.end > length:
        raise OptionError(
            f"{interval.contig} ends at {length:,}.",
            where=str(interval),
            todo="Choose a region inside the contig.",
        )
    if variant is None:
        return
    end = variant.start + len(variant.ref)
    if variant.contig != interval.contig:
        problem = f"The variant lies on {variant.contig}, not in the region."
    elif not set(variant.ref + variant.alt) <= set("ACGT") or not variant.alt:
        problem = "The variant's alleles must be made of A, C, G and T."
    elif end > length or reference.fetch(variant.contig, variant.start, end) != (
        variant.ref
    ):
        problem = "The variant's REF differs from the genome."
    else:
        return
    raise OptionError(problem, where=str(variant))
