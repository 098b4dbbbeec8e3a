"""Genomics-FM: one network, two vocabularies and two ways to tell positions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gfm_desktop.errors import ModelError
from gfm_desktop.genome.variant import VariantKind
from gfm_desktop.models.bert_folder import bert_layout
from gfm_desktop.models.bert_network import network
from gfm_desktop.models.bpe_tokens import BytePairTokenizer, byte_pair_tokenizer
from gfm_desktop.models.card import ModelCard
from gfm_desktop.models.hub_folder import HubFolder
from gfm_desktop.models.language_model import LanguageModel, loaded
from gfm_desktop.models.mosaic_bert import COST, TABLE, WINDOW, is_mosaic, mosaic_sizes
from gfm_desktop.models.option import Option
from gfm_desktop.models.overlapping_tokens import (
    OverlappingTokenizer,
    overlapping_tokenizer,
)
from gfm_desktop.models.vocabulary import token_ids

if TYPE_CHECKING:
    from pathlib import Path

    from gfm_desktop.models.bert_network import BertSizes

_K = 6
"""Letters of its k-mers."""
_UNION = "tokenizer"
_PAIRS = "tokenizer_bpe"
"""Folders of the union vocabulary, which the network knows, and of byte pairs."""

_OPTIONS = (
    Option(
        "vocabulary",
        "Vocabulary",
        "How sequences are cut: byte pairs (bpe), or overlapping 6-mers (kmer). Both "
        "have rows of one embedding.",
        "bpe",
        choices=("bpe", "kmer"),
    ),
    Option(
        "position",
        "Positions",
        "How positions are told: a penalty on attention that grows with distance "
        "(alibi), or a table (absolute). The network was trained with both.",
        "alibi",
        choices=("alibi", "absolute"),
    ),
)

CARDS = (
    ModelCard(
        id="genomics-fm",
        name="Genomics-FM",
        family="Genomics-FM",
        summary=(
            "Predicts hidden pieces of sequence from their neighbourhood, with a "
            "choice of vocabulary; alleles that make a window less likely score low."
        ),
        species=("several species",),
        context_bp=WINDOW,
        # Not published as a number; a card never shows a guess.
        parameters=0,
        licence="LicenseRef-none",
        licence_url="https://github.com/terry-r123/Genomics-FM",
        attribution="Genomics-FM by Peng Ye and others",
        commercial_use=False,
        citation=(
            "Ye P and others (2024) Genomics-FM. bioRxiv 2024.07.16.603653. "
            "https://doi.org/10.1101/2024.07.16.603653"
        ),
        source=(
            "shared folder of the authors, named in "
            "https://github.com/terry-r123/Genomics-FM"
        ),
        scores=(
            VariantKind.SNV,
            VariantKind.MNV,
            VariantKind.INSERTION,
            VariantKind.DELETION,
            VariantKind.DELINS,
        ),
        scorers=("pseudo-log-likelihood", "embedding-distance"),
        scorers_for=(
            (
                "vocabulary",
                "kmer",
                ("kmer-log-odds", "pseudo-log-likelihood", "embedding-distance"),
            ),
        ),
        tracks=("base-probability",),
        safe_precisions=("bf16",),
        limits=(
            "For research. The authors give no licence: the app brings no weights, and "
            "without the authors' permission you may neither pass them on nor use "
            "them commercially. Put a checkpoint, its config.json and the folders "
            f"{_UNION} and {_PAIRS} of their repository into one folder and add it "
            f"with `gfm models add FOLDER`. {COST}Training put prompt words in front "
            "of sequences that the published tokenizers cannot write: here there are "
            "none. k-mer log odds need the option vocabulary=kmer. It was trained "
            "with at most 512 tokens."
        ),
        options=_OPTIONS,
    ),
)
"""Checkpoints that the authors publish."""


def recognises(hub: HubFolder) -> bool:
    """Tell whether a folder has MosaicBERT's layers and a table of positions."""
    return is_mosaic(hub, prefix="bert.") and (
        f"bert.{TABLE}" in hub.shapes or (hub.path / _PAIRS).is_dir()
    )


def card(hub: HubFolder) -> ModelCard:
    """Return the facts of a folder.

    Raises:
        ModelError: If its config asks for what this app does not compute.
    """
    _sizes(hub)
    return replace(CARDS[0], species=(), parameters=hub.parameters)


def load(
    folder: Path, device: str, *, vocabulary: str = "bpe", position: str = "alibi"
) -> LanguageModel:
    """Load a checkpoint.

    Args:
        folder: Model folder.
        device: Such as ``"cpu"``.
        vocabulary: ``"bpe"`` or ``"kmer"``.
        position: ``"alibi"`` or ``"absolute"``.

    Raises:
        ModelError: If the folder cannot be used.
    """
    hub = HubFolder.read(folder)
    sizes = _sizes(hub)
    tokenizer = _tokenizer(hub, sizes, kmers=vocabulary == "kmer")
    table = position == "absolute"
    sizes = replace(sizes, position="absolute" if table else "alibi")
    # A token has one base at least, and a k-mer one base of its own.
    room = sizes.positions - 2 + max(tokenizer.k - 1, 0)
    return LanguageModel(
        card=card(hub),
        device=device,
        weights_sha256=hub.sha256,
        tokenizer=tokenizer,
        network=loaded(network(sizes), hub, bert_layout(hub, sizes), device),
        objective="masked",
        window=min(WINDOW, room) if table else WINDOW,
        longest=sizes.positions if table else 0,
    )


def check(folder: Path) -> None:
    """Check that `load` would succeed, without reading the weights.

    Raises:
        ModelError: If the folder cannot be used.
    """
    hub = HubFolder.read(folder)
    sizes = _sizes(hub)
    for kmers in (False, True):
        _tokenizer(hub, sizes, kmers=kmers)
    hub.check(bert_layout(hub, sizes))


def _sizes(hub: HubFolder) -> BertSizes:
    """Return the sizes; the rows of the embedding are counted.

    The training program adds prompt words to a vocabulary and rounds its size up, so
    that a config may lag behind.

    Raises:
        ModelError: If the config is wrong or the embedding is missing.
    """
    return mosaic_sizes(
        hub,
        vocabulary=hub.size("bert.embeddings.word_embeddings.weight"),
        positions=hub.number("max_position_embeddings"),
    )


def _tokenizer(
    hub: HubFolder, sizes: BertSizes, *, kmers: bool
) -> BytePairTokenizer | OverlappingTokenizer:
    """Return the tokenizer of one vocabulary.

    The embedding may have more rows than the union vocabulary has words, never fewer:
    further rows are of prompt words and padding.

    Raises:
        ModelError: If a vocabulary is missing, or byte pairs have other numbers than
            in the union vocabulary.
    """
    rows = sizes.vocabulary
    union = token_ids(hub, rows, folder=hub.path / _UNION, padded=True)
    if kmers:
        return overlapping_tokenizer(hub, union, _K, size=len(union))
    folder = hub.path / _PAIRS
    tokenizer = byte_pair_tokenizer(hub, rows, folder=folder, padded=True)
    pairs = token_ids(hub, rows, folder=folder, padded=True)
    if other := [word for word, number in pairs.items() if union.get(word) != number]:
        raise ModelError(
            f"The vocabularies disagree: “{other[0]}” is {pairs[other[0]]:,} among "
            f"byte pairs and {union.get(other[0], 'nothing')} in the union.",
            where=str(folder),
            todo="Take both folders from the authors' repository.",
        )
    return tokenizer
