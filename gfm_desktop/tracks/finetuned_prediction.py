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

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.errors import OptionError
from gfm_desktop.models.finetuned_model import FineTunedModel
from gfm_desktop.models.option import Option
from gfm_desktop.models.sequence import reverse_complement
from gfm_desktop.tracks.card import Browsing, TrackCard
from gfm_desktop.tracks.haplotype import Haplotype
from gfm_desktop.tracks.place import check_place
from gfm_desktop.tracks.prediction import Missing, TrackPrediction

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from gfm_desktop.genome.annotation import GeneModels
    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.genome.variant import Variant
    from gfm_desktop.models.protocols import LoadedModel

    Table = NDArray[np.float32]

_UNKNOWN_SHARE = 0.2
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
    reader = _Reader(
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


@dataclass(frozen=True, slots=True)
class _Bin:
    """One bin's window: where it lies in a haplotype, or why there is none."""

    start: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Reader:
    """A region with all that its prediction needs."""

    model: FineTunedModel
    interval: Interval
    reference: Reference
    genes: GeneModels | None
    batch_size: int
    step: int
    strands: str

    @property
    def titles(self) -> dict[str, str]:
        """Return key to title of the signals, in their order."""
        names = self.model.names
        if self.model.task == "binary":
            return {"p": f"Probability of {names[1]}"}
        if self.model.task == "regression":
            return {"value": names[0]}
        return {f"p_{i + 1}": f"Probability of {n}" for i, n in enumerate(names)}

    @property
    def how(self) -> str:
        """Return how it is read, in a few words."""
        return f"windows of {self.model.length:,} bp every {self.step:,} bp"

    @property
    def sense(self) -> bool:
        """Tell whether the sense strand of genes is read."""
        alone = self.strands == "auto" and not self.model.both_strands
        return self.strands == "gene" or (alone and self.genes is not None)

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what a reader must know."""
        if self.model.both_strands or self.strands != "auto" or self.sense:
            return ()
        return (
            "The model learnt from one strand; both are read and averaged here. With "
            "gene models open the sense strand alone is read.",
        )

    def read(
        self, haplotype: Haplotype, ref: Table | None = None
    ) -> tuple[Table, tuple[Missing, ...]]:
        """Return (bp, outputs), and why values are missing.

        Args:
            haplotype: REF, or the one with the variant.
            ref: What was predicted with REF; needed with a variant.
        """
        start, end = self.interval.start, self.interval.end
        table = np.full((end - start, self.model.parts.outputs), np.nan, np.float32)
        places = haplotype.places(start, end)
        allele = "" if ref is None else "alt"
        missing, asked = [], {}
        for number in range(start // self.step, -(-end // self.step)):
            first = max(start, number * self.step)
            last = min(end, (number + 1) * self.step)
            one = self._bin(number, haplotype)
            if one is None:
                continue
            if ref is not None and not self._reaches(one, haplotype):
                table[first - start : last - start] = ref[first - start : last - start]
            elif one.reason:
                missing.append(Missing(first, last, one.reason, allele))
            else:
                asked[(first, last)] = (one.start, number)
        self._fill(table, asked, haplotype)
        if ref is not None:
            table[places < 0] = np.nan
            missing += self._deleted(places)
        return table, tuple(missing)

    def _bin(self, number: int, haplotype: Haplotype) -> _Bin | None:
        """Return the window of a bin; None where all its bases are deleted."""
        first = number * self.step
        contig = self.reference.contigs[self.interval.contig]
        last = min(first + self.step, contig)
        middle = min(first + self.step // 2, last - 1)
        places = haplotype.places(first, last)
        there = np.flatnonzero(places >= 0)
        if not len(there):
            return None
        nearest = there[np.abs(there + first - middle).argmin()]
        length = self.model.length
        start = int(places[nearest]) - length // 2
        if start < 0 or start + length > haplotype.length:
            return _Bin(start, "too near to the contig's end for a whole window")
        if haplotype.letters(start, start + length).count("N") > (
            _UNKNOWN_SHARE * length
        ):
            return _Bin(start, "mostly unknown bases (N) in this genome")
        if not self._read_strands(middle):
            return _Bin(start, "no gene here, so the sense strand is unknown")
        return _Bin(start)

    def _reaches(self, one: _Bin, haplotype: Haplotype) -> bool:
        """Tell whether a window differs from that of REF."""
        return haplotype.sees(one.start, one.start + self.model.length)

    def _read_strands(self, position: int) -> str:
        """Return the strands that are read at a base of the reference."""
        if self.sense and self.genes is not None:
            found = self.genes.at(self.interval.contig, position)
            return "".join(sorted({gene.strand for gene in found}))
        if self.strands in ("forward", "reverse"):
            return {"forward": "+", "reverse": "-"}[self.strands]
        # A model that averages strands does so itself.
        return "+" if self.model.both_strands else "+-"

    def _fill(
        self,
        table: Table,
        asked: Mapping[tuple[int, int], tuple[int, int]],
        haplotype: Haplotype,
    ) -> None:
        """Predict the windows of bins, and write them into the table."""
        letters: list[str] = []
        counts: list[int] = []
        for start, number in asked.values():
            forward = haplotype.letters(start, start + self.model.length)
            strands = self._read_strands(number * self.step + self.step // 2)
            counts.append(len(strands))
            letters += [
                forward if strand == "+" else reverse_complement(forward)
                for strand in strands
            ]
        if not letters:
            return
        logits = self.model.logits(letters, batch_size=self.batch_size)
        places = np.concatenate([[0], np.cumsum(counts)[:-1]])
        means = np.add.reduceat(logits, places, axis=0) / np.array(counts)[:, None]
        values = self.model.calibrated(means)
        for (first, last), value in zip(asked, values, strict=True):
            table[first - self.interval.start : last - self.interval.start] = value

    def _deleted(self, places: NDArray[np.int64]) -> Sequence[Missing]:
        gone = np.flatnonzero(places < 0)
        if not len(gone):
            return []
        start = self.interval.start + int(gone[0])
        end = self.interval.start + int(gone[-1]) + 1
        return [Missing(start, end, "deleted by the variant", "alt")]
