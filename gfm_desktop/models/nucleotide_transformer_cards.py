"""Facts of the published Nucleotide Transformers, as the library shows them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gfm_desktop.genome.variant import VariantKind
from gfm_desktop.models.card import ModelCard

LIMITS = (
    "For research, and not for commercial use (CC BY-NC-SA 4.0; what is trained from "
    "it falls under the same licence). A variant must lie inside one {k}-mer: SNVs do, "
    "of MNVs only some, indels are not scored. Similarities of embeddings are near 1 "
    "(above 0.999): rank by them, their size means little."
)

V1 = ModelCard(
    id="nucleotide-transformer-500m-human-ref",
    name="Nucleotide Transformer 500M human reference",
    family="Nucleotide Transformer",
    summary=(
        "Predicts hidden 6-mers from 6 kb around them; learned the human reference "
        "genome."
    ),
    species=("Homo sapiens",),
    context_bp=5_994,
    parameters=0,
    licence="CC-BY-NC-SA-4.0",
    licence_url="https://creativecommons.org/licenses/by-nc-sa/4.0/",
    attribution="Nucleotide Transformer by InstaDeep, NVIDIA and TUM",
    commercial_use=False,
    citation=(
        "Dalla-Torre H et al. (2025) Nucleotide Transformer: building and evaluating "
        "robust foundation models for human genomics. Nature Methods 22: 287-297. "
        "https://doi.org/10.1038/s41592-024-02523-z"
    ),
    source="model hub, InstaDeepAI/nucleotide-transformer-500m-human-ref",
    scores=(VariantKind.SNV, VariantKind.MNV),
    scorers=("kmer-log-odds", "embedding-distance", "unmasked-log-odds"),
    tracks=("base-probability",),
    limits=LIMITS.format(k=6),
    repository="InstaDeepAI/nucleotide-transformer-500m-human-ref",
    revision="main",
    safe_precisions=("bf16",),
)


def _published(short: str, name: str, like: ModelCard, **facts: Any) -> ModelCard:
    """Return the card of another checkpoint of the same authors."""
    repository = f"InstaDeepAI/{short}"
    own = replace(
        like,
        id=short,
        name=name,
        repository=repository,
        source=f"model hub, {repository}",
        # Sizes are known of one checkpoint only; a card never shows a guess.
        parameters=0,
        download_bytes=0,
    )
    return replace(own, **facts)


_LARGE = " Its weights alone take about 10 GB of memory."
_SPECIES = ("850 species (no plants, no viruses)",)

_V1_DIVERSE = _published(
    "nucleotide-transformer-500m-1000g",
    "Nucleotide Transformer 500M 1000 Genomes",
    V1,
    summary=(
        "Predicts hidden 6-mers from 6 kb around them; learned some 3,200 human "
        "genomes of the 1000 Genomes Project."
    ),
)

_V2 = _published(
    "nucleotide-transformer-v2-50m-multi-species",
    "Nucleotide Transformer v2 50M multi-species",
    V1,
    summary=(
        "Predicts hidden 6-mers from 6 kb around them; learned the genomes of 850 "
        "species, and runs without a GPU."
    ),
    species=_SPECIES,
    parameters=55_904_972,
    download_bytes=223_642_688,
    limits=(
        LIMITS.format(k=6)
        + " It can read 12 kb, but was trained on 6 kb: the app gives it no more."
    ),
)

PUBLISHED = (
    V1,
    _V1_DIVERSE,
    _published(
        "nucleotide-transformer-2.5b-1000g",
        "Nucleotide Transformer 2.5B 1000 Genomes",
        _V1_DIVERSE,
        limits=V1.limits + _LARGE,
    ),
    _published(
        "nucleotide-transformer-2.5b-multi-species",
        "Nucleotide Transformer 2.5B multi-species",
        V1,
        summary=(
            "Predicts hidden 6-mers from 6 kb around them; learned the genomes of 850 "
            "species."
        ),
        species=_SPECIES,
        limits=V1.limits + _LARGE,
    ),
    _V2,
    *(
        _published(
            f"nucleotide-transformer-v2-{size}m-multi-species",
            f"Nucleotide Transformer v2 {size}M multi-species",
            _V2,
            summary=(
                "Predicts hidden 6-mers from 6 kb around them; learned the genomes of "
                "850 species."
            ),
        )
        for size in (100, 250, 500)
    ),
    _published(
        "nucleotide-transformer-v2-50m-3mer-multi-species",
        "Codon-NT (Nucleotide Transformer v2 50M, 3-mers)",
        _V2,
        summary=(
            "Predicts hidden 3-mers from 3 kb around them; made for coding sequences."
        ),
        context_bp=2_997,
        citation=(
            "Boshar S et al. (2024) Are genomic language models all you need? "
            "Exploring genomic language models on protein downstream tasks. "
            "Bioinformatics 40(9): btae529. https://doi.org/10.1093/bioinformatics/btae529"
        ),
        limits=(
            LIMITS.format(k=3)
            + " It can read 2,048 tokens (6 kb); the app gives it the 1,000 that its "
            "family was trained with (3 kb)."
        ),
    ),
    _published(
        "agro-nucleotide-transformer-1b",
        "AgroNT 1B",
        V1,
        summary=(
            "Predicts hidden 6-mers from 6 kb around them; learned the genomes of 48 "
            "plants, most of them crops."
        ),
        species=("48 plants, mostly crops",),
        context_bp=6_138,
        attribution="AgroNT by InstaDeep (Mendoza-Revilla et al.)",
        citation=(
            "Mendoza-Revilla J et al. (2024) A foundational large language model for "
            "edible plant genomes. Communications Biology 7: 835. "
            "https://doi.org/10.1038/s42003-024-06465-2"
        ),
        download_bytes=3_965_239_677,
    ),
)
"""Checkpoints that the authors publish."""
