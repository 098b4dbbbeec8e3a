"""Whether a model fits this computer, and about how fast it would be: an estimate.

Memory: four bytes a parameter (float32), the same again while the weights are read, and
what one window's activations need. Speed: two operations for each parameter and token
of a window (a multiplication and an addition), at a share of the speed that a matrix
product reaches here. The first counts what dense layers do and leaves attention's
square term and embeddings aside, which cancel for windows of a few hundred tokens; so
the number is good for "seconds or hours", not for a timetable.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from gfm_desktop.models.disk import size_words
from gfm_desktop.models.machine import Machine, this_machine

if TYPE_CHECKING:
    from gfm_desktop.models.card import ModelCard

_BYTES = 4
"""Of a float32."""
_PROGRAM = 600_000_000
"""Bytes of the worker without a model: Python, torch and the files that are open."""
_TOKEN_BYTES = 200_000
"""Bytes of activations that one token needs, for a network of usual width."""
_EFFICIENCY = 0.5
"""Share of a matrix product's speed that a whole network reaches: between 0.4 and 0.8
for the shapes of NT-v2-50M and GPN on two cores."""
_TIGHT = 0.7
"""Share of the memory from which on other programs feel it."""

_BASES_PER_TOKEN = {
    "nucleotide transformer": 6.0,
    "agront": 6.0,
    "dnabert-2": 4.5,
    "dnabert-s": 4.5,
    "gena-lm": 9.0,
}
"""Of the families that read several bases at once, by the beginning of their name."""


class Verdict(StrEnum):
    """Whether a model can run here."""

    FITS = "fits"
    TIGHT = "tight"
    TOO_LARGE = "too large"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Fit:
    """An estimate for one model on one computer.

    Attributes:
        verdict: Whether it fits.
        memory: Bytes that it needs; 0 where its size is not published.
        machine: The computer.
        windows_per_second: Windows of the card's context that it reads in a second;
            0 where not known.
    """

    verdict: Verdict
    memory: int
    machine: Machine
    windows_per_second: float

    @property
    def words(self) -> str:
        """Return the estimate as one sentence."""
        here = f"this machine: {self.machine.words}"
        if self.verdict is Verdict.UNKNOWN:
            return f"its size is not published; {here}"
        text = f"needs about {size_words(self.memory)}; {here}"
        if self.verdict is Verdict.TOO_LARGE:
            return f"too large: {text}"
        if self.verdict is Verdict.TIGHT:
            text = f"tight: {text}"
        if self.windows_per_second:
            text += f", about {_rate_words(self.windows_per_second)} (an estimate)"
        return text


def estimate(card: ModelCard, machine: Machine | None = None) -> Fit:
    """Return the estimate for a model.

    Args:
        card: Its facts.
        machine: The computer; None for this one.
    """
    here = machine or this_machine()
    # Where the number is not published, the size of the float32 file tells it.
    parameters = card.parameters or card.download_bytes // _BYTES
    if not parameters:
        return Fit(Verdict.UNKNOWN, 0, here, 0.0)
    tokens = tokens_of(card)
    memory = round(_PROGRAM + 2 * _BYTES * parameters + _TOKEN_BYTES * tokens)
    operations = 2 * parameters * tokens
    rate = here.best_rate * _EFFICIENCY / operations if operations else 0.0
    return Fit(_verdict(memory, parameters, here), memory, here, rate)


def tokens_of(card: ModelCard) -> float:
    """Return how many tokens the window of a score has, about."""
    family = card.family.lower()
    usual = (n for name, n in _BASES_PER_TOKEN.items() if family.startswith(name))
    return (card.window_bp or card.context_bp) / next(usual, 1.0)


def _verdict(memory: int, parameters: int, machine: Machine) -> Verdict:
    if machine.gpu and parameters * _BYTES > machine.gpu_memory:
        return Verdict.TIGHT if memory <= machine.memory else Verdict.TOO_LARGE
    if memory > machine.memory:
        return Verdict.TOO_LARGE
    return Verdict.TIGHT if memory > _TIGHT * machine.memory else Verdict.FITS


def _rate_words(rate: float) -> str:
    if rate >= 1:
        return f"{rate:,.0f} windows/s" if rate >= 10 else f"{rate:.1f} windows/s"
    seconds = 1 / rate
    if seconds < 90:
        return f"{seconds:.0f} s a window"
    return f"{seconds / 60:.0f} min a window"
