"""The published checkpoints of Caduceus and PlantCaduceus: what the library tells."""

from __future__ import annotations

from dataclasses import replace

from gfm_desktop.genome.variant import VariantKind
from gfm_desktop.models.card import ModelCard

WINDOW = 1024
"""Bases of a scoring window of Caduceus.

The larger checkpoints read 131,072, but the time grows with the window, and without a
GPU that is minutes for each variant. 1,024 is what the smaller ones were trained on.
"""
PLANT_WINDOW = 512
"""Bases that PlantCaduceus was trained on and that its authors score with."""

CADUCEUS = ModelCard(
    id="caduceus-ps-131k",
    name="Caduceus-PS (131k)",
    family="Caduceus",
    summary=(
        "Predicts a hidden base of the human genome from both sides; unlikely "
        "substitutions score low."
    ),
    species=("Homo sapiens",),
    context_bp=131_072,
    window_bp=WINDOW,
    parameters=0,
    licence="Apache-2.0",
    licence_url="https://www.apache.org/licenses/LICENSE-2.0",
    attribution="Caduceus by Yair Schiff and colleagues (Cornell, Princeton, CMU)",
    commercial_use=True,
    citation=(
        "Schiff Y, Kao C-H, Gokaslan A, Dao T, Gu A, Kuleshov V (2024) Caduceus: "
        "bi-directional equivariant long-range DNA sequence modeling. ICML. "
        "https://arxiv.org/abs/2403.03234"
    ),
    source="model hub, kuleshov-group/caduceus-ps_seqlen-131k_d_model-256_n_layer-16",
    scores=(VariantKind.SNV, VariantKind.MNV),
    scorers=("masked-log-odds", "unmasked-log-odds", "embedding-distance"),
    tracks=("base-probability",),
    repository="kuleshov-group/caduceus-ps_seqlen-131k_d_model-256_n_layer-16",
    revision="main",
    download_bytes=30_900_000,
    limits=(
        "For research. Its authors predict effects of variants with a classifier "
        "trained on its embeddings; without one, scores are weak. It knows one human "
        "reference genome. Slow without a GPU. Indels are not scored."
    ),
)

PLANT = replace(
    CADUCEUS,
    id="plantcaduceus-l20",
    name="PlantCaduceus l20",
    summary=(
        "Predicts a hidden base from both sides in genomes of flowering plants; "
        "unlikely substitutions score low."
    ),
    species=("16 flowering plants",),
    context_bp=PLANT_WINDOW,
    window_bp=0,
    attribution="PlantCaduceus by Jingjing Zhai and colleagues (Cornell)",
    citation=(
        "Zhai J, Gokaslan A, Schiff Y, et al. (2025) Cross-species modeling of plant "
        "genomes at single nucleotide resolution using a pretrained DNA language "
        "model. PNAS 122(24): e2421738122. https://doi.org/10.1073/pnas.2421738122"
    ),
    source="model hub, kuleshov-group/PlantCaduceus_l20",
    repository="kuleshov-group/PlantCaduceus_l20",
    download_bytes=0,
    limits=(
        "For research. It knows genomes of flowering plants: scores in other species "
        "have no meaning. Slow without a GPU. Indels are not scored."
    ),
)

UNSTATED = "LicenseRef-not-stated"
"""The repositories of the small checkpoints name no licence."""


def _small(strands: str, width: int, *, download: int = 0) -> ModelCard:
    """Return the card of a checkpoint that was trained on 1,024 bases."""
    repository = (
        f"kuleshov-group/caduceus-{strands}_seqlen-1k_d_model-{width}_n_layer-4_lr-8e-3"
    )
    return replace(
        CADUCEUS,
        id=f"caduceus-{strands}-1k-d{width}",
        name=f"Caduceus-{strands.upper()} (1k, width {width})",
        context_bp=WINDOW,
        licence=UNSTATED,
        licence_url=f"https://huggingface.co/{repository}",
        commercial_use=False,
        source=f"model hub, {repository}",
        repository=repository,
        download_bytes=download,
        limits=(
            f"{CADUCEUS.limits} The repository of these weights names no licence; the "
            "authors' program and larger checkpoints are under Apache-2.0."
        ),
    )


def _plant(layers: int, *, size: int, download: int = 0) -> ModelCard:
    """Return the card of one size of PlantCaduceus, with the authors' round number."""
    repository = f"kuleshov-group/PlantCaduceus_l{layers}"
    return replace(
        PLANT,
        id=f"plantcaduceus-l{layers}",
        name=f"PlantCaduceus l{layers}",
        parameters=size,
        source=f"model hub, {repository}",
        repository=repository,
        download_bytes=download,
    )


CARDS = (
    CADUCEUS,
    replace(
        CADUCEUS,
        id="caduceus-ph-131k",
        name="Caduceus-PH (131k)",
        download_bytes=0,
        source=CADUCEUS.source.replace("-ps_", "-ph_"),
        repository=CADUCEUS.repository.replace("-ps_", "-ph_"),
    ),
    _small("ps", 256, download=7_750_000),
    _small("ph", 256, download=7_750_000),
    _small("ps", 118),
    _small("ph", 118),
    _plant(20, size=20_000_000),
    _plant(24, size=40_000_000, download=175_000_000),
    _plant(28, size=128_000_000),
    _plant(32, size=225_000_000),
)
