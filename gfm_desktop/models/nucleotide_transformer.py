"""Nucleotide Transformer v1 and v2, and AgroNT: masked language models of k-mers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gfm_desktop.models.esm_network import EsmSizes, network
from gfm_desktop.models.hub_folder import HubFolder, read_json
from gfm_desktop.models.kmer_tokens import KmerTokenizer
from gfm_desktop.models.language_model import LanguageModel, layout_of, loaded
from gfm_desktop.models.nucleotide_transformer_cards import LIMITS, PUBLISHED, V1
from gfm_desktop.models.vocabulary import needed, token_ids

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from gfm_desktop.models.card import ModelCard
    from gfm_desktop.models.layout import Layout

CARDS = PUBLISHED
"""Checkpoints that the authors publish."""

_TRAINED_TOKENS = 1_000
"""Tokens that v2 was trained with; it reads more, but nobody validated that."""

_WORDS = "esm.embeddings.word_embeddings.weight"
_DECODER = "lm_head.decoder.weight"
_FEED_FORWARD = "esm.encoder.layer.0.intermediate.dense.weight"
_UNUSED = (
    # Finds amino acids that touch; it comes with the program, and states nothing here.
    r"esm\.contact_head\..*",
    # 0, 1, 2, ...: older versions of the program stored it.
    r"esm\.embeddings\.position_ids",
)
_UNUSED_TABLE = r"esm\.embeddings\.position_embeddings\.weight"
"""v2 has rotary positions, but stores a table of learned ones as well."""


def recognises(hub: HubFolder) -> bool:
    """Tell whether a folder is of this family; v2's configs may name no type."""
    return hub.model_type in {"esm", ""} and _WORDS in hub.shapes


def card(hub: HubFolder) -> ModelCard:
    """Return the facts of a folder.

    Raises:
        ModelError: If its config asks for what this app does not compute, or its
            vocabulary is not one of k-mers.
    """
    sizes = _sizes(hub)
    tokenizer = _tokenizer(hub, sizes)
    window = _window(hub, sizes, tokenizer)
    limits = LIMITS.format(k=tokenizer.k)
    if not sizes.positions and _longest(hub, sizes) > _TRAINED_TOKENS:
        limits += (
            f" It can read {_longest(hub, sizes):,} tokens, but its family was trained "
            f"on {_TRAINED_TOKENS:,}: the app gives it {window:,} bp and no more."
        )
    return replace(
        V1,
        summary=f"Predicts hidden {tokenizer.k}-mers from the sequence around them.",
        species=(),
        context_bp=window,
        parameters=hub.parameters,
        limits=limits,
    )


def load(folder: Path, device: str) -> LanguageModel:
    """Load a checkpoint of either generation.

    Raises:
        ModelError: If the folder cannot be used.
    """
    hub = HubFolder.read(folder)
    sizes = _sizes(hub)
    tokenizer = _tokenizer(hub, sizes)
    return LanguageModel(
        card=card(hub),
        device=device,
        weights_sha256=hub.sha256,
        tokenizer=tokenizer,
        network=loaded(network(sizes), hub, _layout(sizes), device),
        objective="masked",
        window=_window(hub, sizes, tokenizer),
        longest=_longest(hub, sizes),
    )


def check(folder: Path) -> None:
    """Check that `load` would succeed, without reading the weights.

    Raises:
        ModelError: If the folder cannot be used.
    """
    hub = HubFolder.read(folder)
    sizes = _sizes(hub)
    _window(hub, sizes, _tokenizer(hub, sizes))
    hub.check(_layout(sizes))


def _layout(sizes: EsmSizes) -> Layout:
    return layout_of(
        network(sizes),
        tied={_DECODER: _WORDS} if sizes.tied else {},
        ignored=_UNUSED if sizes.positions else (*_UNUSED, _UNUSED_TABLE),
    )


def _longest(hub: HubFolder, sizes: EsmSizes) -> int:
    """Return the most tokens of a sequence: positions up to the pad's are never used.

    Raises:
        ModelError: If the config leaves room for none.
    """
    longest = hub.number("max_position_embeddings") - sizes.padding - 1
    if longest < 1:
        raise hub.broken("“max_position_embeddings” leaves no room for a token")
    return longest


