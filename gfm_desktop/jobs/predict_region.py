"""Predict a track over a stretch of the genome, with or without a variant."""

from __future__ import annotations

import hashlib
import json
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from gfm_desktop import __version__
from gfm_desktop.errors import InputError
from gfm_desktop.genome.interval import Interval
from gfm_desktop.jobs.events import Finished, Partial, Progress
from gfm_desktop.jobs.export.formats import TRACK_FORMATS, check_format
from gfm_desktop.jobs.export.track_files import write_track
from gfm_desktop.jobs.splice import splice_model
from gfm_desktop.jobs.tile_cache import make_room, tiles_folder

if TYPE_CHECKING:
    from collections.abc import Generator

    from gfm_desktop.genome.annotation import GeneModels
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.genome.variant import Variant
    from gfm_desktop.jobs.context import JobContext
    from gfm_desktop.models.protocols import SpliceModel
    from gfm_desktop.tracks.splice_probability import SplicePrediction

MOST = 5_000_000
"""Widest region in bp: its eight signals are kept in memory until they are written."""
_PIECE = 32_768
"""bp between two chances to cancel."""
_DEFAULT_BATCH = 8


@dataclass(frozen=True, slots=True)
class PredictRegion:
    """Predict acceptor and donor probabilities; the same question answers at once.

    Outputs: ``track``, an ``.npz`` file of `tracks.splice_probability`, kept in the
    cache; ``out`` where a file was asked for.

    Attributes:
        genome: FASTA file.
        contig: Contig name as the genome spells it.
        start: 0-based first base.
        end: 0-based end, exclusive.
        model: Model id or folder.
        annotation: GTF or GFF3 file; empty for none.
        variant: Predict REF and ALT of this variant; None for REF alone.
        device: ``"auto"``, ``"cpu"`` or ``"cuda"``.
        out: File to write as well (``.npz .tsv .bedgraph .bw``); empty for none.
    """

    genome: str
    contig: str
    start: int
    end: int
    model: str
    annotation: str = ""
    variant: Variant | None = None
    device: str = "auto"
    out: str = ""
    resumable: ClassVar[bool] = True

    @property
    def title(self) -> str:
        """Return what the job strip calls it."""
        if self.variant is not None:
            return f"Predict {self.variant}"
        return f"Predict {self.contig}:{self.start + 1:,}-{self.end:,}"

    def run(self, context: JobContext) -> Generator[Progress | Partial, None, Finished]:
        """Predict what the cache does not hold.

        Raises:
            InputError: If a file or the stretch cannot be used.
            ModelError: If the model cannot be used.
            OptionError: If `out` has an unknown format, or the model no such track.
        """
        if self.out:
            check_format(self.out, TRACK_FORMATS)
        reference = context.reference(self.genome)
        interval = self._interval(reference)
        yield Progress(0, len(interval), "bp", "Reading the gene models")
        genes = context.genes(self.annotation, self.genome)
        if not context.has_model(self.model, self.device):
            yield Progress(0, len(interval), "bp", "Loading the model")
        model = splice_model(context.model(self.model, self.device))
        yield Progress(0, len(interval), "bp", "Predicting")
        marks = (reference.fingerprint, genes.fingerprint if genes else "")
        tile = self._tile(interval, *marks, model.weights_sha256)
        if not tile.is_file():
            prediction = yield from self._predicted(model, interval, reference, genes)
            make_room(tiles_folder())
            prediction.save(tile)
        yield Partial("tile", str(tile))
        outputs = {"track": str(tile)}
        if self.out:
            write_track(tile, Path(self.out), contigs=reference.contigs)
            outputs["out"] = self.out
        return Finished(f"Predicted {interval}", outputs=outputs)

    def _predicted(
        self,
        model: SpliceModel,
        interval: Interval,
        reference: Reference,
        genes: GeneModels | None,
    ) -> Generator[Progress, None, SplicePrediction]:
        """Predict piece by piece, so that a wide region can be cancelled."""
        from gfm_desktop.tracks import splice_probability

        pieces = []
        for start in range(interval.start, interval.end, _PIECE):
            end = min(start + _PIECE, interval.end)
            piece = splice_probability.predict(
                model,
                Interval(interval.contig, start, end),
                reference=reference,
                genes=genes,
                variant=self.variant,
                batch_size=_DEFAULT_BATCH,
            )
            pieces.append(piece)
            yield Progress(end - interval.start, len(interval), "bp", "Predicting")
        return splice_probability.joined(pieces)

    def _interval(self, reference: Reference) -> Interval:
        contig = reference.resolve(self.contig)
        if contig is None:
            raise InputError(
                f"The genome has no contig {self.contig}.",
                where=self.genome,
                todo=f"It has {', '.join(list(reference.contigs)[:8])}.",
            )
        length = reference.contigs[contig]
        if not 0 <= self.start < self.end <= length:
            raise InputError(
                f"{contig}:{self.start + 1:,}-{self.end:,} is not on the contig, "
                f"which has {length:,} bp.",
                where="--region",
            )
        if self.end - self.start > MOST:
            raise InputError(
                f"{self.end - self.start:,} bp are too many for one prediction.",
                where="--region",
                todo=f"Predict at most {MOST:,} bp at once.",
            )
        return Interval(contig, self.start, self.end)

    def _tile(self, interval: Interval, *content: str) -> Path:
        variant = astuple(self.variant) if self.variant is not None else None
        about = [*content, *astuple(interval), variant, __version__]
        name = hashlib.sha256(json.dumps(about).encode()).hexdigest()[:32]
        return tiles_folder() / f"{name}.npz"
