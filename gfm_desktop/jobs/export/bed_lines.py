"""One feature as a line of BED with twelve columns.

BED: https://samtools.github.io/hts-specs/BEDv1.pdf. Two liberties are taken, because
nothing may be lost: the score is the number itself, whatever its range, and a feature
without one has ``.`` and not 0.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.genome.feature_slice import NO_COLOUR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gfm_desktop.genome.feature_draft import Span

SIGNS = {1: "+", -1: "-", 0: "."}


@dataclass(frozen=True, slots=True)
class BedFeature:
    """What a line says; coordinates 0-based half-open.

    Attributes:
        contig: The genome's name.
        start: First base.
        end: End, exclusive.
        name: Empty where it has none.
        strand: 1, -1, or 0 where none is known.
        pieces: Blocks, ascending; empty for one over all.
        thick: What is drawn thick, ascending; BED has one stretch from the first to
            the last of them.
        score: NaN where it has none.
        colour: 0xRRGGBB, or `NO_COLOUR`.
    """

    contig: str
    start: int
    end: int
    name: str
    strand: int
    pieces: Sequence[Span] = ()
    thick: Sequence[Span] = ()
    score: float = math.nan
    colour: int = NO_COLOUR

    @property
    def regular(self) -> bool:
        """Tell whether the blocks reach both ends, as BED demands."""
        blocks = self.pieces or ((self.start, self.end),)
        return blocks[0][0] == self.start and blocks[-1][1] == self.end


def bed_line(feature: BedFeature) -> str:
    """Return the line, with its end."""
    start, end = feature.start, feature.end
    blocks = feature.pieces or ((start, end),)
    thick = feature.thick
    drawn = (thick[0][0], thick[-1][1]) if thick else (start, start)
    fields = (
        feature.contig,
        start,
        end,
        plain(feature.name) or ".",
        number(feature.score),
        SIGNS[feature.strand],
        *drawn,
        _rgb(feature.colour),
        len(blocks),
        ",".join(str(last - first) for first, last in blocks),
        ",".join(str(first - start) for first, _ in blocks),
    )
    return "\t".join(map(str, fields)) + "\n"


def plain(text: str) -> str:
    """Return text that does not break a line or a column."""
    return " ".join(text.split())


def number(value: float) -> str:
    """Return a 32-bit number so that it is read back whole; ``.`` for NaN."""
    if math.isnan(value):
        return "."
    short = f"{value:.6g}"
    return short if np.float32(short) == np.float32(value) else f"{value:.9g}"


def spans_text(spans: Sequence[Span]) -> str:
    """Return stretches as people count, ``101-200,301-400``; ``.`` for none."""
    return ",".join(f"{first + 1}-{last}" for first, last in spans) or "."


def _rgb(colour: int) -> str:
    if colour == NO_COLOUR:
        return "0"
    return f"{colour >> 16},{colour >> 8 & 255},{colour & 255}"
