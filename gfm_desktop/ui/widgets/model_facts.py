"""A model's card in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gfm_desktop.models.card import ModelCard


def short_facts(card: ModelCard) -> list[tuple[str, str]]:
    """Return what one must know before a click on "Score"."""
    use = "commercial use allowed" if card.commercial_use else "no commercial use"
    return [
        ("Species", ", ".join(card.species)),
        ("Sees", f"{card.context_bp:,} bp"),
        ("Scores", ", ".join(str(kind) for kind in card.scores)),
        ("Licence", f"{card.licence} ({use})"),
    ]


def all_facts(card: ModelCard) -> list[tuple[str, str]]:
    """Return the whole card."""
    return [
        ("Name to type", card.id),
        ("Family", card.family),
        *short_facts(card)[:3],
        ("Parameters", f"{card.parameters:,}"),
        ("Scorers", ", ".join(card.scorers)),
        ("Tracks", ", ".join(card.tracks)),
        short_facts(card)[3],
        ("Licence text", card.licence_url),
        ("Attribution", card.attribution),
        ("Cite", card.citation),
        ("Source", card.source),
    ]
