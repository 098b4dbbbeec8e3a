"""`gfm models`: the library of models."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gfm_desktop.errors import ModelError
from gfm_desktop.models import catalogue, library

if TYPE_CHECKING:
    from argparse import Namespace

    from gfm_desktop.models.card import ModelCard
    from gfm_desktop.models.catalogue import Entry


def answer(arguments: Namespace) -> str:
    """Carry out one action and return what to print.

    Raises:
        ModelError: If it cannot be done.
    """
    match arguments.action:
        case "list":
            entries = catalogue.entries()
            facts = [_facts(entry) for entry in entries]
            return json.dumps(facts, indent=1) if arguments.json else _table(entries)
        case "show":
            entry = _entry(arguments.model)
            return json.dumps(_facts(entry)) if arguments.json else _sheet(entry)
        case "add":
            card = library.add(Path(arguments.path))
            words = f"Added {card.name} as {card.id}: its weights were loaded once."
            return _done(arguments, card.id, words)
        case "download":
            return _done(arguments, arguments.model, _download(arguments.model))
        case _:
            _refuse_built_in(arguments.model)
            folder = library.remove(arguments.model)
            return _done(arguments, arguments.model, f"Removed {folder}")


def _done(arguments: Namespace, model_id: str, message: str) -> str:
    if arguments.json:
        return json.dumps({"id": model_id, "message": message})
    return message


def _download(model_id: str) -> str:
    """Return why nothing was downloaded, where that is no error.

    Raises:
        ModelError: If the model cannot be had.
    """
    listed = {entry.id: entry for entry in catalogue.entries()}
    if model_id in listed and listed[model_id].installed:
        return f"{model_id} is installed already: nothing to download."
    raise ModelError(
        f"There is no model “{model_id}” to download.",
        todo="This version downloads none: it works with its built-in models "
        f"({', '.join(_built_in())}) and with folders that you add with "
        "`gfm models add PATH`.",
    )


def _refuse_built_in(model_id: str) -> None:
    if model_id in _built_in():
        raise ModelError(
            f"{model_id} is built in and cannot be removed.",
            todo="Only models that you added can be removed.",
        )


def _built_in() -> list[str]:
    return [e.id for e in catalogue.entries() if e.card is not None and e.card.built_in]


def _entry(model: str) -> Entry:
    """Return the entry of an id, or of a folder that is not in the library.

    Raises:
        ModelError: If there is none.
    """
    for entry in catalogue.entries():
        if entry.id == model:
            return entry
    card = catalogue.card_of(model)
    return catalogue.Entry(card.id, card, catalogue.folder_of(model))


def _facts(entry: Entry) -> dict[str, Any]:
    """Return what JSON says of a model; a folder that cannot be read says why."""
    problem = str(entry.problem) if entry.problem is not None else ""
    folder = str(entry.folder) if entry.folder is not None else ""
    card = entry.card
    facts: dict[str, Any] = {
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
        facts |= {
            "summary": card.summary,
            "species": list(card.species),
            "context_bp": card.context_bp,
            "parameters": card.parameters,
            "licence_url": card.licence_url,
            "commercial_use": card.commercial_use,
            "attribution": card.attribution,
            "citation": card.citation,
            "source": card.source,
            "scorers": list(card.scorers),
            "tracks": list(card.tracks),
            "limits": card.limits,
        }
    return facts


def _table(entries: list[Entry]) -> str:
    rows = [("ID", "NAME", "LICENCE", "STATE", "SCORES")]
    for entry in entries:
        card = entry.card
        scores = ", ".join(card.scores) if card else str(entry.problem)
        name, licence = (card.name, card.licence) if card else ("", "")
        rows.append((entry.id, name, licence, _state(entry), scores))
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    return "\n".join(
        "  ".join([*(f"{c:<{w}}" for c, w in zip(row, widths, strict=False)), row[4]])
        for row in rows
    )


def _state(entry: Entry) -> str:
    if entry.problem is not None:
        return "cannot be read"
    if not entry.installed:
        return "not installed"
    return "built in" if entry.card is not None and entry.card.built_in else "added"


def _sheet(entry: Entry) -> str:
    if entry.card is None:
        raise entry.problem or ModelError(f"{entry.id} has no card.")
    card: ModelCard = entry.card
    facts = {
        "id": entry.id,
        "state": _state(entry),
        "family": card.family,
        "what it does": card.summary,
        "species": ", ".join(card.species),
        "sees": f"{card.context_bp:,} bp",
        "parameters": f"{card.parameters:,}",
        "scores": ", ".join(card.scores),
        "scorers": ", ".join(card.scorers),
        "tracks": ", ".join(card.tracks),
        "licence": f"{card.licence} ({card.licence_url})",
        "commercial use": "allowed" if card.commercial_use else "not allowed",
        "attribution": card.attribution,
        "please cite": card.citation,
        "source": card.source,
        "limits": card.limits,
        "folder": str(entry.folder or ""),
    }
    width = max(map(len, facts))
    lines = [f"{name:<{width}}  {value}" for name, value in facts.items() if value]
    return "\n".join([card.name, *lines])
