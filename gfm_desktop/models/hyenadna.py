"""HyenaDNA: causal language models of single nucleotides of one human genome."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gfm_desktop.genome.variant import VariantKind
from gfm_desktop.models.card import ModelCard
from gfm_desktop.models.character_vocabulary import character_ids, letter_ids
from gfm_desktop.models.hub_folder import HubFolder
from gfm_desktop.models.hyena_network import HyenaSizes, network, shared_frequencies
from gfm_desktop.models.language_model import LanguageModel, layout_of, loaded
from gfm_desktop.models.nucleotide_tokens import NucleotideTokenizer
from gfm_desktop.models.vocabulary import needed

if TYPE_CHECKING:
    from pathlib import Path

    from gfm_desktop.models.layout import Layout

_WINDOW = 1024
"""Most bases of a scoring window, however much the model could read.

The time of a score grows with the window, and an allele changes the prediction of the
bases soon behind it most. 1,024 is what the smallest checkpoint reads, so that all of
them are compared on the same window, and keeps a laptop without a GPU usable.
"""
_SPECIAL_TOKENS = 2
"""Tokens that the authors reserve in ``max_seq_len`` beside the bases."""
_STORED_FORMULAS = (".pos_emb.z", ".pos_emb.t", ".modulation.deltas")
"""Tensors that are stored but not trained: tables of positions."""
_EMBEDDING = "hyena.backbone.embeddings.word_embeddings.weight"

_CARD = ModelCard(
    id="hyenadna-tiny-1k",
    name="HyenaDNA tiny (1k)",
    family="HyenaDNA",
    summary=(
        "Predicts each base of the human genome from those before it; an allele that "
        "makes its surroundings less likely scores low."
    ),
    species=("Homo sapiens",),
    context_bp=1_024,
    window_bp=_WINDOW,
    parameters=0,
    licence="BSD-3-Clause",
    licence_url="https://opensource.org/license/bsd-3-clause",
    attribution="HyenaDNA by Eric Nguyen, Michael Poli and colleagues (Stanford)",
    commercial_use=True,
    citation=(
        "Nguyen E, Poli M, Faizi M, et al. (2023) HyenaDNA: long-range genomic "
        "sequence modeling at single nucleotide resolution. NeurIPS 36. "
        "https://arxiv.org/abs/2306.15794"
    ),
    source="model hub, LongSafari/hyenadna-tiny-1k-seqlen-hf",
    scores=(
        VariantKind.SNV,
        VariantKind.MNV,
        VariantKind.INSERTION,
        VariantKind.DELETION,
        VariantKind.DELINS,
    ),
    scorers=("causal-log-likelihood", "embedding-distance"),
    tracks=(),
    repository="LongSafari/hyenadna-tiny-1k-seqlen-hf",
    revision="main",
    limits=(
        "For research. Without fine-tuning its scores are weak: in published "
        "comparisons they separate harmful from harmless variants hardly better than "
        "chance. It knows one human reference genome, no other species. Its strength "
        "is that it is small and reads long sequences."
    ),
)


def _published(
    name: str, label: str, *, context: int, size: int = 0, download: int = 0
) -> ModelCard:
    """Return the card of one published checkpoint; sizes are 0 where not published."""
    repository = f"LongSafari/hyenadna-{name}-hf"
    return replace(
        _CARD,
        id=f"hyenadna-{name.replace('-seqlen', '')}",
        name=f"HyenaDNA {label}",
        context_bp=context,
        parameters=size,
        download_bytes=download,
        source=f"model hub, {repository}",
        repository=repository,
    )


CARDS = (
    _published("tiny-1k-seqlen", "tiny (1k)", context=1_024),
    _published("tiny-1k-seqlen-d256", "tiny (1k, wide)", context=1_024),
    _published("tiny-16k-seqlen-d128", "tiny (16k)", context=16_384),
    _published("small-32k-seqlen", "small (32k)", context=32_768),
    _published("medium-160k-seqlen", "medium (160k)", context=160_000),
    _published("medium-450k-seqlen", "medium (450k)", context=450_000),
    _published(
        "large-1m-seqlen", "large (1M)", context=1_000_000, download=218_000_000
    ),
)
"""Checkpoints that the authors publish."""


def recognises(hub: HubFolder) -> bool:
    """Tell whether a folder is one of HyenaDNA's."""
    return hub.model_type == "hyenadna"


