"""`gfm finetune`: labels and a model become a tested model of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gfm_desktop import paths
from gfm_desktop.command_line.flags import OPTION
from gfm_desktop.command_line.preflight import (
    Preflight,
    absolute,
    given_options,
    model_name,
    option_values,
)
from gfm_desktop.errors import InputError, OptionError
from gfm_desktop.finetune.options import OPTIONS
from gfm_desktop.jobs.events import Finished
from gfm_desktop.jobs.finetune import FineTune
from gfm_desktop.jobs.finetune_folder import FineTuneFolder

if TYPE_CHECKING:
    from argparse import Namespace

    from gfm_desktop.command_line.runner import Runner
    from gfm_desktop.models.option import OptionValue

_FILES = ("labels", "genome", "annotation", "signal")


def run(arguments: Namespace, runner: Runner) -> int:
    """Fine-tune, or tell a running fine-tuning to stop early.

    Raises:
        Refused: If the command line cannot be carried out.
        Stopped: If the job did not finish.
    """
    if arguments.stop_early:
        return _stop_early(arguments, runner)
    if arguments.sample and not arguments.labels:
        arguments.labels = str(paths.resources() / "sample" / "labels" / "pum2.csv")
    options = _checked(arguments)
    columns = [pair for pairs in arguments.columns for pair in pairs]
    job = FineTune(
        absolute(arguments.labels),
        model_name(arguments.model),
        absolute(arguments.out),
        genome=absolute(arguments.genome),
        annotation=absolute(arguments.annotation),
        signal=absolute(arguments.signal),
        columns=tuple(columns),
        window=arguments.window,
        device=arguments.device,
        batch_size=arguments.batch_size,
        options=tuple(options.items()),
        model_options=tuple(sorted(arguments.option)),
        fresh=arguments.fresh,
    )
    made = runner.run(job)
    words = (
        f"{made.message}\nThe model is in {arguments.out}: report.json has all "
        "numbers, MODEL_CARD.md tells them in words."
    )
    return runner.finish(made, Finished(words))


def _stop_early(arguments: Namespace, runner: Runner) -> int:
    checks = Preflight()
    checks.problems += arguments.unknown
    checks.need(out=arguments.out)
    checks.done()
    folder = FineTuneFolder(Path(absolute(arguments.out)))
    if not folder.running:
        raise InputError(
            "No fine-tuning is running there.",
            where=str(folder.out),
            todo="Give the folder of one that is (--out).",
        )
    folder.stop.touch()
    words = "The training ends at its next step; its best epoch is kept."
    return runner.finish(Finished(words))


def _checked(arguments: Namespace) -> dict[str, OptionValue]:
    """Return the settings that were given.

    Raises:
        Refused: With all that is wrong.
    """
    from gfm_desktop.models import catalogue
    from gfm_desktop.models.option import checked

    checks = Preflight()
    checks.problems += arguments.unknown
    checks.need(labels=arguments.labels, model=arguments.model, out=arguments.out)
    for name in _FILES:
        checks.readable(f"--{name}", getattr(arguments, name))
    for name in ("annotation", "signal"):
        if getattr(arguments, name) and not arguments.genome:
            problem = OptionError(
                f"--{name} needs --genome.",
                todo="Give the genome that its coordinates belong to.",
            )
            checks.problems.append(problem)
    if arguments.out:
        with checks.collected():
            FineTuneFolder(Path(absolute(arguments.out))).check()
    if arguments.model:
        with checks.collected():
            catalogue.folder_of(arguments.model)
            card = catalogue.card_of(arguments.model)
            given = dict(arguments.option)
            checked(catalogue.options_of(card), given, owner=card.name)
    settings = given_options(arguments, OPTION)
    options, problems = option_values("Fine-tuning", OPTIONS, settings)
    checks.problems += problems
    with checks.collected():
        checked(OPTIONS, options, owner="Fine-tuning")
    checks.done()
    return options
