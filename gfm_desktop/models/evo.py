"""Evo: causal models of prokaryotic genomes, in their authors' package ``evo-model``.

The functions used are those of evo-model 0.5: ``evo.Evo(name, device)`` with the parts
``model`` and ``tokenizer``; scores there begin with the token 0 (``evo/scoring.py``).
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from gfm_desktop.genome.variant import VariantKind
from gfm_desktop.models import packaged
from gfm_desktop.models.card import ModelCard
from gfm_desktop.models.weights import sha256_of

if TYPE_CHECKING:
    from pathlib import Path

    from gfm_desktop.models.language_model import LanguageModel

DISTRIBUTION = "evo-model"
_BEGIN = 0
_INDEX = "model.safetensors.index.json"

_EVO = ModelCard(
    id="evo-1-8k-base",
    name="Evo 1 (8k)",
    family="Evo",
    summary=(
        "Continues sequences of bacteria, archaea and phages; unlikely variants score "
        "low."
    ),
    species=("bacteria", "archaea", "phages"),
    context_bp=8_192,
    # "7B" is a name; the exact number is not published.
    parameters=0,
    licence="Apache-2.0",
    licence_url="https://www.apache.org/licenses/LICENSE-2.0",
    attribution="Evo by the Arc Institute, Stanford University and Together AI",
    commercial_use=True,
    citation=(
        "Nguyen E et al. (2024) Sequence modeling and design from molecular to genome "
        "scale with Evo. Science 386(6723): eado9336. "
        "https://doi.org/10.1126/science.ado9336"
    ),
    source="model hub, togethercomputer/evo-1-8k-base, revision 1.1_fix",
    scores=(
        VariantKind.SNV,
        VariantKind.MNV,
        VariantKind.INSERTION,
        VariantKind.DELETION,
        VariantKind.DELINS,
    ),
    scorers=("causal-log-likelihood",),
    tracks=(),
    repository="togethercomputer/evo-1-8k-base",
    revision="1.1_fix",
    requirement=(
        "It needs the authors' package (evo-model, with flash-attn), a graphics card "
        "of NVIDIA that holds 7 billion parameters, and its weights. The app brings "
        "none of these."
    ),
    limits=(
        "For research. It has not seen genomes of animals, plants or fungi: scores "
        "there have no meaning. The adapter was tested against the package's "
        "functions, not with its real weights."
    ),
)

CARDS = (
    _EVO,
    replace(
        _EVO,
        id="evo-1-131k-base",
        name="Evo 1 (131k)",
        context_bp=131_072,
        source="model hub, togethercomputer/evo-1-131k-base, revision 1.1_fix",
        repository="togethercomputer/evo-1-131k-base",
    ),
    replace(
        _EVO,
        id="evo-1.5-8k-base",
        name="Evo 1.5 (8k)",
        source="model hub, evo-design/evo-1.5-8k-base",
        repository="evo-design/evo-1.5-8k-base",
        revision="main",
        citation=(
            "Merchant AT, King SH, Nguyen E, Hie BL (2025) Semantic design of "
            "functional de novo genes from a genomic language model. Nature. "
            "https://doi.org/10.1038/s41586-025-09749-7"
        ),
    ),
)
"""Checkpoints that the package names."""


def missing(card: ModelCard) -> str:
    """Return what this computer lacks to run a model; empty for nothing."""
    if not packaged.is_installed(DISTRIBUTION):
        return card.requirement
    recipe = f"run once: python -c 'from evo import Evo; Evo(\"{card.id}\")'"
    return packaged.lacking(DISTRIBUTION, place(card), recipe)


def place(card: ModelCard) -> Path | None:
    """Return the folder of the weights in the hub's cache."""
    if not packaged.is_installed(DISTRIBUTION):
        return None
    found = packaged.cached(card.repository, _INDEX, card.revision)
    return None if found is None else found.parent


def load_installed(card: ModelCard, device: str) -> LanguageModel:
    """Load a model of which nothing is missing.

    Raises:
        ModelError: If the package is another version.
    """
    from evo import Evo

    folder = place(card)
    files = sorted(folder.glob("*.safetensors")) if folder is not None else []
    hashes = "".join(sha256_of(file) for file in files)
    with packaged.offline():
        found = Evo(card.id, device=device)
    model = packaged.part_of(found, "model")
    unembed = packaged.part_of(packaged.part_of(model, "unembed"), "unembed")
    return packaged.causal_model(
        card,
        device,
        packaged.StripedNetwork(model, unembed),
        sha256=hashlib.sha256(hashes.encode()).hexdigest(),
        before=(_BEGIN,),
    )
