"""What a kind of predicted track says of itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TrackCard:
    """Facts of one kind of predicted track.

    Attributes:
        name: What models name in their card, such as ``"splice-probability"``.
        title: What the browser writes beside it.
        needs: Attribute of the model protocol it needs: ``"splice"``.
        units: Units and range of the values.
        description: What it shows, in one sentence.
        source: Where the rule comes from.
        signals: Key and title of every signal it holds.
        widest_bp: Widest region that is worth predicting at once, in bp.
    """

    name: str
    title: str
    needs: str
    units: str
    description: str
    source: str
    signals: tuple[tuple[str, str], ...]
    widest_bp: int
