"""PhyloGPN: rates of substitution at each base, from the sequence alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from gfm_desktop.errors import ModelError, OptionError
from gfm_desktop.genome.variant import VariantKind
from gfm_desktop.models.card import ModelCard
from gfm_desktop.models.character_vocabulary import TOKENIZER_CONFIG, tokenizer_settings
from gfm_desktop.models.hub_folder import HubFolder
from gfm_desktop.models.language_model import LanguageModel, LanguageNetwork, layout_of
from gfm_desktop.models.nucleotide_tokens import NucleotideTokenizer
from gfm_desktop.models.option import Option
from gfm_desktop.models.phylogpn_network import (
    VOCABULARY,
    PhyloSizes,
    network,
    stored_name,
    symmetrised,
    treats_strands_alike,
)

if TYPE_CHECKING:
    from pathlib import Path

    from gfm_desktop.models.layout import Layout
    from gfm_desktop.models.tokens import TokenKind, Tokens

PADDING = Option(
    "padding",
    "Padding",
    "Whether what lies outside a sequence is filled up, so that every base of it gets "
    "a prediction. Without it only bases with full surroundings do.",
    "yes",
    choices=("yes", "no"),
)

_CARD = ModelCard(
    id="phylogpn",
    name="PhyloGPN",
    family="PhyloGPN",
    summary=(
        "Predicts how fast each base is replaced in the evolution of mammals; alleles "
        "that evolution avoids score low."
    ),
    species=("mammals",),
    context_bp=481,
    # Of the published sizes; four bytes each are the 333 MB of the file.
    parameters=83_185_924,
    licence="LicenseRef-CC-unspecified",
    licence_url="https://huggingface.co/songlab/PhyloGPN",
    attribution="PhyloGPN by Carlos Albors and colleagues, Yun S. Song (UC Berkeley)",
    commercial_use=False,
    citation=(
        "Albors C, Li JC, Benegas G, Ye C, Song YS (2025) A phylogenetic approach to "
        "genomic language modeling. RECOMB. https://doi.org/10.1007/978-3-031-90252-9_7"
    ),
    source="model hub, songlab/PhyloGPN",
    scores=(VariantKind.SNV,),
    scorers=("column-log-odds", "embedding-distance"),
    tracks=("base-probability",),
    repository="songlab/PhyloGPN",
    revision="main",
    download_bytes=333_000_000,
    options=(PADDING,),
    limits=(
        "For research. Trained on mammals: elsewhere its scores have not been "
        "validated. A prediction depends on 481 bases, and a little on all that is "
        "read with them. Only changes of one base are scored. The hub names its "
        "licence as Creative Commons without saying which: ask the authors before "
        "any use but research."
    ),
)

CARDS = (_CARD,)
"""Checkpoints that the authors publish."""


@dataclass(frozen=True, slots=True)
class ColumnTokenizer:
    """One token a base (`tokens.Tokenizer`), with half a receptive field around.

    The network crops as much as is put around, so that it has one row for each base.

    Attributes:
        field: Receptive field in tokens; an odd number.
        padded: Whether anything is put around.
    """

    field: int
    padded: bool = True

    @property
    def kind(self) -> TokenKind:
        """Return how letters are cut."""
        return "nucleotide"

    @property
    def k(self) -> int:
        """Return the letters of a token."""
        return 1

    @property
    def size(self) -> int:
        """Return the number of tokens that the network reads; it predicts four."""
        return len(VOCABULARY)

    @property
    def mask_id(self) -> int | None:
        """Return None: the network sees the base whose rates it predicts."""
        return None

    @property
    def base_ids(self) -> tuple[int, ...]:
        """Return the tokens of A, C, G, T, which are also their logits' columns."""
        return tuple(VOCABULARY[base] for base in "ACGT")

    def tokens(self, sequence: str, *, hold_frame: bool = False) -> Tokens:
        """Return a token for each letter, and the padding around them.

        Raises:
            OptionError: If nothing is put around and the sequence is too short.
        """
        if not self.padded and len(sequence) < self.field:
            raise OptionError(
                f"Without padding a sequence needs {self.field:,} letters; this one "
                f"has {len(sequence):,}.",
                where=PADDING.name,
                todo="Give longer sequences, or leave the padding on.",
            )
        around = (VOCABULARY["-"],) * (self.field // 2 if self.padded else 0)
        letters = {letter: VOCABULARY[letter] for letter in "ACGTN"}
        plain = NucleotideTokenizer(letters, self.size, None, around, around)
        return plain.tokens(sequence, hold_frame=hold_frame)


def recognises(hub: HubFolder) -> bool:
    """Tell whether a folder is one of PhyloGPN's."""
    return hub.model_type == "phylogpn"


def card(hub: HubFolder) -> ModelCard:
    """Return the facts of a folder.

    Raises:
        ModelError: If its config asks for what this app does not compute.
    """
    field = _sizes(hub).field
    limits = _CARD.limits.replace("481 bases", f"{field:,} bases")
    return replace(
        _CARD,
        species=(),
        context_bp=field,
        parameters=hub.parameters,
        limits=limits,
    )


def load(folder: Path, device: str, *, padding: str = "yes") -> LanguageModel:
    """Load a checkpoint.

    Args:
        folder: Its folder.
        device: Such as ``"cpu"``.
        padding: Whether sequences are filled up on both sides, ``"yes"`` or ``"no"``.

    Raises:
        ModelError: If the folder cannot be used.
    """
    hub = HubFolder.read(folder)
    sizes = _sizes(hub)
    _check_tokenizer(hub)
    state = symmetrised(hub.state(_layout(sizes)))
    module = network(sizes)
    module.load_state_dict(state, strict=True, assign=True)
    module.requires_grad_(False)
    return LanguageModel(
        card=card(hub),
        device=device,
        weights_sha256=hub.sha256,
        tokenizer=ColumnTokenizer(sizes.field, padded=padding == "yes"),
        network=cast("LanguageNetwork", module.eval().to(device)),
        objective="column",
        window=sizes.field,
        symmetric=treats_strands_alike(state),
    )


def check(folder: Path) -> None:
    """Check that `load` would succeed, without reading the weights.

    Raises:
        ModelError: If the folder cannot be used.
    """
    hub = HubFolder.read(folder)
    sizes = _sizes(hub)
    _check_tokenizer(hub)
    hub.check(_layout(sizes))


def _layout(sizes: PhyloSizes) -> Layout:
    layout = layout_of(network(sizes))
    shapes = {stored_name(name): shape for name, shape in layout.shapes.items()}
    return replace(layout, shapes=shapes)


def _sizes(hub: HubFolder) -> PhyloSizes:
    """Return the sizes of the config; what it leaves out is as published.

    Raises:
        ModelError: If a size makes no sense.
    """
    kernel = hub.value("kernel_size", 5)
    if kernel < 1 or kernel % 2 == 0:
        raise hub.broken(f"“kernel_size” is {kernel}; it must be odd")
    for name in ("outer_dim", "inner_dim"):
        # Channels come in pairs, one for either strand.
        if (width := hub.value(name, 2)) < 2 or width % 2:
            raise hub.broken(f"“{name}” is {width}; it must be even")
    stack = tuple(kernel**i for i in range(hub.repeats("stack_size", 2)))
    return PhyloSizes(
        outer=hub.value("outer_dim", 960),
        inner=hub.value("inner_dim", 480),
        kernel=kernel,
        dilations=stack * hub.repeats("num_stacks", 20),
    )


def _check_tokenizer(hub: HubFolder) -> None:
    """Refuse a tokenizer that numbers its tokens in another way than the program.

    Raises:
        ModelError: Where the folder states such numbers.
    """
    stated = tokenizer_settings(hub).get("added_tokens_decoder", {})
    entries = stated.items() if isinstance(stated, dict) else ()
    for number, entry in entries:
        token = str(entry.get("content")) if isinstance(entry, dict) else ""
        if token in VOCABULARY and str(VOCABULARY[token]) != str(number):
            raise ModelError(
                f"The tokenizer cannot be used: “{token}” has number {number} instead "
                f"of {VOCABULARY[token]}.",
                where=str(hub.path / TOKENIZER_CONFIG),
                todo="Get the model folder again from where it came.",
            )
