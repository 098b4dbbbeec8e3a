"""The built-in language model: one network, three vocabularies, made by this project.

`packaging/pretraining` makes its weights, its vocabularies and its card.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop import paths
from gfm_desktop.errors import ModelError
from gfm_desktop.genome.variant import VariantKind
from gfm_desktop.models import manifest
from gfm_desktop.models.card import ModelCard
from gfm_desktop.models.ensemble_network import EnsembleSizes, network
from gfm_desktop.models.ensemble_tokens import (
    LETTERS,
    PROMPTS,
    UNKNOWN_SPECIES,
    EnsembleTokenizer,
    species_of,
    words,
)
from gfm_desktop.models.hub_folder import HubFolder, read_json
from gfm_desktop.models.language_model import LanguageModel, layout_of, loaded
from gfm_desktop.models.option import Option
from gfm_desktop.models.vocabulary import needed, token_ids

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from gfm_desktop.models.language_model import LanguageNetwork
    from gfm_desktop.models.layout import Layout

MODEL_TYPE = "gfm-ensemble"
PAIRS = "tokenizer.json"
_NEVER = -1e4
"""Added to the score of words that the chosen vocabulary does not have."""

CARD_WITHOUT_WEIGHTS = ModelCard(
    id="gfm-ensemble",
    name="GFM Ensemble",
    family="GFM Ensemble",
    summary=(
        "A small language model of single bases, 6-mers and byte pairs that ships "
        "with the app and works offline."
    ),
    species=("Homo sapiens", "Saccharomyces cerevisiae"),
    context_bp=512,
    parameters=0,
    licence="Apache-2.0",
    licence_url="https://www.apache.org/licenses/LICENSE-2.0",
    attribution="GFM Desktop developers",
    commercial_use=True,
    citation=(
        "GFM Desktop developers (2026) GFM Ensemble, in GFM Desktop (CITATION.cff). "
        "After the idea of Ye P and others (2024) Genomics-FM, bioRxiv "
        "2024.07.16.603653."
    ),
    source="packaging/pretraining of GFM Desktop",
    scores=(VariantKind.SNV, VariantKind.MNV),
    scorers=("masked-log-odds", "unmasked-log-odds", "embedding-distance"),
    scorers_for=(
        (
            "vocabulary",
            "kmer",
            ("kmer-log-odds", "unmasked-log-odds", "embedding-distance"),
        ),
        ("vocabulary", "bpe", ("pseudo-log-likelihood", "embedding-distance")),
    ),
    tracks=("base-probability",),
    built_in=True,
    safe_precisions=("bf16",),
    limits=(
        "For research. A small model: MODEL_CARD.md in its folder says what it was "
        "measured to do, and where simpler baselines do as well."
    ),
)


def _options(species: tuple[str, ...]) -> tuple[Option, ...]:
    return (
        Option(
            "vocabulary",
            "Vocabulary",
            "How the sequence is cut: single bases, 6-mers side by side, or byte "
            "pairs. MODEL_CARD.md in the model's folder says which did best at what.",
            "nucleotide",
            choices=tuple(PROMPTS),
        ),
        Option(
            "species",
            "Species",
            "What the model is told about where the sequence comes from.",
            UNKNOWN_SPECIES,
            choices=species,
        ),
    )


def _shipped() -> tuple[ModelCard, ...]:
    """Return the card of the model in the app's resources, where one was exported."""
    folder = paths.resources() / "models" / CARD_WITHOUT_WEIGHTS.id
    if not (folder / manifest.FILE_NAME).is_file():
        return ()
    hub = HubFolder.read(folder)
    return (manifest.read(folder).card(card(hub)),)


def recognises(hub: HubFolder) -> bool:
    """Tell whether a folder holds a model of this programme."""
    return hub.model_type == MODEL_TYPE


def card(hub: HubFolder) -> ModelCard:
    """Return the facts of a folder.

    Raises:
        ModelError: If its config or its vocabulary is wrong.
    """
    ids = _ids(hub, _sizes(hub))
    return replace(
        CARD_WITHOUT_WEIGHTS,
        parameters=hub.parameters,
        context_bp=_window(hub, "nucleotide"),
        options=_options(species_of(ids)),
    )


def load(
    folder: Path,
    device: str,
    *,
    vocabulary: str = "nucleotide",
    species: str = UNKNOWN_SPECIES,
) -> LanguageModel:
    """Load a model with one of its vocabularies.

    Args:
        folder: Model folder.
        device: Such as ``"cpu"``.
        vocabulary: One of `ensemble_tokens.PROMPTS`.
        species: One of the model's species, or ``"unknown"``.

    Raises:
        ModelError: If the folder cannot be used.
    """
    hub = HubFolder.read(folder)
    sizes = _sizes(hub)
    tokenizer = _tokenizer(hub, sizes, vocabulary, species)
    made = loaded(network(sizes), hub, _layout(sizes), device)
    _answer_with(made, tokenizer)
    return LanguageModel(
        card=card(hub),
        device=device,
        weights_sha256=hub.sha256,
        tokenizer=tokenizer,
        network=made,
        objective="masked",
        window=_window(hub, vocabulary),
        longest=hub.number("max_tokens"),
    )


