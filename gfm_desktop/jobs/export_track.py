"""Write a predicted track into a file for other programs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from gfm_desktop.jobs.events import Finished, Progress
from gfm_desktop.jobs.export.formats import TRACK_FORMATS, check_format
from gfm_desktop.jobs.export.track_files import write_track

if TYPE_CHECKING:
    from collections.abc import Generator

    from gfm_desktop.jobs.context import JobContext


@dataclass(frozen=True, slots=True)
class ExportTrack:
    """Write what `PredictRegion` predicted as ``.npz .tsv .bedgraph .bw``.

    Outputs: ``out``, and for ``.bw`` one file a series beside it.

    Attributes:
        track: The ``.npz`` file of `PredictRegion`.
        genome: FASTA file, for the lengths of contigs.
        out: File to write.
        notes: What to say in comments at the top of ``.tsv`` and ``.bedgraph``.
        warnings: What whoever asked for the file must be told.
    """

    track: str
    genome: str
    out: str
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    resumable: ClassVar[bool] = True

    @property
    def title(self) -> str:
        """Return what the job strip calls it."""
        return f"Export {Path(self.out).name}"

    def run(self, context: JobContext) -> Generator[Progress, None, Finished]:
        """Write the file, whole.

        Raises:
            InputError: If the track cannot be read or the file not written.
            OptionError: If the format is unknown.
        """
        check_format(self.out, TRACK_FORMATS)
        yield Progress(0, None, "bp", "Writing the track")
        contigs = context.reference(self.genome).contigs
        outputs = write_track(
            Path(self.track), Path(self.out), contigs=contigs, notes=self.notes
        )
        return Finished(f"Wrote {self.out}", outputs=outputs, warnings=self.warnings)
