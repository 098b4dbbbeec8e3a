"""AlphaGenome: what it is, and why this app does not ask it.

The package ``alphagenome`` (0.10.0, Apache-2.0) is a client: it sends sequences or
intervals with variants to a server of Google DeepMind, under a personal key and terms
that exclude commercial use. A patient's variants must not leave this computer.
"""

from __future__ import annotations

from gfm_desktop.genome.variant import VariantKind
from gfm_desktop.models.card import ModelCard

CARD = ModelCard(
    id="alphagenome",
    name="AlphaGenome",
    family="AlphaGenome",
    summary=(
        "Predicts thousands of functional tracks from up to a million bases, on a "
        "server of its authors."
    ),
    species=("Homo sapiens", "Mus musculus"),
    context_bp=1_048_576,
    parameters=0,
    licence="LicenseRef-AlphaGenome-terms",
    licence_url="https://alphagenome.google/terms",
    attribution="AlphaGenome by Google DeepMind",
    commercial_use=False,
    citation=(
        "Avsec Ž et al. (2026) Advancing regulatory variant effect prediction with "
        "AlphaGenome. Nature 649(8099): 1206-1218. "
        "https://doi.org/10.1038/s41586-025-10014-0"
    ),
    source="PyPI package alphagenome 0.10.0 (a client of a server)",
    scores=(VariantKind.SNV, VariantKind.INSERTION, VariantKind.DELETION),
    scorers=(),
    tracks=(),
    requirement=(
        "Not supported: it is a service. Its client sends the sequences that it scores "
        "to a server of Google DeepMind, and this app sends no variants or sequences "
        "anywhere. Its page: https://alphagenome.google; it needs a personal key, and "
        "its terms exclude commercial and clinical use."
    ),
    limits="Not run by this app.",
)
"""The card; there is nothing to load."""
