"""`gfm score`: every variant of a file gets a score or the reason why not."""

from __future__ import annotations

import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from gfm_desktop.command_line.flags import OPTION
from gfm_desktop.command_line.preflight import (
    Preflight,
    absolute,
    given_options,
    model_name,
    scorer_values,
)
from gfm_desktop.errors import OptionError
from gfm_desktop.genome.status import Status
from gfm_desktop.jobs.events import Finished
from gfm_desktop.jobs.export.formats import SCORE_FORMATS
from gfm_desktop.jobs.export_scores import ExportScores
from gfm_desktop.jobs.open_annotation import OpenAnnotation
from gfm_desktop.jobs.open_genome import OpenGenome
from gfm_desktop.jobs.open_variants import OpenVariants
from gfm_desktop.jobs.saturate_gene import SaturateGene
from gfm_desktop.jobs.score_variants import ScoreVariants
from gfm_desktop.jobs.scorers import checked_options, choose_scorer
from gfm_desktop.workspace.project import sample_project

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from gfm_desktop.command_line.runner import Runner
    from gfm_desktop.errors import GfmError
    from gfm_desktop.models.card import ModelCard
    from gfm_desktop.models.option import OptionValue

_MALFORMED_SHOWN = 40
_FLANK = 50
"""bp beside the exons of a gene whose substitutions are scored."""


def run(arguments: Namespace, runner: Runner, given: Sequence[str]) -> int:
    """Score, then write the file or, without one, the table on standard output.

    Args:
        arguments: The command line, read.
        runner: Runs the jobs.
        given: The command line as it was written, which the file repeats.

    Raises:
        Refused: If the command line cannot be carried out.
        Stopped: If a job did not finish.
    """
    _fill_in_sample(arguments)
    options = _checked(arguments)
    genome, annotation = absolute(arguments.genome), absolute(arguments.annotation)
    # Opened one by one: what is wrong with them is said before the long work.
    parts = [runner.run(OpenGenome(genome))]
    if annotation:
        parts.append(runner.run(OpenAnnotation(annotation, genome)))
    variants = absolute(arguments.variants or "")
    if arguments.saturate:
        flank = _FLANK if arguments.flank is None else arguments.flank
        listed = runner.run(SaturateGene(arguments.saturate, annotation, genome, flank))
        variants = listed.outputs["variants"]
    opened = runner.run(OpenVariants(variants, genome))
    parts.append(_with_malformed(opened))
    for part in parts:
        runner.reporter.warn(part.warnings)
    scored = runner.run(
        ScoreVariants(
            genome,
            variants,
            model_name(arguments.model),
            scorer=arguments.scorer,
            annotation=annotation,
            device=arguments.device,
            batch_size=arguments.batch_size,
            options=tuple(options.items()),
            fresh=arguments.fresh,
            background=arguments.background,
            model_options=tuple(sorted(arguments.option)),
        )
    )
    parts.append(scored)
    if arguments.out:
        job = ExportScores(
            scored.outputs["run"],
            absolute(arguments.out),
            shlex.join(["gfm", *given]),
            program_tag=arguments.program_tag,
        )
        written = runner.run(job)
        message = f"{scored.message}; written to {arguments.out}"
        parts += [written, Finished(message)]
    elif not arguments.json:
        _print_table(scored.outputs["run"])
    # The run's counts, which the export must repeat, are what the user is told last.
    return runner.finish(*parts[:-1], _with_counts(parts[-1], scored.counts))


def _with_malformed(opened: Finished) -> Finished:
    """Return the ending of reading, with a warning that names the malformed lines."""
    number = opened.counts.get(Status.MALFORMED, 0)
    if not number:
        return opened
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    table = pq.read_table(
        opened.outputs["table"],
        columns=["reason"],
        filters=pc.field("status") == str(Status.MALFORMED),
    )
    # Each reason begins with its line's number.
    lines: list[str] = table["reason"][:_MALFORMED_SHOWN].to_pylist()
    if number > len(lines):
        lines.append(f"and {number - len(lines):,} more, all in the result")
    words = "line cannot" if number == 1 else "lines cannot"
    warning = "\n".join([f"{number:,} {words} be read; the others are scored.", *lines])
    return replace(opened, warnings=(*opened.warnings, warning))


