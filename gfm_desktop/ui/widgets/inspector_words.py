"""Words of the inspector that need no widget."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gfm_desktop.ui.widgets.variant_columns import short_allele

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gfm_desktop.models.option import Option, OptionValue
    from gfm_desktop.workspace.score_table import VariantRow


HYPOTHETICAL = "In no file: clicked in a heatmap, or typed"


def hypothetical_words(row: VariantRow) -> str:
    """Return what is known of a variant that stands in no file."""
    shown = "The predicted tracks show REF and ALT of it."
    return f"{row.reason}\n{shown}" if row.reason else shown


def differs(row: VariantRow) -> bool:
    """Tell whether the normalised variant is written otherwise than in the file."""
    variant = row.variant
    return variant is not None and (
        (variant.position, variant.ref, variant.alt)
        != (row.pos, row.ref.upper(), row.alt.upper())
    )


def other_genes(row: VariantRow) -> list[tuple[str, str]]:
    """Return the largest delta of each gene where the variant lies in several."""
    entries = [
        entry.split("|") for entry in str(row.columns.get("splice") or "").split(",")
    ]
    genes = [entry for entry in entries if len(entry) >= 6]
    if len(genes) < 2:
        return []
    return [(gene[1], "max Δ " + max(gene[2:6])) for gene in genes]


def name_of(contig: str, pos: int, ref: str, alt: str) -> str:
    """Return a variant as ``chrom-pos-REF-ALT`` (1-based), long alleles shortened."""
    return f"{contig}-{pos}-{short_allele(ref)}-{short_allele(alt)}"


def shortened(text: str, longest: int = 64) -> str:
    """Return a text; of a long one the beginning and its length."""
    return text if len(text) <= longest else f"{text[:50]}… ({len(text):,} letters)"


def settings_words(options: Sequence[Option], chosen: dict[str, OptionValue]) -> str:
    """Return the options that were set, with their values and units."""
    return ", ".join(
        f"{option.label.lower()} {_shown(chosen[option.name], option.unit)}"
        for option in options
        if option.name in chosen
    )


def _shown(value: object, unit: str) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value} {unit}".strip()
