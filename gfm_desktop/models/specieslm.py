"""SpeciesLM: masked language models of k-mers that are told the species."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gfm_desktop.errors import ModelError, OptionError
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
from gfm_desktop.models.option import Option
from gfm_desktop.models.overlapping_tokens import (
    OverlappingTokenizer,
    overlapping_tokenizer,
)
from gfm_desktop.models.vocabulary import token_ids

if TYPE_CHECKING:
    from pathlib import Path

    from gfm_desktop.models.bert_network import BertSizes

_WINDOW = 500
"""Bases of a scoring window: nearly all that 512 tokens cover."""

_USUAL = "homo_sapiens"

_UPSTREAM = ModelCard(
    id="specieslm-upstream",
    name="SpeciesLM fungi upstream",
    family="SpeciesLM",
    summary=(
        "Predicts hidden 6-mers in front of genes of a named fungus; unlikely "
        "substitutions score low."
    ),
    species=("fungi",),
    context_bp=_WINDOW,
    parameters=0,
    licence="MIT",
    licence_url="https://opensource.org/license/mit",
    attribution=(
        "Species-aware DNA language models by Alexander Karollus, Johannes Hingerl, "
        "Dennis Gankin and others (Gagneur lab, Technical University of Munich)"
    ),
    commercial_use=True,
    citation=(
        "Karollus A, Hingerl J, Gankin D, Grosshauser M, Klemon K, Gagneur J (2024) "
        "Species-aware DNA language models capture regulatory elements and their "
        "evolution. Genome Biology 25: 83. "
        "https://doi.org/10.1186/s13059-024-03221-x"
    ),
    source="model hub, gagneurlab/SpeciesLM, branch upstream_species_lm",
    scores=(VariantKind.SNV, VariantKind.MNV),
    scorers=("kmer-log-odds", "embedding-distance"),
    tracks=("base-probability",),
    repository="gagneurlab/SpeciesLM",
    revision="upstream_species_lm",
    safe_precisions=("bf16",),
    limits=(
        "For research. The option “species” must name the species of the genome: with "
        "another one the scores have no meaning. Trained on 1,000 bp in front of "
        "genes: elsewhere its scores have not been validated. Indels are not scored."
    ),
)

CARDS = (
    _UPSTREAM,
    replace(
        _UPSTREAM,
        id="specieslm-downstream",
        name="SpeciesLM fungi downstream",
        summary=(
            "Predicts hidden 6-mers behind the stop codons of a named fungus; "
            "unlikely substitutions score low."
        ),
        source="model hub, gagneurlab/SpeciesLM, branch downstream_species_lm",
        revision="downstream_species_lm",
        limits=_UPSTREAM.limits.replace(
            "1,000 bp in front of genes", "300 bp behind stop codons"
        ),
    ),
)
"""Checkpoints that the authors publish; each is a branch of one repository."""


def recognises(hub: HubFolder) -> bool:
    """Tell whether a folder is a plain BERT of k-mers and names of species."""
    return is_plain(hub) and words_of(hub) == "species"


def card(hub: HubFolder) -> ModelCard:
    """Return the facts of a folder, with the species that its vocabulary names.

    Raises:
        ModelError: If its files are wrong.
    """
    sizes = bert_sizes(hub)
    species = _species(hub, sizes)
    option = Option(
        "species",
        "Species",
        "Whose genome it is. The model is told the species in front of every "
        "sequence; with another one than the genome's the scores have no meaning.",
        _USUAL if _USUAL in species else species[0],
        choices=species,
    )
    return replace(
        _UPSTREAM,
        summary=(
            "Predicts hidden k-mers of a named species; unlikely substitutions score "
            "low."
        ),
        species=(),
        context_bp=_window(sizes, _tokenizer(hub, sizes, species[0])),
        parameters=hub.parameters,
        options=(option,),
        limits=(
            "For research. The option “species” must name the species of the genome: "
            "with another one the scores have no meaning. Indels are not scored."
        ),
    )


def load(folder: Path, device: str, *, species: str) -> LanguageModel:
    """Load a checkpoint.

    Args:
        folder: Model folder.
        device: Such as ``"cpu"``.
        species: One that the vocabulary names.

    Raises:
        ModelError: If the folder cannot be used.
        OptionError: If the model does not know the species.
    """
    hub = HubFolder.read(folder)
    sizes = bert_sizes(hub)
    if species not in _species(hub, sizes):
        raise OptionError(f"The model knows no species “{species}”.", where="species")
    tokenizer = _tokenizer(hub, sizes, species)
    return LanguageModel(
        card=card(hub),
        device=device,
        weights_sha256=hub.sha256,
        tokenizer=tokenizer,
        network=loaded(network(sizes), hub, bert_layout(hub, sizes), device),
        objective="masked",
        window=_window(sizes, tokenizer),
        longest=sizes.positions,
    )


def check(folder: Path) -> None:
    """Check that `load` would succeed, without reading the weights.

    Raises:
        ModelError: If the folder cannot be used.
    """
    hub = HubFolder.read(folder)
    sizes = bert_sizes(hub)
    _tokenizer(hub, sizes, _species(hub, sizes)[0])
    hub.check(bert_layout(hub, sizes))


def _species(hub: HubFolder, sizes: BertSizes) -> tuple[str, ...]:
    """Return the species that the vocabulary names, in its order.

    Raises:
        ModelError: If the vocabulary does not fit or names none.
    """
    _, species = sorted_words(token_ids(hub, sizes.vocabulary))
    if not species:
        raise ModelError(
            "The vocabulary names no species.",
            where=str(hub.path),
            todo="The folder holds another kind of model, or is incomplete.",
        )
    return tuple(species)


def _tokenizer(hub: HubFolder, sizes: BertSizes, species: str) -> OverlappingTokenizer:
    """Return the tokenizer: ``[CLS]``, the species, k-mers, ``[SEP]``.

    Raises:
        ModelError: If the vocabulary is missing or does not fit.
    """
    ids = token_ids(hub, sizes.vocabulary)
    lengths, _ = sorted_words(ids)
    return overlapping_tokenizer(
        hub, ids, max(lengths, default=6), size=len(ids), prefix=(species,)
    )


def _window(sizes: BertSizes, tokenizer: OverlappingTokenizer) -> int:
    """Return the bases of a scoring window, whose tokens fit the position table."""
    return min(_WINDOW, sizes.positions - 3 + tokenizer.k - 1)
