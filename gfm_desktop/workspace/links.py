"""Addresses of a variant in public databases, as text to copy: nothing is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gfm_desktop.workspace.score_table import VariantRow

_UCSC = {"GRCh37": "hg19", "GRCh38": "hg38", "sacCer3": "sacCer3"}
_GNOMAD = {"GRCh37": "gnomad_r2_1", "GRCh38": "gnomad_r4"}
_FLANK = 50


def links(row: VariantRow, build: str | None) -> list[tuple[str, str]]:
    """Return title and address of the databases that know this genome build.

    Args:
        row: The variant.
        build: Genome build such as ``"GRCh37"``; None where it is not known, which
            leaves what does not depend on it.
    """
    found: list[tuple[str, str]] = []
    variant = row.variant
    if variant is not None and build is not None:
        plain = variant.contig.removeprefix("chr")
        change = f"{variant.position}-{variant.ref}-{variant.alt}"
        if build in _GNOMAD:
            found.append(
                (
                    "gnomAD",
                    f"https://gnomad.broadinstitute.org/variant/{plain}-{change}"
                    f"?dataset={_GNOMAD[build]}",
                )
            )
            found.append(
                (
                    "SpliceAI Lookup",
                    "https://spliceailookup.broadinstitute.org/"
                    f"#variant=chr{plain}-{change}&hg={build.removeprefix('GRCh')}",
                )
            )
        if build in _UCSC:
            first = max(1, variant.position - _FLANK)
            last = variant.position + len(variant.ref) - 1 + _FLANK
            found.append(
                (
                    "UCSC Genome Browser",
                    f"https://genome.ucsc.edu/cgi-bin/hgTracks?db={_UCSC[build]}"
                    f"&position={variant.contig}:{first}-{last}",
                )
            )
    if row.id.startswith("rs") and row.id[2:].isdigit():
        found.append(("dbSNP", f"https://www.ncbi.nlm.nih.gov/snp/{row.id}"))
    return found
