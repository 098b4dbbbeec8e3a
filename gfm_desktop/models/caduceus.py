"""Caduceus and PlantCaduceus: masked models of single nucleotides made of Mambas."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from gfm_desktop.models import caduceus_cards
from gfm_desktop.models.caduceus_network import (
    CaduceusSizes,
    complement_maps,
    network,
    shared_tensors,
)
from gfm_desktop.models.character_vocabulary import (
    character_ids,
    letter_ids,
    tokenizer_settings,
)
from gfm_desktop.models.hub_folder import HubFolder
from gfm_desktop.models.language_model import LanguageModel, LanguageNetwork, layout_of
from gfm_desktop.models.nucleotide_tokens import NucleotideTokenizer
from gfm_desktop.models.vocabulary import needed

if TYPE_CHECKING:
    from pathlib import Path

    import torch

    from gfm_desktop.models.card import ModelCard
    from gfm_desktop.models.layout import Layout

CARDS = caduceus_cards.CARDS
"""Checkpoints that the authors publish."""

_MAMBA = ("d_state", "d_conv", "expand", "dt_rank", "conv_bias", "bias")
"""Settings of a Mamba that change what it computes."""
_TRAINING = (
    *("dt_min", "dt_max", "dt_init", "dt_scale", "dt_init_floor"),
    "use_fast_path",
)
"""Settings of how it began, or of its speed."""
_STRATEGIES = {"add": False, "ew_multiply": True}


def recognises(hub: HubFolder) -> bool:
    """Tell whether a folder is one of this family."""
    return hub.model_type == "caduceus"


def card(hub: HubFolder) -> ModelCard:
    """Return the facts of a folder.

    Raises:
        ModelError: If its config asks for what this app does not compute.
    """
    sizes = _sizes(hub)
    plant = _is_plant(character_ids(hub, sizes.vocabulary))
    known = caduceus_cards.PLANT if plant else caduceus_cards.CADUCEUS
    longest = tokenizer_settings(hub).get("model_max_length")
    stated = type(longest) is int and 0 < longest <= known.context_bp
    return replace(
        known,
        species=(),
        context_bp=cast("int", longest) if stated else known.context_bp,
        parameters=_trained(hub, sizes),
    )


def load(folder: Path, device: str) -> LanguageModel:
    """Load a checkpoint.

    Raises:
        ModelError: If the folder cannot be used.
    """
    hub = HubFolder.read(folder)
    sizes = _sizes(hub)
    ids = character_ids(hub, sizes.vocabulary)
    tokenizer = _tokenizer(hub, ids, sizes.vocabulary)
    module = network(sizes)
    state = _state(hub, sizes)
    module.load_state_dict(state, strict=True, assign=True)
    module.requires_grad_(False)
    facts = card(hub)
    return LanguageModel(
        card=facts,
        device=device,
        weights_sha256=hub.sha256,
        tokenizer=tokenizer,
        network=cast("LanguageNetwork", module.eval().to(device)),
        objective="masked",
        window=_window(ids, facts.context_bp),
        early_centre=_is_plant(ids),
        symmetric=sizes.strands
        and _is_complement(state[complement_maps()[0]], tokenizer),
    )


def check(folder: Path) -> None:
    """Check that `load` would succeed, without reading the weights.

    Raises:
        ModelError: If the folder cannot be used.
    """
    hub = HubFolder.read(folder)
    sizes = _sizes(hub)
    _tokenizer(hub, character_ids(hub, sizes.vocabulary), sizes.vocabulary)
    hub.check(_layout(hub, sizes))
    if sizes.strands and not _stores_map(hub):
        _configured_map(hub, sizes.vocabulary)


def _trained(hub: HubFolder, sizes: CaduceusSizes) -> int:
    """Return the number of weights: neither tables nor a tensor's second name."""
    tied = shared_tensors(sizes, head=hub.value("tie_word_embeddings", True))
    left = {*complement_maps(), *(a for a, of in tied.items() if of in hub.shapes)}
    shapes = {name: shape for name, shape in hub.shapes.items() if name not in left}
    return replace(hub, shapes=shapes).parameters


def _window(ids: dict[str, int], context: int) -> int:
    plant = _is_plant(ids)
    wanted = caduceus_cards.PLANT_WINDOW if plant else caduceus_cards.WINDOW
    return min(wanted, context)


def _is_plant(ids: dict[str, int]) -> bool:
    """Tell PlantCaduceus by its vocabulary: it writes the bases small."""
    return "a" in ids and "A" not in ids


def _layout(hub: HubFolder, sizes: CaduceusSizes) -> Layout:
    head = hub.value("tie_word_embeddings", True)
    layout = layout_of(network(sizes), tied=shared_tensors(sizes, head=head))
    if not sizes.strands or _stores_map(hub):
        return layout
    shapes = {n: s for n, s in layout.shapes.items() if n not in complement_maps()}
    return replace(layout, shapes=shapes)


