"""Pangolin: splice site probabilities in four tissues, of twelve networks (version 2).

The weights lie in the project's repository under GPL-3.0; a user adds its folder
``pangolin/models``, which `pangolin_files` reads. As in the program, three networks are
trained for each tissue and only that tissue's probability is taken from them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gfm_desktop.errors import ModelError
from gfm_desktop.genome.variant import VariantKind
from gfm_desktop.models import manifest
from gfm_desktop.models.card import ModelCard
from gfm_desktop.models.pangolin_network import (
    OUTPUTS,
    SPLICE,
    TISSUES,
    pangolin_class,
)
from gfm_desktop.models.splice_description import architecture_of, replicates_of
from gfm_desktop.models.splice_ensemble import (
    WindowNetworks,
    ensemble_shapes,
    load_networks,
)
from gfm_desktop.models.splice_torch import NORM_EPSILON
from gfm_desktop.models.weights import check_tensors

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    import torch
    from numpy.typing import NDArray

    from gfm_desktop.models.splice_network import SpliceArchitecture

REPLICATES = 3
"""Networks of each tissue."""
_DIGESTS = (
    "f0478fab173b75f7f7e9fe96688bad6c50fa4a46d70557f423b110caaf565501",
    "c4c6bb4880fa6fb28b14182ae3ea0600edb07056158f55325b5e6e6e48fc9f26",
    "ec685a6e7105a4486c1f89a005458a13deb3fe7171f13d434f4877e386d10676",
    "559c05de3e1ce65c2515ca3e92ef85edb0ec2e47686ca58060e25891ce06eb3a",
    "48758ba8b95eee9aa9feea52672ef06ca1b34111299c27f8a710f734d8b9aae5",
    "7cb576c2b24db4fdd6970c4ca4fb7c20ae1b1d8ae80645ebbe689848b5743129",
    "c50b12e0c0af776d5674ca5e346493f8265783494d4df383364de9c1136657f6",
    "e03303bed4fd6f135ec0f6c1b192cce954ea42d0646f44d17b4a6fbb2b1f610e",
    "9476d2e25520d7ff15bece0cd5d3b657e3b1dd3cc5fcab1d9c3b62bea7a0c5b6",
    "2aae563fa18a8a9b6699c6c96e0d32b8ec7543f8f805fb3bc9de77302cc9f66e",
    "7d3c0b1b2a60067b940dec315567874fbc8bcd322f1b7c76bf969f51f0f53f7f",
    "756e7721a382cace24e9bfea5b543af5623f2487d9a3efe7385e9c76367005fd",
)
"""SHA-256 of the files, in the order of `FILES`."""
FILES = tuple(
    f"final.{replicate}.{2 * tissue}.3.v2"
    for tissue in range(len(TISSUES))
    for replicate in range(1, REPLICATES + 1)
)
"""Names of the twelve files, tissue by tissue. Odd numbers are networks of usage."""

CARD = ModelCard(
    id="pangolin",
    name="Pangolin",
    family="splice-tissue",
    info_tag="Pangolin",
    summary=(
        "Predicts for every base how likely it is a splice site in heart, liver, brain "
        "and testis, and so what a variant does to splicing."
    ),
    species=(
        "Homo sapiens",
        "Macaca mulatta",
        "Mus musculus",
        "Rattus norvegicus",
    ),
    context_bp=10_000,
    parameters=8_389_008,
    licence="GPL-3.0-only",
    licence_url="https://www.gnu.org/licenses/gpl-3.0.html",
    attribution=(
        "Pangolin by Tony Zeng and Yang I. Li (University of Chicago), licensed under "
        "GPL-3.0."
    ),
    commercial_use=True,
    citation=(
        "Zeng T, Li YI (2022) Predicting RNA splicing from DNA sequence using "
        "Pangolin. Genome Biology 23:103. "
        "https://doi.org/10.1186/s13059-022-02664-4"
    ),
    source=(
        "https://github.com/tkzeng/Pangolin, pangolin/models/final.*.3.v2 (twelve "
        "networks)"
    ),
    scores=(
        VariantKind.SNV,
        VariantKind.MNV,
        VariantKind.INSERTION,
        VariantKind.DELETION,
        VariantKind.DELINS,
    ),
    scorers=("pangolin-delta",),
    safe_precisions=("bf16",),
    tracks=(),
    limits=(
        "For research, not for diagnosis. It is not on the model hub: get the "
        "project's repository and add its folder pangolin/models with `gfm models add "
        "FOLDER`. It tells splice sites from other bases, but "
        "not acceptors from donors, and sees 5,000 bases to each side. Its four "
        "tissues are heart, liver, brain and testis; the usage that its networks also "
        "predict is not shown."
    ),
    files=tuple(zip(FILES, _DIGESTS, strict=True)),
)
"""The card of the published model."""


class PangolinModel(WindowNetworks):
    """Twelve networks, three for each of four tissues.

    It has no ``predict``, because it is no `protocols.SpliceModel`: it does not tell
    acceptors from donors.
    """

    tissues = TISSUES

    def replicate_probabilities(
        self, sequences: Sequence[str], *, batch_size: int = 8
    ) -> list[NDArray[np.float32]]:
        """Return the probability of a splice site by each network.

        Args:
            sequences: Of the sense strand, each of ``flank + n + flank`` letters; case
                is ignored and letters other than A, C, G, T are read as N.
            batch_size: Most sequences of one length to run at once on a GPU.

        Returns:
            For each sequence an array of shape (n, tissues, replicates), read-only.

        Raises:
            ValueError: If a sequence is too short or `batch_size` is not positive.
        """
        return self.asked(sequences, batch_size=batch_size)

    def tissue_probabilities(
        self, sequences: Sequence[str], *, batch_size: int = 8
    ) -> list[NDArray[np.float32]]:
        """Return the mean over each tissue's networks: shape (n, tissues).

        Arguments and errors are those of `replicate_probabilities`.
        """
        found = self.replicate_probabilities(sequences, batch_size=batch_size)
        return [values.mean(axis=2) for values in found]

    def _joined(self, outputs: list[torch.Tensor]) -> torch.Tensor:
        import torch

        replicates = len(outputs) // len(SPLICE)
        rows = [
            output[:, SPLICE[number // replicates]]
            for number, output in enumerate(outputs)
        ]
        joined = torch.stack(rows, dim=2)
        return joined.reshape(*joined.shape[:2], len(SPLICE), replicates)


def load(folder: Path, device: str) -> PangolinModel:
    """Load a folder that `importing` wrote.

    Raises:
        ModelError: If the folder or its weights cannot be used.
    """
    described = manifest.read(folder)
    weights, sha256 = described.only_weights
    architecture = _architecture(described)
    networks = load_networks(
        weights,
        pangolin_class(),
        replicates=_networks(described),
        device=device,
        sha256=sha256,
        architecture=architecture,
    )
    return PangolinModel(
        described.card(CARD),
        networks,
        flank=architecture.flank,
        device=device,
        weights_sha256=sha256,
    )


def check(folder: Path) -> None:
    """Check that `load` would succeed, without torch: the window may call this.

    Raises:
        ModelError: If the folder or its weights cannot be used.
    """
    described = manifest.read(folder)
    weights, sha256 = described.only_weights
    shapes = ensemble_shapes(_networks(described), _architecture(described))
    check_tensors(weights, shapes=shapes, sha256=sha256)


def _networks(described: manifest.Manifest) -> int:
    found = replicates_of(described, len(FILES))
    if found % len(TISSUES) == 0:
        return found
    raise ModelError(
        f"{found} networks cannot be shared out among {len(TISSUES)} tissues.",
        where=str(described.folder / manifest.FILE_NAME),
        todo="Add the published files anew.",
    )


def _architecture(described: manifest.Manifest) -> SpliceArchitecture:
    return architecture_of(described, norm_epsilon=NORM_EPSILON, outputs=OUTPUTS)
