"""A predicted track of any kind: named signals along a stretch of the genome.

One file (``.npz``) holds one prediction: ``contig``, ``start`` and ``end`` (0-based
half-open), ``kind``, ``how``, ``units``, ``step``, ``limits`` (two numbers, or none),
``genes``, ``model``, ``weights_sha256``, ``signals`` and ``titles`` (the keys and what
people call them); for each signal ``ref_KEY`` and, with a variant, ``alt_KEY``, float32
with one value for each `step` bp, NaN where nothing is predicted; ``variant_start``,
``variant_ref``, ``variant_alt``; ``missing_start``, ``missing_end``,
``missing_allele`` and ``missing_reason``, which say why; ``notes``; ``letters``, the
genome's bases where the kind tells of them; ``told``, the (step, remainder) of the
0-based positions that were asked for, ``(1, 0)`` for all.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from gfm_desktop.errors import InputError
from gfm_desktop.genome.array_file import save_arrays
from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.variant import Variant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

_DAMAGED = (ValueError, KeyError, EOFError, TypeError, zipfile.BadZipFile)
_TEXTS = ("model", "weights_sha256", "kind", "how", "units")


@dataclass(frozen=True, slots=True)
class Missing:
    """A stretch without a value, and why.

    Attributes:
        start: 0-based first base.
        end: End, exclusive.
        reason: Why, fit to be read.
        allele: ``"alt"`` where REF has a value and ALT has none; empty for both.
    """

    start: int
    end: int
    reason: str
    allele: str = ""


@dataclass(frozen=True, slots=True)
class TrackPrediction:
    """Signals over an interval, on reference coordinates.

    Attributes:
        interval: The region, 0-based half-open.
        ref: Signal to float32 array of one value for each `step` bp; NaN where nothing
            is predicted.
        alt: The same with the variant; None where no variant was asked for. How bases
            that only one allele has are laid over the reference, the kind says.
        variant: The variant of `alt`.
        genes: Names of the genes in the region; empty where no gene models are open.
        model: Id of the model.
        weights_sha256: Which weights these are.
        kind: Name of the kind of track (`card.TrackCard.name`).
        how: How it was predicted, in a few words that belong beside every picture.
        step: bp of one value; value i covers ``start + i * step`` and what follows, up
            to the end of the region.
        titles: Key to what people call the signal; keys stand for themselves.
        units: Units of the values.
        limits: Lowest and highest value that there can be; None where there is none.
        missing: Why values are missing.
        notes: What a reader must know.
        letters: Bases of the genome, one a bp, where the kind tells of them.
        told: Which positions were asked for: (step, remainder) of their 0-based
            number; all others are NaN.
    """

    interval: Interval
    ref: Mapping[str, NDArray[np.float32]]
    alt: Mapping[str, NDArray[np.float32]] | None = None
    variant: Variant | None = None
    genes: tuple[str, ...] = ()
    model: str = ""
    weights_sha256: str = ""
    kind: str = ""
    how: str = ""
    step: int = 1
    titles: Mapping[str, str] | None = None
    units: str = ""
    limits: tuple[float, float] | None = None
    missing: tuple[Missing, ...] = ()
    notes: tuple[str, ...] = ()
    letters: str = ""
    told: tuple[int, int] = (1, 0)

    @property
    def signals(self) -> tuple[str, ...]:
        """Return the keys of the signals, in their order."""
        return tuple(self.ref)

    def title(self, signal: str) -> str:
        """Return what people call a signal."""
        return (self.titles or {}).get(signal, signal)

    def tells(self, start: int, end: int) -> NDArray[np.bool_]:
        """Return which positions of a stretch were asked for, shape (bp,)."""
        every, remainder = self.told
        told: NDArray[np.bool_] = np.arange(start, end) % every == remainder
        return told

    def by_base(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return one value a bp, shape (bp,), of a signal with one a `step`."""
        if self.step == 1:
            return values
        return np.repeat(values, self.step)[: len(self.interval)]

    def save(self, path: Path) -> None:
        """Write an ``.npz``, whole or not at all."""
        values: dict[str, Any] = {
            "contig": np.array(self.interval.contig),
            "start": np.array(self.interval.start, np.int64),
            "end": np.array(self.interval.end, np.int64),
            "step": np.array(self.step, np.int64),
            "limits": np.array(self.limits or (), np.float64),
            "letters": np.array(self.letters),
            "told": np.array(self.told, np.int64),
            "signals": _texts(self.signals),
            "titles": _texts(self.title(name) for name in self.signals),
            "genes": _texts(self.genes),
            "notes": _texts(self.notes),
            "missing_start": np.array([m.start for m in self.missing], np.int64),
            "missing_end": np.array([m.end for m in self.missing], np.int64),
            "missing_reason": _texts(m.reason for m in self.missing),
            "missing_allele": _texts(m.allele for m in self.missing),
        }
        values |= {name: np.array(getattr(self, name)) for name in _TEXTS}
        values |= {f"ref_{name}": signal for name, signal in self.ref.items()}
        if self.alt is not None and self.variant is not None:
            values |= {f"alt_{name}": signal for name, signal in self.alt.items()}
            values["variant_start"] = np.array(self.variant.start, np.int64)
            values["variant_ref"] = np.array(self.variant.ref)
            values["variant_alt"] = np.array(self.variant.alt)
        save_arrays(path, values)

    @classmethod
    def load(cls, path: Path) -> TrackPrediction:
        """Read what `save` wrote.

        Raises:
            InputError: If the file is missing, damaged or another kind of file.
        """
        try:
            # Opened here: NumPy leaves a damaged file open.
            with path.open("rb") as opened, np.load(opened) as file:
                return _read({name: file[name] for name in file.files})
        except (OSError, *_DAMAGED) as error:
            raise InputError(
                "This is no file of a predicted track.",
                where=str(path),
                todo="Predict the region again.",
            ) from error


