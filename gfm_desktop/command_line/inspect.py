"""`gfm inspect`: a model's raw numbers, for comparison with other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gfm_desktop.command_line.preflight import Preflight, absolute, model_name
from gfm_desktop.jobs.export.formats import ARRAY_FORMATS
from gfm_desktop.jobs.inspect_model import InspectModel

if TYPE_CHECKING:
    from argparse import Namespace

    from gfm_desktop.command_line.runner import Runner


def run(arguments: Namespace, runner: Runner) -> int:
    """Run the model over a file of sequences.

    Raises:
        Refused: If the command line cannot be carried out.
        Stopped: If the job did not finish.
    """
    from gfm_desktop.models import catalogue
    from gfm_desktop.models.option import checked

    checks = Preflight()
    checks.readable("--sequences", arguments.sequences)
    checks.writable(arguments.out, ARRAY_FORMATS, arguments.sequences)
    with checks.collected():
        model = catalogue.card_of(arguments.model)
        catalogue.folder_of(arguments.model)
        given = dict(arguments.option)
        checked(catalogue.options_of(model), given, owner=model.name)
    checks.done()
    job = InspectModel(
        model_name(arguments.model),
        absolute(arguments.sequences),
        absolute(arguments.out),
        options=tuple(arguments.option),
        device=arguments.device,
    )
    return runner.finish(runner.run(job))
