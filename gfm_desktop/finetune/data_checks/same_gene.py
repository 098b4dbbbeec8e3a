"""Genes that lie on both sides of a split."""

from __future__ import annotations

import numpy as np

from gfm_desktop.finetune.data_checks.finding import Finding, Inspected


def check(seen: Inspected) -> Finding | None:
    """Find examples whose gene is on another side; None where genes are not known."""
    genes = seen.data.genes
    if not genes:
        return None
    _, nodes = np.unique(np.array(genes), return_inverse=True)
    named = np.array([bool(gene) for gene in genes])
    leaking = seen.sides.leaking(nodes.astype(np.int64)) & named
    across = int(leaking.sum())
    words = "No gene lies on both sides of the split."
    if across:
        words = (
            f"{across:,} examples that measure lie in a gene that is also learnt from: "
            "what is measured is skill within known genes, not for new ones."
        )
    return Finding(
        "same_gene",
        "caution" if across else "ok",
        "Same gene",
        words,
        across,
        across,
        seen.rows(leaking),
        "split=chromosome" if across and len(_contigs(seen)) > 1 else "",
    )


def _contigs(seen: Inspected) -> set[str]:
    return {place.contig for place in seen.data.places}
