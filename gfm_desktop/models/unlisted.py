"""What is known of a repository of the hub that no card of this app describes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gfm_desktop.models.card import ModelCard
from gfm_desktop.models.importing import safe_id

if TYPE_CHECKING:
    from gfm_desktop.models.hub_client import Repository

_FREE = {
    "apache-2.0", "mit", "bsd-2-clause", "bsd-3-clause", "cc-by-4.0", "cc-by-3.0",
    "cc0-1.0", "isc", "unlicense", "bsl-1.0", "gpl-2.0", "gpl-3.0", "lgpl-3.0",
    "agpl-3.0", "mpl-2.0", "cc-by-sa-4.0", "wtfpl", "zlib", "bsd",
}  # fmt: skip
"""Licences, as the hub calls them, that do not exclude commercial use."""


def card_of(found: Repository) -> ModelCard:
    """Return the card of a repository, as far as its page tells.

    What its files tell (family, size, scorers) is known when they are here.
    """
    free = found.licence.lower() in _FREE
    return ModelCard(
        id=safe_id(found.name.rpartition("/")[2]),
        name=found.name.rpartition("/")[2],
        family="",
        summary="",
        species=(),
        context_bp=0,
        parameters=0,
        licence=found.licence,
        licence_url="",
        attribution=found.name.partition("/")[0],
        commercial_use=free,
        citation="",
        source=f"model hub, {found.name} at {found.commit[:12]}",
        scores=(),
        scorers=(),
        tracks=(),
        repository=found.name,
        revision=found.commit,
    )
