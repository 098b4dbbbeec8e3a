"""Insertions and deletions that are not as far left as they can stand, many at once.

What `genome.normalise` does to one allele is done here to all in step: each step moves
those left by one base that can go on. Few go on for long: the steps become cheap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gfm_desktop.genome.allele_letters import CODES
from gfm_desktop.genome.record_arrays import Spans
from gfm_desktop.genome.variant import VariantKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from gfm_desktop.genome.allele_letters import Alleles, Genome, Letters

WINDOW = 32
"""Bases before an allele that are looked at; what goes on further is left alone."""


def rolled_left(
    ref: Letters,
    alt: Letters,
    alleles: Alleles,
    genome: Genome,
    odd: NDArray[np.int64],
    start: NDArray[np.int64],
    kind: NDArray[np.uint8],
) -> dict[int, tuple[str, str]]:
    """Move insertions and deletions left, in `start` and `kind`; return new letters.

    Args:
        ref: REFs.
        alt: ALTs.
        alleles: The alleles.
        genome: The genome around the records.
        odd: Alleles that are not normalised as they stand.
        start: (m,) 0-based positions.
        kind: (m,) indexes into `KINDS`.
    """
    bases, owner = ref.length[alleles.owner[odd]], alleles.owner[odd]
    lone = (bases == 1) != (alleles.length[odd] == 1)
    odd, owner, grows = odd[lone], owner[lone], bases[lone] == 1
    if not len(odd):
        return {}
    behind = len(ref.letters)
    first = np.where(grows, behind + alleles.start[odd], ref.start[owner])
    length = np.where(grows, alleles.length[odd], ref.length[owner])
    letters = np.concatenate([ref.letters, alt.letters])
    lonely = np.where(grows, ref.start[owner], behind + alleles.start[odd])
    reach = np.minimum(start[odd], WINDOW)
    before = genome.letters(Spans(start[odd] - reach, reach), owner)
    some = _Rollable(
        letters,
        Spans(first, length),
        letters[lonely],
        start[odd],
        _window_before(reach, before),
    )
    moved = _moves_left(some)
    done = np.flatnonzero((moved > 0) & (moved < WINDOW))
    places = odd[done]
    start[places] -= moved[done]
    one = (CODES[VariantKind.DELETION], CODES[VariantKind.INSERTION])
    kind[places] = np.where(grows[done], one[1], one[0])
    pairs = zip(
        places.tolist(), grows[done].tolist(), _rolled(some, moved, done), strict=True
    )
    return {
        place: (single, longer) if grew else (longer, single)
        for place, grew, (single, longer) in pairs
    }


class _Rollable(NamedTuple):
    """Pairs of alleles: a single base, and a longer one that ends with it; n of them.

    Attributes:
        letters: Letters of all longer alleles.
        longer: Where each of them stands.
        single: (n,) the single bases.
        position: (n,) 0-based positions.
        before: (n, WINDOW) the genome before each position; 0 before its beginning.
    """

    letters: NDArray[np.uint8]
    longer: Spans
    single: NDArray[np.uint8]
    position: NDArray[np.int64]
    before: NDArray[np.uint8]


def _window_before(
    reach: NDArray[np.int64], bases: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """Return (n, WINDOW) letters that end where each stretch of bases ends.

    Args:
        reach: (n,) lengths of the stretches, at most `WINDOW`.
        bases: Their letters, one stretch after the other.
    """
    window = np.zeros((len(reach), WINDOW), np.uint8)
    window[np.arange(WINDOW) >= WINDOW - reach[:, None]] = bases
    return window


def _moves_left(some: _Rollable) -> NDArray[np.int64]:
    """Return (n,) how many bases each goes left; `WINDOW` where it may go on."""
    moved = np.zeros(len(some.position), np.int64)
    active = np.arange(len(moved))
    for step in range(WINDOW):
        # After so many steps the longer allele ends with one of its own letters, or
        # with one of the genome's that came in at its front.
        left = some.longer.length[active] - 1 - step
        own = some.letters[some.longer.start[active] + np.maximum(left, 0)]
        came = some.before[active, np.minimum(WINDOW + left, WINDOW - 1)]
        last = np.where(left >= 0, own, came)
        first = some.before[active, WINDOW - step] if step else some.single
        active = active[(last == first) & (some.position[active] > step)]
        if not len(active):
            break
        moved[active] += 1
    return moved


def _rolled(
    some: _Rollable, moved: NDArray[np.int64], which: NDArray[np.int64]
) -> Iterator[tuple[str, str]]:
    """Yield (single base, longer allele) of those alleles after their moves.

    Args:
        some: The alleles.
        moved: (n,) their moves.
        which: Those to yield; each goes left by at least one base.
    """
    letters = some.letters.tobytes().decode("latin-1")
    before = some.before.tobytes().decode("latin-1")
    starts, lengths = (values[which].tolist() for values in some.longer)
    rows = zip(which.tolist(), moved[which].tolist(), starts, lengths, strict=True)
    for row, moves, start, length in rows:
        end = (row + 1) * WINDOW
        front = before[end - moves : end]
        yield front[0], (front + letters[start : start + length])[:length]
