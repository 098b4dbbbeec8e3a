"""How the tracks that paint what is open write it: one small class a kind of data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gfm_desktop.jobs.export.formats import TRACK_FORMATS
from gfm_desktop.jobs.export_features import FEATURE_FORMATS, ExportFeatures
from gfm_desktop.jobs.export_genes import GENE_FORMATS, ExportGenes
from gfm_desktop.jobs.export_sequence import SEQUENCE_FORMATS, ExportSequence
from gfm_desktop.jobs.export_variants import (
    SCORED_FORMATS,
    VARIANT_FORMATS,
    ExportVariants,
)
from gfm_desktop.ui.browser.scale import span_label
from gfm_desktop.workspace.shown_prediction import export_shown
from gfm_desktop.workspace.shown_saturation import export_saturation

if TYPE_CHECKING:
    from pathlib import Path

    from gfm_desktop.genome.feature_store import FeatureStore
    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.jobs.export_track import ExportTrack
    from gfm_desktop.ui.browser.marks import ContigMarks
    from gfm_desktop.workspace.predictions import Predictions
    from gfm_desktop.workspace.saturation import Saturation
    from gfm_desktop.workspace.track_files import TrackFile
    from gfm_desktop.workspace.workspace import Workspace


class ExportsSequence:
    """Writes the genome's bases."""

    export_formats = SEQUENCE_FORMATS
    _workspace: Workspace

    def export_refusal(self, region: Interval) -> str:
        """Refuse where no genome is open."""
        return "no genome is open" if self._workspace.genome is None else ""

    def export_job(self, region: Interval, out: Path) -> ExportSequence:
        """Return the job that writes the bases of a region."""
        place = (region.contig, region.start, region.end)
        return ExportSequence(_genome(self._workspace), *place, str(out))


class ExportsGenes:
    """Writes gene models: the canonical transcripts, or all where all are shown."""

    export_formats = GENE_FORMATS
    _workspace: Workspace

    @property
    def every_transcript(self) -> bool:
        """Tell whether all transcripts are on show."""
        return False

    def export_refusal(self, region: Interval) -> str:
        """Refuse where no gene lies in the region."""
        models = self._workspace.annotation
        if models is None:
            return "no gene models are open"
        spans = models.spans(region.contig)
        found = 0 if spans is None else spans.count(region.start, region.end)
        return "" if found else "no gene here"

    def export_job(self, region: Interval, out: Path) -> ExportGenes:
        """Return the job that writes the genes of a region."""
        models = self._workspace.annotation
        return ExportGenes(
            "" if models is None else str(models.path),
            _genome(self._workspace),
            region.contig,
            region.start,
            region.end,
            str(out),
            self.every_transcript,
        )


class ExportsFeatures:
    """Writes the features of an opened file."""

    export_formats = FEATURE_FORMATS
    store: FeatureStore | None
    _file: TrackFile

    def export_refusal(self, region: Interval) -> str:
        """Refuse where no feature lies in the region."""
        if self.store is None:
            return "the features cannot be read"
        spans = self.store.spans(region.contig)
        found = 0 if spans is None else spans.count(region.start, region.end)
        return "" if found else "no feature here"

    def export_job(self, region: Interval, out: Path) -> ExportFeatures:
        """Return the job that writes the features of a region."""
        place = (region.contig, region.start, region.end)
        return ExportFeatures(str(self._file.path), self._file.store, *place, str(out))


class ExportsVariants:
    """Writes variants with their scores."""

    _workspace: Workspace
    _marks: ContigMarks

    @property
    def export_formats(self) -> tuple[str, ...]:
        """Return the formats; VCF where there is a score to put into it."""
        return VARIANT_FORMATS if self._workspace.run is None else SCORED_FORMATS

    def export_refusal(self, region: Interval) -> str:
        """Refuse where no variant begins in the region."""
        if self._workspace.table is None:
            return "no variants are open"
        marks = self._marks.within(region)
        if marks is None:
            return "the variants are being read"
        return "" if marks.total else "no variant here"

    def export_job(self, region: Interval, out: Path) -> ExportVariants:
        """Return the job that writes the variants of a region."""
        variants, run = self._workspace.variants, self._workspace.run
        return ExportVariants(
            "" if variants is None else str(variants.path),
            "" if variants is None else str(variants.table),
            "" if run is None else str(run.folder),
            region.contig,
            region.start,
            region.end,
            str(out),
        )


class ExportsPrediction:
    """Writes what is predicted, as far as it is there: nothing is predicted for it."""

    export_formats = TRACK_FORMATS
    _workspace: Workspace
    _predictions: Predictions

    @property
    def _widest(self) -> int:
        """Return the widest stretch whose arrays are put together, in bp."""
        return self._predictions.card.widest_bp

    def export_refusal(self, region: Interval) -> str:
        """Refuse what is too wide, or where nothing is predicted."""
        if len(region) > self._widest:
            return f"up to {span_label(self._widest)}"
        some = self._predictions.has_some(region)
        return "" if some else "nothing is predicted here yet"

    def export_job(self, region: Interval, out: Path) -> ExportTrack:
        """Return the job that writes the prediction of a region.

        Raises:
            GfmError: If there is none, or it cannot be kept for the job.
        """
        return export_shown(self._workspace, self._predictions, region, str(out))


class ExportsSaturation:
    """Writes the effects of the gene that is shown, as far as they are there."""

    export_formats = TRACK_FORMATS
    _workspace: Workspace
    saturation: Saturation

    def export_refusal(self, region: Interval) -> str:
        """Refuse where no gene is saturated."""
        return "" if self.saturation.over(region) else "no gene is saturated here"

    def export_job(self, region: Interval, out: Path) -> ExportTrack:
        """Return the job that writes the effects of a region.

        Raises:
            GfmError: If there is none, or they cannot be kept for the job.
        """
        return export_saturation(self._workspace, self.saturation, region, str(out))


def _genome(workspace: Workspace) -> str:
    return "" if workspace.genome is None else str(workspace.genome.path)
