"""What is said of a variant under the mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gfm_desktop.genome.status import DESCRIPTIONS
from gfm_desktop.ui.browser.heads import shortened
from gfm_desktop.ui.widgets.score_bar import number

if TYPE_CHECKING:
    from gfm_desktop.workspace.variant_row import VariantRow


def described(row: VariantRow, *, precise: bool = False) -> str:
    """Return a variant in a few lines: place, alleles, score or why there is none."""
    place = "" if row.pos is None else f"{row.chrom}:{row.pos:,} "
    lines = [f"{place}{shortened(row.ref)} → {shortened(row.alt)}"]
    name = " · ".join(part for part in (row.id, str(row.kind or "")) if part)
    lines += [name] if name else []
    if row.score is not None:
        gene = f" in {row.gene}" if row.gene else ""
        lines.append(f"Score {number(row.score, precise=precise)}{gene}")
    else:
        reason = row.reason or DESCRIPTIONS[row.status]
        lines.append(reason[:1].upper() + reason[1:])
    return "\n".join(lines)
