"""The models of the library, sorted by what can be done with them, and filtered."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from gfm_desktop.models import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gfm_desktop.genome.variant import VariantKind
    from gfm_desktop.models.card import ModelCard
    from gfm_desktop.models.catalogue import Entry


class Shelf(StrEnum):
    """How a model stands; the order is that of the list."""

    INSTALLED = "installed"
    DOWNLOAD = "download"
    ADD = "add"
    NEEDS = "needs"
    BROKEN = "broken"


TITLES: dict[Shelf, str] = {
    Shelf.INSTALLED: "Installed",
    Shelf.DOWNLOAD: "Can be downloaded",
    Shelf.ADD: "Can be added from a file",
    Shelf.NEEDS: "Needs something else",
    Shelf.BROKEN: "Cannot be used",
}
"""What a list writes above each shelf."""


@dataclass(frozen=True, slots=True)
class ModelFilter:
    """Which models are shown; the default shows all.

    Attributes:
        text: Words that must all occur in name, family, species, summary or id.
        family: Family; empty for all.
        species: One of the card's species; empty for all.
        kind: Kind of variant that must be scorable; None for all.
        commercial: Only models whose licence allows commercial use.
    """

    text: str = ""
    family: str = ""
    species: str = ""
    kind: VariantKind | None = None
    commercial: bool = False

    def passes(self, entry: Entry) -> bool:
        """Tell whether a model is shown; one without a card passes the text alone."""
        card = entry.card
        if card is None:
            narrowed = self.family or self.species or self.kind or self.commercial
            return not narrowed and self._matches(entry.id)
        return (
            self.family in ("", card.family)
            and (not self.species or self.species in card.species)
            and (self.kind is None or self.kind in card.scores)
            and (card.commercial_use or not self.commercial)
            and self._matches(
                " ".join((entry.id, card.name, card.family, card.summary,
                          *card.species, card.licence))
            )
        )  # fmt: skip

    def _matches(self, words: str) -> bool:
        known = words.lower()
        return all(word in known for word in self.text.lower().split())


def shelf_of(entry: Entry) -> Shelf:
    """Return how a model stands."""
    if entry.problem is not None or entry.card is None:
        return Shelf.BROKEN
    if entry.card.requirement:
        return Shelf.NEEDS
    if entry.installed:
        return Shelf.INSTALLED
    return Shelf.DOWNLOAD if entry.card.repository else Shelf.ADD


def shelved(
    entries: Iterable[Entry], where: ModelFilter | None = None
) -> dict[Shelf, list[Entry]]:
    """Return the models that pass a filter by shelf; empty shelves are left out."""
    wanted = where or ModelFilter()
    found: dict[Shelf, list[Entry]] = {shelf: [] for shelf in Shelf}
    for entry in entries:
        if wanted.passes(entry):
            found[shelf_of(entry)].append(entry)
    return {shelf: models for shelf, models in found.items() if models}


def removable(entry: Entry) -> bool:
    """Tell whether a model is the user's own: what ships with the app stays."""
    built_in = entry.card is not None and entry.card.built_in
    return entry.folder is not None and not built_in


def families_of(entries: Sequence[Entry]) -> list[str]:
    """Return all families, each once, in alphabetical order."""
    return sorted({e.card.family for e in entries if e.card}, key=str.lower)


def species_of(entries: Sequence[Entry]) -> list[str]:
    """Return all species of all cards, each once, in alphabetical order."""
    cards = [entry.card for entry in entries if entry.card is not None]
    return sorted({name for card in cards for name in card.species}, key=str.lower)


def why_not(entry: Entry) -> str:
    """Return in a few words why a model cannot score now; empty where it can."""
    card = entry.card
    match shelf_of(entry):
        case Shelf.BROKEN:
            return "cannot be read"
        case Shelf.NEEDS:
            return "needs something else"
        case Shelf.DOWNLOAD:
            return "not downloaded"
        case Shelf.ADD:
            return "not added yet"
        case Shelf.INSTALLED:
            return "" if card is not None and card.scorers else "has no scorer"


def usable() -> dict[str, ModelCard]:
    """Return id to card of the models that can be loaded."""
    return {
        entry.id: entry.card
        for entry in catalogue.entries()
        if entry.card is not None and shelf_of(entry) is Shelf.INSTALLED
    }