def _stores_map(hub: HubFolder) -> bool:
    return any(name in hub.shapes for name in complement_maps())


def _state(hub: HubFolder, sizes: CaduceusSizes) -> dict[str, torch.Tensor]:
    """Return every tensor of the network.

    Complements come from the file; the config has them in an order that JSON writers
    change ("10" before "2").

    Raises:
        ModelError: If the weights do not fit, or a complement is no token.
    """
    import torch

    state = hub.state(_layout(hub, sizes))
    if not sizes.strands:
        return state
    if not _stores_map(hub):
        made = torch.tensor(_configured_map(hub, sizes.vocabulary))
        state |= dict.fromkeys(complement_maps(), made)
    for name in complement_maps():
        table = state[name]
        if table.is_floating_point() or not 0 <= table.min() <= table.max() < len(
            table
        ):
            raise hub.broken(f"the stored “{name}” names tokens that do not exist")
        state[name] = table.long()
    return state


def _configured_map(hub: HubFolder, rows: int) -> list[int]:
    """Return the complements of the config, by number and not by place in the file.

    Raises:
        ModelError: If they are missing or wrong.
    """
    stated = hub.config.get("complement_map")
    if not isinstance(stated, dict):
        raise hub.broken("“complement_map” is missing, and the weights lack it too")
    table = list(range(rows))
    for token, partner in stated.items():
        known = str(token).isdecimal() and int(token) < rows
        if not known or type(partner) is not int or not 0 <= partner < rows:
            raise hub.broken(f"“complement_map” says {token!r}: {partner!r}")
        table[int(token)] = partner
    return table


def _is_complement(table: torch.Tensor, tokenizer: NucleotideTokenizer) -> bool:
    """Tell whether the table exchanges A with T and C with G, and keeps the mask."""
    a, c, g, t = tokenizer.base_ids
    unknown, mask = tokenizer.letters["N"], cast("int", tokenizer.mask_id)
    wanted = {a: t, c: g, g: c, t: a, unknown: unknown, mask: mask}
    return all(int(table[one]) == other for one, other in wanted.items())


def _sizes(hub: HubFolder) -> CaduceusSizes:
    """Return the sizes of the config; what it leaves out is as the program has it.

    Raises:
        ModelError: If it asks for what this app does not compute.
    """
    stated = hub.config.get("ssm_cfg") or {}
    if not isinstance(stated, dict):
        raise hub.broken(f"“ssm_cfg” is {stated!r}")
    if odd := sorted(stated.keys() - {*_MAMBA, *_TRAINING}):
        raise hub.broken(f"“ssm_cfg” has “{odd[0]}”, which this app does not know")
    inner = replace(hub, config=stated)
    width = hub.number("d_model")
    auto = stated.get("dt_rank", "auto") == "auto"
    sizes = CaduceusSizes(
        vocabulary=_rows(hub),
        width=width,
        layers=hub.repeats("n_layer"),
        inner=int(inner.value("expand", 2.0) * width),
        states=inner.value("d_state", 16),
        taps=inner.value("d_conv", 4),
        rank=-(-width // 16) if auto else inner.number("dt_rank"),
        convolution_bias=inner.value("conv_bias", True),
        bias=inner.value("bias", False),
        rms=hub.value("rms_norm", True),
        epsilon=hub.value("norm_epsilon", 1e-5),
        both=hub.value("bidirectional", True),
        multiply=_multiplies(hub),
        tied=hub.value("bidirectional_weight_tie", True),
        strands=hub.value("rcps", False),
        fused=hub.value("fused_add_norm", True),
    )
    for name in ("vocabulary", "width", "inner", "states", "taps", "rank"):
        if (size := getattr(sizes, name)) < 1:
            raise hub.broken(f"its sizes give a {name} of {size}")
    return sizes


def _rows(hub: HubFolder) -> int:
    """Return the rows of the embedding: the vocabulary, rounded up."""
    multiple = max(1, hub.value("pad_vocab_size_multiple", 8))
    return -(-hub.number("vocab_size") // multiple) * multiple


def _multiplies(hub: HubFolder) -> bool:
    strategy = hub.config.get("bidirectional_strategy") or "add"
    if not isinstance(strategy, str) or strategy not in _STRATEGIES:
        raise hub.broken(f"“bidirectional_strategy” is {strategy!r}")
    return _STRATEGIES[strategy]


def _tokenizer(hub: HubFolder, ids: dict[str, int], rows: int) -> NucleotideTokenizer:
    """Return the tokenizer as the authors' examples call it: no special tokens.

    Raises:
        ModelError: If its files lack a token that is needed.
    """
    needed(ids, ["[MASK]"], hub)
    return NucleotideTokenizer(letter_ids(hub, ids), rows, mask_id=ids["[MASK]"])
