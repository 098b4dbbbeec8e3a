"""Evo 2: causal models of genomes of all domains of life, in the package ``evo2``.

The functions used are those of evo2 0.6.0 with vtx 1.1.0: ``evo2.Evo2(name,
local_path)`` with the parts ``model`` and ``tokenizer``; it reads its file with
``weights_only=True``, and scores there begin with the first base (``evo2/scoring.py``).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from gfm_desktop.genome.variant import VariantKind
from gfm_desktop.models import packaged
from gfm_desktop.models.card import ModelCard
from gfm_desktop.models.weights import sha256_of

if TYPE_CHECKING:
    from gfm_desktop.models.language_model import LanguageModel

DISTRIBUTION = "evo2"

_NEEDS = (
    "It needs Linux, the authors' package (evo2, with flash-attn), {gpu}, and its "
    "weights. The app brings none of these."
)
_ANY = "a graphics card of NVIDIA that holds 7 billion parameters"
_HOPPER = "a Hopper graphics card of NVIDIA with the package transformer-engine"

_EVO2 = ModelCard(
    id="evo2-7b",
    name="Evo 2 7B",
    family="Evo 2",
    summary=(
        "Continues sequences of all domains of life; unlikely variants score low."
    ),
    species=("all domains of life",),
    context_bp=1_000_000,
    # "7B" is a name; the exact number is not published.
    parameters=0,
    licence="Apache-2.0",
    licence_url="https://www.apache.org/licenses/LICENSE-2.0",
    attribution="Evo 2 by the Arc Institute and colleagues",
    commercial_use=True,
    citation=(
        "Brixi G et al. (2026) Genome modelling and design across all domains of life "
        "with Evo 2. Nature. https://doi.org/10.1038/s41586-026-10176-5"
    ),
    source="model hub, arcinstitute/evo2_7b",
    scores=(
        VariantKind.SNV,
        VariantKind.MNV,
        VariantKind.INSERTION,
        VariantKind.DELETION,
        VariantKind.DELINS,
    ),
    scorers=("causal-log-likelihood",),
    tracks=(),
    repository="arcinstitute/evo2_7b",
    revision="main",
    requirement=_NEEDS.format(gpu=_ANY),
    limits=(
        "For research. Windows of 8,192 bases are read unless you choose others. The "
        "adapter was tested against the package's functions, not with its real "
        "weights."
    ),
)


def _sibling(name: str, title: str, context_bp: int, gpu: str) -> ModelCard:
    return replace(
        _EVO2,
        id=name.replace("_", "-"),
        name=title,
        context_bp=context_bp,
        source=f"model hub, arcinstitute/{name}",
        repository=f"arcinstitute/{name}",
        requirement=_NEEDS.format(gpu=gpu),
    )


CARDS = (
    _EVO2,
    _sibling("evo2_7b_base", "Evo 2 7B base", 8_192, _ANY),
    _sibling("evo2_7b_262k", "Evo 2 7B 262k", 262_144, _ANY),
    _sibling("evo2_1b_base", "Evo 2 1B base", 8_192, _HOPPER),
    _sibling("evo2_20b", "Evo 2 20B", 1_000_000, _HOPPER),
    _sibling("evo2_40b", "Evo 2 40B", 1_000_000, f"several times {_HOPPER}"),
    _sibling("evo2_40b_base", "Evo 2 40B base", 8_192, f"several times {_HOPPER}"),
)
"""Checkpoints that the package names."""


def missing(card: ModelCard) -> str:
    """Return what this computer lacks to run a model; empty for nothing."""
    if not packaged.is_installed(DISTRIBUTION):
        return card.requirement
    name = _name_of(card)
    recipe = f"run once: python -c 'from evo2 import Evo2; Evo2(\"{name}\")'"
    return packaged.lacking(DISTRIBUTION, place(card), recipe)


def place(card: ModelCard) -> Path | None:
    """Return the folder of the weights: where the package has put them together."""
    found = _weights(card)
    return None if found is None else found.parent


def load_installed(card: ModelCard, device: str) -> LanguageModel:
    """Load a model of which nothing is missing.

    Raises:
        ModelError: If the package is another version.
    """
    from evo2.models import Evo2

    weights = _weights(card)
    assert weights is not None, "the catalogue asks `missing` first"
    sha256 = sha256_of(weights)
    with packaged.offline():
        found = Evo2(_name_of(card), local_path=str(weights))
    model = packaged.part_of(found, "model")
    unembed = packaged.part_of(model, "unembed")
    return packaged.causal_model(
        card, device, packaged.StripedNetwork(model, unembed), sha256=sha256
    )


def _weights(card: ModelCard) -> Path | None:
    """Return the file: whole in the cache, or put together beside it."""
    if not packaged.is_installed(DISTRIBUTION):
        return None
    from huggingface_hub import constants

    name = f"{_name_of(card)}.pt"
    together = Path(constants.HF_HUB_CACHE).parent / name
    if together.is_file():
        return together
    return packaged.cached(card.repository, name, card.revision)


def _name_of(card: ModelCard) -> str:
    return card.repository.rpartition("/")[2]
