"""What `gfm models` says of a model: for programs, as a row, as a sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gfm_desktop.errors import ModelError
from gfm_desktop.models import fit, licence
from gfm_desktop.models.disk import size_words
from gfm_desktop.tracks.registry import track_names

if TYPE_CHECKING:
    from gfm_desktop.models.card import ModelCard
    from gfm_desktop.models.catalogue import Entry
    from gfm_desktop.models.machine import Machine

_HEAD = ("ID", "NAME", "LICENCE", "STATE", "DOWNLOAD", "FITS", "SCORES")


def facts(entry: Entry, machine: Machine) -> dict[str, Any]:
    """Return what JSON says of a model; one that cannot be read says why."""
    problem = str(entry.problem) if entry.problem is not None else ""
    folder = str(entry.folder) if entry.folder is not None else ""
    card = entry.card
    found: dict[str, Any] = {
        "id": entry.id,
        "name": card.name if card else entry.id,
        "family": card.family if card else "",
        "built_in": card.built_in if card else False,
        "installed": entry.installed,
        "licence": card.licence if card else "",
        "scores": [str(kind) for kind in card.scores] if card else [],
        "folder": folder,
        "problem": problem,
    }
    if card is not None:
        found |= _more(card, machine)
    return found


def _more(card: ModelCard, machine: Machine) -> dict[str, Any]:
    estimate = fit.estimate(card, machine)
    return {
        "summary": card.summary,
        "species": list(card.species),
        "context_bp": card.context_bp,
        "parameters": card.parameters,
        "licence_url": card.licence_url,
        "commercial_use": card.commercial_use,
        "accepted": licence.accepted(card),
        "attribution": card.attribution,
        "citation": card.citation,
        "source": card.source,
        "repository": card.repository,
        "revision": card.revision,
        "download_bytes": card.download_bytes,
        "requirement": card.requirement,
        "scorers": list(card.scorers),
        "tracks": track_names(card),
        "limits": card.limits,
        "fit": {
            "verdict": str(estimate.verdict),
            "memory_bytes": estimate.memory,
            "windows_per_second": estimate.windows_per_second,
            "words": estimate.words,
        },
    }


def table(entries: list[Entry], machine: Machine) -> str:
    """Return a row for every model."""
    rows = [_HEAD, *(_row(entry, machine) for entry in entries)]
    last = len(_HEAD) - 1
    widths = [max(len(row[i]) for row in rows) for i in range(last)]
    return "\n".join(
        "  ".join(
            [*(f"{c:<{w}}" for c, w in zip(row, widths, strict=False)), row[last]]
        ).rstrip()
        for row in rows
    )


def sheet(entry: Entry, machine: Machine) -> str:
    """Return all facts of a model for people.

    Raises:
        ModelError: If it cannot be read.
    """
    if entry.card is None:
        raise entry.problem or ModelError(f"{entry.id} has no card.")
    card = entry.card
    size = size_words(card.download_bytes) if card.download_bytes else ""
    found = {
        "id": entry.id,
        "state": state(entry),
        "needs": card.requirement,
        "family": card.family,
        "what it does": card.summary,
        "species": ", ".join(card.species),
        "sees": f"{card.context_bp:,} bp" if card.context_bp else "",
        "parameters": f"{card.parameters:,}" if card.parameters else "not published",
        "this machine": "" if card.requirement else fit.estimate(card, machine).words,
        "scores": ", ".join(card.scores),
        "scorers": ", ".join(card.scorers),
        "tracks": ", ".join(track_names(card)),
        "licence": _licence(card),
        "commercial use": "allowed" if card.commercial_use else "not allowed",
        "terms": licence.short_terms(card) if licence.needed(card) else "",
        "accepted": _accepted(card),
        "attribution": card.attribution,
        "please cite": card.citation,
        "source": card.source,
        "download": size,
        "limits": card.limits,
        "problem": str(entry.problem or ""),
        "folder": str(entry.folder or ""),
    }
    width = max(map(len, found))
    lines = [f"{name:<{width}}  {value}" for name, value in found.items() if value]
    return "\n".join([card.name, *lines])


def state(entry: Entry) -> str:
    """Return how a model stands, in a few words."""
    card = entry.card
    if entry.problem is not None:
        return "cannot be read"
    if card is not None and card.requirement:
        return "needs something else"
    if not entry.installed:
        return "not installed"
    if card is not None and card.built_in:
        return "built in"
    downloaded = card is not None and card.repository
    return "downloaded" if downloaded else "added"


def _row(entry: Entry, machine: Machine) -> tuple[str, ...]:
    card = entry.card
    if card is None:
        return (entry.id, "", "", state(entry), "", "", str(entry.problem))
    size = size_words(card.download_bytes) if card.download_bytes else ""
    verdict = "" if card.requirement else str(fit.estimate(card, machine).verdict)
    scores = str(entry.problem) if entry.problem is not None else ", ".join(card.scores)
    return (
        entry.id,
        card.name,
        card.licence or "none published",
        state(entry),
        size,
        verdict,
        scores,
    )


def _licence(card: ModelCard) -> str:
    if not card.licence:
        return "none published"
    return f"{card.licence} ({card.licence_url})" if card.licence_url else card.licence


def _accepted(card: ModelCard) -> str:
    if not licence.needed(card) or card.requirement:
        return ""
    if licence.accepted(card):
        return "yes, by you"
    return f"not yet: gfm models accept {card.id}"
