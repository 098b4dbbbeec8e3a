"""How far a variant reaches in a splice network, and so what must be reckoned again.

**Levels.** A network of U residual units has 2 U dilated convolutions. Level 0 is the
first layer, which sees one base; level k is what follows convolution k, of width w_k
and dilation d_k. A value of level k sees A_k bases on each side::

    A_0 = 0,   A_k = A_(k-1) + r_k,   r_k = (w_k - 1) d_k / 2,   A_(2 U) = flank

Odd levels lie inside a unit, even ones behind it; the outputs lie at level 2 U.

**ALT positions.** The variant replaces r bases, from position v on, by a others. ALT
positions before v are those of REF; from v + a on they are r - a less.

**The cone.** A value of level k can differ from REF only if it sees a new base, or both
sides of the place where bases are missing: only in [v - A_k, v + a + A_k). And the
outputs [p, q) that will be read see of level k only [p - (flank - A_k),
q + (flank - A_k)). What must be reckoned is their intersection C_k; all else is REF.

**Differences.** A convolution is linear, so the cone is carried through it as a
difference, ALT less REF::

    conv(ALT) = conv(REF) + W (ALT - REF)

Outside the cone the difference is zero: nothing is read there. And it keeps its own
precision: a change of 1e-6 far from the variant is not lost in activations of size 1,
and where nothing changes ALT is REF in every bit, as in a program that runs both whole.
Through an activation f with f(x) = max(x, s x) (s = 0: ReLU) goes, with p the REF value
before it and c the change of p::

    f(p + c) - f(p) = max(c + (p - f(p)), s c + (s p - f(p)))

where nothing cancels: one of the two brackets is zero.

**Indels.** Two alignments: ALT positions u before j are compared with REF u, those from
j on with REF u + r - a; j lies amid the new bases. A convolution whose outputs lie
before j reads ALT - REF in the first alignment on both sides of j, r_k further than j;
likewise behind it. So it is done in two parts, with no more outputs than in one.

**What it costs.** The sum over k of |C_k| w_k C C multiplications, C channels. For an
SNV in SpliceAI-10k, outputs read 50 bases to each side, the half-widths of C_k are

    w 11, d 1:   5, 10 ... 40          w 21, d 10:  300, 400 ... 1,000
    w 11, d 4:   60, 80 ... 200        w 41, d 25:  1,500 2,000 2,500 2,050 ... 50

so 1.2e9 multiplications (2.4 GFLOP) a network, four fifths of them in the last four
units, where the cone is cut by what is read. The whole window of both alleles takes
13.9e9, and 9.0e9 with valid convolutions. What `spectral_convolution` makes of it is
told there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from gfm_desktop.models.splice_network import SpliceArchitecture


class Span(NamedTuple):
    """Positions, 0-based half-open; empty where the end is not behind the start."""

    start: int
    end: int

    def __bool__(self) -> bool:
        """Tell whether there is a position in it."""
        return self.start < self.end

    @property
    def length(self) -> int:
        """Return the number of positions."""
        return max(0, self.end - self.start)

    def wider(self, reach: int) -> Span:
        """Return it with `reach` more on each side."""
        return Span(self.start - reach, self.end + reach)

    def moved(self, by: int) -> Span:
        """Return it `by` positions further right."""
        return Span(self.start + by, self.end + by)

    def within(self, other: Span) -> Span:
        """Return what both share."""
        return Span(max(self.start, other.start), min(self.end, other.end))

    def holds(self, other: Span) -> bool:
        """Tell whether `other` has nothing outside."""
        return not other or (self.start <= other.start and other.end <= self.end)


@dataclass(frozen=True, slots=True)
class Edit:
    """Bases of a strand replaced by others, without what both alleles share.

    Attributes:
        start: Position of the first base that is replaced.
        removed: How many are.
        inserted: What stands in their place; letters of the strand.
    """

    start: int
    removed: int
    inserted: str

    @classmethod
    def of(cls, start: int, ref: str, alt: str) -> Edit:
        """Return the replacement of `ref` at `start` by `alt`, trimmed on both ends."""
        shared = min(len(ref), len(alt))
        first = 0
        while first < shared and ref[first] == alt[first]:
            first += 1
        last = 0
        while last < shared - first and ref[-1 - last] == alt[-1 - last]:
            last += 1
        return cls(start + first, len(ref) - first - last, alt[first : len(alt) - last])

    @property
    def shift(self) -> int:
        """Return what to add to an ALT position right of the edit to find its REF."""
        return self.removed - len(self.inserted)


@dataclass(frozen=True, slots=True)
class Levels:
    """The dilated convolutions of a network, one behind the other.

    Attributes:
        kernels: (width, dilation) of each; convolution k is number k - 1 here.
        reaches: A_k of each level, from 0 to the flank.
        units: Residual units in a group: a skip connection follows each group.
    """

    kernels: tuple[tuple[int, int], ...]
    reaches: tuple[int, ...]
    units: int

    @classmethod
    def of(cls, architecture: SpliceArchitecture) -> Levels:
        """Return the levels of a network."""
        kernels = tuple(block for block in architecture.blocks for _ in range(2))
        reaches = [0]
        for width, dilation in kernels:
            reaches.append(reaches[-1] + (width - 1) * dilation // 2)
        return cls(kernels, tuple(reaches), architecture.units)

    @property
    def last(self) -> int:
        """Return the number of the last level, where the outputs lie."""
        return len(self.kernels)

    @property
    def flank(self) -> int:
        """Return the bases that an output sees on each side."""
        return self.reaches[-1]

    @property
    def skips(self) -> range:
        """Return the levels that the outputs read: the first, and behind each group."""
        return range(0, self.last + 1, 2 * self.units)

    def reach(self, level: int) -> int:
        """Return r_k: what level `level` sees of the one before, on each side."""
        return self.reaches[level] - self.reaches[level - 1]

    def read_by(self, outputs: Span) -> list[Span]:
        """Return what outputs see of each level."""
        return [outputs.wider(self.flank - reach) for reach in self.reaches]

    def multiplications(self, spans: list[Span], channels: int) -> int:
        """Return what plain convolutions take for spans of all levels."""
        return sum(
            span.length * width * channels**2
            for span, (width, _) in zip(spans[1:], self.kernels, strict=True)
        )


@dataclass(frozen=True, slots=True)
class Cone:
    """The geometry of an edit at position 0: shared by all edits of these sizes.

    Attributes:
        outputs: ALT positions that are read.
        spans: C_k of each level, in ALT positions.
        joint: j: the first ALT position of the second alignment.
        shift: REF less ALT position from `joint` on.
        reads: REF positions that are read of each level before the last.
    """

    outputs: Span
    spans: tuple[Span, ...]
    joint: int
    shift: int
    reads: tuple[tuple[Span, ...], ...]

    def aligned(self, span: Span) -> list[Span]:
        """Return where an ALT span lies in REF: one piece, or two about the joint."""
        if self.shift == 0:
            return [span]
        left = Span(span.start, min(span.end, self.joint))
        right = Span(max(span.start, self.joint), span.end).moved(self.shift)
        return [piece for piece in (left, right) if piece]


@lru_cache(4096)
def cone(levels: Levels, removed: int, inserted: int, outputs: Span) -> Cone:
    """Return the cone of an edit at position 0.

    Args:
        levels: The network's.
        removed: Bases that the edit removes.
        inserted: Bases that it inserts.
        outputs: ALT positions whose outputs are read, seen from the edit.
    """
    seen = levels.read_by(outputs)
    spans = tuple(
        Span(0, inserted).wider(reach).within(read)
        for reach, read in zip(levels.reaches, seen, strict=True)
    )
    bare = Cone(outputs, spans, (inserted + 1) // 2, removed - inserted, ())
    reads = []
    for level in range(levels.last):
        pieces = bare.aligned(spans[level])
        if bare.shift:
            # Both alignments are read on both sides of the joint.
            beside = Span(bare.joint, bare.joint).wider(levels.reach(level + 1))
            zone = beside.within(spans[level + 1].wider(levels.reach(level + 1)))
            pieces += [zone, zone.moved(bare.shift)] if zone else []
        reads.append(tuple(piece for piece in pieces if piece))
    return Cone(outputs, spans, bare.joint, bare.shift, tuple(reads))
