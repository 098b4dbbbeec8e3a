"""Whether the genome has the bases that somebody says it has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from gfm_desktop.genome.locus import LocusError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gfm_desktop.genome.interval import Interval

_SHOWN = 20


class Bases(Protocol):
    """The open genome, as far as typed changes need it."""

    @property
    def contigs(self) -> Mapping[str, int]:
        """Return contigs and their lengths in bp."""
        ...

    @property
    def build(self) -> str | None:
        """Return its build, or None where that is not known."""
        ...

    def fetch(self, contig: str, start: int, end: int) -> str:
        """Return upper-case bases, 0-based half-open."""
        ...

    def resolve(self, name: str) -> str | None:
        """Return the genome's name of a contig, or None."""
        ...


def check_reference(
    told: str, place: Interval, genome: Bases, *, swap: str = "", minus: bool = False
) -> None:
    """Compare reference bases with the genome's.

    Args:
        told: Upper-case bases of the forward strand; empty where nothing is said.
        place: Where they are said to be, as long as `told`.
        genome: The open genome.
        swap: What to type if the alleles were given the wrong way round.
        minus: Whether the user wrote the other strand.

    Raises:
        LocusError: If the genome has other bases; the words are those of SpliceAI
            Lookup, which people know.
    """
    have = genome.fetch(place.contig, place.start, place.end)
    if not told or told == have:
        return
    where = str(place) if len(place) > 1 else f"{place.contig}:{place.start + 1:,}"
    name = genome.build or "This genome's"
    strand = " on the forward strand" if minus else ""
    todo = "Check the position and the genome build."
    if swap:
        todo = f"REF and ALT may be swapped: try {swap}."
    raise LocusError(
        f"{name} reference allele should be {_short(have)}{strand}, not "
        f"{_short(told)}, at {where}.",
        todo=todo,
    )


def _short(bases: str) -> str:
    more = f"… ({len(bases):,} bases)" if len(bases) > _SHOWN else ""
    return bases[:_SHOWN] + more
