"""GENA-LM: masked language models of byte pairs with norms in front."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gfm_desktop.genome.variant import VariantKind
from gfm_desktop.models.bert_folder import bert_layout, bert_sizes, holds
from gfm_desktop.models.bert_network import network
from gfm_desktop.models.bpe_tokens import byte_pair_tokenizer
from gfm_desktop.models.card import ModelCard
from gfm_desktop.models.hub_folder import HubFolder
from gfm_desktop.models.language_model import LanguageModel, loaded

if TYPE_CHECKING:
    from pathlib import Path

    from gfm_desktop.models.bert_network import BertSizes

_WINDOW = 510
"""Bases of a scoring window. A pseudo-log-likelihood hides every token of a window in
turn, so that its cost grows with the square of the window's length; 510 bp, some 90
tokens, take ninety short passes for an allele."""

_BASE = ModelCard(
    id="gena-lm-bert-base-t2t",
    name="GENA-LM base T2T",
    family="GENA-LM",
    summary=(
        "Predicts hidden pieces of sequence from their neighbourhood; alleles that "
        "make a window less likely score low."
    ),
    species=("Homo sapiens",),
    context_bp=_WINDOW,
    parameters=110_000_000,
    licence="MIT",
    licence_url="https://opensource.org/license/mit",
    attribution="GENA-LM by Veniamin Fishman, Yuri Kuratov and others (AIRI)",
    commercial_use=True,
    citation=(
        "Fishman V, Kuratov Y, Shmelev A, Petrov M, Penzar D, Shepelin D, Chekanov N, "
        "Kardymon O, Burtsev M (2025) GENA-LM: a family of open-source foundational "
        "DNA language models for long sequences. Nucleic Acids Research 53(2): "
        "gkae1310. https://doi.org/10.1093/nar/gkae1310"
    ),
    source="model hub, AIRI-Institute/gena-lm-bert-base-t2t",
    scores=(
        VariantKind.SNV,
        VariantKind.MNV,
        VariantKind.INSERTION,
        VariantKind.DELETION,
        VariantKind.DELINS,
    ),
    scorers=("pseudo-log-likelihood", "embedding-distance"),
    tracks=(),
    repository="AIRI-Institute/gena-lm-bert-base-t2t",
    revision="main",
    safe_precisions=("bf16",),
    limits=(
        "For research. It reads up to 512 tokens, some 4.5 kb. A pseudo-log-likelihood "
        "runs the network once for every token of both alleles: that is why windows "
        "have 510 bp where nothing else is asked for. The authors publish no score of "
        "variants: the rules here are the app's choice. It knows the species that it "
        "was trained on only."
    ),
)


def _published(
    name: str, title: str, *species: str, parameters: int = _BASE.parameters
) -> ModelCard:
    return replace(
        _BASE,
        id=f"gena-lm-bert-{name}",
        name=f"GENA-LM {title}",
        species=species,
        parameters=parameters,
        source=f"model hub, AIRI-Institute/gena-lm-bert-{name}",
        repository=f"AIRI-Institute/gena-lm-bert-{name}",
    )


CARDS = (
    _BASE,
    _published("base", "base", "Homo sapiens"),
    _published("base-lastln-t2t", "base T2T, last norm", "Homo sapiens"),
    _published("base-t2t-multi", "base T2T multispecies", "Homo sapiens", "others"),
    _published("base-yeast", "base yeast", "Saccharomyces cerevisiae"),
    _published("base-fly", "base fly", "Drosophila melanogaster"),
    _published("base-athaliana", "base Arabidopsis", "Arabidopsis thaliana"),
    _published("large-t2t", "large T2T", "Homo sapiens", parameters=336_000_000),
)
"""Checkpoints that the authors publish."""


def recognises(hub: HubFolder) -> bool:
    """Tell whether a folder is a BERT that says where its norms stand."""
    return holds(hub, ".attention.self.query.", prefix="bert.encoder.") and (
        "pre_layer_norm" in hub.config or holds(hub, ".pre_attention_ln.")
    )


def card(hub: HubFolder) -> ModelCard:
    """Return the facts of a folder.

    Raises:
        ModelError: If its config asks for what this app does not compute.
    """
    window = _window(_sizes(hub))
    return replace(_BASE, species=(), context_bp=window, parameters=hub.parameters)


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
        objective="masked",
        window=_window(sizes),
        longest=sizes.positions,
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
    """Return the sizes; a config that is silent on the last norm means there is one.

    Raises:
        ModelError: If the config asks for what this app does not compute.
    """
    for name in ("sparse_config_cls", "sparse_attention"):
        if hub.config.get(name) is not None:
            raise hub.broken(f"“{name}” is set; this app reads full attention only")
    pre = hub.value("pre_layer_norm", False)
    final = hub.value("last_layer_norm", pre)
    if final and not pre:
        raise hub.broken("“last_layer_norm” is set without “pre_layer_norm”")
    return bert_sizes(hub, norm="pre" if pre else "post", final_norm=final)


def _window(sizes: BertSizes) -> int:
    """Return the bases of a scoring window; every token has at least one."""
    return min(_WINDOW, sizes.positions - 2)
