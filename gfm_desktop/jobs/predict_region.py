"""Predict a track over a stretch of the genome, with or without a variant."""

from __future__ import annotations

import hashlib
import json
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from gfm_desktop import __version__
from gfm_desktop.errors import InputError
from gfm_desktop.genome.interval import Interval
from gfm_desktop.jobs.events import Finished, Partial, Progress
from gfm_desktop.jobs.export.formats import TRACK_FORMATS, check_format
from gfm_desktop.jobs.export.track_files import write_track
from gfm_desktop.jobs.substitutions import Substitutions
from gfm_desktop.jobs.tile_cache import make_room, tiles_folder
from gfm_desktop.models.option import OptionValue
from gfm_desktop.tracks import registry
from gfm_desktop.tracks.prediction import (
    TrackPrediction,
    joined,
    part_of,
    without_alt,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from gfm_desktop.genome.annotation import GeneModels
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.genome.variant import Variant
    from gfm_desktop.jobs.context import JobContext
    from gfm_desktop.models.protocols import LoadedModel
    from gfm_desktop.tracks.card import TrackCard

MOST = 5_000_000
"""Widest region in bp: its signals are kept in memory until they are written."""
_BATCH = {"cpu": 8, "gpu": 64}
"""Most windows of a forward pass."""

Pairs = tuple[tuple[str, OptionValue], ...]


@dataclass(frozen=True, slots=True)
class PredictRegion:
    """Predict a track of a model; the same question answers at once.

    Outputs: ``track``, an ``.npz`` file of `tracks.prediction`, kept in the cache;
    ``out`` where a file was asked for. Its name is a hash of all that decides the
    numbers: genome, gene models, region, variant, weights, and every option.

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
        track: Kind of track; empty for the model's first.
        options: Choices of the kind of track as (name, value) pairs.
        model_options: Choices of the model's family as (name, value) pairs.
        part: Of kinds that tell single positions, which ones: (step, remainder) of
            their 0-based number; (1, 0) for all.
        share: Where it is a share of something larger: how many positions of that are
            told before it, and how many there are; progress counts those. (0, 0) where
            it stands alone.
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
    track: str = ""
    options: Pairs = ()
    model_options: Pairs = ()
    part: tuple[int, int] = (1, 0)
    share: tuple[int, int] = (0, 0)
    resumable: ClassVar[bool] = True

    @property
    def title(self) -> str:
        """Return what the job strip calls it."""
        if self.variant is not None:
            return f"Predict {self.variant}"
        if self.share[1]:
            kind = registry.module_of(self.track).TRACK.title
            return f"{kind} near {self.contig}:{self.start + 1:,}"
        return f"Predict {self.contig}:{self.start + 1:,}-{self.end:,}"

    def run(self, context: JobContext) -> Generator[Progress | Partial, None, Finished]:
        """Predict what the cache does not hold.

        Raises:
            InputError: If a file or the stretch cannot be used.
            ModelError: If the model cannot be used.
            OptionError: If `out` has an unknown format, the model no such track, or an
                option makes no sense.
        """
        from gfm_desktop.models import catalogue

        if self.out:
            check_format(self.out, TRACK_FORMATS)
        card = registry.choose(catalogue.card_of(self.model), self.track)
        options = registry.checked_options(card.name, dict(self.options))
        reference = context.reference(self.genome)
        interval = self._interval(reference)
        yield self._progress(0, "Reading the gene models")
        genes = context.genes(self.annotation, self.genome)
        if not context.has_model(self.model, self.device, self.model_options):
            yield self._progress(0, "Loading the model")
        work = _Work(
            card,
            options,
            context.model(self.model, self.device, self.model_options),
            interval,
            reference,
            genes,
            self.model_options,
            self.part,
        )
        yield self._progress(0, PREDICTING)
        tile = yield from work.tile(self.variant, self._progress)
        yield Partial("tile", str(tile))
        outputs = {"track": str(tile)}
        if self.out:
            write_track(tile, Path(self.out), contigs=reference.contigs)
            outputs["out"] = self.out
        return Finished(f"Predicted {interval}", outputs=outputs)

    def _progress(self, done: int, message: str) -> Progress:
        """Return how far it is when the first `done` bp are through.

        Of a part nobody is told 64 bp where 8 of them are scored.
        """
        before, total = self.share
        if not total:
            return Progress(done, self.end - self.start, "bp", message)
        step, remainder = self.part
        told = len(range((remainder - self.start) % step, done, step))
        return Progress(before + told, total, "positions", message)

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


PREDICTING = "Predicting"
"""What progress says while the model runs."""


@dataclass(frozen=True, slots=True)
class _Work:
    """A region that is to be predicted, with all that decides the numbers."""

    card: TrackCard
    options: dict[str, OptionValue]
    model: LoadedModel
    interval: Interval
    reference: Reference
    genes: GeneModels | None
    model_options: Pairs
    part: tuple[int, int] = (1, 0)

    def tile(
        self, variant: Variant | None, progress: Callable[[int, str], Progress]
    ) -> Generator[Progress, None, Path]:
        """Return the file of the prediction, which is made where it is not there.

        Args:
            variant: The variant, or None for REF alone.
            progress: Tells how far it is after so many bp.
        """
        path = self._path(variant)
        if path.is_file():
            return path
        known = None
        if variant is not None and self.card.by_allele:
            plain = self._path(None)
            known = TrackPrediction.load(plain) if plain.is_file() else None
        pieces, asked = [], self._asked()
        for piece in self._pieces():
            more = {} if known is None else {"known": part_of(known, piece)}
            pieces.append(self._predicted(piece, variant, asked | more))
            yield progress(piece.end - self.interval.start, PREDICTING)
        make_room(tiles_folder())
        whole = joined(pieces)
        if variant is not None and self.card.by_allele and known is None:
            # The next variant here needs ALT alone.
            without_alt(whole).save(self._path(None))
        whole.save(path)
        return path

    def _predicted(
        self, piece: Interval, variant: Variant | None, more: dict[str, Any]
    ) -> TrackPrediction:
        return registry.module_of(self.card.name).predict(
            self.model,
            piece,
            reference=self.reference,
            genes=self.genes,
            variant=variant,
            batch_size=self._batch_size,
            **more,
            **self.options,
        )

    def _asked(self) -> dict[str, Any]:
        """Return what a kind that shows scores is handed, beside the rest."""
        if not self.card.substitutions:
            return {}
        score = Substitutions.of(
            self.model,
            reference=self.reference,
            genes=self.genes,
            batch_size=self._batch_size,
            chosen=dict(self.model_options),
            options=self.options,
        )
        return {"score": score, "part": self.part}

    @property
    def _batch_size(self) -> int:
        return _BATCH["cpu" if self.model.device.startswith("cpu") else "gpu"]

    def _pieces(self) -> Iterator[Interval]:
        """Yield the pieces of the region, cut where the contig's grid has it."""
        module = registry.module_of(self.card.name)
        more = {"part": self.part} if self.card.substitutions else {}
        size = module.piece(self.model, **more, **self.options)
        start, end = self.interval.start, self.interval.end
        while start < end:
            behind = min(start - start % size + size, end)
            yield Interval(self.interval.contig, start, behind)
            start = behind

    def _path(self, variant: Variant | None) -> Path:
        about = [
            self.reference.fingerprint,
            self.genes.fingerprint if self.genes else "",
            *astuple(self.interval),
            None if variant is None else astuple(variant),
            self.model.weights_sha256,
            sorted(self.model_options),
            self.card.name,
            sorted(self.options.items()),
            self.part,
            __version__,
        ]
        name = hashlib.sha256(json.dumps(about).encode()).hexdigest()[:32]
        return tiles_folder() / f"{name}.npz"
