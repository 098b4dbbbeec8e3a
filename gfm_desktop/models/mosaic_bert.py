"""What DNABERT-2, DNABERT-S and Genomics-FM have in common: MosaicBERT's layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from gfm_desktop.models.bert_folder import Switches, bert_sizes, holds

if TYPE_CHECKING:
    from gfm_desktop.models.bert_network import BertSizes
    from gfm_desktop.models.hub_folder import HubFolder

WINDOW = 510
"""Bases of a scoring window. A pseudo-log-likelihood hides every token of a window in
turn, so that its cost grows with the square of the window's length; 510 bp, some 100
tokens, take a hundred short passes for an allele. As a token has at least one base,
these are never more than the 512 tokens that the authors trained with."""

COST = (
    "A pseudo-log-likelihood runs the network once for every token of both alleles: "
    "that is why windows have 510 bp where nothing else is asked for. "
)
"""Part of the cards' limits."""

TABLE = "embeddings.position_embeddings.weight"


def is_mosaic(hub: HubFolder, *, prefix: str) -> bool:
    """Tell whether a folder has MosaicBERT's layers under a prefix."""
    return holds(hub, ".attention.self.Wqkv.", prefix=f"{prefix}encoder.")


def mosaic_sizes(hub: HubFolder, **switches: Unpack[Switches]) -> BertSizes:
    """Return the sizes that a config tells, with a family's switches.

    The config's ``max_position_embeddings`` has no table here, except in Genomics-FM.

    Raises:
        ModelError: If the config lacks a size or asks for what this app does not
            compute.
    """
    # The head's norm is made with 1e-12 whatever the config says: `bert_layers.py` of
    # DNABERT-2 and of Genomics-FM, class BertPredictionHeadTransform.
    common: Switches = {
        "qkv": "fused",
        "mlp": "geglu",
        "position": "alibi",
        "positions": 0,
        "head_eps": 1e-12,
    }
    return bert_sizes(hub, **(common | switches))
