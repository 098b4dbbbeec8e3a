"""GPN: masked language models of single nucleotides, in two layouts of checkpoints."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gfm_desktop.genome.variant import VariantKind
from gfm_desktop.models.card import ModelCard
from gfm_desktop.models.gpn_network import GpnSizes, dilations, network
from gfm_desktop.models.hub_folder import HubFolder
from gfm_desktop.models.language_model import LanguageModel, layout_of, loaded
from gfm_desktop.models.nucleotide_tokens import NucleotideTokenizer
from gfm_desktop.models.vocabulary import needed, token_ids

if TYPE_CHECKING:
    from pathlib import Path

    from gfm_desktop.models.layout import Layout

_WINDOW = 512
"""Bases that the authors' scoring command gives to the model."""

_POSITIVE = (
    *("hidden_size", "intermediate_size", "vocab_size"),
    *("kernel_size", "first_kernel_size", "rest_kernel_size"),
    *("dilation_base", "dilation_cycle", "dilation_double_every"),
)
"""Fields of a config that are never 0."""

_BRASSICALES = ModelCard(
    id="gpn-brassicales",
    name="GPN Brassicales",
    family="GPN",
    summary=(
        "Predicts a hidden base from its neighbourhood in genomes of the mustard "
        "family; unlikely substitutions score low."
    ),
    species=("Arabidopsis thaliana", "seven other Brassicales"),
    context_bp=_WINDOW,
    parameters=65_880_071,
    licence="MIT",
    licence_url="https://opensource.org/license/mit",
    attribution="GPN by Gonzalo Benegas, Sanjit Batra and Yun S. Song (UC Berkeley)",
    commercial_use=True,
    citation=(
        "Benegas G, Batra SS, Song YS (2023) DNA language models are powerful "
        "predictors of genome-wide variant effects. PNAS 120(44): e2311219120. "
        "https://doi.org/10.1073/pnas.2311219120"
    ),
    source="model hub, songlab/gpn-brassicales",
    scores=(VariantKind.SNV, VariantKind.MNV),
    scorers=("masked-log-odds", "unmasked-log-odds", "embedding-distance"),
    tracks=("base-probability",),
    repository="songlab/gpn-brassicales",
    revision="main",
    download_bytes=264_000_000,
    safe_precisions=("bf16",),
    limits=(
        "For research. It knows the genomes of its own clade only: scores in other "
        "species have no meaning. Indels are not scored."
    ),
)

CARDS = (
    _BRASSICALES,
    replace(
        _BRASSICALES,
        id="gpn-animal-promoter",
        name="GPN animal promoter",
        summary=(
            "Predicts a hidden base from its neighbourhood in promoters of animals; "
            "unlikely substitutions score low."
        ),
        species=("animals (promoters)",),
        # Not published as a number; a card never shows a guess.
        parameters=0,
        download_bytes=0,
        source="model hub, songlab/gpn-animal-promoter",
        repository="songlab/gpn-animal-promoter",
        limits=(
            "For research. Trained on promoters: elsewhere its scores have not been "
            "validated. Indels are not scored."
        ),
    ),
)
"""Checkpoints that the authors publish."""


def recognises(hub: HubFolder) -> bool:
    """Tell whether a folder is one of either layout."""
    return hub.model_type in {"ConvNet", "GPN"}


def card(hub: HubFolder) -> ModelCard:
    """Return the facts of a folder.

    Raises:
        ModelError: If its config asks for what this app does not compute.
    """
    _sizes(hub)
    return replace(_BRASSICALES, species=(), parameters=hub.parameters)


def load(folder: Path, device: str) -> LanguageModel:
    """Load a checkpoint of either layout.

    Raises:
        ModelError: If the folder cannot be used.
    """
    hub = HubFolder.read(folder)
    sizes = _sizes(hub)
    return LanguageModel(
        card=card(hub),
        device=device,
        weights_sha256=hub.sha256,
        tokenizer=_tokenizer(hub, sizes.vocabulary),
        network=loaded(network(sizes), hub, _layout(sizes), device),
        objective="masked",
        window=_WINDOW,
    )


def check(folder: Path) -> None:
    """Check that `load` would succeed, without reading the weights.

    Raises:
        ModelError: If the folder cannot be used.
    """
    hub = HubFolder.read(folder)
    sizes = _sizes(hub)
    _tokenizer(hub, sizes.vocabulary)
    hub.check(_layout(sizes))


def _layout(sizes: GpnSizes) -> Layout:
    return layout_of(network(sizes))


def _sizes(hub: HubFolder) -> GpnSizes:
    """Return the sizes that the config gives; older configs leave some to the program.

    Raises:
        ModelError: If it asks for what this app does not compute.
    """
    legacy = hub.model_type == "ConvNet"
    _refuse_variants(hub)
    layers = hub.repeats("n_layers" if legacy else "num_hidden_layers", 25)
    kernel = hub.value("kernel_size", 9)
    kernels = (hub.value("first_kernel_size", 9), hub.value("rest_kernel_size", 5))
    return GpnSizes(
        legacy=legacy,
        vocabulary=hub.value("vocab_size", 7),
        width=hub.value("hidden_size", 512),
        layers=layers,
        kernels=(kernel, kernel) if legacy else kernels,
        inner=hub.value("intermediate_size", 2048),
        dilations=dilations(
            layers,
            base=hub.value("dilation_base", 2),
            cycle=hub.value("dilation_cycle", 6 if legacy else 8),
            double_every=hub.value("dilation_double_every", 1),
            largest=hub.value("dilation_max", 32 if legacy else 9999),
        ),
        bias=legacy or hub.value("bias", False),
        depthwise=not legacy and hub.value("depthwise", False),
        transform=legacy or hub.value("mlm_head_transform", True),
    )


def _refuse_variants(hub: HubFolder) -> None:
    """Refuse options of the original program that no published model uses."""
    wanted: dict[str, object] = {"n_aux_features": 0}
    if hub.model_type == "GPN":
        wanted |= {"embedding": "one_hot", "encoder": "convnet"}
    for name, value in wanted.items():
        if (found := hub.config.get(name, value)) != value:
            raise hub.broken(f"“{name}” is {found!r}; this app reads {value!r} only")
    for name in _POSITIVE:
        if hub.value(name, 1) < 1:
            raise hub.broken(f"“{name}” is {hub.config[name]}")


def _tokenizer(hub: HubFolder, size: int) -> NucleotideTokenizer:
    """Return the tokenizer of ``tokenizer.json``: lower-case bases, N is unknown.

    Raises:
        ModelError: If the file is missing or does not fit the network.
    """
    ids = needed(token_ids(hub, size), ["a", "c", "g", "t", "[UNK]", "[MASK]"], hub)
    letters = {base: ids[base.lower()] for base in "ACGT"}
    letters["N"] = ids["[UNK]"]
    return NucleotideTokenizer(letters, size, mask_id=ids["[MASK]"])
