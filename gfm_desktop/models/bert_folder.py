"""What the hub folders of the BERT house have in common: config, tensors, words."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Literal, TypedDict, Unpack

from gfm_desktop.errors import ModelError
from gfm_desktop.models.bert_network import BertSizes, network
from gfm_desktop.models.language_model import layout_of
from gfm_desktop.models.vocabulary import token_ids

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gfm_desktop.models.bert_network import Mlp, Norm, Position, Qkv
    from gfm_desktop.models.hub_folder import HubFolder
    from gfm_desktop.models.layout import Layout

Words = Literal["nucleotides", "kmers", "species", "other"]
"""What a vocabulary is made of; ``"species"`` has names of species beside k-mers."""

_SUPPORTED: dict[str, object] = {
    # The exact GELU; others ("gelu_new") differ by up to 1e-3 in every layer.
    "hidden_act": "gelu",
    "position_embedding_type": "absolute",
    "is_decoder": False,
    "add_cross_attention": False,
}
_NUCLEOTIDES = frozenset("ACGT")
_FEW = 16
"""More words than a vocabulary of nucleotides has, fewer than one of 3-mers."""


class Switches(TypedDict, total=False):
    """The fields of `BertSizes` that a config does not tell."""

    vocabulary: int
    positions: int
    norm: Norm
    qkv: Qkv
    mlp: Mlp
    position: Position
    final_norm: bool
    head: bool
    prefix: Literal["bert.", ""]
    head_eps: float


def bert_sizes(hub: HubFolder, **switches: Unpack[Switches]) -> BertSizes:
    """Return the sizes that a config tells, with a family's switches.

    Raises:
        ModelError: If the config lacks a size or asks for what this app does not
            compute.
    """
    for name, value in _SUPPORTED.items():
        if (found := hub.config.get(name, value)) != value:
            raise hub.broken(f"“{name}” is {found!r}; this app reads {value!r} only")
    eps = hub.value("layer_norm_eps", 1e-12)
    told: dict[str, Any] = {
        "width": _size(hub, "hidden_size"),
        "layers": hub.repeats("num_hidden_layers"),
        "heads": _size(hub, "num_attention_heads"),
        "inner": _size(hub, "intermediate_size"),
        "types": _size(hub, "type_vocab_size", 2),
        "eps": eps,
        "head_eps": eps,
    }
    # A family that counts rows itself does not ask the config for them.
    for size, name in {
        "vocabulary": "vocab_size",
        "positions": "max_position_embeddings",
    }.items():
        if size not in switches:
            told[size] = _size(hub, name)
    sizes = BertSizes(**(told | dict(switches)))
    if sizes.width % sizes.heads:
        raise hub.broken(
            f"“hidden_size” {sizes.width} is no multiple of “num_attention_heads” "
            f"{sizes.heads}"
        )
    return sizes


def bert_layout(hub: HubFolder, sizes: BertSizes) -> Layout:
    """Return the tensors that a folder must hold.

    The decoder of the head is the word embedding unless the config says otherwise; its
    bias has two names. A pooler (for sentence pairs), the next-sentence classifier and
    the list of positions are stored by some programs and change nothing here.

    Raises:
        ModelError: If the config is wrong.
    """
    prefix = sizes.prefix
    tied: dict[str, str] = {}
    if sizes.head:
        tied["cls.predictions.decoder.bias"] = "cls.predictions.bias"
        if hub.value("tie_word_embeddings", True):
            words = f"{prefix}embeddings.word_embeddings.weight"
            tied["cls.predictions.decoder.weight"] = words
    before = prefix.replace(".", r"\.")
    ignored = (
        rf"{before}pooler\.dense\.(weight|bias)",
        rf"{before}embeddings\.position_ids",
        r"cls\.seq_relationship\.(weight|bias)",
    )
    return layout_of(network(sizes), tied=tied, ignored=ignored)


def holds(hub: HubFolder, part: str, *, prefix: str = "") -> bool:
    """Tell whether any tensor's name begins with `prefix` and has `part` in it.

    One name would not do: a family must still be known where a tensor is missing, so
    that the message names the tensor.
    """
    return any(name.startswith(prefix) and part in name for name in hub.shapes)


def is_plain(hub: HubFolder) -> bool:
    """Tell whether a folder holds BERT as first published, with norms last."""
    return (
        holds(hub, ".attention.self.query.", prefix="bert.encoder.")
        and "pre_layer_norm" not in hub.config
        and not holds(hub, ".pre_attention_ln.")
    )


def words_of(hub: HubFolder) -> Words:
    """Return what the vocabulary of a plain BERT is made of; raises nothing.

    Where the tokenizer cannot be read, the number of embedding rows decides, so that
    the family which the folder most likely is can tell what is wrong with the file.
    """
    try:
        words = token_ids(hub, 1 << 31, padded=True)
    except ModelError:
        name = "bert.embeddings.word_embeddings.weight"
        rows = hub.shapes.get(name, (0,))[0]
        return "kmers" if rows > _FEW else "nucleotides"
    lengths, others = sorted_words(words)
    if len(lengths) != 1:
        return "other"
    if 1 in lengths:
        return "nucleotides" if len(words) <= _FEW else "other"
    return "species" if others else "kmers"


def sorted_words(words: Mapping[str, int]) -> tuple[Counter[int], list[str]]:
    """Return how many words of A, C, G, T there are of each length, and other words.

    Special tokens, which stand in brackets, are neither.
    """
    named = [word for word in words if word[:1] + word[-1:] not in {"[]", "<>"}]
    lengths = Counter(len(word) for word in named if _NUCLEOTIDES.issuperset(word))
    others = [word for word in named if not _NUCLEOTIDES.issuperset(word)]
    return lengths, sorted(others, key=words.__getitem__)


def _size(hub: HubFolder, name: str, default: int | None = None) -> int:
    found = hub.number(name) if default is None else hub.value(name, default)
    if found < 1:
        raise hub.broken(f"“{name}” is {found}")
    return found
