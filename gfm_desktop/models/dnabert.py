"""DNABERT: masked language models of overlapping k-mers, k from 3 to 6."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gfm_desktop.genome.variant import VariantKind
from gfm_desktop.models.bert_folder import (
    bert_layout,
    bert_sizes,
    is_plain,
    sorted_words,
    words_of,
)
from gfm_desktop.models.bert_network import network
from gfm_desktop.models.card import ModelCard
from gfm_desktop.models.hub_folder import HubFolder
from gfm_desktop.models.language_model import LanguageModel, loaded
from gfm_desktop.models.overlapping_tokens import (
    OverlappingTokenizer,
    overlapping_tokenizer,
)
from gfm_desktop.models.vocabulary import token_ids

if TYPE_CHECKING:
    from pathlib import Path

    from gfm_desktop.models.bert_network import BertSizes

_WINDOW = 500
"""Bases of a scoring window: nearly all that 512 tokens cover, with room to insert."""

_PARAMETERS = 86_042_880
"""Of the published sizes (12 layers of 768), without words: 86.1 million for k = 3 and
89.2 million for k = 6, as is published."""


def _published(k: int) -> ModelCard:
    return ModelCard(
        id=f"dnabert-{k}",
        name=f"DNABERT {k}-mer",
        family="DNABERT",
        summary=(
            f"Predicts hidden {k}-mers from their neighbourhood in the human genome; "
            "unlikely substitutions score low."
        ),
        species=("Homo sapiens",),
        context_bp=_WINDOW,
        parameters=_PARAMETERS + (4**k + 5) * 769,
        licence="Apache-2.0",
        licence_url="https://www.apache.org/licenses/LICENSE-2.0",
        attribution=(
            "DNABERT by Yanrong Ji, Zhihan Zhou, Han Liu and Ramana V. Davuluri"
        ),
        commercial_use=True,
        citation=(
            "Ji Y, Zhou Z, Liu H, Davuluri RV (2021) DNABERT: pre-trained "
            "Bidirectional Encoder Representations from Transformers model for "
            "DNA-language in genome. Bioinformatics 37(15): 2112-2120. "
            "https://doi.org/10.1093/bioinformatics/btab083"
        ),
        source=f"model hub, zhihan1996/DNA_bert_{k}",
        scores=(VariantKind.SNV, VariantKind.MNV),
        scorers=("kmer-log-odds", "embedding-distance"),
        tracks=("base-probability",),
        repository=f"zhihan1996/DNA_bert_{k}",
        revision="main",
        safe_precisions=("bf16",),
        limits=(
            "For research. The authors publish no score of variants without "
            "fine-tuning: the rule used here hides every k-mer over the base and is "
            "the app's choice. At most 512 tokens at once; k-mers with an N are "
            "unknown to it. Indels are not scored."
        ),
    )


CARDS = tuple(_published(k) for k in (3, 4, 5, 6))
"""Checkpoints that the authors publish."""


def recognises(hub: HubFolder) -> bool:
    """Tell whether a folder is a plain BERT whose words are k-mers alone."""
    return is_plain(hub) and words_of(hub) == "kmers"


def card(hub: HubFolder) -> ModelCard:
    """Return the facts of a folder.

    Raises:
        ModelError: If its config asks for what this app does not compute.
    """
    sizes = bert_sizes(hub)
    tokenizer = _tokenizer(hub, sizes)
    window = _window(sizes, tokenizer)
    known = _published(tokenizer.k)
    return replace(known, species=(), context_bp=window, parameters=hub.parameters)


def load(folder: Path, device: str) -> LanguageModel:
    """Load a checkpoint.

    Raises:
        ModelError: If the folder cannot be used.
    """
    hub = HubFolder.read(folder)
    sizes = bert_sizes(hub)
    tokenizer = _tokenizer(hub, sizes)
    return LanguageModel(
        card=card(hub),
        device=device,
        weights_sha256=hub.sha256,
        tokenizer=tokenizer,
        network=loaded(network(sizes), hub, bert_layout(hub, sizes), device),
        objective="masked",
        window=_window(sizes, tokenizer),
        # The authors' tokenizer cuts longer inputs into several pieces, each with its
        # own [CLS] and [SEP]; a plain network has no use for them.
        longest=sizes.positions,
    )


def check(folder: Path) -> None:
    """Check that `load` would succeed, without reading the weights.

    Raises:
        ModelError: If the folder cannot be used.
    """
    hub = HubFolder.read(folder)
    sizes = bert_sizes(hub)
    _tokenizer(hub, sizes)
    hub.check(bert_layout(hub, sizes))


def _tokenizer(hub: HubFolder, sizes: BertSizes) -> OverlappingTokenizer:
    """Return the tokenizer; a folder's wish to lower-case is ignored, as is theirs.

    Raises:
        ModelError: If the vocabulary is missing or does not fit.
    """
    ids = token_ids(hub, sizes.vocabulary)
    lengths, _ = sorted_words(ids)
    return overlapping_tokenizer(hub, ids, max(lengths, default=6), size=len(ids))


def _window(sizes: BertSizes, tokenizer: OverlappingTokenizer) -> int:
    """Return the bases of a scoring window, whose tokens fit the position table."""
    return min(_WINDOW, sizes.positions - 2 + tokenizer.k - 1)
