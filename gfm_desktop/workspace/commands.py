"""What is on screen as a command line: every button has its reproducible twin."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.genome.variant import Variant
    from gfm_desktop.models.option import OptionValue
    from gfm_desktop.workspace.finetuning_runs import Request
    from gfm_desktop.workspace.workspace import Workspace


def score_command(
    workspace: Workspace,
    *,
    model: str,
    scorer: str = "",
    options: dict[str, OptionValue] | None = None,
    model_options: dict[str, OptionValue] | None = None,
    background: int = -1,
    device: str = "auto",
    out: str = "",
) -> str:
    """Return the ``gfm score`` command that gives the numbers of the window.

    Args:
        workspace: What is open.
        model: Model id or folder.
        scorer: Scorer name; empty for the recommended one.
        options: The scorer's settings.
        model_options: Choices of the model's family.
        background: Random sites of each trinucleotide that percentiles compare with;
            -1 for the scorer's own number.
        device: ``"auto"``, ``"cpu"`` or ``"cuda"``.
        out: File to write; empty for the standard output.
    """
    words = ["gfm", "score", *_files(workspace)]
    if workspace.variants is not None:
        words += ["--variants", str(workspace.variants.path)]
    words += ["--model", model]
    if scorer:
        words += ["--scorer", scorer]
    for name, value in (model_options or {}).items():
        words += ["--option", f"{name}={_text(value)}"]
    for name, value in (options or {}).items():
        words += _flag(name, value)
    if background >= 0:
        words += ["--background", str(background)]
    if device != "auto":
        words += ["--device", device]
    if out:
        words += ["--out", out]
    return shlex.join(words)


def predict_command(
    workspace: Workspace,
    region: Interval,
    *,
    model: str,
    variant: Variant | None = None,
    model_options: dict[str, OptionValue] | None = None,
) -> str:
    """Return the ``gfm predict`` command of a region, with or without a variant."""
    words = ["gfm", "predict", *_files(workspace), "--model", model]
    for option, value in (model_options or {}).items():
        words += ["--option", f"{option}={_text(value)}"]
    words += ["--region", f"{region.contig}:{region.start + 1}-{region.end}"]
    name = f"{region.contig}_{region.start + 1}_{region.end}"
    if variant is not None:
        place = f"{variant.contig}:{variant.position}:{variant.ref}:{variant.alt}"
        words += ["--variant", place]
        name = f"{variant.contig}_{variant.position}"
    return shlex.join([*words, "--out", f"{name}.npz"])


def finetune_command(request: Request, *, out: str) -> str:
    """Return the ``gfm finetune`` command that makes the same model.

    Args:
        request: What the run is asked to do.
        out: Folder of the model.
    """
    words = ["gfm", "finetune", "--labels", request.labels, "--model", request.model]
    for flag, value in (
        ("--genome", request.genome),
        ("--annotation", request.annotation),
        ("--signal", request.signal),
    ):
        words += [flag, value] if value else []
    for role, column in request.columns:
        words += ["--columns", f"{role}={column}"]
    if request.window:
        words += ["--window", str(request.window)]
    for name, chosen in request.model_options:
        words += ["--option", f"{name}={_text(chosen)}"]
    for name, chosen in request.options:
        words += _flag(name, chosen) or ["--no-" + name.replace("_", "-")]
    if request.device != "auto":
        words += ["--device", request.device]
    return shlex.join([*words, "--out", out])


def _files(workspace: Workspace) -> list[str]:
    words: list[str] = []
    if workspace.genome is not None:
        words += ["--genome", str(workspace.genome.path)]
    if workspace.annotation is not None:
        words += ["--annotation", str(workspace.annotation.path)]
    return words


def _flag(name: str, value: OptionValue) -> list[str]:
    flag = "--" + name.replace("_", "-")
    if isinstance(value, bool):
        return [flag] if value else []
    return [flag, _text(value)]


def _text(value: OptionValue) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
