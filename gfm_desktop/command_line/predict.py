"""`gfm predict`: tracks of a region of a genome, or of sequences of one's own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from gfm_desktop.command_line.flags import OPTION
from gfm_desktop.command_line.preflight import (
    Preflight,
    absolute,
    given_options,
    model_name,
    option_values,
)
from gfm_desktop.errors import GfmError, OptionError
from gfm_desktop.genome.interval import Interval
from gfm_desktop.jobs.export.formats import TRACK_FORMATS
from gfm_desktop.jobs.open_annotation import OpenAnnotation
from gfm_desktop.jobs.open_genome import OpenGenome
from gfm_desktop.jobs.predict_region import PredictRegion
from gfm_desktop.jobs.predict_sequences import FORMATS as SEQUENCE_FORMATS
from gfm_desktop.jobs.predict_sequences import PredictSequences
from gfm_desktop.tracks import registry

if TYPE_CHECKING:
    from argparse import Namespace

    from gfm_desktop.command_line.runner import Runner
    from gfm_desktop.genome.annotation import GeneModels
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.genome.variant import Variant
    from gfm_desktop.models.option import OptionValue

_AROUND = 250
"""bp on each side of a variant, where no region is given."""


def run(arguments: Namespace, runner: Runner) -> int:
    """Predict and write the file.

    Raises:
        Refused: If the command line cannot be carried out.
        Stopped: If a job did not finish.
    """
    options = _check(arguments)
    if arguments.sequences:
        job = PredictSequences(
            model_name(arguments.model),
            absolute(arguments.sequences),
            absolute(arguments.out),
            device=arguments.device,
        )
        return runner.finish(runner.run(job))
    genome, annotation = absolute(arguments.genome), absolute(arguments.annotation)
    opened = [runner.run(OpenGenome(genome))]
    if annotation:
        opened.append(runner.run(OpenAnnotation(annotation, genome)))
    for one in opened:
        runner.reporter.warn(one.warnings)
    place, variant = _place(arguments, genome, annotation)
    predicted = runner.run(
        PredictRegion(
            genome,
            place.contig,
            place.start,
            place.end,
            model_name(arguments.model),
            annotation=annotation,
            variant=variant,
            device=arguments.device,
            out=absolute(arguments.out),
            track=arguments.track,
            options=tuple(options.items()),
            model_options=tuple(sorted(arguments.option)),
        )
    )
    message = f"{predicted.message}; written to {arguments.out}"
    return runner.finish(*opened, replace(predicted, message=message))


def _check(arguments: Namespace) -> dict[str, OptionValue]:
    """Return the options of the kind of track.

    Raises:
        Refused: With all that is wrong.
    """
    from gfm_desktop.models import catalogue
    from gfm_desktop.models.option import checked

    checks = Preflight()
    if arguments.sequences:
        checks.problems += _beside_sequences(arguments)
        formats: tuple[str, ...] = SEQUENCE_FORMATS
    else:
        place = arguments.region or arguments.variant
        checks.need(genome=arguments.genome, region=place)
        formats = TRACK_FORMATS
    files = ("genome", "annotation", "sequences")
    for name in files:
        checks.readable(f"--{name}", getattr(arguments, name))
    checks.writable(arguments.out, formats, *(getattr(arguments, f) for f in files))
    values: dict[str, OptionValue] = {}
    with checks.collected():
        catalogue.folder_of(arguments.model)
        model = catalogue.card_of(arguments.model)
        with checks.collected():
            given = dict(arguments.option)
            checked(catalogue.options_of(model), given, owner=model.name)
        if not arguments.sequences:
            card = registry.choose(model, arguments.track)
            values, problems = option_values(
                f"The track {card.name}",
                card.options,
                given_options(arguments, OPTION),
            )
            checks.problems += problems
            registry.checked_options(card.name, values)
            if card.substitutions and arguments.variant:
                checks.problems.append(_no_variant(card.name))
    checks.done()
    return values


def _no_variant(track: str) -> OptionError:
    return OptionError(
        f"The track {track} changes the genome's own bases, one at a time.",
        where="--variant",
        todo="Give --region, and leave the variant out.",
    )


def _beside_sequences(arguments: Namespace) -> list[OptionError]:
    """Return what has no meaning beside sequences of a file."""
    given = [
        name
        for name in ("genome", "region", "variant", "annotation", "track", "option")
        if getattr(arguments, name)
    ]
    given += given_options(arguments, OPTION)
    return [
        OptionError(
            f"--{name} and --sequences do not go together.",
            todo="Sequences of a file belong to no genome.",
        )
        for name in given
    ]


def _place(
    arguments: Namespace, genome: str, annotation: str
) -> tuple[Interval, Variant | None]:
    """Return the region and the variant that the command line names.

    Raises:
        OptionError: If the genome has no such place.
        GfmError: If the variant's REF is not what the genome has there.
    """
    from gfm_desktop.genome.annotation import GeneModels
    from gfm_desktop.genome.reference import Reference

    reference = Reference.open(Path(genome))
    try:
        variant = _variant(arguments.variant, reference) if arguments.variant else None
        if arguments.region:
            genes = None
            if annotation:
                genes = GeneModels.load(Path(annotation), reference=reference)
            return _region(arguments.region, reference, genes), variant
        assert variant is not None, "checked before"
        start = max(0, variant.start - _AROUND)
        around = Interval(variant.contig, start, variant.interval.end + _AROUND)
        return around.clipped(reference.contigs[variant.contig]), variant
    finally:
        reference.close()


def _region(text: str, reference: Reference, genes: GeneModels | None) -> Interval:
    from gfm_desktop.genome.locus import LocusError, parse_locus

    try:
        return parse_locus(
            text,
            contigs=reference.contigs,
            resolve=reference.resolve,
            genes=genes,
            here=None,
        )
    except LocusError as error:
        raise OptionError(error.what, where="--region", todo=error.todo) from error


def _variant(text: str, reference: Reference) -> Variant:
    from gfm_desktop.genome.locus import LocusError, parse_variant
    from gfm_desktop.genome.normalise import normalise

    try:
        variant = parse_variant(
            text, contigs=reference.contigs, resolve=reference.resolve
        )
    except LocusError as error:
        raise OptionError(error.what, where="--variant", todo=error.todo) from error
    if variant is None:
        raise OptionError(
            f"{text!r} is no variant.",
            where="--variant",
            todo="Write it as chr22:20113000:A:G, with the 1-based position of VCF.",
        )
    place = variant.interval
    here = reference.fetch(place.contig, place.start, place.end)
    if here != variant.ref:
        raise GfmError(
            f"REF of {variant} is {variant.ref}, but the genome has {here} there.",
            where="--variant",
            todo="Check the position, the alleles, and the build of the genome.",
        )
    return normalise(reference, variant)
