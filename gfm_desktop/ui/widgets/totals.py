"""The line that says what became of every record."""

from __future__ import annotations

from gfm_desktop.genome.status import Status
from gfm_desktop.ui.widgets.look import LABELS


def totals_line(counts: dict[str, int], *, records: int) -> str:
    """Return records, alleles and every status; the statuses add up to the alleles.

    Args:
        counts: Status to number of rows.
        records: Number of records of the file.
    """
    alleles = sum(counts.values())
    lines = f"{records:,} record{'' if records == 1 else 's'}"
    rows = f"{alleles:,} allele{'' if alleles == 1 else 's'}"
    order = (Status.SCORED, *(s for s in Status if s is not Status.SCORED))
    parts = [f"{counts[s]:,} {_words(s)}" for s in order if counts.get(s)]
    return f"{lines} → {rows}: {' · '.join(parts)}" if parts else f"{lines} → {rows}"


def _words(status: Status) -> str:
    label = LABELS[status]
    return label if label.startswith("REF") else label[0].lower() + label[1:]