def joined(pieces: Sequence[TrackPrediction]) -> TrackPrediction:
    """Return neighbouring predictions of one kind, model and variant as one.

    Args:
        pieces: At least one; each begins where the one before ends, and all but the
            last have a multiple of `TrackPrediction.step` bp.
    """
    first, last = pieces[0], pieces[-1]
    if len(pieces) == 1:
        return first
    alternatives = [p.alt for p in pieces if p.alt is not None]
    return replace(
        first,
        interval=Interval(
            first.interval.contig, first.interval.start, last.interval.end
        ),
        ref={n: np.concatenate([p.ref[n] for p in pieces]) for n in first.signals},
        alt={n: np.concatenate([a[n] for a in alternatives]) for n in first.signals}
        if alternatives
        else None,
        genes=tuple(dict.fromkeys(name for p in pieces for name in p.genes)),
        missing=_merged([m for p in pieces for m in p.missing]),
        notes=tuple(dict.fromkeys(note for p in pieces for note in p.notes)),
        letters="".join(p.letters for p in pieces),
    )


def part_of(whole: TrackPrediction, interval: Interval) -> TrackPrediction:
    """Return the part of a prediction, of one value a bp, that an interval covers."""
    first = interval.start - whole.interval.start
    cut = slice(first, first + len(interval))
    alt = whole.alt
    inside = [
        replace(m, start=max(m.start, interval.start), end=min(m.end, interval.end))
        for m in whole.missing
        if m.start < interval.end and m.end > interval.start
    ]
    return replace(
        whole,
        interval=interval,
        ref={name: values[cut] for name, values in whole.ref.items()},
        alt=None if alt is None else {name: v[cut] for name, v in alt.items()},
        missing=tuple(inside),
        letters=whole.letters[cut],
    )


def without_alt(whole: TrackPrediction) -> TrackPrediction:
    """Return the prediction of REF alone."""
    missing = tuple(m for m in whole.missing if not m.allele)
    return replace(whole, alt=None, variant=None, missing=missing)


def _merged(missing: Sequence[Missing]) -> tuple[Missing, ...]:
    """Return stretches of one reason that touch each other as one."""
    found: list[Missing] = []
    for one in sorted(missing, key=lambda m: (m.allele, m.reason, m.start)):
        last = found[-1] if found else None
        same = last and (last.allele, last.reason) == (one.allele, one.reason)
        if last and same and last.end >= one.start:
            found[-1] = replace(last, end=max(last.end, one.end))
        else:
            found.append(one)
    return tuple(sorted(found, key=lambda m: (m.start, m.allele)))


def _texts(values: Any) -> NDArray[np.str_]:
    return np.array(tuple(values), dtype=np.str_)


def _read(values: Mapping[str, NDArray[Any]]) -> TrackPrediction:
    contig = str(values["contig"])
    interval = Interval(contig, int(values["start"]), int(values["end"]))
    signals = [str(name) for name in values["signals"]]
    variant = None
    if "variant_start" in values:
        variant = Variant(
            contig,
            int(values["variant_start"]),
            str(values["variant_ref"]),
            str(values["variant_alt"]),
        )
    names = ("missing_start", "missing_end", "missing_reason", "missing_allele")
    missing = zip(*(values[name].tolist() for name in names), strict=True)
    limits = [float(limit) for limit in values["limits"]]
    told = [int(part) for part in values.get("told", (1, 0))]
    titles = [str(title) for title in values["titles"]]
    return TrackPrediction(
        interval,
        {name: values[f"ref_{name}"] for name in signals},
        {name: values[f"alt_{name}"] for name in signals} if variant else None,
        variant,
        tuple(str(name) for name in values["genes"]),
        **{name: str(values[name]) for name in _TEXTS},
        step=int(values["step"]),
        titles=dict(zip(signals, titles, strict=True)),
        limits=(limits[0], limits[1]) if limits else None,
        missing=tuple(Missing(*one) for one in missing),
        notes=tuple(str(note) for note in values["notes"]),
        letters=str(values.get("letters", "")),
        told=(told[0], told[1]),
    )