def _with_counts(ending: Finished, counts: dict[str, int]) -> Finished:
    return replace(ending, counts=counts)


def _fill_in_sample(arguments: Namespace) -> None:
    if not arguments.sample:
        return
    sample = sample_project()
    # Gene models of the sample fit the sample's genome, and perhaps no other.
    names = ["genome"] + ["annotation"] * (not arguments.genome)
    names += ["variants"] * (not arguments.saturate)
    for name in names:
        if not getattr(arguments, name):
            setattr(arguments, name, getattr(sample, name))
    from gfm_desktop.models import catalogue

    arguments.model = arguments.model or catalogue.SCORES_BY_DEFAULT


def _checked(arguments: Namespace) -> dict[str, OptionValue]:
    """Return the scorer's options.

    Raises:
        Refused: With all that is wrong.
    """
    from gfm_desktop.models import catalogue
    from gfm_desktop.models.option import checked

    checks = Preflight()
    checks.problems += arguments.unknown
    checks.problems += _saturation_problems(arguments)
    checks.need(
        genome=arguments.genome,
        variants=arguments.variants or arguments.saturate,
        model=arguments.model,
    )
    for name in ("genome", "variants", "annotation"):
        checks.readable(f"--{name}", getattr(arguments, name))
    if arguments.out is not None:
        inputs = (arguments.genome, arguments.variants, arguments.annotation)
        checks.writable(arguments.out, SCORE_FORMATS, *inputs)
    values: dict[str, OptionValue] = {}
    if arguments.model:
        with checks.collected():
            catalogue.folder_of(arguments.model)
            model = catalogue.card_of(arguments.model)
            given = dict(arguments.option)
            with checks.collected():
                checked(catalogue.options_of(model), given, owner=model.name)
            card = choose_scorer(model, arguments.scorer, given)
            checks.problems += _tag_problems(arguments, model)
            if arguments.background > 0 and not card.background:
                checks.problems.append(
                    OptionError(
                        f"{card.name} has no percentiles: its scores have a scale of "
                        "their own.",
                        where="--background",
                        todo="Leave it out.",
                    )
                )
            values, problems = scorer_values(card, given_options(arguments, OPTION))
            checks.problems += problems
            checked_options(card, values.items())
    checks.done()
    return values


def _tag_problems(arguments: Namespace, model: ModelCard) -> list[GfmError]:
    """Return what is wrong with --program-tag."""
    if not arguments.program_tag:
        return []
    if not model.info_tag:
        what = f"{model.name} has no INFO tag of its own program."
        return [OptionError(what, where="--program-tag", todo="Leave it out.")]
    if not (arguments.out or "").lower().endswith((".vcf", ".vcf.gz")):
        what = f"{model.info_tag} is a field of a VCF, and none is written."
        return [OptionError(what, where="--program-tag", todo="Add --out FILE.vcf.gz.")]
    return []


def _saturation_problems(arguments: Namespace) -> list[GfmError]:
    """Return what is wrong with --saturate and --flank."""
    problems: list[GfmError] = []
    if arguments.flank is not None and not arguments.saturate:
        problems.append(
            OptionError(
                "--flank says how much beside exons to change, and no gene is given.",
                where="--flank",
                todo="Add --saturate GENE, or leave it out.",
            )
        )
    if arguments.saturate and arguments.variants:
        problems.append(
            OptionError(
                "--variants and --saturate both say what to score.",
                where="--saturate",
                todo="Give one of them.",
            )
        )
    if arguments.saturate and not arguments.annotation:
        problems.append(
            OptionError(
                "--saturate needs gene models, which say where the gene is.",
                where="--saturate",
                todo="Add --annotation GTF.",
            )
        )
    return problems


def _print_table(run: str) -> None:
    from gfm_desktop.jobs.export.scored_table import ScoredTable
    from gfm_desktop.jobs.export.table_files import write_tsv

    for _ in write_tsv(ScoredTable.open(Path(run)), sys.stdout):
        pass
    sys.stdout.flush()
