"""What the browser shows of a saturated gene, as a file of a predicted track."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop import __version__
from gfm_desktop.errors import GfmError
from gfm_desktop.genome.interval import Interval
from gfm_desktop.tracks.mutagenesis import TRACK, signals_of
from gfm_desktop.tracks.prediction import Missing, TrackPrediction
from gfm_desktop.workspace.shown_prediction import writing_job

if TYPE_CHECKING:
    from gfm_desktop.jobs.export_track import ExportTrack
    from gfm_desktop.workspace.saturation import Saturation
    from gfm_desktop.workspace.saturation_numbers import SaturationNumbers
    from gfm_desktop.workspace.workspace import Workspace


def export_saturation(
    workspace: Workspace, saturation: Saturation, region: Interval, out: str
) -> ExportTrack:
    """Return the job that writes the effects of the gene that is shown in a region.

    Args:
        workspace: What is open.
        saturation: The genes that are saturated; the newest over the region is shown.
        region: Of the open genome; what of it the gene's places reach is written.
        out: File to write.

    Raises:
        GfmError: If no effect is known there, or they cannot be kept for the job.
    """
    genome, found = workspace.genome, next(iter(saturation.over(region)), None)
    if genome is None or found is None:
        raise GfmError(
            f"No gene is saturated in {region}.",
            todo="Right-click a gene and choose to saturate it.",
        )
    name, numbers = found
    shown = saturated(numbers, region)
    about = f"{TRACK.title} of {name} by {numbers.model_name} in {shown.interval}"
    notes = [f"GFM Desktop {__version__}: {about}"]
    if command := saturation.command(name):
        notes.append(f"all effects of the gene: {command}")
    places = numbers.places[_within(numbers, shown.interval)]
    waiting = len(places) - int(numbers.known[_within(numbers, shown.interval)].sum())
    warnings = []
    if waiting:
        warnings.append(f"{waiting:,} of {len(places):,} bp are not scored yet.")
    return writing_job(shown, str(genome.path), out, [*notes, *warnings], warnings)


def saturated(numbers: SaturationNumbers, region: Interval) -> TrackPrediction:
    """Return the effects of a gene in a region; NaN between its exons.

    Args:
        numbers: The gene's effects.
        region: Overlaps the gene; cut to what its places reach.
    """
    whole = numbers.interval
    part = Interval(
        whole.contig, max(whole.start, region.start), min(whole.end, region.end)
    )
    inside = _within(numbers, part)
    at = numbers.places[inside] - part.start
    table = np.full((len(part), 4), np.nan)
    table[at] = numbers.values[inside]
    letters = np.full(len(part), "N")
    letters[at] = list(numbers.letters[inside])
    reasons = ((place, why) for place, why in numbers.reasons.items())
    return TrackPrediction(
        part,
        signals_of(table),
        kind=TRACK.name,
        how=numbers.scorer.title,
        titles=dict(TRACK.signals),
        units=numbers.scorer.units,
        missing=tuple(
            Missing(place, place + 1, why)
            for place, why in sorted(reasons)
            if part.start <= place < part.end
        ),
        letters="".join(letters.tolist()),
    )


def _within(numbers: SaturationNumbers, region: Interval) -> slice:
    """Return which places of a gene lie in a region."""
    first, last = np.searchsorted(numbers.places, [region.start, region.end])
    return slice(int(first), int(last))
