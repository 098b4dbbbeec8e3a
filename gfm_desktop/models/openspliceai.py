"""OpenSpliceAI: SpliceAI trained again in PyTorch, in four sizes, for five species.

The weights lie in the project's own repository under GPL-3.0; a user adds the ``.pt``
files of one size, which `openspliceai_files` reads. The variant rule of the program
``openspliceai`` 0.0.7 (``get_delta_scores``) is SpliceAI's.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gfm_desktop.genome.variant import VariantKind
from gfm_desktop.models import manifest
from gfm_desktop.models.card import ModelCard
from gfm_desktop.models.splice_description import (
    architecture_of,
    replicates_of,
)
from gfm_desktop.models.splice_ensemble import ensemble_shapes, load_ensemble
from gfm_desktop.models.splice_torch import NORM_EPSILON
from gfm_desktop.models.weights import check_tensors

if TYPE_CHECKING:
    from pathlib import Path

    from gfm_desktop.models.splice_ensemble import SpliceEnsemble
    from gfm_desktop.models.splice_network import SpliceArchitecture

REPLICATES = 5
SLOPE = 0.1
"""Of the leaky ReLU below 0."""
_DIGESTS = {
    10000: (
        "7b0d6af6239e27392226bbada310ee9e2ce0ced149fb6fdff8996c12cba3cc85",
        "38fe4469eff09ffe5caa291bc224248c81ed68acca0b729afb87450909a8130e",
        "49f38e3fd0e87b81ce22d986d1168eb9b2c55668bfd6aaa064da1082ee668667",
        "bae2756b452f31d45b74604816561da79284d791be37f467491a68342c819b20",
        "cfe2741311ed02dab3042492a5be14029b18d63be693751e9534315a9e4c6271",
    ),
    2000: (
        "dc5bf14fa830f0105dfd34e034ead9d8067d65facc34ee88c7948c8585c921d3",
        "aebdfa5b62972827ac832a213add3b7bc9e8a7770adbb27a7c6a93346b20215a",
        "0904d00f1b210f34e804385c495fb7ac4bb7c8f8d527e6b4a4046cc131bddb16",
        "9620d8d1b0d5b6e15558f9c63aab0b49e6d9f9bcb3b524b9dcb0879d413e2522",
        "856d1545b58e024f87d61395da5240965c052133897aaf98546d20d70bc85d38",
    ),
    400: (
        "a4838147b4af2e9b19d336f21eeea6bf5af5140ecd33fa3ebdb64b544ea6b547",
        "32120d27b711f4313e5a73dcb1405ea77d1cddeab02709f39348d300d3f0e6de",
        "db74e7948eba498fd55b56a666edf3db8e71068967d71de5e28f1d10c81b529d",
        "b0a3599b5444c8752e22963b52d37f822521a824db3aae16b924fd53ecaeeb51",
        "35bd0ab2598891ed956df886c59e8e9f0ac2879cebede30bbba9887daf8b79d3",
    ),
    80: ("894594d18be6d3e339d76b9698accf4071bd2f0f32f40c52a2c1b848d1cef9f4",),
}
"""Context in bp to the SHA-256 of the replicates rs10, rs11, ... that we have seen."""
_LIMITS = (
    "For research, not for diagnosis. It is not on the model hub: get the folder of "
    "one size from the project's repository and add it with `gfm models add FOLDER`. "
    "It knows neither tissue nor expression, and sees {flank:,} bases to each side. "
    "Trained on GRCh38 with MANE transcripts: numbers on known sites of its training "
    "chromosomes are not those of unseen data. Probabilities in other species have not "
    "been validated."
)


def _files(context: int) -> tuple[tuple[str, str], ...]:
    return tuple(
        (f"model_{context}nt_rs{10 + number}.pt", digest)
        for number, digest in enumerate(_DIGESTS.get(context, ()))
    )


CARD = ModelCard(
    id="openspliceai-mane-10000nt",
    name="OpenSpliceAI MANE 10,000 nt",
    family="splice",
    info_tag="OpenSpliceAI",
    summary=(
        "Predicts for every base of a gene how likely it is a splice acceptor or "
        "donor; SpliceAI trained again on MANE transcripts."
    ),
    species=("Homo sapiens",),
    context_bp=10_000,
    parameters=3_493_935,
    licence="GPL-3.0-only",
    licence_url="https://www.gnu.org/licenses/gpl-3.0.html",
    attribution=(
        "OpenSpliceAI by Kuan-Hao Chao, Alan Mao, Anqi Liu, Mihaela Pertea and Steven "
        "L. Salzberg (Johns Hopkins University), licensed under GPL-3.0."
    ),
    commercial_use=True,
    citation=(
        "Chao K-H, Mao A, Liu A, Pertea M, Salzberg SL (2025) OpenSpliceAI provides an "
        "efficient modular implementation of SpliceAI enabling easy retraining across "
        "nonhuman species. eLife 14:RP107454. https://doi.org/10.7554/eLife.107454.3"
    ),
    source=(
        "https://github.com/Kuanhao-Chao/OpenSpliceAI, "
        "models/openspliceai-mane/10000nt (five replicates)"
    ),
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
    limits=_LIMITS.format(flank=5_000),
    files=_files(10_000),
)
"""The card of the largest one."""


def _sibling(context: int, parameters: int) -> ModelCard:
    return replace(
        CARD,
        id=f"openspliceai-mane-{context}nt",
        name=f"OpenSpliceAI MANE {context:,} nt",
        context_bp=context,
        parameters=parameters,
        source=CARD.source.replace("10000nt", f"{context}nt"),
        limits=_LIMITS.format(flank=context // 2),
        files=_files(context),
    )


CARDS = (
    CARD,
    _sibling(2_000, 1_802_895),
    _sibling(400, 931_055),
    _sibling(80, 468_815),
)
"""What the project publishes for humans."""


def load(folder: Path, device: str) -> SpliceEnsemble:
    """Load a folder that `importing` wrote.

    Raises:
        ModelError: If the folder or its weights cannot be used.
    """
    described = manifest.read(folder)
    weights, sha256 = described.only_weights
    return load_ensemble(
        described.card(CARD),
        weights,
        replicates=replicates_of(described, REPLICATES),
        device=device,
        sha256=sha256,
        architecture=architecture(described),
    )


def check(folder: Path) -> None:
    """Check that `load` would succeed, without torch: the window may call this.

    Raises:
        ModelError: If the folder or its weights cannot be used.
    """
    described = manifest.read(folder)
    weights, sha256 = described.only_weights
    replicates = replicates_of(described, REPLICATES)
    shapes = ensemble_shapes(replicates, architecture(described))
    check_tensors(weights, shapes=shapes, sha256=sha256)


def architecture(described: manifest.Manifest) -> SpliceArchitecture:
    """Return the sizes that a folder gives.

    Raises:
        ModelError: If a size cannot be.
    """
    return architecture_of(described, norm_epsilon=NORM_EPSILON, slope=SLOPE)
