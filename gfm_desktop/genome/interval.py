"""A stretch of a contig, and its two ways of counting."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """A stretch of one contig, 0-based half-open: ``[start, end)``.

    Raises:
        ValueError: If ``start`` is negative or lies after ``end``.
    """

    contig: str
    start: int
    end: int

    def __post_init__(self) -> None:
        """Refuse what no genome has."""
        if not 0 <= self.start <= self.end:
            raise ValueError(f"not an interval: {self.start}..{self.end}")

    def __len__(self) -> int:
        """Return the length in bp."""
        return self.end - self.start

    def __str__(self) -> str:
        """Return it as people write it: 1-based, inclusive, with commas."""
        return f"{self.contig}:{self.start + 1:,}-{self.end:,}"

    def overlaps(self, other: Interval) -> bool:
        """Tell whether the two share at least one base."""
        return (
            self.contig == other.contig
            and self.start < other.end
            and other.start < self.end
        )

    def clipped(self, length: int) -> Interval:
        """Return the part that lies on a contig of `length` bp."""
        return Interval(self.contig, min(self.start, length), min(self.end, length))
