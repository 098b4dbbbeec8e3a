"""What jobs need beside the science to ask a model for splice sites."""

from __future__ import annotations

from gfm_desktop.tracks.splice_probability import splice_model

__all__ = ["padded", "splice_model"]


def padded(sequence: str, flank: int) -> str:
    """Return the sequence with `flank` N on each side: unknown neighbourhood."""
    return f"{'N' * flank}{sequence}{'N' * flank}"
