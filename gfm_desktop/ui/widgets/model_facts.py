"""A model's card in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gfm_desktop.models import catalogue, disk, licence
from gfm_desktop.tracks.registry import track_names

if TYPE_CHECKING:
    from pathlib import Path

    from gfm_desktop.models.card import ModelCard
    from gfm_desktop.ui.widgets.facts import Fact

_FEW = 6


def short_facts(card: ModelCard) -> list[Fact]:
    """Return what one must know before a click on "Score"."""
    return [
        ("Species", species_words(card)),
        ("Sees", f"{card.context_bp:,} bp" if card.context_bp else ""),
        ("Scores", ", ".join(str(kind) for kind in card.scores) or "no variants"),
        ("Licence", licence_words(card)),
    ]


def all_facts(card: ModelCard, folder: Path | None = None) -> list[Fact]:
    """Return the whole card.

    Args:
        card: The card.
        folder: Where the model lies; None where it is not installed.
    """
    return [
        ("Name to type", card.id),
        ("Family", card.family),
        *short_facts(card)[:3],
        ("Parameters", f"{card.parameters:,}" if card.parameters else "not published"),
        ("Size", size_words(card, folder)),
        ("Choices", ", ".join(o.label.lower() for o in catalogue.options_of(card))),
        ("Scorers", ", ".join(scorer_titles(card))),
        ("Tracks", ", ".join(track_names(card))),
        ("Licence", licence_words(card)),
        ("Licence text", card.licence_url),
        ("Attribution", card.attribution),
        ("Cite", card.citation),
        ("Source", card.source),
        ("Folder", str(folder or "")),
    ]


def species_words(card: ModelCard) -> str:
    """Return what it was trained on; a long list is shortened."""
    if not card.species:
        return "not stated"
    named = ", ".join(card.species[:_FEW])
    more = len(card.species) - _FEW
    return f"{named} and {more:,} more" if more > 0 else named


def licence_words(card: ModelCard) -> str:
    """Return the licence with what it means for a company."""
    if not licence.is_licensed(card):
        return "none published: ask the authors before you use it"
    use = "commercial use allowed" if card.commercial_use else "no commercial use"
    # SPDX has a prefix for what is not on its list.
    name = card.licence.removeprefix("LicenseRef-")
    return f"{name} ({use})"


def size_words(card: ModelCard, folder: Path | None) -> str:
    """Return the size on disk, or of the download."""
    if folder is not None:
        return f"{disk.size_words(_size(folder))} on disk"
    if card.download_bytes:
        return f"{disk.size_words(card.download_bytes)} to download"
    return "told before the download begins" if card.repository else ""


def scorer_titles(card: ModelCard) -> list[str]:
    """Return what the window calls the model's scorers."""
    from gfm_desktop.scoring import registry

    return [scorer.title for scorer in registry.for_model(card)]


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