def _window(hub: HubFolder, sizes: EsmSizes, tokenizer: KmerTokenizer) -> int:
    """Return the bases given for one variant: whole k-mers, an odd number of them.

    With an odd number the base in the middle, which is the variant's, is inside the
    k-mer in the middle, on both strands.

    Raises:
        ModelError: If the config leaves no room for a k-mer.
    """
    most = _longest(hub, sizes)
    if not sizes.positions:
        most = min(most, _TRAINED_TOKENS)
    count = most - len(tokenizer.before) - len(tokenizer.after)
    if count < 1:
        raise hub.broken("“max_position_embeddings” leaves no room for a k-mer")
    return (count if count % 2 else count - 1) * tokenizer.k


def _sizes(hub: HubFolder) -> EsmSizes:
    """Return sizes and switches that the config, and one tensor's shape, give.

    Raises:
        ModelError: If it asks for what this app does not compute.
    """
    _refuse_variants(hub)
    rotary = hub.value("position_embedding_type", "absolute") == "rotary"
    width, heads = hub.number("hidden_size"), hub.number("num_attention_heads")
    if min(heads, width) < 1 or width % heads or (rotary and width // heads % 2):
        raise hub.broken(f"“hidden_size” {width} does not fit {heads} attention heads")
    if (inner := hub.number("intermediate_size")) < 1:
        raise hub.broken(f"“intermediate_size” is {inner}")
    # Configs do not tell the generations' feed-forward parts apart, but shapes do.
    gated = hub.size(_FEED_FORWARD) == 2 * inner
    rescaled = _flag(hub, "token_dropout", default=False)
    return EsmSizes(
        vocabulary=hub.number("vocab_size"),
        width=width,
        layers=hub.repeats("num_hidden_layers"),
        heads=heads,
        inner=inner,
        positions=0 if rotary else hub.number("max_position_embeddings"),
        padding=hub.number("pad_token_id"),
        mask=hub.number("mask_token_id") if rescaled else -1,
        epsilon=hub.value("layer_norm_eps", 1e-12),
        rescaled=rescaled,
        normed=_flag(hub, "emb_layer_norm_before", default=False),
        gated=gated,
        bias=not gated or _flag(hub, "add_bias_fnn", default=True),
        tied=_flag(hub, "tie_word_embeddings", default=True),
    )


def _flag(hub: HubFolder, name: str, *, default: bool) -> bool:
    """Return a switch of the config; these configs write null for “no”."""
    return hub.config.get(name, default) is not None and hub.value(name, default)


def _refuse_variants(hub: HubFolder) -> None:
    """Refuse options of the original program that no published model uses."""
    wanted = {
        "is_folding_model": (False, None),
        "is_decoder": (False, None),
        "add_cross_attention": (False, None),
        "position_embedding_type": ("absolute", "rotary"),
    }
    for name, known in wanted.items():
        if (found := hub.config.get(name, known[0])) not in known:
            raise hub.broken(f"“{name}” is {found!r}, which this app does not compute")


def _tokenizer(hub: HubFolder, sizes: EsmSizes) -> KmerTokenizer:
    """Return the tokenizer of ``vocab.txt``.

    Raises:
        ModelError: If the file is missing or does not fit the network.
    """
    # AgroNT's vocabulary ends in these two, for which its network has no rows.
    ids = token_ids(hub, sizes.vocabulary, spare=("<eos>", "<bos>"))
    needed(ids, ["<cls>", "<mask>"], hub)
    return KmerTokenizer.of(
        ids,
        size=sizes.vocabulary,
        mask_id=ids["<mask>"],
        before=(ids["<cls>"],),
        after=_end(hub, ids),
        where=str(hub.path),
    )


def _end(hub: HubFolder, ids: Mapping[str, int]) -> tuple[int, ...]:
    """Return the token that ends sequences, where the tokenizer's files name one.

    The published models were trained without; a file that says nothing means that too,
    though ``transformers`` then adds an ``<eos>`` that may not even have a row.

    Raises:
        ModelError: If the files name a token that is not there.
    """
    for name in ("tokenizer_config.json", "special_tokens_map.json"):
        content = read_json(hub.path / name) if hub.has(name) else {}
        if "eos_token" in content:
            token = content["eos_token"]
            token = token.get("content") if isinstance(token, dict) else token
            if token is None:
                return ()
            return (needed(ids, [str(token)], hub)[str(token)],)
    return ()
