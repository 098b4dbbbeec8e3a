"""How wide a view may be that is predicted unasked, where the model's speed decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gfm_desktop.models.card import ModelCard

_NARROWEST = 20
_PARAMETERS_A_SECOND = 6e8
"""Bases that a network of one parameter would tell a second, each with a window of 512
bases on either strand: a guess for two cores, until the model itself has been timed."""
_UNKNOWN_SIZE = 100_000_000


class Pace:
    """Bases a second of one model, assumed first and then measured."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._measured = 0.0

    def learn(self, bases: int, seconds: float) -> None:
        """Take a measurement; the best one counts, since others only slow it down."""
        if bases > 0 and seconds > 0:
            self._measured = max(self._measured, bases / seconds)

    def rate(self, card: ModelCard | None, speed: float) -> float:
        """Return bases a second.

        Args:
            card: The model; None where it cannot be read.
            speed: How many times faster than a window a base it is asked.
        """
        if self._measured:
            return self._measured
        size = card.parameters if card is not None else 0
        return speed * _PARAMETERS_A_SECOND / (size or _UNKNOWN_SIZE)

    def widest(
        self, card: ModelCard | None, speed: float, limit: int, seconds: float
    ) -> int:
        """Return the widest view that is predicted unasked, in bp.

        Args:
            card: The model; None where it cannot be read.
            speed: As for `rate`.
            limit: Never wider than that.
            seconds: What it may cost; its tiles are shown one by one meanwhile.
        """
        affordable = int(seconds * self.rate(card, speed))
        return min(max(_NARROWEST, affordable), limit)
