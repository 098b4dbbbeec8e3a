"""What is said of expected bases: under the mouse, in the legend, on the clipboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.tracks.base_probability import BASES, ENTROPY
from gfm_desktop.ui.browser.scale import signed

if TYPE_CHECKING:
    from gfm_desktop.genome.variant import Variant
    from gfm_desktop.workspace.prediction_region import Region

_LONGEST = 90
_SHORT_ALLELE = 8


def reading(region: Region, at: int, base: str) -> str:
    """Return the probabilities of a base in a few lines, or why there are none.

    Args:
        region: What is on screen.
        at: The base, counted from the region's first.
        base: What the genome has there.
    """
    position = region.interval.start + at
    lines = [f"{region.interval.contig}:{position + 1:,}, the genome has {base}"]
    entropy = float(region.ref[ENTROPY][at])
    if np.isnan(entropy):
        reason = region.reason(position) or "nothing is predicted here"
        return "\n".join([*lines, reason[:1].upper() + reason[1:]])
    alt = region.alt
    changed = alt is not None and not np.isnan(alt[ENTROPY][at])
    for letter, name in zip("ACGT", BASES, strict=True):
        before = float(region.ref[name][at])
        line = f"{letter}  REF {before:.3f}"
        if alt is not None and changed:
            after = float(alt[name][at])
            line += f"  ALT {after:.3f}  ({signed(after - before)})"
        lines.append(line)
    line = f"Entropy  REF {entropy:.2f} bits"
    if alt is not None and changed:
        line += f"  ALT {float(alt[ENTROPY][at]):.2f} bits"
    lines.append(line)
    if alt is not None and not changed and (why := region.reason(position, alt=True)):
        lines.append(f"ALT: {why}")
    return "\n".join(lines)


def table(region: Region) -> str:
    """Return every predicted base of a region as tab-separated text with a head."""
    names = [*BASES, ENTROPY]
    head = [f"{allele}_{name}" for allele in ("ref", "alt") for name in names]
    lines = ["\t".join(["contig", "position", *head])]
    for at in np.flatnonzero(np.isfinite(region.ref[ENTROPY])).tolist():
        cells = [region.interval.contig, str(region.interval.start + at + 1)]
        cells += [f"{region.ref[name][at]:.4f}" for name in names]
        alt = region.alt
        if alt is None or np.isnan(alt[ENTROPY][at]):
            cells += [""] * len(names)
        else:
            cells += [f"{alt[name][at]:.4f}" for name in names]
        lines.append("\t".join(cells))
    return "\n".join(lines) + "\n"


def alleles(variant: Variant) -> str:
    """Return a variant in a few letters, with its 1-based position."""
    ref, alt = (
        allele if len(allele) <= _SHORT_ALLELE else f"{len(allele):,} bp"
        for allele in (variant.ref, variant.alt)
    )
    return f"{variant.position:,} {ref}>{alt}"


def short(text: str) -> str:
    """Return a sentence that fits a legend."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1].rstrip()}…"
