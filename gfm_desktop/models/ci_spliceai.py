"""CI-SpliceAI: five SpliceAI-10k networks trained on collapsed GENCODE isoforms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gfm_desktop.errors import ModelError
from gfm_desktop.genome.variant import VariantKind
from gfm_desktop.models import manifest
from gfm_desktop.models.card import ModelCard
from gfm_desktop.models.splice_ensemble import ensemble_shapes, load_ensemble
from gfm_desktop.models.weights import check_tensors

if TYPE_CHECKING:
    from pathlib import Path

    from gfm_desktop.models.splice_ensemble import SpliceEnsemble

CARD = ModelCard(
    id="ci-spliceai",
    name="CI-SpliceAI",
    family="splice",
    info_tag="CISpliceAI",
    summary=(
        "Predicts for every base of a gene how likely it is a splice acceptor or "
        "donor, and so what a variant does to splicing."
    ),
    species=("Homo sapiens",),
    context_bp=10_000,
    parameters=3_493_935,
    licence="CC-BY-4.0",
    licence_url="https://creativecommons.org/licenses/by/4.0/",
    attribution=(
        "CI-SpliceAI by Yaron Strauch, Jenny Lord, Mahesan Niranjan and Diana Baralle "
        "(University of Southampton), https://ci-spliceai.com, licensed under CC BY "
        "4.0. Changes made: the weights of version 1.2.2 were converted from a "
        "TensorFlow graph to safetensors; no value was altered."
    ),
    commercial_use=True,
    citation=(
        "Strauch Y, Lord J, Niranjan M, Baralle D (2022) CI-SpliceAI: Improving "
        "machine learning predictions of disease causing splicing variants using "
        "curated alternative splice sites. PLoS ONE 17(6): e0269159. "
        "https://doi.org/10.1371/journal.pone.0269159"
    ),
    source="PyPI package cispliceai 1.2.2, data/CI-SpliceAI.pb (five replicates)",
    scores=(
        VariantKind.SNV,
        VariantKind.MNV,
        VariantKind.INSERTION,
        VariantKind.DELETION,
        VariantKind.DELINS,
    ),
    scorers=("splice-delta",),
    safe_precisions=("bf16",),
    tracks=("splice-probability",),
    built_in=True,
    limits=(
        "For research, not for diagnosis. It was trained on all human chromosomes, so "
        "numbers on known human splice sites are not those of unseen data. It knows "
        "neither tissue nor expression, and sees 5,000 bases to each side. "
        "Probabilities in other species have not been validated."
    ),
)
"""The card of the built-in model."""


def load(folder: Path, device: str) -> SpliceEnsemble:
    """Load CI-SpliceAI, or another ensemble of this architecture in the same layout.

    Args:
        folder: Model folder; ``architecture`` of its description may give the number
            of ``replicates`` (5 where it does not).
        device: A resolved device, ``"cpu"`` or ``"cuda"``.

    Raises:
        ModelError: If the folder or its weights cannot be used.
    """
    described = manifest.read(folder)
    weights, sha256 = described.only_weights
    return load_ensemble(
        described.card(CARD),
        weights,
        replicates=_replicates(described),
        device=device,
        sha256=sha256,
    )


def check(folder: Path) -> None:
    """Check that `load` would succeed, without torch: the window may call this.

    Raises:
        ModelError: If the folder or its weights cannot be used.
    """
    described = manifest.read(folder)
    weights, sha256 = described.only_weights
    shapes = ensemble_shapes(_replicates(described))
    check_tensors(weights, shapes=shapes, sha256=sha256)


def _replicates(described: manifest.Manifest) -> int:
    replicates = described.architecture.get("replicates", 5)
    if isinstance(replicates, int) and 1 <= replicates <= 100:
        return replicates
    raise ModelError(
        f"The number of replicates cannot be {replicates!r}.",
        where=str(described.folder / manifest.FILE_NAME),
        todo="Give the number of networks that the weights file holds.",
    )
