"""DNABERT-2: a masked language model of byte pairs without a position table."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gfm_desktop.genome.variant import VariantKind
from gfm_desktop.models.bert_folder import bert_layout
from gfm_desktop.models.bert_network import network
from gfm_desktop.models.bpe_tokens import byte_pair_tokenizer
from gfm_desktop.models.card import ModelCard
from gfm_desktop.models.hub_folder import HubFolder
from gfm_desktop.models.language_model import LanguageModel, loaded
from gfm_desktop.models.mosaic_bert import (
    COST,
    TABLE,
    WINDOW,
    is_mosaic,
    mosaic_sizes,
)

if TYPE_CHECKING:
    from pathlib import Path

CARDS = (
    ModelCard(
        id="dnabert-2-117m",
        name="DNABERT-2 117M",
        family="DNABERT-2",
        summary=(
            "Predicts hidden pieces of sequence from their neighbourhood in genomes "
            "of 135 species; alleles that make a window less likely score low."
        ),
        species=("135 species",),
        context_bp=WINDOW,
        parameters=117_074_176,
        licence="Apache-2.0",
        licence_url="https://www.apache.org/licenses/LICENSE-2.0",
        attribution=(
            "DNABERT-2 by Zhihan Zhou, Yanrong Ji, Weijian Li, Pratik Dutta, Ramana "
            "Davuluri and Han Liu"
        ),
        commercial_use=True,
        citation=(
            "Zhou Z, Ji Y, Li W, Dutta P, Davuluri R, Liu H (2024) DNABERT-2: "
            "Efficient Foundation Model and Benchmark For Multi-Species Genomes. ICLR "
            "2024. https://arxiv.org/abs/2306.15006"
        ),
        source="model hub, zhihan1996/DNABERT-2-117M",
        scores=(
            VariantKind.SNV,
            VariantKind.MNV,
            VariantKind.INSERTION,
            VariantKind.DELETION,
            VariantKind.DELINS,
        ),
        scorers=("pseudo-log-likelihood", "embedding-distance"),
        tracks=(),
        repository="zhihan1996/DNABERT-2-117M",
        revision="main",
        files=(
            (
                "pytorch_model.bin",
                "7ff39ec77a484dd01070a41bfd6e95cdd7247bec80fe357ab43a4be33687aeba",
            ),
        ),
        download_bytes=468_354_983,
        safe_precisions=("bf16",),
        limits=(
            f"For research. {COST}The authors publish no score of variants: the rules "
            "here are the app's choice. It was trained with at most 512 tokens; "
            "longer inputs run, but nobody has validated them. It has not seen N: "
            "every N is an unknown token."
        ),
    ),
)
"""Checkpoints that the authors publish."""


def recognises(hub: HubFolder) -> bool:
    """Tell whether a folder has MosaicBERT's layers and no table of positions."""
    return (
        is_mosaic(hub, prefix="bert.")
        and f"bert.{TABLE}" not in hub.shapes
        and not (hub.path / "tokenizer_bpe").is_dir()
    )


def card(hub: HubFolder) -> ModelCard:
    """Return the facts of a folder.

    Raises:
        ModelError: If its config asks for what this app does not compute.
    """
    mosaic_sizes(hub)
    return replace(
        CARDS[0], species=(), parameters=hub.parameters, files=(), download_bytes=0
    )


def load(folder: Path, device: str) -> LanguageModel:
    """Load a checkpoint.

    Raises:
        ModelError: If the folder cannot be used.
    """
    hub = HubFolder.read(folder)
    sizes = mosaic_sizes(hub)
    return LanguageModel(
        card=card(hub),
        device=device,
        weights_sha256=hub.sha256,
        tokenizer=byte_pair_tokenizer(hub, sizes.vocabulary),
        network=loaded(network(sizes), hub, bert_layout(hub, sizes), device),
        objective="masked",
        window=WINDOW,
    )


def check(folder: Path) -> None:
    """Check that `load` would succeed, without reading the weights.

    Raises:
        ModelError: If the folder cannot be used.
    """
    hub = HubFolder.read(folder)
    sizes = mosaic_sizes(hub)
    byte_pair_tokenizer(hub, sizes.vocabulary)
    hub.check(bert_layout(hub, sizes))
