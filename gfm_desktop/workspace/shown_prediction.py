"""What the browser shows of a prediction, as a file and as a command line.

The numbers are those on screen: tiles that were answered are put together, and what is
not there stays missing. Nothing is predicted.
"""

from __future__ import annotations

import shlex
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop import __version__
from gfm_desktop.errors import GfmError, InputError
from gfm_desktop.jobs.export_track import ExportTrack
from gfm_desktop.jobs.tile_cache import tiles_folder
from gfm_desktop.tracks import registry
from gfm_desktop.tracks.prediction import TrackPrediction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.genome.variant import Variant
    from gfm_desktop.workspace.predictions import Predictions
    from gfm_desktop.workspace.workspace import Workspace


def export_shown(
    workspace: Workspace, predictions: Predictions, region: Interval, out: str
) -> ExportTrack:
    """Return the job that writes what is predicted of a region.

    Args:
        workspace: What is open.
        predictions: The kind of track.
        region: Of the open genome; no wider than is drawn.
        out: File to write.

    Raises:
        GfmError: If nothing is predicted there, or it cannot be kept for the job.
    """
    shown = shown_prediction(predictions, region)
    if shown is None or workspace.genome is None:
        raise GfmError(
            f"Nothing is predicted in {region} yet.",
            todo="Look at it until it is there, or press Predict here.",
        )
    known = predictions.region(region).known
    command = predict_command(workspace, predictions, region, shown.variant, out)
    about = f"{predictions.card.title} by {predictions.model_name} in {region}"
    notes = [f"GFM Desktop {__version__}: {about}", command, *_about_alt(shown)]
    missing = int((~known).sum())
    warnings = []
    if missing:
        warnings.append(f"{missing:,} of {len(region):,} bp are not predicted yet.")
    notes += [*warnings, *shown.notes]
    return writing_job(shown, str(workspace.genome.path), out, notes, warnings)


def writing_job(
    shown: TrackPrediction,
    genome: str,
    out: str,
    notes: Sequence[str],
    warnings: Sequence[str],
) -> ExportTrack:
    """Keep arrays among the cached tiles, and return the job that writes them.

    Args:
        shown: What is written.
        genome: FASTA file.
        out: File to write.
        notes: Comments at the top of the file.
        warnings: What the user must be told.

    Raises:
        InputError: If they cannot be kept.
    """
    path = tiles_folder() / f"shown-{uuid.uuid4().hex}.npz"
    try:
        shown.save(path)
    except OSError as error:
        raise InputError(
            f"The prediction cannot be kept: {error.strerror or error}.",
            where=str(path),
            todo="Check that the disk is not full.",
        ) from error
    return ExportTrack(str(path), genome, out, tuple(notes), tuple(warnings))


def shown_prediction(
    predictions: Predictions, region: Interval
) -> TrackPrediction | None:
    """Return what is predicted of a region; None where nothing is.

    Args:
        predictions: The kind of track.
        region: At most a few hundred kb.
    """
    found = predictions.region(region)
    if not found.known.any():
        return None
    inside = [
        replace(one, start=max(one.start, region.start), end=min(one.end, region.end))
        for one in found.missing
        if one.start < region.end and one.end > region.start
    ]
    return TrackPrediction(
        region,
        found.ref,
        found.alt,
        found.variant,
        found.genes,
        predictions.model.id,
        found.weights_sha256,
        predictions.card.name,
        found.how,
        1,
        found.titles,
        found.units,
        found.limits,
        tuple(inside),
        found.notes,
        found.letters,
    )


def predict_command(
    workspace: Workspace,
    predictions: Predictions,
    region: Interval,
    variant: Variant | None,
    out: str,
) -> str:
    """Return the ``gfm predict`` command that gives the same numbers.

    Args:
        workspace: What is open; a genome must be.
        predictions: The kind of track.
        region: What is written.
        variant: Whose ALT is written; None for REF alone.
        out: File to write.
    """
    genome, annotation = workspace.genome, workspace.annotation
    model, choices = predictions.model.choice
    words = ["gfm", "predict", "--model", model]
    words += ["--genome", "" if genome is None else str(genome.path)]
    if annotation is not None:
        words += ["--annotation", str(annotation.path)]
    words += ["--region", f"{region.contig}:{region.start + 1}-{region.end}"]
    if variant is not None:
        place = f"{variant.contig}:{variant.position}"
        words += ["--variant", f"{place}:{variant.ref}:{variant.alt}"]
    words += ["--track", predictions.card.name]
    for name, value in choices:
        words += ["--option", f"{name}={value}"]
    usual = registry.checked_options(predictions.card.name, {})
    for name, value in predictions.options.items():
        flag = name.replace("_", "-")
        if value == usual[name]:
            continue
        if isinstance(value, bool):
            words.append(f"--{flag}" if value else f"--no-{flag}")
        else:
            words += [f"--{flag}", str(value)]
    return shlex.join([*words, "--out", out])


def _about_alt(shown: TrackPrediction) -> list[str]:
    """Return how far ALT reaches, where that is less than the region."""
    if shown.alt is None:
        return []
    told = np.zeros(len(shown.interval), np.bool_)
    for values in shown.alt.values():
        told |= np.isfinite(values)
    at = np.flatnonzero(told)
    if not len(at) or len(at) == len(told):
        return []
    start = shown.interval.start
    reach = f"{start + int(at[0]) + 1:,}-{start + int(at[-1]) + 1:,}"
    return [f"ALT of {shown.variant} is told in {reach} alone; the command tells more"]