def check(folder: Path) -> None:
    """Check that `load` would succeed, without reading the weights.

    Raises:
        ModelError: If the folder cannot be used.
    """
    hub = HubFolder.read(folder)
    sizes = _sizes(hub)
    for vocabulary in PROMPTS:
        _tokenizer(hub, sizes, vocabulary, UNKNOWN_SPECIES)
        _window(hub, vocabulary)
    hub.number("max_tokens")
    hub.check(_layout(sizes))


def config_of(
    sizes: EnsembleSizes, windows: Mapping[str, int], max_tokens: int
) -> dict[str, object]:
    """Return the `config.json` of a network; `packaging/pretraining` writes it.

    Args:
        sizes: The network's.
        windows: Vocabulary to bases of a scoring window.
        max_tokens: Most tokens that it was trained to read, prompt and species
            included.
    """
    return {
        "model_type": MODEL_TYPE,
        "vocab_size": sizes.vocabulary,
        "hidden_size": sizes.width,
        "num_hidden_layers": sizes.layers,
        "num_attention_heads": sizes.heads,
        "intermediate_size": sizes.inner,
        "conv_kernel": sizes.kernel,
        "conv_dilations": list(sizes.dilations),
        "attention_every": sizes.attention_every,
        "rope_theta": sizes.theta,
        "tie_word_embeddings": sizes.tied,
        "context_letters": sizes.context,
        "context_width": sizes.context_width,
        "first_base": sizes.first_base,
        "sequence": "[prompt] [species] words",
        "windows": dict(windows),
        "max_tokens": max_tokens,
    }


def _sizes(hub: HubFolder) -> EnsembleSizes:
    """Return the sizes that the config gives.

    Raises:
        ModelError: If one is missing or impossible.
    """
    dilations = hub.config.get("conv_dilations")
    if not isinstance(dilations, list) or any(type(d) is not int for d in dilations):
        raise hub.broken(f"“conv_dilations” is {dilations!r}")
    sizes = EnsembleSizes(
        vocabulary=hub.number("vocab_size"),
        width=hub.number("hidden_size"),
        layers=hub.number("num_hidden_layers"),
        heads=hub.number("num_attention_heads"),
        inner=hub.number("intermediate_size"),
        kernel=hub.number("conv_kernel"),
        dilations=tuple(dilations),
        attention_every=hub.number("attention_every"),
        theta=hub.value("rope_theta", 10_000.0),
        tied=hub.value("tie_word_embeddings", False),
        context=hub.number("context_letters"),
        context_width=hub.number("context_width"),
        first_base=hub.number("first_base"),
    )
    if problem := sizes.problem():
        raise hub.broken(problem)
    return sizes


def _window(hub: HubFolder, vocabulary: str) -> int:
    windows = hub.config.get("windows")
    found = windows.get(vocabulary) if isinstance(windows, dict) else None
    if type(found) is not int or found < 1:
        raise hub.broken(f"“windows” has {found!r} for {vocabulary}")
    return found


def _layout(sizes: EnsembleSizes) -> Layout:
    tied = {"decoder.weight": "embedding.weight"} if sizes.tied else {}
    return layout_of(network(sizes), tied=tied)


def _ids(hub: HubFolder, sizes: EnsembleSizes) -> dict[str, int]:
    """Return word to row, all words that every vocabulary needs being there.

    Raises:
        ModelError: If the vocabulary does not fit the network or lacks words.
    """
    ids = token_ids(hub, sizes.vocabulary)
    needed(ids, words((), LETTERS), hub)
    return ids


def _tokenizer(
    hub: HubFolder, sizes: EnsembleSizes, vocabulary: str, species: str
) -> EnsembleTokenizer:
    """Return the tokenizer of a folder.

    Raises:
        ModelError: If its files are missing, damaged or do not fit.
    """
    ids = _ids(hub, sizes)
    needed(ids, [f"[species:{species}]"], hub)
    if vocabulary != "bpe":
        return EnsembleTokenizer(ids, vocabulary, species)
    from tokenizers import Tokenizer

    path = hub.path / PAIRS
    # The package has no error class of its own: what it may refuse is looked at first.
    table = read_json(path).get("model")
    if not isinstance(table, dict) or table.get("type") != "BPE":
        raise ModelError(
            "The byte pairs of the model cannot be read.",
            where=str(path),
            todo="Get the model folder again from where it came.",
        )
    pieces = tuple(map(str, table.get("vocab", {})))
    needed(ids, pieces, hub)
    merger = Tokenizer.from_file(str(path))
    return EnsembleTokenizer(ids, vocabulary, species, merger, pieces)


def _answer_with(made: LanguageNetwork, tokenizer: EnsembleTokenizer) -> None:
    """Let the head answer with words of the chosen vocabulary alone.

    Training compares a hidden word with its own vocabulary only, so the scores of all
    others mean nothing.
    """
    import torch

    others = np.setdiff1d(np.arange(tokenizer.size), tokenizer.answers)
    with torch.no_grad():
        made.decoder.bias[torch.from_numpy(others)] += _NEVER  # type: ignore[attr-defined]


CARDS = _shipped()
"""The model that ships with the app; none before `packaging/pretraining` made it."""