def card(hub: HubFolder) -> ModelCard:
    """Return the facts of a folder.

    Raises:
        ModelError: If its config asks for what this app does not compute.
    """
    sizes = _sizes(hub)
    left = {a for a, of in _tied(hub, sizes).items() if of in hub.shapes}
    trained = {
        name: shape
        for name, shape in hub.shapes.items()
        if name not in left and not name.endswith(_STORED_FORMULAS)
    }
    return replace(
        _CARD,
        species=(),
        context_bp=sizes.longest - _SPECIAL_TOKENS,
        parameters=replace(hub, shapes=trained).parameters,
    )


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
        tokenizer=_tokenizer(hub, sizes.vocabulary),
        network=loaded(network(sizes), hub, _layout(hub, sizes), device),
        objective="causal",
        window=min(_WINDOW, sizes.longest - _SPECIAL_TOKENS),
        longest=sizes.longest,
    )


def check(folder: Path) -> None:
    """Check that `load` would succeed, without reading the weights.

    Raises:
        ModelError: If the folder cannot be used.
    """
    hub = HubFolder.read(folder)
    sizes = _sizes(hub)
    _tokenizer(hub, sizes.vocabulary)
    hub.check(_layout(hub, sizes))


def _layout(hub: HubFolder, sizes: HyenaSizes) -> Layout:
    return layout_of(network(sizes), tied=_tied(hub, sizes))


def _tied(hub: HubFolder, sizes: HyenaSizes) -> dict[str, str]:
    """Return alias to owner of the tensors that are one."""
    tied = shared_frequencies(sizes)
    # The published configs say false; the hub's program takes silence for true.
    if hub.value("tie_word_embeddings", "lm_head.weight" not in hub.shapes):
        tied["lm_head.weight"] = _EMBEDDING
    return tied


def _sizes(hub: HubFolder) -> HyenaSizes:
    """Return the sizes of the config; what it leaves out is as the program has it.

    Raises:
        ModelError: If it asks for what this app does not compute.
    """
    _refuse_variants(hub)
    width = hub.value("d_model", 256)
    inner = hub.config.get("d_inner")
    trained = hub.value("train_freq", True)
    return HyenaSizes(
        vocabulary=_rows(hub),
        width=width,
        inner=4 * width if inner is None else hub.number("d_inner"),
        layers=hub.repeats("n_layer", 12),
        longest=hub.value("max_seq_len", 1024),
        positions=hub.value("emb_dim", 3),
        filter_width=hub.value("filter_order", 64),
        filter_layers=hub.value("num_inner_mlps", 2),
        short=hub.value("short_filter_order", 3),
        frequency=None if trained else hub.value("activation_freq", 1.0),
        epsilon=hub.value("layer_norm_epsilon", 1e-5),
    )


def _rows(hub: HubFolder) -> int:
    """Return the rows of the embedding: the vocabulary, rounded up."""
    size = hub.value("vocab_size", 12)
    multiple = max(1, hub.value("pad_vocab_size_multiple", 8))
    return -(-size // multiple) * multiple


def _refuse_variants(hub: HubFolder) -> None:
    """Refuse settings that the authors' program cannot run, or not causally.

    Raises:
        ModelError: Where there is one; sizes below 1 too.
    """
    if (order := hub.value("hyena_order", 2)) != 2:
        raise hub.broken(f"“hyena_order” is {order}; this app reads 2 only")
    if not 1 <= (taps := hub.value("short_filter_order", 3)) <= 3:
        # It is padded by two: a longer filter would look at the bases to predict.
        raise hub.broken(f"“short_filter_order” is {taps}; this app reads 1 to 3")
    for name in ("d_model", "emb_dim", "filter_order", "vocab_size"):
        if hub.value(name, 1) < 1:
            raise hub.broken(f"“{name}” is {hub.config[name]}")
    if hub.config.get("d_inner") is not None and hub.number("d_inner") < 1:
        raise hub.broken(f"“d_inner” is {hub.config['d_inner']}")
    if hub.value("num_inner_mlps", 2):
        hub.repeats("num_inner_mlps", 2)
    if (longest := hub.value("max_seq_len", 1024)) <= _SPECIAL_TOKENS:
        raise hub.broken(f"“max_seq_len” is {longest}")


def _tokenizer(hub: HubFolder, rows: int) -> NucleotideTokenizer:
    """Return the hub's tokenizer: the bases, then ``[SEP]``; nothing in front.

    The tokenizer of the authors' first program puts ``[CLS]`` in front: another one.

    Raises:
        ModelError: If its files do not fit the network.
    """
    ids = needed(character_ids(hub, rows), ["[SEP]"], hub)
    # A causal model is never asked to fill a gap, although there is a [MASK].
    return NucleotideTokenizer(
        letter_ids(hub, ids), rows, mask_id=None, after=(ids["[SEP]"],)
    )
