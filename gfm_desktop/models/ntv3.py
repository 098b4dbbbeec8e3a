"""Nucleotide Transformer v3: what it is, and why this app does not run it.

Its only published program loads Python code from a repository of the model hub and
runs it (``auto_map`` of every checkpoint points to another repository), also under the
authors' own JAX loader. This app runs no code of a repository.
"""

from __future__ import annotations

from dataclasses import replace

from gfm_desktop.genome.variant import VariantKind
from gfm_desktop.models.card import ModelCard

_PRE = ModelCard(
    id="ntv3-8m-pre",
    name="Nucleotide Transformer v3 8M (pre-trained)",
    family="Nucleotide Transformer v3",
    summary="Predicts hidden bases one by one in windows of up to a million bases.",
    species=("more than 128,000 species (OpenGenome2)",),
    context_bp=1_048_576,
    parameters=7_690_000,
    licence="LicenseRef-InstaDeep-Open-Model",
    licence_url="https://huggingface.co/InstaDeepAI/NTv3_100M_pre",
    attribution="Nucleotide Transformer v3 by InstaDeep",
    commercial_use=False,
    citation="InstaDeep (2025) NTv3: a foundation model for genomics (model page)",
    source="model hub, InstaDeepAI/NTv3_8M_pre",
    scores=(VariantKind.SNV,),
    scorers=(),
    tracks=(),
    requirement=(
        "Not supported: its only published program runs Python code from a repository "
        "of the hub, which this app never does, and the authors publish no rule for "
        "scoring variants with it. Its page: InstaDeepAI/NTv3_8M_pre on the model hub, "
        "which must be asked for access; its licence forbids commercial use of model "
        "and results."
    ),
    limits="Not run by this app.",
)


def _sibling(
    name: str, title: str, *, parameters: int = 0, summary: str = ""
) -> ModelCard:
    return replace(
        _PRE,
        id=name.lower().replace("_", "-"),
        name=f"Nucleotide Transformer v3 {title}",
        summary=summary or _PRE.summary,
        parameters=parameters,
        source=f"model hub, InstaDeepAI/{name}",
        requirement=_PRE.requirement.replace("NTv3_8M_pre", name),
    )


_TRACKS = "Predicts thousands of functional tracks of 24 species from the sequence."

CARDS = (
    _PRE,
    _sibling("NTv3_100M_pre", "100M (pre-trained)", parameters=106_463_419),
    _sibling("NTv3_650M_pre", "650M (pre-trained)"),
    _sibling("NTv3_100M_post", "100M (tracks)", summary=_TRACKS),
    _sibling("NTv3_650M_post", "650M (tracks)", summary=_TRACKS),
)
"""Checkpoints that the authors publish."""
