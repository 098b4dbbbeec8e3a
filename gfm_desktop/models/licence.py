"""Terms of use: which models have them, what they say, and who has accepted them.

What was accepted is kept in ``licences.json`` in the settings folder, one line a model.
A model that is neither free for any use nor accepted is not loaded from the library.
A folder that a user names with ``--model`` is loaded with a warning: the file lies on
their disk already, and scripts must not stop at a question.
"""

from __future__ import annotations

import json
import os
import uuid
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gfm_desktop import paths
from gfm_desktop.errors import ModelError
from gfm_desktop.models.hub_files import is_licence

if TYPE_CHECKING:
    from pathlib import Path

    from gfm_desktop.models.card import ModelCard

FILE_NAME = "licences.json"
_LONGEST = 200_000
"""Characters of a licence text that are shown; longer files are no licences."""

_SUMMARIES = {
    "CC-BY-NC-SA-4.0": (
        "You may use, share and change the weights for purposes that are not "
        "commercial. Name the authors and the licence, say what you changed, and give "
        "on what you make from the weights (a fine-tuned model, for instance) under "
        "the same licence. There is no warranty."
    ),
    "CC-BY-NC-4.0": (
        "You may use, share and change the weights for purposes that are not "
        "commercial. Name the authors and the licence, and say what you changed. There "
        "is no warranty."
    ),
}
"""In our own words; the licence itself is what binds."""


class LicenceError(ModelError):
    """The terms of a model have not been accepted."""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Somebody's yes.

    Attributes:
        id: The model.
        licence: The licence, as the card named it then.
        date: When, ISO 8601 in UTC.
        weights: SHA-256 or commit of the weights; empty where not known then.
    """

    id: str
    licence: str
    date: str
    weights: str = ""


def needed(card: ModelCard) -> bool:
    """Tell whether a model's terms must be accepted before it is used."""
    return not card.commercial_use or not is_licensed(card)


def is_licensed(card: ModelCard) -> bool:
    """Tell whether the authors have published any licence."""
    return bool(card.licence) and not card.licence.startswith("LicenseRef-no")


def accepted(card: ModelCard) -> bool:
    """Tell whether a model may be used: free, or its present licence was accepted."""
    if not needed(card):
        return True
    found = _read().get(card.id)
    return found is not None and found.licence == card.licence


def accept(card: ModelCard, *, weights: str = "") -> Acceptance:
    """Note that the user has accepted the terms of a model, once and for all.

    Args:
        card: The model.
        weights: SHA-256 or commit of the weights, where known.

    Raises:
        LicenceError: If it cannot be noted.
    """
    date = datetime.now(UTC).isoformat(timespec="seconds")
    yes = Acceptance(card.id, card.licence, date, weights)
    kept = [asdict(one) for one in (_read() | {card.id: yes}).values()]
    path = paths.config() / FILE_NAME
    half = path.with_name(f".{FILE_NAME}-{uuid.uuid4().hex}")
    try:
        half.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
        os.replace(half, path)
    except OSError as error:
        half.unlink(missing_ok=True)
        raise LicenceError(
            f"Your acceptance cannot be noted: {error.strerror or error}.",
            where=str(path),
            todo="Check that the folder can be written and that the disk is not full.",
        ) from error
    return yes


def require(card: ModelCard) -> None:
    """Refuse a model whose terms have not been accepted.

    Raises:
        LicenceError: If they have not.
    """
    if not accepted(card):
        raise LicenceError(
            f"The terms of {card.name} have not been accepted yet. {short_terms(card)}",
            todo=f"Read them with `gfm models show {card.id}`, then run `gfm models "
            f"accept {card.id} --accept-licence`, or accept them in the Models panel.",
        )


def short_terms(card: ModelCard) -> str:
    """Return the terms in a sentence or two."""
    if not is_licensed(card):
        return (
            "The authors have published no licence, so all rights are reserved: ask "
            "them before you use it."
        )
    name = f"Licence: {card.licence}."
    if card.commercial_use:
        return name
    summary = _SUMMARIES.get(card.licence, "Commercial use is not allowed.")
    return f"{name} {summary}"


def terms(card: ModelCard, folder: Path | None = None) -> str:
    """Return the terms to show: in short, where the text is, and the text if at hand.

    Args:
        card: The model.
        folder: A folder with the model's own licence files; None for none.
    """
    parts = [f"{card.name}: terms of use", short_terms(card)]
    if card.licence_url:
        parts.append(f"The full text, which alone is binding: {card.licence_url}")
    if card.attribution:
        parts.append(f"Made by: {card.attribution}")
    parts += texts(folder).values()
    return "\n\n".join(parts)


def texts(folder: Path | None) -> dict[str, str]:
    """Return name to text of the licence files of a folder."""
    if folder is None or not folder.is_dir():
        return {}
    found = sorted(f for f in folder.iterdir() if is_licence(f.name) and f.is_file())
    return {
        file.name: file.read_text(encoding="utf-8", errors="replace")[:_LONGEST].strip()
        for file in found
    }


def warning(card: ModelCard) -> str:
    """Return what to say when a folder with terms is used; empty where it is free."""
    if accepted(card):
        return ""
    return f"{card.name}: {short_terms(card)}"


def _read() -> dict[str, Acceptance]:
    """Return what was accepted; what cannot be read counts as not accepted."""
    try:
        content = json.loads((paths.config() / FILE_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(content, list):
        return {}
    found: dict[str, Acceptance] = {}
    for one in content:
        if isinstance(one, dict) and one.keys() == {"id", "licence", "date", "weights"}:
            found[str(one["id"])] = Acceptance(**{k: str(v) for k, v in one.items()})
    return found
