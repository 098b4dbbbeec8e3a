"""DNABERT-S: embeddings of sequences that tell species apart, without a head."""

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
from gfm_desktop.models.mosaic_bert import WINDOW, is_mosaic, mosaic_sizes

if TYPE_CHECKING:
    from pathlib import Path

    from gfm_desktop.models.bert_network import BertSizes

CARDS = (
    ModelCard(
        id="dnabert-s",
        name="DNABERT-S",
        family="DNABERT-S",
        summary=(
            "Turns a sequence into numbers that are alike within a species; alleles "
            "that move them far score high."
        ),
        species=("bacteria, fungi and viruses",),
        context_bp=WINDOW,
        # Not published as a number; a card never shows a guess.
        parameters=0,
        licence="LicenseRef-none",
        licence_url="https://github.com/MAGICS-LAB/DNABERT_S",
        attribution=(
            "DNABERT-S by Zhihan Zhou, Weimin Wu, Harrison Ho, Jiayi Wang, Lizhen "
            "Shi, Ramana V. Davuluri, Zhong Wang and Han Liu"
        ),
        commercial_use=False,
        citation=(
            "Zhou Z, Wu W, Ho H, Wang J, Shi L, Davuluri RV, Wang Z, Liu H (2024) "
            "DNABERT-S: Learning Species-Aware DNA Embedding with Genome Foundation "
            "Models. https://arxiv.org/abs/2402.08777"
        ),
        source="model hub, zhihan1996/DNABERT-S",
        scores=(
            VariantKind.SNV,
            VariantKind.MNV,
            VariantKind.INSERTION,
            VariantKind.DELETION,
            VariantKind.DELINS,
        ),
        scorers=("embedding-distance",),
        tracks=(),
        repository="zhihan1996/DNABERT-S",
        revision="main",
        safe_precisions=("bf16",),
        limits=(
            "For research. The authors give no licence: without their permission you "
            "may not pass the weights on, and commercial use is not allowed. Made to "
            "tell species apart, not to score variants; the rule used here is the "
            "app's choice. It was trained with at most 512 tokens; longer inputs run, "
            "but nobody has validated them. It predicts no tokens, so that there are "
            "no likelihoods."
        ),
    ),
)
"""Checkpoints that the authors publish."""


def recognises(hub: HubFolder) -> bool:
    """Tell whether a folder has MosaicBERT's layers under names without prefix."""
    return is_mosaic(hub, prefix="")


def card(hub: HubFolder) -> ModelCard:
    """Return the facts of a folder.

    Raises:
        ModelError: If its config asks for what this app does not compute.
    """
    _sizes(hub)
    return replace(CARDS[0], species=(), parameters=hub.parameters)


def load(folder: Path, device: str) -> LanguageModel:
    """Load a checkpoint.

    Raises:
        ModelError: If the folder cannot be used.
    """
    hub = HubFolder.read(folder)
    sizes = _sizes(hub)
    return LanguageModel(
        card=card(hub),
        device=device,
        weights_sha256=hub.sha256,
        tokenizer=byte_pair_tokenizer(hub, sizes.vocabulary),
        network=loaded(network(sizes), hub, bert_layout(hub, sizes), device),
        objective="embedding",
        window=WINDOW,
    )


def check(folder: Path) -> None:
    """Check that `load` would succeed, without reading the weights.

    Raises:
        ModelError: If the folder cannot be used.
    """
    hub = HubFolder.read(folder)
    sizes = _sizes(hub)
    byte_pair_tokenizer(hub, sizes.vocabulary)
    hub.check(bert_layout(hub, sizes))


def _sizes(hub: HubFolder) -> BertSizes:
    return mosaic_sizes(hub, head=False, prefix="")
