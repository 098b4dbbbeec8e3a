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

    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.genome.variant import Variant
    from gfm_desktop.jobs.context import JobContext

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
            from gfm_desktop.tracks import splice_probability

            prediction = splice_probability.predict(
                model,
                interval,
                reference=reference,
                genes=genes,
                variant=self.variant,
                batch_size=_DEFAULT_BATCH,
            )
            make_room(tiles_folder())
            prediction.save(tile)
        yield Partial("tile", str(tile))
        outputs = {"track": str(tile)}
        if self.out:
            write_track(tile, Path(self.out), contigs=reference.contigs)
            outputs["out"] = self.out
        return Finished(f"Predicted {interval}", outputs=outputs)

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
        return Interval(contig, self.start, self.end)

    def _tile(self, interval: Interval, *content: str) -> Path:
        variant = astuple(self.variant) if self.variant is not None else None
        about = [*content, *astuple(interval), variant, __version__]
        name = hashlib.sha256(json.dumps(about).encode()).hexdigest()[:32]
        return tiles_folder() / f"{name}.npz"
