"""What is asked of a splice network about one variant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable

    from gfm_desktop.models.splice_cone import Edit, Span
    from gfm_desktop.models.splice_tiles import Strand


@dataclass(frozen=True, slots=True)
class Question:
    """What one variant asks.

    Attributes:
        strand: The sequence.
        edit: The variant, on the strand.
        ref: Positions whose REF outputs are wanted, at least one.
        alt: Positions of the ALT sequence whose outputs are wanted, at least one:
            begins where `ref` does, and ends with the same base.
    """

    strand: Strand
    edit: Edit
    ref: Span
    alt: Span

    @property
    def shape(self) -> Hashable:
        """Return what is the same for all that may be answered together."""
        edit = self.edit
        return edit.removed, len(edit.inserted), self.alt.moved(-edit.start)
