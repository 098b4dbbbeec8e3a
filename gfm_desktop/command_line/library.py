"""`gfm models`: the library of models."""

from __future__ import annotations

import contextlib
import json
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from gfm_desktop.command_line import model_facts
from gfm_desktop.command_line.preflight import absolute
from gfm_desktop.command_line.runner import SUCCESS
from gfm_desktop.errors import GfmError, ModelError
from gfm_desktop.jobs.add_model import AddModel
from gfm_desktop.jobs.download_model import DownloadModel
from gfm_desktop.models import catalogue, library, licence
from gfm_desktop.models.machine import this_machine

if TYPE_CHECKING:
    from argparse import Namespace

    from gfm_desktop.command_line.runner import Runner
    from gfm_desktop.jobs.events import Finished
    from gfm_desktop.models.card import ModelCard
    from gfm_desktop.models.catalogue import Entry

_FLAG = "--accept-licence"


def run(arguments: Namespace, runner: Runner) -> int:
    """Carry out one action.

    Raises:
        ModelError: If it cannot be done.
        Stopped: If a job did not finish.
    """
    match arguments.action:
        case "add":
            _add(arguments, runner)
        case "download":
            _download(arguments, runner)
        case _:
            sys.stdout.write(f"{_answer(arguments)}\n")
    return SUCCESS


def warn_of_terms(model: str, runner: Runner) -> None:
    """Say the terms of a folder that is used with ``--model``; that is no refusal.

    Args:
        model: Id or folder; what is wrong with it is told by the command itself.
        runner: Whose reporter says it.
    """
    if model in {entry.id for entry in catalogue.entries()}:
        return
    with contextlib.suppress(GfmError):
        if words := licence.warning(catalogue.card_of(model)):
            runner.reporter.warn([words])


def _answer(arguments: Namespace) -> str:
    """Carry out what takes no time, and return what to print."""
    model = getattr(arguments, "model", "")
    match arguments.action:
        case "list":
            entries, machine = catalogue.entries(), this_machine()
            if not arguments.json:
                return model_facts.table(entries, machine)
            return json.dumps(
                [model_facts.facts(e, machine) for e in entries], indent=1
            )
        case "show":
            entry, machine = _entry(model), this_machine()
            if not arguments.json:
                return model_facts.sheet(entry, machine)
            return json.dumps(model_facts.facts(entry, machine))
        case "accept":
            return _done(arguments, model, _accept(arguments))
        case _:
            _refuse_built_in(model)
            return _done(arguments, model, f"Removed {library.remove(model)}")


def _done(arguments: Namespace, model_id: str, message: str) -> str:
    if arguments.json:
        return json.dumps({"id": model_id, "message": message})
    return message


def _add(arguments: Namespace, runner: Runner) -> None:
    """Add a model; one whose terms are refused does not stay.

    Raises:
        LicenceError: If its terms are refused.
    """
    done = runner.run(AddModel(absolute(arguments.path), arguments.id))
    card = catalogue.card_of(done.outputs["model"])
    try:
        _agree(card, arguments)
    except (licence.LicenceError, KeyboardInterrupt):
        library.remove(card.id)
        raise
    _tell(replace(done, warnings=()), arguments, runner)


def _download(arguments: Namespace, runner: Runner) -> None:
    """Download a model, after its terms were accepted.

    Raises:
        LicenceError: If its terms are refused.
    """
    from gfm_desktop.models import download

    name, allowed = arguments.model, arguments.allow_network
    revision = arguments.revision
    card = catalogue.installed(download.id_of(name))
    if card is None:
        planned = download.plan(name, revision, allow_network=allowed)
        # What was agreed to is what is downloaded, even if the branch moves on.
        card, revision = planned.card, planned.repository.commit
    _agree(card, arguments)
    job = DownloadModel(name, revision, arguments.accept_licence, allowed)
    _tell(runner.run(job), arguments, runner)


def _tell(done: Finished, arguments: Namespace, runner: Runner) -> None:
    """Show how a job ended: as an event for programs, as a line for people."""
    if arguments.json:
        runner.finish(done)
        return
    runner.reporter.warn(done.warnings)
    sys.stdout.write(f"{done.message}\n")


def _accept(arguments: Namespace) -> str:
    """Ask for a yes to the terms of a model, and return what came of it.

    Raises:
        LicenceError: If they are refused.
    """
    card = catalogue.card_of(arguments.model)
    if not licence.needed(card):
        return f"{card.name} is free for any use: there is nothing to accept."
    if licence.accepted(card):
        return f"You have accepted the terms of {card.name} already."
    _agree(card, arguments)
    return f"Noted: you accept the terms of {card.name} ({card.licence or 'none'})."


def _agree(card: ModelCard, arguments: Namespace) -> None:
    """Make sure that the terms of a model are accepted: by flag, or by asking.

    Raises:
        LicenceError: If they are not.
    """
    if licence.accepted(card):
        return
    entry = next((e for e in catalogue.entries() if e.id == card.id), None)
    terms = licence.terms(card, entry.folder if entry is not None else None)
    if not arguments.accept_licence:
        if arguments.json or not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise licence.LicenceError(
                f"{card.name} has terms that you must accept first. "
                f"{licence.short_terms(card)}",
                where=card.licence_url,
                todo=f"Read them, then run the command again with {_FLAG}.",
            )
        sys.stderr.write(f"{terms}\n\nDo you accept these terms? [y/N] ")
        sys.stderr.flush()
        if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
            raise licence.LicenceError(f"You did not accept the terms of {card.name}.")
    licence.accept(card, weights=card.revision)


def _refuse_built_in(model_id: str) -> None:
    built_in = [e.id for e in catalogue.entries() if e.card and e.card.built_in]
    if model_id in built_in:
        raise ModelError(
            f"{model_id} is built in and cannot be removed.",
            todo="Only models that you added can be removed.",
        )


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
